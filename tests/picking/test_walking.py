"""Distances and routes, held against published instances with their optima (tests/data/routing/SOURCE.md)."""

from __future__ import annotations

import csv
import io
import itertools
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.picking.rules.distance import AisleLine, CrossLine, Point, Ways, metres
from app.picking.rules.route import insertion, length, route

DATA = Path(__file__).parents[1] / "data" / "routing"


@dataclass(frozen=True)
class Instance:
    """One published picking problem: the floor, the picks, where the walk starts and ends, its shortest length."""

    name: str
    ways: Ways
    picks: tuple[Point, ...]
    depot: Point
    optimum: int


@cache
def instances() -> tuple[Instance, ...]:
    with (DATA / "sprp_528_optima.csv").open() as lines:
        optima = {row["instance"]: int(float(row["optimum"])) for row in csv.DictReader(lines)}
    with tarfile.open(DATA / "sprp_528.tar.xz") as archive:
        texts = {m.name.split("/")[-1]: archive.extractfile(m) for m in archive.getmembers() if m.isfile()}
        return tuple(
            read_instance(name, io.TextIOWrapper(text, "cp1252").read(), optima[name])
            for name, text in sorted(texts.items())
            if text is not None and name in optima
        )


def read_instance(name: str, text: str, optimum: int) -> Instance:
    """Cell 0 is at the top end of an aisle; the depot stands at the top or the bottom end of its aisle."""
    head: dict[str, str] = dict(line.strip().split(" : ") for line in text.splitlines() if " : " in line)
    words = [line.split() for line in text.splitlines() if " AISLE " in line]
    top, pitch, gap = (
        int(head[f"DISTANCE_{k}"]) for k in ("TOP_TO_CELL", "CELL_TO_CELL", "AISLE_TO_AISLE")
    )  # fmt: skip
    high = top + int(head["DISTANCE_BOTTOM_TO_CELL"]) + (int(head["NUM_CELLS"]) - 1) * pitch
    number = int(head["NUM_AISLES"])
    aisles = tuple(AisleLine(str(i), i * gap, 0, high) for i in range(number))
    wide = (number - 1) * gap
    ways = Ways(aisles, (CrossLine(0, 0, wide), CrossLine(high, 0, wide)))
    picks = tuple((int(w[3]) * gap, high - top - int(w[5]) * pitch) for w in words)
    depot = (int(head["DEPOT_AISLE"]) * gap, high if head["DEPOT_LOCATION"] == "top" else 0)
    return Instance(name, ways, picks, depot, optimum)


def shortest(instance: Instance) -> int:
    """The length of the shortest closed walk, by dynamic programming over subsets (Held and Karp, 1962)."""
    points, home = instance.picks, instance.depot
    table = [[instance.ways.distance(a, b) for b in points] for a in points]
    out = [instance.ways.distance(home, p) for p in points]
    best = {(1 << i, i): out[i] for i in range(len(points))}
    for size in range(2, len(points) + 1):
        for chosen in itertools.combinations(range(len(points)), size):
            mask = sum(1 << i for i in chosen)
            for last in chosen:
                rest = mask & ~(1 << last)
                best[mask, last] = min(best[rest, k] + table[k][last] for k in chosen if k != last)
    whole = (1 << len(points)) - 1
    return min(best[whole, i] + out[i] for i in range(len(points)))


def test_all_published_instances_are_there() -> None:
    assert len(instances()) == 528


@pytest.mark.parametrize("picks", [3, 7])
def test_the_shortest_walks_over_our_distances_are_the_published_optima(picks: int) -> None:
    judged = [i for i in instances() if len(i.picks) == picks]
    assert len(judged) == 132

    wrong = [(i.name, shortest(i), i.optimum) for i in judged if shortest(i) != i.optimum]

    assert wrong == []


def closed_walk(instance: Instance) -> int:
    order = route(instance.ways, instance.picks, instance.depot, instance.depot)
    assert sorted(order) == list(range(len(instance.picks)))
    return length(instance.ways, [instance.depot, *(instance.picks[i] for i in order), instance.depot])


def test_our_routes_are_the_optima() -> None:
    """Every fourth instance of each size; tests/routes walks them all."""
    judged = instances()[::4]

    assert {i.name: closed_walk(i) for i in judged} == {i.name: i.optimum for i in judged}


# ---- distances on a floor of our own --------------------------------------------------------------------------------

FLOOR = Ways(
    tuple(AisleLine(name, x, 0, 10_000) for name, x in (("A", 2000), ("B", 6000), ("C", 10_000))),
    (CrossLine(-1000, 0, 12_000), CrossLine(11_000, 0, 12_000)),
)
CASES = [
    ((2000, 3000), (2000, 8000), 5000, ((2000, 3000), (2000, 8000))),
    ((2000, 1000), (6000, 2000), 2000 + 4000 + 3000, ((2000, 1000), (2000, -1000), (6000, -1000), (6000, 2000))),
    ((2000, 9000), (6000, 8000), 2000 + 4000 + 3000, ((2000, 9000), (2000, 11_000), (6000, 11_000), (6000, 8000))),
    ((0, -1000), (2000, 1000), 4000, ((0, -1000), (2000, -1000), (2000, 1000))),
    ((12_000, -2500), (0, -1000), 13_500, ((12_000, -2500), (12_000, -1000), (0, -1000))),
    ((2000, 3000), (2000, 3000), 0, ((2000, 3000),)),
]


@pytest.mark.parametrize(("a", "b", "mm", "path"), CASES)
def test_people_walk_along_aisles_and_cross_aisles(a: Point, b: Point, mm: int, path: tuple[Point, ...]) -> None:
    assert FLOOR.distance(a, b) == mm
    assert FLOOR.path(a, b) == path


def test_a_cross_aisle_in_the_middle_is_a_short_cut() -> None:
    ways = Ways(FLOOR.aisles, (*FLOOR.crosses, CrossLine(5000, 0, 12_000)))

    assert ways.distance((2000, 4000), (6000, 4500)) == 1000 + 4000 + 500


def test_a_floor_without_aisles_is_open() -> None:
    assert Ways((), ()).path((0, 0), (3000, 4000)) == ((0, 0), (3000, 0), (3000, 4000))
    assert Ways((), ()).distance((0, 0), (3000, 4000)) == 7000


places = st.one_of(
    st.tuples(st.sampled_from([2000, 6000, 10_000]), st.integers(0, 10_000)),
    st.tuples(st.integers(0, 12_000), st.sampled_from([-1000, -3000, 11_000, 12_500])),
)


@given(a=places, b=places, c=places)
def test_a_distance_is_the_length_of_its_path_and_no_detour_is_shorter(a: Point, b: Point, c: Point) -> None:
    path = FLOOR.path(a, b)

    assert (path[0], path[-1]) == (a, b)
    assert sum(abs(p[0] - q[0]) + abs(p[1] - q[1]) for p, q in _pairs(path)) == FLOOR.distance(a, b)
    assert all(p[0] == q[0] or p[1] == q[1] for p, q in _pairs(path))
    assert FLOOR.distance(a, b) == FLOOR.distance(b, a)
    assert FLOOR.distance(a, c) <= FLOOR.distance(a, b) + FLOOR.distance(b, c)


def _pairs(path: tuple[Point, ...]) -> Iterator[tuple[Point, Point]]:
    return itertools.pairwise(path)


@given(points=st.lists(places, max_size=9), start=places, end=places)
def test_a_route_visits_everything_once_and_is_no_longer_than_the_given_order(
    points: list[Point], start: Point, end: Point
) -> None:
    order = route(FLOOR, points, start, end)

    assert sorted(order) == list(range(len(points)))
    assert route(FLOOR, points, start, end) == order


@given(points=st.lists(places, min_size=1, max_size=6), extra=places, first=st.integers(1, 2))
def test_a_further_stop_never_goes_before_the_one_in_hand(points: list[Point], extra: Point, first: int) -> None:
    walk = [(0, -1000), *points, (12_000, -1000)]

    at = insertion(FLOOR, walk, extra, first)

    assert first <= at <= len(walk) - 1


@pytest.mark.parametrize(("mm", "m"), [(0, 0), (499, 0), (500, 1), (17_900, 18)])
def test_metres_are_rounded_half_up(mm: int, m: int) -> None:
    assert metres(mm) == m
