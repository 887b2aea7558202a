"""Runs a shift from beginning to end and says where everything lies."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from app.settings import Home
from ui.bench_process import BenchProcess, station_toml
from ui.demo import BADGES, STRANGERS, TRAYS, build
from ui.shift.count import figures
from ui.shift.person import FAULTY, Habits, Person, scanner_is_open
from ui.shift.station import StationProcess

STATION, NAME = "PACK02", "Pack 02"


def run_shift(*, orders: int, seed: int, out: Path, faults: bool, window: bool) -> int:
    """Plays the shift into `out` (home, devices, paper, pictures) and prints the summary as the last line.

    Exit status 0: all that could be shipped was shipped, nothing was lost or applied twice; 1 otherwise.
    """
    if out.exists():
        shutil.rmtree(out)
    home = Home((out / "home").absolute()).make()
    build(home, orders=orders, seed=seed)
    shots = out / "screens" if window else None
    bench = BenchProcess(out.absolute() / "devices", "--settle-s", "0.15")
    try:
        home.config_file.write_text(station_toml(STATION, NAME, bench, out.absolute() / "paper"), encoding="utf-8")
        station = StationProcess(home.root, shots=shots.absolute() if shots else None)
        try:
            _work(bench, station, orders, seed, faults)
        finally:
            station.close()
    finally:
        bench.close()
    summary = figures(home.root, bench.scans_log, station.views)
    _tell(out, summary, shots)
    print(json.dumps(summary))
    return 0 if summary["lost_scans"] == 0 and summary["double_applied"] == 0 else 1


def _work(bench: BenchProcess, station: StationProcess, orders: int, seed: int, faults: bool) -> None:
    station.wait(scanner_is_open)
    person = Person(
        bench, station, BADGES["packer"], TRAYS[STATION], STRANGERS, FAULTY if faults else Habits(), seed,
        lambda closed: _progress(closed, orders),
    )  # fmt: skip
    person.work(orders, restart_after=max(1, orders // 5) if faults else None)
    station.wait_calm(1.0)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    for fault, times in sorted(person.done.faults.items()):
        print(f"  {fault}: {times}", file=sys.stderr)


def _progress(closed: int, orders: int) -> None:
    """A bar of boxes on a terminal; a line every ten boxes elsewhere."""
    width = 40
    if sys.stderr.isatty():
        full = min(width, closed * width // max(1, orders))
        print(f"\r  [{'#' * full}{'.' * (width - full)}] {closed} boxes", end="", file=sys.stderr, flush=True)
    elif closed % 10 == 0:
        print(f"  {closed} boxes closed", file=sys.stderr, flush=True)


def _tell(out: Path, summary: dict[str, object], shots: Path | None) -> None:
    print(f"Shipped {summary['shipped']} of {summary['orders']} orders with {summary['scans']} scans.", file=sys.stderr)
    if shots is not None:
        print(f"  screens  {shots}", file=sys.stderr)
    print(f"  slips    {out / 'paper'}", file=sys.stderr)
    print(f"  labels   {out / 'devices' / 'labels'}", file=sys.stderr)
    print(f"  home     {out / 'home'}  (central.sqlite, station.sqlite: see docs/views.md)", file=sys.stderr)
