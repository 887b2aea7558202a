"""The exact walk of a rectangular block, held against brute force."""

from __future__ import annotations

import itertools
import random

import pytest

from app.picking.rules.exact import tour, tour_mm
from app.picking.rules.grid import Grid
from tests.routes import brute


def grid_of(case: brute.Case) -> Grid:
    """The block of a case as the exact walk takes it."""
    uprights = tuple(tuple(((x, a), (x, b)) not in case.gaps for a, b in itertools.pairwise(case.ys)) for x in case.xs)
    rails = tuple(tuple(((a, y), (b, y)) not in case.gaps for a, b in itertools.pairwise(case.xs)) for y in case.ys)
    return Grid(case.xs, case.ys, uprights, rails)


def judged(case: brute.Case) -> str:
    """Nothing where our walk is as short as brute force says, passes all stops and is measured right; else why not."""
    grid, best = grid_of(case), brute.shortest(case)
    if best is None:
        with pytest.raises(ValueError, match="no walk"):
            tour(grid, case.stops, case.start, case.end)
        return ""
    found = tour(grid, case.stops, case.start, case.end)
    if sorted(found.order) != list(range(len(case.stops))):
        return f"{case}: not every stop once"
    if (found.trail[0], found.trail[-1]) != (case.start, case.end) or not set(case.stops) <= set(found.trail):
        return f"{case}: the trail misses something"
    lengths = (found.length_mm, tour_mm(grid, case.stops, case.start, case.end), brute.walked(case, found.order))
    return "" if lengths == (best,) * 3 else f"{case}: {lengths}, best {best}"


@pytest.mark.parametrize("crosses", [2, 3, 4])
@pytest.mark.parametrize("shut", [0.0, 0.12])
def test_no_walk_is_shorter_than_the_exact_one(crosses: int, shut: float) -> None:
    """A small sample; `python -m bench --only routes` judges 2,000 of up to nine stops."""
    cases = [brute.drawn_case(random.Random(seed), crosses, 6, shut=shut) for seed in range(60)]

    assert [wrong for case in cases if (wrong := judged(case))] == []


def test_distances_in_a_full_grid_are_those_of_the_shortest_paths() -> None:
    for seed in range(40):
        case = brute.drawn_case(random.Random(seed), 2 + seed % 3, 6)
        grid, places = grid_of(case), {case.start, *case.stops, case.end}

        lengths = brute.distances(case, places)

        assert {(a, b): grid.distance(a, b) for a in places for b in places} == {
            (a, b): lengths[a][b] for a in places for b in places
        }
