"""A weight counts when it is stable after a change of load, once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.scales.settle import Settle, SettleRule

readings = st.lists(st.tuples(st.integers(-50, 3000), st.booleans()), max_size=60)


def told(*series: int | tuple[int, str], rule: SettleRule = SettleRule()) -> list[int]:  # noqa: B008
    """What a series tells; `(grams, "moving")` is unstable, a number alone is stable."""
    settle = Settle(rule)
    pairs = [(each, True) if isinstance(each, int) else (each[0], False) for each in series]
    return [load for load in (settle.feed(grams, stable) for grams, stable in pairs) if load is not None]


@pytest.mark.parametrize(
    ("series", "loads"),
    [
        ((0, (400, "moving"), (1300, "moving"), 1284), [1284]),
        ((0, 1284, 1284, 1285, 1283, 1284), [1284]),
        ((0, 1284, (1400, "moving"), (1100, "moving"), 1284), [1284]),
        ((0, 1284, 0, 1284), [1284, 1284]),
        ((0, 1284, (3, "moving"), 1284), [1284, 1284]),
        ((0, 500, 900, 1200), [500, 900, 1200]),
        ((0, 1200, 700), [1200, 700]),
        ((0, (500, "moving"), (900, "moving")), []),
        ((0, 9), []),
        ((0, 10), [10]),
        ((0, 100, 104, 108, 112, 116), [100, 112]),
        ((0, -300, 0, 300), [300]),
        ((0, -300), []),
        ((1284, 1284), []),
        ((1284, 1400), [1400]),
        ((), []),
    ],
)
def test_loads_of_a_series(series: tuple[int | tuple[int, str], ...], loads: list[int]) -> None:
    assert told(*series) == loads


def test_the_threshold_is_a_setting() -> None:
    assert told(0, 30, 60, 110, rule=SettleRule(threshold_g=50)) == [60, 110]


def test_an_empty_pan_must_be_lighter_than_a_load() -> None:
    with pytest.raises(ValueError, match="zero_g=10 must be 0 or more and below threshold_g=10"):
        SettleRule(10, 10)


@given(readings)
def test_two_loads_in_a_row_differ_or_the_pan_was_empty_between_them(series: list[tuple[int, bool]]) -> None:
    settle, last = Settle(SettleRule()), None
    for grams, stable in series:
        if abs(grams) <= 5:
            last = None
        load = settle.feed(grams, stable)
        if load is not None:
            assert stable
            assert load == grams
            assert load >= 10
            assert last is None or abs(load - last) >= 10
            last = load
