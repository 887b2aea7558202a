"""Changing an order that is here: lines, service, address; before anybody has its work, or while hands are at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.errors import Problem, Refused
from app.ids import stable_id
from app.models import Address, Order, OrderBrief, OrderLine, Parcel, Sku, Work
from app.processing.service.holds import OPEN, check_order
from app.processing.service.release import ReleaseResult, release_order
from app.processing.service.replan import Replanned, replan_order
from app.processing.service.rest import settle_rest
from app.processing.service.standing import come_back, standing
from app.processing.service.withdrawal import withdraw_unstarted
from app.receipt.rules import priority
from app.receipt.service import set_state, write_brief
from app.text import Text, count, say
from app.work.rules.states import state_words
from app.work.service.timeline import add_entry

ADDRESS = frozenset("name company line1 line2 city region postcode country phone email".split())
"""What `order change --address FIELD=VALUE` may say."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different: units by SKU (0 takes the line off), the service, fields of the address."""

    lines: Mapping[str, int] = field(default_factory=dict)
    service: str | None = None
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """What the change led to: where the order is now, its open holds, and what it means for the hands at work."""

    state: str
    holds: tuple[str, ...]
    plan: Replanned


def change_order(
    session: Session, *, order_id: bytes, change: Change, now: datetime, by: str, person_id: bytes | None = None
) -> Changed:
    """Writes the change and makes everything agree with it.

    Nobody has begun: the order is checked, promised and released anew. A walk is under way: what is not picked is not
    picked any more, what lies in the tote goes back, what is new is picked on this walk or as work of its own. Refused
    for an order that is over, for lines once a box is begun, for the rest once it has a label, and when nothing would
    be left.
    """
    order = session.get_one(Order, order_id)
    _must_be_changeable(session, order, change)
    told = [*_set_lines(session, order, change.lines), *_set_rest(session, order, change)]
    if not told:
        return Changed(order.state, (), Replanned())
    for words in told:
        add_entry(session, order_id=order_id, at=now, kind="OrderChanged", words=words, person_id=person_id)
    order.updated_at = max(order.updated_at, now)
    _renew_brief(session, order_id)
    return agree(session, order_id=order_id, now=now, person_id=person_id)


def agree(session: Session, *, order_id: bytes, now: datetime, person_id: bytes | None = None) -> Changed:
    """Makes work and promises agree with an order whose lines were rewritten; see `change_order`."""
    order = session.get_one(Order, order_id)
    if order.state == "released":
        withdraw_unstarted(session, order_id=order_id)
    if standing(session, order_id) == "received":
        set_state(session, order_id, "received")
        result: ReleaseResult = release_order(session, order_id=order_id, now=now, person_id=person_id)
        return Changed(result.state, result.holds, Replanned())
    plan = replan_order(session, order_id=order_id, now=now)
    holds = check_order(session, order_id=order_id, now=now)
    if order.state not in OPEN:
        come_back(session, order_id)
        settle_rest(session, order_id=order_id, now=now)
    _tell_plan(session, order_id, plan, now)
    return Changed(order.state, holds, plan)


def follow_shop(session: Session, *, order_ids: Sequence[bytes], now: datetime) -> None:
    """Orders in work that the shop changed: stations fetch them anew, and the work follows."""
    in_work = select(Order.id).where(Order.id.in_(order_ids), Order.state.in_(("released", "picking", "picked")))
    for order_id in session.scalars(in_work).all() if order_ids else ():
        _renew_brief(session, order_id)
        agree(session, order_id=order_id, now=now)


def _tell_plan(session: Session, order_id: bytes, plan: Replanned, now: datetime) -> None:
    told = []
    if plan.added:
        told.append(count(plan.added, "{n} more unit is picked", "{n} more units are picked"))
    if plan.dropped:
        told.append(count(plan.dropped, "{n} unit is not picked any more", "{n} units are not picked any more"))
    if plan.too_many:
        told.append(count(plan.too_many, "{n} unit in the tote goes back", "{n} units in the tote go back"))
    for words in told:
        add_entry(session, order_id=order_id, at=now, kind="Replanned", words=words)


# ---- what may be changed --------------------------------------------------------------------------------------------


def _must_be_changeable(session: Session, order: Order, change: Change) -> None:
    if order.state in ("shipped", "cancelled"):
        raise _refused(
            "OrderIsOver", order, say("It is {state}", state=state_words(order.state)), say("Take in a new order")
        )
    boxes = set(session.scalars(select(Parcel.state).where(Parcel.order_id == order.id)))
    if boxes & {"labelled", "closed"}:
        raise _refused("HasLabel", order, say("It has a label already"), say("Scan VOID at the bench first"))
    if change.lines and "open" in boxes:
        raise _refused("InPacking", order, say("Its box is on the bench"), say("Undo the packing at the bench first"))
    unknown = sorted(set(change.address) - ADDRESS)
    if unknown:
        known = ", ".join(sorted(ADDRESS))
        raise _refused(
            "NoSuchField", order, say("{field} is no field", field=unknown[0]), say("Use {known}", known=known)
        )


def _refused(name: str, order: Order, why: Text, do: Text) -> Refused:
    what = say("Order {number} can't be changed like that", number=order.number)
    return Refused(Problem(name, what, why=why, do=(do,), unchanged=say("Nothing was changed.")))


# ---- lines ----------------------------------------------------------------------------------------------------------


def _set_lines(session: Session, order: Order, wanted: Mapping[str, int]) -> list[Text]:
    told = []
    for sku, units in wanted.items():
        row = session.scalars(select(Sku).where(Sku.sku == sku)).first()
        if row is None:
            raise _refused("NoSuchProduct", order, say("{sku} is not known here", sku=sku), say("Import the product"))
        lines = session.scalars(
            select(OrderLine)
            .where(OrderLine.order_id == order.id, OrderLine.sku_id == row.id, OrderLine.ships.is_(True))
            .order_by(OrderLine.position)
        ).all()
        before = sum(line.quantity - line.cancelled for line in lines)
        if units != before:
            _share_out(session, order, row, lines, units)
            told.append(say("{sku}: {after} instead of {before}", sku=sku, after=units, before=before))
    session.flush()
    left = select(func.sum(OrderLine.quantity - OrderLine.cancelled)).where(
        OrderLine.order_id == order.id, OrderLine.ships.is_(True)
    )
    if wanted and not session.scalar(left):
        raise _refused("NothingLeft", order, say("Nothing would be left of it"), say("Cancel the order"))
    return told


def _share_out(session: Session, order: Order, sku: Sku, lines: Sequence[OrderLine], units: int) -> None:
    """The first lines are filled up with what was ordered; what is more is ordered here, at the line's own price."""
    rest = units
    for line in lines:
        taken = min(line.quantity, rest)
        line.cancelled = line.quantity - taken
        rest -= taken
    if not rest:
        return
    if lines:
        _grow(order, lines[-1], rest)
    else:
        _new_line(session, order, sku, rest)


def _grow(order: Order, line: OrderLine, units: int) -> None:
    """More of a line than was ordered: the total grows by its price (and by its tax, where prices are without)."""
    if line.unit_price is not None:
        goods = units * line.unit_price
        tax = Decimal(0)
        if line.tax is not None and line.quantity:
            tax = (line.tax * units / line.quantity).quantize(Decimal("0.01"))
            line.tax += tax
        if order.subtotal is not None:
            order.subtotal += goods
        if order.tax is not None:
            order.tax += tax
        if order.total is not None:
            order.total += goods if order.tax_included else goods + tax
    line.quantity += units


def _new_line(session: Session, order: Order, sku: Sku, units: int) -> None:
    """A line that the shop did not sell: it has no price here, so nobody is charged by accident."""
    last = session.scalar(select(func.max(OrderLine.position)).where(OrderLine.order_id == order.id)) or 0
    external_id = f"here:{sku.sku}"[:128]
    session.add(
        OrderLine(
            id=stable_id("line", order.id.hex(), external_id), order_id=order.id, position=last + 1,
            external_id=external_id, external_sku=sku.sku, sku_id=sku.id, name=sku.name, quantity=units,
            unit_price=Decimal(0),
        )
    )  # fmt: skip


# ---- the rest -------------------------------------------------------------------------------------------------------


def _set_rest(session: Session, order: Order, change: Change) -> list[Text]:
    told = []
    if change.service is not None and change.service != order.service:
        told.append(say("Goes by {service}", service=change.service or "-"))
        order.service, order.priority = change.service, priority(change.service)
        _set_priority(session, order)
    fields = _set_address(session, order, change.address)
    if fields:
        told.append(say("Address corrected: {fields}", fields=", ".join(fields)))
    session.flush()
    return told


def _set_priority(session: Session, order: Order) -> None:
    moved = session.scalars(
        update(Work)
        .where(Work.order_id == order.id, Work.state.in_(("ready", "leased")))
        .values(priority=order.priority)
        .execution_options(synchronize_session=False)
        .returning(Work.id)
    ).all()
    for work_id in moved:
        changed(session, Work, work_id)


def _set_address(session: Session, order: Order, fields: Mapping[str, str]) -> list[str]:
    """Which fields are different now; what they say is nobody's business in a timeline."""
    if not fields:
        return []
    row = session.get(Address, order.ship_to_id) if order.ship_to_id else None
    if row is None:
        row = Address(id=stable_id("address", order.id.hex(), "ship"))
        session.add(row)
        order.ship_to_id = row.id
    different = sorted(name for name, value in fields.items() if (getattr(row, name) or "") != value.strip())
    for name in different:
        setattr(row, name, fields[name].strip())
    return different


def _renew_brief(session: Session, order_id: bytes) -> None:
    """Stations that hold the order's dossier fetch it anew before they print anything of it."""
    write_brief(session, order_id)
    brief = session.get(OrderBrief, order_id, populate_existing=True)
    if brief is not None:
        brief.revision += 1
        changed(session, OrderBrief, order_id)
        session.flush()
