"""How fast walks are, out of those that were walked."""

from __future__ import annotations

import random

import pytest

from app.picking.rules.tempo import Tempo, WalkDone, measured

REAL = Tempo(metre_ms=900, stop_ms=7_000, unit_ms=2_000, walk_ms=40_000, spread=0.05)


def walks(number: int, off: float = 0.0, seed: int = 1) -> list[WalkDone]:
    """Walks at the real tempo, each off by chance."""
    chance = random.Random(seed)
    found = []
    for _ in range(number):
        mm, stops, units = chance.randint(50, 900) * 1_000, chance.randint(3, 60), chance.randint(5, 200)
        found.append(WalkDone(mm, stops, units, round(REAL.takes_ms(mm, stops, units) * chance.gauss(1, off))))
    return found


def test_a_walk_takes_its_metres_stops_units_and_once_its_start() -> None:
    assert REAL.takes_ms(10_500, 3, 4) == 9_450 + 21_000 + 8_000 + 40_000


def test_several_walks_scatter_less_than_one_of_their_length() -> None:
    assert REAL.latest_ms([100_000], 2.0) == 110_000
    assert REAL.latest_ms([25_000] * 4, 2.0) == 105_000


def test_nothing_measured_is_what_was_assumed() -> None:
    assert measured([]) == Tempo()
    assert measured([], REAL) == REAL


def test_many_walks_say_how_fast_they_are() -> None:
    found = measured(walks(400, off=0.05))
    for mm, stops, units in ((100_000, 10, 20), (800_000, 50, 60), (300_000, 5, 150)):
        assert found.takes_ms(mm, stops, units) == pytest.approx(REAL.takes_ms(mm, stops, units), rel=0.03)
    assert found.spread == pytest.approx(0.05, abs=0.01)


def test_walks_that_were_interrupted_say_little() -> None:
    # given every tenth walk three times as long as it should have been
    kept = [
        walk if n % 10 else WalkDone(walk.length_mm, walk.stops, walk.units, walk.took_ms * 3)
        for n, walk in enumerate(walks(200, off=0.03))
    ]

    # when the tempo is measured, then it is that of the others
    found = measured(kept)
    assert found.takes_ms(400_000, 30, 60) == pytest.approx(REAL.takes_ms(400_000, 30, 60), rel=0.05)
    assert found.spread < 0.09


def test_few_walks_move_the_assumed_tempo_a_little_way() -> None:
    real, assumed = REAL.takes_ms(400_000, 30, 60), Tempo().takes_ms(400_000, 30, 60)
    few, many = (abs(measured(walks(n)).takes_ms(400_000, 30, 60) - real) for n in (3, 60))
    assert many < few < abs(assumed - real)


def test_walks_that_all_look_alike_give_a_tempo_without_negative_rates() -> None:
    found = measured([WalkDone(100_000, 10, 10, 200_000)] * 30)
    assert min(found.metre_ms, found.stop_ms, found.unit_ms, found.walk_ms) >= 0
    assert found.takes_ms(100_000, 10, 10) == pytest.approx(200_000, rel=0.05)
