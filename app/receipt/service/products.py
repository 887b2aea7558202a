"""Which product a line means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.barcodes import gtin14
from app.models import Code, OrderLine, Sku

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
    """Looks the products of unresolved lines up again (after a product import); returns how many were found."""
    found = 0
    unknown = select(OrderLine).where(OrderLine.order_id == order_id, OrderLine.sku_id.is_(None), OrderLine.ships)
    for line in session.scalars(unknown).all():
        line.sku_id = sku_of(session, line.external_sku)
        found += line.sku_id is not None
    return found
