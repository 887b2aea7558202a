"""A day of a shop in a model of a hall: several modes of picking, several ways of deciding what comes first."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.picking.rules.carts import Fleet
from app.picking.rules.shift_model import Dispatch, InTurn, InWaves, Outcome, Shift, run_shift, together
from app.picking.rules.tours import Tours
from bench import shop_day
from bench.figures import Figure, Note, Said
from bench.progress import bar
from bench.shift_chart import drawn

ORDERS, PICKERS, SEED = 1_000, 8, 1
ZONES, HAND_OVER_MS = 4, 5 * 60_000
SMALL_ORDERS, SMALL_PICKERS, SEEDS = 250, 2, 10
"""Shorter days by many seeds: how far results scatter."""
Deciding = Callable[[Shift, Tours, Fleet], Dispatch]
DECIDING: dict[str, Deciding] = {
    "first come": lambda shift, tours, fleet: InTurn(fleet),
    "static priority": lambda shift, tours, fleet: InTurn(fleet, by_priority=True),
    "earliest cut-off": lambda shift, tours, fleet: InTurn(fleet, by_due=True),
    "waves": lambda shift, tours, fleet: InWaves(tours, fleet, shift.tempo),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One way to get through the day, and what it came to."""

    mode: str
    walks: str
    deciding: str
    outcome: Outcome

    def line(self) -> str:
        """As a row of a table in Markdown."""
        o = self.outcome
        ends = max(o.done_ms.values()) / shop_day.HOUR
        numbers = f"{o.lines_an_hour:.0f} | {o.metres_a_line:.1f} | {o.length_mm / 1e6:.0f} | {o.walks:,}"
        return f"| {self.mode} | {self.walks} | {self.deciding} | {numbers} | {len(o.late)} | {_clock(ends)} |"


HEAD = (
    "| mode | walks | decided by | lines an hour | metres a line | km | walks | late parcels | the last at |\n"
    "|---|---|---|---:|---:|---:|---:|---:|---:|"
)


def _clock(hours: float) -> str:
    day, rest = divmod(hours, 24)
    return f"{int(rest):02}:{int(rest % 1 * 60):02}" + (" next day" if day else "")


def whole_day(orders: int = ORDERS, pickers: int = PICKERS, seed: int = SEED) -> list[Callable[[], Row]]:
    """Every way through one day, with the same shorts and the same pickers; each is walked when it is called."""
    shop = shop_day.shop_orders(orders)
    shift = shop_day.shift_of(shop, shop_day.hall(shop, seed), pickers, seed)
    exact, swept = shop_day.tours(shift), shop_day.swept(shift)

    def row(mode: str, made: tuple[Shift, Fleet], deciding: str, walks: str = "exact", replans: bool = True) -> Row:
        tours: Tours = swept if walks == "S-shape" else exact
        dispatch = DECIDING[deciding](made[0], tours, made[1])
        outcome = run_shift(made[0], tours, dispatch, seed, replans=replans)
        return Row(mode, walks + ("" if replans else ", not re-planned"), deciding, outcome)

    single, cluster = shop_day.one_by_one(shift), shop_day.clusters(shift)
    return [
        partial(row, "single order", single, "first come", "S-shape", replans=False),
        partial(row, "single order", single, "first come"),
        partial(row, "cluster", cluster, "first come", "S-shape", replans=False),
        partial(row, "cluster", cluster, "first come", replans=False),
        *(partial(row, "cluster", cluster, deciding) for deciding in DECIDING),
        partial(row, "cluster", cluster, "waves", replans=False),
        partial(row, "single lines sorted later", shop_day.singles_sorted(shift), "waves"),
        partial(row, "put wall", shop_day.put_wall(shift), "waves"),
        lambda: Row(f"{ZONES} zones, handed over", "exact", "waves", _in_zones(shift, seed)),
    ]


def _in_zones(shift: Shift, seed: int) -> Outcome:
    outcomes = []
    for part, tours in shop_day.zones(shift, ZONES):
        part, fleet = shop_day.clusters(part)
        outcomes.append(run_shift(part, tours, DECIDING["waves"](part, tours, fleet), seed))
    return together(outcomes, {order.key: order.due_ms for order in shift.orders}, HAND_OVER_MS)


def shifts(_folder: Path) -> Iterator[Said]:
    """The whole day as a table, and shorter days by ten seeds."""
    yield Note(f"{ORDERS:,} orders of a shop, {PICKERS} pickers, {shop_day.AISLES} aisles, 5 % of the lines short")
    yield from (Note(line) for line in HEAD.splitlines())
    day = whole_day()
    tick = bar("ways through the day", len(day))
    for at, way in enumerate(day):
        yield Note(way().line())
        tick(at + 1)
    yield from scatter()


def scatter() -> Iterator[Said]:
    """Late parcels and metres of shorter days, another part of the file, other bins and other shorts by each seed."""
    late: dict[str, list[float]] = {name: [] for name in DECIDING}
    metres: dict[str, list[float]] = {name: [] for name in DECIDING}
    tick = bar("days", SEEDS)
    for seed in range(SEEDS):
        shop = shop_day.shop_orders(SMALL_ORDERS, skip=seed * SMALL_ORDERS)
        shift, fleet = shop_day.clusters(shop_day.shift_of(shop, shop_day.hall(shop, seed), SMALL_PICKERS, seed))
        tours = shop_day.tours(shift)
        for name, deciding in DECIDING.items():
            outcome = run_shift(shift, tours, deciding(shift, tours, fleet), seed)
            late[name].append(float(len(outcome.late)))
            metres[name].append(outcome.metres_a_line)
        tick(seed + 1)
    yield Note(f"{SEEDS} days of {SMALL_ORDERS} orders and {SMALL_PICKERS} pickers, by seeds 0 to {SEEDS - 1}")
    for name in DECIDING:
        yield Figure(f"late parcels, {name}", tuple(late[name]), "")
        yield Figure(f"metres a line, {name}", tuple(metres[name]), "m")
        yield Note(
            f"{name}: {statistics.fmean(late[name]):.1f} late, {statistics.fmean(metres[name]):.2f} m on average"
        )


def main(argv: list[str] | None = None) -> int:
    """Prints the table of the whole day in Markdown and draws it."""
    parser = argparse.ArgumentParser(prog="python -m bench.shifts", description=main.__doc__)
    parser.add_argument("chart", type=Path, help="the SVG file that is drawn")
    chart = parser.parse_args(argv).chart
    rows: list[Row] = []
    print(HEAD, flush=True)
    for way in whole_day():
        rows.append(way())
        print(rows[-1].line(), flush=True)
    labels = [f"{row.mode}, {row.walks}, {row.deciding}" for row in rows]
    late, metres = [float(len(row.outcome.late)) for row in rows], [row.outcome.metres_a_line for row in rows]
    chart.write_text(drawn(labels, (("late parcels", late), ("metres a line", metres))), encoding="utf-8")
    print(f"load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
