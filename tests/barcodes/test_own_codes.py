"""Codes that we print: check characters that survive any keyboard, and the fixed forms of cards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import barcodes
from app.barcodes import ALPHABET, COMMANDS, Form, check_character, command_code, form, is_sound, mended, own_code

BODIES = st.text(ALPHABET, min_size=2, max_size=30)


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("A12425GABC1234002", "M"),  # the published example of GRid, the release identifier, which uses this system
        ("CMDUNDO", "A"),
    ],
)
def test_check_characters(body: str, check: str) -> None:
    assert _by_the_book(body) == check
    assert check_character(body) == check


def _by_the_book(body: str) -> str:
    """ISO 7064, hybrid systems, MOD 37,36, written down from its recursion; the sum over all must come to 1."""
    for check in ALPHABET:
        p = 36
        for character in body:
            s = p % 37 + ALPHABET.index(character)
            p = (s % 36 or 36) * 2
        if (p % 37 + ALPHABET.index(check)) % 36 == 1:
            return check
    raise AssertionError("each body has a check character")


@given(BODIES)
def test_every_body_has_the_check_character_of_the_standard(body: str) -> None:
    assert check_character(body) == _by_the_book(body)
    assert is_sound(own_code(body))


@given(BODIES, st.data())
def test_one_wrong_character_is_always_found(body: str, data: st.DataObject) -> None:
    code = own_code(body)
    at = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from([c for c in ALPHABET if c != code[at]]))

    assert not is_sound(code[:at] + wrong + code[at + 1 :])


@given(BODIES, st.data())
def test_two_neighbours_that_changed_places_are_found(body: str, data: st.DataObject) -> None:
    code = own_code(body)
    at = data.draw(st.integers(0, len(code) - 2))
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]

    assert is_sound(swapped) == (swapped == code)


@pytest.mark.parametrize("code", ["", "A", "AB", "cmdundob", "CMD-UNDO", "ÄÖÜ", "CMDUNDO\n"])
def test_what_is_no_code_of_ours_is_not_sound(code: str) -> None:
    assert not is_sound(code)


@given(BODIES)
def test_a_smudged_check_character_can_be_mended(body: str) -> None:
    code = own_code(body)

    assert [mended(body + c) for c in ALPHABET if c != code[-1]] == [code] * 35
    assert mended(code) == ""


@pytest.mark.parametrize("text", ["", "A", "AB", "a-b", "x" * 300, "ÄÖÜ"])
def test_what_is_none_of_ours_is_not_mended(text: str) -> None:
    assert mended(text) == ""


# ---- cards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", COMMANDS)
def test_every_command_is_read_from_its_card(word: str) -> None:
    assert form(command_code(word)) == Form("command", word, sound=True)


def test_no_command_begins_another_ones_code() -> None:
    codes = [command_code(word) for word in COMMANDS]

    assert len(set(codes)) == len(codes)
    assert all(form(code) == Form("command", word, sound=True) for code, word in zip(codes, COMMANDS, strict=True))


@pytest.mark.parametrize(
    ("prefix", "kind"), [("QTY", "quantity"), ("OPT", "choice"), ("RSN", "reason"), ("GRD", "grade")]
)
@pytest.mark.parametrize("number", ["0", "1", "9", "10", "24", "99999"])
def test_cards_with_a_number(prefix: str, kind: str, number: str) -> None:
    assert form(own_code(prefix + number)) == Form(kind, number, sound=True)


@pytest.mark.parametrize("text", [own_code("QTY") + "", own_code("QTY123456"), own_code("QTYX"), "QTY", "CMD", "OPT٣A"])
def test_what_only_looks_like_a_card_is_none(text: str) -> None:
    assert form(text) is None


def test_a_card_with_a_wrong_check_character_is_known_and_not_sound() -> None:
    code = command_code("UNDO")
    smudged = code[:-1] + ("A" if code[-1] != "A" else "B")

    assert form(smudged) == Form("command", "UNDO", sound=False)
    assert form("QTY5" + ("0" if own_code("QTY5")[-1] != "0" else "1")) == Form("quantity", "5", sound=False)


@pytest.mark.parametrize("text", ["CMDUNDO", "CMDDANCEX", "cmdundob", " CMDUNDOB", "4006381333931", ""])
def test_other_texts_have_no_form(text: str) -> None:
    assert form(text) is None


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    assert form(text) is None or isinstance(form(text), Form)
    assert is_sound(text) in (True, False)
    assert isinstance(mended(text), str)
    assert barcodes.gtin14(text) == "" or len(barcodes.gtin14(text)) == 14
