"""Clocks that are wrong by years: of stations and of the server, forwards and backwards, and jumping at work."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from tests.floor_of_stations.cases import Account, Play, case, settle
from tests.postgres import PgServer

SOURCE = Path(__file__).with_name("clock.c")
YEAR_S = 31_557_600


class WrongClock:
    """The clock of all programs that are started under it; `be` makes it jump."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            raise RuntimeError(
                "gcc is not installed: the wrong clock is a library in C (apt-get install gcc libc6-dev)"
            )
        self._library, self._file = folder / "clock.so", folder / "wrong"
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", self._library, SOURCE, "-ldl"], check=True)
        self._file.write_bytes(bytes(8))

    def be(self, years: float) -> None:
        """From now on it is wrong by so many years."""
        with self._file.open("r+b") as file:
            file.write(int(years * YEAR_S).to_bytes(8, "little", signed=True))

    @contextmanager
    def around(self) -> Iterator[None]:
        """What is started within has this clock."""
        ours = {"LD_PRELOAD": str(self._library), "WRONG_CLOCK": str(self._file)}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name in ours:
                del os.environ[name]


@contextmanager
def wrong_clock() -> Iterator[WrongClock]:
    """In a folder to which the user of the servers may come."""
    folder = Path(mkdtemp(prefix="packbay-clock-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield WrongClock(folder)
    finally:
        shutil.rmtree(folder)


@case("clocks wrong by years")
def clocks_are_wrong(play: Play) -> Account:
    """Three stations are ten years behind, ten ahead, one ahead; the server jumps by ten years to and fro at work."""
    waits, seen = [], []
    with wrong_clock() as clock, PgServer(play.version) as pg:
        pg.stop()
        with clock.around():
            pg.start()
        with play.floor(pg) as floor:
            floor.wait_for_facts(20)
            for station, years in zip(floor.stations, (-10, 10, 1), strict=False):
                station.stop()
                station.start("--clock-off", str(years * YEAR_S))
                station.run.order("work")
                play.say(f"{station.code} ({station.run.pid}): clock wrong by {years:+} years")
            floor.wait_for_facts(20)
            for number in range(max(3, play.times)):
                years = (-10, 10, 0)[number % 3]
                clock.be(years)
                seen.append(int(pg.psql("SELECT extract(year FROM clock_timestamp())")))
                waits.append(floor.wait_for_facts(20))
                play.say(f"server {pg.pid}: clock wrong by {years:+} years, it says {seen[-1]}")
            settle(floor)
            span = floor.ask("SELECT extract(year FROM max(at)) - extract(year FROM min(at)) FROM fact")[0][0]
    if span < 19 or max(seen) - min(seen) < 19:
        raise AssertionError(f"the clocks were wrong by {span} years at stations, and the server's said {seen}")
    return {
        "outage s": round(max(waits), 1),
        "years between facts": int(span),
        "the server said": f"{min(seen)} to {max(seen)}",
    }
