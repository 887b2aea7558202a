"""How a take-over looks: a question, then totes to count; what the book has in them is not shown."""

from __future__ import annotations

from app.barcodes import command_code, own_code
from app.events import CartRead
from app.picking import queries
from app.picking.workflows.take_over_state import TakeState
from app.picking.workflows.take_over_words import act_of, other_of
from app.text import NOTHING, count, say, verbatim
from app.view import (
    Action,
    CountDatum,
    Header,
    Hero,
    Listing,
    ListingRow,
    NameDatum,
    Offer,
    Offers,
    Panel,
    Picture,
    Progress,
    Tone,
    View,
    Wanted,
)
from app.work.queries import code_of, order_card, sku_card, tote_card
from app.workflow import Desk

UNDO = Action("UNDO", "undo-2", say("Undo"), say("last scan"))
CHANGE = Action("CHANGE", "arrow-right-left", say("Take over"), say("the walk"))
DONE = Action("DONE", "circle-check", say("Done"), say("tote is counted"))
HELP = Action("HELP", "circle-help", say("Help"), say("command codes"))
HOME = Action("HOME", "house", say("Home"), say("other task"))


def view(state: TakeState, desk: Desk, step: str, choices: tuple[bytes, ...]) -> View:
    """The whole screen of this step (confirm, wait, tote, count)."""
    if step == "wait":
        hero = Hero(imperative=say("Asking for the walk"), icon="hourglass", second=say("Your scan is kept"))
        return View(kind="take-over.wait", hero=hero, header=Header(task=say("Take over")), actions=(HELP,))
    if state.begun is None:
        return _confirm(state, desk)
    shown = _count if step == "count" else _totes
    return shown(state, desk, choices)


def _confirm(state: TakeState, desk: Desk) -> View:
    subject = state.subject
    other = other_of(subject, desk) if subject is not None else None
    hero = Hero(imperative=act_of("confirm", state, desk), icon="arrow-right-left")
    if subject is not None and other is not None:
        orders = count(other.orders, "Order {number}", "{n} orders", number=other.number)
        hero = Hero(
            imperative=say("Take this walk over?"),
            icon="arrow-right-left",
            datum=NameDatum(say("{station} has it", station=other.station), orders),
            second=say("Scan it once more or CHANGE. Then every tote is counted"),
            tone=Tone.WARN,
        )
    wanted: tuple[Wanted, ...] = ()
    if subject is not None:
        is_cart = isinstance(subject, CartRead)
        again = say("The cart again") if is_cart else say("The tote again")
        wanted = (
            Wanted("cart" if is_cart else "tote", again, subject.text),
            Wanted("command", say("Take over"), command_code("CHANGE")),
        )
    return View(
        kind="take-over.confirm",
        hero=hero,
        header=Header(task=say("Take over")),
        actions=(CHANGE, HOME, HELP),
        wanted=wanted,
    )


def _totes(state: TakeState, desk: Desk, choices: tuple[bytes, ...]) -> View:
    """Which tote is counted next; an unknown one is asked whose it is."""
    names = [desk.read(tote_card, tote).name for tote in state.to_count]
    second = say("Each tote is counted blind: scan its items, then DONE")
    if not names:
        second = say("Every known tote is counted. A further one is scanned now")
        second = second if state.bound else say("Nobody told of a tote on it yet")
    hero = Hero(
        imperative=act_of("tote", state, desk),
        icon="package-open",
        datum=NameDatum(verbatim(", ".join(names))) if names else None,
        second=second,
    )
    wanted = tuple(
        Wanted("tote", say("Tote {name}", name=desk.read(tote_card, tote).name), desk.read(code_of, tote, "tote"))
        for tote in state.to_count
    )
    if state.choosing:
        wanted = tuple(
            Wanted("command", say("Choice {n}", n=i), own_code(f"OPT{i}")) for i in range(1, len(choices) + 1)
        )
    elif not names:
        wanted = (Wanted("command", say("Done"), command_code("DONE")),)
    return View(
        kind="take-over.tote",
        hero=hero,
        header=_header(state, desk),
        progress=_progress(state) if state.bound else None,
        context=_offers(state, desk, choices) or (_counted(state, desk),),
        actions=(UNDO, DONE, HELP),
        wanted=wanted,
    )


def _offers(state: TakeState, desk: Desk, choices: tuple[bytes, ...]) -> tuple[Panel, ...]:
    if not choices or state.begun is None:
        return ()
    orders = dict(zip(state.begun.works, state.begun.orders, strict=True))
    rows = []
    for i, work in enumerate(choices, 1):
        card = desk.read(order_card, orders[work])
        rows.append(Offer(i, say("Order {number}", number=card.number if card else "?"), NOTHING))
    name = desk.read(tote_card, state.choosing).name
    return (Offers(say("Whose is tote {name}?", name=name), tuple(rows)),)


def _count(state: TakeState, desk: Desk, choices: tuple[bytes, ...]) -> View:
    """The tote in front of the person: how many units were scanned, never how many there should be."""
    name = desk.read(tote_card, state.counting).name
    units = state.units_in(state.counting)
    last = desk.read(sku_card, state.last[0]) if state.last else None
    hero = Hero(
        imperative=say("Scan every item in tote {name}", name=name),
        icon="scan-barcode",
        datum=CountDatum(str(units), count(units, "unit counted", "units counted")),
        aside=Picture(last.picture, say("Just counted"), ticked=True) if last else None,
        second=say("DONE when the tote is empty"),
    )
    return View(
        kind="take-over.count",
        hero=hero,
        header=_header(state, desk),
        progress=_progress(state),
        context=(_counted(state, desk),),
        actions=(UNDO, DONE, HELP),
        wanted=(*_items(state, desk), Wanted("command", say("Done"), command_code("DONE"))),
    )


def _items(state: TakeState, desk: Desk) -> tuple[Wanted, ...]:
    """The items of the order, in no order that would tell what is in the tote."""
    work = state.work_of(state.counting)
    pool = desk.read(queries.claimed_work, desk.station.station_id, state.task_id)
    lines = next((one.lines for one in pool if one.id == work), ())
    cards = {line.card.id: line.card for line in lines}
    return tuple(Wanted("item", card.title, card.code, 1, card.picture) for card in list(cards.values())[:5])


def _counted(state: TakeState, desk: Desk) -> Listing:
    """What was counted in the tote in hand, else in all of them."""
    found: dict[bytes, int] = {}
    for (tote, sku_id, _), units in state.counts.items():
        if not state.counting or tote == state.counting:
            found[sku_id] = found.get(sku_id, 0) + units
    rows = []
    for sku_id, units in found.items():
        card = desk.read(sku_card, sku_id)
        rows.append(ListingRow("package", card.title, verbatim(card.variant), say("{n} ×", n=units)))
    return Listing(say("Counted so far"), tuple(rows), empty=say("Nothing yet"))


def _header(state: TakeState, desk: Desk) -> Header:
    assert state.begun is not None
    numbers = [card.number for order in state.begun.orders if (card := desk.read(order_card, order))]
    first = numbers[0] if numbers else "?"
    return Header(task=count(len(numbers), "Take over order {number}", "Take over {n} orders", number=first))


def _progress(state: TakeState) -> Progress:
    done, total = len(state.counted), len(state.bound)
    return Progress(
        done=done,
        total=total,
        label=say("Tote {n} of {total}", n=min(done + 1, total), total=total),
        right=count(sum(state.counts.values()), "{n} unit", "{n} units"),
    )
