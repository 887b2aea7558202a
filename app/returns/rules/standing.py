"""What stands on the returns bench: the state that the facts of one return task fold to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.returns.rules.coming_back import Part


@dataclass(frozen=True, slots=True)
class Subject:
    """What comes back: the return, its order (empty when nobody knows it) and, when its label was read, the parcel.

    `state` is that of the return before this task touched it: "" when there was none.
    """

    return_id: bytes
    number: str
    order_id: bytes = b""
    parcel_id: bytes = b""
    kind: str = "unannounced"
    state: str = ""
    wish: str = "refund"


@dataclass(frozen=True, slots=True)
class Hand:
    """Units of one SKU that are looked at; grade 0 until a card said it."""

    sku_id: bytes
    parts: tuple[Part, ...]
    serial: str = ""
    grade: int = 0
    disposition: str = ""
    place_id: bytes = b""
    approved_by: bytes = b""

    @property
    def units(self) -> int:
        return sum(part.units for part in self.parts)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order that may be the one: only for the screen, never recorded."""

    order_id: bytes
    number: str
    shipped_on: str
    units: int
    who: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on the screen about an item that was scanned: which `order`, which `lot`, which `serial`.

    `candidates` is None while central was not heard of; `away` says that it does not answer. `typed` are the words to
    search by.
    """

    about: str
    sku_id: bytes = b""
    units: int = 1
    lot: str = ""
    serial: str = ""
    lots: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] | None = None
    away: bool = False
    typed: str = ""
    typing: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """What is no fact and is gone after a restart: what was looked up, a question, what central told of the order."""

    subject: Subject | None = None
    asked: Asked | None = None
    story: dict[str, Any] | None = None
    waits_for: str = ""  # which answer a scan is kept for: open, serial


@dataclass(frozen=True, slots=True)
class Done:
    """What was put away last."""

    sku_id: bytes
    units: int
    place_id: bytes
    disposition: str


@dataclass(frozen=True, slots=True)
class ReturnState:
    """One return at one bench. States compare by what facts say; the moment does not count."""

    opened: Subject | None = None
    known: Subject | None = None  # what this task was about before all of it was taken back
    hand: Hand | None = None
    queue: tuple[Hand, ...] = ()  # of a sealed box that was taken as it is: what is still to be put away
    back: int = 0
    last: Done | None = None
    closed: bool = False
    moment: Moment = field(default=Moment(), compare=False)

    @property
    def subject(self) -> Subject | None:
        """What is in work, or looked at."""
        return self.opened or self.moment.subject or self.known

    @property
    def story(self) -> dict[str, Any]:
        """What central told of how the order left; empty until it did."""
        return self.moment.story or {}
