"""How counting looks: the bin to go to in giant letters, then what was seen so far; never what should be there."""

from __future__ import annotations

from dataclasses import replace

from app.inventory.queries import counting
from app.inventory.queries.counting import Counting
from app.inventory.queries.places import holder_name, rack_around
from app.inventory.workflows import screen
from app.inventory.workflows.count_state import CountState
from app.text import NOTHING, Text, count, say, verbatim
from app.view import (
    CodeDatum,
    CountDatum,
    Header,
    Hero,
    Listing,
    ListingRow,
    NameDatum,
    Picture,
    Progress,
    Tone,
    View,
    Wanted,
)
from app.work.queries import code_of, place, sku_card
from app.workflow import Desk

REASONS = {
    "short": say("a picker found too little"),
    "negative": say("less than nothing by the book"),
    "found": say("something was found there"),
    "asked": say("somebody asked for it"),
    "cycle": say("its turn"),
}
STATES = {"again": say("second count"), "judge": say("a lead decides")}


def imperative(state: CountState) -> Text:
    """The one act of a step: what the hero says, and what a refusal leads back to."""
    if not state.place_id:
        return say("Scan the bin to count")
    if state.pending is not None:
        return say("Scan the lot")
    return say("Scan DONE once more, or an item") if state.empty else say("Scan what lies there, then DONE")


def view(state: CountState, desk: Desk, step: str) -> View:
    """The whole screen of a step (bin, item, lot)."""
    if step == "bin":
        return _bin(state, desk)
    name = desk.read(holder_name, state.place_id)
    header = Header(task=say("Count {name}", name=name))
    progress = _progress(state, desk)
    if state.pending is not None:
        card = desk.read(sku_card, state.pending.sku_id)
        shown = screen.typing("count.lot", imperative(state), card, state.typed, desk, digits=False)
        return replace(shown, header=header, progress=progress)
    return replace(_items(state, desk, name), header=header, progress=progress)


def _progress(state: CountState, desk: Desk) -> Progress:
    waiting = desk.read(counting.counts_waiting)
    total = state.finished + max(waiting, 1)
    right = count(waiting, "{n} bin waits", "{n} bins wait") if waiting else NOTHING
    return Progress(state.finished, total, say("Bin {n} of {total}", n=state.finished + 1, total=total), right)


# ---- which bin ------------------------------------------------------------------------------------------------------


def _bin(state: CountState, desk: Desk) -> View:
    person = desk.operator
    open_ones = desk.read(
        counting.counts_open, person.person_id if person else b"", lead=person is not None and person.role == "lead"
    )
    hero = Hero(
        imperative=imperative(state),
        icon="clipboard-check",
        second=say("No bin is asked for: any one may be counted") if not open_ones else NOTHING,
    )
    if open_ones:
        first = open_ones[0]
        hero = replace(hero, datum=_datum(first, desk), aside=desk.read(rack_around, first.place_id) if _is_bin(
            first, desk) else None, second=_what(first))  # fmt: skip
    rows = tuple(
        ListingRow("map-pin", verbatim(c.place), _what(c), STATES.get(c.state, NOTHING),
                   Tone.WARN if c.state == "judge" else Tone.NORMAL)
        for c in open_ones
    )  # fmt: skip
    return View(
        kind="count.bin",
        hero=hero,
        header=Header(task=say("Count")),
        context=(Listing(say("To be counted"), rows, empty=say("No count is asked for")),),
        actions=(screen.done(say("home")), screen.HELP),
        wanted=tuple(
            Wanted("bin", say("Bin {name}", name=c.place), code)
            for c in open_ones
            if (code := desk.read(code_of, c.place_id, "bin"))
        ),
    )


def _is_bin(asked: Counting, desk: Desk) -> bool:
    """Whether it is a bin of the layout: a tote has no rack."""
    return bool(desk.read(code_of, asked.place_id, "bin"))


def _datum(asked: Counting, desk: Desk) -> CodeDatum | NameDatum:
    if not _is_bin(asked, desk):
        return NameDatum(verbatim(asked.place))
    there = desk.read(place, asked.place_id)
    return CodeDatum(there.parts) if len(there.parts) > 1 else NameDatum(verbatim(asked.place))


def _what(asked: Counting) -> Text:
    reason = REASONS.get(asked.reason, NOTHING)
    if asked.sku:
        return say("Only {sku}: {why}", sku=asked.sku, why=reason)
    return say("All of it: {why}", why=reason)


# ---- what lies there ------------------------------------------------------------------------------------------------


def _items(state: CountState, desk: Desk, name: str) -> View:
    last = desk.read(sku_card, state.last[0]) if state.last else None
    only = desk.read(sku_card, state.sku_id) if state.sku_id else None
    hero = Hero(
        imperative=imperative(state),
        icon="scan-barcode",
        datum=CountDatum(str(state.units), count(state.units, "unit seen", "units seen")),
        aside=Picture(last.picture, say("Just counted"), ticked=True) if last else None,
        second=say("Only {name}", name=only.name) if only else say("Everything that lies in {name}", name=name),
        tone=Tone.WARN if state.empty else Tone.NORMAL,
    )
    rows = []
    for (sku_id, lot, status), units in sorted(state.noted.items(), key=lambda kv: kv[0] != state.last):
        card = desk.read(sku_card, sku_id)
        parts = [card.sku, *([f"{lot}"] if lot else [])]
        second = verbatim(" · ".join(parts))
        if status != "good":
            second = say("{what}: damaged", what=second)
        rows.append(ListingRow("package", card.title, second, verbatim(str(units))))
    panel = None
    if last is not None and state.last is not None:
        panel = screen.item_panel(last, say("Seen"), state.noted.get(state.last, 0), lot=state.last[1])
    actions = (screen.UNDO, screen.DAMAGED, screen.done(say("that is all")), screen.HELP)
    if not state.noted:
        later = replace(screen.SKIP, second=say("somebody else"))
        actions = (screen.UNDO, later, screen.done(say("it is empty")), screen.HELP)
    return View(
        kind="count.item",
        hero=hero,
        object=screen.panels(panel),
        context=(Listing(say("Seen here"), tuple(rows), empty=say("Nothing yet")),),
        actions=actions,
        wanted=screen.wanted_items([(only, 1)]) if only else (),
    )
