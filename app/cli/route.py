"""`packbay route`: the shortest walk over some bins of a layout file, or over published problems."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.cli.base import Commands, command_of
from app.cli.layout import layout_of, unusable
from app.errors import Problem, Refused
from app.picking.rules.distance import metres
from app.picking.rules.graph import Net
from app.picking.rules.layout import Layout
from app.picking.rules.lines import Spot
from app.picking.rules.published import UNIT_MM, read_instance
from app.picking.rules.scattered import solved
from app.picking.rules.walks import Walk, walk
from app.text import say, verbatim

Painter = Callable[[Layout, Walk[Spot], list[Spot]], bytes]
"""Draws a layout, a walk on it and its stops as PNG."""
_painters: list[Painter] = []


def paint_with(painter: Painter) -> None:
    """Says who draws walks as pictures. The core draws nothing itself: whoever starts the program hands it in."""
    _painters[:] = [painter]


def add(commands: Commands) -> None:
    """Adds `route`."""
    route = command_of(commands, "route", "the shortest walk over some bins of a layout", _route)
    route.add_argument("--layout", type=Path, help="the layout, CSV or JSON (docs/routes.md)")
    route.add_argument("--picks", type=Path, help="the names of bins, one a line; a second column ranks them")
    route.add_argument("--from", dest="start", default="", metavar="BIN", help="where the walk begins, else the start")
    route.add_argument("--to", dest="end", default="", metavar="BIN", help="where it ends, else the drop place")
    route.add_argument("--png", type=Path, help="draws the walk into this file")
    route.add_argument("--instances", type=Path, metavar="DIR", help="published problems in their text form instead")


def _route(options: Any) -> int:
    if options.instances:
        return _solve_all(options.instances, as_json=options.json)
    if not (options.layout and options.picks):
        raise unusable(say("Give --layout and --picks, or --instances"))
    return _walk_one(options)


# ---- a walk on a layout ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Task:
    """Bins to walk to, with their ranks; names that the layout has not; the two ends."""

    bins: list[str]
    ranks: list[int]
    unknown: list[str]
    start: Spot
    end: Spot


def _walk_one(options: Any) -> int:
    held = layout_of(options.layout)
    net = Net(held.layout)
    task = _task(net, options)
    spots = [net.spot_of(name) for name in task.bins]
    began = time.perf_counter()
    found = walk(net, spots, task.start, task.end, ranks=task.ranks if any(task.ranks) else ())
    ms = round((time.perf_counter() - began) * 1000, 3)
    if options.png:
        options.png.write_bytes(_painter()(held.layout, found, spots))
    if options.json:
        print(json.dumps(_told(task, found, ms), ensure_ascii=False))
    else:
        _say_walk(net, task, found, ms)
    return 1 if task.unknown or found.unreached else 0


def _task(net: Net, options: Any) -> _Task:
    places = {place.name: place for place in net.layout.bins}
    rows = list(_picks(options.picks))
    known = [(name, rank) for name, rank in rows if name in places]
    if not known:
        raise unusable(say("{file} names no bin of the layout", file=verbatim(str(options.picks))))
    start = _end_of(net, options.start, ("start", "pack", "drop")) or net.spot_of(known[0][0])
    end = _end_of(net, options.end, ("drop", "pack", "start")) or start
    return _Task(
        [name for name, _ in known], [rank for _, rank in known],
        [name for name, _ in rows if name not in places], start, end,
    )  # fmt: skip


def _end_of(net: Net, name: str, types: tuple[str, ...]) -> Spot | None:
    """The named place, else the first of the first of these types that the layout has."""
    if name:
        try:
            return net.spot_of(name)
        except KeyError:
            raise unusable(say("The layout has no bin {name}", name=name)) from None
    by_type = {kind: place for kind in types for place in reversed(net.layout.bins) if place.type == kind}
    return net.spot(next(iter(by_type.values()))) if by_type else None


def _picks(path: Path) -> Iterator[tuple[str, int]]:
    """(name, rank) of each line that holds a name; a heading `bin` is passed over."""
    for cells in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))):
        name = cells[0].strip() if cells else ""
        if name and name != "bin":
            rank = cells[1].strip() if len(cells) > 1 else ""
            yield name, int(rank) if rank.isdigit() else 0


def _told(task: _Task, found: Walk[Spot], ms: float) -> dict[str, object]:
    return {
        "length_mm": found.length_mm, "exact": found.exact, "order": [task.bins[i] for i in found.order],
        "turns": found.turns, "unreached": [task.bins[i] for i in found.unreached], "unknown": task.unknown, "ms": ms,
    }  # fmt: skip


def _say_walk(net: Net, task: _Task, found: Walk[Spot], ms: float) -> None:
    here, walked = task.start, 0
    for n, i in enumerate(found.order, 1):
        there = net.spot_of(task.bins[i])
        walked += net.distance(here, there)
        here = there
        print(f"{n:>4}  {task.bins[i]:<20} {metres(walked):>6} m")
    for i in found.unreached:
        print(f"   -  {task.bins[i]:<20} no way leads there and on")
    for name in task.unknown:
        print(f"   ?  {name:<20} is no bin of the layout")
    proof = "no walk is shorter" if found.exact else "searched"
    print(f"{found.length_mm / 1000:.1f} m over {len(found.order)} stops, {len(found.turns)} corners; {proof}; {ms} ms")


def _painter() -> Painter:
    if not _painters:
        raise Refused(Problem("NoPicture", say("This program draws no pictures"), do=(say("Leave out --png"),)))
    return _painters[0]


# ---- published problems ---------------------------------------------------------------------------------------------


def _solve_all(folder: Path, *, as_json: bool) -> int:
    """One line a file, sorted by name; a file that is no problem is named, and the others are solved."""
    wrong = solved_ = 0
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() == ".txt"):
        try:
            told = _solve(path)
        except ValueError as error:
            wrong += 1
            print(json.dumps({"name": path.name, "error": str(error)}) if as_json else f"{path.name}: {error}")
            continue
        solved_ += 1
        words = f"{path.name}: {told['length']} over {len(told['walk'])} stops, {told['ms']} ms"
        print(json.dumps(told) if as_json else words)
    if not solved_:
        raise unusable(say("{file} holds no problem that can be read", file=verbatim(str(folder))))
    return 1 if wrong else 0


def _solve(path: Path) -> dict[str, Any]:
    instance = read_instance(path.read_text(encoding="cp1252"))
    began = time.perf_counter()
    found = solved(instance)
    ms = round((time.perf_counter() - began) * 1000, 3)
    length = found.length_mm / UNIT_MM
    walked = [{"id": p.article, "aisle": p.aisle, "cell": p.cell} for p in found.picks]
    return {
        "name": path.name, "length": int(length) if length == int(length) else length, "walk": walked, "ms": ms,
        "exact": found.exact,
    }  # fmt: skip
