"""SHORT at the bench: what is still open is not in the totes. The rest leaves, or waits, by the site's word."""

from __future__ import annotations

from app.errors import Refused
from app.facts import Fact
from app.packing import facts as did
from app.packing import queries
from app.packing.rules import refusals
from app.packing.rules.standing import PackState
from app.packing.workflows.pack_desk import must_live, number_of
from app.text import Text, count, say
from app.workflow import Desk


def short_facts(state: PackState, desk: Desk) -> tuple[Fact, ...]:
    """All open units are missing, and where the rest leaves without them its slip is printed anew."""
    must_live(state, desk)
    if not state.done:
        raise Refused(refusals.nothing_was_there(number_of(state.order_id, desk)))
    partly = desk.read(queries.pack_rules).ships_partly
    totes = dict.fromkeys((*state.tote_ids, *desk.read(queries.totes_of, state.order_id)))
    lines: list[tuple[bytes, bytes, bytes, str, int]] = []
    spoken_for: dict[bytes, int] = {}
    for line in state.lines:
        if not line.open:
            continue
        before = spoken_for.get(line.sku_id, 0)
        known = desk.read(queries.lying, tuple(totes), line.sku_id, "", before + line.open)
        spoken_for[line.sku_id] = before + line.open
        left, skip = line.open, before
        for one in known:
            there = max(one.units - skip, 0)
            skip = max(skip - one.units, 0)
            if share := min(there, left):
                lines.append((line.line_id, line.sku_id, one.tote_id, one.lot, share))
                left -= share
        if left:
            lines.append((line.line_id, line.sku_id, b"", "", left))
    empty = not state.boxed
    missing = did.ShortAtPack(state.order_id, state.parcel_id, tuple(lines), waits=not partly, empty=empty)
    if empty or not partly:
        return (missing,)
    return (missing, did.SlipQueued(state.order_id, state.parcel_id, desk.new_id()))


def short_words(state: PackState, after: PackState, desk: Desk) -> Text:
    """What follows: the box is not needed, the order waits on the shelf, or the rest of it leaves."""
    number = number_of(state.order_id, desk)
    if after.closed:
        return say("Box {n} is not needed. Order {number} waits for the rest", n=state.number, number=number)
    if after.waits:
        return say("Order {number} is not complete. Now scan the problem shelf", number=number)
    return count(
        state.open, "{n} unit is missing, the rest leaves. A new slip is printing",
        "{n} units are missing, the rest leaves. A new slip is printing",
    )  # fmt: skip
