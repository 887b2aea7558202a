"""Batches beside first come with S-shape and beside plain savings, in turns; how they grow; and days of a shop.

The peers of `batch_yardstick` import nothing of app, and every length of ours is measured again by theirs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from app.picking.rules.batches import Batch, PickOrder, Progress, Stopped, Watch
from app.picking.rules.batching import plan_batches, savings_only
from app.picking.rules.carts import Cart, Fleet, Load
from app.picking.rules.exact import tour_mm
from app.picking.rules.grid import Grid
from app.picking.rules.tours import AskedTours, BlockTours, Tours
from bench import batch_yardstick as yardstick
from bench.batch_yardstick import CAPACITIES, Case, Place, generated
from bench.figures import Figure, Note, Said
from bench.progress import bar

SIZES = (20, 40, 60, 80)
WAVE = 80
GROWTH = (20, 40, 80, 160, 320, 500, 1_000)
MANY = 500
TARGET_SWEPT, TARGET_SAVINGS = 0.79, 0.99


def batches(_folder: Path, seeds: int = 2) -> Iterator[Said]:
    """Everything of this module that needs no shop."""
    yield from quality(seeds)
    yield from growth()
    yield from dear_floor()
    yield from watched()


def quality(seeds: int) -> Iterator[Said]:
    """Lengths on generated instances, and the time of a wave of 80 orders, each in turns with both peers."""
    cases = [
        generated(n, capacity, by_class, seed)
        for n in SIZES for capacity in CAPACITIES for by_class in (False, True) for seed in range(seeds)
    ]  # fmt: skip
    swept, saved, metres = {}, {}, []
    ours_s, peer_s = list[float](), list[float]()
    tick = bar("batches", len(cases))
    for at, case in enumerate(cases):
        began = time.perf_counter()
        peer = yardstick.savings(case)
        peer_ends = time.perf_counter()
        planned = _planned(case)
        ours_ends = time.perf_counter()
        if len(case.orders) == WAVE:
            peer_s.append((peer_ends - began) * 1000)
            ours_s.append((ours_ends - peer_ends) * 1000)
        ours = _remeasured(case, planned)
        first = yardstick.total_mm(yardstick.first_come(case), yardstick.s_shape_mm)
        swept[case] = ours / first
        saved[case] = ours / yardstick.total_mm(peer, yardstick.exact_mm)
        metres.append((first / 1000, ours / 1000))
        tick(at + 1)
    yield Figure("all, beside first come + S-shape", tuple(swept.values()), "×", target=TARGET_SWEPT)
    yield Figure("all, beside C&W(ii) + exact", tuple(saved.values()), "×", target=TARGET_SAVINGS)
    yield Note(
        f"mean {statistics.fmean(swept.values()):.4f} × first come + S-shape, {statistics.fmean(saved.values()):.4f} × "
        f"C&W(ii) + exact; in sum {sum(m[0] for m in metres):,.0f} m swept, {sum(m[1] for m in metres):,.0f} m ours; "
        "every batch within its cart, every order in one batch, every length measured again by the peer's own measure"
    )
    for capacity in CAPACITIES:
        for by_class in (False, True):
            chosen = [case for case in cases if (case.capacity, case.by_class) == (capacity, by_class)]
            name = f"  capacity {capacity}, {'by class' if by_class else 'anywhere'}"
            yield Figure(f"{name}, beside first come + S-shape", tuple(swept[case] for case in chosen), "×")
            yield Figure(f"{name}, beside C&W(ii) + exact", tuple(saved[case] for case in chosen), "×")
    beside = Figure("C&W(ii) + exact, plain", tuple(peer_s))
    yield beside
    yield Figure(f"a wave of {WAVE} orders", tuple(ours_s), peer=beside, target=1.0)


def growth() -> Iterator[Said]:
    """How long a plan takes for more and more orders."""
    for n in GROWTH:
        case = generated(n, 60, False, 1)
        began = time.perf_counter()
        tours = _block(case)
        planned = plan_batches(_orders(case), tours, _fleet(case))
        took = time.perf_counter() - began
        _remeasured(case, planned)
        yield Figure(f"{n} orders", (took,), "s", target=120.0 if n == MANY else None)
        yield Note(f"{tours.found:,} lengths worked out for {n} orders; {n * (n - 1) // 2:,} pairs there are")


def dear_floor(times: int = 3) -> Iterator[Said]:
    """The same on a floor with three cross-aisles, where each length is a general exact walk."""
    ours_ms, peer_ms, ratios, asked = [], [], [], []
    for seed in range(times):
        case = generated(WAVE, 60, seed % 2 == 1, seed)
        orders, fleet = _orders(case), _fleet(case)
        plain, mine = _asked(case), _asked(case)
        began = time.perf_counter()
        alone = savings_only(orders, plain, fleet)
        between = time.perf_counter()
        planned = plan_batches(orders, mine, fleet)
        ours_ms.append((time.perf_counter() - between) * 1000)
        peer_ms.append((between - began) * 1000)
        ratios.append(sum(b.length_mm for b in planned) / sum(b.length_mm for b in alone))
        asked.append((mine.found, plain.found))
    beside = Figure("three cross-aisles: C&W(ii) + exact", tuple(peer_ms))
    yield beside
    yield Figure(f"three cross-aisles: a wave of {WAVE} orders", tuple(ours_ms), peer=beside, target=1.0)
    yield Figure("three cross-aisles: length beside C&W(ii) + exact", tuple(ratios), "×", target=1.0)
    yield Note(f"lengths worked out, (ours, peer): {', '.join(f'({a:,}, {b:,})' for a, b in asked)}")


def watched() -> Iterator[Said]:
    """How often whoever waits is told, and how soon a plan of 500 orders ends after it was cancelled."""
    case = generated(MANY, 60, False, 2)
    told: list[float] = []
    cancelled: list[float] = []

    def tell(_: Progress) -> None:
        told.append(time.perf_counter())

    def is_cancelled() -> bool:
        if len(told) > 400 and not cancelled:
            cancelled.append(time.perf_counter())
        return bool(cancelled)

    began = time.perf_counter()
    try:
        plan_batches(_orders(case), _block(case), _fleet(case), Watch(tell, is_cancelled))
    except Stopped:
        yield Figure("from a cancel to the end", ((time.perf_counter() - cancelled[0]) * 1000,), of="max", target=100.0)
    waits = [(b - a) * 1000 for a, b in zip([began, *told], told, strict=False)]
    yield Figure("between two looks of a plan of 500 orders", tuple(waits[1:]), of="max")
    yield Note(f"the first look came after {waits[0]:.0f} ms")


def _planned(case: Case) -> tuple[Batch, ...]:
    return plan_batches(_orders(case), _block(case), _fleet(case))


def _orders(case: Case) -> tuple[PickOrder, ...]:
    numbered = enumerate(case.orders)
    return tuple(PickOrder(n.to_bytes(4, "big"), places, Load(units=items)) for n, (places, items) in numbered)


def _fleet(case: Case) -> Fleet:
    return Fleet([Cart("cart", units=case.capacity)])


def _places(case: Case) -> frozenset[Place]:
    return frozenset().union(*(places for places, _ in case.orders))


def _aisles() -> Sequence[int]:
    return [n * yardstick.APART_MM for n in range(yardstick.AISLES)]


def _block(case: Case) -> BlockTours:
    return BlockTours(_aisles(), 0, yardstick.LONG_MM, (0, -yardstick.DEPOT_MM), _places(case))


def _asked(case: Case) -> Tours:
    grid, start = Grid.of(_aisles(), (0, yardstick.LONG_MM // 2, yardstick.LONG_MM)), (0, 0)
    return AskedTours(_places(case), lambda stops: tour_mm(grid, stops, start, start), start)


def _remeasured(case: Case, planned: Sequence[Batch]) -> int:
    """The length of all walks by the peer's measure. Raises ValueError for a batch that is not allowed."""
    by_key: Mapping[bytes, tuple[frozenset[Place], int]] = {
        n.to_bytes(4, "big"): order for n, order in enumerate(case.orders)
    }
    if sorted(key for batch in planned for key in batch.orders) != sorted(by_key):
        raise ValueError("an order is in no batch, or in two")
    whole = 0
    for batch in planned:
        members = [by_key[key] for key in batch.orders]
        length = yardstick.exact_mm(frozenset().union(*(places for places, _ in members)))
        if sum(items for _, items in members) > case.capacity or length != batch.length_mm:
            raise ValueError(f"a batch is too large, or its walk is {length} mm: {batch}")
        whole += length
    return whole
