"""The order on the bench: what is to be packed, in which boxes, out of which totes, by which rules of the site."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from app.db import Prepared
from app.models import (
    BoxType,
    BriefLine,
    Dossier,
    FactRow,
    OrderBrief,
    Parcel,
    ParcelLine,
    Policy,
    PrintJob,
    SiteSetting,
    Sku,
    StationRow,
    Stock,
    Tote,
)
from app.packing.queries.weights import learnt_of
from app.packing.rules import boxes as box_rules
from app.packing.rules import weights
from app.packing.rules.boxes import Box, Goods
from app.packing.rules.learning import weight_of
from app.packing.rules.lines import PackLine
from app.packing.rules.weights import Heap


@dataclass(frozen=True, slots=True)
class PackRules:
    """The site's words on packing, from `site_setting`.

    `packing_tolerance_g`, `packing_tolerance_percent`, `packing_fill_percent` (numbers), `partial_shipping` ("yes" lets
    an order leave although units are missing), `packing_unknown_g` (what a unit of unknown weight counts where there is
    no scale).
    """

    tolerance_g: int = weights.TOLERANCE_G
    tolerance_percent: int = weights.TOLERANCE_PERCENT
    fill_percent: int = box_rules.FILL_PERCENT
    ships_partly: bool = False
    unknown_g: int = 500


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """An order as a bench opens it. `parcel_id` names a box of it that is begun and not closed, b"" when none is.

    `station_id` is where that box stands and `tracking` its label, "" without one. `boxes_made` counts boxes that were
    ever begun. `slip` says that a packing slip was queued for that box before.
    """

    order_id: bytes
    number: str
    state: str
    station: str
    gift: bool
    ship_by: datetime | None
    lines: tuple[PackLine, ...]
    tote_ids: tuple[bytes, ...]
    parcel_id: bytes = b""
    parcel_number: int = 0
    parcel_weight_g: int | None = None
    station_id: bytes = b""
    box_type_id: bytes = b""
    boxes_made: int = 0
    tracking: str = ""
    label_job_id: bytes = b""
    slip: bool = False
    dossier: bool = False

    @property
    def short(self) -> int:
        """Units that will not come."""
        return sum(line.short for line in self.lines)

    @property
    def open(self) -> int:
        """Units that are still to be packed."""
        return sum(line.open for line in self.lines)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another open order that wants a SKU, and the station that has it ("" when none has)."""

    number: str
    station: str


@dataclass(frozen=True, slots=True)
class ParcelCard:
    """Whose parcel a label belongs to."""

    id: bytes
    order_number: str
    state: str
    number: int


@dataclass(frozen=True, slots=True)
class PrintState:
    """How far a print job is: queued, sent, confirmed, failed, void; `problem` in a few words; who printed it."""

    state: str = ""
    problem: str = ""
    printer: str = ""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Units of one lot out of one tote."""

    tote_id: bytes
    lot: str
    units: int


def pack_rules(session: Session) -> PackRules:
    """The site's rules, with our defaults where it says nothing (or nothing that is a number)."""
    said = dict(session.execute(select(SiteSetting.name, SiteSetting.value)).all())
    default = PackRules()

    def number(name: str, otherwise: int) -> int:
        value = said.get(name, "").strip()
        return int(value) if value.isascii() and value.isdigit() else otherwise

    return PackRules(
        tolerance_g=number("packing_tolerance_g", default.tolerance_g),
        tolerance_percent=number("packing_tolerance_percent", default.tolerance_percent),
        fill_percent=number("packing_fill_percent", default.fill_percent),
        ships_partly=said.get("partial_shipping", "").strip().casefold() in ("yes", "true", "1"),
        unknown_g=number("packing_unknown_g", default.unknown_g),
    )


# ---- the order ------------------------------------------------------------------------------------------------------


_BRIEF = Prepared(
    select(OrderBrief.number, OrderBrief.state, OrderBrief.station, OrderBrief.gift, OrderBrief.ship_by).where(
        OrderBrief.order_id == bindparam("order_id")
    )
)
_PARCELS = Prepared(
    select(
        Parcel.id, Parcel.number, Parcel.state, Parcel.weight_g, Parcel.station_id, Parcel.box_type_id, Parcel.tracking
    )
    .where(Parcel.order_id == bindparam("order_id"), Parcel.state != "void")
    .order_by(Parcel.number, Parcel.id)
)
_TOTES_OF = Prepared(select(Tote.id).where(Tote.order_id == bindparam("order_id")).order_by(Tote.name))


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A parcel of an order that is not void; what it does not have yet is b"", "" and None, as in the plan."""

    id: bytes = b""
    number: int = 0
    state: str = ""
    weight_g: int | None = None
    station_id: bytes | None = None
    box_type_id: bytes | None = None
    tracking: str = ""


def order_plan(session: Session, order_id: bytes) -> OrderPlan | None:
    """What is left to pack of an order, None when this mirror does not know it."""
    brief = _BRIEF.first(session, order_id=order_id)
    if brief is None:
        return None
    number, state, station, gift, ship_by = brief
    parcels = [_Parcel(*row) for row in _PARCELS.all(session, order_id=order_id)]
    begun = next((p for p in parcels if p.state in ("open", "labelled")), _Parcel())
    return OrderPlan(
        order_id=order_id,
        number=number,
        state=state,
        station=station,
        gift=gift,
        ship_by=ship_by,
        lines=_lines(session, order_id, begun.id),
        tote_ids=tuple(tote_id for (tote_id,) in _TOTES_OF.all(session, order_id=order_id)),
        parcel_id=begun.id,
        parcel_number=begun.number,
        parcel_weight_g=begun.weight_g,
        station_id=begun.station_id or b"",
        box_type_id=begun.box_type_id or b"",
        boxes_made=max((p.number for p in parcels), default=0),
        tracking=begun.tracking,
        label_job_id=(_job_of(session, begun.id, "label") if begun.id else None) or b"",
        slip=bool(begun.id and _job_of(session, begun.id, "slip")),
        dossier=has_dossier(session, order_id),
    )


_DOSSIER = Prepared(
    select(Dossier.body, OrderBrief.revision)
    .outerjoin(OrderBrief, OrderBrief.order_id == Dossier.order_id)
    .where(Dossier.order_id == bindparam("order_id"))
)


def has_dossier(session: Session, order_id: bytes) -> bool:
    """Whether the order's dossier is here and as new as the order: an older one is fetched again."""
    found = _DOSSIER.first(session, order_id=order_id)
    if found is None or found[0] is None:
        return False
    body, revision = found
    return not revision or int(json.loads(body).get("revision", 0)) >= revision


def lines_in(session: Session, parcel_id: bytes) -> tuple[tuple[bytes, bytes, str, int], ...]:
    """(order line, SKU, lot, units) that lie in a box."""
    rows = session.execute(
        select(ParcelLine.order_line_id, ParcelLine.sku_id, ParcelLine.lot, ParcelLine.quantity)
        .where(ParcelLine.parcel_id == parcel_id, ParcelLine.quantity > 0)
        .order_by(ParcelLine.order_line_id, ParcelLine.lot)
    )
    return tuple((row.order_line_id, row.sku_id, row.lot, row.quantity) for row in rows)


_JOB_OF = Prepared(
    select(PrintJob.id)
    .where(
        PrintJob.parcel_id == bindparam("parcel_id"), PrintJob.kind == bindparam("kind"), PrintJob.state != "void"
    )
    .order_by(PrintJob.queued_at.desc(), PrintJob.id.desc())
    .limit(1)
)  # fmt: skip


def _job_of(session: Session, parcel_id: bytes, kind: str) -> bytes | None:
    found: bytes | None = _JOB_OF.scalar(session, parcel_id=parcel_id, kind=kind)
    return found


_BOXED = Prepared(
    select(ParcelLine.order_line_id, ParcelLine.parcel_id, func.sum(ParcelLine.quantity))
    .join(Parcel, Parcel.id == ParcelLine.parcel_id)
    .where(Parcel.order_id == bindparam("order_id"), Parcel.state != "void")
    .group_by(ParcelLine.order_line_id, ParcelLine.parcel_id)
)
_BRIEF_LINES = Prepared(
    select(BriefLine.line_id, BriefLine.sku_id, BriefLine.quantity, BriefLine.short)
    .where(BriefLine.order_id == bindparam("order_id"))
    .order_by(BriefLine.position, BriefLine.line_id)
)


def _lines(session: Session, order_id: bytes, begun: bytes) -> tuple[PackLine, ...]:
    boxed = _BOXED.all(session, order_id=order_id)
    here: dict[bytes, int] = {}
    gone: dict[bytes, int] = {}
    for line_id, parcel_id, units in boxed:
        where = here if parcel_id == begun else gone
        where[line_id] = where.get(line_id, 0) + units
    rows = _BRIEF_LINES.all(session, order_id=order_id)
    return tuple(
        PackLine(
            line_id=line_id,
            sku_id=sku_id,
            wanted=max(quantity - short - gone.get(line_id, 0), 0),
            packed=here.get(line_id, 0),
            short=short,
        )
        for line_id, sku_id, quantity, short in rows
    )


@dataclass(frozen=True, slots=True)
class WaitingTote:
    """A tote that stands before the pack benches."""

    id: bytes
    name: str


_WAITING = Prepared(
    select(Tote.id, Tote.name)
    .outerjoin(OrderBrief, OrderBrief.order_id == Tote.order_id)
    .where(Tote.state == "dropped")
    .order_by(OrderBrief.priority, OrderBrief.ship_by, Tote.name)
    .limit(bindparam("most"))
)


def waiting_totes(session: Session, limit: int = 6) -> tuple[WaitingTote, ...]:
    """Dropped totes, those of the most urgent orders first."""
    return tuple(WaitingTote(*row) for row in _WAITING.all(session, most=limit))


_LYING = Prepared(
    select(Stock.lot, Stock.on_hand)
    .where(
        Stock.sku_id == bindparam("sku_id"), Stock.place_id == bindparam("tote_id"), Stock.status == "good",
        Stock.on_hand > 0,
    )
    .order_by(Stock.lot)
)  # fmt: skip


def sources(
    session: Session, order_id: bytes, tote_ids: Sequence[bytes], sku_id: bytes, lot: str, units: int
) -> tuple[Sharing, ...]:
    """Out of which totes and lots these units come, as far as the book knows; the rest out of the first tote.

    A lot that was scanned is believed over the book; without one the lots in the totes are taken in their order. A tote
    of the order that came to the bench after the box was begun is known here and not to the task: it is asked last.
    """
    found = lying(session, tote_ids, sku_id, lot, units)
    rest = units - sum(one.units for one in found)
    if rest:
        late = tuple(tote for tote in totes_of(session, order_id) if tote not in tote_ids)
        found += lying(session, late, sku_id, lot, rest)
        rest = units - sum(one.units for one in found)
    if rest:
        found += (Sharing(tote_ids[0] if tote_ids else b"", lot, rest),)
    return found


def lying(session: Session, tote_ids: Sequence[bytes], sku_id: bytes, lot: str, units: int) -> tuple[Sharing, ...]:
    """At most so many units of a SKU (of one lot, or of any) as they lie in these totes by the book."""
    found = []
    for tote_id in tote_ids:
        for known_lot, on_hand in _LYING.all(session, sku_id=sku_id, tote_id=tote_id):
            share = min(units, on_hand) if lot in ("", known_lot) else 0
            if share:
                found.append(Sharing(tote_id, known_lot, share))
                units -= share
    return tuple(found)


def totes_of(session: Session, order_id: bytes) -> tuple[bytes, ...]:
    """The totes that are bound to an order, by name."""
    return tuple(session.scalars(select(Tote.id).where(Tote.order_id == order_id).order_by(Tote.name)))


def elsewhere(session: Session, sku_id: bytes, order_id: bytes) -> Elsewhere | None:
    """Another order in work that wants this SKU: the one that stands at a station first, then the most urgent."""
    row = session.execute(
        select(OrderBrief.number, OrderBrief.station)
        .join(BriefLine, BriefLine.order_id == OrderBrief.order_id)
        .where(
            BriefLine.sku_id == sku_id,
            OrderBrief.order_id != order_id,
            OrderBrief.state.in_(("picking", "picked", "packing")),
            BriefLine.quantity > BriefLine.short,
        )
        .order_by(OrderBrief.station == "", OrderBrief.priority, OrderBrief.number)
        .limit(1)
    ).first()
    return None if row is None else Elsewhere(row.number, row.station)


def parcel_card(session: Session, parcel_id: bytes) -> ParcelCard | None:
    """A parcel by id, None when this mirror does not know it."""
    row = session.execute(
        select(Parcel.id, OrderBrief.number.label("order_number"), Parcel.state, Parcel.number)
        .outerjoin(OrderBrief, OrderBrief.order_id == Parcel.order_id)
        .where(Parcel.id == parcel_id)
    ).first()
    return None if row is None else ParcelCard(row.id, row.order_number or "?", row.state, row.number)


_CLOSED = Prepared(
    select(func.count())
    .select_from(FactRow)
    .where(
        text("fact.kind = 'ParcelClosed'"),  # as it stands in the index of these facts
        FactRow.actor_id == bindparam("person_id"),
        FactRow.at >= bindparam("since"),
    )
)


def closed_by(session: Session, person_id: bytes, since: datetime) -> int:
    """How many boxes this person closed at this station since then."""
    return int(_CLOSED.scalar(session, person_id=person_id, since=since))


_PAPER = Prepared(
    select(PrintJob.state, PrintJob.problem, PrintJob.printer).where(PrintJob.id == bindparam("job_id"))
)  # fmt: skip


def print_state(session: Session, job_id: bytes) -> PrintState:
    """How far a print job is."""
    row = _PAPER.first(session, job_id=job_id)
    return PrintState() if row is None else PrintState(*row)


def units_policy(session: Session, item_class: str) -> str:
    """`each` unit is scanned, or `once` and a quantity card; each where the site says nothing."""
    return session.scalar(select(Policy.units).where(Policy.item_class == item_class)) or "each"


# ---- boxes and weights ----------------------------------------------------------------------------------------------


def boxes(session: Session) -> tuple[Box, ...]:
    """All box types, the smallest first."""
    rows = session.scalars(select(BoxType))
    found = [
        Box(
            b.id, b.code, b.name, b.length_mm, b.width_mm, b.height_mm, b.tare_g, b.max_g, b.shelf or "",
            b.material or "",
        )
        for b in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda b: (b.volume, b.code)))


def goods_of(session: Session, units: Sequence[tuple[bytes, int]]) -> tuple[Goods, ...]:
    """Sizes and weights of (SKU, units)."""
    skus, weights_g = _skus(session, units)
    found = []
    for sku_id, n in units:
        sku = skus.get(sku_id)
        sizes = (None, None, None) if sku is None else (sku.length_mm, sku.width_mm, sku.height_mm)
        found.append(Goods(n, *sizes, weights_g.get(sku_id)))
    return tuple(found)


def heaps_of(session: Session, units: Sequence[tuple[bytes, int]]) -> tuple[Heap, ...]:
    """Weights of (SKU, units), one heap per SKU."""
    _, weights_g = _skus(session, units)
    total: dict[bytes, int] = {}
    for sku_id, n in units:
        total[sku_id] = total.get(sku_id, 0) + n
    return tuple(Heap(sku_id, n, weights_g.get(sku_id)) for sku_id, n in total.items() if n)


def _skus(session: Session, units: Sequence[tuple[bytes, int]]) -> tuple[dict[bytes, Sku], dict[bytes, int | None]]:
    """The products, and what one of each is taken to weigh: by the master data, or by what boxes have taught."""
    ids = [sku_id for sku_id, _ in units]
    skus = {row.id: row for row in session.scalars(select(Sku).where(Sku.id.in_(ids)))}
    learnt = learnt_of(session, ids)
    return skus, {key: weight_of(sku.weight_g, learnt.get(key)) for key, sku in skus.items()}


def station_of(session: Session, station_id: bytes) -> str:
    """A station's name as people say it."""
    return session.scalar(select(StationRow.name).where(StationRow.id == station_id)) or "?"
