"""The screens of a look-up: one for each kind of thing, the same frame for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app import events
from app.carriers.table_rate import TableRate
from app.floor import queries
from app.floor.rules import LEADERS, standing
from app.floor.workflows.look_up_parked import parked_note, parked_rows
from app.floor.workflows.look_up_state import LookUpState, Told
from app.packing.queries import learnt_weight
from app.packing.rules.learning import ENOUGH, Learnt, weight_of
from app.picking.queries import ParkedTote, parked_of, parked_totes
from app.shipping.rules import may_void
from app.text import NOTHING, Text, count, day_of, moment, say, verbatim
from app.view import (
    Action,
    CodeDatum,
    Form,
    FormField,
    Header,
    Hero,
    Keyboard,
    Keypad,
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
    Picture,
    Timeline,
    Tone,
    View,
)
from app.work.queries import SkuCard, describe, place, sku_card, tote_card
from app.workflow import Desk

A_PAGE = 5
"""Rows of two lines that stand in the right column of the smallest screen."""
HELP = Action("HELP", "circle-help", say("Help"), say("command codes"))
MANUAL = Action("MANUAL", "keyboard", say("Type"), say("the number"))
AGAIN = Action("LOOKUP", "search", say("Look up"), say("another thing"))
MORE = Action("SKIP", "list", say("More"), say("next rows"))
TASK = Header(task=say("Look up"))
NEXT = say("Scan the next thing")
OWN_CARRIER = TableRate().code
OVER = ("shipped", "cancelled")
STATUS = {
    "good": NOTHING, "damaged": say("damaged"), "quarantine": say("in quarantine"), "expired": say("expired"),
    "returned": say("returned"),
}  # fmt: skip


def view(step: str, state: LookUpState, desk: Desk) -> View:
    """The whole screen for a step of the look-up."""
    match step:
        case "thing":
            return _begin()
        case "type":
            return _typing(state, desk)
        case "choose":
            return _choosing(state, desk)
        case "proof":
            return _proof(state, desk)
        case _:
            return _shown(state, desk)


# ---- before anything is known ---------------------------------------------------------------------------------------


def _begin() -> View:
    rows = (
        ListingRow("receipt", say("An order, a slip, a label"), say("where it stands, its story, paper once more")),
        ListingRow("shopping-cart", say("A tote"), say("whose order it holds")),
        ListingRow("package", say("An item"), say("where it lies")),
        ListingRow("layers", say("A bin"), say("what lies there; count it, move it")),
    )
    hero = Hero(imperative=say("Scan any thing"), icon="search", second=say("Nothing is changed by looking"))
    return View(
        kind="look-up", header=TASK, hero=hero, context=(Listing(say("What it tells"), rows),), actions=(MANUAL, HELP)
    )


def _typing(state: LookUpState, desk: Desk) -> View:
    tone, second = Tone.NORMAL, say("Or scan the order, its tote or its label")
    if state.line == "missing":
        tone, second = Tone.WARN, say("There is no order {number}", number=state.typed)
    elif state.line == "asked":
        second = say("One moment: central is asked")
    elif state.line == "away":
        tone, second = Tone.WARN, say("Central is away, and this station does not know that number")
    hero = Hero(imperative=say("Type the order number"), icon="hash", second=second, tone=tone)
    kind, actions = "look-up.type", (AGAIN, HELP)
    if desk.read(queries.numbers_are_digits):
        pad = Keypad(say("Order number"), state.typed, enter=say("Find"))
        return View(kind=kind, header=TASK, hero=hero, context=(pad,), actions=actions)
    form = Form(say("Order number"), (FormField(say("Number"), state.typed),), active=0)
    language = desk.operator.language if desk.operator else "en"
    return View(kind=kind, header=TASK, hero=hero, object=(form, Keyboard(language, upper=True)), actions=actions)


def _choosing(state: LookUpState, desk: Desk) -> View:
    if state.choosing == "papers":
        order = desk.read(queries.order_here, state.order_id)
        names = {"label": say("The shipping label"), "slip": say("The packing slip")}
        offers = tuple(Offer(n, names[p]) for n, p in enumerate(papers(state, order) if order else (), 1))
        title, second = say("Print again"), say("It is marked as a duplicate")
    else:
        offers = tuple(Offer(n, say("Order {number}", number=o.number)) for n, o in enumerate(state.found, 1))
        title, second = say("Orders"), say("Several orders end with {typed}", typed=state.typed)
    hero = Hero(imperative=say("Scan the card of a choice"), icon="list", second=second)
    return View(kind="look-up.choose", header=TASK, hero=hero, context=(Offers(title, offers),), actions=(AGAIN, HELP))


def _proof(state: LookUpState, desk: Desk) -> View:
    order = desk.read(queries.order_here, state.order_id)
    parcel = order.parcel(state.proving) if order else None
    hero = Hero(
        imperative=say("Scan the old label"),
        icon="trash-2",
        datum=NameDatum(verbatim(parcel.tracking if parcel else "?"), say("Tear it off the box, scan it, bin it")),
        tone=Tone.WARN,
        second=say("It is void with that scan, and not before"),
    )
    leave = Action("LOOKUP", "x", say("Leave it"), say("void nothing"))
    return View(kind="look-up.proof", header=TASK, hero=hero, actions=(leave, HELP))


# ---- the thing ------------------------------------------------------------------------------------------------------


def _shown(state: LookUpState, desk: Desk) -> View:
    if state.order_id:
        return _order(state, desk)
    match state.read:
        case events.ItemRead():
            return _item(state, state.read, desk)
        case events.BinRead():
            return _bin(state, state.read, desk)
        case events.ToteRead():
            return _tote(state, state.read, desk)
        case events.ReceiptRead():
            return _receipt(state.read, desk)
        case events.Read():
            what, detail = desk.read(describe, state.read)
            return _plain(what, detail)
        case _:
            return _begin()


def _plain(what: Text, detail: Text) -> View:
    hero = Hero(imperative=NEXT, datum=NameDatum(what, detail))
    return View(kind="look-up.thing", header=TASK, hero=hero, actions=(MANUAL, HELP), more=(AGAIN,))


def _receipt(read: events.ReceiptRead, desk: Desk) -> View:
    found = desk.read(queries.receipt_here, read.receipt_id)
    if found is None:
        return _plain(*desk.read(describe, read))
    words = {"expected": say("Expected"), "receiving": say("Being received"), "closed": say("Received")}
    note = Note(
        "truck",
        words.get(found.state, verbatim(found.state)),
        say("{done} of {n} units came", done=found.received, n=found.wanted),
        Tone.NORMAL,
    )
    hero = Hero(
        imperative=NEXT, datum=NameDatum(say("Delivery {number}", number=found.number), verbatim(found.supplier))
    )
    return View(kind="look-up.receipt", header=TASK, hero=hero, context=(note,), actions=(MANUAL, HELP), more=(AGAIN,))


# ---- places and products --------------------------------------------------------------------------------------------


def _item(state: LookUpState, read: events.ItemRead, desk: Desk) -> View:
    card = desk.read(sku_card, read.sku_id)
    there, counts = desk.read(queries.where_lies, read.sku_id), desk.read(queries.open_counts)
    hidden = frozenset() if sees_figures(desk) else counts
    rows = tuple(
        ListingRow(
            "shopping-cart" if row.type == "tote" else "layers",
            verbatim(row.place),
            _kept(row.lot, row.expires_on, row.status),
            say("to be counted") if row.place_id in hidden else verbatim(str(row.on_hand)),
            Tone.NORMAL if row.status == "good" else Tone.WARN,
        )
        for row in there
    )
    hero = Hero(
        imperative=NEXT,
        datum=NameDatum(card.title, verbatim(card.variant)),
        aside=Picture(card.picture or card.sku),
    )
    facts = _facts(card, desk.read(learnt_weight, read.sku_id))
    listing = _listing(say("Where it lies"), rows, state.page, say("It lies nowhere by the book"))
    return View(
        kind="look-up.item", header=TASK, hero=hero, object=facts, context=(listing,), actions=_turn(rows, HELP),
        more=(AGAIN, MANUAL),
    )  # fmt: skip


def _facts(card: SkuCard, learnt: Learnt | None) -> tuple[Panel, ...]:
    """What matters when it is in the hand; what is not known is said, for its checks are off."""
    title = verbatim(card.sku)
    if card.code:
        title = say("{sku}, barcode …{tail}", sku=card.sku, tail=card.code_tail)
    weight = _weight(card.weight_g, learnt)
    size = say("size not known")
    if card.length_mm and card.width_mm and card.height_mm:
        size = say("{a} × {b} × {c} mm", a=card.length_mm, b=card.width_mm, c=card.height_mm)
    body = say("{weight}, {size}", weight=weight, size=size)
    if card.lot_tracked:
        body = say("{a}, {b}", a=body, b=say("kept by lot"))
    notes: tuple[Panel, ...] = (Note("tag", title, body, Tone.NORMAL),)
    if card.hazard:
        notes = (*notes, Note("flame", say("Dangerous goods: {what}", what=card.hazard)))
    return notes


def _weight(master_g: int | None, learnt: Learnt | None) -> Text:
    """What a unit weighs, and by whose word; what boxes have taught is said also where it is not used yet."""
    used = weight_of(master_g, learnt)
    if learnt is not None and used is not None and used != master_g:
        return count(learnt.parcels, "{g} g, learnt from {n} parcel", "{g} g, learnt from {n} parcels", g=used)
    if used:
        return say("{n} g", n=used)
    if learnt is None:
        return say("weight not known")
    if not learnt.is_steady and learnt.parcels >= ENOUGH:
        return say("weight varies from {a} to {b} g", a=learnt.low_mg // 1000, b=learnt.high_mg // 1000)
    return count(learnt.parcels, "weight not known, {n} parcel weighed", "weight not known, {n} parcels weighed")


def _bin(state: LookUpState, read: events.BinRead, desk: Desk) -> View:
    there, lying = desk.read(place, read.bin_id), desk.read(queries.what_lies_in, read.bin_id)
    is_counted = read.bin_id in desk.read(queries.open_counts)
    rows = _lying(lying, hide=is_counted and not sees_figures(desk))
    title, empty = say("What lies there"), say("By the book it is empty")
    if there.type == "problem":
        rows = (*parked_rows(_parked_at(there.name, desk), desk.clock.now()), *rows)
        title, empty = say("What stands there"), say("Nothing was put aside here")
    notes: tuple[Panel, ...] = ()
    if there.blocked:
        notes = (Note("ban", say("This bin is blocked"), say("Nothing is promised from it")),)
    elif is_counted:
        notes = (Note("clipboard-list", say("To be counted"), say("Figures come back after the count")),)
    hero = Hero(imperative=NEXT, datum=CodeDatum(there.parts))
    listing = _listing(title, rows, state.page, empty)
    able = {w.card.word for w in desk.workflows if w.card}
    acts = (
        Action("COUNT", "clipboard-list", say("Count"), say("this bin")),
        Action("MOVE", "arrow-left-right", say("Move"), say("from here")),
    )
    return View(
        kind="look-up.bin", header=TASK, hero=hero, object=notes, context=(listing,),
        actions=_turn(rows, *(act for act in acts if act.command in able), HELP), more=(AGAIN, MANUAL),
    )  # fmt: skip


def _tote(state: LookUpState, read: events.ToteRead, desk: Desk) -> View:
    tote = desk.read(tote_card, read.tote_id)
    rows = _lying(desk.read(queries.what_lies_in, tote.id), hide=False)
    words = {"free": say("It is free"), "received": say("Received goods, to be put away")}
    hero = Hero(
        imperative=NEXT,
        datum=NameDatum(say("Tote {name}", name=tote.name), words.get(tote.state, say("In use"))),
    )
    listing = _listing(say("What lies in it"), rows, state.page, say("By the book it is empty"))
    return View(
        kind="look-up.tote", header=TASK, hero=hero, context=(listing,), actions=_turn(rows, HELP),
        more=(AGAIN, MANUAL),
    )  # fmt: skip


def _parked_at(shelf: str, desk: Desk) -> tuple[ParkedTote, ...]:
    return tuple(tote for tote in desk.read(parked_totes) if tote.shelf == shelf)


def _lying(lying: Sequence[queries.LyingHere], *, hide: bool) -> tuple[ListingRow, ...]:
    return tuple(
        ListingRow(
            "package" if row.status == "good" else "triangle-alert",
            verbatim(f"{row.name}, {row.variant}" if row.variant else row.name),
            _kept(row.lot, row.expires_on, row.status) or verbatim(row.sku),
            NOTHING if hide else verbatim(str(row.on_hand)),
            Tone.NORMAL if row.status == "good" else Tone.WARN,
        )
        for row in lying
    )


def _kept(lot: str, expires_on: str, status: str) -> Text:
    """Lot, expiry and status in one line, whatever there is of them."""
    parts = [say("Lot {lot}", lot=lot)] if lot else []
    if expires_on:
        parts.append(say("until {day}", day=day_of(expires_on)))
    if word := STATUS.get(status, verbatim(status)):
        parts.append(word)
    whole = NOTHING
    for part in parts:
        whole = say("{a}, {b}", a=whole, b=part) if whole else part
    return whole


def _listing(title: Text, rows: Sequence[ListingRow], page: int, empty: Text) -> Listing:
    """One page of rows; the head says which, when there are several."""
    number = -(-len(rows) // A_PAGE) or 1
    at = page % number
    shown = tuple(rows[at * A_PAGE : (at + 1) * A_PAGE])
    right = say("{a} to {b} of {n}", a=at * A_PAGE + 1, b=at * A_PAGE + len(shown), n=len(rows))
    return Listing(title, shown, right if number > 1 else NOTHING, empty)


def _turn(rows: Sequence[object], *actions: Action) -> tuple[Action, ...]:
    return (MORE, *actions) if len(rows) > A_PAGE else actions


def pages(state: LookUpState, desk: Desk) -> int:
    """How many pages the listing of the shown thing has."""
    rows = 0
    match state.read:
        case events.ItemRead():
            rows = len(desk.read(queries.where_lies, state.read.sku_id))
        case events.BinRead():
            there = desk.read(place, state.read.bin_id)
            rows = len(desk.read(queries.what_lies_in, state.read.bin_id))
            rows += len(_parked_at(there.name, desk)) if there.type == "problem" else 0
        case events.ToteRead() if not state.order_id:
            rows = len(desk.read(queries.what_lies_in, state.read.tote_id))
    return -(-rows // A_PAGE) or 1


def sees_figures(desk: Desk) -> bool:
    """Whoever may have to count must not be told what the book says."""
    return desk.operator is not None and desk.operator.role in LEADERS


# ---- the order ------------------------------------------------------------------------------------------------------


def parcel_in_hand(state: LookUpState, order: queries.OrderHere) -> queries.ParcelHere | None:
    """The box whose label was scanned, else the last one that has a label, else the last."""
    if state.parcel_id and (found := order.parcel(state.parcel_id)) is not None:
        return found
    labelled = [parcel for parcel in order.parcels if parcel.tracking] or list(order.parcels)
    return labelled[-1] if labelled else None


def papers(state: LookUpState, order: queries.OrderHere) -> tuple[str, ...]:
    """What can be printed again: label, slip."""
    parcel = parcel_in_hand(state, order)
    label = parcel is not None and bool(parcel.tracking) and not parcel.manifest
    return (("label",) if label else ()) + (("slip",) if order.slip else ())


def _order(state: LookUpState, desk: Desk) -> View:
    order = desk.read(queries.order_here, state.order_id)
    if order is None:
        return _unknown_order(state)
    parcel = parcel_in_hand(state, order)
    shown, more = _order_actions(state, order, parcel, desk)
    return View(
        kind="look-up.order",
        header=TASK,
        hero=Hero(imperative=NEXT, datum=NameDatum(say("Order {number}", number=order.number))),
        object=(_lines(order, desk),),
        context=(_standing(state.told, order, desk), *_boxes(order, parcel), _story(state, desk)),
        actions=shown,
        more=(*more, AGAIN, MANUAL),
    )


def _unknown_order(state: LookUpState) -> View:
    """Central knows it, the mirror does not (it was shipped long ago)."""
    told = state.told
    word = standing(told.state) if told and told.state else None
    hero = Hero(imperative=NEXT, datum=NameDatum(word.words if word else say("Not known at this station")))
    moments = tuple(_moment(h.at, h.words, h.who, h.where, None) for h in told.story) if told else ()
    context = (Timeline(say("Story"), moments),) if moments else ()
    return View(kind="look-up.order", header=TASK, hero=hero, context=context, actions=(MANUAL, HELP), more=(AGAIN,))


def _due(order: queries.OrderHere, units: int, desk: Desk) -> Text:
    """What is said beside the lines: when it must leave, else how many units they are."""
    if order.ship_by is None or order.state in OVER:
        whole = count(units, "{n} unit", "{n} units")
    else:
        whole = say("Must leave by {at}", at=moment(order.ship_by, desk.clock.now()))
    return say("{a}, {b}", a=say("Gift"), b=whole) if order.gift else whole


def _standing(told: Told | None, order: queries.OrderHere, desk: Desk) -> Note:
    """Where it stands and whose turn it is; central's reason why it does not move comes first."""
    totes = tuple(tote.name for tote in order.totes)
    here = standing(order.state, order.station, totes, parked=any(t.state == "parked" for t in order.totes))
    if told is not None and told.cause:
        tone = Tone.WARN if told.held or order.state in ("received", "held") else Tone.NORMAL
        return Note(here.icon, told.cause, say("{who}: {act}", who=told.who, act=told.act), tone)
    if order.state == "picked" and (parked := desk.read(parked_of, order.id)):
        return parked_note(parked[0])
    body = say("{who}: {act}", who=here.who, act=here.act) if here.who else NOTHING
    return Note(here.icon, here.words, body, Tone.NORMAL if here.tone is Tone.OK else here.tone)


def _lines(order: queries.OrderHere, desk: Desk) -> Lines:
    """What was ordered; counted is what lies in a box, before packing what was picked."""
    boxed = any(line.packed for line in order.lines)
    rows = tuple(
        LineRow(
            line.picture, verbatim(line.name), verbatim(line.variant), line.sku,
            line.packed if boxed else line.picked, line.wanted, line.short,
        )
        for line in order.lines
    )  # fmt: skip
    units = sum(row.wanted - row.short for row in rows)
    return Lines(say("Lines"), _due(order, units, desk), rows)


def _boxes(order: queries.OrderHere, parcel: queries.ParcelHere | None) -> tuple[Panel, ...]:
    if parcel is None:
        return ()
    name = say("Box {n}", n=parcel.number)
    if len(order.parcels) > 1:
        name = say("Box {n} of {m}", n=parcel.number, m=len(order.parcels))
    states = {
        "open": say("open at {station}", station=parcel.station or "?"),
        "labelled": say("labelled, not closed"),
        "closed": say("closed"),
    }
    state = states.get(parcel.state, verbatim(parcel.state))
    if parcel.manifest:
        state = say("the carrier has it")
    title = say("{box}, {state}", box=name, state=state)
    carrier = "" if parcel.carrier == OWN_CARRIER else parcel.carrier  # its name says nothing
    service = verbatim(" ".join(part for part in (carrier, parcel.service) if part))
    label = verbatim(parcel.tracking)
    body = say("{a}, {b}", a=label, b=service) if parcel.tracking and service else label or service
    return (Note("package", title, body or say("No label yet"), Tone.NORMAL),)


def _story(state: LookUpState, desk: Desk) -> Panel:
    if state.told is not None:
        now = desk.clock.now()
        moments = tuple(_moment(h.at, h.words, h.who, h.where, now) for h in state.told.story)
        return Timeline(say("Story"), moments)
    if state.line == "away":
        return Note(
            "cloud-off", say("Its story comes from central, which is away"), say("Shown is what this station knows")
        )
    return Note("clock", say("One moment"), say("The story is being fetched"), Tone.NORMAL)


def _moment(at: datetime, words: Text, who: str, where: str, now: datetime | None) -> Moment:
    return Moment(moment(at, now or at), words, who, where)


def _order_actions(
    state: LookUpState, order: queries.OrderHere, parcel: queries.ParcelHere | None, desk: Desk
) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
    """(buttons, further acts that Help shows): those that the person may approve alone come first for leaders."""
    paper = (Action("REPRINT", "printer", say("Print"), say("paper again")),) if papers(state, order) else ()
    void: tuple[Action, ...] = ()
    if parcel is not None and may_void(
        parcel.state, on_manifest=bool(parcel.manifest), tracking_state=parcel.tracking_state
    ):
        void = (Action("VOID", "trash-2", say("Void"), say("the label")),)
    leads = _lead_actions(state, order)
    wanted = (*leads, *void, *paper) if sees_figures(desk) else (*paper, *void, *leads)
    return (*wanted[:3], HELP), wanted[3:]


def _lead_actions(state: LookUpState, order: queries.OrderHere) -> tuple[Action, ...]:
    if order.state == "cancelled":
        return ()
    if order.state == "shipped":
        return (Action("RESEND", "mail", say("Send"), say("the mail again")),)
    held = order.state == "held" or (state.told is not None and state.told.held)
    release = Action("RELEASE", "play", say("Release"), say("let it go on"))
    hold = Action("HOLD", "circle-pause", say("Hold"), say("keep it back"))
    return (release if held else hold, Action("CANCEL", "ban", say("Cancel"), say("the order")))
