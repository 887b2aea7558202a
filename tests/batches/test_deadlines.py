"""What is walked first, so that trucks leave with their parcels."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.picking.rules.batches import PickOrder, Stopped, Watch
from app.picking.rules.carts import Cart, Fleet
from app.picking.rules.deadlines import Terms, Worth, cost_mm, first_come_plan, lateness_mm, plan_wave
from app.picking.rules.tempo import Tempo
from tests.batches.cases import block, carts, crowds, key, keys_of, order, waves

TEMPO = Tempo(metre_ms=1_000, stop_ms=0, unit_ms=0, walk_ms=0)
"""One metre a second and nothing else: a walk takes as many seconds as it has metres."""
crews = st.lists(st.integers(0, 600_000), min_size=1, max_size=3).map(tuple)


@settings(max_examples=40)
@given(waves(most=9, dues=True, classes=3) | crowds(12, True, 3), crews, st.integers(6, 30))
def test_every_order_is_walked_once_and_nobody_walks_twice_at_a_time(
    orders: list[PickOrder], free: tuple[int, ...], most: int
) -> None:
    plan = plan_wave(orders, block(orders), carts(units=most), Terms(free, moves=20))
    assert keys_of(walk.batch for walk in plan.walks) == sorted(each.key for each in orders)
    ends = dict(enumerate(free))
    for walk in plan.walks:
        assert walk.begins_ms == ends[walk.picker]
        ends[walk.picker] = walk.ends_ms
    down = plan.ends_ms()
    late = sorted(each.key for each in orders if each.due_ms is not None and each.due_ms < down[each.key])
    assert list(plan.late) == late


@settings(max_examples=40)
@given(waves(most=9, dues=True) | crowds(12, True), crews, st.integers(6, 30))
def test_a_plan_never_costs_more_than_first_come(orders: list[PickOrder], free: tuple[int, ...], most: int) -> None:
    tours, fleet, terms = block(orders), carts(units=most), Terms(free, moves=20)
    planned, came = plan_wave(orders, tours, fleet, terms), first_come_plan(orders, tours, fleet, terms)
    assert cost_mm(planned, orders, terms.worth) <= cost_mm(came, orders, terms.worth)


@settings(max_examples=40)
@given(waves(most=9, dues=True, classes=2) | crowds(12, True, 2), crews, st.integers(6, 30))
def test_a_lower_class_makes_no_order_of_a_higher_one_late(
    orders: list[PickOrder], free: tuple[int, ...], most: int
) -> None:
    tours, fleet, terms = block(orders), carts(units=most), Terms(free, moves=20)
    high = [each for each in orders if each.priority == 0]
    alone, both = plan_wave(high, tours, fleet, terms).ends_ms(), plan_wave(orders, tours, fleet, terms).ends_ms()
    for each in high:
        word = alone[each.key] if each.due_ms is None else max(each.due_ms, alone[each.key])
        assert both[each.key] <= word


def test_the_same_orders_give_the_same_plan() -> None:
    orders = [order(n, ((n % 5) * 4_000, 1_000 * (n % 19 + 1)), due_ms=40_000 * (n % 7)) for n in range(24)]
    plans = {plan_wave(orders, block(orders), carts(orders=4), Terms((0, 9_000), TEMPO)) for _ in range(2)}
    assert len(plans) == 1


def test_without_cut_offs_only_metres_count_and_the_longest_walk_begins_first() -> None:
    # given a near and a far order, for two walks of one picker
    orders = [order(0, (0, 1_000)), order(1, (0, 9_000))]
    plan = plan_wave(orders, block(orders), carts(orders=1), Terms((0,), TEMPO))
    assert [(walk.batch.orders, walk.begins_ms, walk.ends_ms) for walk in plan.walks] == [
        ((key(1),), 0, 18_000), ((key(0),), 18_000, 20_000),
    ]  # fmt: skip


def test_an_order_that_would_be_late_on_a_shared_walk_goes_alone_and_first() -> None:
    # given two orders that would share a walk of 40 s, one of which is due after 20 s
    orders = [order(0, (0, 19_000)), order(1, (0, 9_000), due_ms=20_000)]
    terms = Terms((0,), TEMPO)

    # when they are planned, then it goes first; the walks become longer by that, and nobody is late
    plan = plan_wave(orders, block(orders), carts(orders=2), terms)
    assert [walk.batch.orders for walk in plan.walks] == [(key(1),), (key(0),)]
    assert (plan.late, plan.length_mm) == ((), 18_000 + 38_000)

    # and with a second picker each goes at once
    assert {
        walk.begins_ms for walk in plan_wave(orders, block(orders), carts(orders=2), Terms((0, 0), TEMPO)).walks
    } == {0}


def test_who_is_late_anyhow_goes_behind_whom_that_helps() -> None:
    # given an order that nobody can bring in time, and one that can still make it
    orders = [order(0, (0, 19_000), due_ms=5_000), order(1, (0, 9_000), due_ms=20_000)]
    plan = plan_wave(orders, block(orders), carts(orders=1), Terms((0,), TEMPO))
    assert ([walk.batch.orders for walk in plan.walks], plan.late) == ([(key(1),), (key(0),)], (key(0),))


def test_a_lower_class_goes_first_while_the_higher_one_has_time() -> None:
    # given an urgent order of the lower class, and one of the higher class with time, or with none to lose
    low = order(0, (0, 9_000), priority=1, due_ms=20_000)
    for due, sequence in ((60_000, [0, 1]), (38_000, [1, 0]), (None, [1, 0])):
        orders = [low, order(1, (0, 19_000), priority=0, due_ms=due)]
        plan = plan_wave(orders, block(orders), carts(orders=1), Terms((0,), TEMPO))
        assert [walk.batch.orders for walk in plan.walks] == [(key(n),) for n in sequence]


def test_lateness_costs_from_the_margin_on_and_more_from_the_cut_off_on() -> None:
    worth = Worth(late_mm=5_000, second_mm=10, margin_ms=60_000)
    due = order(0, (0, 1_000), due_ms=100_000)
    assert [lateness_mm(due, at, worth) for at in (40_000, 41_000, 100_000, 101_000)] == [0, 10, 600, 5_610]
    assert lateness_mm(order(0, (0, 1_000)), 1 << 50, worth) == 0


def test_a_plan_that_is_cancelled_is_none_and_somebody_has_to_walk() -> None:
    orders = [order(n, ((n % 5) * 4_000, 1_000 * (n % 19 + 1)), due_ms=1_000) for n in range(12)]
    with pytest.raises(Stopped):
        plan_wave(orders, block(orders), carts(orders=3), Terms((0,), TEMPO), Watch(None, lambda: True))
    with pytest.raises(ValueError, match="nobody"):
        plan_wave(orders, block(orders), Fleet([Cart("cart")]), Terms((), TEMPO))
