"""The form of an announced return, put together when it is printed: central only, for it names the customer."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import documents
from app.barcodes import own_code
from app.documents import ReturnForm, ReturnFormLine
from app.models import Address, Code, Order, ReturnCase, ReturnLine, Sku
from app.packing.queries.papers import ship_from
from app.work.queries import customer_language, setting

_WISHES = {"refund": "Refund", "replacement": "Replacement"}


def return_form(session: Session, number: str) -> ReturnForm | None:
    """The form of the return of this number, None when there is none.

    The parcel goes to where the site ships from.
    """
    case = session.scalars(select(ReturnCase).where(ReturnCase.number == number)).one_or_none()
    if case is None:
        return None
    order = session.get(Order, case.order_id) if case.order_id else None
    code = session.scalar(select(Code.value).where(Code.subject == case.id, Code.kind == "return").limit(1))
    plain = "".join(c for c in case.number.upper() if c.isascii() and c.isalnum())
    customer = _address(session, order.ship_to_id if order else None)
    return ReturnForm(
        number=case.number,
        code=code or own_code("RMA" + plain),
        order_number=order.number if order else "",
        date=case.opened_at.astimezone().date().isoformat(),
        shop=(order.shop if order else "") or setting(session, "shop_name"),
        send_to=ship_from(session),
        customer=customer,
        lines=_lines(session, case.id),
        wish=_WISHES.get(case.wish, ""),
        language=customer_language(session, customer.country),
    )


def _address(session: Session, address_id: bytes | None) -> documents.Address:
    row = session.get(Address, address_id) if address_id else None
    names = "name company line1 line2 city region postcode country phone email".split()
    return documents.Address(**{n: getattr(row, n) for n in names}) if row is not None else documents.Address("")


def _lines(session: Session, return_id: bytes) -> tuple[ReturnFormLine, ...]:
    rows = session.execute(
        select(Sku.sku, Sku.name, Sku.variant, ReturnLine.announced, ReturnLine.reason)
        .join(Sku, Sku.id == ReturnLine.sku_id)
        .where(ReturnLine.return_id == return_id)
        .order_by(Sku.name, Sku.sku, ReturnLine.id)
    )
    return tuple(ReturnFormLine(*row) for row in rows)
