"""What stands on the bench: the state that the facts of one packing task fold to."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.packing.rules.lines import PackLine, open_units


@dataclass(frozen=True, slots=True)
class Label:
    """The label of the box in hand. `copies` counts how often it was asked for."""

    serial: int
    tracking: str
    sscc: str
    carrier: str
    service: str
    price: str
    currency: str
    job_id: bytes
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Moment:
    """What is no fact and is gone after a restart: a question on the screen, the last load of the scale.

    `asking`: park, hold (scan a place), void (scan a reason), bound (EMPTY frees the tote), takeover (OPT1), box,
    service (OPTn picks one of `offers`), waiting (central was asked for `order_id`).
    """

    asking: str = ""
    order_id: bytes = b""
    tote_id: bytes = b""
    offers: tuple[bytes | str, ...] = ()
    settled_g: int | None = None
    off_g: int | None = None


@dataclass(frozen=True, slots=True)
class PackState:
    """One order at one bench, box after box. States compare by what facts say; the moment does not count.

    `waits` says that units are missing and the site lets no order leave in parts: it is put aside.
    """

    order_id: bytes = b""
    parcel_id: bytes = b""
    number: int = 1
    tote_ids: tuple[bytes, ...] = ()
    lines: tuple[PackLine, ...] = ()
    box_type_id: bytes = b""
    full: bool = False
    weight_g: int | None = None
    label: Label | None = None
    slip_job_id: bytes = b""
    last_line: bytes = b""
    last_lot: str = ""
    voided: tuple[str, ...] = ()
    serials: frozenset[tuple[bytes, str]] = frozenset()
    closed: bool = False
    waits: bool = False
    moment: Moment = field(default=Moment(), compare=False)

    @property
    def open(self) -> int:
        """Units of the order that are still to be packed."""
        return open_units(self.lines)

    @property
    def done(self) -> int:
        return sum(line.done for line in self.lines)

    @property
    def wanted(self) -> int:
        return sum(line.wanted for line in self.lines)

    @property
    def boxed(self) -> tuple[tuple[bytes, int], ...]:
        """(SKU, units) in the box in hand."""
        return tuple((line.sku_id, line.packed) for line in self.lines if line.packed)

    @property
    def whole(self) -> tuple[tuple[bytes, int], ...]:
        """(SKU, units) that the box in hand will hold when all open units go into it."""
        return tuple((line.sku_id, line.packed + line.open) for line in self.lines if line.packed + line.open)
