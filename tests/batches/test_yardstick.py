"""What batches are measured against says the same as the rules where both say something, and what a formula says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.picking.rules.batches import PickOrder
from app.picking.rules.batching import first_come, savings_only
from app.picking.rules.carts import Cart, Fleet, Load
from app.picking.rules.tours import BlockTours
from bench import batch_yardstick as yardstick
from bench.batch_yardstick import AISLES, APART_MM, CELL_MM, CELLS, DEPOT_MM, LONG_MM, Case, exact_mm, s_shape_mm
from tests.batches.cases import key

sets = st.frozensets(
    st.tuples(st.integers(0, AISLES - 1).map(lambda n: n * APART_MM), st.integers(1, CELLS).map(lambda n: n * CELL_MM)),
    min_size=1, max_size=40,
)  # fmt: skip


def rules(case: Case) -> tuple[list[PickOrder], BlockTours, Fleet]:
    """A case as the rules want it."""
    orders = [PickOrder(key(n), places, Load(units=items)) for n, (places, items) in enumerate(case.orders)]
    places = frozenset().union(*(places for places, _ in case.orders))
    tours = BlockTours([n * APART_MM for n in range(AISLES)], 0, LONG_MM, (0, -DEPOT_MM), places)
    return orders, tours, Fleet([Cart("cart", units=case.capacity)])


@pytest.mark.parametrize("aisles", range(1, AISLES + 1))
def test_s_shape_is_as_long_as_the_formula_says(aisles: int) -> None:
    # given a stop half-way up each of the first aisles
    stops = frozenset((n * APART_MM, 20 * CELL_MM) for n in range(aisles))
    across = 2 * (aisles - 1) * APART_MM + 2 * DEPOT_MM

    # then each is walked through, but for the last one of an odd number, which is left where it was entered
    along = aisles * LONG_MM if aisles % 2 == 0 else (aisles - 1) * LONG_MM + 2 * 20 * CELL_MM
    assert s_shape_mm(stops) == across + along


@settings(max_examples=80)
@given(sets)
def test_its_exact_walk_is_ours_and_never_longer_than_s_shape(stops: frozenset[tuple[int, int]]) -> None:
    _, tours, _ = rules(Case(((stops, 1),), 1, False))
    assert exact_mm(stops) == tours.length_mm(tours.set_of(stops)) <= s_shape_mm(stops)


@pytest.mark.parametrize("by_class", [False, True])
@pytest.mark.parametrize("capacity", yardstick.CAPACITIES)
def test_its_batches_are_ours_where_both_do_the_same(capacity: int, by_class: bool) -> None:
    case = yardstick.generated(18, capacity, by_class, seed=4)
    orders, tours, fleet = rules(case)
    for theirs, ours in (
        (yardstick.first_come(case), first_come(orders, tours, fleet)),
        (yardstick.savings(case), savings_only(orders, tours, fleet)),
    ):
        lengths = sorted(exact_mm(places) for places, _ in theirs)
        assert lengths == sorted(batch.length_mm for batch in ours)


def test_cases_are_generated_as_published() -> None:
    # given many orders of both kinds, when their stops are counted
    for by_class, shares in ((False, (0.1, 0.3, 0.6)), (True, (0.52, 0.36, 0.12))):
        case = yardstick.generated(2_000, 45, by_class, seed=1)
        aisles = [x // APART_MM for places, _ in case.orders for x, _ in places]
        found = [
            sum(aisle in group for aisle in aisles) / len(aisles) for group in ({0}, {1, 2, 3}, {4, 5, 6, 7, 8, 9})
        ]

        # then they lie as often in each class of aisles as they should (a place counts once for an order)
        assert found == pytest.approx(shares, abs=0.05)
        assert {items for _, items in case.orders} == set(range(5, 26))
