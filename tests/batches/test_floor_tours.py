"""Which means gives lengths on which floor; all of them give those of the front door of routing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.picking.rules.distance import AisleLine, CrossLine, Point, Ways
from app.picking.rules.floor_tours import tours_on
from app.picking.rules.tours import AskedTours, BlockTours
from app.picking.rules.walks import OnWays, walk
from tests.batches.cases import AISLES, HIGH, places

LINES = tuple(AisleLine(str(x), x, 0, HIGH) for x in AISLES)
CROSSES = tuple(CrossLine(y, 0, AISLES[-1]) for y in (0, HIGH // 2, HIGH))
BLOCK, HALL = OnWays(Ways(LINES, (CROSSES[0], CROSSES[2]))), OnWays(Ways(LINES, CROSSES))
ODD = OnWays(Ways(LINES, (CROSSES[0], CrossLine(HIGH // 2, 0, AISLES[2]), CROSSES[2])))


@pytest.mark.parametrize(
    ("floor", "start", "end", "means"),
    [
        (BLOCK, (8_000, 0), (8_000, 0), BlockTours),
        (BLOCK, (6_000, HIGH + 2_000), (6_000, HIGH + 2_000), BlockTours),
        (BLOCK, (8_000, 0), (0, 0), AskedTours),
        (HALL, (8_000, -500), (8_000, -500), AskedTours),
        (ODD, (0, 0), (0, 0), AskedTours),
    ],
)
@settings(max_examples=15)
@given(stops=st.frozensets(places, min_size=1, max_size=9))
def test_lengths_are_those_of_the_front_door(
    stops: frozenset[Point], floor: OnWays, start: Point, end: Point, means: type
) -> None:
    tours = tours_on(floor, stops, start, end)
    assert type(tours) is means
    assert tours.length_mm(tours.set_of(stops)) == walk(floor, sorted(stops), start, end).length_mm
