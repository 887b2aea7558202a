"""Waiting for descriptors by poll: select refuses numbers above 1,023, which a long-lived process gets."""

from __future__ import annotations

import select
from collections.abc import Sequence


def readable(descriptors: Sequence[int], seconds: float | None = None) -> list[int]:
    """Which of them can be read (or have ended); waits at most so long, for ever without a limit."""
    return _wait(descriptors, select.POLLIN, seconds)


def writable(descriptors: Sequence[int], seconds: float | None = None) -> list[int]:
    """Which of them take bytes (or have ended)."""
    return _wait(descriptors, select.POLLOUT, seconds)


def _wait(descriptors: Sequence[int], what: int, seconds: float | None) -> list[int]:
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, what)
    return [descriptor for descriptor, _ in poll.poll(None if seconds is None else max(0, round(seconds * 1000)))]
