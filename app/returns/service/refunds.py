"""Refunds: computed when units come back, taken back with them, handed to the office once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.errors import Problem, Refused
from app.ids import stable_id
from app.models import (
    Incident,
    Order,
    OrderLine,
    Parcel,
    ParcelLine,
    Refund,
    ReturnCase,
    ReturnItem,
    ReturnLine,
)
from app.returns.queries.bills import ACTIVE, RefundRow, bill_of, refunds
from app.returns.rules.dispositions import WRONG_ITEM
from app.returns.rules.money import (
    UNCLEAR,
    ZERO,
    Apportioned,
    Bill,
    Worth,
    apportioned,
    gives_shipping_back,
    ours,
    restocking_fee,
    rounded,
)
from app.text import Text, say
from app.work.queries import setting
from app.work.rules.states import state_words
from app.work.service.timeline import add_entry

WHOLE = ("refused", "undelivered")
_OPEN = ("pending", "held", "none")
"""States in which nobody outside has heard of a refund yet."""


class _Case:
    """A return with the money of its order, read once."""

    def __init__(self, session: Session, case: ReturnCase, order_id: bytes, now: datetime) -> None:
        self.session, self.case, self.order_id, self.now = session, case, order_id, now
        self.bill: Bill = bill_of(session, order_id)
        self.money: Apportioned = apportioned(self.bill)
        self.is_replacement = session.scalar(select(Order.channel).where(Order.id == order_id)) == "replacement"
        never_paid = self.bill.payment == "on_delivery" and case.kind in WHOLE
        self.paid = ZERO if never_paid else self.money.paid

    def given_back(self) -> Decimal:
        """What is or will be paid back of the whole order."""
        rows = self.session.scalars(
            select(Refund.amount).where(Refund.order_id == self.order_id, Refund.state.in_(ACTIVE))
        )
        return sum(rows, ZERO)

    def of_case(self) -> Decimal:
        rows = self.session.scalars(
            select(Refund.amount).where(Refund.return_id == self.case.id, Refund.state.in_(ACTIVE))
        )
        return sum(rows, ZERO)

    def reason_of(self, line_id: bytes | None) -> str:
        """Why a line comes back, as it was announced."""
        said = select(ReturnLine.reason).where(ReturnLine.return_id == self.case.id)
        return self.session.scalar(said.where(ReturnLine.order_line_id == line_id).limit(1)) or ""


def settle_refunds(session: Session, *, return_id: bytes, now: datetime) -> None:
    """Brings the refunds of a return in line with what came back and what the customer wants. Twice is once.

    What nobody outside heard of is computed anew or taken back; what was handed to the office stays, and a person is
    told when it should not have been.
    """
    case = session.get(ReturnCase, return_id, populate_existing=True)
    if case is None or case.order_id is None or session.get(Order, case.order_id) is None:
        return
    whole = _Case(session, case, case.order_id, now)
    items = session.scalars(
        select(ReturnItem)
        .where(ReturnItem.return_id == return_id)
        .order_by(ReturnItem.at, ReturnItem.id)
        .execution_options(populate_existing=True)
    ).all()
    refunding = case.wish == "refund" and case.state != "void"
    for item in items:
        row = session.scalars(select(Refund).where(Refund.return_item_id == item.id)).one_or_none()
        if not (refunding and item.quantity and item.order_line_id in whole.money.lines):
            _withdraw(session, row, now)
        elif row is None or row.state == "void":
            _compute(whole, item, row)
    _settle_shipping(whole, refunding)
    session.flush()


def _withdraw(session: Session, row: Refund | None, now: datetime) -> None:
    if row is None or row.state in ("void", "denied"):
        return
    if row.state in _OPEN:
        row.state = "void"
        session.flush()
        return
    incident = stable_id("incident", "refund_taken_back", row.id.hex())
    if session.get(Incident, incident) is None:
        detail = f"{row.amount} {row.currency} was handed over in {row.batch}, and the goods are not back"
        session.add(
            Incident(
                id=incident, kind="refund_taken_back", order_id=row.order_id, subject=row.id, detail=detail,
                opened_at=now,
            )
        )  # fmt: skip


# ---- the goods ------------------------------------------------------------------------------------------------------


def _compute(whole: _Case, item: ReturnItem, row: Refund | None) -> None:
    """A refund for these units: what the line's units are worth together less what is paid back of them already."""
    session, line_id = whole.session, item.order_line_id
    assert line_id is not None
    before = session.scalars(
        select(Refund).where(
            Refund.order_line_id == line_id, Refund.state.in_(ACTIVE), Refund.return_item_id != item.id
        )
    ).all()
    known = sum((Worth(r.goods, r.discount, r.tax) for r in before), Worth())
    worth = whole.money.of(line_id, sum(r.quantity for r in before) + item.quantity).beyond(known)
    to_pay = max(min(worth.paid, whole.paid - whole.given_back()), ZERO)
    rule = setting(session, f"restocking_fee_{item.grade}")
    ours_to_blame = whole.case.kind in WHOLE or ours(whole.reason_of(line_id))
    fee = ZERO if ours_to_blame else restocking_fee(rule, to_pay, item.quantity, whole.money.step)
    amount = to_pay - fee
    state, note = _judged(whole, item, amount)
    _write(
        whole, row, stable_id("refund", item.id.hex()), return_item_id=item.id, order_line_id=line_id,
        quantity=item.quantity, goods=worth.goods, discount=worth.discount, tax=worth.tax, fee=fee, shipping=ZERO,
        amount=amount, state=state, note=note,
    )  # fmt: skip


def _judged(whole: _Case, item: ReturnItem, amount: Decimal) -> tuple[str, str]:
    """(state, note): held where a person must decide, none where there is nothing to pay, else pending."""
    if not whole.bill.has_prices:
        return "held", "a line of the order has no price"
    if whole.bill.payment in UNCLEAR:
        return "held", f"the payment is {whole.bill.payment}: nobody here knows how much of it we have"
    if not amount:
        if whole.is_replacement:
            return "held", "a replacement came back: it cost nothing"
        return "none", "never paid" if not whole.paid else "nothing is left to pay back"
    if item.grade == WRONG_ITEM:
        return "held", "graded as a wrong item"
    limit = _limit(whole.session)
    if limit is not None and whole.of_case() + amount > limit and not item.approved_by:
        return "held", f"above the limit of {limit} without approval"
    return "pending", ""


def _limit(session: Session) -> Decimal | None:
    try:
        limit = Decimal(setting(session, "refund_limit").strip())
    except InvalidOperation:
        return None
    return limit if limit.is_finite() else None


def _write(whole: _Case, row: Refund | None, refund_id: bytes, **values: object) -> None:
    session = whole.session
    if row is None:
        row = Refund(id=refund_id, return_id=whole.case.id, order_id=whole.order_id, batch="")
        session.add(row)
    for name, value in {**values, "currency": whole.bill.currency, "computed_at": whole.now}.items():
        setattr(row, name, rounded(value, whole.money.step) if isinstance(value, Decimal) else value)
    row.return_id = whole.case.id
    session.flush()
    if row.amount:
        words = _words(row)
        add_entry(session, order_id=whole.order_id, at=whole.now, kind="RefundComputed", words=words)


def _words(row: Refund) -> Text:
    if row.state == "held":
        return say("Refund of {amount} {currency}: the office decides ({why})", amount=row.amount,
                   currency=row.currency, why=row.note)  # fmt: skip
    return say("Refund of {amount} {currency} goes to the office", amount=row.amount, currency=row.currency)


# ---- the shipping ---------------------------------------------------------------------------------------------------


def _settle_shipping(whole: _Case, refunding: bool) -> None:
    """The shipping is paid back once an order, when everything came back and the rule of the site says so."""
    session, case = whole.session, whole.case
    refund_id = stable_id("refund", "shipping", whole.order_id.hex())
    row = session.get(Refund, refund_id, populate_existing=True)
    rule = setting(session, "refund_shipping", "our_fault").strip().casefold()
    due = refunding and gives_shipping_back(
        rule, case.kind, everything=_everything_is_back(whole), our_fault=_all_our_fault(whole)
    )
    amount = max(min(whole.money.shipping, whole.paid - whole.given_back()), ZERO) if due else ZERO
    if row is not None and row.state != "void":
        if not due and row.return_id == case.id:
            _withdraw(session, row, whole.now)
        return
    if amount:
        state = "held" if whole.bill.payment in UNCLEAR or not whole.bill.has_prices else "pending"
        _write(
            whole, row, refund_id, return_item_id=None, order_line_id=None, quantity=0, goods=ZERO, discount=ZERO,
            tax=ZERO, fee=ZERO, shipping=amount, amount=amount, state=state, note="shipping",
        )  # fmt: skip


def _everything_is_back(whole: _Case) -> bool:
    session = whole.session
    left = session.scalar(
        select(func.sum(ParcelLine.quantity))
        .join(Parcel, Parcel.id == ParcelLine.parcel_id)
        .where(Parcel.order_id == whole.order_id, Parcel.state == "closed")
    )
    back = session.scalar(
        select(func.sum(ReturnItem.quantity))
        .join(OrderLine, OrderLine.id == ReturnItem.order_line_id)
        .where(OrderLine.order_id == whole.order_id)
    )
    wanted = session.scalar(
        select(func.sum(OrderLine.quantity - OrderLine.cancelled - OrderLine.short)).where(
            OrderLine.order_id == whole.order_id, OrderLine.ships
        )
    )
    return bool(left) and (back or 0) >= max(left or 0, wanted or 0)


def _all_our_fault(whole: _Case) -> bool:
    """Whether each line that came back, in whatever return, was announced with a reason that is ours."""
    rows = whole.session.execute(
        select(ReturnCase.kind, ReturnLine.reason)
        .select_from(ReturnItem)
        .join(ReturnCase, ReturnCase.id == ReturnItem.return_id)
        .outerjoin(
            ReturnLine,
            (ReturnLine.return_id == ReturnItem.return_id) & (ReturnLine.order_line_id == ReturnItem.order_line_id),
        )
        .where(ReturnCase.order_id == whole.order_id, ReturnItem.quantity > 0)
    ).all()
    return bool(rows) and all(kind in WHOLE or ours(reason or "") for kind, reason in rows)


# ---- to the office --------------------------------------------------------------------------------------------------


def hand_over(session: Session, *, now: datetime) -> tuple[str, tuple[RefundRow, ...]]:
    """Marks everything that waits as handed over and gives it back with the name of its list; ("", ()) when nothing is.

    The caller writes the list down before it commits and puts it in its place afterwards: whatever breaks between, no
    amount stands on two lists.
    """
    waiting = [r.id for r in refunds(session, state="pending") if r.amount]
    if not waiting:
        return "", ()
    batch = _fresh_batch(session, now)
    session.execute(
        update(Refund).where(Refund.id.in_(waiting)).values(state="handed_over", handed_at=now, batch=batch)
    )
    session.expire_all()
    rows = refunds(session, again=batch)
    for row in rows:
        _tell_handed(session, row, now)
    return batch, rows


def _fresh_batch(session: Session, now: datetime) -> str:
    name = now.strftime("%Y%m%d-%H%M%S")
    taken = set(session.scalars(select(Refund.batch).where(Refund.batch.startswith(name)).distinct()))
    return next(n for n in (name, *(f"{name}-{i}" for i in range(2, 1000))) if n not in taken)


def _tell_handed(session: Session, row: RefundRow, now: datetime) -> None:
    order_id = session.scalar(select(Refund.order_id).where(Refund.id == row.id))
    words = say("Refund of {amount} {currency} handed to the office, list {batch}", amount=row.amount,
                currency=row.currency, batch=row.batch)  # fmt: skip
    if order_id is not None:
        add_entry(session, order_id=order_id, at=now, kind="RefundHandedOver", words=words)


def decide_refund(
    session: Session, *, refund_ids: Sequence[bytes], pay: bool, now: datetime, amount: Decimal | None = None
) -> tuple[RefundRow, ...]:
    """The office decides about held refunds: paid (with another amount when one is said) or not. Refused for others."""
    rows = [session.get_one(Refund, refund_id) for refund_id in refund_ids]
    for row in rows:
        if row.state != "held":
            what = say("Refund {id} is {state}, not held", id=row.id.hex()[:12], state=state_words(row.state))
            raise Refused(
                Problem("NotHeld", what,
                        do=(say("packbay refunds list --state held shows what waits"),),
                        unchanged=say("Nothing was changed."))
            )  # fmt: skip
        if pay and amount is not None:
            row.amount = min(max(amount, ZERO), max(apportioned(bill_of(session, row.order_id)).paid, ZERO))
        row.state = "denied" if not pay else "pending" if row.amount else "none"
        verdict = say("Refund of {amount} {currency} approved", amount=row.amount, currency=row.currency)
        denied = say("Refund of {amount} {currency} denied", amount=row.amount, currency=row.currency)
        add_entry(session, order_id=row.order_id, at=now, kind="RefundDecided", words=verdict if pay else denied)
    session.flush()
    ids = {row.id for row in rows}
    return tuple(r for r in refunds(session) if r.id in ids)
