"""The screens of returns: a state and what the mirror knows, made into one whole View."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.barcodes import command_code, gtin14, own_code
from app.inventory.queries.places import rack_around
from app.returns import queries
from app.returns.queries import ReturnPlan
from app.returns.rules.coming_back import Part, Shipped, units_left
from app.returns.rules.dispositions import GRADES, disposition_words, grade_words
from app.returns.rules.standing import Asked, Hand, ReturnState
from app.returns.workflows.take_back_desk import plan_of, units_of_story
from app.text import NOTHING, Day, Text, count, day_of, say, verbatim
from app.view import (
    Action,
    CodeDatum,
    CommandCards,
    CountDatum,
    Form,
    FormField,
    Header,
    Hero,
    ItemPanel,
    Keyboard,
    LineRow,
    Lines,
    Listing,
    ListingRow,
    Moment,
    NameDatum,
    Note,
    Offer,
    Offers,
    Panel,
    Progress,
    StepMark,
    Timeline,
    Tone,
    View,
    Wanted,
)
from app.work.queries import SkuCard, code_of, place, sku_card
from app.work.service.timeline import unpacked_words
from app.workflow import Desk

_UNDO = Action("UNDO", "undo-2", say("Undo"), say("last scan"))
_HELP = Action("HELP", "circle-help", say("Help"), say("command codes"))
_HOME = Action("HOME", "house", say("Home"), say("other task"))
_DONE = Action("DONE", "check", say("Close"), say("this return"))
_SEALED = Action("DONE", "package-check", say("Sealed"), say("take it as it is"))
_NO_ORDER = Action("DONE", "circle-question-mark", say("No order"), say("quarantine"))
_SEARCH = Action("MANUAL", "search", say("Search"), say("order or name"))
_REPLACE = Action("CHANGE", "repeat", say("Replace"), say("instead of money"))
_REFUND = Action("CHANGE", "receipt", say("Refund"), say("no replacement"))
WHOLE = ("refused", "undelivered")
REASONS = ((5, say("Refused")), (6, say("Not delivered")))
"""The reason cards of a parcel that came back whole."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one screen is drawn of, read once."""

    state: ReturnState
    desk: Desk
    plan: ReturnPlan | None
    hand: Hand | None

    @property
    def number(self) -> str:
        subject = self.state.subject
        return self.plan.number if self.plan else subject.number if subject else ""

    def card(self, sku_id: bytes) -> SkuCard:
        return self.desk.read(sku_card, sku_id)


def view(step: str, state: ReturnState, desk: Desk) -> View:
    """The whole screen of a step."""
    hand = state.hand or (state.queue[0] if state.queue else None)
    sight = Sight(state, desk, plan_of(state.subject, desk), hand)
    match step:
        case "find":
            return _find(sight)
        case "item":
            return _item(sight)
        case "lot":
            return _lot(sight)
        case "serial":
            return _serial(sight)
        case "grade":
            return _grade(sight)
        case "place":
            return _place(sight)
        case "closed":
            return _closed(sight)
        case _:
            return _start(sight)


def imperative(step: str, state: ReturnState) -> Text:
    """The one act of a step: what the hero says, and what a refusal leads back to."""
    match step:
        case "find":
            return _find_words(state.moment.asked)
        case "item":
            if state.opened is not None and state.opened.kind in WHOLE and not state.back:
                return say("Scan DONE if it is sealed")
            return say("Scan the next item") if state.back else say("Scan the item that came back")
        case "lot":
            return say("Choose the lot")
        case "serial":
            return say("Scan its serial number")
        case "grade":
            return say("Scan the grade card")
        case "place":
            return say("Put it there and scan the place")
        case "closed":
            return say("Scan the next return")
        case _:
            return say("Scan the return label, slip or order")


def _find_words(asked: Asked | None) -> Text:
    if asked is None or asked.typing or not (asked.sku_id or asked.typed):
        return say("Type an order or a name")
    if asked.candidates is None and not asked.away:
        return say("Looking for its order")
    return say("Choose its order") if asked.candidates else say("Scan DONE: no order is known")


# ---- parts of the screens -------------------------------------------------------------------------------------------


def _header(sight: Sight) -> Header:
    subject = sight.state.subject
    if subject is None:
        return Header(task=say("Return"))
    if sight.plan is None:
        return Header(task=say("Return {number}, no order", number=subject.number))
    if subject.kind in WHOLE:
        kind = say("Refused parcel") if subject.kind == "refused" else say("Undelivered parcel")
        return Header(task=say("{kind}, order {number}", kind=kind, number=sight.number))
    return Header(task=say("Return of order {number}", number=sight.number))


def _progress(sight: Sight) -> Progress | None:
    if sight.plan is None:
        return None
    total = sum(s.units for s in sight.plan.shipped)
    back = sum(min(s.back, s.units) for s in sight.plan.shipped)
    label = say("{done} of {total} units are back", done=back, total=total)
    return Progress(back, total, label, _wish(sight))


def _wish(sight: Sight) -> Text:
    subject = sight.state.subject
    if subject is not None and subject.wish == "none":
        return say("Paid back already")
    return say("Replacement") if subject and subject.wish == "replacement" else say("Refund")


def _steps(now: int) -> tuple[StepMark, ...]:
    words = (say("Item"), say("Grade"), say("Place"))
    return tuple(StepMark(w, "done" if i < now else "now" if i == now else "todo") for i, w in enumerate(words))


def may_change(state: ReturnState) -> bool:
    """Whether there is a choice between money and goods: not without an order, and not when the shop has paid."""
    subject = state.subject
    return subject is not None and subject.order_id != b"" and subject.wish != "none"


def _change(sight: Sight) -> tuple[Action, ...]:
    if not may_change(sight.state):
        return ()
    subject = sight.state.subject
    return (_REFUND if subject and subject.wish == "replacement" else _REPLACE,)


def _lines(sight: Sight) -> tuple[Panel, ...]:
    """What left with the order and what of it is back; lines of one SKU together."""
    if sight.plan is None:
        return ()
    rows: dict[bytes, list[Shipped]] = {}
    for s in sight.plan.shipped:
        rows.setdefault(s.sku_id, []).append(s)
    at = sight.plan.shipped_at
    right = say("Shipped {day}", day=Day(at.astimezone().date())) if at else NOTHING
    found = tuple(_row(sight.card(sku_id), some) for sku_id, some in rows.items())
    return (Lines(say("Order {number}", number=sight.number), right, found),)


def _row(card: SkuCard, some: list[Shipped]) -> LineRow:
    units, back = sum(s.units for s in some), sum(min(s.back, s.units) for s in some)
    return LineRow(card.picture, card.title, verbatim(card.variant), card.sku, back, units)


def _when(moment: str, desk: Desk) -> Text:
    """The hour of today, else the day."""
    at, today = datetime.fromisoformat(moment).astimezone(), desk.clock.now().astimezone().date()
    return verbatim(at.strftime("%H:%M")) if at.date() == today else day_of(at.date().isoformat())


def _how_it_left(sight: Sight, sku_id: bytes) -> tuple[Panel, ...]:
    """The item in the hand beside what was shipped: who packed and picked it, out of which bin, weight and serial."""
    units = units_of_story(sight.state, sku_id)
    if sight.hand is not None and sight.hand.serial:
        units = [u for u in units if u.get("serial") == sight.hand.serial] or units
    if not units:
        return ()
    unit, moments = units[0], []
    facts = [_serial_words(unit), _weight_words(unit)]
    what = [f for f in facts if f]
    packed = say("Packed by {name}, box {n}", name=unit["packer"] or "?", n=int(unit["parcel"]))
    moments.append(Moment(_when(unit["packed_at"], sight.desk), packed, str(unit.get("station", ""))))
    if unit["bin"]:
        picked = say("Picked by {name} from {bin}", name=unit["picker"] or "?", bin=unit["bin"])
        moments.append(Moment(NOTHING, picked))
    moments += [Moment(NOTHING, words) for words in what]
    return (Timeline(say("How it left"), tuple(moments)),)


def _serial_words(unit: dict[str, Any]) -> Text:
    if unit.get("serial"):
        return say("Serial {serial}", serial=unit["serial"])
    return say("Lot {lot}", lot=unit["lot"]) if unit.get("lot") else NOTHING


def _weight_words(unit: dict[str, Any]) -> Text:
    return say("Weighs {grams} g", grams=int(unit["weight_g"])) if unit.get("weight_g") else NOTHING


def _story(sight: Sight) -> tuple[Panel, ...]:
    """The timeline of the order, as central told it, the newest first."""
    entries = sight.state.story.get("timeline", [])
    moments = tuple(
        Moment(
            _when(e["at"], sight.desk), unpacked_words(e["words"]), str(e.get("person", "")), str(e.get("station", ""))
        )
        for e in entries
    )
    return (Timeline(say("What happened"), moments),) if moments else ()


def _refund_note(sight: Sight) -> tuple[Panel, ...]:
    """What is paid back, as far as central computed it."""
    refund = sight.state.story.get("refund") or {}
    if sight.plan is None:
        return (Note("circle-alert", say("No order is known"), say("The office is told, nothing is paid back")),)
    subject = sight.state.subject
    if subject is not None and subject.wish == "replacement":
        return (
            Note("repeat", say("A replacement is sent"), say("It is picked and packed like any order"), Tone.NORMAL),
        )
    if not refund or refund.get("amount") in (None, "0", "0.00"):
        return ()
    amount = say("Refund {amount} {currency}", amount=refund["amount"], currency=sight.state.story.get("currency", ""))
    held = bool(refund.get("held"))
    body = say("The office decides about a part of it") if held else say("It goes to the office with the next list")
    return (Note("receipt", amount, body, Tone.WARN if held else Tone.NORMAL),)


def _panel(sight: Sight, hand: Hand, verb: Text) -> ItemPanel:
    card, plan = sight.card(hand.sku_id), sight.plan
    left = units_left(plan.shipped, card.id) if plan else hand.units
    lots = tuple(dict.fromkeys(p.lot for p in hand.parts if p.lot))
    note = say("Lot {lot}", lot=", ".join(lots)) if lots else NOTHING
    if hand.serial:
        note = say("Serial {serial}", serial=hand.serial)
    under = say("of {n}", n=left) if left > hand.units else NOTHING
    return ItemPanel(card.picture, card.title, verbatim(card.variant), card.sku, card.code_tail, verb, hand.units,
                     under, note=note)  # fmt: skip


# ---- one function a screen ------------------------------------------------------------------------------------------


def _start(sight: Sight) -> View:
    waiting = sight.desk.read(queries.waiting_returns)
    rows = tuple(
        ListingRow(
            "rotate-ccw", say("Return {number}", number=w.number),
            say("Order {number}", number=w.order_number) if w.order_number else say("No order is known"),
            say("begun") if w.state == "receiving" else say("announced"),
        )
        for w in waiting
    )  # fmt: skip
    codes = ((w, sight.desk.read(code_of, w.id, "return")) for w in waiting)
    return View(
        kind="return.start",
        hero=Hero(imperative("start", sight.state), "rotate-ccw", second=say("Nothing with it? Scan the item")),
        header=_header(sight),
        context=(Listing(say("Open returns"), rows, empty=say("No return is announced")),),
        actions=(_SEARCH, _HOME, _HELP),
        wanted=tuple(Wanted("order", say("Return {number}", number=w.number), code) for w, code in codes if code),
    )


def _find(sight: Sight) -> View:
    asked = sight.state.moment.asked or Asked("order")
    offers = tuple(
        Offer(i, say("Order {number}", number=c.number), _candidate_words(c.shipped_on, c.units, c.who))
        for i, c in enumerate(asked.candidates or (), 1)
    )
    second = say("Or scan its slip or label") if not asked.away else say("Central does not answer: scan its slip")
    panels: tuple[Panel, ...] = (Offers(say("Which order?"), offers),) if offers else ()
    hero = Hero(imperative("find", sight.state), "package-search", second=NOTHING if asked.typing else second)
    if asked.typing:
        operator = sight.desk.operator
        keys = Keyboard(operator.language if operator else "en", upper=True)
        form = Form(say("Search"), (FormField(say("Order number or name"), asked.typed),), 0)
        return View(kind="return.search", hero=hero, header=_header(sight), object=(keys,), context=(form,),
                    actions=(_HOME, _HELP))  # fmt: skip
    return View(
        kind="return.find",
        hero=hero,
        header=_header(sight),
        object=(_panel(sight, _asked_hand(asked), say("Came back")),) if asked.sku_id else (),
        context=panels or _nothing_found(asked),
        actions=(_NO_ORDER, _SEARCH, _HELP) if asked.sku_id else (_SEARCH, _HOME, _HELP),
        wanted=_choices(len(offers)) or (Wanted("command", say("No order"), command_code("DONE")),),
    )


def _asked_hand(asked: Asked) -> Hand:
    return Hand(asked.sku_id, (Part(b"", asked.lot, asked.units),), asked.serial)


def _candidate_words(day: str, units: int, who: str) -> Text:
    shipped = count(units, "{n} unit is out, shipped {day}", "{n} units are out, shipped {day}", day=day_of(day))
    return say("{who} · {shipped}", who=who, shipped=shipped) if who else shipped


def _nothing_found(asked: Asked) -> tuple[Panel, ...]:
    if asked.candidates is None:
        return ()
    note = Note("circle-question-mark", say("No order is known that shipped it"), say("It may go to quarantine"))
    return note, CommandCards(say("Nobody knows whose it is?"), ((command_code("DONE"), say("No order")),))


def _choices(offered: int) -> tuple[Wanted, ...]:
    return tuple(Wanted("command", say("Choice {n}", n=i), own_code(f"OPT{i}")) for i in range(1, offered + 1))


def _item(sight: Sight) -> View:
    state, plan = sight.state, sight.plan
    subject = state.subject
    whole = state.opened is not None and state.opened.kind in WHOLE
    fresh = bool(subject and subject.parcel_id and state.opened is None)
    left = plan.expected if plan else 0
    words = count(left, "unit expected", "units expected") if plan and plan.announced else count(
        left, "unit is still out", "units are still out")  # fmt: skip
    hero = Hero(
        imperative("item", state),
        "scan-barcode",
        CountDatum(str(left), words) if plan and not fresh else None,
        steps=() if fresh else _steps(0),
        second=say("Opened? Scan each item instead") if whole and not state.back else NOTHING,
    )
    cards: tuple[Panel, ...] = ()
    if fresh:
        cards = (
            CommandCards(say("Or the whole parcel came back"), tuple((own_code(f"RSN{n}"), w) for n, w in REASONS)),
        )
    done = _SEALED if whole and not state.back else _DONE
    actions = (_UNDO, *_change(sight), done, _HELP) if state.opened else (*_change(sight), _HOME, _HELP)
    return View(
        kind="return.item",
        hero=hero,
        header=_header(sight),
        progress=_progress(sight),
        object=cards or _last(sight) or (() if whole else _story(sight)),
        context=(*_lines(sight), *(_refund_note(sight) if state.back else ())),
        actions=actions,
        wanted=(*_open_items(sight), *_reasons(fresh), *_sealed_card(whole and not state.back)),
    )


def _last(sight: Sight) -> tuple[Panel, ...]:
    last = sight.state.last
    if last is None:
        return ()
    name = sight.desk.read(place, last.place_id).name
    words = say("{n} × {name}", n=last.units, name=sight.card(last.sku_id).name)
    where = say("{what}: {place}", what=disposition_words(last.disposition), place=name)
    return (Note("circle-check", words, where, Tone.OK),)


def _open_items(sight: Sight) -> tuple[Wanted, ...]:
    if sight.plan is None:
        return ()
    found = []
    for s in sight.plan.shipped:
        if s.left:
            card = sight.card(s.sku_id)
            found.append(Wanted("item", card.title, _item_code(card, s.lot), 1, card.picture))
    return tuple(found)


def _item_code(card: SkuCard, lot: str) -> str:
    gtin = gtin14(card.code)
    return f"01{gtin}10{lot}" if card.lot_tracked and lot and gtin else card.code


def _reasons(fresh: bool) -> tuple[Wanted, ...]:
    return tuple(Wanted("command", words, own_code(f"RSN{n}")) for n, words in REASONS) if fresh else ()


def _sealed_card(sealed: bool) -> tuple[Wanted, ...]:
    return (Wanted("command", say("Sealed: take it as it is"), command_code("DONE")),) if sealed else ()


def _lot(sight: Sight) -> View:
    asked = sight.state.moment.asked or Asked("lot")
    card = sight.card(asked.sku_id)
    offers = tuple(Offer(i, say("Lot {lot}", lot=lot), picture=card.picture) for i, lot in enumerate(asked.lots, 1))
    return View(
        kind="return.lot",
        hero=Hero(imperative("lot", sight.state), "layers", NameDatum(card.title), steps=_steps(0),
                  second=say("It is printed on the item")),
        header=_header(sight),
        progress=_progress(sight),
        object=(_panel(sight, _asked_hand(asked), say("Came back")),),
        context=(Offers(say("Which lot?"), offers),),
        actions=(_HOME, _HELP),
        wanted=_choices(len(offers)),
    )  # fmt: skip


def _serial(sight: Sight) -> View:
    asked = sight.state.moment.asked or Asked("serial")
    units = [u for u in units_of_story(sight.state, asked.sku_id) if u.get("serial")]
    return View(
        kind="return.serial",
        hero=Hero(imperative("serial", sight.state), "hash", NameDatum(sight.card(asked.sku_id).title),
                  steps=_steps(0), second=say("It stands on the piece itself")),
        header=_header(sight),
        progress=_progress(sight),
        object=(_panel(sight, _asked_hand(asked), say("Came back")),),
        context=_lines(sight),
        actions=(_HOME, _HELP),
        wanted=tuple(Wanted("item", say("Serial {serial}", serial=u["serial"]), str(u["serial"])) for u in units),
    )  # fmt: skip


def _grade(sight: Sight) -> View:
    hand = sight.hand
    assert hand is not None
    cards = CommandCards(say("How is it?"), tuple((own_code(f"GRD{n}"), words) for n, words in GRADES.items()))
    return View(
        kind="return.grade",
        hero=Hero(imperative("grade", sight.state), "clipboard-check", NameDatum(sight.card(hand.sku_id).title),
                  steps=_steps(1), second=say("More of the same? Scan them, or a quantity card")),
        header=_header(sight),
        progress=_progress(sight),
        object=(_panel(sight, hand, say("Came back")),),
        context=(cards, *_how_it_left(sight, hand.sku_id)),
        actions=(_UNDO, *_change(sight), _HELP),
        wanted=tuple(Wanted("command", words, own_code(f"GRD{n}")) for n, words in GRADES.items()),
    )  # fmt: skip


def _place(sight: Sight) -> View:
    hand = sight.hand
    assert hand is not None
    there = sight.desk.read(place, hand.place_id)
    parts = there.parts
    grade = say("{grade}: {what}", grade=grade_words(hand.grade), what=disposition_words(hand.disposition))
    return View(
        kind="return.place",
        hero=Hero(
            imperative=imperative("place", sight.state),
            icon="arrow-down-to-dot",
            datum=CodeDatum(parts) if len(parts) > 1 else NameDatum(verbatim(there.name)),
            aside=sight.desk.read(rack_around, there.id),
            steps=_steps(2),
        ),
        header=_header(sight),
        progress=_progress(sight),
        object=(_panel(sight, hand, say("Put")),),
        context=(_way_note(hand, grade), *_rest(sight), *(_how_it_left(sight, hand.sku_id) or _whose(sight))),
        actions=(_UNDO, *_change(sight), _HELP),
        wanted=(Wanted("bin", say("Place {name}", name=there.name), sight.desk.read(code_of, there.id, "bin")),),
    )


def _whose(sight: Sight) -> tuple[Panel, ...]:
    """What is said of an item whose order nobody knows."""
    return () if sight.plan is not None else _refund_note(sight)


def _way_note(hand: Hand, grade: Text) -> Note:
    if hand.disposition == "quarantine":
        return Note("shield-alert", grade, say("Somebody decides about it later"))
    return Note("archive-restore", grade, say("In doubt: any quarantine place takes it"), Tone.NORMAL)


def _rest(sight: Sight) -> tuple[Panel, ...]:
    """What of a sealed box is still to be put away."""
    rest = sight.state.queue[1:]
    if not rest:
        return ()
    rows = tuple(
        ListingRow("package", sight.card(h.sku_id).title, right=say("× {n}", n=h.units),
                   second=say("to {place}", place=sight.desk.read(place, h.place_id).name))
        for h in rest[:4]
    )  # fmt: skip
    more = count(len(rest) - 4, "{n} more", "{n} more") if len(rest) > 4 else NOTHING
    return (Listing(say("Then"), rows, more),)


def _closed(sight: Sight) -> View:
    back = sight.state.back
    return View(
        kind="return.closed",
        hero=Hero(
            imperative("closed", sight.state), "circle-check",
            CountDatum(str(back), count(back, "unit is back", "units are back")), tone=Tone.OK,
        ),
        header=_header(sight),
        progress=_progress(sight),
        object=_last(sight),
        context=(*_refund_note(sight), *_lines(sight)),
        actions=(_UNDO, _HOME, _HELP),
    )  # fmt: skip
