"""The worlds in which planted bugs are looked for. The program as it is passes all of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Short:
    """A short world: its seed, what breaks in it (all of it where nothing is said), how often."""

    seed: int
    only: str = ""
    stations: int = 4
    days: int = 1
    faults: int = 45

    def words(self) -> list[str]:
        """What `python -m tests.simulation` is told."""
        return [
            "--seed", str(self.seed), "--stations", str(self.stations), "--days", str(self.days), "--faults",
            str(self.faults), *(["--only", self.only] if self.only else []),
        ]  # fmt: skip


WORLDS = (
    Short(2, "central_restored,old_image,restored_and_advanced", stations=2, days=3, faults=3),
    Short(4, "long_offline", stations=3, days=2, faults=3),
    Short(1, "push_lost,black_hole,answer_lost,slice_late,pull_lost,station_killed,worker_killed,two_workers"),
    Short(1, "clone", stations=2, faults=8),
    Short(3, "poison,newer_station,revoked,noisy_station,worker_killed_between,station_cut", stations=2),
    Short(4, "lease_ended,clock_years,clock_back,offline", days=3, faults=8),
    Short(6, "restored_and_advanced,central_restored,failed_over,old_image,clone", stations=3, days=3, faults=4),
    Short(5, "central_cut,answer_lost,slice_late,station_cut", stations=3, faults=24),
    Short(8, faults=30),
    Short(9, faults=30),
)
