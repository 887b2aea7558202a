"""What boxes have taught of the weight of single units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db import Prepared
from app.models import Sku, SkuWeight
from app.packing.rules.learning import Learnt, weight_of

_COLUMNS = tuple(getattr(SkuWeight, each.name) for each in fields(Learnt))
_LEARNT = Prepared(select(*_COLUMNS).where(SkuWeight.sku_id == bindparam("sku_id")))


@dataclass(frozen=True, slots=True)
class LearntLine:
    """A SKU of which boxes have taught something: what the master data says, what was learnt, and what is used."""

    sku_id: bytes
    sku: str
    name: str
    master_g: int | None
    learnt: Learnt

    @property
    def used_g(self) -> int | None:
        """What a unit is taken to weigh, None while nobody knows."""
        return weight_of(self.master_g, self.learnt)


def learnt_weight(session: Session, sku_id: bytes) -> Learnt | None:
    """What is learnt of a SKU, None when no box has taught anything."""
    row = _LEARNT.first(session, sku_id=sku_id)
    return None if row is None else Learnt(*row)


def learnt_of(session: Session, sku_ids: Sequence[bytes]) -> dict[bytes, Learnt]:
    """What is learnt of these SKUs, by SKU."""
    rows = session.execute(select(SkuWeight.sku_id, *_COLUMNS).where(SkuWeight.sku_id.in_(sku_ids)))
    return {sku_id: Learnt(*rest) for sku_id, *rest in rows}


def learnt_weights(session: Session, sku: str = "") -> tuple[LearntLine, ...]:
    """All of it, of SKUs that begin with `sku`, by SKU."""
    rows = session.execute(
        select(Sku, SkuWeight)
        .join(SkuWeight, SkuWeight.sku_id == Sku.id)
        .where(Sku.sku.startswith(sku, autoescape=True))
        .order_by(Sku.sku)
        .execution_options(populate_existing=True)
    )
    return tuple(
        LearntLine(
            s.id, s.sku, s.name, s.weight_g,
            Learnt(w.parcels, w.units, w.mean_mg, w.low_mg, w.high_mg, w.strays),
        )
        for s, w in rows
    )  # fmt: skip
