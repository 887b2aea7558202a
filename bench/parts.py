"""The parts of a scan between the seams of its path, and how long each took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

Step = tuple[str, int]
"""What ended, and when (ns, CLOCK_MONOTONIC)."""
PATH = (
    "bytes at the ports' thread", "scan at the work thread", "transaction begun", "understood", "decided, recorded",
    "log line written", "View made", "commit begun", "on the disk", "beep sent", "View at the screen", "laid out",
    "painted",
)  # fmt: skip
"""The parts of a scan, each named by what it ends with. "Laid out" is what is not drawn ahead during the flush."""


def shares(begun_ns: int, steps: Iterable[Step]) -> Iterator[tuple[str, float]]:
    """Each part of a scan whose last byte came at `begun_ns`, with its milliseconds; nothing for one that has not
    all of them (it waited for central, or its View came in two)."""
    ends: dict[str, int] = {}
    for what, at in steps:
        if at >= begun_ns and (what == PATH[12] or what not in ends):
            ends[what] = at
    found = [begun_ns, *(ends[what] for what in PATH if what in ends)]
    if len(found) <= len(PATH) or any(later < earlier for earlier, later in pairwise(found)):
        return
    yield from ((what, (later - earlier) / 1e6) for what, (earlier, later) in zip(PATH, pairwise(found), strict=True))
