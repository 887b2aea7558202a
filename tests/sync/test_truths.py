"""What hands did at stations that knew nothing of each other: all is kept, one of them closes, people are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.clock import FakeClock
from app.db import central_write, changed
from app.ids import new_id, stable_id
from app.inventory.service import reserve_units
from app.models import Order, OrderLine, Person, PickLine, Sku, Stock, Work
from app.picking.facts import Dropped, Picked, ToteBound, TourStarted
from app.processing.service import cancel_order
from app.work.service import claim_work
from tests.sync.sides import (
    B1,
    FENCE,
    MUG,
    ORDER,
    PICK_MUG,
    PICK_TEA,
    T1,
    T2,
    TEA,
    WORK,
    CentralSide,
    StationSide,
    balances,
    ledger,
    mirrored,
)

MakeStation = Callable[[str], StationSide]
MIA = stable_id("person", "Mia")


def told(central: CentralSide) -> set[str]:
    return {kind for (kind,) in central.query("SELECT kind FROM incident WHERE resolved_at IS NULL")}


def walk(fence: int, tote: bytes, *, serial: str = "") -> list[object]:
    """Everything that a hand does for the whole order, under one lease."""
    lease, tour = b"\x05" * 16, new_id()
    return [
        TourStarted(tour, (WORK,), (ORDER,), (lease,), (fence,), (PICK_MUG, PICK_TEA)),
        ToteBound(tote, WORK, ORDER, "", fence),
        *(Picked(PICK_MUG, WORK, fence, MUG, B1, "", 1, tote, serial if n == 0 else "") for n in range(3)),
        Picked(PICK_TEA, WORK, fence, TEA, B1, "", 2, tote),
    ]


def lease_runs_out(central: CentralSide, clock: FakeClock, to: StationSide) -> int:
    """The first lease ends by central's clock before anything was heard of it; the fence of the next one."""
    with central_write(central.database) as session:
        session.get_one(Work, WORK).lease_until = clock.now() - timedelta(seconds=1)
        session.flush()
        [claimed] = claim_work(session, station_id=to.id, kind="pick", limit=1, now=clock.now())
        return claimed.fence


@pytest.mark.parametrize("late_first", [True, False])
def test_work_done_under_two_leases_is_kept_twice_and_closed_once(
    late_first: bool, central: CentralSide, station: StationSide, make_station: MakeStation, clock: FakeClock
) -> None:
    # given a station that was cut off, and another that got its work
    other = make_station("PICK02")
    other.settle()
    fence = lease_runs_out(central, clock, other)
    other.settle()
    assert fence == FENCE + 1

    # when both do it, and both tell of it, in either order
    station.record(*walk(FENCE, T1))  # type: ignore[arg-type]
    other.record(*walk(fence, T2))  # type: ignore[arg-type]
    for side in (station, other) if late_first else (other, station):
        side.settle()

    # then what both took is gone from the bin, the lines count the newer lease alone, and a person is told
    stock = ledger(central.path)
    assert (stock[MUG, T1, "", "good"], stock[MUG, T2, "", "good"]) == (3, 3)
    assert central.query("SELECT picked FROM pick_line WHERE id = ?", PICK_MUG) == [(3,)]
    assert central.query("SELECT count(*) FROM fact WHERE kind = 'Picked'") == [(8,)]
    assert "stale_lease" in told(central)
    assert {s for (s,) in central.query("SELECT status FROM fact_status")} == {"stale_lease"}
    station.settle()
    assert mirrored(station.path) == mirrored(central.path)


@pytest.mark.parametrize("pick_first", [True, False])
def test_an_order_that_is_cancelled_while_it_is_picked_offline_goes_back(
    pick_first: bool, central: CentralSide, station: StationSide, clock: FakeClock
) -> None:
    # given an order that was picked offline, and the office that cancels it
    station.record(*walk(FENCE, T1))  # type: ignore[arg-type]
    with central_write(central.database) as session:
        session.add(Person(id=MIA, staff_number="1", name="Mia", role="lead", language="en"))
        changed(session, Person, MIA)
    acts = [
        station.settle,
        lambda: _cancel(central, clock),
    ]

    # when central hears of one before the other
    for act in acts if pick_first else reversed(acts):
        act()
    station.settle()

    # then the order is cancelled, its units are in the tote as the hand says, and somebody is to bring them back
    assert central.query("SELECT state FROM sales_order") == [("cancelled",)]
    assert ledger(central.path)[MUG, T1, "", "good"] == 3
    assert "put_back" in told(central)
    assert station.query("SELECT state FROM order_brief") == [("cancelled",)]
    assert mirrored(station.path) == mirrored(central.path)


def _cancel(central: CentralSide, clock: FakeClock) -> None:
    with central_write(central.database) as session:
        cancel_order(session, order_id=ORDER, now=clock.now(), by="Mia", person_id=MIA)


def test_more_than_the_book_has_is_taken_and_no_more_is_promised_there(
    central: CentralSide, station: StationSide, clock: FakeClock
) -> None:
    # given a bin whose book says ten, from which a hand takes twelve
    station.record(Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", 12, T1))
    station.settle()

    # then the book is below zero, a person is told, and nothing more is promised there
    assert balances(central.path)[MUG, B1, "", "good"] == -2
    assert "negative_stock" in told(central)
    with central_write(central.database) as session:
        order = Order(
            id=new_id(), channel="test", external_id="2", number="10002", state="received", received_at=clock.now(),
            updated_at=clock.now(), content_hash=b"",
        )  # fmt: skip
        line = OrderLine(id=new_id(), order_id=order.id, position=1, external_id="1", sku_id=MUG, quantity=1)
        session.add_all([order, line])
        session.flush()
        got = reserve_units(session, line_id=line.id, sku_id=MUG, quantity=5, now=clock.now())
    assert not got  # four lie in the other bin
    with central_write(central.database) as session:
        assert session.get_one(Stock, (MUG, B1, "", "good")).reserved >= 0


def test_one_serial_number_in_two_hands_is_kept_twice_and_told(
    central: CentralSide, station: StationSide, make_station: MakeStation, clock: FakeClock
) -> None:
    # given two stations that know nothing of each other, and one number on two pieces
    other = make_station("PICK02")
    other.settle()
    with central_write(central.database) as session:
        session.get_one(Sku, MUG).serial_tracked = True
        changed(session, Sku, MUG)
        work, line = new_id(), new_id()
        session.add(Work(id=work, kind="pick", order_id=ORDER, state="leased", fence=1, station_id=other.id))
        session.add(
            PickLine(id=line, work_id=work, order_line_id=stable_id("line", "1"), sku_id=MUG, place_id=B1, quantity=1)
        )
    station.record(Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", 1, T1, "S1"))
    other.record(Picked(line, work, 1, MUG, B1, "", 1, T2, "S1"))

    # when both are told
    station.settle()
    other.settle()

    # then both pieces are where the hands say, and a person is told
    stock = ledger(central.path)
    assert (stock[MUG, T1, "", "good"], stock[MUG, T2, "", "good"]) == (1, 1)
    assert told(central) == {"serial_twice"}


def test_a_serial_number_under_an_old_lease_is_told_as_well(
    central: CentralSide, station: StationSide, make_station: MakeStation, clock: FakeClock
) -> None:
    other = make_station("PICK02")
    other.settle()
    fence = lease_runs_out(central, clock, other)
    station.record(*walk(FENCE, T1, serial="S1"))  # type: ignore[arg-type]
    other.record(*walk(fence, T2, serial="S1"))  # type: ignore[arg-type]

    other.settle()
    station.settle()

    assert told(central) >= {"serial_twice", "stale_lease"}


def test_the_same_question_is_answered_once_whatever_is_lost(central: CentralSide, station: StationSide) -> None:
    """A claim, a range of numbers: the answer is lost, the question comes again, and again after a restore."""
    with central_write(central.database) as session:
        for n in range(3):
            session.add(Work(id=bytes([n]) * 16, kind="pick", order_id=ORDER))
    asked = [station.ask("claim", {"kind": "pick", "limit": 1}), station.ask("numbers", {"kind": "parcel"})]
    for _ in range(3):
        station.push(answer_is_lost=True)
        central.work()
        station.hello()
    station.settle()

    assert central.query("SELECT count(*) FROM answer") == [(len(asked),)]
    assert central.query("SELECT count(*) FROM work WHERE state = 'leased' AND station_id = ?", station.id) == [(1,)]
    assert central.query("SELECT count(*) FROM number_range") == [(1,)]
    assert station.query("SELECT count(*) FROM ask") == [(0,)]


def test_a_walk_that_ends_under_an_old_lease_frees_nobodys_tote(
    central: CentralSide, station: StationSide, make_station: MakeStation, clock: FakeClock
) -> None:
    other = make_station("PICK02")
    other.settle()
    fence = lease_runs_out(central, clock, other)
    other.record(*walk(fence, T2)[:3])  # type: ignore[arg-type]
    other.settle()

    station.record(*walk(FENCE, T1))  # type: ignore[arg-type]
    station.record(Dropped(new_id(), B1, (WORK,), (FENCE,), (T1,), (ORDER,), (WORK,)))
    station.settle()

    assert central.query("SELECT state, fence FROM work WHERE id = ?", WORK) == [("leased", fence)]
    assert central.query("SELECT state FROM sales_order") != [("picked",)]
