"""The rows of an announced return: the return itself, the code on its paper, what was said will come back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.db import changed
from app.ids import stable_id
from app.inventory.service.codes import own
from app.models import Code, ReturnCase, ReturnLine
from app.text import Text, say
from app.work.service.timeline import add_entry

PREFIX = "RMA"


def case_id(number: str) -> bytes:
    """The identity of an announced return: its number."""
    return stable_id("return", number)


def case_code(number: str) -> str:
    """The code on the paper of an announced return."""
    return own(PREFIX + number)


def write_case(
    session: Session, *, number: str, order_id: bytes, wish: str, now: datetime, words: Text | None = None
) -> bool:
    """Writes an announced return with the code of its paper and tells the order's story; whether anything changed."""
    return_id = case_id(number)
    case = session.get(ReturnCase, return_id)
    if case is not None and case.wish == wish:
        return False
    if case is not None:
        case.wish = wish
    else:
        code = case_code(number)
        session.add_all(
            (
                ReturnCase(
                    id=return_id, number=number, order_id=order_id, kind="announced", state="announced", wish=wish,
                    opened_at=now,
                ),
                Code(value=code, kind="return", subject=return_id, units=1, printed=True),
            )
        )  # fmt: skip
        changed(session, Code, code, "return", return_id)
        told = words or say("Return {number} announced", number=number)
        add_entry(session, order_id=order_id, at=now, kind="ReturnAnnounced", words=told)
    changed(session, ReturnCase, return_id)
    session.flush()
    return True


def line_row(session: Session, number: str, order_line_id: bytes) -> ReturnLine | None:
    """The announced line of an order line, None when the return does not name it."""
    return session.get(ReturnLine, _line_id(number, order_line_id))


def _line_id(number: str, order_line_id: bytes) -> bytes:
    return stable_id("return_line", case_id(number).hex(), order_line_id.hex())


def write_line(
    session: Session, *, number: str, order_line_id: bytes, sku_id: bytes, units: int, reason: str
) -> tuple[bool, bool]:
    """Writes one announced line; (whether it is new, whether it changed)."""
    row, line_id = line_row(session, number, order_line_id), _line_id(number, order_line_id)
    if row is not None and (row.announced, row.reason) == (units, reason):
        return False, False
    if row is not None:
        row.announced, row.reason = units, reason
    else:
        session.add(
            ReturnLine(
                id=line_id, return_id=case_id(number), order_line_id=order_line_id, sku_id=sku_id, announced=units,
                reason=reason,
            )
        )  # fmt: skip
    changed(session, ReturnLine, line_id)
    session.flush()
    return row is None, row is not None
