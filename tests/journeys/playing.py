"""A station at work and scan files played on it: the machinery of `packbay play`, section by section.

A line `## name` begins a section of a scan file; to `packbay play` it is a comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.settings import Home
from tests.journeys.site import BADGE
from ui.play import Played, Player
from ui.simulated import SimulatedStation

SCANS = Path(__file__).parent / "scans"


def sections(file: str) -> dict[str, list[str]]:
    """The lines of a scan file by section; what stands before the first one is under ""."""
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in (SCANS / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            name = line[3:].strip()
            found[name] = []
        else:
            found[name].append(line)
    return found


@dataclass
class AtWork:
    """A station that somebody is signed in at."""

    station: SimulatedStation

    def play(self, lines: list[str]) -> Played:
        """Plays lines as `packbay play` does."""
        return Player(self.station).play(lines)

    def count(self, file: str) -> dict[str, tuple[int, int]]:
        """Plays a whole file: (scans, touches) of each section, as the scanner and the recorder counted them."""
        found = {}
        for name, lines in sections(file).items():
            sent, touched = self.station.scanner.sent, self.station.touches
            self.play(lines)
            if name:
                found[name] = (self.station.scanner.sent - sent, self.station.touches - touched)
        return found


@contextmanager
def at_work(home: Home) -> Iterator[AtWork]:
    """A fresh station with somebody signed in."""
    with SimulatedStation(home) as station:
        assert station.scan(BADGE) == "order"
        station.settle()
        yield AtWork(station)
