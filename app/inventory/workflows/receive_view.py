"""How receiving looks: what to scan in large letters, the lines of the delivery beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.barcodes import command_code
from app.inventory.queries import receiving
from app.inventory.queries.places import holder_name
from app.inventory.queries.receiving import Delivery, DeliveryLine
from app.inventory.workflows import screen
from app.inventory.workflows.receive_state import ReceiveState
from app.text import NOTHING, Text, count, day_of, say, verbatim
from app.view import (
    Action,
    CountDatum,
    Header,
    Hero,
    LineRow,
    Lines,
    Listing,
    ListingRow,
    NameDatum,
    Note,
    Offer,
    Offers,
    Panel,
    Picture,
    Progress,
    Tone,
    View,
    Wanted,
)
from app.work.queries import code_of, sku_card
from app.workflow import Desk

_LEAVE = Action("UNDO", "undo-2", say("Undo"), say("forget this scan"))
_LOT = Action("CHANGE", "tag", say("Change"), say("lot"))


def imperative(state: ReceiveState) -> Text:
    """The one act of a step: what the hero says, and what a refusal leads back to."""
    if not state.receipt_id:
        return say("Scan the delivery")
    if state.pending is not None:
        return {
            "lot": say("Scan the lot"),
            "serial": say("Scan the serial"),
            "date": say("Type the date"),
            "choice": say("Scan choice card 1 or 2"),
            "alias": say("Scan the product's own label"),
        }[state.pending.wants]
    return say("Scan an item, or DONE") if state.closing else say("Scan an item")


def view(state: ReceiveState, desk: Desk, step: str) -> View:
    """The whole screen of a step."""
    if not state.receipt_id:
        return _start(desk)
    delivery = desk.read(receiving.delivery, state.receipt_id)
    lines = desk.read(receiving.delivery_lines, state.receipt_id)
    header = Header(task=_title(delivery, state))
    progress = _progress(lines)
    if state.pending is not None:
        return replace(_pending(state, desk, step), header=header, progress=progress)
    return replace(_items(state, delivery, lines, desk), header=header, progress=progress)


def _title(delivery: Delivery | None, state: ReceiveState) -> Text:
    if delivery is not None and delivery.kind == "blind":
        return say("Unannounced delivery {number}", number=state.number)
    return say("Delivery {number}", number=state.number)


def _progress(lines: Sequence[DeliveryLine]) -> Progress:
    total, came = sum(x.quantity for x in lines), sum(x.received for x in lines)
    if not total:
        return Progress(0, 0, count(came, "{n} unit", "{n} units"))
    whole = sum(not x.open for x in lines if x.quantity)
    right = say("{done} of {total} lines", done=whole, total=sum(bool(x.quantity) for x in lines))
    listed = sum(min(x.received, x.quantity) for x in lines)
    return Progress(listed, total, say("{done} of {total} units", done=listed, total=total), right)


# ---- start ----------------------------------------------------------------------------------------------------------


def _start(desk: Desk) -> View:
    open_ones = desk.read(receiving.open_deliveries)
    rows = tuple(
        ListingRow(
            "truck",
            say("Delivery {number}", number=d.number),
            verbatim(d.supplier),
            say("begun") if d.state == "receiving" else day_of(d.expected_on),
            Tone.OK if d.state == "receiving" else Tone.NORMAL,
        )
        for d in open_ones
    )
    waiting = desk.read(receiving.deliveries_waiting)
    more = count(waiting - len(rows), "{n} more", "{n} more") if waiting > len(rows) else NOTHING
    hero = Hero(
        imperative=say("Scan the delivery"), icon="truck", second=say("Or an item, if nobody announced the delivery")
    )
    return View(
        kind="receive.start",
        hero=hero,
        header=Header(task=say("Receive")),
        context=(Listing(say("Expected"), rows, more, say("No delivery is expected")),),
        actions=(screen.HOME, screen.HELP),
        wanted=tuple(
            Wanted("receipt", say("Delivery {number}", number=d.number), code)
            for d in open_ones
            if (code := desk.read(code_of, d.id, "receipt"))
        ),
    )


# ---- items ----------------------------------------------------------------------------------------------------------


def _items(state: ReceiveState, delivery: Delivery | None, lines: Sequence[DeliveryLine], desk: Desk) -> View:
    run = state.run
    card = desk.read(sku_card, run.sku_id) if run else None
    total, left = sum(x.quantity for x in lines), sum(x.open for x in lines)
    came = sum(x.received for x in lines)
    if total:
        datum = CountDatum(str(left), count(left, "unit to come", "units to come"))
    else:
        datum = CountDatum(str(came), count(came, "unit", "units"))
    hero = Hero(
        imperative=imperative(state),
        icon="scan-barcode",
        datum=datum,
        aside=Picture(card.picture, say("Just received"), ticked=True) if card else None,
        second=_second(state, total, left),
        tone=Tone.WARN if state.closing else Tone.NORMAL,
    )
    panel = None
    if state.damaged is not None and card is not None:
        panel = screen.item_panel(card, say("Damaged"), state.damaged.units, lot=state.damaged.lot)
    elif run is not None and card is not None:
        line = next((x for x in lines if x.id == run.line_id), None)
        panel = screen.item_panel(card, say("Received"), run.units, _under(line), run.lot)
    target = holder_name_of(state, desk)
    into = say("Into tote {name}", name=target) if state.tote_id else say("Onto {name}", name=target)
    how = NOTHING if state.tote_id else say("A tote takes what lies there")
    where = Note("container" if state.tote_id else "warehouse", into, how, Tone.NORMAL)
    context: tuple[Panel, ...] = screen.panels(_lines(delivery, lines, desk), _over(lines, desk), where)
    last = _LOT if run is not None and run.lot else screen.HELP
    return View(
        kind="receive.item",
        hero=hero,
        object=screen.panels(panel),
        context=context,
        actions=(screen.UNDO, screen.DAMAGED, screen.done(say("close it")), last),
        wanted=_wanted(lines, desk),
    )


def holder_name_of(state: ReceiveState, desk: Desk) -> str:
    """The name of the tote or dock that units go to."""
    return desk.read(holder_name, state.place_id)


def _second(state: ReceiveState, total: int, left: int) -> Text:
    if state.closing:
        return say("DONE once more closes the delivery without them")
    if total and not left:
        return say("All of it has come: scan DONE")
    return NOTHING


def _under(line: DeliveryLine | None) -> Text:
    if line is None or not line.quantity:
        return NOTHING
    return say("{n} of {total}", n=line.received, total=line.quantity)


def _lines(delivery: Delivery | None, lines: Sequence[DeliveryLine], desk: Desk) -> Lines:
    rows = [_row(x, desk) for x in sorted(lines, key=lambda x: x.open == 0)]
    supplier = verbatim(delivery.supplier) if delivery is not None else NOTHING
    return Lines(say("Lines"), supplier, tuple(rows))


def _row(line: DeliveryLine, desk: Desk) -> LineRow:
    card = desk.read(sku_card, line.sku_id)
    wanted = line.quantity or line.received
    return LineRow(card.picture, card.title, verbatim(card.variant), card.sku, line.received, wanted)


def _over(lines: Sequence[DeliveryLine], desk: Desk) -> Note | None:
    """What came that nobody ordered: the first line of it, and how many there are."""
    over = [x for x in lines if x.over or (not x.quantity and x.received)]
    if not over or not any(x.quantity for x in lines):
        return None
    units = sum(x.over or x.received for x in over)
    names = " · ".join(f"{desk.read(sku_card, x.sku_id).name} +{x.over or x.received}" for x in over[:2])
    return Note("circle-alert", count(units, "{n} unit too many", "{n} units too many"), verbatim(names))


def _wanted(lines: Sequence[DeliveryLine], desk: Desk) -> tuple[Wanted, ...]:
    items = screen.wanted_items([(desk.read(sku_card, x.sku_id), x.open) for x in lines if x.open])
    return items or (Wanted("command", say("Done"), command_code("DONE")),)


# ---- one more word --------------------------------------------------------------------------------------------------


def _pending(state: ReceiveState, desk: Desk, step: str) -> View:
    pending = state.pending
    assert pending is not None, "only then there is something to say"
    card = desk.read(sku_card, pending.sku_id) if pending.sku_id else None
    kind = f"receive.{step}"
    if pending.wants in ("lot", "serial", "date"):
        return screen.typing(kind, imperative(state), card, state.typed, desk, digits=pending.wants == "date")
    if pending.wants == "alias":
        return _alias(kind, pending.code)
    assert card is not None, "only an item can be left out"
    offers = (
        Offer(1, say("Take it in all the same"), say("It becomes a line that nobody announced"), card.picture),
        Offer(2, say("Put it on the blue pallet"), say("It is not counted")),
    )
    return View(
        kind=kind,
        hero=Hero(
            imperative=imperative(state),
            icon="circle-alert",
            datum=NameDatum(card.title, screen_second(card.variant, card.sku)),
            aside=Picture(card.picture),
            tone=Tone.WARN,
            second=say("It is not on this delivery"),
        ),
        context=(Offers(say("What becomes of it?"), offers),),
        actions=(_LEAVE, screen.HELP),
        wanted=(screen.wanted_choice(1), screen.wanted_choice(2)),
    )


def screen_second(variant: str, sku: str) -> Text:
    """Variant and SKU in one quiet line."""
    return verbatim(" · ".join(part for part in (variant, sku) if part))


def _alias(kind: str, code: str) -> View:
    offers = (
        Offer(1, say("Scan the product's own label"), say("The code becomes one more code of it")),
        Offer(2, say("Put it on the blue pallet"), say("Choice card 2: it is not counted")),
    )
    hero = Hero(
        imperative=say("Scan the product's own label"),
        second=say("Which product is this?"),
        icon="circle-question-mark",
        datum=NameDatum(verbatim(code.lstrip("0") or code), say("Nobody here knows this code")),
        tone=Tone.WARN,
    )
    return View(
        kind=kind,
        hero=hero,
        context=(Offers(say("Two ways on"), offers),),
        actions=(_LEAVE, screen.HELP),
        wanted=(screen.wanted_choice(2),),
    )
