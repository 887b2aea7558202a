"""Manifests: what carriers took away, what waits for the next one, what is left behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app import documents
from app.models import Address, Manifest, Order, Parcel
from app.packing.queries.papers import carrier_name, ship_from
from app.shipping.queries.site import site_day, site_zone
from app.shipping.rules import manifest_code, may_void


@dataclass(frozen=True, slots=True)
class ManifestCard:
    """A closed manifest. `carrier` is the code in tariffs, `carrier_name` what people call it; `weight_g` of all."""

    id: bytes
    number: str
    carrier: str
    carrier_name: str
    day: str
    parcels: int
    weight_g: int
    closed_at: datetime
    closed_by: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A parcel with what its carrier bills by. `order_number` is the shop's; `weight_g` None when nobody weighed it."""

    parcel_id: bytes
    order_number: str
    number: int
    tracking: str
    sscc: str
    service: str
    weight_g: int | None
    country: str
    postcode: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Collected:
    """The last manifest of today: what is closed now goes on the next one."""

    number: str
    closed_at: datetime
    parcels: int


@dataclass(frozen=True, slots=True)
class Voidable:
    """Whether the label of a parcel may be voided; if not, the manifest that has it ("" when that is not why)."""

    allowed: bool
    manifest: str = ""
    tracking_state: str = ""


def manifests(session: Session, *, carrier: str = "", limit: int | None = None) -> tuple[ManifestCard, ...]:
    """All manifests or those of one carrier, the newest first."""
    wanted = select(Manifest).order_by(Manifest.closed_at.desc(), Manifest.number.desc()).limit(limit)
    if carrier:
        wanted = wanted.where(Manifest.carrier == carrier)
    return tuple(_card(session, row) for row in session.scalars(wanted))


def one_manifest(session: Session, number: str) -> ManifestCard | None:
    """A manifest by its number, or by the code of its bars."""
    wanted = select(Manifest).where(Manifest.number.in_((number.upper(), number.upper()[:-1])))
    row = session.scalars(wanted.order_by(Manifest.number.desc()).limit(1)).first()
    return None if row is None else _card(session, row)


def _card(session: Session, row: Manifest) -> ManifestCard:
    return ManifestCard(
        row.id, row.number, row.carrier, carrier_name(session, row.carrier), row.day, row.parcels, row.weight_g,
        row.closed_at, row.closed_by,
    )  # fmt: skip


def manifest_parcels(session: Session, manifest_id: bytes) -> tuple[Handed, ...]:
    """The parcels of a manifest by the moment they were closed. At central only: addresses are not mirrored."""
    return _handed(session, Parcel.manifest_id == manifest_id)


def left_behind(session: Session, carrier: str) -> tuple[Handed, ...]:
    """Parcels with a label of this carrier that nobody closed: they stand somewhere on the floor."""
    return _handed(session, (Parcel.carrier == carrier) & (Parcel.state == "labelled"))


def _handed(session: Session, which: ColumnElement[bool]) -> tuple[Handed, ...]:
    rows = session.execute(
        select(Parcel, Order.number, Address.country, Address.postcode)
        .outerjoin(Order, Order.id == Parcel.order_id)
        .outerjoin(Address, Address.id == Order.ship_to_id)
        .where(which)
        .order_by(Parcel.closed_at.nulls_first(), Parcel.tracking, Parcel.id)
        .execution_options(populate_existing=True)
    )
    return tuple(
        Handed(
            p.id, number or "", p.number, p.tracking, p.sscc, p.service, p.weight_g, country or "", postcode or "",
            p.closed_at,
        )
        for p, number, country, postcode in rows
    )  # fmt: skip


def manifest_document(session: Session, card: ManifestCard) -> documents.Manifest:
    """The paper of a manifest: the same whenever it is printed."""
    rows = tuple(
        documents.ManifestRow(h.tracking, h.sscc, h.service, h.weight_g, h.country, h.postcode, h.order_number)
        for h in manifest_parcels(session, card.id)
    )
    return documents.Manifest(
        number=card.number,
        code=manifest_code(card.number),
        carrier=card.carrier_name,
        day=card.day,
        closed_at=f"{card.closed_at.astimezone(site_zone(session)):%Y-%m-%d %H:%M}",
        ship_from=ship_from(session),
        rows=rows,
    )


def collected_today(session: Session, carrier: str, now: datetime) -> Collected | None:
    """Today's last manifest of a carrier, None while it has not been here. On both sides: stations know manifests."""
    row = session.scalars(
        select(Manifest)
        .where(Manifest.carrier == carrier, Manifest.day == site_day(session, now).isoformat())
        .order_by(Manifest.closed_at.desc(), Manifest.number.desc())
        .limit(1)
    ).first()
    return None if row is None else Collected(row.number, row.closed_at, row.parcels)


def may_void_label(session: Session, parcel_id: bytes) -> Voidable:
    """Whether the own label of a parcel may still be voided ("before the manifest"), and if not, what is in the way."""
    parcel = session.get(Parcel, parcel_id, populate_existing=True)
    if parcel is None:
        return Voidable(False)
    on = parcel.manifest_id
    number = session.scalar(select(Manifest.number).where(Manifest.id == on)) or "" if on is not None else ""
    state = parcel.tracking_state
    return Voidable(may_void(parcel.state, on_manifest=on is not None, tracking_state=state), number, state)
