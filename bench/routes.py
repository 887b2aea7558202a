"""Routes: how near the walks are to the best ones, beside whom they are quick, and what planning anew is worth."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean

from app.picking.rules.exact import tour, tour_mm
from app.picking.rules.graph import Net
from app.picking.rules.grid import Grid
from app.picking.rules.layout import Aisle, Bin, CrossAisle, Layout, Node
from app.picking.rules.layout import Path as Way
from app.picking.rules.layout_text import read_csv, to_csv
from app.picking.rules.published import UNIT_MM, read_instance
from app.picking.rules.replan import Rest, replanned
from app.picking.rules.search import length_of
from app.picking.rules.sshape import first_come_mm, s_shape
from app.picking.rules.walks import table_of, walk
from bench.figures import Figure, Note, Said, in_turns, timed
from bench.route_batches import HALLS, WAYS, Hall, drawn, metres
from bench.route_peers import or_tools, py_vrp
from tests.routes import brute, published

ROOT = Path(__file__).parents[1]
SEEDS = tuple(range(1, 11))


def routes(folder: Path, seeds: Sequence[int] = SEEDS) -> Iterator[Said]:
    """All figures of routing, the quick ones first."""
    yield from _published(folder)
    yield from _plain()
    yield from _brute()
    yield from _beside_or_tools()
    yield from _beside_py_vrp()
    yield from _replanned()
    yield from _layouts()
    yield from _batches(seeds)


# ---- exactness ------------------------------------------------------------------------------------------------------


def _published(folder: Path) -> Iterator[Said]:
    """The 528 published problems through the command, measured by a script that imports nothing of the program."""
    for name, text in published.texts().items():
        (folder / name).write_text(text, encoding="cp1252")
    command = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main(sys.argv[1:]))"]
    told = subprocess.run(
        [*command, "route", "--instances", str(folder), "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    optima = published.DATA / "sprp_528_optima.csv"
    measure = [sys.executable, str(ROOT / "tests" / "routes" / "remeasure.py"), str(folder), str(optima)]
    said = subprocess.run(measure, input=told, capture_output=True, text=True, check=False)
    yield Note(said.stdout.strip())
    times = tuple(json.loads(line)["ms"] for line in told.splitlines())
    known = published.optima()
    lengths = {row["name"]: row["length"] for row in map(json.loads, told.splitlines())}
    yield Figure("528 problems: lengths / optima", (sum(lengths.values()) / sum(known.values()),), "×", target=1.0)
    yield Figure("  time of one, with its order", times, target=15_000, of="max")
    two = published.optima("sprp_528_two_block_optima")
    found = {}
    for name, text in published.texts().items():
        i = read_instance(published.in_two_blocks(text))
        found[name] = tour_mm(i.grid, [p.point for p in i.stops], i.depot, i.depot) / UNIT_MM
    yield Figure("  the same with a middle cross-aisle", (sum(found.values()) / sum(two.values()),), "×", target=1.0)
    yield Figure("  other lengths when turned and shuffled", (float(_changed()),), "", target=0)


def _changed() -> int:
    """How many of the 528 have another length when mirrored, moved, or with their picks shuffled."""
    changed = 0
    for n, text in enumerate(published.texts().values()):
        i, chance = read_instance(text), random.Random(n)
        picks, wide, high = [p.point for p in i.stops], i.grid.xs[-1], i.grid.ys[-1]
        length = tour_mm(i.grid, picks, i.depot, i.depot)
        chance.shuffle(picks)
        mirrored, depot = [(wide - x, high - y) for x, y in picks], (wide - i.depot[0], high - i.depot[1])
        moved = Grid.of([x + 777 for x in i.grid.xs], [y - 31 for y in i.grid.ys])
        other = (
            tour_mm(i.grid, mirrored, depot, depot),
            tour_mm(moved, [(x + 777, y - 31) for x, y in picks], *([(i.depot[0] + 777, i.depot[1] - 31)] * 2)),
        )
        changed += other != (length, length)
    return changed


def _plain() -> Iterator[Said]:
    """Absolute metres of all 528: ours, in S-shape, and as the picks come."""
    ours, swept, come, longer = [], [], [], 0
    for text in published.texts().values():
        i = read_instance(text)
        picks = [p.point for p in i.stops]
        ours.append(tour(i.grid, picks, i.depot, i.depot).length_mm / 1000)
        swept.append(s_shape(i.grid, picks, i.depot, i.depot).length_mm / 1000)
        come.append(first_come_mm(i.grid, picks, i.depot, i.depot) / 1000)
        longer += ours[-1] > swept[-1]
    yield Note(
        f"528 problems, metres in all: ours {sum(ours):.0f}, S-shape {sum(swept):.0f}, as they come {sum(come):.0f}"
    )
    yield Figure("  longer than in S-shape", (float(longer),), "", target=0)
    yield Figure("  S-shape / ours", tuple(a / b for a, b in zip(swept, ours, strict=True)), "×")


def _brute(cases: int = 2000) -> Iterator[Said]:
    """Small blocks of two to four cross-aisles, ends anywhere, against all orders of up to nine stops."""
    for shut in (0.0, 0.1):
        ours = best = 0
        for seed in range(cases if not shut else cases // 4):
            case = brute.drawn_case(random.Random(seed), 2 + seed % 3, 9, shut=shut)
            ups = tuple(
                tuple(((x, a), (x, b)) not in case.gaps for a, b in itertools.pairwise(case.ys)) for x in case.xs
            )
            on = tuple(
                tuple(((a, y), (b, y)) not in case.gaps for a, b in itertools.pairwise(case.xs)) for y in case.ys
            )
            shortest = brute.shortest(case)
            if shortest is not None:
                ours += tour_mm(Grid(case.xs, case.ys, ups, on), case.stops, case.start, case.end)
                best += shortest
        many = cases if not shut else cases // 4
        name = f"{many} small blocks{', pieces shut' if shut else ''}: ours / brute force"
        yield Figure(name, (ours / best,), "×", target=1.0)


# ---- beside others --------------------------------------------------------------------------------------------------


def _beside_or_tools() -> Iterator[Said]:
    first = or_tools()
    for crosses, target in ((2, 0.5), (3, 1.5), (4, None)):
        hall, chance = Hall(20, 45, crosses), random.Random(crosses)
        tasks = [[(0, 0), *chance.sample(hall.cells, 30), (0, 0)] for _ in range(31)]
        tables = [table_of(hall, task) for task in tasks]

        def ours(i: int, hall: Hall = hall, tasks: list[list[tuple[int, int]]] = tasks) -> object:
            return tour(hall.grid, tasks[i][1:-1], (0, 0), (0, 0))

        name = f"exact walk, 30 stops, {crosses} cross-aisles"
        if first is None or target is None:
            yield timed(name, 30, ours)
            continue

        def theirs(i: int, first: Callable[..., object] = first, tables: list[list[list[int]]] = tables) -> object:
            return first(tables[i])

        yield from in_turns(name, "  OR-tools, first solution", 30, ours, theirs, target)
        longer = [
            length_of(t, first(t)) / tour_mm(hall.grid, s[1:-1], s[0], s[-1])
            for t, s in zip(tables, tasks, strict=True)
        ]
        yield Figure("  its length / ours", tuple(longer), "×")
    if first is None:
        yield Note("OR-tools is not installed: pip install --group bench-routes")


def _beside_py_vrp(times: int = 4) -> Iterator[Said]:
    """Five and six cross-aisles, an irregular hall, and one-way aisles: a tenth of a second beside one of PyVRP."""
    solve = py_vrp(1.0)
    if solve is None:
        yield Note("PyVRP is not installed: pip install --group bench-routes")
    for name, floor, places in _strange_floors():
        lengths, ms = list[float](), list[float]()
        for seed in range(times):
            task = [places[0], *random.Random(seed).sample(places, 40), places[0]]
            began = time.perf_counter()
            found = walk(floor, task[1:-1], task[0], task[-1])
            ms.append((time.perf_counter() - began) * 1000)
            if solve is not None:
                table = table_of(floor, task)
                lengths.append(found.length_mm / length_of(table, solve(table)))
        yield Figure(f"{name}, 40 stops", tuple(ms), target=100)
        if lengths:
            yield Figure("  our length / that of PyVRP with 1 s", (mean(lengths),), "×", target=1.005)


def _strange_floors() -> Iterator[tuple[str, object, list[tuple[object, ...]]]]:
    for crosses in (5, 6):
        hall = Hall(12, 60, crosses)
        yield f"{crosses} cross-aisles", hall, hall.cells
    net, spots = irregular(1)
    yield "an irregular hall", net, spots
    one_way = Net(
        Layout(
            tuple(Aisle(f"A{n}", n * 3000, 0, 46_000, way=("up", "down")[n % 2]) for n in range(16)),
            tuple(CrossAisle(f"C{y}", y, 0, 45_000) for y in (0, 23_000, 46_000)),
        )
    )
    yield "one-way aisles", one_way, [("", n * 3000, y * 1000) for n in range(16) for y in range(1, 46)]


def irregular(seed: int, size: int = 9) -> tuple[Net, list[tuple[str, int, int]]]:
    """A hall of crooked paths, and places along them."""
    chance = random.Random(seed)
    nodes = [
        Node(f"n{x}-{y}", x * 6000 + chance.randrange(-2000, 2000), y * 6000 + chance.randrange(-2000, 2000))
        for x in range(size) for y in range(size)
    ]  # fmt: skip
    pairs = [(x * size + y, x * size + y + d) for x in range(size) for y in range(size) for d in (1, size, size + 1)]
    paths = [
        Way(f"p{a}-{b}", nodes[a].name, nodes[b].name)
        for a, b in pairs
        if b < size * size and (b - a != 1 or b % size) and (b - a != size + 1 or b % size) and chance.random() < 0.7
    ]
    used = {name for path in paths for name in (path.node, path.to_node)}
    net = Net(Layout(nodes=tuple(n for n in nodes if n.name in used), paths=tuple(paths)))
    by_name = {node.name: node for node in nodes}
    spots = []
    for path in paths:
        a, b = by_name[path.node], by_name[path.to_node]
        spots += [("", a.x_mm + (b.x_mm - a.x_mm) * t // 5, a.y_mm + (b.y_mm - a.y_mm) * t // 5) for t in range(1, 5)]
    return net, [spot for spot in spots if net.distance(spots[0], spot) < 10**11]


# ---- on the floor ---------------------------------------------------------------------------------------------------


def _replanned() -> Iterator[Said]:
    for name, floor, places in (*((h.name, h, h.cells) for h in HALLS), *list(_strange_floors())[2:]):
        chance = random.Random(7)
        rests = []
        for _ in range(13):
            stops = chance.sample(places, 60)
            rests.append(Rest(tuple(range(60)), dict(enumerate(stops)), stops[0], places[0]))

        def again(i: int, floor: object = floor, rests: list[object] = rests) -> object:
            return replanned(floor, rests[i])

        yield timed(f"60 stops planned anew: {name}"[:52], 12, again, target=50)


def _layouts() -> Iterator[Said]:
    """A site of 100,000 bins: read, checked into a net, and asked for distances."""
    aisles, bays = 500, 100
    layout = Layout(
        tuple(Aisle(f"A{n:03}", n * 3000, 0, bays * 1000) for n in range(aisles)),
        tuple(CrossAisle(f"C{y}", y, 0, aisles * 3000) for y in range(0, bays * 1000 + 1, 25_000)),
        bins=tuple(
            Bin(f"A{n:03}-{bay:02}-{side}", n * 3000, bay * 1000 + 500, aisle=f"A{n:03}", bay=f"{bay:02}", side=side)
            for n in range(aisles) for bay in range(bays) for side in "LR"
        ),
    )  # fmt: skip
    text = to_csv(layout)

    def load(_: int) -> Net:
        return Net(read_csv(text).layout)

    yield timed("layout of 100,000 bins, read and laid", 3, load, target=10_000)
    net, chance = load(0), random.Random(3)
    tracemalloc.start()
    for _ in range(1500):
        a, b = chance.choice(layout.bins), chance.choice(layout.bins)
        net.distance(net.spot(a), net.spot(b))
    held = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    yield Figure("  its distances keep", (held,), "MB", target=64)


def _batches(seeds: Sequence[int], each: int = 34) -> Iterator[Said]:
    """About a thousand batches in three halls with 5 % shorts."""
    for hall in HALLS:
        per_seed: dict[str, list[float]] = {way: [] for way in WAYS}
        for seed in seeds:
            chance = random.Random(f"{hall.name} {seed}")
            walked = [metres(hall, drawn(hall, chance)) for _ in range(each)]
            for way in WAYS:
                per_seed[way].append(mean(one[way] for one in walked))
        yield Note(f"{hall.name}: {each * len(seeds)} batches of 15 to 30 stops, 5 % short, {len(seeds)} seeds")
        base = Figure(f"  metres a batch, {WAYS[1]}", tuple(per_seed[WAYS[1]]), "m")
        yield Figure(f"  metres a batch, {WAYS[0]}", tuple(per_seed[WAYS[0]]), "m")
        yield base
        still = Figure(f"  metres a batch, {WAYS[2]}", tuple(per_seed[WAYS[2]]), "m", peer=base)
        yield still
        yield Figure(f"  metres a batch, {WAYS[3]}", tuple(per_seed[WAYS[3]]), "m", peer=still, target=1.0)
