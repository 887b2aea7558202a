"""What the facts of a return task add up to: pure, so that pulling the plug loses nothing."""

from __future__ import annotations

from dataclasses import replace

from app.facts import Fact
from app.returns import facts as did
from app.returns.rules.coming_back import Part
from app.returns.rules.dispositions import AS_NEW
from app.returns.rules.standing import Done, Hand, ReturnState, Subject


def after_fact(state: ReturnState, fact: Fact) -> ReturnState:
    """The state after one more fact. Questions on the screen are over then; what central told stays."""
    state = replace(state, moment=replace(state.moment, asked=None, waits_for=""))
    match fact:
        case did.ReturnOpened():
            return replace(state, opened=_subject(fact))
        case did.ItemInspected():
            parts = tuple(Part(*part) for part in fact.parts)
            return replace(state, hand=Hand(fact.sku_id, parts, fact.serial))
        case did.ItemGraded() if state.hand is not None:
            hand = replace(
                state.hand, grade=fact.grade, disposition=fact.disposition, place_id=fact.place_id,
                approved_by=fact.approved_by,
            )  # fmt: skip
            return replace(state, hand=hand)
        case did.SealedTaken():
            return replace(state, queue=tuple(_sealed(item, fact.approved_by) for item in fact.items))
        case did.ReturnedItem():
            return _put_away(state, fact)
        case did.WishChanged() if state.opened is not None:
            return replace(state, opened=replace(state.opened, wish=fact.wish))
        case did.ReturnClosed():
            return replace(state, closed=True)
        case _:
            return state


def _subject(fact: did.ReturnOpened) -> Subject:
    return Subject(
        fact.return_id, fact.number, fact.order_id, fact.parcel_id, fact.came_as, fact.before, fact.wish
    )  # fmt: skip


def _sealed(item: tuple[bytes, bytes, str, int, str, bytes], approved_by: bytes) -> Hand:
    sku_id, line_id, lot, units, disposition, place_id = item
    return Hand(sku_id, (Part(line_id, lot, units),), "", AS_NEW, disposition, place_id, approved_by)


def _put_away(state: ReturnState, fact: did.ReturnedItem) -> ReturnState:
    """Units of the hand, or of the next in the queue, lie in their place now."""
    back = state.back + fact.quantity
    last = Done(fact.sku_id, fact.quantity, fact.place_id, fact.disposition)
    if state.hand is None:
        return replace(state, queue=state.queue[1:], back=back, last=last)
    parts = tuple(p for p in state.hand.parts if (p.line_id, p.lot) != (fact.line_id, fact.lot))
    return replace(state, hand=replace(state.hand, parts=parts) if parts else None, back=back, last=last)
