"""Orders become batches: within what a cart carries, each in one of them, and for short walks."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.picking.rules.batches import Batch, PickOrder, Progress, Stopped, Watch
from app.picking.rules.batching import first_come, plan_batches, savings_only
from app.picking.rules.carts import Fleet, Load, together
from app.picking.rules.tours import AskedTours, Tours
from tests.batches.cases import HIGH, block, carts, crowds, key, keys_of, order, shortest_mm, waves

Make = Callable[[list[PickOrder], Tours, Fleet], tuple[Batch, ...]]
WAYS: tuple[Make, ...] = (first_come, savings_only, plan_batches)


def length(batches: tuple[Batch, ...]) -> int:
    return sum(batch.length_mm for batch in batches)


@pytest.mark.parametrize("make", WAYS)
@settings(max_examples=30)
@given(waves() | crowds(), st.integers(6, 40))
def test_each_order_is_in_one_batch_and_no_cart_is_too_full(make: Make, orders: list[PickOrder], most: int) -> None:
    batches = make(orders, block(orders), carts(units=most))
    by_key = {each.key: each for each in orders}
    assert keys_of(batches) == sorted(by_key)
    for batch in batches:
        members = [by_key[each] for each in batch.orders]
        fits = sum(each.load.units for each in members) <= most
        assert batch.cart == ("cart" if fits else "")
        assert fits or len(members) == 1
        stops = sorted(frozenset().union(*(each.stops for each in members)))
        if len(stops) < 9:
            assert batch.length_mm == shortest_mm(stops, (0, 0), HIGH)


@settings(max_examples=40)
@given(waves() | crowds(), st.integers(6, 40))
def test_a_plan_is_never_longer_than_first_come_or_savings(orders: list[PickOrder], most: int) -> None:
    tours, fleet = block(orders), carts(units=most)
    planned = length(plan_batches(orders, tours, fleet))
    assert planned <= min(length(first_come(orders, tours, fleet)), length(savings_only(orders, tours, fleet)))


@settings(max_examples=25)
@given(waves(most=6), st.integers(6, 30))
def test_a_plan_of_few_orders_is_close_to_the_best_of_all(orders: list[PickOrder], most: int) -> None:
    tours, fleet = block(orders), carts(units=most)

    def walk(members: list[PickOrder]) -> int | None:
        if len(members) > 1 and not fleet.fits(together(each.load for each in members)):
            return None
        return tours.length_mm(tours.set_of(stop for each in members for stop in each.stops))

    best = min(sum(walks) for walks in (list(map(walk, p)) for p in _partitions(orders)) if None not in walks)
    assert best <= length(plan_batches(orders, tours, fleet)) <= best * 1.1


def _partitions(orders: list[PickOrder]) -> list[list[list[PickOrder]]]:
    if not orders:
        return [[]]
    found = []
    for groups in _partitions(orders[1:]):
        found.append([[orders[0]], *groups])
        found += [[*groups[:n], [orders[0], *groups[n]], *groups[n + 1 :]] for n in range(len(groups))]
    return found


@settings(max_examples=15)
@given(waves(), st.integers(6, 40))
def test_the_same_orders_give_the_same_plan(orders: list[PickOrder], most: int) -> None:
    fleet = carts(units=most)
    first = plan_batches(orders, block(orders), fleet)
    tours = block(orders)
    assert plan_batches(orders, tours, fleet) == first
    assert plan_batches(orders, tours, fleet) == first  # whatever lengths are known already


def test_orders_of_one_aisle_go_together() -> None:
    # given two orders for each of three aisles, in turns, and a cart for two
    far = [order(n, ((n % 3) * 8_000, 9_000 + 1_000 * (n // 3))) for n in range(6)]

    # when they are planned
    batches = plan_batches(far, block(far), carts(orders=2))

    # then each walk is one aisle, there and back
    assert [batch.orders for batch in batches] == [(key(n), key(n + 3)) for n in range(3)]
    assert [batch.length_mm for batch in batches] == [2 * (n * 8_000 + 10_000) for n in range(3)]


def test_first_come_fills_a_cart_until_the_next_does_not_fit() -> None:
    orders = [order(n, (0, 1_000 * (n + 1)), units=units) for n, units in enumerate((4, 3, 4, 2, 9, 1))]
    batches = first_come(orders, block(orders), carts(units=8))
    assert [batch.orders for batch in batches] == [(key(0), key(1)), (key(2), key(3)), (key(4),), (key(5),)]
    assert [batch.cart for batch in batches] == ["cart", "cart", "", "cart"]


def test_savings_merge_what_saves_most() -> None:
    # given four stops in two aisles at the far end, 20 m up and 20 m across
    orders = [order(n, stop) for n, stop in enumerate([(20_000, 19_000), (0, 2_000), (20_000, 18_000), (0, 1_000)])]

    # when they are merged in pairs
    batches = savings_only(orders, block(orders), carts(orders=2))

    # then the far two share one walk
    assert [(batch.orders, batch.length_mm) for batch in batches] == [
        ((key(0), key(2)), 2 * (20_000 + 19_000)), ((key(1), key(3)), 4_000),
    ]  # fmt: skip


def test_an_exchange_is_found_that_savings_miss() -> None:
    # given two carts that are full, so that orders can only change places
    stops = [(0, 19_000), (20_000, 19_000), (0, 18_000), (20_000, 18_000)]
    orders = [PickOrder(key(n), frozenset([stop]), Load(units=5)) for n, stop in enumerate(stops)]
    came = first_come(orders, block(orders), carts(units=10))

    # when they are planned, then those of one aisle share a cart
    planned = plan_batches(orders, block(orders), carts(units=10))
    assert [batch.orders for batch in planned] == [(key(0), key(2)), (key(1), key(3))]
    assert length(planned) == 2 * 19_000 + 2 * 39_000 < length(came)


def test_lengths_that_are_dear_are_asked_for_less_often() -> None:
    # given 80 orders and a floor of which only a function is known
    orders = [order(n, ((n * 7 % 6) * 4_000, (n * 5 % 19 + 1) * 1_000), (4_000, 9_000)) for n in range(80)]
    cheap, stops = block(orders), {stop for each in orders for stop in each.stops}
    ours, plain = (AskedTours(stops, lambda each: cheap.length_mm(cheap.set_of(each)), (0, 0)) for _ in range(2))

    # when they are planned, then fewer lengths are asked for than savings alone want, and the walks are about as short
    planned, alone = plan_batches(orders, ours, carts(orders=6)), savings_only(orders, plain, carts(orders=6))
    assert ours.found < plain.found
    assert keys_of(planned) == [each.key for each in orders]
    assert length(planned) <= length(alone) * 1.01


def test_whoever_waits_is_told_and_may_cancel() -> None:
    orders = [order(n, ((n % 6) * 4_000, (n % 19 + 1) * 1_000)) for n in range(30)]
    told: list[Progress] = []

    # when somebody looks on, then he sees how far it is and walks that become shorter
    whole = plan_batches(orders, block(orders), carts(orders=4), Watch(told.append))
    assert [each.done for each in told] == sorted(each.done for each in told)
    assert all(0 <= each.done <= each.of for each in told)
    lengths = [each.length_mm for each in told]
    assert all(b <= a for a, b in itertools.pairwise(lengths))
    assert lengths[-1] >= length(whole)

    # when he cancels at any moment, then there is no plan, and what was begun leaves nothing behind
    tours = block(orders)
    for after in (0, 3, len(told) - 1):
        looks = itertools.count()
        with pytest.raises(Stopped):
            plan_batches(orders, tours, carts(orders=4), Watch(None, lambda n=looks, m=after: next(n) >= m))  # type: ignore[misc]
    assert plan_batches(orders, tours, carts(orders=4)) == whole


def test_an_order_may_not_be_there_twice_and_no_order_is_no_batch() -> None:
    twice = [order(1, (0, 1_000)), order(1, (0, 2_000))]
    with pytest.raises(ValueError, match="twice"):
        plan_batches(twice, block(twice), carts(orders=4))
    assert plan_batches([], block([]), carts(orders=4)) == ()
