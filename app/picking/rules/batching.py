"""Which orders are picked together on one walk, so that all walks of a wave are short.

The order batching problem: each order goes into exactly one batch, no batch is more than a cart carries, and the
walks over the batches are short in sum. Savings give a first grouping (`savings`), moving orders between batches a
better one (`batch_search`). Where somebody waits for orders, `deadlines` decides on top of this.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.picking.rules.batch_search import annealed, polished
from app.picking.rules.batches import Batch, Group, PickOrder, Pool, Watch, in_order
from app.picking.rules.carts import Fleet
from app.picking.rules.savings import by_savings, savings_alone
from app.picking.rules.tours import Tours

MOVES_AN_ORDER, DEAR_MOVES_AN_ORDER = 100, 25
"""How many moves are tried for each order; fewer where each length takes milliseconds."""


def first_come(orders: Sequence[PickOrder], tours: Tours, fleet: Fleet) -> tuple[Batch, ...]:
    """Batches in the order in which orders came: a cart is full when the next order does not fit onto it."""
    pool = Pool(orders, tours, fleet)
    return pool.batches(in_order(pool, range(len(pool.orders))))


def savings_only(orders: Sequence[PickOrder], tours: Tours, fleet: Fleet) -> tuple[Batch, ...]:
    """Batches by savings alone, every order tried with every other one."""
    pool = Pool(orders, tours, fleet)
    return pool.batches(savings_alone(pool, Watch()))


def plan_batches(
    orders: Sequence[PickOrder], tours: Tours, fleet: Fleet, watch: Watch | None = None, moves: int | None = None
) -> tuple[Batch, ...]:
    """Batches whose walks are short in sum; never longer than those of first come, nor, as long as every order is
    tried with every other one, than those of savings alone.

    The same orders in the same sequence give the same batches. An order that no cart takes is a batch by itself.
    `moves` says how long is searched, for each order. Raises Stopped when `watch` says so, KeyError for a stop that is
    not on the floor of `tours`.
    """
    pool = Pool(orders, tours, fleet)
    return pool.batches(improved(pool, watch or Watch(), moves))


def improved(pool: Pool, watch: Watch, moves: int | None = None, numbers: Sequence[int] | None = None) -> list[Group]:
    """The same as groups, for who goes on with them; of all orders of a pool, or of those of these numbers.

    Where lengths are dear, the plan is made on a rough picture of the floor, and only corrected with its true lengths.
    """
    chosen = range(len(pool.orders)) if numbers is None else numbers
    if pool.tours.rough is not None:
        return _corrected(pool, watch, moves, chosen)
    each = MOVES_AN_ORDER if moves is None else moves
    watch.expect(len(chosen) * (1 + 2 * each))
    start = min(by_savings(pool, [pool.group([n]) for n in chosen], watch), in_order(pool, chosen), key=length_of)
    found = annealed(pool, start, each * len(chosen), watch)
    return polished(pool, found, each * len(chosen), watch)


def _corrected(pool: Pool, watch: Watch, moves: int | None, numbers: Sequence[int]) -> list[Group]:
    assert pool.tours.rough is not None
    drawn = improved(Pool(pool.orders, pool.tours.rough, pool.fleet), watch, moves, numbers)
    start = min([pool.group(group.members) for group in drawn], in_order(pool, numbers), key=length_of)
    each = DEAR_MOVES_AN_ORDER if moves is None else min(moves, DEAR_MOVES_AN_ORDER)
    watch.expect(2 * each * len(numbers))
    return polished(pool, annealed(pool, start, each * len(numbers), watch), each * len(numbers), watch)


def length_of(groups: Sequence[Group]) -> int:
    """The length of all their walks, mm."""
    return sum(group.length for group in groups)
