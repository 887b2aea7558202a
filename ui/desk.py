"""The desk of the station: what workflows may ask, answered from the transaction in hand or a fresh look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from app.clock import Clock
from app.equipment import DeviceState
from app.ids import new_id
from app.settings import Home
from app.sync.keeper import Keeper, Transaction
from app.workflow import Operator, Station, Workflow
from ui.approvals import StationApprovals

P = ParamSpec("P")
R = TypeVar("R")


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
        if self._transaction is not None:
            return self._transaction.ask_mirror(query, *args, **kwargs)
        with self._keeper.look() as look:
            return look.ask_mirror(query, *args, **kwargs)

    def arrived(self, topics: frozenset[str]) -> None:
        """Rows of these tables came from central."""
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
