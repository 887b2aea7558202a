"""Whatever the floor: a walk takes every stop, is measured on the floor, and no plainer walk is shorter."""

from __future__ import annotations

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.picking.rules.graph import Net
from app.picking.rules.grid import Grid
from app.picking.rules.layout import Aisle, Closure, CrossAisle, Door, Layout, Node
from app.picking.rules.layout import Path as Way
from app.picking.rules.lines import Spot
from app.picking.rules.planes import Plane
from app.picking.rules.search import FAR, held_karp, length_of, nearest_neighbour, searched  # fmt: skip
from app.picking.rules.sshape import first_come_mm, s_shape, swept
from app.picking.rules.walks import table_of, walk


def drawn(chance: random.Random) -> Layout:
    """A floor of any kind: a block with pieces missing, one-way aisles, two zones, an irregular hall."""
    wide, crosses = chance.randint(1, 6), chance.sample(range(-1000, 12_000, 1000), chance.randint(1, 6))
    ways = ("both", "up", "down") if chance.random() < 0.4 else ("both",)
    aisles = [
        Aisle(f"A{n}", n * 2500, chance.choice((0, 0, 3000)), chance.choice((9000, 12_000)), way=chance.choice(ways),
              blocked=chance.random() < 0.1)
        for n in range(wide)
    ]  # fmt: skip
    closures = [Closure("K", "A0", 4000, 5000)] if chance.random() < 0.2 else []
    doors, nodes, paths = list[Door](), list[Node](), list[Way]()
    if chance.random() < 0.4:
        nodes = [Node(f"n{n}", chance.randrange(9000), chance.randrange(9000), "hall") for n in range(8)]
        paths = [
            Way(f"p{n}-{m}", f"n{n}", f"n{m}", way=chance.choice(("both", "both", "forth")))
            for n in range(8) for m in range(n) if chance.random() < 0.4 or m == n - 1
        ]  # fmt: skip
        doors = [Door("D", 0, crosses[0], nodes[0].x_mm, nodes[0].y_mm, to_zone="hall", length_mm=500)]
    lines = [CrossAisle(f"C{y}", y, -500, chance.choice((wide, wide, 2)) * 2500) for y in crosses]
    return Layout(tuple(aisles), tuple(lines), tuple(closures), tuple(doors), tuple(nodes), tuple(paths))


def place_on(layout: Layout, chance: random.Random) -> Spot:
    if layout.nodes and chance.random() < 0.4:
        return ("hall", chance.randrange(9000), chance.randrange(9000))
    aisle = chance.choice(layout.aisles)
    return ("", aisle.x_mm, chance.randint(aisle.y0_mm, aisle.y1_mm))


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 100_000), many=st.booleans())
def test_a_walk_takes_all_that_can_be_reached_and_no_plainer_one_is_shorter(seed: int, many: bool) -> None:
    chance = random.Random(seed)
    layout = drawn(chance)
    net = Net(layout)
    stops = [place_on(layout, chance) for _ in range(chance.randint(13, 20) if many else chance.randint(1, 7))]
    start = place_on(layout, chance)
    end = start if chance.random() < 0.5 else place_on(layout, chance)
    ranks = [chance.randrange(2) for _ in stops] if chance.random() < 0.3 else []

    found = walk(net, stops, start, end, ranks=ranks, kicks=50)

    assert sorted((*found.order, *found.unreached)) == list(range(len(stops)))
    for i in found.unreached:
        assert max(net.distance(start, stops[i]), net.distance(stops[i], end)) == FAR
    visited = [stops[i] for i in found.order]
    assert found.length_mm == sum(net.distance(a, b) for a, b in itertools.pairwise([start, *visited, end]))
    if found.length_mm < FAR:
        assert (found.turns[0], found.turns[-1]) == (start, end)
        assert set(visited) <= set(found.turns)
    table = table_of(net, [start, *visited, end])
    kept = [ranks[i] for i in found.order] if ranks else []
    assert kept == sorted(kept)
    if found.length_mm < FAR:
        assert found.length_mm <= length_of(table, nearest_neighbour(table, kept))
        order = sorted(swept(visited), key=lambda i: kept[i] if kept else 0)
        assert found.length_mm <= length_of(table, [i + 1 for i in order])
        if found.exact and len(visited) <= 7:
            assert found.length_mm == length_of(table, held_karp(table, kept))
    assert walk(net, stops, start, end, ranks=ranks, kicks=50) == found


@given(seed=st.integers(0, 100_000), rows=st.integers(2, 4))
def test_no_exact_walk_is_longer_than_the_same_stops_in_s_shape(seed: int, rows: int) -> None:
    chance = random.Random(seed)
    grid = Grid.of([n * 1000 for n in range(chance.randint(1, 8))], [n * 7000 for n in range(rows)])
    stops = [(chance.choice(grid.xs), chance.randint(0, grid.ys[-1])) for _ in range(chance.randint(1, 25))]
    start = (chance.choice(grid.xs), chance.choice((0, grid.ys[-1])))
    net = _Flat(grid)

    found = walk(net, stops, start, start)
    plain = s_shape(grid, stops, start, start)

    assert found.exact
    assert sorted(plain.order) == list(range(len(stops)))
    assert (plain.trail[0], plain.trail[-1]) == (start, start)
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in itertools.pairwise(plain.trail))
    assert found.length_mm <= min(plain.length_mm, first_come_mm(grid, stops, start, start))


class _Flat:
    """A full grid as a floor."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid

    def distance(self, a: tuple[int, int], b: tuple[int, int]) -> int:
        return self.grid.distance(a, b)

    def path(self, a: tuple[int, int], b: tuple[int, int]) -> tuple[tuple[int, int], ...]:
        return (a, b)

    def plane(self, places: list[tuple[int, int]]) -> Plane:
        return Plane(self.grid, tuple(places), (0,) * len(places))


# ---- closed forms of the plain walks --------------------------------------------------------------------------------


CELLS = st.tuples(st.integers(0, 9), st.integers(1, 44))


@given(picks=st.lists(CELLS, min_size=1, max_size=40), home=st.integers(0, 9))
def test_the_length_in_s_shape_is_that_of_its_formula(picks: list[tuple[int, int]], home: int) -> None:
    """Two cross-aisles: every aisle whole, the last of an odd number to its farthest pick and back; once out, back."""
    grid, aisles = Grid.of([n * 5 for n in range(10)], [0, 45]), sorted({n for n, _ in picks})
    farthest = max(y for n, y in picks if n == aisles[-1])
    up = 45 * len(aisles) if len(aisles) % 2 == 0 else 45 * (len(aisles) - 1) + 2 * farthest
    across = abs(home - aisles[0]) + (aisles[-1] - aisles[0]) + abs(home - aisles[-1])

    found = s_shape(grid, [(n * 5, y) for n, y in picks], (home * 5, 0), (home * 5, 0))

    assert found.length_mm == up + 5 * across


@given(picks=st.lists(CELLS, min_size=1, max_size=20))
def test_the_length_as_they_come_is_that_of_its_formula(picks: list[tuple[int, int]]) -> None:
    grid, legs = Grid.of([n * 5 for n in range(10)], [0, 45]), [(0, 0), *picks, (0, 0)]

    whole = sum(
        abs(y - v) if n == m else 5 * abs(n - m) + min(y + v, 90 - y - v) for (n, y), (m, v) in itertools.pairwise(legs)
    )

    assert first_come_mm(grid, [(n * 5, y) for n, y in picks], (0, 0), (0, 0)) == whole


# ---- the search -----------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(seed=st.integers(0, 100_000), size=st.integers(0, 6), ranked=st.booleans())
def test_held_and_karp_find_the_best_of_all_orders(seed: int, size: int, ranked: bool) -> None:
    chance = random.Random(seed)
    table = [[chance.randint(1, 60) for _ in range(size + 2)] for _ in range(size + 2)]
    ranks = [chance.randrange(3) for _ in range(size)] if ranked else []
    allowed = [
        order for order in itertools.permutations(range(1, size + 1))
        if not ranks or [ranks[i - 1] for i in order] == sorted(ranks)
    ]  # fmt: skip

    found, near = held_karp(table, ranks), searched(table, (), ranks, kicks=30)

    assert found in allowed
    assert near in allowed
    assert length_of(table, found) == min(length_of(table, order) for order in allowed)
    assert length_of(table, near) <= length_of(table, nearest_neighbour(table, ranks))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 100_000), even=st.booleans())
def test_a_search_is_never_longer_than_where_it_began_and_stops_when_told(seed: int, even: bool) -> None:
    chance = random.Random(seed)
    table = [[chance.randint(1, 900) for _ in range(22)] for _ in range(22)]
    if even:
        table = [[table[min(a, b)][max(a, b)] for b in range(22)] for a in range(22)]
    begun = list(range(1, 21))
    chance.shuffle(begun)
    heard = list[int]()

    found = searched(table, [begun], kicks=200)
    stopped = searched(table, [begun], kicks=10_000, progress=lambda made, _: heard.append(made) or made < 64)

    assert sorted(found) == sorted(stopped) == list(range(1, 21))
    assert length_of(table, found) <= length_of(table, begun)
    assert length_of(table, found) <= length_of(table, nearest_neighbour(table))
    assert heard == [0, 64]
