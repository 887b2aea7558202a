"""An order that comes joins a walk that was released where that saves more than it delays."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.picking.rules.batches import PickOrder
from app.picking.rules.deadlines import Worth
from app.picking.rules.finish import Queue, Walk, walk_of
from app.picking.rules.joining import Join, Otherwise, joined
from app.picking.rules.tempo import Tempo
from tests.batches.cases import block, carts, crowds, order, waves

TEMPO = Tempo(metre_ms=1_000, stop_ms=0, unit_ms=0, walk_ms=0)
WORTH = Worth(late_mm=100_000, second_mm=0)


def asked(new: PickOrder, *others: PickOrder, alone_mm: int = 40_000, most: int = 2) -> Join | None:
    """One picker with a walk for each of the others; the new one would else be walked for by itself, in an hour."""
    tours = block([new, *others])
    queue = Queue(0, tuple(walk_of([each], tours, TEMPO) for each in others))
    return joined(new, [queue], Otherwise(alone_mm, 3_600_000), tours, carts(orders=most), TEMPO, WORTH)


def test_it_joins_the_walk_that_passes_by() -> None:
    new, far, other = order(0, (20_000, 9_000)), order(1, (20_000, 10_000)), order(2, (0, 10_000))
    assert asked(new, other, far) == Join(queue=0, walk=1, further_mm=0, later_ms=0, worth_mm=40_000)


def test_it_waits_where_the_way_further_is_as_long_as_a_walk_of_its_own() -> None:
    new, other = order(0, (20_000, 9_000)), order(1, (0, 5_000))
    assert asked(new, other, alone_mm=58_000) is None
    assert asked(new, other, alone_mm=58_001) == Join(0, 0, 58_000, 58_000, 1)


def test_it_waits_where_others_would_miss_their_cut_off_by_it() -> None:
    # given a walk of 10 s, and one behind it that is due in a moment
    new, first = order(0, (0, 9_000)), order(1, (0, 5_000))
    for due, is_joined in ((28_000, True), (27_999, False)):
        second = order(2, (4_000, 1_000), due_ms=due)
        found = asked(new, first, second, alone_mm=18_000, most=1 + (due > 0))
        assert (found is not None and found.walk == 0) is is_joined


def test_it_joins_for_its_own_cut_off_too() -> None:
    # given an order whose way is no shorter together, but that would miss its cut-off if it waited
    other = order(1, (0, 5_000))
    assert asked(order(0, (0, 9_000), due_ms=20_000), other, alone_mm=0) == Join(0, 0, 8_000, 8_000, 92_000)
    assert asked(order(0, (0, 9_000), due_ms=17_000), other, alone_mm=0) is None


def test_it_never_makes_a_higher_class_wait() -> None:
    new = order(0, (0, 9_000), priority=1)
    assert asked(new, order(1, (0, 5_000), priority=0)) is None
    assert asked(new, order(1, (0, 9_000), priority=0)) == Join(0, 0, 0, 0, 40_000)
    assert asked(new, order(1, (0, 5_000), priority=1)) == Join(0, 0, 8_000, 8_000, 32_000)


def test_a_cart_that_is_full_takes_nobody_and_a_walk_that_was_begun_only_where_the_detour_is_known() -> None:
    new, other = order(0, (0, 4_000)), order(1, (0, 5_000))
    assert asked(new, other, most=1) is None
    tours, begun = block([new, other]), Walk((other,), 10_000, 10_000, begun=True)
    queues, otherwise, fleet = [Queue(0, (begun,))], Otherwise(8_000, 60_000), carts(orders=2)
    assert joined(new, queues, otherwise, tours, fleet, TEMPO, WORTH) is None
    found = joined(new, queues, otherwise, tours, fleet, TEMPO, WORTH, lambda walk, late: 3_000)
    assert found == Join(0, 0, 3_000, 3_000, 5_000)


@settings(max_examples=40)
@given(waves(most=8, dues=True, classes=2) | crowds(5, True, 2), st.integers(0, 300_000))
def test_what_it_is_worth_is_what_the_costs_differ_by(orders: list[PickOrder], alone_mm: int) -> None:
    new, others = orders[0], orders[1:]
    tours = block(orders)
    queue = Queue(0, tuple(walk_of([each], tours, TEMPO) for each in others))
    otherwise = Otherwise(alone_mm, 1_800_000)
    found = joined(new, [queue], otherwise, tours, carts(orders=3), TEMPO, WORTH)
    if found is None:
        return
    changed = [[each, new] if n == found.walk else [each] for n, each in enumerate(others)]
    then = Queue(0, tuple(walk_of(each, tours, TEMPO) for each in changed))
    own = WORTH.late_mm * (new.due_ms is not None and otherwise.ends_ms > new.due_ms)
    assert _cost(queue) + alone_mm + own - _cost(then) == found.worth_mm > 0


def _cost(queue: Queue) -> int:
    ends, cost = queue.from_ms, 0
    for walk in queue.walks:
        ends += walk.takes_ms
        late = sum(1 for each in walk.orders if each.due_ms is not None and ends > each.due_ms)
        cost += walk.length_mm + late * WORTH.late_mm
    return cost
