"""What the bench says to every wrong thing: each has its own name, nothing changes, and the next right scan goes on.

That a refused scan leaves every row as it was is held by the kit after each of them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from app.barcodes import command_code, own_code
from app.db import reading, station_write
from app.events import Scan
from app.ids import stable_id
from app.models import OrderBrief, Parcel, ParcelLine, Tote
from app.view import Hero, ProblemHero, Sound
from app.work.queries import meaning
from tests.packing.kit import PackBench, gtin, line_id, order_id, sku, tote_code

TRAY = own_code("STRAY02")


@pytest.fixture
def open_bench(bench: PackBench) -> PackBench:
    """Order 10482 is open (2 mugs, 1 soap), and another bench has 10479 with its bag."""
    bench.order("10482", ("MUG", 2), ("SOAP", 1), tote="0412")
    bench.order("10479", ("BAG", 1), tote="0300", state="packing", tote_state="packing", station="Pack 01")
    bench.scan(tote_code("0412"))
    return bench


def sentences(hero: ProblemHero) -> tuple[str, ...]:
    return (str(hero.what), str(hero.detail), str(hero.why), *(str(d) for d in hero.do), str(hero.unchanged))


def test_an_item_of_another_order_goes_into_the_tray(open_bench: PackBench) -> None:
    # when the bag of order 10479 is scanned
    outcome = open_bench.item("BAG")

    # then it is named with its order and station, and the tray is the way out
    assert (outcome.refused, outcome.sound) == ("ItemOfAnotherOrder", Sound.WRONG)
    assert sentences(open_bench.problem) == (
        "Not in this order",
        "Canvas tote bag, BAG",
        "It belongs to order 10479, Pack 01.",
        "Put it in the blue rework tray",
        "Scan the tray label",
        "Nothing was added to the box.",
    )
    assert open_bench.problem.picture == "bag"

    # and a right item does not end it, for the bag is still in the hand; the tray does
    assert open_bench.item("MUG").accepted is False
    assert open_bench.scan(TRAY).accepted
    assert isinstance(open_bench.view.hero, Hero)
    assert open_bench.kinds()[-1] == "Trayed"
    assert open_bench.item("MUG").accepted


def test_an_item_that_nobody_wants_is_another_answer(open_bench: PackBench) -> None:
    assert open_bench.item("TEA").refused == "NotInThisOrder"
    assert sentences(open_bench.problem)[2] == "Order 10482 does not want it."


def test_one_too_many_is_put_back_and_any_right_scan_goes_on(open_bench: PackBench) -> None:
    open_bench.item("SOAP")

    outcome = open_bench.item("SOAP")

    assert outcome.refused == "TooMany"
    assert sentences(open_bench.problem) == (
        "One too many",
        "Soap bar 90 g",
        "This order needs 1, and it is in the box.",
        "Put one back",
        "Scan the next item or CLEAR",
        "Nothing was added to the box.",
    )
    assert open_bench.item("MUG").accepted
    assert isinstance(open_bench.view.hero, Hero)


def test_clear_ends_a_refusal(open_bench: PackBench) -> None:
    open_bench.item("BAG")

    assert open_bench.card("CLEAR").accepted

    assert isinstance(open_bench.view.hero, Hero)


def test_a_queued_scan_does_not_clear_what_nobody_saw(open_bench: PackBench) -> None:
    # given a refusal, and a right scan that was taken before it was shown
    open_bench.item("SOAP")
    open_bench.item("SOAP")
    early = Scan(gtin("MUG"), "gun", open_bench.clock.now(), open_bench.clock.mono_ns() - 1, 99)
    with reading(open_bench.database) as session:
        outcome = open_bench.send(meaning(session, early))

    # then the mug is counted, and the refusal stays with its count
    assert outcome.accepted
    assert (open_bench.problem.name, open_bench.problem.queued) == ("TooMany", 1)


Wrong = Callable[[PackBench], str]
WRONG_AMONG_ITEMS: dict[str, Wrong] = {
    "NotInThisOrder": lambda b: gtin("TEA"),
    "ItemOfAnotherOrder": lambda b: gtin("BAG"),
    "CaseTooLarge": lambda b: "14006381333938",
    "UnknownCode": lambda b: "9999999",
    "DamagedCode": lambda b: command_code("UNDO")[:-1] + ("0" if command_code("UNDO")[-1] != "0" else "1"),
    "PlaceNotWanted": lambda b: own_code("LB1204C"),
    "StationNotWanted": lambda b: TRAY,
    "ToteOfAnotherOrder": lambda b: tote_code("0300"),
    "AnotherOrder": lambda b: own_code("O10479"),
    "QuantityWithoutItem": lambda b: own_code("QTY2"),
    "ReasonNotWanted": lambda b: own_code("RSN2"),
    "ChoiceNotWanted": lambda b: own_code("OPT1"),
    "GradeNotWanted": lambda b: own_code("GRD1"),
    "BoxIsEmpty": lambda b: command_code("NEWBOX"),
    "NoLabelYet": lambda b: command_code("VOID"),
    "CommandNotWanted": lambda b: command_code("SKIP"),
}


@pytest.mark.parametrize("name", WRONG_AMONG_ITEMS)
def test_each_wrong_kind_has_its_own_answer(open_bench: PackBench, name: str) -> None:
    # when something is scanned that is not wanted
    outcome = open_bench.scan(WRONG_AMONG_ITEMS[name](open_bench))

    # then its own answer comes, which says what to do and what did not happen
    assert outcome.refused == name
    hero = open_bench.problem
    assert all(str(t) for t in (hero.what, hero.do[0], hero.unchanged))
    assert len(hero.do) <= 2


def test_wrong_class_wrong_object_elsewhere_known_and_unknown_say_four_things(open_bench: PackBench) -> None:
    said = set()
    for code in (own_code("LB1204C"), gtin("TEA"), gtin("BAG"), "9999999"):
        open_bench.scan(code)
        said.add(sentences(open_bench.problem)[:3])
        open_bench.card("CLEAR")

    assert len(said) == 4


def test_a_quantity_card_where_every_unit_is_scanned(open_bench: PackBench) -> None:
    open_bench.item("MUG")

    assert open_bench.scan(own_code("QTY2")).refused == "QuantityNotAllowed"
    assert open_bench.bench.state.open == 2


def test_a_quantity_below_what_was_scanned(bench: PackBench) -> None:
    bench.order("10482", ("CANDLE", 5), tote="0412")
    bench.scan(tote_code("0412"))
    bench.item("CANDLE", 3)

    assert bench.scan(own_code("QTY2")).refused == "CountedAlready"
    assert bench.scan(own_code("QTY9")).refused == "CaseTooLarge"
    assert bench.scan(own_code("QTY5")).accepted


# ---- opening --------------------------------------------------------------------------------------------------------


def test_what_stands_in_the_way_of_opening_is_named(bench: PackBench) -> None:
    # given totes and orders in every state that is not ready
    bench.order("1", ("MUG", 1), tote="0001", tote_state="picking", state="picking")
    bench.order("2", ("MUG", 1), tote="0002", state="held")
    bench.order("3", ("MUG", 1), state="released")
    bench.order("4", ("MUG", 1), tote="0004", state="cancelled")
    with station_write(bench.database) as session:
        bench.tote(session, "0005", None, "free")
        bench.tote(session, "0006", "999", "dropped")

    # when each is scanned
    answers = [
        bench.scan(code).refused
        for code in (
            tote_code("0001"), tote_code("0002"), own_code("O3"), own_code("O4"), tote_code("0005"), tote_code("0006"),
            gtin("MUG"),
        )
    ]  # fmt: skip

    # then each has an answer of its own
    assert answers == [
        "StillPicking", "OrderOnHold", "NotPicked", "OrderCancelled", "ToteHoldsNoOrder", "OrderUnknown",
        "ItemNotWanted",
    ]  # fmt: skip
    assert bench.kinds() == []


def test_a_tote_that_is_still_bound_says_so_and_is_freed_by_empty(bench: PackBench) -> None:
    bench.order("1", ("MUG", 1), tote="0001", state="shipped")

    asked = bench.scan(tote_code("0001"))
    assert (asked.accepted, asked.sound) == (True, Sound.ATTENTION)
    hero = bench.view.hero
    assert isinstance(hero, Hero)
    assert str(hero.imperative) == "Look inside: nothing in it? Scan EMPTY"

    done = bench.card("EMPTY")
    assert done.ends
    [tote] = bench.rows(Tote)
    assert (tote["state"], tote["order_id"]) == ("free", None)


def test_an_order_at_another_bench_is_taken_over_by_a_choice(bench: PackBench) -> None:
    # given a box that was begun at Pack 01 with one mug in it
    bench.order("1", ("MUG", 2), tote="0001", tote_state="packing", state="packing", station="Pack 01")
    with station_write(bench.database) as session:
        parcel = stable_id("parcel", "x")
        session.add(Parcel(id=parcel, order_id=order_id("1"), number=1, station_id=stable_id("station", "PACK01")))
        session.add(ParcelLine(parcel_id=parcel, order_line_id=line_id("1", 1), sku_id=sku("MUG"), quantity=1))

    # when its tote is scanned here, and the choice to take it over
    asked = bench.scan(tote_code("0001"))
    assert str(asked.echo.words if asked.echo else "") == "Order 1 is being packed at Pack 01"
    assert bench.kinds() == []
    bench.scan(own_code("OPT1"))

    # then it goes on here with what is in the box already
    assert (bench.bench.state.parcel_id, bench.bench.state.done, bench.bench.state.open) == (parcel, 1, 1)
    [row] = bench.rows(Parcel)
    assert row["station_id"] == bench.station.station_id


def test_an_order_that_is_packed_is_not_opened_again(bench: PackBench) -> None:
    bench.order("1", ("MUG", 1), tote="0001")
    bench.scan(tote_code("0001"))
    bench.item("MUG")
    bench.fill()
    bench.label()

    bench.open_task()
    assert bench.scan(own_code("O1")).refused == "AlreadyPacked"


def test_an_order_that_is_cancelled_on_the_bench_takes_no_more_units(open_bench: PackBench) -> None:
    # given an open order that is cancelled at central
    open_bench.item("MUG")
    with station_write(open_bench.database) as session:
        session.execute(update(OrderBrief).where(OrderBrief.number == "10482").values(state="cancelled"))

    # when the next unit is scanned, then it is refused and PARK leads away
    assert open_bench.item("MUG").refused == "OrderCancelled"
    open_bench.card("PARK")
    assert open_bench.scan(own_code("LPROBLEM1")).ends
    assert [b["state"] for b in open_bench.rows(OrderBrief) if b["number"] == "10482"] == ["cancelled"]


def test_no_label_is_made_for_an_order_that_was_cancelled(open_bench: PackBench) -> None:
    open_bench.item("MUG", 2)
    open_bench.item("SOAP")
    with station_write(open_bench.database) as session:
        session.execute(update(OrderBrief).where(OrderBrief.number == "10482").values(state="cancelled"))

    open_bench.fill()

    assert "LabelMade" not in open_bench.kinds()
    assert open_bench.view.kind == "pack.cancelled"


# ---- closing --------------------------------------------------------------------------------------------------------


@pytest.fixture
def labelled(bench: PackBench) -> PackBench:
    """Order 10482 waits for the scan of its label; order 10483 was closed before it."""
    for number, tote in (("10483", "0413"), ("10482", "0412")):
        bench.order(number, ("MUG", 1), tote=tote)
        bench.open_task()
        bench.scan(tote_code(tote))
        bench.item("MUG")
        bench.fill()
        if number == "10483":
            bench.label()
    return bench


def test_any_code_that_is_unique_to_the_parcel_closes_it(labelled: PackBench) -> None:
    label = labelled.bench.state.label
    assert label is not None

    assert labelled.scan("00" + label.sscc).accepted

    closed = next(p for p in labelled.rows(Parcel) if p["order_id"] == order_id("10482"))
    assert (closed["state"], closed["closed_by_code"]) == ("closed", "00" + label.sscc)


def test_wrong_codes_do_not_close_a_box(labelled: PackBench) -> None:
    # given the routing code, another order's label, an item, a tote and nonsense
    other = next(p["tracking"] for p in labelled.rows(Parcel) if p["order_id"] == order_id("10483"))
    routing = "DE10115ZD1"

    # when each is scanned instead of the label
    answers = [labelled.scan(c).refused for c in (routing, other, gtin("MUG"), tote_code("0412")[:-1], "123")]

    # then none closes the box, and each says why
    assert answers == ["RoutingCode", "LabelOfAnotherParcel", "TooMany", "UnknownCode", "UnknownCode"]
    assert "closed" not in {p["state"] for p in labelled.rows(Parcel) if p["order_id"] == order_id("10482")}


def test_the_routing_code_names_the_code_that_counts(labelled: PackBench) -> None:
    labelled.scan("DE10115ZD1")

    assert sentences(labelled.problem) == (
        "That is the routing code",
        "",
        "It is the same on every parcel to that place.",
        "Scan the lower code",
        "The box is not closed.",
    )


def test_the_label_of_another_order_is_named(labelled: PackBench) -> None:
    other = next(p["tracking"] for p in labelled.rows(Parcel) if p["order_id"] == order_id("10483"))

    labelled.scan(other)

    assert sentences(labelled.problem)[0] == "That is the label of order 10483"


def test_undo_ends_where_money_begins(labelled: PackBench) -> None:
    assert labelled.card("UNDO").refused == "NothingToUndo"
    labelled.label()
    assert labelled.card("UNDO").refused == "NothingToUndo"


def test_void_gives_a_new_number_and_the_old_label_is_known_as_void(labelled: PackBench) -> None:
    # given a label that shall not be used
    old = labelled.bench.state.label
    assert old is not None
    before = len(labelled.rows(Parcel))

    # when VOID and a reason card are scanned
    labelled.card("VOID")
    assert labelled.scan(own_code("RSN2"), allowed=True).refused == "NoSuchReason"  # a reason of the shelf
    voided = labelled.scan(own_code("RSN7"), allowed=True)

    # then the next number is on a new label, and the old one closes nothing
    new = labelled.bench.state.label
    assert new is not None
    assert voided.accepted
    assert (new.serial, new.tracking != old.tracking) == (old.serial + 1, True)
    assert labelled.scan(old.tracking).refused == "VoidedLabel"
    assert labelled.label().sound is Sound.ORDER
    assert len(labelled.rows(Parcel)) == before


def test_another_service_is_chosen_at_the_label(labelled: PackBench) -> None:
    labelled.card("CHANGE")
    labelled.scan(own_code("OPT2"), allowed=True)

    label = labelled.bench.state.label
    assert label is not None
    assert (label.service, label.price) == ("Express", "12.90")
    assert labelled.scan(own_code("OPT3")).refused == "ChoiceNotWanted"
    assert labelled.scan(own_code("BXL")).refused == "BoxIsLabelled"
