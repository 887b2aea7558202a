"""Distances on the net of a layout: those of the older reckoning on plain floors, and right on all others."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.picking.rules.distance import AisleLine, CrossLine, Ways
from app.picking.rules.graph import Net
from app.picking.rules.layout import Aisle, Bin, Closure, CrossAisle, Door, Layout, Node
from app.picking.rules.layout import Path as Way
from app.picking.rules.lines import Spot
from app.picking.rules.search import FAR
from app.picking.rules.seconds import Shape, corners_of, seconds_of

BLOCK = Layout(
    (Aisle("A1", 0, 0, 10_000), Aisle("A2", 3000, 0, 10_000, way="up"), Aisle("A3", 6000, 0, 10_000)),
    (CrossAisle("C1", 0, 0, 9000), CrossAisle("C2", 10_000, 0, 6000)),
)


@given(seed=st.integers(0, 10_000))
def test_on_a_floor_of_aisles_and_cross_aisles_the_older_reckoning_agrees(seed: int) -> None:
    chance = random.Random(seed)
    ends = [(x * 1000, *sorted(chance.sample(range(0, 9000, 500), 2))) for x in chance.sample(range(8), 4)]
    ys = [-1000, chance.randint(*ends[0][1:]), 9500]  # each joined by the first aisle
    aisles = [AisleLine(str(n), *line) for n, line in enumerate(ends)]
    ways = Ways(tuple(aisles), tuple(CrossLine(y, -1000, 9000) for y in ys))
    net = Net(
        Layout(
            tuple(Aisle(a.name, a.x_mm, a.y0_mm, a.y1_mm) for a in aisles),
            tuple(CrossAisle(str(y), y, -1000, 9000) for y in ys),
        )
    )
    places = [(a.x_mm, chance.randint(a.y0_mm, a.y1_mm)) for a in aisles]
    places += [(chance.randint(-2000, 9500), chance.choice(ys) + chance.randint(-300, 300)) for _ in range(3)]

    for a, b in itertools.permutations(places, 2):
        length = net.distance(("", *a), ("", *b))
        assert length == ways.distance(a, b)
        assert _walked(net.path(("", *a), ("", *b))) == length


def _walked(path: tuple[Spot, ...]) -> int:
    return sum(abs(a[1] - b[1]) + abs(a[2] - b[2]) for a, b in itertools.pairwise(path))


@pytest.mark.parametrize(
    ("a", "b", "mm"),
    [
        (("", 3000, 2000), ("", 3000, 7000), 5000),
        (("", 3000, 7000), ("", 3000, 2000), 3000 + 3000 + 10_000 + 3000 + 2000),
        (("", 0, 2000), ("", 3000, 2000), 2000 + 3000 + 2000),
        (("", 3000, 2000), ("", 0, 2000), 8000 + 3000 + 8000),
        (("", 3000, 0), ("", 3000, 10_000), 10_000),
        (("", 3000, 10_000), ("", 3000, 0), 16_000),
        (("", 9000, 0), ("", 6000, 500), 3500),
        (("", 9500, -200), ("", 6000, 500), 700 + 3500),
    ],
)
def test_an_aisle_of_one_direction_is_walked_in_that_direction_alone(a: Spot, b: Spot, mm: int) -> None:
    assert Net(BLOCK).distance(a, b) == mm


def test_a_closed_stretch_is_walked_round_and_what_lies_in_it_is_out_of_reach() -> None:
    net = Net(Layout(BLOCK.aisles, BLOCK.cross_aisles, (Closure("K", "A1", 4000, 6000),)))

    assert net.distance(("", 0, 3000), ("", 0, 7000)) == 3000 + 3000 + 10_000 + 3000 + 3000
    assert net.distance(("", 0, 3000), ("", 0, 5000)) == FAR
    assert net.distance(("", 0, 3000), ("", 0, 4000)) == 1000
    assert net.path(("", 0, 3000), ("", 0, 5000)) == ()


def test_zones_are_joined_by_doors_alone_and_waiting_counts_as_walking() -> None:
    two = Layout(
        (*BLOCK.aisles, Aisle("B1", 0, 0, 5000, "attic")),
        (*BLOCK.cross_aisles, CrossAisle("D1", 0, 0, 2000, "attic")),
        doors=(
            Door("lift", 9000, 0, 2000, 0, to_zone="attic", length_mm=1000, seconds=10, way="forth"),
            Door("chute", 0, 5000, 0, 10_000, "attic", "", way="forth"),
        ),
    )
    net = Net(two, walk_mm_s=1000)
    below, above = ("", 6000, 0), ("attic", 0, 1000)

    assert net.distance(below, above) == 3000 + 1000 + 10 * 1000 + 2000 + 1000
    assert net.distance(above, below) == 4000 + 6000 + 10_000
    assert net.path(above, below)[:3] == (above, ("attic", 0, 5000), ("", 0, 10_000))
    assert Net(Layout(two.aisles, two.cross_aisles)).distance(below, above) == FAR
    assert net.distance(("cellar", 0, 0), below) == FAR


def test_an_irregular_hall_is_walked_along_its_paths() -> None:
    hall = Layout(
        nodes=(Node("n1", 0, 0, "h"), Node("n2", 3000, 4000, "h"), Node("n3", 6000, 0, "h")),
        paths=(Way("p", "n1", "n2"), Way("q", "n2", "n3", 8000, "forth"), Way("r", "n1", "n3", blocked=True)),
        bins=(Bin("shelf", 1900, 1700, "h"), Bin("end", 6000, 0, "h")),
    )
    net = Net(hall)

    assert net.distance(("h", 0, 0), ("h", 6000, 0)) == 13_000
    assert net.distance(("h", 6000, 0), ("h", 0, 0)) == FAR
    beside = round(math.hypot(1900 - 1500, 1700 - 2000))
    assert net.distance(net.spot_of("shelf"), ("h", 3000, 4000)) == 2500 + beside
    assert net.plane([("h", 0, 0)]) is None


def test_an_irregular_hall_joins_an_aisle_where_one_of_its_nodes_lies_on_it() -> None:
    both = Layout(
        BLOCK.aisles, BLOCK.cross_aisles, nodes=(Node("n1", 0, 5000), Node("n2", -3000, 5000)),
        paths=(Way("p", "n1", "n2"),),
    )  # fmt: skip

    assert Net(both).distance(("", -3000, 5000), ("", 0, 7000)) == 5000


def test_memory_is_bounded_by_junctions() -> None:
    xs = range(0, 300_000, 3000)
    net = Net(
        Layout(
            tuple(Aisle(f"A{x}", x, 0, 9000, way="up" if x % 2000 else "down") for x in xs),
            tuple(CrossAisle(f"C{y}", y, 0, 300_000) for y in (0, 3000, 6000, 9000)),
        )
    )
    net._most_trees = 20

    for x in xs:
        net.distance(("", x, 1000), ("", 30_000, 8000))

    assert len(net._trees) <= 20


@given(seed=st.integers(0, 10_000))
def test_no_detour_is_shorter_and_every_leg_follows_its_direction(seed: int) -> None:
    chance = random.Random(seed)
    ways = ["both", "up", "down", "both"]
    aisles = tuple(Aisle(f"A{n}", n * 1000, 0, 5000, way=chance.choice(ways)) for n in range(5))
    crosses = tuple(
        CrossAisle(f"C{y}", y, 0, 4000, way=chance.choice(["both", "both", "east", "west"])) for y in (0, 2500, 5000)
    )
    net = Net(Layout(aisles, crosses))
    places = [("", chance.randrange(5) * 1000, chance.randint(0, 5000)) for _ in range(5)]

    for a, b, c in itertools.permutations(places, 3):
        assert net.distance(a, c) <= net.distance(a, b) + net.distance(b, c)
    for a, b in itertools.permutations(places, 2):
        path = net.path(a, b)
        assert _walked(path) == net.distance(a, b) or net.distance(a, b) == FAR
        for (_, x, y), (_, x2, y2) in itertools.pairwise(path):
            if x == x2:
                assert aisles[x // 1000].way in ("both", "up" if y2 > y else "down")
            else:
                cross = next(each for each in crosses if each.y_mm == y == y2)
                assert cross.way in ("both", "east" if x2 > x else "west")


def test_a_walk_takes_time_for_its_length_its_corners_its_stops_and_reaching_up() -> None:
    shape = Shape(walk_mm_s=1000, turn_s=2, stop_s=5, level_s=3)

    assert seconds_of(shape, 12_000, turns=3, levels=(1, 2, 4)) == 12 + 6 + 15 + 12
    assert corners_of(((0, 0), (0, 5), (3, 5))) == 1
