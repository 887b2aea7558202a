"""Everything that can happen at a station.

Three families:

* **from devices**: `Scan`, `Weight`, `DeviceChanged`: what a wire said, with the time its last byte arrived;
* **meanings**: a `Scan` (or a touch on a button, which is the same as its command barcode) turned into what it says
  *here*: `CommandRead`, `ItemRead`, `BinRead` …; workflows see only these;
* **from inside**: `Answered`, `Refreshed`, `PrintChanged`: central answered, rows of this task changed, paper moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.ids import (
    BinId,
    BoxTypeId,
    CartId,
    OrderId,
    ParcelId,
    PersonId,
    PrintJobId,
    ReceiptId,
    RequestId,
    ReturnId,
    SkuId,
    StationId,
    ToteId,
)

# ---- from devices ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scan:
    """One trigger pull: the decoded text without prefix, suffix and AIM identifier; GS (0x1D) kept as such.

    `number` counts the scans of this device since the port was opened (1, 2, …). `mono_ns` is CLOCK_MONOTONIC when the
    last byte of the frame arrived; the rules on double reads and on queued scans use it, never `at`.
    """

    text: str
    device: str
    at: datetime
    mono_ns: int
    number: int = 0
    symbology: str = ""  # AIM symbology identifier such as "]E0", "" when the scanner does not send one


@dataclass(frozen=True, slots=True)
class Touch:
    """A tap on a button that carries a command (`"CMDUNDO"` without check character) or a typed code."""

    command: str
    at: datetime
    mono_ns: int


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the screen's own keypad or keyboard: a character, `BACK` or `ENTER`. Never from a scanner.

    Keys of a PIN travel like this too: nothing ever logs which key it was.
    """

    key: str = field(repr=False)
    at: datetime
    mono_ns: int


@dataclass(frozen=True, slots=True)
class Weight:
    """One reading of a scale. `grams` is whole grams, rounded half up from the scale's own resolution."""

    grams: int
    stable: bool
    device: str
    at: datetime
    mono_ns: int


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A device came, went or fell ill. `kind`: scanner, scale, printer. `health`: ok, attention, away.

    `detail` is one word or a short phrase for the chip ("no paper", "unplugged"); English, a key of the translation.
    """

    device: str
    kind: str
    health: str
    detail: str
    at: datetime
    mono_ns: int


# ---- meanings -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a scan or touch means here. `text` is the code as it came; `touched` when a finger did it."""

    text: str
    at: datetime
    mono_ns: int
    device: str = ""
    number: int = 0
    touched: bool = False
    approved_by: bytes = b""
    """Who approved, with badge and PIN, what this read asks for; empty until somebody did (`app.workflow.approval`)."""
    approved_for: str = ""
    """The right for which that was: it approves no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRead(Read):
    """One key of the screen's keypad or keyboard: a character, `BACK` or `ENTER`; `text` stays empty."""

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRead(Read):
    """A command card or a button: `word` without prefix and check (`"UNDO"`)."""

    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityRead(Read):
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRead(Read):
    choice: int  # 1-based


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRead(Read):
    reason: int  # 1 to 4 of a shelf, 5 and 6 of a parcel that came back, 7 to 10 of a label (see ui.role_cards)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRead(Read):
    grade: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeRead(Read):
    person_id: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class BinRead(Read):
    """A bin label; places such as a drop lane, a pack station's lane or a problem shelf are bins of another type."""

    bin_id: BinId


@dataclass(frozen=True, slots=True, kw_only=True)
class ToteRead(Read):
    tote_id: ToteId


@dataclass(frozen=True, slots=True, kw_only=True)
class CartRead(Read):
    cart_id: CartId


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxTypeRead(Read):
    box_type_id: BoxTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRead(Read):
    order_id: OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRead(Read):
    """The code of an expected delivery (a purchase order or its advice)."""

    receipt_id: ReceiptId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRead(Read):
    """The code of an announced return (its slip or label)."""

    return_id: ReturnId


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRead(Read):
    """A station's own label, or its rework tray (`tray`)."""

    station_id: StationId
    tray: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRead(Read):
    """An item's barcode. `units` is the pack quantity of this very code (a case GTIN counts its pieces)."""

    sku_id: SkuId
    units: int = 1
    lot: str = ""
    expiry: date | None = None
    serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelRead(Read):
    """A code that is unique to one parcel (its tracking number or its SSCC)."""

    parcel_id: ParcelId


@dataclass(frozen=True, slots=True, kw_only=True)
class AmbiguousRead(Read):
    """A code with two or more real meanings here: it is asked, never guessed (`ChoiceRead` picks one)."""

    meanings: tuple[Read, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRead(Read):
    """Nothing here has this code. `reason` says more when a code of ours is damaged (wrong check character)."""

    reason: str = ""


# ---- from inside ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoadSettled:
    """A stable weight that followed a change of load (the runner filters the scale's chatter)."""

    grams: int
    at: datetime
    mono_ns: int


@dataclass(frozen=True, slots=True)
class Answered:
    """Central answered an ask of this task."""

    request_id: RequestId
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AskFailed:
    """No answer in time: central is away. The ask stays in the outbox and is answered later."""

    request_id: RequestId
    kind: str


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Rows that belong to the task in hand came from central (a line re-planned, an order cancelled)."""

    topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class PrintChanged:
    """A print job moved on. `state`: sent, printed, failed. `problem` is a short phrase ("no paper")."""

    job_id: PrintJobId
    state: str
    problem: str = ""
