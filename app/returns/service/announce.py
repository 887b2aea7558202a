"""Announced returns: what a customer said will come back, by order line, with a code for the paper in the parcel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, Tally
from app.errors import Problem, Refused
from app.ids import new_id
from app.inventory.service.master import Read, Write, import_rows
from app.models import Code, Order, OrderLine, ReturnCase, Sku
from app.processing.queries import find_orders
from app.returns.rules.coming_back import number_of
from app.returns.service.cases import case_code, case_id, line_row, write_case, write_line
from app.returns.service.shop_refunds import import_shop_refunds, is_shop_refund
from app.text import Text, say

COLUMNS = Columns(("number", "order", "sku", "quantity"), ("reason", "wish"))
WISHES = ("refund", "replacement")


@dataclass(frozen=True, slots=True)
class Announced:
    """A return as it was announced: its number and the code that stands on its paper."""

    return_id: bytes
    number: str
    code: str
    order_number: str
    units: int


@dataclass(frozen=True, slots=True)
class _Line:
    id: bytes
    sku_id: bytes
    units: int


def import_returns(session: Session, data: bytes, *, file: str, now: datetime, dry_run: bool = False) -> ImportResult:
    """Imports announced returns (docs/imports.md), one row an item, or what a shop says of its refunds (JSON).

    What has begun to come back is left as it is; the same file again changes nothing.
    """
    if is_shop_refund(data):
        return import_shop_refunds(session, data, file=file, now=now, dry_run=dry_run)

    def reader(_tally: Tally) -> Read:
        return _Rows(session, now).read

    return import_rows(session, data, file=file, columns=COLUMNS, read=reader, dry_run=dry_run)


def announce_return(
    session: Session,
    *,
    order_id: bytes,
    items: Sequence[tuple[str, int]],
    reason: str = "",
    wish: str = "refund",
    number: str = "",
    now: datetime,
) -> Announced:
    """Announces that these (SKU, units) of an order come back; Refused when the order does not have them."""
    order = session.get_one(Order, order_id)
    number = number or number_of(new_id())
    if not items:
        raise _refused(say("Nothing is said to come back"), say("Name what comes back: --sku X=1"))
    found = []
    for sku, units in items:
        line = line_of(session, order_id, sku, units)
        if isinstance(line, Text):
            raise _refused(say("{sku} of order {number}", sku=sku, number=order.number), say("Say {what}", what=line))
        found.append((line, units))
    if (problem := _begun(session, number, order_id)) is not None:
        raise _refused(say("Return {number}", number=number), problem)
    for line, units in found:
        _write(session, number, order, line, units, reason, wish, now)
    session.flush()
    return Announced(case_id(number), number, case_code(number), order.number, sum(n for _, n in items))


def _refused(what: Text, do: Text) -> Refused:
    return Refused(Problem("NotAnnounced", what, do=(do,), unchanged=say("Nothing was announced.")))


# ---- one row --------------------------------------------------------------------------------------------------------


class _Rows:
    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.wishes: dict[str, str] = {}

    def read(self, f: Fields) -> tuple[str, Write]:
        number, word = f.text("number", most=64, required=True), f.text("order", most=128, required=True)
        sku, units = f.text("sku", most=64, required=True), f.whole("quantity", least=1) or 0
        reason, wish = f.text("reason", most=64), f.word("wish", WISHES, "refund")
        f.order = word
        order = self._order(f, word)
        line = line_of(self.session, order.id, sku, units) if order is not None and sku and units else None
        if isinstance(line, Text):
            f.wrong("sku", sku, line)
        if number and not any(c.isascii() and c.isalnum() for c in number):
            f.wrong("number", number, say("a number with letters or digits: they are its barcode"))
        if self.wishes.setdefault(number, wish) != wish:
            f.wrong("wish", wish, say("one wish for the whole return"))
        if number and order is not None and not self._is_known(number, line, units, reason, wish):
            problem = _begun(self.session, number, order.id)
            if problem is not None:
                f.wrong("number", number, problem)
        if order is None or not isinstance(line, _Line):
            return f"{number}/{word}/{sku}", lambda: (False, False)
        return f"{number}/{line.id.hex()}", lambda: _write(
            self.session, number, order, line, units, reason, wish, self.now
        )

    def _is_known(self, number: str, line: _Line | Text | None, units: int, reason: str, wish: str) -> bool:
        """Whether this very row was taken in before: then it changes nothing, however far its return is by now."""
        case = self.session.get(ReturnCase, case_id(number))
        if case is None or not isinstance(line, _Line) or case.wish != wish:
            return False
        row = line_row(self.session, number, line.id)
        return row is not None and (row.announced, row.reason) == (units, reason)

    def _order(self, f: Fields, word: str) -> Order | None:
        found = find_orders(self.session, word) if word else ()
        if len(found) != 1 and word:
            several = say("the number of one order: several have it")
            f.wrong("order", word, several if found else say("the number of an order that is here"))
        return self.session.get(Order, found[0]) if len(found) == 1 else None


def line_of(session: Session, order_id: bytes, sku: str, units: int) -> _Line | Text:
    """The line of an order that has so many units of a product; words of what is expected when none has."""
    rows = session.execute(
        select(OrderLine.id, OrderLine.sku_id, OrderLine.quantity - OrderLine.cancelled - OrderLine.short)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(OrderLine.order_id == order_id, OrderLine.ships, (Sku.sku == sku) | (OrderLine.external_sku == sku))
        .order_by(OrderLine.position)
    ).all()
    lines = [_Line(line_id, sku_id, open_units) for line_id, sku_id, open_units in rows if sku_id is not None]
    if not lines:
        return say("a product of this order")
    fitting = [line for line in lines if line.units >= units]
    return fitting[0] if fitting else say("at most the {n} units of the order", n=max(line.units for line in lines))


def _begun(session: Session, number: str, order_id: bytes) -> Text | None:
    """Why a return of this number can't be announced (any more): begun, of another order, its code is taken."""
    return_id = case_id(number)
    case = session.get(ReturnCase, return_id)
    if case is not None and case.order_id != order_id:
        return say("a number of its own: another order has it")
    if case is not None and case.state != "announced":
        return say("a return that has not begun to come back")
    other = session.scalar(select(ReturnCase.id).where(ReturnCase.number == number, ReturnCase.id != return_id))
    taken = select(Code.subject).where(
        Code.value == case_code(number), Code.kind == "return", Code.subject != return_id
    )
    if other is not None or session.scalar(taken) is not None:
        return say("a number whose letters and digits no other return has")
    return None


def _write(
    session: Session, number: str, order: Order, line: _Line, units: int, reason: str, wish: str, now: datetime
) -> tuple[bool, bool]:
    """Writes one announced line; (whether it is new, whether anything changed)."""
    wished = write_case(session, number=number, order_id=order.id, wish=wish, now=now)
    new, different = write_line(
        session, number=number, order_line_id=line.id, sku_id=line.sku_id, units=units, reason=reason
    )
    return new, different or (wished and not new)
