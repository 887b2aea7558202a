"""Lengths of round walks over sets of stops."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.picking.rules import tours as module
from app.picking.rules.distance import Point
from app.picking.rules.exact import tour_mm
from app.picking.rules.grid import Grid
from app.picking.rules.tours import AskedTours, BlockTours
from tests.batches.cases import AISLES, HIGH, block, order, places, shortest_mm

starts = st.tuples(st.integers(0, 20).map(lambda n: n * 1_000), st.sampled_from((0, HIGH)))


@settings(max_examples=300)
@given(st.frozensets(places, max_size=7), starts)
def test_a_length_is_that_of_the_best_of_all_walks(stops: frozenset[Point], start: Point) -> None:
    tours = BlockTours(AISLES, 0, HIGH, start, stops)
    assert tours.length_mm(tours.set_of(stops)) == shortest_mm(sorted(stops), start, HIGH)


@settings(max_examples=60)
@given(st.frozensets(places, min_size=1, max_size=40))
def test_a_length_of_many_stops_is_that_of_the_general_exact_walk(stops: frozenset[Point]) -> None:
    tours = BlockTours(AISLES, 0, HIGH, (0, 0), [(x, y) for x in AISLES for y in range(1_000, HIGH, 1_000)])
    grid = Grid.of(AISLES, (0, HIGH))
    assert tours.length_mm(tours.set_of(stops)) == tour_mm(grid, stops, (0, 0), (0, 0))


@settings(max_examples=40)
@given(st.lists(st.frozensets(places, min_size=1, max_size=8), min_size=2, max_size=6))
def test_a_walk_over_more_stops_is_never_shorter(sets: list[frozenset[Point]]) -> None:
    tours = BlockTours(AISLES, 0, HIGH, (0, 0), frozenset().union(*sets))
    whole, lengths = 0, [0]
    for each in sets:
        whole |= tours.set_of(each)
        lengths.append(tours.length_mm(whole))
    assert lengths == sorted(lengths)
    assert lengths[-1] <= sum(tours.length_mm(tours.set_of(each)) for each in sets)


def test_one_stop_is_walked_to_and_back_and_no_stop_is_no_walk() -> None:
    tours = block([order(0, (8_000, 3_000))])
    assert tours.length_mm(tours.set_of([(8_000, 3_000)])) == 2 * (8_000 + 3_000)
    assert tours.length_mm(0) == 0


def test_what_lies_beside_the_cross_aisle_is_walked_twice() -> None:
    tours = BlockTours(AISLES, 0, HIGH, (4_000, -700), [(4_000, 1_000)])
    assert tours.length_mm(1) == 2 * 1_700


def test_a_place_that_is_not_on_the_floor_is_named() -> None:
    with pytest.raises(KeyError, match="1, 5000"):
        BlockTours(AISLES, 0, HIGH, (0, 0), [(1, 5_000)])
    with pytest.raises(KeyError, match="0, 1000"):
        block([order(0, (0, 2_000))]).set_of([(0, 1_000)])


def test_a_function_is_asked_once_for_each_set() -> None:
    asked = []

    def length(stops: object) -> int:
        asked.append(stops)
        return 7

    tours = AskedTours([(0, 2), (0, 1)], length, (0, 0))
    both = tours.set_of([(0, 2), (0, 1)])
    assert [tours.length_mm(each) for each in (both, both, 0, tours.set_of([(0, 2)]))] == [7, 7, 0, 7]
    assert (asked, tours.found) == ([((0, 1), (0, 2)), ((0, 2),)], 2)


def test_lengths_are_the_same_after_all_were_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LENGTHS", 3)
    stops = [(x, y) for x in AISLES for y in (2_000, 9_000, 17_000)]
    small, large = (
        BlockTours(AISLES, 0, HIGH, (0, 0), stops),
        AskedTours(stops, lambda s: shortest_mm(s, (0, 0), HIGH), (0, 0)),
    )
    sets = [small.set_of(stops[n : n + 4]) for n in range(14)] * 2
    lengths = [small.length_mm(each) for each in sets]
    assert lengths == [large.length_mm(large.set_of(stops[n % 14 : n % 14 + 4])) for n in range(28)]
    assert small.found == 28
