"""Keyboard wedge: a scanner that types. What a person types is slow; what a scanner types is a burst with an end.

Pure: keys and their times go in, frames (codes) and single keys (typed by a person) come out. A wedge is a fall-back: a
label can make it press any key, so every chord and every control character is dropped before a frame is made, and
whatever is no burst never becomes a scan (BadBarcode, PacSec 2015). It types by the layout of the session: a German
session behind an American scanner swaps Y and Z; codes of ours then fail their check character and are called damaged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from devices.scanners.base import MAX_LENGTH, Frame, Framing
from devices.scanners.serial_text import SerialText

MS = 1_000_000
WedgeSuffix = Literal["enter", "tab", "none"]


@dataclass(frozen=True, slots=True)
class WedgePort:
    """A scanner that types. `gap_ms` is the longest silence inside a code; `suffix` the key that ends it.

    Shorter codes than `shortest` are never scans: two keys typed fast are a person's.
    """

    name: str
    suffix: WedgeSuffix = "enter"
    gap_ms: int = 50
    shortest: int = 4
    framing: Framing = field(default_factory=Framing)  # prefix, AIM identifier, stand-ins for GS, as on a serial line


@dataclass(frozen=True, slots=True)
class Typed:
    """A key that a person pressed: a character, `ENTER` or `BACK`."""

    key: str


@dataclass(frozen=True, slots=True)
class Burst:
    """A code that was typed by a scanner; `mono_ns` is when its last key came."""

    frame: Frame
    mono_ns: int


WedgeEvent = Typed | Burst


class Wedge:
    """Tells bursts from typing. `key` for each key as it comes, `due` and `idle` for the silence after it."""

    def __init__(self, port: WedgePort) -> None:
        self._port = port
        self._keys: list[str] = []
        self._last_ns = 0
        self._poisoned = False
        self.dropped_keys = 0
        """Chords and control characters that were left out."""
        self.dropped_frames = 0
        """Bursts that were thrown away: too long, or nothing left of them."""

    def key(self, key: str, now: int, *, chord: bool = False) -> list[WedgeEvent]:
        """One key press at `now` (monotonic ns): a character, `ENTER`, `TAB` or `BACK`; `chord`: with Ctrl, Alt, Meta.

        A key whose character is not plain text drops out; a chord inside a burst spoils the whole burst, for what a
        label sends beside text is meant for the machine and not for us.
        """
        events = self.idle(now)
        is_end = key == self._port.suffix.upper() and not chord
        if chord or not (is_end or key in ("ENTER", "BACK") or (len(key) == 1 and " " <= key <= "~")):
            self.dropped_keys += 1
            self._poisoned = self._poisoned or bool(self._keys)
            return events
        if is_end and self._is_burst():
            return events + self._end()
        self._keys.append(key)
        self._last_ns = now
        return events

    def due(self) -> int | None:
        """When `idle` is to be called (monotonic ns); None while nothing waits."""
        return self._last_ns + self._port.gap_ms * MS if self._keys else None

    def idle(self, now: int) -> list[WedgeEvent]:
        """The silence after the last key is over: what waits is a person's typing, or a code without a suffix."""
        if not self._keys or now < self._last_ns + self._port.gap_ms * MS:
            return []
        if self._port.suffix == "none" and self._is_burst():
            return self._end()
        keys, poisoned = self._keys, self._poisoned
        self._keys, self._poisoned = [], False
        if poisoned or len(keys) >= self._port.shortest:
            self.dropped_frames += 1  # a burst that never ended: no scan, and nobody types like that
            return []
        return [Typed(key) for key in keys]

    def _is_burst(self) -> bool:
        return len(self._keys) >= self._port.shortest

    def _end(self) -> list[WedgeEvent]:
        keys, poisoned, at = self._keys, self._poisoned, self._last_ns
        self._keys, self._poisoned = [], False
        text = "".join(key for key in keys if len(key) == 1)
        if poisoned or len(text) != len(keys) or len(text) > 4 * MAX_LENGTH:
            self.dropped_frames += 1
            return []
        decoder = SerialText(self._port.framing)
        frames = decoder.feed(text.encode("ascii") + b"\r")
        self.dropped_frames += decoder.dropped_frames
        return [Burst(frame, at) for frame in frames]
