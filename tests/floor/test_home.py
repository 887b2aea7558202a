"""Home: scan the thing and the task opens, at the place where it was left."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from app.barcodes import command_code
from app.floor import queries
from app.floor.workflows.home import Home
from app.models import Cart, Code, OrderBrief, Parcel
from app.packing.facts import PackOpened
from app.picking.facts import ToteBound
from app.text import say
from app.view import Hero, ProblemHero, Tiles
from app.work.facts import ToteEmptied
from app.workflow import Opening, Outcome
from tests.floor.entrance import ELSEWHERE, Entrance, order_id, tote_id

TASK = b"\x51" * 16


@pytest.fixture
def home(entrance: Entrance) -> Entrance:
    entrance.at(Home())
    return entrance


def opened(outcome: Outcome) -> tuple[str, bool, bool]:
    """(workflow, whether it goes on with a task that was left, whether the scan is handed on)."""
    assert isinstance(outcome.opens, Opening)
    return outcome.opens.workflow, outcome.opens.task_id == TASK, outcome.opens.event is not None


@pytest.mark.parametrize(
    ("state", "workflow"), [("free", "pick"), ("dropped", "pack"), ("packing", "pack"), ("parked", "pack")]
)
def test_a_tote_opens_what_its_state_asks_for(state: str, workflow: str, home: Entrance) -> None:
    home.order("1")
    home.tote("T1", state, "1" if state != "free" else "")

    outcome = home.scan("TOTE-T1")

    assert opened(outcome) == (workflow, False, True)
    assert (outcome.accepted, outcome.facts) == (True, ())


def test_a_tote_that_was_left_in_the_middle_of_packing_goes_on_there(home: Entrance) -> None:
    home.order("1", "packing")
    home.tote("T1", "dropped", "1")
    home.recorded(TASK, PackOpened(order_id("1"), b"\x01" * 16, 1, (tote_id("T1"),), ()))

    outcome = home.scan("TOTE-T1")

    assert opened(outcome) == ("pack", True, False)
    assert home.bench.echo is not None
    assert home.bench.echo.words == say("Here you left off")


def test_a_tote_that_was_left_in_the_middle_of_a_walk_goes_on_there(home: Entrance) -> None:
    home.order("1", "picking")
    home.tote("T1")
    home.recorded(TASK, ToteBound(tote_id("T1"), b"\x02" * 16, order_id("1")))

    assert opened(home.scan("TOTE-T1")) == ("pick", True, False)


def test_a_tote_that_somebody_else_picks_into_is_named_and_not_opened(home: Entrance) -> None:
    home.order("1", "picking")
    home.tote("T1", "picking", "1")

    outcome = home.scan("TOTE-T1")

    assert (outcome.refused, outcome.opens) == ("PickedElsewhere", None)
    hero = home.bench.view().hero
    assert isinstance(hero, ProblemHero)
    assert hero.detail == say("It holds order {number}", number="1")


def test_a_cart_opens_a_walk(home: Entrance) -> None:
    home.add(Cart(id=b"\x08" * 16, name="Cart 08"), Code(value="CART", kind="cart", subject=b"\x08" * 16))

    assert opened(home.scan("CART")) == ("pick", False, True)


@pytest.mark.parametrize(("state", "goes_on"), [("picked", False), ("packing", True)])
def test_an_order_opens_packing(state: str, goes_on: bool, home: Entrance) -> None:
    home.order("1")
    home.recorded(TASK, PackOpened(order_id("1"), b"\x01" * 16, 1, (), ()))
    home.add(Parcel(id=b"\x01" * 15 + b"\x02", order_id=order_id("1")))
    with home.write() as session:
        session.execute(_set_state(order_id("1"), state))

    assert opened(home.scan("ORDER-1")) == ("pack", goes_on, not goes_on)


def _set_state(order: bytes, state: str) -> Any:
    return update(OrderBrief).where(OrderBrief.order_id == order).values(state=state)


def test_what_opens_nothing_is_said_for_what_it_is(home: Entrance) -> None:
    home.add(Parcel(id=b"\x09" * 16, order_id=order_id("1"), tracking="PB77"))

    assert home.scan("PB77").refused == "ParcelKnown"
    assert home.scan("nobody knows this").refused == "NotATask"


# ---- EMPTY ----------------------------------------------------------------------------------------------------------


def test_empty_and_a_tote_set_it_free(home: Entrance) -> None:
    home.order("1", "shipped")
    home.tote("T1", "packing", "1")

    assert home.scan(_card("EMPTY")).accepted
    assert home.bench.view().kind == "home.empty"
    outcome = home.scan("TOTE-T1")

    assert outcome.facts == (ToteEmptied(tote_id("T1"), order_id("1")),)
    assert home.bench.view().kind == "home"
    assert home.read(queries.totes_in, "free")[0].name == "T1"


def test_a_tote_that_was_free_already_records_nothing(home: Entrance) -> None:
    home.tote("T1")
    home.scan(_card("EMPTY"))

    outcome = home.scan("TOTE-T1")

    assert (outcome.facts, outcome.accepted, home.bench.view().kind) == ((), True, "home")


def test_home_takes_empty_back(home: Entrance) -> None:
    home.scan(_card("EMPTY"))

    home.scan(_card("HOME"))

    assert home.bench.view().kind == "home"


def test_another_command_does_nothing_here(home: Entrance) -> None:
    assert home.scan(_card("SHORT")).refused == "NotATask"
    assert home.scan(_card("UNDO")).refused == "NothingToUndo"


def _card(word: str) -> str:
    return command_code(word)


# ---- the screen -----------------------------------------------------------------------------------------------------


def test_the_tiles_count_what_waits(home: Entrance) -> None:
    # given work of each kind
    for number, state in enumerate(("dropped", "packing", "parked", "picking", "free")):
        home.tote(f"T{number}", state)
    home.work("1", "ready")
    home.work("2")
    home.work("3", started=True)
    home.work("4", "done")

    # then the tiles tell how much of each
    assert home.read(queries.waiting) == queries.Waiting(pick=2, pack=2, parked=1, started=1)
    [tiles] = home.bench.view().context
    assert isinstance(tiles, Tiles)
    assert [tile.number for tile in tiles.tiles] == [2, 2, 1, 1]


def test_the_most_urgent_tote_comes_first(home: Entrance) -> None:
    for name, priority in (("T1", 80), ("T2", 10), ("T3", 50)):
        home.order(name, priority=priority)
        home.tote(name, "dropped", name)

    assert [tote.name for tote in home.read(queries.totes_in, "dropped")] == ["T2", "T3", "T1"]


def test_nothing_waiting_is_said_in_words(home: Entrance) -> None:
    hero = home.bench.view().hero

    assert isinstance(hero, Hero)
    assert hero.imperative == say("Nothing is waiting")


def test_a_task_is_found_by_whole_ids_only(home: Entrance) -> None:
    home.recorded(TASK, ToteBound(tote_id("T1"), b"\x02" * 16, order_id("1")))

    assert home.read(queries.task_of, tote_id("T1"), "ToteBound") == TASK
    assert home.read(queries.task_of, tote_id("T1"), "PackOpened") is None
    assert home.read(queries.task_of, tote_id("T2"), "ToteBound") is None
    assert home.read(queries.task_of, ELSEWHERE, "ToteBound") is None
