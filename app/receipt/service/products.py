"""Which product a line means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.barcodes import gtin14
from app.db import insert_rows
from app.models import BriefLine, Code, Order, OrderBrief, OrderLine, Sku
from app.receipt.service.briefs import OVER

T = TypeVar("T")


AT_ONCE = 500
"""Words that are looked up with one SELECT."""


def sku_of(session: Session, word: str) -> bytes | None:
    """The product that a shop's word for it means: our SKU, else one barcode or alias of a single unit, else None."""
    return skus_of(session, (word,)).get(word)


def skus_of(session: Session, words: Iterable[str]) -> dict[str, bytes]:
    """The products that these words mean, as `sku_of`; a word that means none is missing."""
    wanted = sorted({word for word in words if word})
    found: dict[str, bytes] = {}
    for some in batches(wanted):
        found |= {row.sku: row.id for row in session.execute(select(Sku.sku, Sku.id).where(Sku.sku.in_(some)))}
    for some in batches([word for word in wanted if word not in found]):
        found |= _by_code(session, some)
    return found


def batches(words: Sequence[T]) -> Iterator[Sequence[T]]:
    """The words in pieces that one statement takes."""
    return (words[i : i + AT_ONCE] for i in range(0, len(words), AT_ONCE))


def _by_code(session: Session, words: Sequence[str]) -> dict[str, bytes]:
    values = {word: {word, gtin14(word) or word} for word in words}
    known: dict[str, set[bytes]] = {}
    meant = select(Code.value, Code.subject).where(Code.kind == "item", Code.units == 1)
    for row in session.execute(meant.where(Code.value.in_(set().union(*values.values())))):
        known.setdefault(row.value, set()).add(row.subject)
    found = {word: set().union(*(known.get(value, set()) for value in of)) for word, of in values.items()}
    return {word: subjects.pop() for word, subjects in found.items() if len(subjects) == 1}


def resolve_lines(session: Session, *, order_id: bytes) -> int:
    """Looks the products of an order's unresolved lines up again (after a product import); how many were found."""
    session.flush()
    return len(_resolve(session, (order_id,)))


def resolve_orders(session: Session, *, order_ids: Sequence[bytes]) -> tuple[bytes, ...]:
    """The same for many orders; those of which some lines were found."""
    session.flush()
    return tuple(dict.fromkeys(_resolve(session, order_ids)))


def _resolve(session: Session, order_ids: Sequence[bytes]) -> list[bytes]:
    """The order of each line that was found; the stations are told of it."""
    unknown = select(OrderLine.id, OrderLine.order_id, OrderLine.external_sku, OrderLine.position).add_columns(
        (OrderLine.quantity - OrderLine.cancelled).label("units"), OrderLine.short
    )
    rows = [
        row
        for some in batches(order_ids)
        for row in session.execute(
            unknown.where(OrderLine.order_id.in_(some), OrderLine.sku_id.is_(None), OrderLine.ships)
        ).all()
    ]
    skus = skus_of(session, {row.external_sku for row in rows})
    found = [row for row in rows if row.external_sku in skus]
    if not found:
        return []
    know = update(OrderLine).where(OrderLine.id == bindparam("of_line")).values(sku_id=bindparam("means"))
    session.connection().execute(know, [{"of_line": row.id, "means": skus[row.external_sku]} for row in found])
    for row in session:
        if isinstance(row, OrderLine):
            session.expire(row)
    told = _told(session, {row.order_id for row in found})
    insert_rows(
        session,
        BriefLine,
        [
            {
                "line_id": row.id, "order_id": row.order_id, "sku_id": skus[row.external_sku],
                "position": row.position, "quantity": row.units, "short": row.short,
            }
            for row in found
            if row.units > 0 and row.order_id in told
        ],
    )  # fmt: skip
    return [row.order_id for row in found]


def _told(session: Session, order_ids: Iterable[bytes]) -> set[bytes]:
    """Those of the orders that stations know and that are not over."""
    known = select(OrderBrief.order_id).where(OrderBrief.state.not_in(OVER))
    return {
        order_id
        for some in batches(sorted(order_ids))
        for order_id in session.scalars(known.where(OrderBrief.order_id.in_(some)))
    }


def newly_known_orders(session: Session) -> tuple[bytes, ...]:
    """Orders that are not over and have a line whose product was not known and is known now."""
    open_line = select(OrderLine.external_sku).join(Order, Order.id == OrderLine.order_id)
    open_line = open_line.where(OrderLine.sku_id.is_(None), OrderLine.ships, OrderLine.external_sku != "")
    open_line = open_line.where(Order.state.not_in(OVER))
    known = sorted(skus_of(session, session.scalars(open_line.distinct())))
    found: dict[bytes, None] = {}
    for some in batches(known):
        orders = open_line.with_only_columns(OrderLine.order_id).where(OrderLine.external_sku.in_(some))
        found |= dict.fromkeys(session.scalars(orders.distinct()))
    return tuple(found)
