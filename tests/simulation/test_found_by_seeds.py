"""What simulated floors found, as small as it can be told."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from shutil import copy

from sqlalchemy import bindparam, update

from app.clock import FakeClock
from app.db import Prepared, central_write
from app.inventory.facts import StockSet
from app.models import Stock
from app.packing.facts import Packed, PackOpened, ParcelClosed
from app.picking.facts import Picked, ToteBound
from app.sync.talk import Talk
from app.work.service.recording import record_here
from tests.sync.sides import B1, B2, MUG, ORDER, PICK_MUG, T1, TEA, WORK, CentralSide, StationSide, stable_id
from tests.sync.sides import SLIP as BOX


def test_an_order_that_left_is_picked_by_nobody_any_more(central: CentralSide, station: StationSide) -> None:
    """Seed 5: picked offline under a lease that had ended, packed and shipped, while somebody else held the new lease;
    when that one ended too the order was offered once more, and its promises stayed for ever."""
    # given an order whose work is leased and not begun, and all of its units in a box
    lines = tuple((stable_id("line", n), sku, units, 0, 0) for n, sku, units in (("1", MUG, 3), ("2", TEA, 2)))
    station.record(PackOpened(ORDER, BOX, 1, (T1,), lines))
    station.record(*(Packed(BOX, line, sku, units, T1) for line, sku, units, _, _ in lines))

    # when the box is closed
    station.record(ParcelClosed(ORDER, BOX, "X", (T1,)))
    station.settle()

    # then nothing of it can be claimed, and nothing is promised to it
    assert central.query("SELECT state FROM sales_order WHERE id = ?", ORDER) == [("shipped",)]
    assert central.query("SELECT state FROM work WHERE order_id = ?", ORDER) == [("cancelled",)]
    assert central.query("SELECT sum(reserved) FROM stock") == [(0,)]
    assert central.query("SELECT count(*) FROM reservation") == [(0,)]


def test_a_station_whose_twin_goes_on_alone_hears_of_it_though_nobody_works_at_it(
    central: CentralSide, station: StationSide, clock: FakeClock, tmp_path: Path
) -> None:
    """Seed 2 with clones alone: the twin went on in the stream and was switched off; the station had nothing to push,
    so it never greeted again, and took central for behind for ever."""
    # given a station that has greeted central, and a copy of its disk in another computer
    talk = Talk(station.keeper, central.port, clock)
    while (parcel := talk.next()) is not None:
        station.keeper.take_in(parcel)
    (tmp_path / "twin").mkdir()
    copy(station.path, tmp_path / "twin" / station.path.name)
    twin = StationSide(tmp_path / "twin", station.code, clock, central)

    # when the twin records a fact and is switched off, and the station only listens
    [bound] = twin.record(ToteBound(T1, WORK, ORDER, "", 1))
    twin.settle()
    twin.close()
    for _ in range(20):
        if (parcel := talk.next()) is not None:
            station.keeper.take_in(parcel)
        central.work()

    # then it has begun a stream of its own, nothing is under way, and the fact is applied once
    assert station.keeper.is_even()
    assert not talk.line.behind_s
    assert len(central.query("SELECT 1 FROM station_mark WHERE station_id = ?", station.id)) == 2
    assert central.query("SELECT count(*) FROM fact WHERE fact_id = ?", bound.fact_id) == [(1,)]


def test_what_a_hand_takes_of_what_is_promised_to_others_is_promised_elsewhere(
    central: CentralSide, station: StationSide
) -> None:
    """Seed 3 of central restored again and again: the office had counted a bin before it heard of what was picked
    there; the picks took the unit that was promised to another order by then, and nobody was told."""
    # given three mugs in a bin, all promised to an order, and four in another one
    with central_write(central.database) as session:
        record_here(session, [StockSet(MUG, B1, 3)], now=central.clock.now())

    # when a hand takes one of them under a lease that is over
    station.record(Picked(PICK_MUG, WORK, 0, MUG, B1, "", 1, T1))
    station.settle()

    # then two are promised where they lie, and one in the other bin
    promised = "SELECT place_id, on_hand, reserved FROM stock WHERE sku_id = ? AND place_id IN (?, ?) ORDER BY reserved"
    assert central.query(promised, MUG, B1, B2) == [(B2, 4, 1), (B1, 2, 2)]
    assert central.query("SELECT place_id, quantity FROM pick_line WHERE sku_id = ? ORDER BY quantity", MUG) == [
        (B2, 1),
        (B1, 2),
    ]


def test_what_fails_half_way_leaves_nothing_of_it(central: CentralSide) -> None:
    """Seed 3 of disks that fail while poison is told apart: a savepoint is set by the first statement that goes through
    SQLAlchemy; where all of them were prepared ones none was set, and half of a fact stayed."""
    # given a transaction that has sent prepared statements before
    more = Prepared(update(Stock).where(Stock.place_id == bindparam("place")).values(on_hand=Stock.on_hand + 1))
    before = central.query("SELECT sku_id, place_id, on_hand FROM stock ORDER BY 1, 2")
    with central_write(central.database) as session:
        more.run(session, place=b"none")

        # when something fails in a savepoint that has sent nothing else
        with suppress(ZeroDivisionError), session.begin_nested():
            more.run(session, place=B1)
            _ = 1 / 0
        more.run(session, place=B2)

    # then only what it did is gone
    after = central.query("SELECT sku_id, place_id, on_hand FROM stock ORDER BY 1, 2")
    assert after == [(sku, place, units + (place == B2)) for sku, place, units in before]
