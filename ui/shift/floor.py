"""A shift on a floor: several stations and one PostgreSQL, each station a process with a home of its own.

The server is the caller's, its database empty: nothing here brings one. What is in between (the relay that is cut, the
workers that are killed) is this process's, and whatever it does is said with process ids.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from app.cli.admin import server_of
from app.db.postgres import arguments_of
from app.errors import Refused
from app.redaction import redacted
from app.settings import Home, Server
from ui.bench_process import BenchProcess, station_toml
from ui.demo import STRANGERS
from ui.shift.count import Played, summary
from ui.shift.crew import CrewMember, Totes
from ui.shift.errands import Office, take_in
from ui.shift.person import FAULTY, Habits, scanner_is_open
from ui.shift.reckoning import connect, reckoning
from ui.shift.saboteur import Saboteur, WorkerProcess
from ui.shift.setting_up import LOOPBACK, Seat, bring_the_goods_in, found_central, join_station
from ui.shift.station import StationProcess

OPEN = "'received', 'released', 'picking', 'picked', 'packing', 'packed'"
"""States of an order with which somebody on the floor still has something to do."""
EVEN_S, SHIFT_S = 180.0, 3_600.0
FIRST_PICTURE_S = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """A seat with its devices and its station, both processes of their own."""

    seat: Seat
    bench: BenchProcess
    station: StationProcess


def run_floor_of(options: Any) -> int:
    """`packbay shift --stations N --central URL`; 2 with one clear line when there is no server to play on."""
    if not options.central:
        print(
            "packbay: several stations need a PostgreSQL: name an empty database by --central "
            "postgresql://ADMIN@HOST:PORT/DATABASE (its secret by PGPASSWORD or --password-stdin)", file=sys.stderr,
        )  # fmt: skip
        return 2
    options.url = options.central
    try:
        admin = server_of(options)
        return run_floor(
            admin, stations=options.stations, orders=options.orders, seed=options.seed, out=options.out,
            faults=options.faults,
        )  # fmt: skip
    except Refused as error:
        told = (error.problem.what, error.problem.why, *error.problem.do)
        print(f"packbay: {'. '.join(str(words).rstrip('.') for words in told if words)}.", file=sys.stderr)
    except (RuntimeError, psycopg.Error) as error:
        print(f"packbay: {redacted(' '.join(str(error).split()))}", file=sys.stderr)
    return 2


def run_floor(admin: Server, *, stations: int, orders: int, seed: int, out: Path, faults: bool) -> int:
    """Plays the shift into `out` and prints the summary as the last line. RuntimeError when the server refuses.

    Exit status 0: nothing was lost, oversold or applied twice, and all is reconciled; 1 otherwise.
    """
    if out.exists():
        shutil.rmtree(out)
    office = Home((out / "office").absolute())
    made = found_central(admin, office)
    say(f"central is made in {made['database']}; worker {made['worker']}")
    bring_the_goods_in(office, orders, seed, stations)
    skus = [
        row[0] for row in _ask(admin, "SELECT DISTINCT sku FROM v_stock WHERE on_hand > 0 AND lot = '' ORDER BY sku")
    ]
    Office(office).announce_delivery(office.root / "demo", skus[:2])
    with ExitStack() as stack:
        seats = [join_station(admin, office, out / "stations", n) for n in range(1, stations + 1)]
        for seat in seats:
            if seat.line:
                stack.callback(seat.line.close)
        workers = [WorkerProcess(office, n) for n in range(1, 3 if faults else 2)]
        for worker in workers:
            stack.callback(worker.close)
            say(f"worker: process {worker.pid}")
        places = [_open(seat, out, stack) for seat in seats]
        broken = _work(admin, office, places, workers, orders=orders, seed=seed, faults=faults)
        _come_to_rest(admin, office, places)
    found = _count(office, out, places)
    print(json.dumps(found | {"faults_injected": broken}))
    return 0 if _is_well(found) else 1


def say(words: str) -> None:
    """What happens, on stderr; the last line of stdout is the summary alone."""
    print(f"  {words}", file=sys.stderr, flush=True)


def _open(seat: Seat, out: Path, stack: ExitStack) -> Place:
    folder = out.absolute() / "devices" / seat.code.lower()
    bench = BenchProcess(folder, "--settle-s", "0.15")
    stack.callback(bench.close)
    toml = station_toml(seat.code, seat.name, bench, out / "paper" / seat.code.lower())
    seat.home.config_file.write_text(toml, encoding="utf-8")
    station = StationProcess(seat.home.root, shots=None)
    stack.callback(station.close)
    say(f"{seat.name}: process {station.pid}, devices {bench.pid}, home {seat.home.root}")
    return Place(seat, bench, station)


# ---- the work -------------------------------------------------------------------------------------------------------


def _work(
    admin: Server, office: Home, places: Sequence[Place], workers: Sequence[WorkerProcess], *, orders: int, seed: int,
    faults: bool,
) -> dict[str, int]:  # fmt: skip
    """Everybody works until nothing is left; what the people and the saboteur did wrong, by name."""
    totes, closed = Totes(), Closed(orders)
    people = [
        CrewMember(
            totes, place.seat.home.station_file, Over(admin).look, bench=place.bench, station=place.station,
            badge=place.seat.badge, tray=place.seat.tray, strangers=STRANGERS,
            habits=FAULTY if faults else Habits(), seed=seed * 100 + number, progress=closed.one_more,
        )
        for number, place in enumerate(places)
    ]  # fmt: skip
    for place in places:
        place.station.wait(scanner_is_open, FIRST_PICTURE_S)
    people[0].sign_in()
    take_in(people[0])
    saboteur = Saboteur(
        lambda sql: _ask(admin, sql), [place.seat for place in places], workers, say, seed=seed, local=_is_local(admin)
    )
    if faults:
        saboteur.start()
    try:
        _all_of_them(people, restart_after=max(1, orders // (5 * len(people))) if faults else None)
    finally:
        if faults:
            saboteur.stop()
    if sys.stderr.isatty():
        print(file=sys.stderr)
    for person, place in zip(people, places, strict=True):
        say(f"{place.seat.name}: {person.done.orders} boxes; {person.done.faults or 'no slips'}")
    done = dict(saboteur.counted)
    for person in people:
        for fault, times in person.done.faults.items():
            done[fault] = done.get(fault, 0) + times
    return dict(sorted(done.items()))


def _all_of_them(people: Sequence[CrewMember], restart_after: int | None) -> None:
    failures: list[BaseException] = []

    def work(person: CrewMember, restart: int | None) -> None:
        try:
            person.sign_in()
            person.work_together(restart)
        except BaseException as error:  # told by whoever waits for all of them
            failures.append(error)

    threads = [
        threading.Thread(target=work, args=(person, restart_after if number == 0 else None), daemon=True)
        for number, person in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + SHIFT_S
    while any(thread.is_alive() for thread in threads) and not failures:
        if time.monotonic() > end:
            raise TimeoutError("the shift does not come to an end")
        threads[0].join(0.5) if threads[0].is_alive() else time.sleep(0.5)
    if failures:
        raise failures[0]


_WORK = (
    f"SELECT 1 WHERE EXISTS (SELECT 1 FROM sales_order WHERE state IN ({OPEN})) AND ("
    "EXISTS (SELECT 1 FROM work WHERE state IN ('ready', 'leased')) OR "
    "EXISTS (SELECT 1 FROM tote WHERE state NOT IN ('free', 'parked')))"
)
"""A box that was put aside waits for a lead, who is not among these people."""


class Over:
    """Whether nothing on the floor is left that anybody here could do, as the server has it; not while it is away."""

    TIMES = 8
    """Looks in a row that must find nothing: between two tasks there is a moment in which nothing is to be seen."""

    def __init__(self, admin: Server) -> None:
        self._admin = admin
        self._found_nothing = 0

    def look(self) -> bool:
        try:
            self._found_nothing = 0 if _ask(self._admin, _WORK) else self._found_nothing + 1
        except psycopg.Error:
            self._found_nothing = 0
        return self._found_nothing >= self.TIMES


class Closed:
    """Boxes that were closed, by everybody: a bar on a terminal, a line every ten elsewhere."""

    WIDTH = 40

    def __init__(self, orders: int) -> None:
        self._orders, self._boxes, self._lock = max(1, orders), 0, threading.Lock()

    def one_more(self, _of_this_person: int) -> None:
        with self._lock:
            self._boxes += 1
            if sys.stderr.isatty():
                full = min(self.WIDTH, self._boxes * self.WIDTH // self._orders)
                bar = "#" * full + "." * (self.WIDTH - full)
                print(f"\r  [{bar}] {self._boxes} boxes", end="", file=sys.stderr, flush=True)
            elif self._boxes % 10 == 0:
                say(f"{self._boxes} boxes closed")


def _is_local(admin: Server) -> bool:
    """Whether the server's processes are on this machine and ours to stop, as a stranger would."""
    if not (admin.local or admin.host in LOOPBACK):
        return False
    with psycopg.connect(**arguments_of(admin), autocommit=True) as connection:
        pid = connection.info.backend_pid
        try:
            os.kill(pid, 0)
            return Path(f"/proc/{pid}/comm").read_text(encoding="ascii").startswith("postgres")
        except (OSError, UnicodeDecodeError):
            return False


def _ask(admin: Server, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(**arguments_of(admin), autocommit=True) as connection:
        return connection.execute(sql.encode()).fetchall()


# ---- the end --------------------------------------------------------------------------------------------------------


def _come_to_rest(admin: Server, office: Home, places: Sequence[Place]) -> None:
    """The day is closed; waits until central and every station are even, by raw SQL."""
    Office(office).do("manifest", "close")
    Office(office).wait_for_mails()
    files = [place.seat.home.station_file for place in places]
    end = time.monotonic() + EVEN_S
    while time.monotonic() < end:
        with suppress(psycopg.OperationalError), connect(office.root) as server:
            found = reckoning(server, files)
            if found["reconciled"] and not found["lost_facts"]:
                return
        time.sleep(0.5)
    say("the floor does not come to rest")


def _count(office: Home, out: Path, places: Sequence[Place]) -> dict[str, Any]:
    played = [Played(place.seat.home.root, place.bench.scans_log, place.station.views) for place in places]
    with connect(office.root) as server:
        found = summary(server, played)
        said = reckoning(server, [place.seat.home.station_file for place in places])
        left = server.execute(f"SELECT number, state FROM sales_order WHERE state IN ({OPEN})".encode()).fetchall()
    for number, state in left:
        say(f"order {number} is left {state}")
    for words in said.pop("amiss"):
        say(f"AMISS: {words}")
    say(
        f"Shipped {found['shipped']} of {found['orders']} orders with {found['scans']} scans at {len(places)} stations."
    )
    say(f"homes {out / 'stations'}, the worker's {out / 'office'}, labels {out / 'devices'}")
    return found | {"stations": len(places)} | said


def _is_well(found: dict[str, Any]) -> bool:
    losses = ("lost_scans", "double_applied", "lost_facts", "oversold")
    return not any(found[name] for name in losses) and found["ledger_ok"] and found["reconciled"]
