"""The end of the day: what a carrier takes away is put on a manifest, once and for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.errors import Problem, Refused
from app.facts import Stamp
from app.ids import new_id, stable_id
from app.models import Incident, Manifest, Parcel
from app.packing.facts import LabelVoided
from app.packing.queries.papers import carrier_name
from app.shipping.queries.site import site_day
from app.shipping.rules import manifest_number
from app.text import count, say
from app.work.service.numbers import MANIFESTS, next_number
from app.work.service.timeline import add_entry


@dataclass(frozen=True, slots=True)
class Closing:
    """A manifest that was just closed."""

    manifest_id: bytes
    number: str
    parcels: int
    weight_g: int


def close_manifest(session: Session, *, carrier: str, now: datetime, by: str) -> Closing:
    """Puts every closed parcel of a carrier that is on no manifest yet on a new one, all or none.

    Numbers run without a gap, but for the one that a restore leaves: the transaction that takes one keeps it or leaves
    nothing. Refused (`NothingToHandOver`)
    when no parcel waits, for an empty manifest is no paper to sign.
    """
    waiting = _take(session, carrier, manifest_id := new_id())
    if not waiting:
        raise Refused(_nothing(carrier_name(session, carrier)))
    weight = sum(grams or 0 for _, _, grams in waiting)
    made = session.scalar(select(func.count()).select_from(Manifest)) or 0
    number = manifest_number(next_number(session, kind=MANIFESTS, made=made))
    session.execute(
        insert(Manifest).values(
            id=manifest_id, number=number, carrier=carrier, day=site_day(session, now).isoformat(),
            parcels=len(waiting), weight_g=weight, closed_at=now, closed_by=by,
        )
    )  # fmt: skip
    changed(session, Manifest, manifest_id)
    _tell(session, carrier, number, [order_id for _, order_id, _ in waiting], now)
    return Closing(manifest_id, number, len(waiting), weight)


def _take(session: Session, carrier: str, manifest_id: bytes) -> list[tuple[bytes, bytes, int | None]]:
    """(parcel, order, grams) of what is now on this manifest: one conditional UPDATE, so nothing is on two."""
    taken = session.execute(
        update(Parcel)
        .where(Parcel.carrier == carrier, Parcel.state == "closed", Parcel.manifest_id.is_(None))
        .values(manifest_id=manifest_id)
        .execution_options(synchronize_session=False)
        .returning(Parcel.id, Parcel.order_id, Parcel.weight_g)
    ).all()
    for parcel_id, _, _ in taken:
        changed(session, Parcel, parcel_id)
    return [(parcel_id, order_id, grams) for parcel_id, order_id, grams in taken]


def _tell(session: Session, carrier: str, number: str, orders: Iterable[bytes], now: datetime) -> None:
    name = carrier_name(session, carrier)
    for order_id, n in Counter(orders).items():
        one, many = "{n} parcel handed to {carrier}", "{n} parcels handed to {carrier}"
        words = say("{what}: manifest {number}", what=count(n, one, many, carrier=name), number=number)
        add_entry(session, order_id=order_id, at=now, kind="manifest", words=words)


def _nothing(carrier: str) -> Problem:
    return Problem(
        "NothingToHandOver",
        say("No closed parcel of {carrier} waits for a manifest", carrier=carrier),
        do=(say("packbay manifest list shows what was handed over"),),
        unchanged=say("No manifest was made."),
    )


def label_voided(session: Session, fact: LabelVoided, stamp: Stamp) -> None:
    """A label was voided that the carrier has been told of already: the bench did not know it. Somebody must tell the
    carrier; the parcel's next label goes on the next manifest."""
    on = session.scalar(select(Parcel.manifest_id).where(Parcel.id == fact.parcel_id))
    if on is None:
        return
    number = session.scalar(select(Manifest.number).where(Manifest.id == on)) or "?"
    session.execute(
        update(Parcel)
        .where(Parcel.id == fact.parcel_id)
        .values(manifest_id=None)
        .execution_options(synchronize_session=False)
    )
    changed(session, Parcel, fact.parcel_id)
    incident_id = stable_id("incident", "voided_after_manifest", stamp.fact_id.hex())
    if session.get(Incident, incident_id) is None:
        detail = f"label {fact.tracking} was voided and stands on manifest {number}"
        session.execute(
            insert(Incident).values(
                id=incident_id, kind="voided_after_manifest", order_id=fact.order_id, subject=fact.parcel_id,
                detail=detail, opened_at=stamp.at,
            )
        )  # fmt: skip
