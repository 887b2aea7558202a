"""Which orders are picked together on one walk, so that all walks of a wave are short.

The order batching problem: each order goes into exactly one batch, no batch is more than a cart carries, and the walks
over the batches are short in sum. Savings give a first grouping (`savings`), moving orders between batches a better one
(`batch_search`). Where somebody waits for orders, `deadlines` decides on top of this.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.picking.rules.batch_search import annealed, polished
from app.picking.rules.batches import Batch, Group, PickOrder, Pool, Watch, in_order
from app.picking.rules.carts import Fleet
from app.picking.rules.savings import by_savings
from app.picking.rules.tours import Tours

MOVES_AN_ORDER = 100


def first_come(orders: Sequence[PickOrder], tours: Tours, fleet: Fleet) -> tuple[Batch, ...]:
    """Batches in the order in which orders came: a cart is full when the next order does not fit onto it."""
    pool = Pool(orders, tours, fleet)
    return pool.batches(in_order(pool, range(len(pool.orders))))


def savings_only(orders: Sequence[PickOrder], tours: Tours, fleet: Fleet) -> tuple[Batch, ...]:
    """Batches by savings alone, C&W(ii)."""
    pool = Pool(orders, tours, fleet)
    return pool.batches(by_savings(pool, [pool.group([n]) for n in range(len(pool.orders))], Watch()))


def plan_batches(
    orders: Sequence[PickOrder], tours: Tours, fleet: Fleet, watch: Watch | None = None
) -> tuple[Batch, ...]:
    """Batches whose walks are short in sum; never longer than those of first come, nor than savings alone.

    The same orders in the same sequence give the same batches. An order that no cart takes is a batch by itself. Raises
    Stopped when `watch` says so, KeyError for a stop that is not on the floor of `tours`.
    """
    pool = Pool(orders, tours, fleet)
    return pool.batches(improved(pool, watch or Watch()))


def improved(pool: Pool, watch: Watch) -> list[Group]:
    """The same as groups, for who goes on with them."""
    size = len(pool.orders)
    moves = MOVES_AN_ORDER * size
    watch.expect(size + moves)
    start = min(
        by_savings(pool, [pool.group([n]) for n in range(size)], watch), in_order(pool, range(size)), key=length_of
    )
    found = annealed(pool, start, moves, watch)
    return polished(pool, found, moves, watch)


def length_of(groups: Sequence[Group]) -> int:
    """The length of all their walks, mm."""
    return sum(group.length for group in groups)
