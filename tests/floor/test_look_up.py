"""Look-up: any thing is told, nothing is changed by looking; paper again, void, hold and cancel from there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.barcodes import command_code, own_code
from app.floor import queries
from app.floor.facts import OrderRecalled
from app.floor.workflows.look_up import LookUp
from app.ids import stable_id
from app.models import (
    Bin,
    BriefLine,
    Code,
    CountTask,
    Dossier,
    Lot,
    Manifest,
    OrderBrief,
    Parcel,
    ParcelLine,
    PrintJob,
    Receipt,
    ReceiptLine,
    Sku,
    SkuWeight,
    Stock,
    Tote,
)
from app.packing.facts import LabelReprinted, LabelVoided, SlipQueued
from app.text import say, verbatim
from app.view import (
    CodeDatum,
    Form,
    Hero,
    Keyboard,
    Keypad,
    Lines,
    Listing,
    NameDatum,
    Note,
    Offers,
    ProblemHero,
    Sound,
    Timeline,
    Tone,
)
from app.work.service.timeline import packed_words
from app.workflow import Opening
from tests.floor.entrance import Entrance, order_id, person_id, tote_id

MUG, BIN, BOX, LABEL, SLIP = (stable_id("thing", name) for name in ("MUG", "BIN", "BOX", "LABEL", "SLIP"))
LEAD = person_id("Mia")


@pytest.fixture
def desk(entrance: Entrance) -> Entrance:
    """Somebody who looks things up, among a mug, a bin and an order that waits to be packed."""
    entrance.at(LookUp())
    entrance.sign_in("packer")
    entrance.order("10482")
    entrance.tote("T1", "dropped", "10482")
    entrance.add(
        Sku(id=MUG, sku="MUG", name="Mug", variant="blue", picture="mug", weight_g=380),
        Code(value="4006381333931", kind="item", subject=MUG),
        Bin(id=BIN, name="B12-04-C", aisle="B12", bay="04", level="C", x_mm=0, y_mm=0),
        Code(value="BIN", kind="bin", subject=BIN),
        BriefLine(line_id=b"l" * 16, order_id=order_id("10482"), sku_id=MUG, position=1, quantity=2),
    )
    return entrance


def boxed(desk: Entrance, state: str = "closed", order: str = "shipped", **values: Any) -> None:
    """The order lies in a box with a label and a slip."""
    at = desk.clock.now()
    with desk.write() as session:
        session.execute(OrderBrief.__table__.update().values(state=order))  # type: ignore[attr-defined]
    desk.add(
        Parcel(
            id=BOX, order_id=order_id("10482"), state=state, tracking="PB1", carrier="DHL", service="Express", **values
        ),
        ParcelLine(parcel_id=BOX, order_line_id=b"l" * 16, sku_id=MUG, quantity=2),
        PrintJob(
            id=LABEL, kind="label", order_id=order_id("10482"), parcel_id=BOX, state="sent", copies=1, queued_at=at
        ),
        PrintJob(id=SLIP, kind="slip", order_id=order_id("10482"), parcel_id=BOX, state="sent", copies=1, queued_at=at),
        Dossier(order_id=order_id("10482"), body="{}", received_at=at),
    )


def lies(desk: Entrance, units: int, lot: str = "", status: str = "good", place: bytes = BIN) -> None:
    desk.add(Stock(sku_id=MUG, place_id=place, lot=lot, status=status, on_hand=units))


def listing(desk: Entrance) -> Listing:
    [found] = [panel for panel in desk.view.context if isinstance(panel, Listing)]
    return found


def figures(desk: Entrance) -> list[tuple[str, str, str]]:
    return [(str(row.title), str(row.second), str(row.right)) for row in listing(desk).rows]


def story(desk: Entrance, *moments: str, held: bool = False, cause: str = "") -> dict[str, Any]:
    """Central's answer, the newest moment first."""
    at = desk.clock.now()
    stuck = {name: packed_words(verbatim(words)) for name, words in (("cause", cause), ("who", "Lead"), ("act", "Act"))}
    return {
        "order_id": order_id("10482").hex(),
        "number": "10482",
        "state": "picked",
        "holds": ["manual"] if held else [],
        "stuck": stuck if cause else None,
        "moments": [
            {
                "at": (at - timedelta(days=n)).isoformat(),
                "words": packed_words(say("Packed")),
                "who": who,
                "where": "Pack 02",
            }
            for n, who in enumerate(moments)
        ],
    }


# ---- orders, totes, labels ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["ORDER-10482", "TOTE-T1", "PB1"])
def test_an_order_is_found_by_its_slip_its_tote_and_its_label(code: str, desk: Entrance) -> None:
    if code == "PB1":
        boxed(desk)

    outcome = desk.scan(code)

    assert [(a.kind, a.body, a.waits) for a in outcome.ask] == [("story", {"order_id": order_id("10482").hex()}, True)]
    hero = desk.view.hero
    assert isinstance(hero, Hero)
    assert hero.datum == NameDatum(say("Order {number}", number="10482"))
    assert outcome.facts == ()


def test_what_the_mirror_knows_is_shown_at_once_and_the_story_when_it_came(desk: Entrance) -> None:
    # given an order that was scanned
    desk.scan("ORDER-10482")
    standing, wait = desk.view.context

    # then its state and whose turn it is are told, and that the story is on its way
    assert standing == Note(
        "shopping-cart",
        say("Picked, waits to be packed"),
        say("{who}: {act}", who=say("Packer"), act=say("Scan tote {name}", name="T1")),
        Tone.NORMAL,
    )
    assert isinstance(wait, Note)
    assert wait.title == say("One moment")
    [lines] = desk.view.object
    assert isinstance(lines, Lines)
    assert [(str(row.name), row.done, row.wanted) for row in lines.rows] == [("Mug", 0, 2)]

    # when central has answered
    outcome = desk.answer("story", story(desk, "Ana", "Jonas"))

    # then it stands there, who and where, with the date of another day
    timeline = desk.view.context[-1]
    assert isinstance(timeline, Timeline)
    assert [(m.who, m.where) for m in timeline.moments] == [("Ana", "Pack 02"), ("Jonas", "Pack 02")]
    assert [dict(m.when.arguments).keys() for m in timeline.moments] == [{"_"}, {"day", "time"}]
    assert outcome.sound is Sound.NONE


def test_without_central_the_story_says_so_and_a_late_answer_still_counts(desk: Entrance) -> None:
    desk.scan("ORDER-10482")

    desk.no_answer()
    note = desk.view.context[-1]
    desk.answer("story", story(desk, "Ana"))

    assert isinstance(note, Note)
    assert (note.icon, note.tone) == ("cloud-off", Tone.WARN)
    assert isinstance(desk.view.context[-1], Timeline)


def test_the_story_of_another_order_is_not_shown(desk: Entrance) -> None:
    desk.order("2", "released")
    desk.scan("ORDER-10482")
    desk.scan("ORDER-2")

    desk.answer("story", story(desk, "Ana"))

    assert not isinstance(desk.view.context[-1], Timeline)


def test_why_it_stands_still_comes_before_its_state(desk: Entrance) -> None:
    desk.scan("ORDER-10482")

    desk.answer("story", story(desk, "Ana", held=True, cause="The house number is missing"))

    note = desk.view.context[0]
    assert isinstance(note, Note)
    assert (str(note.title), str(note.body), note.tone) == ("The house number is missing", "Lead: Act", Tone.WARN)


def test_an_order_that_only_central_knows_is_told_from_its_story(desk: Entrance) -> None:
    desk.add(Code(value="OLD", kind="order", subject=order_id("old")))
    desk.scan("OLD")

    desk.answer("story", {**story(desk, "Ana"), "order_id": order_id("old").hex(), "state": "shipped"})

    hero = desk.view.hero
    assert isinstance(hero, Hero)
    assert hero.datum == NameDatum(say("All boxes are closed"))
    assert isinstance(desk.view.context[0], Timeline)


# ---- a number by finger ---------------------------------------------------------------------------------------------


def test_a_number_is_typed_and_opens_its_order(desk: Entrance) -> None:
    desk.scan(command_code("MANUAL"))
    outcome = desk.keys("1049\b82")
    [pad] = desk.view.context

    assert (pad, outcome.sound) == (Keypad(say("Order number"), "10482", enter=say("Find")), Sound.NONE)

    desk.keys("\n")
    assert desk.view.kind == "look-up.order"


def test_where_numbers_have_letters_there_is_a_keyboard(desk: Entrance) -> None:
    desk.order("DE-7")
    desk.scan(command_code("MANUAL"))
    desk.keys("de")

    form, keyboard = desk.view.object
    assert isinstance(form, Form)
    assert (form.fields[0].value, form.active, keyboard) == ("de", 0, Keyboard("en", upper=True))


def test_several_orders_that_end_with_it_are_a_choice(desk: Entrance) -> None:
    desk.order("20482")
    desk.scan(command_code("MANUAL"))
    desk.keys("482\n")
    [offers] = desk.view.context
    assert isinstance(offers, Offers)
    assert [str(offer.words) for offer in offers.offers] == ["Order 10482", "Order 20482"]

    assert desk.scan(own_code("OPT3")).refused == "NotHere"
    outcome = desk.scan(own_code("OPT2"))

    assert outcome.ask[0].body == {"order_id": order_id("20482").hex()}


def test_central_is_asked_for_a_number_that_nobody_here_knows(desk: Entrance) -> None:
    desk.scan(command_code("MANUAL"))
    outcome = desk.keys("77\n")
    assert [(ask.kind, ask.body) for ask in outcome.ask] == [("find-order", {"typed": "77"})]

    # an answer to an older question changes nothing
    desk.answer("find-order", {"typed": "7", "orders": [{"order_id": order_id("7").hex(), "number": "7"}]})
    assert desk.view.kind == "look-up.type"

    outcome = desk.answer("find-order", {"typed": "77", "orders": []})
    hero = desk.view.hero
    assert isinstance(hero, Hero)
    assert (hero.second, hero.tone, outcome.sound) == (
        say("There is no order {number}", number="77"), Tone.WARN, Sound.WRONG,
    )  # fmt: skip

    desk.answer("find-order", {"typed": "77", "orders": [{"order_id": order_id("77").hex(), "number": "77"}]})
    assert desk.view.kind == "look-up.order"


def test_nothing_typed_finds_nothing(desk: Entrance) -> None:
    desk.scan(command_code("MANUAL"))

    assert desk.keys("\n").refused == "NothingTyped"
    assert desk.keys("§").refused == ""


# ---- places and products --------------------------------------------------------------------------------------------


def test_an_item_tells_where_it_lies_by_lot_and_status(desk: Entrance) -> None:
    desk.add(Lot(sku_id=MUG, lot="L1", expires_on="2027-01-31"))
    lies(desk, 5, "L1")
    lies(desk, 2, status="damaged")
    lies(desk, 1, place=tote_id("T1"))

    desk.scan("4006381333931")

    assert figures(desk) == [
        ("B12-04-C", "damaged", "2"), ("B12-04-C", "Lot L1, until 2027-01-31", "5"), ("T1", "", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize(("role", "seen"), [("picker", "to be counted"), ("packer", "to be counted"), ("lead", "5")])
def test_no_figure_is_told_to_who_may_have_to_count_it(role: str, seen: str, desk: Entrance) -> None:
    lies(desk, 5)
    desk.add(CountTask(id=b"c" * 16, place_id=BIN, state="open", opened_at=desk.clock.now()))
    desk.sign_in(role)

    desk.scan("4006381333931")
    assert figures(desk) == [("B12-04-C", "", seen)]

    desk.scan("BIN")
    assert figures(desk) == [("Mug, blue", "MUG", "5" if role == "lead" else "")]


@pytest.mark.parametrize(
    ("master", "row", "said"),
    [
        (None, {}, "weight not known, size not known"),
        (None, {"parcels": 2, "mean_mg": 212_000}, "weight not known, 2 parcels weighed, size not known"),
        (None, {"parcels": 14, "mean_mg": 212_000}, "212 g, learnt from 14 parcels, size not known"),
        (200, {"parcels": 14, "mean_mg": 212_000}, "212 g, learnt from 14 parcels, size not known"),
        (211, {"parcels": 14, "mean_mg": 212_000}, "211 g, size not known"),
        (
            None,
            {"parcels": 9, "mean_mg": 212_000, "high_mg": 300_000},
            "weight varies from 212 to 300 g, size not known",
        ),
    ],
)
def test_an_item_tells_what_it_weighs_and_by_whose_word(
    master: int | None, row: dict[str, int], said: str, desk: Entrance
) -> None:
    tea = stable_id("thing", "TEA")
    desk.add(Sku(id=tea, sku="TEA", name="Tea", weight_g=master), Code(value="TEA", kind="item", subject=tea))
    if row:
        mean = row["mean_mg"]
        desk.add(SkuWeight(**{"sku_id": tea, "units": 1, "low_mg": mean, "high_mg": mean, "strays": 0, **row}))

    desk.scan("TEA")

    [note] = desk.view.object
    assert isinstance(note, Note)
    assert str(note.body) == said


def test_on_a_problem_shelf_stand_the_totes_and_what_they_wait_for(desk: Entrance) -> None:
    # given two totes that were put aside there, one of which can go on
    shelf = stable_id("thing", "SHELF")
    desk.add(Bin(id=shelf, name="Problem shelf 1", type="problem", x_mm=0, y_mm=0))
    desk.add(Code(value="SHELF", kind="bin", subject=shelf))
    for number, short in (("1", 1), ("2", 0)):
        desk.order(number)
        desk.tote(f"P{number}", "parked", number)
        line = {"order_id": order_id(number), "sku_id": MUG, "position": 1, "quantity": 2, "short": short}
        desk.add(BriefLine(line_id=order_id(number), **line))
    with desk.write() as session:
        session.execute(update(Tote).where(Tote.state == "parked").values(place_id=shelf))

    # when the shelf is scanned
    desk.scan("SHELF")
    [listing] = desk.view.context

    # then each is told with its order, those that can go on first
    assert isinstance(listing, Listing)
    assert [(str(row.title), str(row.second)) for row in listing.rows] == [
        ("Tote P2, order 2", "It can go on: scan it at a bench"), ("Tote P1, order 1", "Missing: 1 × Mug"),
    ]  # fmt: skip

    # and the order itself says where its tote stands
    desk.scan("ORDER-1")
    assert desk.view.context[0] == Note(
        "square-parking", say("Put aside on {shelf}", shelf="Problem shelf 1"),
        say("Missing: {what}", what=say("{n} × {name}", n=1, name="Mug")), Tone.WARN,
    )  # fmt: skip


def test_a_bin_tells_what_lies_there_and_is_counted_or_moved_from_here(desk: Entrance) -> None:
    from tests.floor.test_home import Greeter

    lies(desk, 5)
    desk.workflows = (Greeter("COUNT"), Greeter("MOVE"))

    desk.scan("BIN")
    view = desk.view

    assert isinstance(view.hero, Hero)
    assert view.hero.datum == CodeDatum((("B12", say("Aisle")), ("04", say("Bay")), ("C", say("Level"))))
    assert [action.command for action in view.actions] == ["COUNT", "MOVE", "HELP"]
    opening = desk.scan(command_code("COUNT")).opens
    assert isinstance(opening, Opening)
    assert (opening.workflow, getattr(opening.event, "bin_id", b"")) == ("count", BIN)


def test_without_a_task_for_it_there_is_no_button_and_no_act(desk: Entrance) -> None:
    desk.scan("BIN")

    assert [action.command for action in desk.view.actions] == ["HELP"]
    assert desk.scan(command_code("COUNT")).refused == "NotHere"


def test_a_long_list_is_turned_page_by_page(desk: Entrance) -> None:
    for n in range(12):
        lies(desk, n + 1, f"L{n:02d}")
    desk.scan("BIN")

    seen = [[right for _, _, right in figures(desk)]]
    heads = [str(listing(desk).right)]
    for _ in range(3):
        desk.scan(command_code("SKIP"))
        seen.append([right for _, _, right in figures(desk)])
        heads.append(str(listing(desk).right))

    assert seen == [["1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"], ["11", "12"], ["1", "2", "3", "4", "5"]]
    assert heads == ["1 to 5 of 12", "6 to 10 of 12", "11 to 12 of 12", "1 to 5 of 12"]


def test_a_free_tote_tells_that_it_is_empty(desk: Entrance) -> None:
    desk.tote("T2")

    desk.scan("TOTE-T2")

    assert (desk.view.kind, listing(desk).rows, listing(desk).empty) == (
        "look-up.tote",
        (),
        say("By the book it is empty"),
    )


def test_a_delivery_tells_how_much_of_it_came(desk: Entrance) -> None:
    receipt = stable_id("receipt", "PO1")
    desk.add(
        Receipt(id=receipt, number="PO1", supplier="Potter", state="receiving"),
        ReceiptLine(id=b"r" * 16, receipt_id=receipt, position=1, sku_id=MUG, quantity=40, received=12),
        Code(value="PO1", kind="receipt", subject=receipt),
    )

    desk.scan("PO1")

    [note] = desk.view.context
    assert isinstance(note, Note)
    assert (note.title, str(note.body)) == (say("Being received"), "12 of 40 units came")


# ---- which scan opens it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "opens"),
    [("received", True), ("held", True), ("released", True), ("picking", True), ("cancelled", True), ("shipped", True),
     ("picked", False), ("packing", False), ("packed", False)],
)  # fmt: skip
def test_orders_that_a_bench_would_open_are_left_to_it(state: str, opens: bool, desk: Entrance) -> None:
    with desk.write() as session:
        session.execute(OrderBrief.__table__.update().values(state=state))  # type: ignore[attr-defined]
        session.execute(_free_totes())

    opening = LookUp().greets(desk.event("ORDER-10482"), desk)

    assert (opening is not None) is opens


def _free_totes() -> Any:
    from app.models import Tote

    return Tote.__table__.update().values(state="free", order_id=None)  # type: ignore[attr-defined]


def test_a_held_order_whose_goods_stand_at_a_bench_is_left_to_it(desk: Entrance) -> None:
    with desk.write() as session:
        session.execute(OrderBrief.__table__.update().values(state="held"))  # type: ignore[attr-defined]

    assert LookUp().greets(desk.event("ORDER-10482"), desk) is None


# ---- paper once more ------------------------------------------------------------------------------------------------


def test_the_slip_is_printed_again(desk: Entrance) -> None:
    boxed(desk, "open", "packing")
    with desk.write() as session:
        session.execute(Parcel.__table__.update().values(tracking=""))  # type: ignore[attr-defined]
    desk.scan("ORDER-10482")

    outcome = desk.scan(command_code("REPRINT"))

    [fact] = outcome.facts
    assert isinstance(fact, SlipQueued)
    assert (fact.order_id, fact.parcel_id) == (order_id("10482"), BOX)


def test_label_or_slip_is_a_choice_and_a_label_away_from_its_bench_needs_a_lead(desk: Entrance) -> None:
    boxed(desk)
    desk.scan("PB1")
    desk.scan(command_code("REPRINT"))
    [offers] = desk.view.context
    assert isinstance(offers, Offers)
    assert [offer.words for offer in offers.offers] == [say("The shipping label"), say("The packing slip")]

    outcome = desk.scan(own_code("OPT1"), approved_by=LEAD)

    [fact] = outcome.facts
    assert isinstance(fact, LabelReprinted)
    assert (fact.parcel_id, fact.counter) == (BOX, 2)


def test_without_an_approval_no_second_label_is_printed(desk: Entrance) -> None:
    boxed(desk)
    desk.scan("PB1")
    desk.scan(command_code("REPRINT"))

    outcome = desk.scan(own_code("OPT1"))

    assert (outcome.facts, desk.view.kind) == ((), "approval.badge")


def test_papers_that_are_not_here_are_fetched_first(desk: Entrance) -> None:
    boxed(desk, "open", "packing")
    with desk.write() as session:
        session.execute(Parcel.__table__.update().values(tracking=""))  # type: ignore[attr-defined]
        session.execute(Dossier.__table__.delete())  # type: ignore[attr-defined]
    desk.scan("ORDER-10482")

    outcome = desk.scan(command_code("REPRINT"))
    assert ([ask.kind for ask in outcome.ask], outcome.facts) == (["pack"], ())

    assert desk.answer("pack", {"dossiers": {}}).refused == "NoPapers"
    desk.add(Dossier(order_id=order_id("10482"), body="{}", received_at=desk.clock.now()))
    assert len(desk.answer("pack", {}).facts) == 1


def test_of_an_order_without_paper_nothing_is_printed(desk: Entrance) -> None:
    desk.scan("ORDER-10482")

    assert desk.scan(command_code("REPRINT")).refused == "NothingPrinted"


# ---- void -----------------------------------------------------------------------------------------------------------


def test_a_label_is_void_with_the_scan_of_the_label_itself_and_not_before(desk: Entrance) -> None:
    # given a closed box that the carrier has not taken
    boxed(desk)
    desk.tote("T9")
    desk.scan("PB1")

    # when a lead has approved
    outcome = desk.scan(command_code("VOID"), approved_by=LEAD)
    assert (outcome.facts, desk.view.kind) == ((), "look-up.proof")

    # then no other scan voids it
    assert desk.scan("TOTE-T9").refused == "NotHere"
    assert desk.scan("nobody knows this").refused == "NotHere"

    # and its own label does
    outcome = desk.scan("PB1")
    assert outcome.facts == (
        OrderRecalled(order_id("10482"), BOX), LabelVoided(order_id("10482"), BOX, "PB1", LABEL),
    )  # fmt: skip
    with desk.write() as session:
        assert session.scalar(select(OrderBrief.state)) == "packing"
        assert session.scalar(select(Parcel.state)) == "open"
    assert desk.view.kind == "look-up.order"


def test_the_label_of_another_box_proves_nothing(desk: Entrance) -> None:
    boxed(desk)
    desk.add(Parcel(id=b"o" * 16, order_id=order_id("10482"), number=2, state="closed", tracking="PB2"))
    desk.scan("PB1")
    desk.scan(command_code("VOID"), approved_by=LEAD)

    outcome = desk.scan("PB2")

    assert outcome.refused == "AnotherLabel"
    hero = desk.view.hero
    assert isinstance(hero, ProblemHero)
    assert hero.why == say("Wanted is {tracking}.", tracking="PB1")


def test_who_thinks_better_of_it_leaves_the_label_as_it_is(desk: Entrance) -> None:
    boxed(desk)
    desk.scan("PB1")
    desk.scan(command_code("VOID"), approved_by=LEAD)

    outcome = desk.scan(command_code("LOOKUP"))

    assert (outcome.facts, desk.view.kind) == ((), "look-up.order")
    assert desk.scan(command_code("UNDO")).refused == "NothingToUndo"


def test_after_the_manifest_a_label_is_not_voided_and_the_reason_is_told(desk: Entrance) -> None:
    desk.add(Manifest(id=b"m" * 16, number="M000042", carrier="DHL", day="2026-03-02", closed_at=desk.clock.now()))
    boxed(desk, manifest_id=b"m" * 16)
    desk.scan("PB1")

    outcome = desk.scan(command_code("VOID"), approved_by=LEAD)

    assert outcome.refused == "TooLateToVoid"
    hero = desk.view.hero
    assert isinstance(hero, ProblemHero)
    assert hero.why == say("It stands on manifest {number}, which the carrier has.", number="M000042")
    assert "VOID" not in {action.command for action in desk.view.actions}


def test_a_parcel_that_the_carrier_has_scanned_is_not_voided_either(desk: Entrance) -> None:
    boxed(desk, tracking_state="in_transit")
    desk.scan("PB1")

    assert desk.scan(command_code("VOID"), approved_by=LEAD).refused == "TooLateToVoid"


# ---- acts that central decides --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind"),
    [("HOLD", "hold-order"), ("RELEASE", "release-order"), ("CANCEL", "cancel-order"), ("RESEND", "resend-mail")],
)
def test_an_act_of_a_lead_is_asked_of_central_in_the_name_of_who_approved(word: str, kind: str, desk: Entrance) -> None:
    desk.scan("ORDER-10482")

    outcome = desk.scan(command_code(word), approved_by=LEAD)

    [ask] = outcome.ask
    assert (ask.kind, ask.body, ask.waits) == (kind, {"order_id": order_id("10482").hex(), "by": LEAD.hex()}, True)

    done = desk.answer(kind, {"order_id": order_id("10482").hex(), "done": packed_words(say("It is done"))})
    assert done.echo is not None
    assert (done.echo.words, [ask.kind for ask in done.ask]) == (say("It is done"), ["story"])


def test_what_central_refuses_is_told_with_its_reason(desk: Entrance) -> None:
    desk.scan("ORDER-10482")
    desk.scan(command_code("CANCEL"), approved_by=LEAD)
    problem = {
        "name": "BoxClosed", "what": packed_words(say("A box is closed")), "why": packed_words(say("So it is")),
        "do": [packed_words(say("Take it back"))], "unchanged": packed_words(say("It was not cancelled.")),
    }  # fmt: skip

    outcome = desk.answer("cancel-order", {"order_id": order_id("10482").hex(), "refused": problem})

    assert outcome.refused == "BoxClosed"
    assert desk.view.hero == ProblemHero(
        say("A box is closed"), why=say("So it is"), do=(say("Take it back"),), unchanged=say("It was not cancelled."),
        name="BoxClosed",
    )  # fmt: skip


def test_what_central_can_t_do_is_told_too(desk: Entrance) -> None:
    desk.scan("ORDER-10482")

    assert desk.answer("hold-order", {"order_id": order_id("10482").hex(), "error": "KeyError"}).refused == "NotDone"


@pytest.mark.parametrize(
    ("role", "state", "buttons", "further"),
    [
        ("packer", "picked", ["HOLD", "CANCEL", "HELP"], []),
        ("lead", "held", ["RELEASE", "CANCEL", "HELP"], []),
        ("lead", "cancelled", ["HELP"], []),
    ],
)
def test_the_buttons_follow_role_and_state(
    role: str, state: str, buttons: list[str], further: list[str], desk: Entrance
) -> None:
    desk.sign_in(role)
    with desk.write() as session:
        session.execute(OrderBrief.__table__.update().values(state=state))  # type: ignore[attr-defined]
    desk.scan("ORDER-10482")

    assert [action.command for action in desk.view.actions] == buttons
    assert [action.command for action in desk.view.more] == [*further, "LOOKUP", "MANUAL"]


@pytest.mark.parametrize(
    ("role", "buttons", "further"),
    [
        ("packer", ["REPRINT", "VOID", "HOLD", "HELP"], ["CANCEL"]),
        ("lead", ["HOLD", "CANCEL", "VOID", "HELP"], ["REPRINT"]),
    ],
)
def test_what_has_no_button_stands_in_help(role: str, buttons: list[str], further: list[str], desk: Entrance) -> None:
    boxed(desk, "labelled", "packed")
    desk.sign_in(role)
    desk.scan("PB1")

    assert [action.command for action in desk.view.actions] == buttons
    assert [action.command for action in desk.view.more] == [*further, "LOOKUP", "MANUAL"]


def test_the_box_tells_its_label_and_the_manifest(desk: Entrance) -> None:
    boxed(desk)
    order = desk.read(queries.order_here, order_id("10482"))

    assert order is not None
    assert order.parcels == (
        queries.ParcelHere(BOX, 1, "closed", "PB1", "DHL", "Express", None, None, "", LABEL, 1, ""),
    )
