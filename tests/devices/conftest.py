"""Ports on real ptys, stopped after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.clock import SystemClock
from devices.config import ScalePort, ScannerPort
from devices.lines import Backoff, Event
from devices.ports import Ports
from tests.devices.hearing import Heard


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def start(heard: Heard) -> Iterator[Callable[..., Ports]]:
    """Starts ports on real devices, with a short back-off; stops them afterwards."""
    started: list[Ports] = []

    def begin(*configs: ScannerPort | ScalePort, sink: Callable[[Event], None] | None = None) -> Ports:
        ports = Ports(configs, sink or heard.queue.put, SystemClock(), Backoff(0.01, 0.05))
        ports.start()
        started.append(ports)
        return ports

    yield begin
    for ports in started:
        ports.stop()
