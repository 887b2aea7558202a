"""The table of a workflow is read from its handlers when the class is made, and held while it runs."""

from __future__ import annotations

from enum import Enum

import pytest

from app.events import BinRead, CommandRead, ItemRead, LoadSettled, ToteRead
from app.workflow import Desk, Next, Workflow, on
from tests.workflow.sample import SHELF, SOAP, Floor, Sample, Step


class Turn(Enum):
    LEFT = "left"
    RIGHT = "right"


def test_each_cell_knows_its_handler_and_where_it_may_lead() -> None:
    cells = {(s.value, e.__name__): (c.name, [t.value for t in c.to]) for (s, e), c in Sample.table.items()}

    assert cells == {
        ("bin", "BinRead"): ("bin_scanned", ["item"]),
        ("item", "ItemRead"): ("item_scanned", ["full"]),
        ("full", "ItemRead"): ("item_scanned", ["full"]),
        ("item", "CommandRead"): ("command_scanned", []),
        ("full", "CommandRead"): ("command_scanned", []),
        ("item", "LoadSettled"): ("load_settled", []),
        ("full", "LoadSettled"): ("load_settled", []),
    }
    assert Sample.steps is Step


def test_a_handler_for_several_events_fills_a_cell_for_each() -> None:
    class Either(Workflow[None]):
        @on(Turn.LEFT)
        def anything(self, state: None, event: BinRead | ToteRead, desk: Desk) -> Next:
            return Next()

    assert set(Either.table) == {(Turn.LEFT, BinRead), (Turn.LEFT, ToteRead)}


def test_a_handler_may_have_marks_with_different_ways_out() -> None:
    class Fork(Workflow[None]):
        @on(Turn.LEFT, to=(Turn.RIGHT,))
        @on(Turn.RIGHT)
        def turn(self, state: None, event: BinRead, desk: Desk) -> Next:
            return Next()

    assert {step: cell.to for (step, _), cell in Fork.table.items()} == {Turn.LEFT: (Turn.RIGHT,), Turn.RIGHT: ()}


def test_two_handlers_for_one_cell_are_refused_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match=r"Twice: Turn.LEFT × BinRead in first and second"):

        class Twice(Workflow[None]):
            @on(Turn.LEFT)
            def first(self, state: None, event: BinRead, desk: Desk) -> Next:
                return Next()

            @on(Turn.RIGHT, Turn.LEFT)
            def second(self, state: None, event: BinRead | ItemRead, desk: Desk) -> Next:
                return Next()


def test_a_workflow_that_inherits_has_a_table_of_its_own() -> None:
    class Longer(Sample):
        kind = ""

        @on(Step.BIN)
        def tote_scanned(self, state: object, event: ToteRead, desk: Desk) -> Next:
            return Next()

    assert set(Longer.table) - set(Sample.table) == {(Step.BIN, ToteRead)}
    assert (Step.BIN, ToteRead) not in Sample.table


def test_a_way_that_is_not_declared_stops_the_handler(shelf: Floor) -> None:
    before, kept = shelf.bench.state, list(shelf.kept)

    with pytest.raises(AssertionError, match=r"Sample.command_scanned leads from Step.ITEM to Step.BIN, not declared"):
        shelf.card("SKIP")

    assert (shelf.bench.state, shelf.kept) == (before, kept)


def test_a_declared_way_and_staying_are_let_through(shelf: Floor) -> None:
    assert shelf.item(SOAP).handler == "item_scanned"
    assert Sample.table[Step.BIN, BinRead].to == (Step.ITEM,)
    assert (Step.BIN, LoadSettled) not in Sample.table
    assert (Step.BIN, CommandRead) not in Sample.table
    assert shelf.bench.state.place == SHELF
