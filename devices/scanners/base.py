"""What a scanner protocol is: a pure decoder from bytes to frames, and the settings that shape it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

MAX_LENGTH = 256
"""Longest text of one code that is delivered, in characters."""

Suffix = Literal["any", "cr", "lf", "crlf", "none"]
AimRule = Literal["optional", "required", "off"]


@dataclass(frozen=True, slots=True)
class Framing:
    """How this scanner wraps one code.

    `suffix` ends a frame (`any`: CR or LF, so CR LF as well). `prefix` is taken off where it is there. With `stx_etx`
    a frame lies between STX and ETX, and what is outside is noise. `aim`: an AIM symbology identifier (ISO/IEC 15424:
    `]` and two characters) is taken off where it is there, demanded, or left as data. `gs` lists byte strings that
    stand for GS (0x1D), for scanners that cannot send it. `code_page` is how bytes above 0x7E are read; with `ascii`
    they are dropped. `idle_ms` > 0 ends a frame after that silence: only for scanners that cannot send a suffix.
    """

    suffix: Suffix = "any"
    prefix: bytes = b""
    stx_etx: bool = False
    aim: AimRule = "optional"
    gs: tuple[bytes, ...] = ()
    code_page: str = "ascii"
    idle_ms: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """One code as it was read: printable text and GS, never another control character."""

    text: str
    symbology: str = ""


class ScannerDecoder(Protocol):
    """Bytes in, frames out; the same frames for every way of cutting the same bytes. Never raises on any bytes."""

    @property
    def dropped_characters(self) -> int:
        """Characters left out of frames because they are not allowed in a code."""

    @property
    def dropped_frames(self) -> int:
        """Frames thrown away as a whole: too long, empty after cleaning, without what is demanded."""

    @property
    def pending(self) -> int:
        """Bytes of a frame whose end has not come yet."""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete, in order."""

    def flush(self) -> list[Frame]:
        """Ends the frame in hand, because the line has been silent for `Framing.idle_ms`."""


@dataclass(frozen=True, slots=True)
class ScannerProtocol:
    """The plug of a scanner protocol: makes a fresh decoder each time a port is opened."""

    decoder: Callable[[Framing], ScannerDecoder]
