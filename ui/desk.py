"""The desk of the station: what workflows may ask, answered from the transaction in hand or a fresh look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from app.clock import Clock
from app.ids import new_id
from app.packing.queries import boxes, goods_of, heaps_of, pack_rules, units_policy
from app.settings import Home
from app.sync.keeper import Keeper, Transaction
from app.work.queries import code_of, place, places_of_type, setting, sku_card
from app.workflow import DeviceState, Operator, Station, Workflow
from ui.approvals import StationApprovals

P = ParamSpec("P")
R = TypeVar("R")
LASTING = frozenset(
    (sku_card, place, places_of_type, code_of, setting, boxes, goods_of, heaps_of, pack_rules, units_policy)
)
"""Queries whose answers depend on master data alone: a screen asks them again and again, and rows of it seldom come."""
MASTER_DATA = frozenset(("sku", "code", "bin", "site_setting", "box_type", "policy"))
MOST_KEPT = 20_000


class StationDesk:
    """Implements `app.workflow.Desk`. Used by the work thread only."""

    def __init__(
        self,
        keeper: Keeper,
        clock: Clock,
        kinds: frozenset[str],
        workflows: Sequence[Workflow[Any]] = (),
        home: Home | None = None,
    ) -> None:
        self._keeper = keeper
        self.workflows = workflows
        self.list_devices: Callable[[], Sequence[DeviceState]] = tuple
        self._clock = clock
        self._kinds = kinds
        self._transaction: Transaction | None = None
        self.operator: Operator | None = None
        self.scale_grams: int | None = None
        self.scale_stable = False
        self._kept: dict[tuple[object, ...], Any] = {}
        self.approvals = StationApprovals(self, home)

    @property
    def station(self) -> Station:
        return self._keeper.station

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def devices(self) -> Sequence[DeviceState]:
        return self.list_devices()

    def has(self, kind: str) -> bool:
        return kind in self._kinds

    def new_id(self) -> bytes:
        return new_id()

    def read(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        if query not in LASTING or kwargs or any(isinstance(each, list) for each in args):
            return self._ask(query, *args, **kwargs)
        key = (query, *args)
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = self._ask(query, *args, **kwargs)
        found: R = self._kept[key]
        return found

    def _ask(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        if self._transaction is not None:
            return self._transaction.read(query, *args, **kwargs)
        with self._keeper.look() as look:
            return look.read(query, *args, **kwargs)

    def arrived(self, topics: frozenset[str]) -> None:
        """Rows of these tables came from central: what was kept of them is asked anew."""
        if topics & MASTER_DATA:
            self._kept.clear()
        if "pin_guard" in topics:
            self.approvals.learn()

    @contextmanager
    def within(self, transaction: Transaction) -> Iterator[None]:
        """Reads come from this transaction meanwhile."""
        before, self._transaction = self._transaction, transaction
        try:
            yield
        finally:
            self._transaction = before
