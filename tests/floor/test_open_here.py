"""Open here: what was begun at this station and left is listed, and goes on by a choice or by its own scan."""

from __future__ import annotations

import pytest

from app.barcodes import command_code, own_code
from app.floor.facts import OrderRecalled
from app.floor.workflows.home import Home
from app.floor.workflows.open_here import OpenHere, everything_open
from app.ids import stable_id
from app.inventory.facts import CountNoted, CountStarted, Moved, ReceiptOpened, SourceProved, Taken
from app.inventory.workflows.count import Count
from app.inventory.workflows.move import Move
from app.inventory.workflows.put_away import PutAway
from app.inventory.workflows.receive import Receive
from app.models import Bin, Cart, Code, Receipt, ReturnCase, Sku, StationRow
from app.packing.facts import PackOpened
from app.packing.workflows.pack import Pack
from app.picking.facts import PutBackBegun, TakeOverBegun, ToteBound, TourStarted
from app.picking.workflows.pick import Pick
from app.picking.workflows.put_back import PutBackTask
from app.picking.workflows.take_over import TakeOver
from app.returns.facts import ReturnOpened
from app.returns.workflows.take_back import Return
from app.text import Text, say
from app.view import Listing
from app.workflow import Opening
from tests.floor.entrance import ELSEWHERE, Entrance, order_id, tote_id
from tests.floor.test_home import opened, tiles

TASK = b"\x51" * 16
OTHER = b"\x52" * 16
BIN, SKU = b"\x0b" * 16, b"\x0a" * 16


@pytest.fixture
def here(entrance: Entrance) -> Entrance:
    entrance.workflows = (
        Receive(), PutAway(), Move(), PutBackTask(), Pick(), TakeOver(), Pack(), Count(), OpenHere(), Return(),
    )  # fmt: skip
    entrance.add(
        Bin(id=BIN, name="A-1", type="pick", x_mm=0, y_mm=0), Sku(id=SKU, sku="TEA", name="Tea"),
        StationRow(id=ELSEWHERE, code="PACK01", name="Pack 01"),
    )  # fmt: skip
    entrance.at(OpenHere())
    return entrance


def rows(here: Entrance) -> list[Text]:
    [listing] = here.view.object
    assert isinstance(listing, Listing)
    return [row.title for row in listing.rows]


def packed(here: Entrance, number: str, task: bytes) -> None:
    """An order that was opened at this bench and left."""
    here.order(number)
    here.tote(f"T{number}", "dropped", number)
    box = order_id(f"box {number}")
    here.clock.advance(1)
    here.recorded(task, PackOpened(order_id(number), box, 1, (tote_id(f"T{number}"),), ()))


def work_id(number: str) -> bytes:
    return stable_id("work", number)


def walk(here: Entrance, number: str, task: bytes) -> None:
    here.order(number, "picking")
    here.tote(f"T{number}", order=number)
    here.work(number)
    ids = (work_id(number),), (order_id(number),), (b"\x01" * 16,), (0,)
    here.recorded(
        task, TourStarted(task, *ids, ()), ToteBound(tote_id(f"T{number}"), work_id(number), order_id(number))
    )


def test_nothing_is_open_at_a_new_station(here: Entrance) -> None:
    assert rows(here) == []
    assert OpenHere().waiting(here) == 0


def test_a_box_that_was_left_is_listed_and_a_choice_goes_on_with_it(here: Entrance) -> None:
    packed(here, "1", TASK)
    packed(here, "2", OTHER)

    outcome = here.scan(own_code("OPT1"))

    assert rows(here) == [say("Pack order {number}", number="1"), say("Pack order {number}", number="2")]
    assert outcome.opens == Opening("pack", TASK)
    assert [wanted.code for wanted in here.view.wanted] == ["TOTE-T1", "TOTE-T2"]


def test_a_box_at_another_station_and_a_recalled_one_are_not_open_here(here: Entrance) -> None:
    packed(here, "1", TASK)
    here.recorded(OTHER, OrderRecalled(order_id("1"), order_id("box 1")))

    assert rows(here) == []


def test_a_walk_is_open_until_its_work_is_done_or_somebody_else_has_it(here: Entrance) -> None:
    walk(here, "1", TASK)
    assert [one.opening for one in everything_open(here)] == [Opening("pick", TASK)]

    here.work("2", started=True, station=ELSEWHERE)

    assert len(everything_open(here)) == 1


def test_a_walk_that_was_taken_over_and_not_counted_goes_on_with_its_count(here: Entrance) -> None:
    # given a tote whose count was begun here and left
    here.order("1", "picking")
    here.tote("T1", "picking", "1")
    here.work("1", started=True)
    begun = TakeOverBegun(
        (work_id("1"),), (order_id("1"),), (b"\x01" * 16,), (2,), ("",), (tote_id("T1"),), (work_id("1"),)
    )
    here.recorded(TASK, begun)

    # then the list goes on with it, and so does the tote on the home screen
    assert [one.opening for one in everything_open(here)] == [Opening("take-over", TASK)]
    here.at(Home())
    assert opened(here.scan("TOTE-T1")) == ("take-over", True, False)


def test_a_delivery_a_return_and_a_way_back_are_open_with_their_scans(here: Entrance) -> None:
    receipt, return_, tote = order_id("PO 1"), order_id("R 1"), tote_id("T9")
    here.add(
        Receipt(id=receipt, number="5512", kind="expected", supplier="Acme", state="expected", expected_on=""),
        ReturnCase(id=return_, number="R-7", state="announced", opened_at=here.clock.now()),
        Code(value="ASN", kind="receipt", subject=receipt), Code(value="RMA", kind="return", subject=return_),
    )  # fmt: skip
    here.order("9", "cancelled")
    here.tote("T9", "picking", "9")
    here.recorded(TASK, ReceiptOpened(receipt, "5512", BIN))
    here.recorded(OTHER, ReturnOpened(return_, "R-7", came_as="announced", before="announced"))
    here.recorded(b"\x53" * 16, PutBackBegun(tote, order_id("9"), ((SKU, "", BIN, 1),)))

    assert {one.opening.workflow: one.code for one in everything_open(here)} == {
        "receive": "ASN", "return": "RMA", "put-back": "TOTE-T9",
    }  # fmt: skip


def test_goods_in_the_hand_and_half_a_count_are_open_for_a_shift(here: Entrance) -> None:
    # given goods that were taken and not put, goods that were put, half a count, and a bin that was only looked at
    here.recorded(TASK, SourceProved(BIN), Taken(SKU, BIN, "", "good", 2, 2))
    here.recorded(OTHER, SourceProved(BIN), Taken(SKU, BIN, "", "good", 1, 1), Moved(SKU, BIN, b"\x0c" * 16, 1))
    here.recorded(b"\x53" * 16, CountStarted(b"\x01" * 16, BIN), CountNoted(SKU, 1))
    here.recorded(b"\x54" * 16, CountStarted(b"\x02" * 16, BIN))

    assert [one.opening for one in everything_open(here)] == [Opening("move", TASK), Opening("count", b"\x53" * 16)]
    here.clock.advance(13 * 3600)
    assert everything_open(here) == ()


def test_a_long_list_turns_its_page_and_choices_mean_the_page(here: Entrance) -> None:
    for number in range(8):
        packed(here, str(number), bytes([number + 1]) * 16)

    here.scan(command_code("SKIP"))
    outcome = here.scan(own_code("OPT2"))

    assert rows(here) == [say("Pack order {number}", number="6"), say("Pack order {number}", number="7")]
    assert outcome.opens == Opening("pack", b"\x08" * 16)
    assert here.scan(own_code("OPT3")).refused == "NotHere"


def test_its_tile_counts_and_is_no_reason_to_say_that_work_waits(here: Entrance) -> None:
    here.recorded(TASK, CountStarted(b"\x01" * 16, BIN), CountNoted(SKU, 1))
    here.workflows = (Count(), OpenHere())
    here.at(Home())
    here.sign_in("packer")

    assert tiles(here) == [("OPEN", 1), ("COUNT", 0)]
    assert here.view.hero.imperative == say("Nothing is waiting")  # type: ignore[union-attr]


def test_a_thing_that_is_scanned_is_handed_to_the_home_screen(here: Entrance) -> None:
    packed(here, "1", TASK)

    assert opened(here.scan("TOTE-T1")) == ("home", False, True)


def test_a_cart_is_named_by_its_own_name(here: Entrance) -> None:
    cart = b"\x08" * 16
    here.add(Cart(id=cart, name="Cart 08"), Code(value="CART", kind="cart", subject=cart))
    here.order("1", "picking")
    here.work("1")
    ids = (work_id("1"),), (order_id("1"),), (b"\x01" * 16,), (0,)
    here.recorded(TASK, TourStarted(TASK, *ids, (), cart_id=cart))

    [one] = everything_open(here)

    assert (str(one.second), one.code) == ("Cart 08", "CART")
