"""What a return asks of its desk: may these units come back, of which line and lot, and where they are put."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from app.errors import Refused
from app.events import Read
from app.facts import Fact
from app.returns import facts as did
from app.returns import queries
from app.returns.queries import ReturnPlan
from app.returns.rules import refusals
from app.returns.rules.coming_back import Part, lots_left, parts_of, units_left
from app.returns.rules.dispositions import AS_NEW, WRONG_ITEM, disposition, disposition_words
from app.returns.rules.standing import Asked, Hand, ReturnState, Subject
from app.text import NOTHING, say
from app.work.queries import SkuCard, setting, sku_card
from app.workflow import Desk, LeftOpen, Opening, Request, approval

STORY, ORDERS, SERIAL = "shipped_story", "return_orders", "whose_serial"
"""What is asked of central."""


def plan_of(subject: Subject | None, desk: Desk) -> ReturnPlan | None:
    """What left with the order that this is about; None without one."""
    return desk.read(queries.plan_of_return, subject) if subject is not None else None


def must_have_left(subject: Subject, desk: Desk) -> ReturnPlan | None:
    """The plan of a return that can be taken in now; Refused when nothing of its order can come back."""
    plan = plan_of(subject, desk)
    if plan is None:
        if subject.order_id:
            raise Refused(refusals.order_unknown())
        return None
    if not plan.shipped:
        raise Refused(refusals.not_shipped_yet(plan.number))
    if not units_left(plan.shipped):
        raise Refused(refusals.all_back(plan.number))
    return plan


def story_request(subject: Subject, plan: ReturnPlan | None, desk: Desk) -> tuple[Request, ...]:
    """Asks central how the order left. Scans wait for the answer only where serial numbers must be compared."""
    if plan is None:
        return ()
    serials = any(desk.read(sku_card, s.sku_id).serial_tracked for s in plan.shipped)
    body = {"order_id": plan.order_id.hex(), "return_id": subject.return_id.hex()}
    return (Request(STORY, body, waits=serials),)


def orders_request(asked: Asked) -> Request:
    """Asks central which orders may have shipped it."""
    body = {"sku_id": asked.sku_id.hex(), "lot": asked.lot, "serial": asked.serial, "words": asked.typed}
    return Request(ORDERS, body, waits=True)


# ---- units ----------------------------------------------------------------------------------------------------------


def parts_for(plan: ReturnPlan, card: SkuCard, units: int, lot: str | None) -> tuple[Part, ...]:
    """The lines and lots to which these units are counted; Refused when this order did not ship them."""
    mine = [s for s in plan.shipped if s.sku_id == card.id]
    if not mine:
        raise Refused(refusals.not_of_this_order(card.name, card.sku, card.picture, plan.number))
    if lot is not None and lot not in {s.lot for s in mine}:
        lots = tuple(dict.fromkeys(s.lot for s in mine if s.lot))
        raise Refused(refusals.wrong_lot(card.name, card.picture, lot, lots))
    parts = parts_of(plan.shipped, card.id, units, lot)
    if not parts:
        shipped, left = sum(s.units for s in mine), units_left(plan.shipped, card.id)
        raise Refused(refusals.too_many(card.name, card.picture, shipped, left))
    return parts


def open_lots(plan: ReturnPlan, card: SkuCard) -> tuple[str, ...]:
    """The lots between which somebody must choose; () when there is nothing to choose."""
    lots = lots_left(plan.shipped, card.id) if card.lot_tracked else ()
    return lots if len(lots) > 1 else ()


def units_of_story(state: ReturnState, sku_id: bytes) -> list[dict[str, Any]]:
    """How the units of a SKU left, as central told it; empty while it did not."""
    found = state.story.get("units", [])
    return [unit for unit in found if unit.get("sku_id") == sku_id.hex()]


def serial_unit(state: ReturnState, card: SkuCard, serial: str) -> dict[str, Any] | None:
    """The unit of this order that has this serial number."""
    return next((u for u in units_of_story(state, card.id) if u.get("serial") == serial), None)


def knows_serials(state: ReturnState, card: SkuCard) -> bool:
    """Whether central told serial numbers of this SKU: else there is nothing to compare with."""
    return any(u.get("serial") for u in units_of_story(state, card.id))


def must_be_out(plan: ReturnPlan, card: SkuCard, serial: str, desk: Desk) -> None:
    """Refused when the piece with this serial number came back before."""
    lines = tuple(s.line_id for s in plan.shipped if s.sku_id == card.id)
    if serial in desk.read(queries.serials_back, card.id, lines):
        raise Refused(refusals.serial_is_back(card.name, card.picture, serial))


def opening(state: ReturnState, desk: Desk) -> tuple[Fact, ...]:
    """What is recorded before the first item: the return is begun, and what the customer wants when that is new."""
    subject = state.subject
    assert subject is not None
    if state.opened is not None:
        return ()
    opened = did.ReturnOpened(
        subject.return_id, subject.number, subject.order_id, subject.kind, subject.state, subject.parcel_id,
        subject.wish,
    )  # fmt: skip
    known = desk.read(queries.subject_of_return, subject.return_id)
    if known is None or known.wish == subject.wish:
        return (opened,)
    return opened, did.WishChanged(subject.return_id, subject.wish, known.wish)


# ---- grades and places ----------------------------------------------------------------------------------------------


def graded(subject: Subject, sku_id: bytes, lot: str, units: int, grade: int, desk: Desk) -> tuple[str, bytes]:
    """(disposition, place that it is directed to) of units of this grade; Refused when no place takes them."""
    card, today = desk.read(sku_card, sku_id), desk.clock.now().date()
    expired = desk.read(queries.is_expired, sku_id, lot, today)
    found = disposition(
        desk.read(queries.disposition_rules), card.item_class, grade, expired=expired, stray=not subject.order_id
    )
    wanting = queries.Wanting(sku_id, lot, units, found)
    place_id = desk.read(queries.directed_place, wanting, station_id=desk.station.station_id, today=today)
    if place_id is None:
        raise Refused(refusals.no_place(disposition_words(found)))
    return found, place_id


def sealed_items(
    subject: Subject, plan: ReturnPlan, desk: Desk
) -> tuple[tuple[bytes, bytes, str, int, str, bytes], ...]:
    """Everything that is in an unopened parcel, as new, with the place of each line and lot."""
    found = []
    for s in plan.shipped:
        if s.left:
            directed, place_id = graded(subject, s.sku_id, s.lot, s.left, AS_NEW, desk)
            found.append((s.sku_id, s.line_id, s.lot, s.left, directed, place_id))
    return tuple(found)


def approved(event: Read, state: ReturnState, hands: tuple[Hand, ...], grade: int, desk: Desk) -> bytes:
    """Who approved the refund when it is above the limit of the site; b"" when nobody has to.

    The station knows what central told it. What it does not know, central holds back for the office.
    """
    limit, subject = _amount(desk.read(setting, "refund_limit")), state.subject
    if limit is None or subject is None or subject.wish == "replacement" or grade == WRONG_ITEM or not state.story:
        return b""
    each = state.story.get("each", {})
    worth = sum((Decimal(each.get(p.line_id.hex(), "0")) * p.units for hand in hands for p in hand.parts), Decimal(0))
    whole = worth + Decimal(state.story.get("refund", {}).get("amount", "0"))
    if whole <= limit:
        return b""
    act = say("Refund up to {amount} {currency}", amount=whole, currency=str(state.story.get("currency", "")))
    return approval(event, "refund", act)


def _amount(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def left_open(kind: str, one: queries.ReturnLeft) -> LeftOpen:
    """A return that was left in the middle, for the list of what is open here."""
    second = say("Order {number}", number=one.order_number) if one.order_number else NOTHING
    title = say("Take back {number}", number=one.number)
    return LeftOpen(Opening(kind, one.task_id), "rotate-ccw", title, one.since, second, one.code)
