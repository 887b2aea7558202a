"""What hands took they can put back: the ledger comes home, whatever was done in between and in whatever order."""

from __future__ import annotations

from random import Random

import pytest

from app.facts import Fact
from app.ids import stable_id
from app.packing.facts import Packed, PackOpened
from app.picking.facts import Picked, Shorted, ToteBound, TourStarted
from app.sync.station import Cause
from tests.sync.sides import (
    B1,
    B2,
    FENCE,
    MUG,
    ORDER,
    PICK_MUG,
    PICK_TEA,
    T1,
    TEA,
    WORK,
    CentralSide,
    StationSide,
    balances,
    dump,
    ledger,
    mirrored,
)

PARCEL = stable_id("parcel", "1")
LINE = stable_id("line", "1")


def some_fact(dice: Random) -> Fact:
    """Anything that moves units, promises or states, and may be taken back."""
    line, sku = dice.choice(((PICK_MUG, MUG), (PICK_TEA, TEA)))
    return dice.choice(
        (
            Picked(line, WORK, FENCE, sku, dice.choice((B1, B2)), "", dice.choice((1, 2, 3, -1)), T1),
            Picked(line, WORK, FENCE, sku, B1, "", 1, T1),
            Shorted(PICK_TEA, WORK, FENCE, 0, 1),
            ToteBound(T1, WORK, ORDER),
            TourStarted(stable_id("tour", "1"), (WORK,), (ORDER,), (b"\x05" * 16,), (FENCE,), (PICK_MUG, PICK_TEA)),
            PackOpened(ORDER, PARCEL, 1, (T1,), ((LINE, MUG, 3, 0, 0),)),
            Packed(PARCEL, LINE, MUG, dice.choice((1, 2)), T1),
        )
    )


@pytest.mark.parametrize("seed", range(6))
def test_voiding_everything_returns_all_stock_to_the_start(
    seed: int, central: CentralSide, station: StationSide
) -> None:
    # given a morning's work, some of it taken back at once, pushed and applied now and then
    dice, start = Random(seed), ledger(central.path)
    alive: list[bytes] = []
    for _ in range(25):
        alive += [kept.fact_id for kept in station.record(some_fact(dice))]
        if dice.random() < 0.2:
            station.record(voids=[alive.pop()])
        if dice.random() < 0.2:
            station.settle()
            assert ledger(central.path) == balances(central.path)

    # when all the rest is taken back, the last first as hands undo
    while alive:
        station.record(voids=[alive.pop()])
    station.settle()

    # then every unit lies where it lay, by the ledger, by the balances, and in the mirror
    assert ledger(central.path) == balances(central.path) == balances(station.path) == start
    assert mirrored(station.path) == mirrored(central.path)
    assert central.query("SELECT reason FROM fact_status") == []


def test_voiding_twice_takes_back_once(central: CentralSide, station: StationSide) -> None:
    start = ledger(central.path)
    [kept] = station.record(Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", 2, T1))

    station.record(voids=[kept.fact_id, kept.fact_id])
    station.record(voids=[kept.fact_id])
    station.settle()

    assert ledger(central.path) == start
    assert central.query("SELECT count(*) FROM voiding") == station.query("SELECT count(*) FROM voiding") == [(1,)]


def test_voiding_what_nobody_knows_changes_nothing(central: CentralSide, station: StationSide) -> None:
    start = ledger(central.path)

    station.record(voids=[b"\x77" * 16])
    station.settle()

    assert ledger(central.path) == start
    assert central.query("SELECT reason FROM fact_status") == []


def test_a_task_is_folded_from_what_was_not_taken_back(station: StationSide) -> None:
    task = b"\x31" * 16
    kept = [station.record(Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", n, T1), task=task)[0] for n in (1, 2, 3)]
    station.record(voids=[kept[1].fact_id], task=task)
    station.record(Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", 9, T1), task=b"\x32" * 16)

    with station.keeper.look() as look:
        found = look.facts_of(task)

    assert [(r.fact_id, r.group) for r in found] == [(kept[0].fact_id, kept[0].group), (kept[2].fact_id, kept[2].group)]
    assert [r.fact for r in found] == [kept[0].fact, kept[2].fact]


def test_the_ledger_is_never_changed_only_added_to(central: CentralSide, station: StationSide) -> None:
    [kept] = station.record(Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", 2, T1))
    station.settle()
    before = central.query("SELECT * FROM movement ORDER BY fact_id, line")

    station.record(voids=[kept.fact_id])
    station.settle()

    after = central.query("SELECT * FROM movement ORDER BY fact_id, line")
    assert set(before) < set(after)
    assert len(after) == len(before) + 2


def test_hands_are_right_and_books_are_not(central: CentralSide, station: StationSide) -> None:
    """More is taken than the book has: it is recorded, shown below zero, and told."""
    station.record(Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", 12, T1))
    station.settle()

    assert balances(central.path)[MUG, B1, "", "good"] == -2
    assert central.query("SELECT count(*) FROM incident WHERE kind = 'negative_stock'") == [(1,)]


def test_a_transaction_that_breaks_leaves_no_fact(station: StationSide) -> None:
    before = dump(station.path)

    with pytest.raises(ZeroDivisionError):
        _record_and_break(station)

    assert dump(station.path) == before
    station.record(Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", 1, T1))
    assert [seq for (seq,) in station.query("SELECT seq FROM fact ORDER BY seq")] == [1, 2]


def _record_and_break(station: StationSide) -> None:
    with station.keeper.act() as transaction:
        transaction.record((Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", 1, T1),), Cause(at=station.clock.now()))
        raise ZeroDivisionError
