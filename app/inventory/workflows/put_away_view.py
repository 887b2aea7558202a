"""How putting away looks: the bin in giant letters, the item below, why there and what comes next beside it."""

from __future__ import annotations

from dataclasses import replace

from app.inventory.queries import receiving
from app.inventory.queries.directions import Direction, direction, round_of
from app.inventory.queries.places import holder_name, piles, rack_around
from app.inventory.workflows import screen
from app.inventory.workflows.hand import HandState, InHand, pile_of
from app.text import NOTHING, Text, count, say, verbatim
from app.view import (
    CodeDatum,
    Header,
    Hero,
    LineRow,
    Lines,
    Listing,
    ListingRow,
    NameDatum,
    Note,
    Panel,
    Progress,
    StepMark,
    ThenPanel,
    Tone,
    View,
    Wanted,
)
from app.work.queries import code_of, place, sku_card
from app.workflow import Desk

WHY = {
    "same_item": say("The same item lies there"),
    "near_item": say("Empty, in the aisle of the same item"),
    "nearest": say("Empty, nearest to the drop place"),
    "reserve": say("No pick bin has room: reserve"),
    "aside": say("Not for sale: kept apart"),
}


def round_now(state: HandState, desk: Desk) -> tuple[Direction, ...]:
    """Where what is left goes, in the order of the walk from where the last units were put."""
    today = desk.clock.now().date()
    return desk.read(round_of, state.source_id, today, state.passed, state.last_place_id)


def imperative(state: HandState, step: str) -> Text:
    """The one act of a step."""
    return {
        "source": say("Scan a tote of received goods, or the dock"),
        "item": say("Scan an item"),
        "bin": say("Scan the bin label"),
    }[step]


def view(state: HandState, desk: Desk, step: str) -> View:
    """The whole screen of a step (source, item, bin)."""
    if step == "source":
        return _source(desk)
    led = round_now(state, desk)
    name = desk.read(holder_name, state.source_id)
    shown = _at_bin(state, desk, led) if state.hand else _at_item(state, desk, led, name)
    left = sum(d.pile.units for d in led)
    total = left + state.put
    label = say("{done} of {total} units put away", done=state.put, total=total)
    return replace(shown, header=Header(task=say("Put away {name}", name=name)),
                   progress=Progress(state.put, total, label))  # fmt: skip


def _source(desk: Desk) -> View:
    waiting = desk.read(receiving.to_put_away)
    rows = tuple(
        ListingRow(
            "container" if w.kind == "tote" else "warehouse",
            say("Tote {name}", name=w.name) if w.kind == "tote" else verbatim(w.name),
            right=count(w.units, "{n} unit", "{n} units"),
        )
        for w in waiting
    )
    return View(
        kind="put-away.source",
        hero=Hero(imperative=imperative(HandState(), "source"), icon="forklift"),
        header=Header(task=say("Put away")),
        context=(Listing(say("To be put away"), rows, empty=say("Everything is in its place")),),
        actions=(screen.HOME, screen.HELP),
        wanted=tuple(
            Wanted("tote" if w.kind == "tote" else "place", verbatim(w.name), code)
            for w in waiting
            if (code := desk.read(code_of, w.place_id, w.kind))
        ),
    )


# ---- at the tote ----------------------------------------------------------------------------------------------------


def _at_item(state: HandState, desk: Desk, led: tuple[Direction, ...], name: str) -> View:
    if not led:
        waiting = desk.read(receiving.to_put_away)
        hero = Hero(
            imperative=say("Scan the next tote, or DONE"),
            icon="circle-check",
            datum=NameDatum(say("{name} is empty", name=name)),
            tone=Tone.OK,
        )
        return View(
            kind="put-away.empty",
            hero=hero,
            actions=(screen.UNDO, screen.done(say("home")), screen.HELP),
            wanted=tuple(
                Wanted("tote" if w.kind == "tote" else "place", verbatim(w.name), code)
                for w in waiting
                if (code := desk.read(code_of, w.place_id, w.kind))
            ),
        )
    first = led[0]
    whole = len(led) == 1 and state.from_tote and bool(first.place_id)
    if whole:
        return replace(_bin_view(desk, first, first.pile.units, led[1:], item_done=False), kind="put-away.whole")
    card = desk.read(sku_card, first.pile.sku_id)
    hero = Hero(
        imperative=say("Scan an item out of {name}", name=name),
        icon="scan-barcode",
        datum=NameDatum(card.title, say("to {place}", place=first.place) if first.place else NOTHING),
        steps=_steps(0),
    )
    return View(
        kind="put-away.item",
        hero=hero,
        object=(screen.item_panel(card, say("Take"), first.pile.units, lot=first.pile.lot),),
        context=(_rest(led, desk),),
        actions=(screen.UNDO, screen.done(say("for now")), screen.HELP),
        wanted=screen.wanted_items([(desk.read(sku_card, d.pile.sku_id), d.pile.units) for d in led]),
    )


def _steps(now: int) -> tuple[StepMark, ...]:
    words = (say("Item"), say("Bin label"))
    return tuple(StepMark(w, "done" if i < now else "now" if i == now else "todo") for i, w in enumerate(words))


def _rest(led: tuple[Direction, ...], desk: Desk) -> Lines:
    rows = []
    for d in led:
        card = desk.read(sku_card, d.pile.sku_id)
        second = say("to {place}", place=d.place) if d.place else say("no bin is free")
        if d.pile.status != "good":
            second = say("damaged: {second}", second=second)
        rows.append(LineRow(card.picture, card.title, second, card.sku, 0, d.pile.units))
    return Lines(say("In the order of the walk"), NOTHING, tuple(rows))


# ---- at the bin -----------------------------------------------------------------------------------------------------


def directed(hand: InHand, state: HandState, desk: Desk) -> Direction:
    """The bin to which the units in the hand are led, judged anew: it may be full or blocked by now."""
    pile = replace(pile_of(hand, desk.read(piles, state.source_id)), units=hand.units)
    led = desk.read(direction, pile, desk.clock.now().date(), state.passed)
    if not hand.toward_id or led.place_id == hand.toward_id:
        return led
    return replace(led, place_id=hand.toward_id, place=desk.read(holder_name, hand.toward_id), fill_percent=None,
                   why="aside" if hand.status != "good" else "same_item" if led.why == "same_item" else "")  # fmt: skip


def _at_bin(state: HandState, desk: Desk, led: tuple[Direction, ...]) -> View:
    hand = state.hand
    assert hand is not None, "only then there is a bin to scan"
    known = next((d for d in led if d.pile.key == hand.key and d.place_id == hand.toward_id), None)
    first = known if known and known.pile.units == hand.units else directed(hand, state, desk)
    rest = tuple(d for d in led if d.pile.key != first.pile.key)
    return _bin_view(desk, first, hand.units, rest, item_done=True)


def _bin_view(desk: Desk, led: Direction, units: int, rest: tuple[Direction, ...], *, item_done: bool) -> View:
    card = desk.read(sku_card, led.pile.sku_id)
    hero = Hero(imperative=say("Scan a bin that has room"), icon="map-pin", tone=Tone.WARN,
                second=say("None is free: ask for one, or set it aside"))  # fmt: skip
    if led.place_id:
        there = desk.read(place, led.place_id)
        datum = CodeDatum(there.parts) if len(there.parts) > 1 else NameDatum(verbatim(there.name))
        hero = Hero(
            imperative=say("Scan the bin label"),
            icon="map-pin",
            datum=datum,
            aside=desk.read(rack_around, there.id),
            steps=_steps(1) if item_done else (),
        )
    under = say("of {n}", n=led.pile.units) if units != led.pile.units else NOTHING
    context: list[Panel] = []
    if led.why in WHY:
        full = say("{percent} % full then", percent=led.fill_percent) if led.fill_percent is not None else NOTHING
        context.append(Note("map-pin", WHY[led.why], full, Tone.NORMAL))
    if led.place_id and led.units < units:
        fits = count(led.units, "Only {n} fits", "Only {n} fit")
        context.append(Note("circle-alert", fits, say("Scan a quantity card, then the bin")))
    if rest:
        context.append(_rest(rest, desk))
        following = rest[0]
        name = desk.read(sku_card, following.pile.sku_id).name
        context.append(ThenPanel(following.place or "–", say("{name} × {n}", name=name, n=following.pile.units)))
    return View(
        kind="put-away.bin",
        hero=hero,
        object=(screen.item_panel(card, say("Put"), units, under, led.pile.lot),),
        context=tuple(context),
        actions=(screen.UNDO, screen.SKIP, screen.BROKEN, screen.HELP),
        wanted=screen.wanted_bin(led.place_id, led.place, desk) if led.place_id else (),
    )
