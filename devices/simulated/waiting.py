"""How a simulator waits: by poll, for select refuses descriptors above 1,023, and many devices may be played."""

from __future__ import annotations

import select


def heard(*descriptors: int) -> set[int]:
    """Waits until one of them can be read (or has ended); which."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poll.poll()}


def takes(descriptor: int, seconds: float) -> bool:
    """Whether it takes bytes within so many seconds."""
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(round(seconds * 1000)))
