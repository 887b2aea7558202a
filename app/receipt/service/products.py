"""Which product a line means."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.barcodes import gtin14
from app.models import Code, OrderLine, Sku


def sku_of(session: Session, word: str) -> bytes | None:
    """The product that a shop's word for it means: our SKU, else one barcode or alias of a single unit, else None."""
    if not word:
        return None
    found = session.scalar(select(Sku.id).where(Sku.sku == word))
    if found is not None:
        return found
    meant = select(Code.subject).where(
        Code.kind == "item", Code.units == 1, Code.value.in_((word, gtin14(word) or word))
    )
    subjects = set(session.scalars(meant))
    return subjects.pop() if len(subjects) == 1 else None


def resolve_lines(session: Session, *, order_id: bytes) -> int:
    """Looks the products of unresolved lines up again (after a product import); returns how many were found."""
    found = 0
    unknown = select(OrderLine).where(OrderLine.order_id == order_id, OrderLine.sku_id.is_(None), OrderLine.ships)
    for line in session.scalars(unknown).all():
        line.sku_id = sku_of(session, line.external_sku)
        found += line.sku_id is not None
    return found
