"""What is done to an order from outside its bench."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import changed
from app.facts import Fact, Row, Stamp
from app.models import Order, OrderBrief


@dataclass(frozen=True)
class OrderRecalled(Fact):
    """A box was brought back before the carrier took it, and its label is void: the order is at packing again.

    Recorded with that void. Without this a shipped order would stay shipped with an open box, and its bench would go on
    where its task ended.
    """

    order_id: bytes
    parcel_id: bytes
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (("order_brief", (self.order_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        session.execute(
            update(OrderBrief)
            .where(OrderBrief.order_id == self.order_id, OrderBrief.state == "shipped")
            .values(state="packing")
            .execution_options(synchronize_session=False)
        )
        changed(session, OrderBrief, self.order_id)
        if session.info["side"] == "central":
            session.execute(
                update(Order)
                .where(Order.id == self.order_id, Order.state == "shipped")
                .values(state="packing")
                .execution_options(synchronize_session=False)
            )
