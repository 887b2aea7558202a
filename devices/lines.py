"""One serial line each: open it, read it, notice that it went, wait, open it again.

Runs on the ports' thread only, but for a beep: whoever committed a scan writes it himself, so the ear never waits for
another thread. What both touch, the wire and what is to go over it, is guarded.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import selectors
import termios
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.clock import Clock
from app.events import DeviceChanged, LoadSettled, Scan, Weight
from app.text import NOTHING, Text, say
from devices.beeps import Tone
from devices.config import LineSettings, ScalePort, ScannerPort
from devices.scales.base import Reading, ScaleDecoder, ScaleProtocol
from devices.scales.settle import Settle
from devices.scanners.base import ScannerDecoder, ScannerProtocol
from devices.wires import Wire, WireLost, lost, open_wire

log = logging.getLogger(__name__)

MS = 1_000_000
SECOND = 1_000_000_000
FOREVER = 1 << 62
CONNECT_LIMIT_NS = 5 * SECOND
STEADY_NS = 2 * SECOND
SILENT_NS = 3 * SECOND
WEIGHT_EVERY_NS = 180 * MS
READ_SIZE = 4096
MAX_QUEUED_BEEPS = 16
MAX_UNSENT = 64
SILENT = "not answering"

Event = Scan | Weight | LoadSettled | DeviceChanged


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before opening again: `first_s`, doubled each time, up to `most_s`."""

    first_s: float = 0.2
    most_s: float = 5.0

    def wait_ns(self, failures: int) -> int:
        """The wait after so many failures in a row (0 and up)."""
        return int(min(self.first_s * 2 ** min(failures, 32), self.most_s) * SECOND)


@dataclass(frozen=True, slots=True)
class PortHealth:
    """How one port is. `health`: ok, attention, away; `detail` a short phrase for a chip, `advice` what to do.

    `opened` counts how often it was opened, `events` scans or readings since the start, `noise` what was dropped,
    `pending` bytes of a frame without an end (growing: the scanner sends no suffix). `since` is when `health` began.
    """

    device: str
    kind: str
    url: str
    health: str = "away"
    detail: str = ""
    advice: Text = NOTHING
    since: datetime | None = None
    last_at: datetime | None = None
    opened: int = 0
    events: int = 0
    noise: int = 0
    pending: int = 0


class Line(ABC):
    """What scanners and scales have in common: a wire that comes and goes."""

    def __init__(
        self,
        health: PortHealth,
        settings: LineSettings,
        selector: selectors.BaseSelector,
        sink: Callable[[Event], None],
        clock: Clock,
        backoff: Backoff,
    ) -> None:
        self._health = health
        self._settings = settings
        self._selector = selector
        self._sink = sink
        self._clock = clock
        self._backoff = backoff
        self._wire: Wire | None = None
        self._unsent = bytearray()
        self._sending = threading.Lock()
        """Held by who writes to the wire or takes it away."""
        self._failures = 0
        self._retry_at = clock.mono_ns()
        self._opened_at = 0
        self._told = False

    def health(self) -> PortHealth:
        """A snapshot; from any thread."""
        return self._health

    # ---- called by the selector loop ----------------------------------------------------------------------------

    def serve(self) -> None:
        """Does what the time or another thread asks for; call before every wait."""
        now = self._clock.mono_ns()
        if self._wire is None:
            if now >= self._retry_at:
                self._guarded(self._open)
        elif self._wire.connecting:
            if now >= self._opened_at + CONNECT_LIMIT_NS:
                self._lose(WireLost(0, "not reachable"))
        else:
            self._guarded(self._serve_open)

    def ready(self, mask: int) -> None:
        """The descriptor can be read or written."""
        self._guarded(lambda: self._ready(mask))

    def wake_at(self) -> int:
        """When `serve` is due next, in monotonic nanoseconds."""
        if self._wire is None:
            return self._retry_at
        if self._wire.connecting:
            return self._opened_at + CONNECT_LIMIT_NS
        return self.due()

    def close(self) -> None:
        """Gives the device free, for good."""
        wire = self._wire
        if wire is not None:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(wire.fileno())
            with self._sending:
                self._wire = None
                wire.close()

    # ---- the kind's part ----------------------------------------------------------------------------------------

    @abstractmethod
    def begin(self, now: int) -> None:
        """The port has just been opened."""

    @abstractmethod
    def take(self, data: bytes, now: int, at: datetime) -> None:
        """Bytes came; `now` and `at` are when they were read."""

    @abstractmethod
    def due(self) -> int:
        """When `on_time` wants to be called."""

    @abstractmethod
    def on_time(self, now: int) -> None:
        """Does what is due."""

    # ---- within -------------------------------------------------------------------------------------------------

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except (OSError, termios.error) as error:
            self._lose(lost(error, self._health.url))
        except Exception:
            # One broken driver must not take the other devices with it: its port starts afresh, the log says why.
            log.exception("%s: the driver failed", self._health.device)
            self._lose(WireLost(0, "driver failed"))

    def _open(self) -> None:
        self._wire = open_wire(self._health.url, self._settings)
        self._opened_at = self._clock.mono_ns()
        events = selectors.EVENT_WRITE if self._wire.connecting else selectors.EVENT_READ
        self._selector.register(self._wire.fileno(), events, self)
        if not self._wire.connecting:
            self._opened()

    def _opened(self) -> None:
        self._unsent.clear()
        self._health = replace(self._health, opened=self._health.opened + 1, pending=0)
        self.begin(self._clock.mono_ns())
        self.report("ok")

    def _ready(self, mask: int) -> None:
        if self._wire is None:
            return
        if self._wire.connecting:
            self._wire.finish()
            self._selector.modify(self._wire.fileno(), selectors.EVENT_READ, self)
            self._opened()
            return
        if mask & selectors.EVENT_READ:
            self._read(self._wire.fileno())
        if mask & selectors.EVENT_WRITE and self._wire is not None:
            self._write()

    def _read(self, fd: int) -> None:
        try:
            data = os.read(fd, READ_SIZE)
        except BlockingIOError:
            return
        if not data:
            raise OSError(errno.EIO, "end of file")
        now = self._clock.mono_ns()
        self.take(data, now, self._clock.now())

    def _serve_open(self) -> None:
        self.on_time(self._clock.mono_ns())
        self._write()

    def send(self, data: bytes) -> None:
        """Queues bytes for the device; what it does not take is dropped, for a late beep is worse than none."""
        if len(self._unsent) <= MAX_UNSENT:
            self._unsent += data

    @property
    def unsent(self) -> bool:
        """Whether the device has not taken everything."""
        return bool(self._unsent)

    def _write(self) -> None:
        wire = self._wire
        if wire is None:
            return
        with self._sending, contextlib.suppress(BlockingIOError):
            if self._unsent:
                del self._unsent[: os.write(wire.fileno(), self._unsent)]
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        if self._selector.get_key(wire.fileno()).events != wanted:
            self._selector.modify(wire.fileno(), wanted, self)

    def _lose(self, why: WireLost) -> None:
        now = self._clock.mono_ns()
        if self._wire is not None and not self._wire.connecting and now >= self._opened_at + STEADY_NS:
            self._failures = 0
        self.close()
        self._unsent.clear()
        self._retry_at = now + self._backoff.wait_ns(self._failures)
        self._failures += 1
        self.report("away", why.detail, why.advice)

    def report(self, health: str, detail: str = "", advice: Text = NOTHING) -> None:
        """Tells a change of health, once."""
        if self._told and (self._health.health, self._health.detail) == (health, detail):
            return
        self._told = True
        at = self._clock.now()
        self._health = replace(self._health, health=health, detail=detail, advice=advice, since=at)
        log.info("%s (%s): %s %s %s", self._health.device, self._health.url, health, detail, advice)
        self._sink(DeviceChanged(self._health.device, self._health.kind, health, detail, at, self._clock.mono_ns()))


class ScannerLine(Line):
    """A scanner: frames become numbered scans, tones become bytes."""

    def __init__(
        self,
        config: ScannerPort,
        protocol: ScannerProtocol,
        selector: selectors.BaseSelector,
        sink: Callable[[Event], None],
        clock: Clock,
        backoff: Backoff,
    ) -> None:
        super().__init__(PortHealth(config.name, "scanner", config.url), config.line, selector, sink, clock, backoff)
        self._config = config
        self._protocol = protocol
        self._decoder: ScannerDecoder = protocol.decoder(config.framing)
        self._noise_before = 0
        self._number = 0
        self._flush_at = FOREVER
        self._last = (clock.now(), 0)
        self._beeps: deque[bytes] = deque(maxlen=MAX_QUEUED_BEEPS)

    def beep(self, tone: Tone) -> bool:
        """Sounds a tone, from any thread; never blocks. KeyError for a tone that is none.

        False when the device did not take all of it at once: then wake the selector, and the ports' thread goes on.
        """
        data = self._config.beep.bytes_for(tone)
        with self._sending:
            wire = self._wire
            if data and wire is not None and not (wire.connecting or self._beeps or self._unsent):
                with contextlib.suppress(OSError):  # what is wrong with the wire the ports' thread finds out itself
                    data = data[os.write(wire.fileno(), data) :]
            if data:
                self._beeps.append(data)
        return not data

    def serve(self) -> None:
        if self._wire is None:
            self._beeps.clear()
        super().serve()

    def begin(self, now: int) -> None:
        self._noise_before = self._health.noise
        self._decoder = self._protocol.decoder(self._config.framing)
        self._number = 0
        self._flush_at = FOREVER
        self._beeps.clear()

    def take(self, data: bytes, now: int, at: datetime) -> None:
        frames = self._decoder.feed(data)
        idle = self._config.framing.idle_ms
        self._flush_at = now + idle * MS if idle and self._decoder.pending else FOREVER
        self._last = (at, now)
        for frame in frames:
            self._tell(frame.text, frame.symbology)
        self._count()

    def due(self) -> int:
        return self._flush_at

    def on_time(self, now: int) -> None:
        if now >= self._flush_at:
            self._flush_at = FOREVER
            for frame in self._decoder.flush():
                self._tell(frame.text, frame.symbology)
            self._count()
        with self._sending:
            while self._beeps:
                self.send(self._beeps.popleft())

    def _tell(self, text: str, symbology: str) -> None:
        at, mono_ns = self._last
        self._number += 1
        self._health = replace(self._health, events=self._health.events + 1, last_at=at)
        self._sink(Scan(text, self._config.name, at, mono_ns, self._number, symbology))

    def _count(self) -> None:
        decoder = self._decoder
        noise = self._noise_before + decoder.dropped_characters + decoder.dropped_frames
        if noise > self._health.noise:
            log.info("%s: %d control characters or bad frames dropped", self._config.name, noise - self._health.noise)
        self._health = replace(self._health, noise=noise, pending=decoder.pending)


class ScaleLine(Line):
    """A scale: asked at its pace, its readings become weights, its loads are told once."""

    def __init__(
        self,
        config: ScalePort,
        protocol: ScaleProtocol,
        selector: selectors.BaseSelector,
        sink: Callable[[Event], None],
        clock: Clock,
        backoff: Backoff,
    ) -> None:
        super().__init__(PortHealth(config.name, "scale", config.url), config.line, selector, sink, clock, backoff)
        self._config = config
        self._protocol = protocol
        self._decoder: ScaleDecoder = protocol.decoder()
        self._settle = Settle(config.settle)
        self._ask_at = FOREVER
        self._heard_at = 0
        self._shown: tuple[int, bool] | None = None
        self._shown_at = 0
        self._noise_before = 0

    def begin(self, now: int) -> None:
        self._noise_before = self._health.noise
        self._decoder = self._protocol.decoder()
        self._ask_at = now if self._protocol.request else FOREVER
        self._heard_at = now
        self._shown = None

    def take(self, data: bytes, now: int, at: datetime) -> None:
        for reading in self._decoder.feed(data):
            self._heard_at = now
            self._health = replace(self._health, events=self._health.events + 1, last_at=at)
            self._judge(reading)
            if reading.grams is not None:
                self._tell(reading.grams, reading.stable, now, at)
        self._health = replace(self._health, noise=self._noise_before + self._decoder.noise)

    def due(self) -> int:
        watched = self._protocol.request and self._health.detail != SILENT
        silent_at = self._heard_at + SILENT_NS if watched else FOREVER
        return min(self._ask_at, silent_at)

    def on_time(self, now: int) -> None:
        if now >= self._ask_at:
            self._ask_at = now + self._protocol.interval_ms * MS
            if not self.unsent:
                self.send(self._protocol.request)
        if now >= self._heard_at + SILENT_NS and self._protocol.request:
            advice = say("The scale does not answer: switch it on, check its cable, speed and protocol.")
            self.report("attention", SILENT, advice)

    def _judge(self, reading: Reading) -> None:
        if reading.problem in ("", "busy"):
            self.report("ok")
        else:
            self.report("attention", reading.problem)

    def _tell(self, grams: int, stable: bool, now: int, at: datetime) -> None:
        if (grams, stable) != self._shown and (stable or now >= self._shown_at + WEIGHT_EVERY_NS):
            self._shown, self._shown_at = (grams, stable), now
            self._sink(Weight(grams, stable, self._config.name, at, now))
        load = self._settle.feed(grams, stable)
        if load is not None:
            self._sink(LoadSettled(load, at, now))
