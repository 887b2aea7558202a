"""528 published problems: our walks are the published optima, in one block and in two, however they are turned."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from app.cli import main
from app.picking.rules.covering import Offer
from app.picking.rules.distance import Point
from app.picking.rules.exact import tour, tour_mm
from app.picking.rules.grid import Grid
from app.picking.rules.published import UNIT_MM, read_instance
from app.picking.rules.scattered import chosen, solved
from app.picking.rules.sshape import first_come_mm, s_shape
from tests.routes import published, remeasure


def test_every_walk_on_the_command_line_is_an_optimum_measured_by_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in published.texts().items():
        (tmp_path / name).write_text(text, encoding="cp1252")

    status = main(["route", "--instances", str(tmp_path), "--json"])

    lines = capsys.readouterr().out.splitlines()
    assert status == 0
    assert remeasure.judged(tmp_path, published.optima(), lines) == (528, 1.0, [])


def test_with_a_cross_aisle_in_the_middle_every_walk_is_an_optimum_too() -> None:
    optima = published.optima("sprp_528_two_block_optima")
    instances = {name: read_instance(published.in_two_blocks(text)) for name, text in published.texts().items()}

    lengths = {
        name: tour(i.grid, [pick.point for pick in i.stops], i.depot, i.depot).length_mm / UNIT_MM
        for name, i in instances.items()
    }

    assert lengths == optima


@pytest.mark.parametrize("blocks", [1, 2])
def test_a_walk_is_as_long_when_its_floor_is_mirrored_moved_and_its_picks_are_shuffled(blocks: int) -> None:
    for n, text in enumerate(list(published.texts().values())[::6]):
        i = read_instance(text if blocks == 1 else published.in_two_blocks(text))
        picks, chance = [pick.point for pick in i.stops], random.Random(n)
        wide, high = i.grid.xs[-1], i.grid.ys[-1]
        length = tour_mm(i.grid, picks, i.depot, i.depot)
        turns = {
            "mirrored": lambda p, wide=wide: (wide - p[0], p[1]),
            "upside down": lambda p, high=high: (p[0], high - p[1]),
            "moved": lambda p: (p[0] + 12_345, p[1] - 678),
        }
        for turn in turns.values():
            assert _turned(i.grid, picks, i.depot, turn, chance) == length


def _turned(grid: Grid, picks: list[Point], depot: Point, turn: object, chance: random.Random) -> int:
    assert callable(turn)
    block = Grid.of([turn((x, 0))[0] for x in grid.xs], [turn((0, y))[1] for y in grid.ys])
    shuffled = [turn(pick) for pick in picks]
    chance.shuffle(shuffled)
    return tour_mm(block, shuffled, turn(depot), turn(depot))


def test_no_walk_is_longer_than_in_s_shape_or_as_the_picks_come() -> None:
    for text in published.texts().values():
        i = read_instance(text)
        picks = [pick.point for pick in i.stops]

        swept = s_shape(i.grid, picks, i.depot, i.depot)
        come = first_come_mm(i.grid, picks, i.depot, i.depot)

        assert sorted(swept.order) == list(range(len(picks)))
        assert tour_mm(i.grid, picks, i.depot, i.depot) <= min(swept.length_mm, come)


@pytest.mark.parametrize(("column", "blocks"), [("optimum", 1), ("two_block_optimum", 2)])
def test_bins_of_scattered_stock_are_chosen_with_the_walk(column: str, blocks: int) -> None:
    optima, exact = published.optima("sprp_scattered_optima", column), 0
    for name, text in published.texts("sprp_scattered").items():
        instance = read_instance(text if blocks == 1 else published.in_two_blocks(text))
        if name not in optima or len(instance.stops) > 45:
            continue

        found = solved(instance)

        length = found.length_mm / UNIT_MM
        walk = [{"id": p.article, "aisle": p.aisle, "cell": p.cell} for p in found.picks]
        assert blocks == 2 or remeasure.remeasured(text, walk) == length
        assert length == optima[name]
        exact += found.exact
    assert exact >= 5


def test_of_every_set_of_bins_none_is_shorter_than_the_chosen_one() -> None:
    for seed in range(40):
        chance = random.Random(seed)
        grid = Grid.of([n * 3 for n in range(4)], [0, 11, 20][: 2 + seed % 2])
        offers = [
            Offer((chance.choice(grid.xs), chance.randint(0, grid.ys[-1])), n % 3, chance.randint(1, 2))
            for n in range(8)
        ]
        wanted = {0: 2, 1: 1, 2: chance.randint(0, 2)}
        end = (chance.choice(grid.xs), 0)

        found = chosen(grid, offers, wanted, (0, 0), end)

        lengths = [
            tour_mm(grid, [offers[i].point for i in bins], (0, 0), end)
            for size in range(1, 9)
            for bins in itertools.combinations(range(8), size)
            if all(sum(offers[i].quantity for i in bins if i % 3 == a) >= units for a, units in wanted.items())
        ]
        assert (found.length_mm, found.exact) == (min(lengths), True)
        for article, units in wanted.items():
            assert sum(offers[i].quantity for i in found.order if offers[i].article == article) >= units
        assert found.length_mm == tour_mm(grid, [offers[i].point for i in found.order], (0, 0), end)


def test_there_must_be_enough_of_everything() -> None:
    with pytest.raises(ValueError, match="not 3 units of article 7"):
        chosen(Grid.of([0], [0, 9]), [Offer((0, 4), 7, 2)], {7: 3}, (0, 0), (0, 0))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("NUM_CELLS : 30", "NUM_CELLS : many", "NUM_CELLS is 'many', expected a whole number"),
        ("NUM_CELLS : 30\n", "", "no line NUM_CELLS"),
        ("CELL_TO_CELL : 1", "CELL_TO_CELL : x", "DISTANCE_CELL_TO_CELL is 'x', expected a length"),
        ("LOCATION : bottom", "LOCATION : left", "DEPOT_LOCATION is 'left', expected top or bottom"),
        ("AISLE 0 CELL 0", "AISLE 5 CELL 0", "lies at AISLE 5 CELL 0: there are 5 × 30"),
        ("ID 8 AISLE 0", "ID eight AISLE 0", "SKU_SECTION: expected ID, AISLE and CELL"),
    ],
)
def test_a_problem_that_cant_be_read_says_what_it_lacks(old: str, new: str, said: str) -> None:
    text = published.texts()["unit_F1_m5_C30_a15_10.txt"].replace("\r\n", "\n")
    assert old in text

    with pytest.raises(ValueError, match=said):
        read_instance(text.replace(old, new, 1))
