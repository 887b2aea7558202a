"""A shift in a model: who walks when, what is short, and what ways of deciding come to."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.picking.rules.carts import Load
from app.picking.rules.distance import Point
from app.picking.rules.shift_model import (
    Dispatch,
    InTurn,
    InWaves,
    Outcome,
    Shift,
    ShiftLine,
    ShiftOrder,
    run_shift,
    together,
)  # fmt: skip
from app.picking.rules.tempo import Tempo
from app.picking.rules.tours import BlockTours
from tests.batches.cases import AISLES, HIGH, carts, key

SURE = Tempo(metre_ms=1_000, stop_ms=0, unit_ms=0, walk_ms=0, spread=0.0)
FAR: Point = (20_000, 10_000)
HOUR = 3_600_000


def coming(n: int, at: int, *places: Point, due: int | None = None, priority: int = 0) -> ShiftOrder:
    """An order that comes at that second, a unit from each place, due at that second."""
    lines = tuple(ShiftLine(place, FAR, 1) for place in places)
    return ShiftOrder(key(n), at * 1_000, lines, Load(units=len(lines)), priority, None if due is None else due * 1_000)


def tours_of(shift: Shift) -> BlockTours:
    places = {place for order in shift.orders for line in order.lines for place in (line.place, line.elsewhere)}
    return BlockTours(AISLES, 0, HIGH, (0, 0), places)


def day(seed: int, orders: int = 120, pickers: int = 2) -> Shift:
    """Orders of some hours of which the ones that come late are often due soon."""
    chance = random.Random(seed)
    found = []
    for n in range(orders):
        places = [(chance.choice(AISLES), chance.randint(1, 19) * 1_000) for _ in range(chance.randint(1, 6))]
        at = chance.randint(0, 2 * 3600)
        found.append(coming(n, at, *places, due=chance.choice((5_400, 9_000, 14_400)), priority=chance.randint(0, 1)))
    return Shift(tuple(found), pickers, 0, Tempo(stop_ms=9_000), short_percent=5.0)


def ways(shift: Shift, tours: BlockTours) -> dict[str, Dispatch]:
    fleet = carts(orders=4)
    return {
        "first come": InTurn(fleet),
        "static priority": InTurn(fleet, by_priority=True),
        "earliest due": InTurn(fleet, by_due=True),
        "in waves": InWaves(tours, fleet, shift.tempo),
    }


def test_a_picker_walks_for_what_waits_and_then_for_what_came_meanwhile() -> None:
    # given an order of 20 s, two that come while it is walked for, and one that comes when nobody is busy
    shift = Shift(
        (coming(0, 5, (0, 10_000)), coming(1, 9, (0, 5_000)), coming(2, 20, (0, 6_000)), coming(3, 60, (0, 1_000))),
        1, 0, SURE,
    )  # fmt: skip
    outcome = run_shift(shift, tours_of(shift), InTurn(carts(orders=2)), seed=1)
    assert outcome == Outcome(
        walks=3, length_mm=20_000 + 12_000 + 2_000, lines=4, units=4, worked_ms=34_000,
        done_ms={key(0): 25_000, key(1): 37_000, key(2): 37_000, key(3): 62_000}, late=(),
    )  # fmt: skip
    assert outcome.metres_a_line == 8.5
    assert round(outcome.lines_an_hour) == round(4 * 3600 / 34)


def test_orders_are_taken_as_they_came_by_their_class_or_by_their_cut_off() -> None:
    # given three orders of one place that wait when the shift begins
    orders = (
        coming(0, 0, (0, 10_000), due=90, priority=1), coming(1, 1, (0, 10_000), due=60, priority=1),
        coming(2, 2, (0, 10_000), due=70, priority=0),
    )  # fmt: skip
    shift = Shift(orders, 1, 10_000, SURE)
    fleet = carts(orders=1)

    # when each way takes them one by one
    sequences = {}
    for name, how in (
        ("came", InTurn(fleet)), ("class", InTurn(fleet, by_priority=True)), ("due", InTurn(fleet, by_due=True)),
    ):  # fmt: skip
        done = run_shift(shift, tours_of(shift), how, seed=1).done_ms
        sequences[name] = sorted(done, key=lambda each, at=done: at[each])

    # then
    assert sequences == {
        "came": [key(0), key(1), key(2)], "class": [key(2), key(0), key(1)], "due": [key(1), key(2), key(0)],
    }  # fmt: skip


def test_what_is_short_is_fetched_on_the_way_or_by_a_second_walk() -> None:
    # given that every line is short and its units lie at the other end of the hall
    shift = Shift((coming(0, 0, (20_000, 5_000)),), 1, 0, SURE, short_percent=100.0)
    tours = tours_of(shift)
    there, again = 2 * 25_000, 2 * 30_000

    # when the walk is planned anew, then it is 10 m longer if that bin is ahead
    lengths = {run_shift(shift, tours, InTurn(carts(orders=1)), seed).length_mm for seed in range(20)}
    assert lengths == {there + 10_000, there + again}

    # when it is not, then somebody walks twice
    outcome = run_shift(shift, tours, InTurn(carts(orders=1)), 1, replans=False)
    assert (outcome.length_mm, outcome.done_ms) == (there + again, {key(0): there + again})


def test_what_is_sorted_afterwards_is_complete_later_and_has_to_be_down_earlier() -> None:
    order = replace(coming(0, 0, (0, 5_000), due=15), sort_ms=6_000)
    assert order.to_pick().due_ms == 9_000
    shift = Shift((order,), 1, 0, SURE)
    outcome = run_shift(shift, tours_of(shift), InTurn(carts(orders=1)), 1)
    assert (outcome.done_ms, outcome.late, outcome.worked_ms) == ({key(0): 16_000}, (key(0),), 16_000)


def test_an_order_of_two_zones_is_complete_when_the_later_one_handed_it_over() -> None:
    here, there = (
        Outcome(1, 5_000, 2, 3, 7_000, {key(0): 9_000, key(1): 4_000}, ()),
        Outcome(2, 6_000, 1, 1, 8_000, {key(0): 12_000}, ()),
    )
    whole = together([here, there], {key(0): 12_500, key(1): None}, 1_000)
    assert whole == Outcome(3, 11_000, 3, 4, 15_000, {key(0): 13_000, key(1): 5_000}, (key(0),))


@settings(max_examples=8)
@given(st.integers(0, 1_000), st.integers(1, 3))
def test_every_way_completes_every_order_after_it_came(seed: int, pickers: int) -> None:
    shift = day(seed, orders=40, pickers=pickers)
    tours = tours_of(shift)
    for dispatch in ways(shift, tours).values():
        outcome = run_shift(shift, tours, dispatch, seed)
        assert outcome.done_ms.keys() == {order.key for order in shift.orders}
        assert all(outcome.done_ms[order.key] > order.comes_ms for order in shift.orders)
        late = {o.key for o in shift.orders if o.due_ms is not None and outcome.done_ms[o.key] > o.due_ms}
        assert set(outcome.late) == late


def test_the_same_seed_gives_the_same_day_and_another_one_another() -> None:
    shift = day(3, orders=50)
    outcomes = []
    for seed in (1, 1, 2):
        tours = tours_of(shift)
        outcomes.append(run_shift(shift, tours, ways(shift, tours)["in waves"], seed))
    assert outcomes[0] == outcomes[1] != outcomes[2]


def test_waves_walk_less_than_any_fixed_sequence_and_are_late_less_often_than_those_that_ignore_cut_offs() -> None:
    # given two days with more work than one picker can do in time
    length, late, joins = Counter[str](), Counter[str](), 0
    for seed in range(2):
        shift = day(seed, orders=110, pickers=1)
        tours = tours_of(shift)
        for name, dispatch in ways(shift, tours).items():
            outcome = run_shift(shift, tours, dispatch, seed)
            length[name] += outcome.length_mm
            late[name] += len(outcome.late)
            joins += dispatch.joins if isinstance(dispatch, InWaves) else 0

    # then waves walk least, and some orders joined walks that were planned already
    assert length["in waves"] < 0.96 * min(length[name] for name in length if name != "in waves")
    assert late["in waves"] < 0.7 * min(late["first come"], late["static priority"])
    assert joins > 0
