"""One thread for all serial devices: opens, reads, decodes, time-stamps, beeps, and comes back after every unplug.

ports = Ports(devices.ports, queue.put, SystemClock())
ports.start()
…                                   # queue.get() -> Scan, Weight, LoadSettled, DeviceChanged
ports.beep(scan.device, "accepted")  # after the commit
ports.stop()
"""

from __future__ import annotations

import contextlib
import os
import selectors
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import devices.scales
import devices.scanners
from app.clock import Clock
from devices.beeps import Tone
from devices.config import ScalePort, ScannerPort
from devices.discovery import discover
from devices.lines import Backoff, Event, Line, PortHealth, ScaleLine, ScannerLine
from devices.scales.base import ScaleProtocol
from devices.scanners.base import ScannerProtocol

__all__ = ["Backoff", "Event", "PortHealth", "Ports"]

Plug = TypeVar("Plug")

USUAL_BACKOFF = Backoff()
LONGEST_WAIT_NS = 60_000_000_000

SCANNER_PROTOCOLS = discover(devices.scanners, "PROTOCOL", ScannerProtocol, frozenset({"base"}))
SCALE_PROTOCOLS = discover(devices.scales, "PROTOCOL", ScaleProtocol, frozenset({"base", "settle"}))


class Ports:
    """The scanners and scales of a station.

    `sink` is called on the ports' thread with every event and must not block (a `SimpleQueue.put`). Raises ValueError
    when a port names a protocol that does not exist, or when two ports have one name.
    """

    def __init__(
        self,
        configs: Sequence[ScannerPort | ScalePort],
        sink: Callable[[Event], None],
        clock: Clock,
        backoff: Backoff = USUAL_BACKOFF,
    ) -> None:
        names = [config.name for config in configs]
        if len(set(names)) < len(names):
            raise ValueError(f"two ports have one name: {', '.join(names)}")
        for config in configs:
            _protocol(SCANNER_PROTOCOLS if isinstance(config, ScannerPort) else SCALE_PROTOCOLS, config.protocol)
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._wake_out, self._wake_in = os.pipe()
        for end in (self._wake_out, self._wake_in):
            os.set_blocking(end, False)
        self._lines: dict[str, Line] = {config.name: self._line(config, sink, clock, backoff) for config in configs}
        self._pipe_lock = threading.Lock()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="ports", daemon=True)

    def start(self) -> None:
        """Begins to open and to read; returns at once. A device that is away is waited for, for ever."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and closes every port; queued beeps are not waited for. Once stopped, stays stopped."""
        self._stopping = True
        self._wake()
        if self._thread.ident is not None:
            self._thread.join()
        with self._pipe_lock:
            if self._wake_in >= 0:
                os.close(self._wake_in)
                os.close(self._wake_out)
                self._wake_in = -1
        self._selector.close()

    def beep(self, device: str, tone: Tone) -> None:
        """Lets that scanner answer; never blocks, from any thread. Nothing happens where there is no such beeper:
        a device that is away, a scale, a button that was touched."""
        line = self._lines.get(device)
        if isinstance(line, ScannerLine) and not line.beep(tone):
            self._wake()

    def health(self) -> tuple[PortHealth, ...]:
        """How every port is now, in the order of the configuration; from any thread."""
        return tuple(line.health() for line in self._lines.values())

    def _line(
        self, config: ScannerPort | ScalePort, sink: Callable[[Event], None], clock: Clock, backoff: Backoff
    ) -> Line:
        if isinstance(config, ScannerPort):
            scanner = _protocol(SCANNER_PROTOCOLS, config.protocol)
            return ScannerLine(config, scanner, self._selector, sink, clock, backoff)
        scale = _protocol(SCALE_PROTOCOLS, config.protocol)
        return ScaleLine(config, scale, self._selector, sink, clock, backoff)

    def _wake(self) -> None:
        # A full pipe means that the thread is being woken already; a closed one, that it is gone.
        with self._pipe_lock, contextlib.suppress(BlockingIOError):
            if self._wake_in >= 0:
                os.write(self._wake_in, b"!")

    def _run(self) -> None:
        self._selector.register(self._wake_out, selectors.EVENT_READ, None)
        lines = tuple(self._lines.values())
        while not self._stopping:
            for line in lines:
                line.serve()
            due = min((line.wake_at() for line in lines), default=self._clock.mono_ns() + LONGEST_WAIT_NS)
            for key, mask in self._selector.select(self._seconds_until(due)):
                if key.data is None:
                    os.read(self._wake_out, 4096)
                else:
                    key.data.ready(mask)
        for line in lines:
            line.close()

    def _seconds_until(self, due: int) -> float:
        return max(0.0, min(due - self._clock.mono_ns(), LONGEST_WAIT_NS) / 1e9)


def _protocol(known: Mapping[str, Plug], name: str) -> Plug:
    if name not in known:
        raise ValueError(f"no protocol {name!r}: expected one of {', '.join(known)}")
    return known[name]
