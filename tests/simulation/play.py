"""One world from its first day to its rest, and what is said of it."""

from __future__ import annotations

import gc
import hashlib
import logging
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.simulation.faults import all_faults
from tests.simulation.world import CREW, NotEven, World, a_world

ORDERS = 12
"""A day, where nobody says how many."""


@dataclass
class Played:
    """What came of one world."""

    seed: int
    stations: int
    days: int
    faults: float
    a_day: int = ORDERS
    only: tuple[str, ...] = ()
    crew: tuple[str, ...] = CREW
    scans: int = 0
    facts: int = 0
    digest: str = ""
    """Of all streams at central: the same seed makes the same."""
    orders: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def again(self) -> str:
        """The line that plays it again."""
        return (
            f"python -m tests.simulation --seed {self.seed} --stations {self.stations} --days {self.days} "
            f"--orders {self.a_day} --faults {self.faults:g}"
            + (f" --only {','.join(self.only).replace(' ', '_')}" if self.only else "")
            + (f" --crew {','.join(self.crew)}" if self.crew != CREW else "")
        )

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"again": self.again}


def play(
    seed: int,
    *,
    stations: int = 10,
    days: int = 30,
    orders: int = ORDERS,
    faults: float = 25,
    only: tuple[str, ...] = (),
    crew: tuple[str, ...] = CREW,
    keep: str = "",
) -> Played:
    """Plays a world; never raises for what the world does."""
    played = Played(seed, stations, days, faults, orders, only, crew)
    began, cpu = time.monotonic(), time.process_time()
    threshold = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
    logging.disable(logging.CRITICAL)  # what central says of poison and of killed transactions is the day's work here
    try:
        with a_world(seed, stations, faults, only, crew) as world:
            _live(world, played, days, orders)
            _tell(world, played)
            if keep:
                _keep(world, Path(keep))
    finally:
        logging.disable(logging.NOTSET)
        gc.set_threshold(*threshold)
        gc.unfreeze()
    played.seconds, played.cpu_seconds = round(time.monotonic() - began, 1), round(time.process_time() - cpu, 1)
    return played


def _live(world: World, played: Played, days: int, orders: int) -> None:
    try:
        for _ in range(days):
            world.day(orders)
            if found := world.broken_at_night():
                played.broken = [f"{one} (day {world.day_number})" for one in found]
                return
        world.heal()
    except NotEven as error:
        played.broken.append(f"not-even: {error}")
    except Exception as error:  # a world that can't go on is a finding like any other
        played.broken.append(f"crashed: {type(error).__name__}: {error} ({_where(error)})")
        return
    played.broken += map(str, world.broken())


def _where(error: BaseException) -> str:
    trace, last = error.__traceback__, "?"
    while trace is not None:
        name = Path(trace.tb_frame.f_code.co_filename)
        if "site-packages" not in name.parts:
            last = f"{name.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return last


def _tell(world: World, played: Played) -> None:
    played.tried, played.counted, played.story = world.tried, world.counted, list(world.story)
    played.scans = world.scans
    played.facts = world.central.disk.one("SELECT COUNT(*) FROM fact")
    chains = world.central.disk.query("SELECT station_id, incarnation, pushed_chain FROM station_mark ORDER BY 1, 2")
    played.digest = hashlib.sha256(repr(chains).encode()).hexdigest()[:16]
    played.orders = Counter(dict(world.central.disk.query("SELECT state, COUNT(*) FROM sales_order GROUP BY state")))


def _keep(world: World, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for machine in (world.central, *world.stations):
        machine.disk.fold()
        shutil.copy(machine.disk.path, folder / f"{machine.name}.sqlite")


def shown(played: Played) -> str:
    """For people: the table of faults, and what was broken."""
    lines = [f"{'fault':24} {'struck':>7} {'counted':>8}"]
    for name in all_faults():
        lines.append(f"{name:24} {played.tried[name]:7} {played.counted[name]:8}")
    lines.append(f"{'in all':24} {sum(played.tried.values()):7} {sum(played.counted.values()):8}")
    lines.append(
        f"{played.days} days of {played.stations} stations, {played.scans} scans, {played.facts} facts, "
        f"orders {dict(played.orders)}: "
        f"{played.seconds} s, {played.cpu_seconds} s of a core"
    )
    if played.broken:
        lines += ["BROKEN", *(f"  {one}" for one in played.broken), "the last faults:"]
        lines += [f"  {one}" for one in played.story]
        lines.append(f"again: {played.again}")
    else:
        lines.append("all invariants hold")
    return "\n".join(lines)
