"""The short way for Latin text gives what the long way gives, and never promises too much."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.faces import Weight, chain, face
from reports.latin import ALPHABET, certainly_fit, most_added
from reports.lettering import MM_PER_POINT, Style, _fitted, clean, fit, fit_plain, fits, leading_mm, set_line

LETTERS = "".join(c for c in ALPHABET if c != "\xb5")  # micro is Greek: another face draws it
ROWS = st.lists(st.text(LETTERS, max_size=30), min_size=1, max_size=6).map("\n".join)


@pytest.mark.parametrize("weight", Weight)
def test_no_pair_of_letters_stands_wider_than_its_bound(weight: Weight) -> None:
    own = face(chain(weight)[0])
    assert all(own.covers(ord(letter)) for letter in LETTERS)
    advance = {letter: own.advance(own.glyph(ord(letter))) for letter in LETTERS}
    wider = [
        left + right
        for left in LETTERS
        for right in LETTERS
        if sum(glyph.advance for glyph in own.shape(left + right))
        > advance[left] + advance[right] + most_added(left) + 1e-9
    ]
    assert wider == []


@settings(max_examples=400, deadline=None)
@given(st.text(LETTERS, min_size=1, max_size=60), st.sampled_from(Weight))
def test_no_line_is_longer_than_what_was_certain(text: str, weight: Weight) -> None:
    width = set_line(text, weight).width
    assert not certainly_fit([text], weight, width - 1e-9)


@settings(max_examples=400, deadline=None)
@given(st.one_of(ROWS, st.text(max_size=60)), st.sampled_from(Weight), st.floats(10, 100), st.floats(2, 30))
def test_the_short_way_sets_a_text_like_the_long_one(text: str, weight: Weight, width: float, height: float) -> None:
    style = Style(weight, 15, 6, 1.15)
    text = clean(text).strip()
    block = _fitted(text, style, width, height)
    assert fit(text, style, width, height) == block
    assert fits(text, style, width, height) == (block.hidden == 0)


def test_an_address_of_four_rows_is_set_without_shaping() -> None:
    style = Style(Weight.SEMIBOLD, 15, 6, 1.15)
    text = "Straße des 17. Juni 135\nHinterhaus\n10623 Berlin\nGERMANY"
    plain = fit_plain(text, style, 91.6, 22.4)
    assert plain == (text.split("\n"), 13.8)
    assert 4 * leading_mm(style, 13.8) <= 22.45
    assert set_line(text.split("\n")[0], style.weight).width * 13.8 * MM_PER_POINT < 91.6
    assert fit_plain("Ромашка", style, 91.6, 22.4) is None
