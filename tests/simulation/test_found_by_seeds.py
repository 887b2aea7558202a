"""What simulated floors found, as small as it can be told."""

from __future__ import annotations

from app.packing.facts import Packed, PackOpened, ParcelClosed
from tests.sync.sides import MUG, ORDER, T1, TEA, CentralSide, StationSide, stable_id
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
