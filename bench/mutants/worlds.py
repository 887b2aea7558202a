"""The worlds in which planted bugs are looked for. The program as it is passes all of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Short:
    """A short world: its seed, what breaks in it (all of it where nothing is said), how often."""

    seed: int
    only: str = ""
    stations: int = 3
    days: int = 1
    faults: int = 40

    def words(self) -> list[str]:
        """What `python -m tests.simulation` is told."""
        return [
            "--seed", str(self.seed), "--stations", str(self.stations), "--days", str(self.days), "--faults",
            str(self.faults), *(["--only", self.only] if self.only else []),
        ]  # fmt: skip


WORLDS = (
    Short(1, "station_cut,central_cut,station_killed,worker_killed,server_killed,killed_at_commit,killed_at_a_mail,"
          "two_workers,worker_killed_between,answer_lost"),
    Short(1, "push_lost,black_hole,answer_lost,slice_late,pull_lost,push_twice,push_late,claim_answer_lost"),
    Short(1, "clone", stations=2, faults=8),
    Short(2, "central_restored,old_image,restored_and_advanced,failed_over", stations=2, days=2, faults=6),
    Short(3, "poison,disk_error,newer_station,revoked,noisy_station,late_count,negative_stock,"
          "cancelled_under_a_hand,clock_back"),
    Short(4, "long_offline", days=2, faults=3),
    Short(4, "lease_ended,clock_years,offline", stations=4, days=3, faults=8),
    Short(8, stations=4, faults=30),
    Short(6, "restored_and_advanced,central_restored,failed_over,old_image,clone", days=3, faults=4),
    Short(5, "central_cut,answer_lost,slice_late,station_cut", faults=24),
    Short(9, stations=4, faults=30),
)  # fmt: skip
"""Those first in which much breaks in little time: disks, machines, lines, copies, what nobody can read, time."""
