"""What the mirror knows of a thing that was scanned: an order and its boxes, a place and what lies there, a product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import (
    Bin,
    BriefLine,
    Cart,
    CountTask,
    Dossier,
    Lot,
    Manifest,
    OrderBrief,
    Parcel,
    ParcelLine,
    PickLine,
    PrintJob,
    Receipt,
    ReceiptLine,
    Sku,
    StationRow,
    Stock,
    Tote,
    Work,
)

PACKABLE = ("picked", "packing", "packed")
COUNTING = ("open", "again", "judge")
"""States of a count task in which a figure on a screen would spoil the count."""
MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class ParcelHere:
    """A box of an order. `label_job` is the print job of its last label, `copies` how many came out so far;
    `manifest` is the number of the list with which the carrier took it, "" before that."""

    id: bytes
    number: int
    state: str
    tracking: str
    carrier: str
    service: str
    weight_g: int | None
    closed_at: datetime | None
    manifest: str
    label_job: bytes
    copies: int
    station: str
    tracking_state: str = ""


@dataclass(frozen=True, slots=True)
class LineHere:
    """A line of an order with what was done about it: units picked, and units that lie in a box."""

    sku: str
    name: str
    variant: str
    picture: str
    wanted: int
    short: int
    picked: int
    packed: int


@dataclass(frozen=True, slots=True)
class ToteHere:
    name: str
    state: str
    place: str


@dataclass(frozen=True, slots=True)
class OrderHere:
    """What the mirror knows of an order. `slip_parcel` and `slip`: the box and job of its last packing slip."""

    id: bytes
    number: str
    state: str
    station: str
    ship_by: datetime | None
    gift: bool
    lines: tuple[LineHere, ...]
    parcels: tuple[ParcelHere, ...]
    totes: tuple[ToteHere, ...]
    slip: bytes
    slip_parcel: bytes
    dossier: bool

    def parcel(self, parcel_id: bytes) -> ParcelHere | None:
        return next((p for p in self.parcels if p.id == parcel_id), None)


@dataclass(frozen=True, slots=True)
class LyingHere:
    """Units of a product in one place. `free`: those that no order has been promised."""

    sku_id: bytes
    sku: str
    name: str
    variant: str
    picture: str
    lot: str
    status: str
    on_hand: int
    free: int
    expires_on: str


@dataclass(frozen=True, slots=True)
class LyingThere:
    """Units of one product in some place; `type` is the place's (`tote` for a tote)."""

    place_id: bytes
    place: str
    type: str
    lot: str
    status: str
    on_hand: int
    expires_on: str


@dataclass(frozen=True, slots=True)
class ReceiptHere:
    """An expected delivery: how much of it came."""

    number: str
    supplier: str
    state: str
    expected_on: str
    wanted: int
    received: int


def order_here(session: Session, order_id: bytes) -> OrderHere | None:
    """An order with its lines, boxes and totes, None when this mirror has not heard of it."""
    brief = session.get(OrderBrief, order_id, populate_existing=True)
    if brief is None:
        return None
    slip = session.execute(
        select(PrintJob.id, PrintJob.parcel_id)
        .where(PrintJob.order_id == order_id, PrintJob.kind == "slip", PrintJob.state != "void")
        .order_by(PrintJob.queued_at.desc())
        .limit(1)
    ).first()
    return OrderHere(
        id=order_id,
        number=brief.number,
        state=brief.state,
        station=brief.station,
        ship_by=brief.ship_by,
        gift=brief.gift,
        lines=_lines(session, order_id),
        parcels=_parcels(session, order_id),
        totes=_totes(session, order_id),
        slip=slip.id if slip else b"",
        slip_parcel=(slip.parcel_id or b"") if slip else b"",
        dossier=session.scalar(select(Dossier.order_id).where(Dossier.order_id == order_id)) is not None,
    )


def _lines(session: Session, order_id: bytes) -> tuple[LineHere, ...]:
    packed = dict(
        session.execute(
            select(ParcelLine.order_line_id, func.sum(ParcelLine.quantity))
            .join(Parcel, Parcel.id == ParcelLine.parcel_id)
            .where(Parcel.order_id == order_id, Parcel.state != "void")
            .group_by(ParcelLine.order_line_id)
        ).all()
    )
    picked = dict(
        session.execute(
            select(PickLine.order_line_id, func.sum(PickLine.picked))
            .join(Work, Work.id == PickLine.work_id)
            .where(Work.order_id == order_id)
            .group_by(PickLine.order_line_id)
        ).all()
    )
    rows = session.execute(
        select(BriefLine, Sku)
        .join(Sku, Sku.id == BriefLine.sku_id)
        .where(BriefLine.order_id == order_id)
        .order_by(BriefLine.position)
    )
    found = tuple(
        LineHere(
            sku.sku, sku.name, sku.variant, sku.picture, line.quantity, line.short, picked.get(line.line_id, 0) or 0,
            packed.get(line.line_id, 0) or 0,
        )
        for line, sku in rows
    )  # fmt: skip
    return found or _boxed(session, order_id)


def _boxed(session: Session, order_id: bytes) -> tuple[LineHere, ...]:
    """The lines of an order that is over: stations keep only what went into its boxes."""
    rows = session.execute(
        select(Sku, func.sum(ParcelLine.quantity))
        .join(ParcelLine, ParcelLine.sku_id == Sku.id)
        .join(Parcel, Parcel.id == ParcelLine.parcel_id)
        .where(Parcel.order_id == order_id, Parcel.state != "void")
        .group_by(ParcelLine.order_line_id, Sku.id)
        .order_by(Sku.name, Sku.sku)
    )
    return tuple(
        LineHere(sku.sku, sku.name, sku.variant, sku.picture, units, 0, units, units) for sku, units in rows if units
    )


def _parcels(session: Session, order_id: bytes) -> tuple[ParcelHere, ...]:
    rows = session.execute(
        select(Parcel, StationRow.name, Manifest.number)
        .outerjoin(StationRow, StationRow.id == Parcel.station_id)
        .outerjoin(Manifest, Manifest.id == Parcel.manifest_id)
        .where(Parcel.order_id == order_id, Parcel.state != "void")
        .order_by(Parcel.number)
        .execution_options(populate_existing=True)
    ).all()
    return tuple(_parcel(session, parcel, station or "", manifest or "") for parcel, station, manifest in rows)


def _parcel(session: Session, row: Parcel, station: str, manifest: str) -> ParcelHere:
    jobs = session.execute(
        select(PrintJob.id, PrintJob.kind, PrintJob.copies)
        .where(PrintJob.parcel_id == row.id, PrintJob.kind.in_(("label", "reprint")), PrintJob.state != "void")
        .order_by(PrintJob.queued_at.desc())
    ).all()
    first = next((job.id for job in jobs if job.kind == "label"), b"")
    taken = manifest or ("?" if row.manifest_id else "")  # its row may not have come yet: taken it is all the same
    return ParcelHere(
        row.id, row.number, row.state, row.tracking, row.carrier, row.service, row.weight_g, row.closed_at, taken,
        first, sum(max(job.copies, 1) for job in jobs), station, row.tracking_state,
    )  # fmt: skip


def _totes(session: Session, order_id: bytes) -> tuple[ToteHere, ...]:
    rows = session.execute(
        select(Tote.name, Tote.state, Bin.name)
        .outerjoin(Bin, Bin.id == Tote.place_id)
        .where(Tote.order_id == order_id)
        .order_by(Tote.name)
    )
    return tuple(ToteHere(name, state, place or "") for name, state, place in rows)


def order_of_parcel(session: Session, parcel_id: bytes) -> bytes | None:
    """Whose box that is."""
    return session.scalar(select(Parcel.order_id).where(Parcel.id == parcel_id))


def orders_numbered(session: Session, typed: str, limit: int = 9) -> tuple[tuple[bytes, str], ...]:
    """Orders whose number is what was typed; when there is none, those that end with it. (id, number), at most nine."""
    found = select(OrderBrief.order_id, OrderBrief.number).order_by(OrderBrief.number, OrderBrief.order_id).limit(limit)
    rows = session.execute(found.where(OrderBrief.number == typed)).all()
    if not rows and typed:
        rows = session.execute(found.where(OrderBrief.number.endswith(typed, autoescape=True))).all()
    return tuple((order_id, number) for order_id, number in rows)


def numbers_are_digits(session: Session) -> bool:
    """Whether the orders of this site have plain figures as numbers: then a keypad is enough to type one."""
    other = select(OrderBrief.order_id).where(OrderBrief.number.regexp_match("[^0-9]")).limit(1)
    return session.scalar(other) is None


def is_packable(session: Session, order_id: bytes) -> bool:
    """Whether a pack bench would open this order: picked or begun, or held while its goods stand in totes."""
    state = session.scalar(select(OrderBrief.state).where(OrderBrief.order_id == order_id))
    if state == "held":
        there = select(Tote.id).where(Tote.order_id == order_id, Tote.state.in_(("dropped", "packing")))
        return session.scalar(there.limit(1)) is not None
    return state in PACKABLE


# ---- places and products --------------------------------------------------------------------------------------------


def what_lies_in(session: Session, place_id: bytes) -> tuple[LyingHere, ...]:
    """What a bin, tote or box holds by the book, by product, lot and status; empty rows left out."""
    rows = session.execute(
        select(Stock, Sku, Lot.expires_on)
        .join(Sku, Sku.id == Stock.sku_id)
        .outerjoin(Lot, (Lot.sku_id == Stock.sku_id) & (Lot.lot == Stock.lot))
        .where(Stock.place_id == place_id, Stock.on_hand != 0)
        .order_by(Sku.name, Sku.sku, Lot.expires_on, Stock.lot, Stock.status)
        .limit(MOST_ROWS)
        .execution_options(populate_existing=True)
    )
    return tuple(
        LyingHere(
            sku.id, sku.sku, sku.name, sku.variant, sku.picture, stock.lot, stock.status, stock.on_hand,
            stock.on_hand - stock.reserved, expires or "",
        )
        for stock, sku, expires in rows
    )  # fmt: skip


def where_lies(session: Session, sku_id: bytes) -> tuple[LyingThere, ...]:
    """Where a product lies: bins by name, then totes; boxes that are closed are nobody's stock."""
    wanted = (
        select(Stock, Bin.name, Bin.type, Tote.name, Lot.expires_on)
        .outerjoin(Bin, Bin.id == Stock.place_id)
        .outerjoin(Tote, Tote.id == Stock.place_id)
        .outerjoin(Lot, (Lot.sku_id == Stock.sku_id) & (Lot.lot == Stock.lot))
        .where(Stock.sku_id == sku_id, Stock.on_hand != 0, or_(Bin.id.is_not(None), Tote.id.is_not(None)))
        .order_by(Bin.name.is_(None), Bin.name, Tote.name, Stock.lot, Stock.status)
        .limit(MOST_ROWS)
        .execution_options(populate_existing=True)
    )
    return tuple(
        LyingThere(
            stock.place_id, place or tote or "?", type_ or "tote", stock.lot, stock.status, stock.on_hand, expires or ""
        )
        for stock, place, type_, tote, expires in session.execute(wanted)
    )


def open_counts(session: Session) -> frozenset[bytes]:
    """Places that are to be counted: what lies there is not told to who may have to count it."""
    return frozenset(session.scalars(select(CountTask.place_id).where(CountTask.state.in_(COUNTING))))


def receipt_here(session: Session, receipt_id: bytes) -> ReceiptHere | None:
    """An expected delivery, None when this mirror does not know it."""
    row = session.get(Receipt, receipt_id, populate_existing=True)
    if row is None:
        return None
    wanted, received = session.execute(
        select(
            func.coalesce(func.sum(ReceiptLine.quantity), 0), func.coalesce(func.sum(ReceiptLine.received), 0)
        ).where(ReceiptLine.receipt_id == receipt_id)
    ).one()
    return ReceiptHere(row.number, row.supplier, row.state, row.expected_on, wanted, received)


def name_of_cart(session: Session, cart_id: bytes) -> str:
    """What people call a cart."""
    return session.scalar(select(Cart.name).where(Cart.id == cart_id)) or "?"
