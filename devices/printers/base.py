"""What a printer is to the rest of the house: something that takes bytes and says honestly what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

ZPL = "application/vnd.zebra.zpl"
PDF = "application/pdf"

TAKE_LABEL = "take the label"
"""The one complaint that keeps no job from being taken: the last label hangs in the peeler."""

State = Literal["sent", "printed", "failed"]


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What a printer says about itself; every field False or 0 when it has no complaint or cannot say.

    `formats_waiting` counts whole formats received and not printed; `labels_left` the labels left of the current
    batch; `label_waiting` is a peeled label that nobody took. `other` is a complaint in the printer's own words.
    """

    paper_out: bool = False
    ribbon_out: bool = False
    head_open: bool = False
    paused: bool = False
    buffer_full: bool = False
    partial_format: bool = False
    ram_lost: bool = False
    too_cold: bool = False
    too_hot: bool = False
    label_waiting: bool = False
    formats_waiting: int = 0
    labels_left: int = 0
    label_length_dots: int = 0
    other: str = ""

    @property
    def problem(self) -> str:
        """The first thing a person must do something about, in two or three words; empty when all is well."""
        complaints = (
            (self.head_open, "head open"),
            (self.paper_out, "no paper"),
            (self.ribbon_out, "no ribbon"),
            (self.paused, "paused"),
            (self.too_hot, "head too hot"),
            (self.too_cold, "head too cold"),
            (self.ram_lost, "memory lost"),
            (self.buffer_full, "buffer full"),
            (self.label_waiting, TAKE_LABEL),
        )
        return next((words for is_so, words in complaints if is_so), self.other)

    @property
    def is_idle(self) -> bool:
        """Whether everything it was given has come out."""
        return not (self.formats_waiting or self.labels_left or self.partial_format)


@dataclass(frozen=True, slots=True)
class PrintResult:
    """What became of one job.

    * `printed`: the printer says that nothing of it is left inside.
    * `sent`: the whole job is in the printer or its queue, and nobody knows yet whether it is on paper; with a
      `problem` it waits there (it comes out when the problem is cured, so never send it again unasked).
    * `failed`: no complete job left this machine; sending it again cannot make a second one.

    `status` is the last thing the printer said, None when it said nothing.
    """

    state: State
    problem: str = ""
    status: PrinterStatus | None = None


class Printer(Protocol):
    """One printer. Both calls block, each within a hard limit of its own, so they belong on a print thread."""

    def print(self, data: bytes, media_type: str, job_name: str) -> PrintResult:
        """Prints `data`. Raises `Unavailable` when the printer cannot be reached at all (nothing was sent)."""

    def status(self) -> PrinterStatus:
        """How it is now. Raises `Unavailable` when it cannot be reached."""


class StatusDecoder(Protocol):
    """Bytes of a printer's answers in, whole statuses out; never raises on any bytes."""

    def feed(self, data: bytes) -> list[PrinterStatus]:
        """The statuses that these bytes complete."""


@dataclass(frozen=True, slots=True)
class Language:
    """How to ask a printer how it is: the question, and a fresh decoder of the answer."""

    ask_status: bytes
    decoder: Callable[[], StatusDecoder]


@dataclass(frozen=True, slots=True)
class Transport:
    """The plug of a way to a printer: what its URL begins with, and how one is made.

    `make(name, rest of the URL after "scheme://", language)`; raises ValueError with what was expected instead.
    """

    scheme: str
    make: Callable[[str, str, Language], Printer]
