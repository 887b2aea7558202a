"""What Shopify says of its refunds (Admin REST API, resource Refund): the items that come back, and that they are paid.

Money that the shop has given back is not given back again: such a return wants nothing (`wish` none). Items that the
shop does not expect back (`restock_type` no_restock, cancel) are left out.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.base import Fields, ImportResult, RowError, Tally, bad_file
from app.inventory.service.master import trial
from app.models import Order, OrderLine, ReturnCase
from app.returns.service.cases import case_id, write_case, write_line
from app.text import say

CHANNEL = "shopify"
_STAYS = frozenset(("no_restock", "cancel"))


def is_shop_refund(data: bytes) -> bool:
    """Whether this is JSON and no table."""
    return data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[")


def import_shop_refunds(
    session: Session, data: bytes, *, file: str, now: datetime, dry_run: bool = False
) -> ImportResult:
    """Reads `{"refund": …}`, `{"refunds": […]}`, a list, or the bare body of a webhook. Raises `BadFile` for others."""
    tally = Tally()
    with trial(session, dry_run):
        for row, refund in enumerate(_refunds(data), 1):
            errors: list[RowError] = []
            _read(session, Fields(refund, errors, file=file, row=row), tally, now)
            tally.errors += dict.fromkeys(errors)
        session.flush()
    return tally.result()


def _refunds(data: bytes) -> list[dict[str, Any]]:
    try:
        whole = json.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError):
        raise bad_file(say("Neither a table nor JSON")) from None
    found = whole
    if isinstance(whole, dict):
        found = whole.get("refunds", whole.get("refund", whole))
    found = found if isinstance(found, list) else [found]
    if not found or not all(isinstance(one, dict) and "refund_line_items" in one for one in found):
        raise bad_file(say("This is JSON, but no refund of a shop"), say("Give a table of announced returns"))
    return found


def _read(session: Session, f: Fields, tally: Tally, now: datetime) -> None:
    """One refund: a return of its own, with the lines that come back."""
    shop_id, order_word = f.text("id", most=40, required=True), f.text("order_id", most=128, required=True)
    f.order = order_word
    order = session.scalars(
        select(Order).where(Order.channel == CHANNEL, Order.external_id == order_word)
    ).one_or_none()
    if order is None and order_word:
        f.wrong("order_id", order_word, say("an order of this shop that is here"))
    wanted = _lines(session, f, order)
    if f.errors or order is None:
        return
    if not wanted:
        tally.count(new=False, changed=False)
        return
    number = f"SHOPIFY-{shop_id}"
    if session.get(ReturnCase, case_id(number)) is not None:
        tally.count(new=False, changed=False)
        return
    words = say("Return {number} announced: the shop has paid it back already", number=number)
    write_case(session, number=number, order_id=order.id, wish="none", now=now, words=words)
    reason = f.text("note", most=10_000)[:64]
    for line, units in wanted:
        assert line.sku_id is not None
        write_line(session, number=number, order_line_id=line.id, sku_id=line.sku_id, units=units, reason=reason)
    tally.count(new=True, changed=False)


def _lines(session: Session, f: Fields, order: Order | None) -> list[tuple[OrderLine, int]]:
    found = []
    for item in f.each("refund_line_items"):
        word, units = item.text("line_item_id", most=128, required=True), item.whole("quantity", least=1) or 0
        if order is None or item.text("restock_type") in _STAYS:
            continue
        line = session.scalars(
            select(OrderLine).where(OrderLine.order_id == order.id, OrderLine.external_id == word)
        ).one_or_none()
        if line is None or line.sku_id is None:
            item.wrong("line_item_id", word, say("a line of the order whose product is known here"))
        elif units > line.quantity:
            item.wrong("quantity", units, say("at most the {n} units of the line", n=line.quantity))
        else:
            found.append((line, units))
    return found
