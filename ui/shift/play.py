"""Runs a shift from beginning to end and says where everything lies."""

from __future__ import annotations

import json
import random
import shutil
import sys
from pathlib import Path

from app.settings import Home
from ui.bench_process import BenchProcess, station_toml
from ui.demo import BADGES, STRANGERS, TRAYS, build
from ui.end_states import rows
from ui.shift.count import figures
from ui.shift.errands import Office, take_back, take_in
from ui.shift.person import FAULTY, Habits, Person, scanner_is_open
from ui.shift.station import StationProcess

STATION, NAME = "PACK02", "Pack 02"


def run_shift(*, orders: int, seed: int, out: Path, faults: bool, window: bool) -> int:
    """Plays the shift into `out` (home, devices, paper, pictures) and prints the summary as the last line.

    Exit status 0: nothing was lost or applied twice, and the ledger adds up; 1 otherwise.
    """
    if out.exists():
        shutil.rmtree(out)
    home = Home((out / "home").absolute()).make()
    build(home, orders=orders, seed=seed)
    Office(home).announce_delivery(home.root / "demo", _two_products(home))
    shots = out / "screens" if window else None
    bench = BenchProcess(out.absolute() / "devices", "--settle-s", "0.15")
    try:
        home.config_file.write_text(station_toml(STATION, NAME, bench, out.absolute() / "paper"), encoding="utf-8")
        station = StationProcess(home.root, shots=shots.absolute() if shots else None)
        try:
            _work(bench, station, home, orders, seed, faults)
        finally:
            station.close()
    finally:
        bench.close()
    summary = figures(home.root, bench.scans_log, station.views)
    _tell(out, summary, shots)
    print(json.dumps(summary))
    well = summary["lost_scans"] == 0 and summary["double_applied"] == 0 and summary["ledger_ok"]
    return 0 if well else 1


def _work(bench: BenchProcess, station: StationProcess, home: Home, orders: int, seed: int, faults: bool) -> None:
    """A delivery, then the orders, then what comes back, then the end of the day."""
    station.wait(scanner_is_open)
    person = Person(
        bench, station, BADGES["packer"], TRAYS[STATION], STRANGERS, FAULTY if faults else Habits(), seed,
        lambda closed: _progress(closed, orders),
    )  # fmt: skip
    office = Office(home)
    person.sign_in()
    take_in(person)
    person.work(orders, restart_after=max(1, orders // 5) if faults else None)
    _take_some_back(person, home, orders, seed)
    office.do("manifest", "close")
    office.wait_for_mails()
    station.wait_calm(1.0)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    for fault, times in sorted(person.done.faults.items()):
        print(f"  {fault}: {times}", file=sys.stderr)


def _two_products(home: Home) -> list[str]:
    found = rows(
        home.central_file, "SELECT DISTINCT sku FROM v_stock WHERE on_hand > 0 AND lot = '' ORDER BY sku LIMIT 2"
    )
    return [str(row["sku"]) for row in found]


def _take_some_back(person: Person, home: Home, orders: int, seed: int) -> None:
    """One parcel of ten comes back."""
    closed = rows(home.central_file, "SELECT tracking FROM v_parcel WHERE state = 'closed' ORDER BY opened_at")
    chance = random.Random(seed)
    for row in chance.sample(closed, min(len(closed), max(1, orders // 10))):
        label = person.printed(str(row["tracking"]))
        if label is not None:
            take_back(person, label, chance)


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
