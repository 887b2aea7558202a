"""Text that is cleaned, wrapped and made to fit, and never lost."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reports
from reports.faces import Weight, chain, covering, face
from reports.lettering import Style, clean, clusters, fit, one_line, readable, set_line, width_mm, wrap
from tests.reports.hostile import PAYLOADS, SCRIPTS

FONTS = Path(reports.__file__).parent / "fonts"
STYLE = Style(Weight.BOLD, 14, 7)
ANY = st.one_of(
    st.text(), st.sampled_from(PAYLOADS), st.text(st.characters(categories=["Cs", "Co", "Cn", "Mn", "Cf", "Lo"]))
)


def test_there_are_enough_hostile_texts() -> None:
    assert len(PAYLOADS) >= 200
    assert sum(len(text) >= 500 for text in PAYLOADS) >= 10


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("a\tb\x00c\x1b[31m\x7f", "a bc[31m"),
        ("12 \u202e34\u2066\u200f", "12 34"),
        ("e\u0301", "é"),
        ("so\u00adft\ufeff \U000e0041x", "soft x"),
        ("\ud800", "\ufffd"),
        ("a" + "\u0301" * 10, "á" + "\u0301" * 6 + "⟨+3 marks⟩"),
        ("ولی\u200cعصر", "ولی\u200cعصر"),
        ("\u3000x\u2003", " x "),
    ],
)
def test_only_text_survives_cleaning(text: str, kept: str) -> None:
    assert clean(text) == kept


@given(ANY)
def test_cleaning_leaves_no_control_and_is_done_once(text: str) -> None:
    kept = clean(text)
    assert all(c == "\n" or unicodedata.category(c) not in ("Cc", "Cs") for c in kept)
    assert not set(kept) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
    assert clean(kept) == kept
    assert "\n" not in one_line(text)


@settings(max_examples=300)
@given(st.text(st.characters(max_codepoint=0x2FF)))
def test_a_text_that_needs_no_cleaning_is_what_cleaning_makes_of_it(text: str) -> None:
    sent_the_long_way = text + "\ufeff"
    assert clean(text) == clean(sent_the_long_way)


@pytest.mark.parametrize(("text", "kept"), [(" a  b ", "a b"), ("a\n\n b\r\nc", "a b c"), ("a \u00a0 b", "a \u00a0 b")])
def test_a_field_of_one_line_has_no_gaps(text: str, kept: str) -> None:
    assert one_line(text) == kept


@pytest.mark.parametrize("script", [name for name in SCRIPTS if name not in ("tibetan", "yi", "gothic", "cuneiform")])
@pytest.mark.parametrize("weight", [Weight.REGULAR, Weight.EXTRABOLD, Weight.MONO])
def test_every_script_of_the_house_has_letters(script: str, weight: Weight) -> None:
    text = clean(SCRIPTS[script])
    assert readable(text, weight) == text
    line = set_line(text, weight)
    assert line.width > 1
    assert 0 not in {glyph.gid for run in line.runs for glyph in run.glyphs}


def test_what_no_face_covers_shows_its_code_point() -> None:
    assert readable("a\ue000\U00012000", Weight.BOLD) == "a⟨U+E000⟩⟨U+12000⟩"
    assert all(covering(ord(c), weight) for c in "⟨⟩U+0123456789ABCDEF…" for weight in Weight)


def test_arabic_is_joined_and_devanagari_conjoined() -> None:
    arabic = [glyph.gid for run in set_line("محمد", Weight.REGULAR, 1).runs for glyph in run.glyphs]
    alone = [face("NotoSansArabic-Regular").shape(letter)[0].gid for letter in reversed("محمد")]
    assert len(arabic) == 4
    assert arabic != alone
    assert sum(len(run.glyphs) for run in set_line("क्षत्रिय", Weight.REGULAR).runs) < len("क्षत्रिय")


def test_the_fonts_are_small_true_type_and_licensed() -> None:
    files = sorted(FONTS.glob("*.ttf"))
    assert sum(file.stat().st_size for file in files) < 25_000_000
    assert {file.read_bytes()[:4] for file in files} == {b"\x00\x01\x00\x00"}
    assert {name for weight in Weight for name in chain(weight)} == {file.stem for file in files}
    licences = {file.name for file in FONTS.glob("*.txt")}
    assert licences == {
        "OFL-AtkinsonHyperlegibleMono.txt",
        "OFL-AtkinsonHyperlegibleNext.txt",
        "OFL-NotoEmoji.txt",
        "OFL-NotoSans.txt",
        "OFL-NotoSansKR.txt",
        "LICENSE-DroidSansFallback.txt",
    }


@settings(max_examples=200)
@given(ANY, st.floats(8, 200), st.sampled_from(list(Weight)))
def test_wrapping_loses_no_letter(text: str, width: float, weight: Weight) -> None:
    kept = clean(text)
    lines = wrap(kept, weight, 10, width)
    assert letters("".join(line.text for line in lines)) == letters(readable(kept, weight))


@settings(max_examples=200)
@given(ANY, st.floats(30, 120), st.floats(3, 30))
def test_what_fits_is_whole_and_what_is_cut_is_counted(text: str, width: float, height: float) -> None:
    kept = clean(text).strip()
    block = fit(text, STYLE, width, height)
    assert STYLE.smallest <= block.size <= STYLE.size
    shown = "".join(line.text for line in block.lines)
    if block.hidden:
        assert block.size == STYLE.smallest
        assert letters(shown).endswith(letters(f"… (+{block.hidden} characters)"))
        assert letters(shown).startswith(letters(readable(kept[: len(kept) - block.hidden], STYLE.weight)))
    else:
        assert letters(shown) == letters(readable(kept, STYLE.weight))
    assert len(block.lines) <= max(1, int((height + 0.05) / block.leading_mm))


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F)))
def test_lines_are_no_wider_than_their_field(text: str) -> None:
    for line in wrap(clean(text), Weight.REGULAR, 10, 40):
        assert width_mm(line.text, Weight.REGULAR, 10) <= 40.5


def test_short_text_keeps_its_size_and_long_text_shrinks_before_it_wraps_out() -> None:
    assert fit("Lena Hoffmann", STYLE, 90, 8).size == 14
    smaller = fit("Lena Maria Hoffmann-Schleiermacher von der Lindenallee", STYLE, 90, 8)
    assert (7 <= smaller.size < 14, smaller.hidden) == (True, 0)
    cut = fit("x" * 500, STYLE, 40, 5)
    assert cut.lines[-1].text.endswith(f"… (+{cut.hidden} characters)")
    assert cut.hidden > 400


@given(ANY)
def test_clusters_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text


def test_letters_are_compared_without_white_space() -> None:
    assert Counter(letters(" a\nb\u00a0c ")) == Counter("abc")


def letters(text: str) -> str:
    return "".join(text.split())
