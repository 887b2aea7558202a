"""Every screen that crosses the stages answers every event in every step, and says four kinds of wrong differently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app import events
from app.barcodes import COMMANDS, command_code, own_code
from app.equipment import DeviceState
from app.floor.workflows.aside import SetAside
from app.floor.workflows.devices import Devices
from app.floor.workflows.home import Home
from app.floor.workflows.look_up import LookUp
from app.floor.workflows.sign_in import SignIn
from app.floor.workflows.stuck import WhyStuck
from app.ids import stable_id
from app.models import Bin, BoxType, Cart, Code, Parcel, PrintJob, Receipt, ReturnCase, Sku, StationRow
from app.text import NOTHING, say, verbatim
from app.view import Hero, ProblemHero, View
from app.work.service.timeline import packed_words
from tests.floor.entrance import HERE, Entrance, order_id, person_id, tote_id
from ui.help import acts, code_for

MUG, BIN, CART, BOX, PARCEL, OTHER, RECEIPT, RETURN = (
    stable_id("thing", name) for name in ("MUG", "BIN", "CART", "BOX", "PARCEL", "OTHER", "RECEIPT", "RETURN")
)
LEAD = person_id("Mia")


def furnish(desk: Entrance) -> None:
    """One of each kind of thing."""
    desk.person("Jo", role="lead")
    desk.sign_in("lead")
    desk.order("1")
    desk.order("2", "held")
    desk.tote("T1", "dropped", "1")
    desk.tote("T2")
    at = desk.clock.now()
    codes = {
        "item": MUG, "bin": BIN, "cart": CART, "box": BOX, "receipt": RECEIPT, "return": RETURN,
        "station": HERE.station_id, "tray": HERE.station_id,
    }  # fmt: skip
    desk.add(
        Sku(id=MUG, sku="MUG", name="Mug"),
        Bin(id=BIN, name="B12-04-C", x_mm=0, y_mm=0),
        Cart(id=CART, name="Cart 08"),
        BoxType(id=BOX, code="M", name="Box M", length_mm=1, width_mm=1, height_mm=1, tare_g=1, max_g=1),
        Receipt(id=RECEIPT, number="PO1"),
        ReturnCase(id=RETURN, number="R1", order_id=order_id("1"), state="announced", opened_at=at),
        Parcel(id=PARCEL, order_id=order_id("1"), state="labelled", tracking="PB1"),
        Parcel(id=OTHER, order_id=order_id("2"), state="labelled", tracking="PB2"),
        PrintJob(id=b"j" * 16, kind="slip", order_id=order_id("1"), parcel_id=PARCEL, queued_at=at),
        *(Code(value=kind.upper(), kind=kind, subject=subject) for kind, subject in codes.items()),
    )
    if desk.read(_station_row) is None:
        desk.add(StationRow(id=HERE.station_id, code=HERE.code, name=HERE.name))
    desk.devices = (
        DeviceState("gun", "scanner", "ok", NOTHING, at),
        DeviceState("scale", "scale", "away", NOTHING),
        DeviceState("labels", "printer", "attention", say("no paper"), at, "label"),
        DeviceState("sound", "sound", "ok", verbatim("100 %")),
        DeviceState("screen", "screen", "ok", verbatim("day")),
    )


def _station_row(session: Any) -> object:
    return session.get(StationRow, HERE.station_id)


def look_up(*codes: str) -> Callable[[Entrance], None]:
    def go(desk: Entrance) -> None:
        desk.at(LookUp())
        for code in codes:
            desk.scan(code, approved_by=LEAD)

    return go


def devices(*codes: str) -> Callable[[Entrance], None]:
    def go(desk: Entrance) -> None:
        desk.at(Devices())
        for code in codes:
            desk.scan(code)

    return go


def at(workflow: Any, *codes: str) -> Callable[[Entrance], None]:
    def go(desk: Entrance) -> None:
        desk.at(workflow)
        for code in codes:
            desk.scan(code)

    return go


def stuck(desk: Entrance) -> None:
    desk.at(WhyStuck())
    words = {name: packed_words(verbatim("words")) for name in ("cause", "who", "act")}
    desk.answer("stuck", {"orders": [{"order_id": order_id("2").hex(), "number": "2", **words}], "unseen": 0})


def aside(*codes: str) -> Callable[[Entrance], None]:
    def go(desk: Entrance) -> None:
        desk.at(SetAside())
        said = {"kind": "Picked", "status": "quarantine", "reason": "r", "station": "s", "person": "p", "scan": "c"}
        desk.answer("aside", {"rows": [{"id": "0a" * 16, "sort": "fact", **said}], "unseen": 0})
        for code in codes:
            desk.scan(code)

    return go


def typed(desk: Entrance) -> None:
    desk.at(LookUp())
    desk.scan(command_code("MANUAL"))
    desk.keys("1")


STANDS: dict[str, Callable[[Entrance], None]] = {
    "sign-in": at(SignIn()),
    "home": at(Home()),
    "home.empty": at(Home(), command_code("EMPTY")),
    "aside": aside(),
    "aside.one": aside(own_code("OPT1")),
    "aside.why": aside(own_code("OPT1"), command_code("CANCEL")),
    "look-up": look_up(),
    "look-up.order": look_up("ORDER-1"),
    "look-up.order held": look_up("ORDER-2"),
    "look-up.bin": look_up("BIN"),
    "look-up.item": look_up("ITEM"),
    "look-up.tote": look_up("TOTE-T2"),
    "look-up.receipt": look_up("RECEIPT"),
    "look-up.thing": look_up("CART"),
    "look-up.type": typed,
    "look-up.choose": look_up("PB1", command_code("REPRINT")),
    "look-up.proof": look_up("PB1", command_code("VOID")),
    "stuck": stuck,
    "devices": devices(),
    "devices.scanner": devices(own_code("OPT1")),
    "devices.scale": devices(own_code("OPT2")),
    "devices.printer": devices(own_code("OPT3")),
    "devices.sound": devices(own_code("OPT4")),
    "devices.screen": devices(own_code("OPT5")),
    "devices.backlog": devices(own_code("OPT6")),
    "devices.codes": devices(command_code("SKIP"), own_code("OPT1")),
}


def every_event(desk: Entrance) -> list[object]:
    """One of each kind of event, of things that exist and of some that do not."""
    now, mono = desk.clock.now(), desk.clock.mono_ns() + 2_000_000_000
    seen: dict[str, Any] = {"text": "x", "at": now, "mono_ns": mono, "device": "gun"}

    def read(kind: Any, **values: Any) -> events.Read:
        made: events.Read = kind(**values, **seen)
        return made

    return [
        *(read(events.CommandRead, word=word) for word in COMMANDS),
        *(events.KeyRead(key=key, **{**seen, "text": "", "touched": True}) for key in ("1", "a", "BACK", "ENTER", "§")),
        *(read(events.ChoiceRead, choice=n) for n in range(10)),
        read(events.QuantityRead, units=2),
        read(events.ReasonRead, reason=1),
        read(events.GradeRead, grade=1),
        read(events.BadgeRead, person_id=person_id("Jo")),
        read(events.BinRead, bin_id=BIN),
        *(read(events.ToteRead, tote_id=tote_id(name)) for name in ("T1", "T2")),
        read(events.CartRead, cart_id=CART),
        read(events.BoxTypeRead, box_type_id=BOX),
        *(read(events.OrderRead, order_id=order_id(number)) for number in ("1", "2", "nobody")),
        read(events.ReceiptRead, receipt_id=RECEIPT),
        read(events.ReturnRead, return_id=RETURN),
        *(read(events.StationRead, station_id=HERE.station_id, tray=tray) for tray in (True, False)),
        read(events.ItemRead, sku_id=MUG),
        *(read(events.ParcelRead, parcel_id=parcel) for parcel in (PARCEL, OTHER, b"n" * 16)),
        read(events.UnknownRead),
        read(events.UnknownRead, reason="check"),
        events.AmbiguousRead(meanings=(read(events.BinRead, bin_id=BIN), read(events.ItemRead, sku_id=MUG)), **seen),
        *(events.Answered(b"r" * 16, kind, {}) for kind in ("story", "stuck", "find-order", "pack", "hold-order", "?")),
        events.Answered(b"r" * 16, "story", {"order_id": order_id("1").hex()}),
        events.Answered(b"r" * 16, "stuck", {"error": "KeyError"}),
        events.AskFailed(b"r" * 16, ""),
        events.Refreshed(frozenset({"tote"})),
        events.PrintChanged(b"j" * 16, "failed", "no paper"),
        events.LoadSettled(300, now, mono),
        events.Weight(300, True, "scale", now, mono),
    ]


@pytest.mark.parametrize("stand", STANDS)
def test_every_event_in_every_step_is_answered_with_a_whole_screen(stand: str, entrance: Entrance) -> None:
    # given a screen in this step
    furnish(entrance)
    STANDS[stand](entrance)
    assert entrance.view.kind == stand.split(" ")[0]
    before = entrance.bench.state

    # when any event comes (nothing is committed, so each meets the same bench)
    with entrance.looking():
        for event in every_event(entrance):
            forget(entrance)
            outcome = entrance.bench.handle(event)

            # then it is accepted or refused by name, nothing is changed yet, and a whole screen can be shown
            assert entrance.bench.state is before
            if isinstance(event, events.Read):
                assert outcome.accepted is not None or entrance.bench.gate is not None
                assert bool(outcome.refused) is (outcome.accepted is False)
            view = entrance.bench.view(outcome)
            assert isinstance(view, View)
            assert view.hero.imperative if isinstance(view.hero, Hero) else view.hero.what


def forget(entrance: Entrance) -> None:
    """The bench as it was before the last event: no message, no open gate, no last read."""
    bench = entrance.bench
    bench.shown, bench.gate, bench._last, bench._counted = None, None, None, None


@pytest.mark.parametrize("stand", [stand for stand in STANDS if stand != "sign-in"])
def test_what_a_screen_offers_is_accepted_and_has_a_code(stand: str, entrance: Entrance) -> None:
    """Every button, tile, row and further act has a handler, and a code that scans to it (R4)."""
    furnish(entrance)
    entrance.workflows = (Home(), LookUp(), WhyStuck(), Devices())
    STANDS[stand](entrance)
    view = entrance.view
    words = [word for word, _ in acts(view) if word not in ("HELP", "OUT", "THEME", "MUTE")]
    assert len(view.actions) <= 4

    for word in words:
        forget(entrance)
        outcome = entrance.bench.handle(entrance.event(code_for(word)))
        assert outcome.accepted or entrance.bench.gate is not None, word


@pytest.mark.parametrize("stand", ["home.empty", "look-up.proof", "look-up.type", "devices.sound"])
def test_wrong_kind_wrong_one_known_elsewhere_and_unknown_are_four_messages(stand: str, entrance: Entrance) -> None:
    furnish(entrance)
    STANDS[stand](entrance)
    wrong = {
        "home.empty": ("BIN", "PB2", "ORDER-2", "nobody knows this"),
        "look-up.proof": ("BIN", "PB2", "TOTE-T1", "nobody knows this"),
        "look-up.type": (own_code("QTY2"), own_code("OPT3"), command_code("SHORT"), "nobody knows this"),
        "devices.sound": ("BIN", own_code("OPT9"), "TOTE-T1", "nobody knows this"),
    }[stand]

    said = []
    for code in wrong:
        outcome = entrance.scan(code)
        hero = entrance.bench.view(outcome).hero
        assert isinstance(hero, ProblemHero)
        assert hero.do
        assert hero.unchanged
        said.append((str(hero.what), str(hero.detail)))

    assert len(set(said)) == 4
