"""What one blow against the leader cost, what of it is amiss, and the table. Plain values, nothing runs here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FELT_MS = 1_000.0
"""A hand that waits longer than this has felt the outage; a busy machine's disk may make it wait a part of it."""


@dataclass(frozen=True, slots=True)
class Acts:
    """What hands did in a span of time: how many scans were kept, and the longest wait of one, in ms."""

    count: int
    longest_ms: float

    @property
    def felt_s(self) -> float:
        """The outage as the hand feels it: 0 while work goes on."""
        return 0.0 if self.longest_ms <= FELT_MS else self.longest_ms / 1_000


def acts_between(files: Sequence[Path], begin_ns: int, end_ns: int) -> Acts:
    """The acts of all stations that were in hand between two moments (monotonic ns), from their HOME/acts."""
    took = []
    for file in files:
        for line in file.read_text(encoding="ascii").splitlines():
            began, lasted = (int(word) for word in line.split()) if line.count(" ") == 1 else (0, 0)
            if began + lasted >= begin_ns and began <= end_ns and began:
                took.append(lasted)
    return Acts(len(took), max(took, default=0) / 1e6)


def chip_outage_s(said: Sequence[dict[str, Any]]) -> float:
    """Seconds from a station's last exchange that succeeded to the first one after it was offline; 0 if it never was.

    `said` are its lines since the blow. One that was back for a moment only counts from the first to the last.
    """
    lines = [line for line in said if "line" in line]
    gone = next((line["since"] for line in lines if line["line"] is False), None)
    back = [line["since"] for line in lines if line["line"] is True and gone is not None and line["since"] > gone]
    return 0.0 if gone is None or not back else float(back[-1] - gone)


@dataclass(frozen=True, slots=True)
class Blow:
    """One blow and what it cost. Seconds are since the blow; `old` and `new` are the leaders before and after."""

    kind: str
    synchronous: bool
    old: str
    new: str
    leader_s: float
    chip_s: float
    calm: Acts
    during: Acts
    acknowledged: int
    lost: int
    """Facts that stations were told of and that the new leader did not have."""
    again: int
    """Of those, how many it has in the end, for stations told them again."""
    returned: str
    """How the old leader came back: by pg_rewind, by a new copy, or by following on."""
    returned_s: float
    refused_by: int | None = None
    """How many stations refused the old leader that was started beside the new one; None where that was not tried."""

    def amiss(self) -> list[str]:
        """What must not be."""
        found = []
        if self.synchronous and self.lost:
            found.append(f"{self.kind}: {self.lost} acknowledged facts were lost in synchronous mode")
        if not self.synchronous and not self.lost:
            found.append(f"{self.kind}: nothing was lost in asynchronous mode: the blow shows nothing")
        if self.again != self.lost:
            found.append(f"{self.kind}: of {self.lost} lost facts {self.again} came back")
        if self.new == self.old:
            found.append(f"{self.kind}: {self.old} leads as before")
        if not self.during.count:
            found.append(f"{self.kind}: nobody recorded anything during the outage")
        if self.during.felt_s:
            found.append(f"{self.kind}: a hand waited for {self.during.felt_s:.1f} s")
        if self.refused_by == 0:
            found.append(f"{self.kind}: no station refused the old leader")
        return found

    def row(self) -> tuple[str, ...]:
        mode = "synchronous" if self.synchronous else "asynchronous"
        refused = "" if self.refused_by is None else f"; refused by {self.refused_by}"
        return (
            self.kind, mode, f"{self.old} > {self.new}", f"{self.leader_s:.1f}", f"{self.chip_s:.1f}",
            f"{self.during.felt_s:.0f}", f"{self.during.longest_ms:.0f} ({self.calm.longest_ms:.0f})",
            str(self.during.count), str(self.acknowledged), str(self.lost), str(self.again),
            f"{self.returned}, {self.returned_s:.0f} s{refused}",
        )  # fmt: skip


HEAD = (
    "leader", "mode", "nodes", "leader s", "chip s", "hand s", "scan ms (calm)", "scans", "acked", "lost", "again",
    "the old one came back",
)  # fmt: skip


def table(blows: Sequence[Blow]) -> list[str]:
    """The lines of the table."""
    rows = [HEAD, *(blow.row() for blow in blows)]
    wide = [max(len(row[n]) for row in rows) for n in range(len(HEAD))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip() for row in rows]
