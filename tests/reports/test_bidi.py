"""Who reads from right to left, and what happens to numbers in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.bidi import base_level, levels, visual_order


def seen(text: str) -> str:
    """The text as the eye meets it from left to right; Hebrew letters stand for themselves."""
    found = levels(text, base_level(text))
    return "".join(text[i] for i in visual_order(found))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc 123", "abc 123"),
        ("אבג", "גבא"),
        ("אבג 123", "123 גבא"),
        ("abc אבג def", "abc גבא def"),
        ("abc אבג 12 דהו def", "abc והד 12 גבא def"),
        ("רחוב 12-34", "12-34 בוחר"),
        ("אב (abc) גד", "דג (abc( בא".replace("(abc(", ")abc(")),
        ("abc (אב) def", "abc (בא) def"),
        ("אב 10%", "10% בא"),
        ("اب 12/34", "12/34 با"),
        ("a אב.", "a בא."),
    ],
)
def test_a_line_stands_in_the_order_of_annex_9(text: str, expected: str) -> None:
    assert seen(text) == expected


def test_a_line_is_as_its_first_letter() -> None:
    assert [base_level(text) for text in ("abc", "12 אב", "אb", "", "12")] == [0, 1, 1, 0, 0]


@given(st.text(), st.sampled_from([0, 1]))
def test_any_text_has_levels_and_an_order(text: str, base: int) -> None:
    found = levels(text, base)
    assert len(found) == len(text)
    assert all(base <= level <= 2 for level in found)
    assert sorted(visual_order(found)) == list(range(len(text)))
