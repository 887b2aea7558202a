"""What hands do at a pack bench: boxes opened, units put in, weights read, labels made, boxes closed.

A parcel's state follows these facts on both sides: open → labelled → closed; a voided label brings it back to open.
The state of the order follows the parcels (`_settle`), so the mirror knows it without a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import Prepared, changed, set_row
from app.facts import Fact, Row, Stamp
from app.inventory.facts import move, stock_row, transfer
from app.models import BriefLine, Order, OrderBrief, Parcel, ParcelLine, PrintJob, StationRow, Stock, Tote
from app.work.facts import drop_print, queue_print, set_tote

_FINAL = ("cancelled", "shipped")
"""States of an order that packing never leaves by itself."""


# ---- rows that several facts write ----------------------------------------------------------------------------------


def _set_parcel(session: Session, parcel_id: bytes, **values: object) -> None:
    set_row(session, Parcel, parcel_id, **values)
    changed(session, Parcel, parcel_id)


def _set_order(session: Session, order_id: bytes, state: str, *, station: str | None = None) -> None:
    """Moves the order's state on the mirror and at central; a cancelled or shipped order stays what it is."""
    values = {"state": state} if station is None else {"state": state, "station": station}
    session.execute(
        update(OrderBrief).where(OrderBrief.order_id == order_id, OrderBrief.state.not_in(_FINAL)).values(**values)
    )
    changed(session, OrderBrief, order_id)
    if session.info["side"] == "central":
        session.execute(update(Order).where(Order.id == order_id, Order.state.not_in(_FINAL)).values(state=state))


def _settle(session: Session, order_id: bytes) -> None:
    """shipped when every unit that will come lies in a closed box, packed when in a labelled one, else packing."""
    wanted = session.scalar(
        select(func.coalesce(func.sum(BriefLine.quantity - BriefLine.short), 0)).where(BriefLine.order_id == order_id)
    )
    boxed = dict(
        session.execute(
            select(Parcel.state, func.sum(ParcelLine.quantity))
            .join(ParcelLine, ParcelLine.parcel_id == Parcel.id)
            .where(Parcel.order_id == order_id)
            .group_by(Parcel.state)
        ).all()
    )
    closed, labelled = boxed.get("closed", 0), boxed.get("labelled", 0)
    if closed >= (wanted or 0) and closed:
        _set_order(session, order_id, "shipped")
    else:
        _set_order(session, order_id, "packed" if closed + labelled >= (wanted or 0) and labelled else "packing")


def _station_name(session: Session, station_id: bytes) -> str:
    return session.scalar(select(StationRow.name).where(StationRow.id == station_id)) or ""


def _new_parcel(
    session: Session, stamp: Stamp, *, parcel_id: bytes, order_id: bytes, number: int, tote_id: bytes, box: bytes
) -> None:
    values = {
        "order_id": order_id, "number": number, "state": "open", "station_id": stamp.station_id,
        "tote_id": tote_id or None, "box_type_id": box or None, "opened_at": stamp.at,
    }  # fmt: skip
    if session.scalar(select(Parcel.id).where(Parcel.id == parcel_id)) is None:
        session.execute(insert(Parcel).values(id=parcel_id, **values))
        changed(session, Parcel, parcel_id)
    else:
        _set_parcel(session, parcel_id, **values)


# ---- opening --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PackOpened(Fact):
    """A packer opened an order at this bench; `lines` are (line, SKU, wanted, already in this box, short).

    `resumed` says that the box stood there already (it was parked, or begun at another station) and `weight_g` what it
    weighed then, 0 when it was not weighed. `slip_job_id` is the slip that is printed at once: paper goes into the box
    before weighing.
    """

    order_id: bytes
    parcel_id: bytes
    number: int
    tote_ids: tuple[bytes, ...]
    lines: tuple[tuple[bytes, bytes, int, int, int], ...]
    box_type_id: bytes = b""
    slip_job_id: bytes = b""
    resumed: bool = False
    weight_g: int = 0

    def touches(self) -> tuple[Row, ...]:
        jobs: tuple[Row, ...] = (("print_job", (self.slip_job_id,)),) if self.slip_job_id else ()
        return (
            ("parcel", (self.parcel_id,)), ("order_brief", (self.order_id,)), *(("tote", (t,)) for t in self.tote_ids),
            *jobs,
        )  # fmt: skip

    def apply(self, session: Session, stamp: Stamp) -> None:
        _new_parcel(
            session, stamp, parcel_id=self.parcel_id, order_id=self.order_id, number=self.number,
            tote_id=self.tote_ids[0] if self.tote_ids else b"", box=self.box_type_id,
        )  # fmt: skip
        for tote_id in self.tote_ids:
            set_tote(session, tote_id, state="packing", parked_at=None)
        _set_order(session, self.order_id, "packing", station=_station_name(session, stamp.station_id))
        if self.slip_job_id:
            queue_print(
                session, stamp, job_id=self.slip_job_id, kind="slip", order_id=self.order_id, parcel_id=self.parcel_id
            )

    def revert(self, session: Session, stamp: Stamp) -> None:
        if not self.resumed:
            _set_parcel(session, self.parcel_id, state="void")
        for tote_id in self.tote_ids:
            set_tote(session, tote_id, state="dropped")
        _set_order(session, self.order_id, "picked", station="")
        if self.slip_job_id:
            drop_print(session, self.slip_job_id)


@dataclass(frozen=True)
class BoxAdded(Fact):
    """The box before is closed and units are left: one more box of the same order stands on the bench."""

    order_id: bytes
    parcel_id: bytes
    number: int
    tote_id: bytes = b""
    box_type_id: bytes = b""
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (("parcel", (self.parcel_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        _new_parcel(
            session, stamp, parcel_id=self.parcel_id, order_id=self.order_id, number=self.number, tote_id=self.tote_id,
            box=self.box_type_id,
        )  # fmt: skip


@dataclass(frozen=True)
class BoxFull(Fact):
    """No more goes into this box (NEWBOX): it is weighed and labelled, the rest of the order gets one more."""

    parcel_id: bytes


@dataclass(frozen=True)
class SlipQueued(Fact):
    """A packing slip was asked for once more (REPRINT)."""

    order_id: bytes
    parcel_id: bytes
    job_id: bytes

    def touches(self) -> tuple[Row, ...]:
        return (("print_job", (self.job_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        queue_print(session, stamp, job_id=self.job_id, kind="slip", order_id=self.order_id, parcel_id=self.parcel_id)

    def revert(self, session: Session, stamp: Stamp) -> None:
        drop_print(session, self.job_id)


@dataclass(frozen=True)
class PaperAskedAgain(Fact):
    """Paper that never came out is sent to the printer again: the same job, so nothing is a duplicate."""

    job_id: bytes

    def touches(self) -> tuple[Row, ...]:
        return (("print_job", (self.job_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        session.execute(
            update(PrintJob)
            .where(PrintJob.id == self.job_id)
            .values(state="queued", problem="")
            .execution_options(synchronize_session=False)
        )
        changed(session, PrintJob, self.job_id)


# ---- units ----------------------------------------------------------------------------------------------------------


_BOX_LINE = ("parcel_id", "order_line_id", "lot")
_MORE_IN_BOX = Prepared(
    update(ParcelLine)
    .where(*(getattr(ParcelLine, name) == bindparam(f"its_{name}") for name in _BOX_LINE))
    .values(quantity=ParcelLine.quantity + bindparam("more"))
)
_FIRST_IN_BOX = Prepared(insert(ParcelLine).values({n: bindparam(n) for n in (*_BOX_LINE, "sku_id", "quantity")}))


@dataclass(frozen=True)
class Packed(Fact):
    """Units of a line were proven by their code and put from a tote into the box."""

    parcel_id: bytes
    line_id: bytes
    sku_id: bytes
    quantity: int
    tote_id: bytes
    lot: str = ""
    serial: str = ""

    def touches(self) -> tuple[Row, ...]:
        return (
            ("parcel_line", (self.parcel_id, self.line_id, self.lot)),
            stock_row(self.sku_id, self.tote_id, self.lot), stock_row(self.sku_id, self.parcel_id, self.lot),
        )  # fmt: skip

    def apply(self, session: Session, stamp: Stamp) -> None:
        self._put(session, stamp, self.quantity)

    def revert(self, session: Session, stamp: Stamp) -> None:
        self._put(session, stamp, -self.quantity)

    def _put(self, session: Session, stamp: Stamp, quantity: int) -> None:
        transfer(
            session, stamp, sku_id=self.sku_id, source=self.tote_id, target=self.parcel_id, quantity=quantity,
            lot=self.lot, reason="pack",
        )  # fmt: skip
        key = {"parcel_id": self.parcel_id, "order_line_id": self.line_id, "lot": self.lot}
        if not _MORE_IN_BOX.run(session, more=quantity, **{f"its_{name}": value for name, value in key.items()}):
            _FIRST_IN_BOX.run(session, sku_id=self.sku_id, quantity=quantity, **key)
        changed(session, ParcelLine, *key.values())


@dataclass(frozen=True)
class ShortAtPack(Fact):
    """Units that were still to be packed are not in the totes (SHORT at the bench).

    `lines` are (order line, SKU, tote, lot, units): out of a tote that holds them by the book they leave it; b"" where
    the book knows of none. `empty` says that nothing lies in the box in hand: it is not needed. `waits` says that the
    site lets no order leave in parts: the box is put aside until the units come.
    """

    order_id: bytes
    parcel_id: bytes
    lines: tuple[tuple[bytes, bytes, bytes, str, int], ...]
    waits: bool = False
    empty: bool = False

    def touches(self) -> tuple[Row, ...]:
        rows: list[Row] = [("parcel", (self.parcel_id,)), ("order_brief", (self.order_id,))]
        for line_id, sku_id, tote_id, lot, _ in self.lines:
            rows.append(("brief_line", (line_id,)))
            rows += [stock_row(sku_id, tote_id, lot)] if tote_id else []
        return tuple(dict.fromkeys(rows))

    def apply(self, session: Session, stamp: Stamp) -> None:
        self._miss(session, stamp, 1)
        if self.empty:
            _set_parcel(session, self.parcel_id, state="void")
            _set_order(session, self.order_id, "packing", station="")

    def revert(self, session: Session, stamp: Stamp) -> None:
        self._miss(session, stamp, -1)
        if self.empty:
            _set_parcel(session, self.parcel_id, state="open")
            _set_order(session, self.order_id, "packing", station=_station_name(session, stamp.station_id))

    def _miss(self, session: Session, stamp: Stamp, sign: int) -> None:
        for line_id, sku_id, tote_id, lot, units in self.lines:
            session.execute(
                update(BriefLine).where(BriefLine.line_id == line_id).values(short=BriefLine.short + sign * units)
            )
            changed(session, BriefLine, line_id)
            if tote_id:
                move(
                    session, stamp, sku_id=sku_id, place_id=tote_id, quantity=-sign * units, lot=lot, reason="short"
                )  # fmt: skip


@dataclass(frozen=True)
class Trayed(Fact):
    """A unit that is not of this order was put into the rework tray; `tray_id` is the station whose tray it is."""

    order_id: bytes
    sku_id: bytes
    tray_id: bytes


@dataclass(frozen=True)
class BoxChosen(Fact):
    """Another box than the proposed one was taken."""

    parcel_id: bytes
    box_type_id: bytes
    before_id: bytes = b""

    def touches(self) -> tuple[Row, ...]:
        return (("parcel", (self.parcel_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        _set_parcel(session, self.parcel_id, box_type_id=self.box_type_id)

    def revert(self, session: Session, stamp: Stamp) -> None:
        _set_parcel(session, self.parcel_id, box_type_id=self.before_id or None)


# ---- weight ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ParcelWeighed(Fact):
    """The weight that the label is made for. `source`: scale (it stood within the band), sample (a weight was unknown,
    so there was no band), accepted (outside, and a person said it is right), computed (no scale)."""

    parcel_id: bytes
    grams: int
    low_g: int = 0
    high_g: int = 0
    source: str = "scale"

    def touches(self) -> tuple[Row, ...]:
        return (("parcel", (self.parcel_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        _set_parcel(session, self.parcel_id, weight_g=self.grams)

    def revert(self, session: Session, stamp: Stamp) -> None:
        _set_parcel(session, self.parcel_id, weight_g=None)


@dataclass(frozen=True)
class WeightAccepted(Fact):
    """A person said that a weight outside the band is right."""

    order_id: bytes
    parcel_id: bytes
    grams: int
    low_g: int
    high_g: int


# ---- label ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LabelMade(Fact):
    """A label was made of the local tariff and the next leased number, and is printed. `price` is decimal text.

    UNDO never takes it back: VOID does, with a reason.
    """

    order_id: bytes
    parcel_id: bytes
    serial: int
    tracking: str
    sscc: str
    carrier: str
    service: str
    zone: str
    price: str
    currency: str
    weight_g: int
    job_id: bytes
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (
            ("parcel", (self.parcel_id,)), ("print_job", (self.job_id,)), ("order_brief", (self.order_id,)),
        )  # fmt: skip

    def apply(self, session: Session, stamp: Stamp) -> None:
        _set_parcel(
            session, self.parcel_id, state="labelled", serial=self.serial, tracking=self.tracking, sscc=self.sscc,
            carrier=self.carrier, service=self.service, price=Decimal(self.price), currency=self.currency,
            weight_g=self.weight_g,
        )  # fmt: skip
        queue_print(session, stamp, job_id=self.job_id, kind="label", order_id=self.order_id, parcel_id=self.parcel_id)
        _settle(session, self.order_id)


@dataclass(frozen=True)
class LabelVoided(Fact):
    """The own label was voided before the box was closed; `reason` is the number of the reason card. The number stays
    used: the parcel keeps its serial until the next label, so nobody counts over it twice."""

    order_id: bytes
    parcel_id: bytes
    tracking: str
    job_id: bytes
    reason: int = 0
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (
            ("parcel", (self.parcel_id,)), ("print_job", (self.job_id,)), ("order_brief", (self.order_id,)),
        )  # fmt: skip

    def apply(self, session: Session, stamp: Stamp) -> None:
        _set_parcel(session, self.parcel_id, state="open", tracking="", sscc="", price=None, currency="")
        drop_print(session, self.job_id)
        _settle(session, self.order_id)


@dataclass(frozen=True)
class LabelReprinted(Fact):
    """The same label was asked for again: same number, nothing is bought; `counter` says how often by now."""

    order_id: bytes
    parcel_id: bytes
    job_id: bytes
    counter: int
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (("print_job", (self.job_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        queue_print(
            session, stamp, job_id=self.job_id, kind="reprint", order_id=self.order_id, parcel_id=self.parcel_id
        )


# ---- closing and setting aside --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ParcelClosed(Fact):
    """The label that was just printed was scanned on its box. Totes in which nothing is left are free again."""

    order_id: bytes
    parcel_id: bytes
    code: str
    tote_ids: tuple[bytes, ...] = ()
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (
            ("parcel", (self.parcel_id,)), ("order_brief", (self.order_id,)), *(("tote", (t,)) for t in self.tote_ids),
        )  # fmt: skip

    def apply(self, session: Session, stamp: Stamp) -> None:
        _set_parcel(session, self.parcel_id, state="closed", closed_at=stamp.at, closed_by_code=self.code)
        _settle(session, self.order_id)
        if session.scalar(select(OrderBrief.state).where(OrderBrief.order_id == self.order_id)) == "shipped":
            _free_emptied(session, self.order_id, self.tote_ids)


def _free_emptied(session: Session, order_id: bytes, tote_ids: tuple[bytes, ...]) -> None:
    """Sets those totes of the order free in which, by the book, nothing is left."""
    for tote_id in tote_ids:
        left = session.scalar(
            select(func.count()).select_from(Stock).where(Stock.place_id == tote_id, Stock.on_hand > 0)
        )
        if not left and session.scalar(select(Tote.order_id).where(Tote.id == tote_id)) == order_id:
            set_tote(session, tote_id, state="free", order_id=None, work_id=None)


@dataclass(frozen=True)
class ParcelAwaiting(Fact):
    """A weighed box without a label (no tariff, no number) was set aside at `place_id`. `job_id` prints a paper with
    the order's code, "awaiting label": scanning it later opens the box again and makes the label."""

    order_id: bytes
    parcel_id: bytes
    place_id: bytes
    tote_ids: tuple[bytes, ...] = ()
    job_id: bytes = b""
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        jobs: tuple[Row, ...] = (("print_job", (self.job_id,)),) if self.job_id else ()
        return (("order_brief", (self.order_id,)), *(("tote", (t,)) for t in self.tote_ids), *jobs)

    def apply(self, session: Session, stamp: Stamp) -> None:
        _free_emptied(session, self.order_id, self.tote_ids)
        _set_order(session, self.order_id, "packing", station="")
        if self.job_id:
            queue_print(
                session, stamp, job_id=self.job_id, kind="awaiting", order_id=self.order_id, parcel_id=self.parcel_id
            )


@dataclass(frozen=True)
class Parked(Fact):
    """An order that cannot go on was put aside with its totes: PARK (units are missing) or HOLD (`held`).

    `place_id` is empty when it was held at the bench by a reason card. The totes stay bound until EMPTY. A held order
    is held until its hold is released, and then stands where it stood.
    """

    order_id: bytes
    tote_ids: tuple[bytes, ...]
    place_id: bytes = b""
    held: bool = False
    reason: int = 0
    parcel_id: bytes = b""
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (("order_brief", (self.order_id,)), *(("tote", (t,)) for t in self.tote_ids))

    def apply(self, session: Session, stamp: Stamp) -> None:
        for tote_id in self.tote_ids:
            where: dict[str, object] = {"place_id": self.place_id} if self.place_id else {}
            set_tote(session, tote_id, state="parked", parked_at=stamp.at, **where)
        _set_order(session, self.order_id, "held" if self.held else "picked", station="")


@dataclass(frozen=True)
class Unpacked(Fact):
    """The order was cancelled while it stood on the bench: everything in its box went back into a tote.

    `lines` are (order line, SKU, lot, units). The box is void; the tote is put back from here on.
    """

    order_id: bytes
    parcel_id: bytes
    tote_id: bytes
    lines: tuple[tuple[bytes, bytes, str, int], ...]
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        rows: list[Row] = [("parcel", (self.parcel_id,)), ("tote", (self.tote_id,))]
        for line_id, sku_id, lot, _ in self.lines:
            rows += [("parcel_line", (self.parcel_id, line_id, lot)), stock_row(sku_id, self.parcel_id, lot)]
            rows.append(stock_row(sku_id, self.tote_id, lot))
        return tuple(dict.fromkeys(rows))

    def apply(self, session: Session, stamp: Stamp) -> None:
        for line_id, sku_id, lot, units in self.lines:
            transfer(
                session, stamp, sku_id=sku_id, source=self.parcel_id, target=self.tote_id, quantity=units, lot=lot,
                reason="unpack",
            )  # fmt: skip
            session.execute(
                update(ParcelLine)
                .where(
                    ParcelLine.parcel_id == self.parcel_id,
                    ParcelLine.order_line_id == line_id,
                    ParcelLine.lot == lot,
                )
                .values(quantity=ParcelLine.quantity - units)
                .execution_options(synchronize_session=False)
            )
            changed(session, ParcelLine, self.parcel_id, line_id, lot)
        _set_parcel(session, self.parcel_id, state="void")
        set_tote(session, self.tote_id, state="dropped", order_id=self.order_id)
