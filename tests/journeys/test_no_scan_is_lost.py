"""No scan is lost, doubled or swapped while another process holds the station's database again and again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys import looking
from tests.journeys.floor import HERE, UNITS, Floor, bursts, picked, stalled, unit_codes


def joined(log: Path, station: Path, first: int) -> dict[str, object]:
    """What the independent script says, run by itself."""
    command = [sys.executable, "-I", str(HERE / "join.py"), str(log), str(station), "--first", str(first)]
    found: dict[str, object] = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    return found


def test_2000_scans_50_times_as_fast_against_a_stalled_database_are_all_kept_once_and_in_order(tmp_path: Path) -> None:
    codes = unit_codes()
    with Floor(picked(tmp_path / "home"), tmp_path / "devices") as floor:
        floor.start_packing()
        station = looking.station(floor.home.root)
        with stalled(station, "--seed", "1", "--most-ms", "30", "--apart-ms", "30") as account:
            first = bursts(floor, codes, seed=1, faster=50)
            tone = floor.answer(first + UNITS - 1)
            stalls = account()
        floor.station.wait(lambda view: view["kind"] == "pack.weigh")
        floor.wait_even()
    assert tone == "step"
    assert stalls["times"] > 50
    assert joined(floor.bench.scans_log, station, first) == {
        "sent": UNITS, "kept": UNITS, "lost": [], "twice": [], "disorder": [], "broken_word": [],
    }  # fmt: skip
    assert looking.units(floor.home.root, "Packed") == UNITS
    assert looking.parcels(floor.home.root, "HUGE") == [("open", UNITS)]


@pytest.mark.slow
def test_100_scans_at_the_pace_of_hands_with_stalls_of_up_to_a_second_and_a_half(tmp_path: Path) -> None:
    codes = unit_codes()[:100]
    with Floor(picked(tmp_path / "home"), tmp_path / "devices") as floor:
        floor.start_packing()
        station = looking.station(floor.home.root)
        with stalled(station, "--seed", "2", "--most-ms", "1500", "--apart-ms", "300") as account:
            first = bursts(floor, codes, seed=2, faster=1)
            floor.answer(first + 99)
            stalls = account()
    assert stalls["held_s"] > 5
    assert joined(floor.bench.scans_log, station, first) == {
        "sent": 100, "kept": 100, "lost": [], "twice": [], "disorder": [], "broken_word": [],
    }  # fmt: skip
