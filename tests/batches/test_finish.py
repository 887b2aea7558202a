"""When orders will be down, and which swap meets a cut-off that is in danger."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.picking.rules.batches import PickOrder
from app.picking.rules.finish import Finish, Queue, Swap, Walk, finishes, proposal, walk_of
from app.picking.rules.tempo import Tempo
from tests.batches.cases import block, carts, crowds, key, order, waves

SURE = Tempo(metre_ms=1_000, stop_ms=0, unit_ms=0, walk_ms=0, spread=0.0)
"""One metre a second, always."""


def test_orders_are_down_when_their_walk_and_those_before_it_are_over() -> None:
    # given two walks of 100 s, each give or take a tenth
    tempo = Tempo(spread=0.1)
    walks = tuple(Walk((order(n, (0, 1_000), due_ms=210_000),), 0, 100_000) for n in range(2))

    # then the second is less sure than the first
    first, second = finishes([Queue(5_000, walks)], tempo)
    assert first == Finish(key(0), 105_000, 105_000 + 12_816, 210_000)
    assert second == Finish(key(1), 205_000, 205_000 + 18_125, 210_000)
    assert [(each.is_safe, each.is_late) for each in (first, second)] == [(True, False), (False, False)]


def test_a_cut_off_that_is_likely_missed_is_late_and_who_waits_for_nothing_is_safe() -> None:
    walks = (Walk((order(0, (0, 1_000), due_ms=9_999), order(1, (0, 1_000))), 0, 10_000),)
    assert [(each.is_safe, each.is_late) for each in finishes([Queue(0, walks)], SURE)] == [
        (False, True),
        (True, False),
    ]


def test_a_proposal_names_who_goes_first_who_makes_room_and_what_is_met_then() -> None:
    # given a picker with two walks of two orders; one of the second is due before that ends
    orders = [
        order(0, (0, 19_000)), order(1, (20_000, 19_000)),
        order(2, (0, 18_000), due_ms=100_000), order(3, (20_000, 18_000)),
    ]  # fmt: skip
    tours, fleet = block(orders), carts(orders=2)
    queue = Queue(0, (walk_of(orders[:2], tours, SURE), walk_of(orders[2:], tours, SURE)))
    assert [each.likely_ms for each in finishes([queue], SURE)] == [80_000, 80_000, 160_000, 160_000]

    # when a swap is asked for, then it takes the place of the order that lies across the hall, and walks become shorter
    assert proposal([queue], tours, fleet, SURE) == Swap(
        order=key(2), makes_room=key(1), into=(0, 0), out_of=(0, 1), saves_mm=160_000 - 38_000 - 78_000,
        met=(key(2),), before_ms=160_000, after_ms=38_000,
    )  # fmt: skip


def test_where_there_is_room_nobody_has_to_make_it() -> None:
    orders = [order(0, (0, 10_000)), order(1, (0, 9_000), due_ms=25_000)]
    tours = block(orders)
    queue = Queue(0, tuple(walk_of([each], tours, SURE) for each in orders))
    found = proposal([queue], tours, carts(orders=2), SURE)
    assert found == Swap(key(1), None, (0, 0), (0, 1), 18_000, (key(1),), 38_000, 20_000)


def test_there_is_no_proposal_where_nothing_is_in_danger_or_nothing_helps() -> None:
    orders = [order(0, (0, 10_000), due_ms=20_000), order(1, (0, 9_000), due_ms=25_000)]
    tours = block(orders)
    walks = tuple(walk_of([each], tours, SURE) for each in orders)

    # both in time with a picker each; with one of them only at the cost of the other, or of what was begun
    assert proposal([Queue(0, (walks[0],)), Queue(0, (walks[1],))], tours, carts(orders=1), SURE) is None
    assert proposal([Queue(0, walks)], tours, carts(orders=1), SURE) is None
    begun = Walk(walks[0].orders, walks[0].length_mm, walks[0].takes_ms, begun=True)
    assert proposal([Queue(0, (begun, walks[1]))], tours, carts(orders=2), SURE) is None


def test_a_higher_class_does_not_wait_for_a_lower_one() -> None:
    # given an order in danger that would make another one a little later
    for priority, is_proposed in ((1, True), (0, True), (2, False)):
        orders = [order(0, (0, 5_000), priority=1), order(1, (0, 9_000), priority=priority, due_ms=25_000)]
        tours = block(orders)
        queue = Queue(0, tuple(walk_of([each], tours, SURE) for each in orders))
        assert (proposal([queue], tours, carts(orders=2), SURE) is not None) is is_proposed


@settings(max_examples=40)
@given(waves(most=8, dues=True, classes=2) | crowds(8, True, 2), st.integers(1, 3), st.integers(0, 600_000))
def test_a_proposal_does_what_it_says(orders: list[PickOrder], most: int, now: int) -> None:
    tours, fleet, tempo = block(orders), carts(orders=most), Tempo(spread=0.1)
    walks = [orders[n : n + most] for n in range(0, len(orders), most)]
    queues = [Queue(now, tuple(walk_of(each, tours, tempo) for each in walks[n::2])) for n in (0, 1)]
    found = proposal(queues, tours, fleet, tempo)
    if found is None:
        return

    # when it is carried out by hand
    by_key = {each.key: each for each in orders}
    lists = [[list(walk.orders) for walk in queue.walks] for queue in queues]
    (q, w), (p, v) = found.into, found.out_of
    lists[p][v].remove(by_key[found.order])
    lists[q][w].append(by_key[found.order])
    if found.makes_room is not None:
        lists[q][w].remove(by_key[found.makes_room])
        lists[p][v].append(by_key[found.makes_room])
    after = [Queue(now, tuple(walk_of(each, tours, tempo) for each in walks if each)) for walks in lists]

    # then the cut-offs named are met, nobody else's is lost, and the metres are as said
    was, will = ({each.order: each for each in finishes(each, tempo)} for each in (queues, after))
    assert {each for each in will if will[each].is_safe and not was[each].is_safe} == set(found.met)
    assert not [each for each in will if was[each].is_safe and not will[each].is_safe]
    assert will[found.order].likely_ms == found.after_ms < found.before_ms == was[found.order].likely_ms
    lengths = [sum(walk.length_mm for queue in each for walk in queue.walks) for each in (queues, after)]
    assert lengths[0] - lengths[1] == found.saves_mm
