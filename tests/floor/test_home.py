"""Home: scan the thing and the task opens, at the place where it was left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.barcodes import command_code
from app.events import BinRead, Read, ToteRead
from app.floor import queries
from app.floor.facts import OrderRecalled
from app.floor.workflows.home import Home
from app.models import Bin, BriefLine, Cart, Code, OrderBrief, Parcel, Sku, Tote
from app.packing.facts import PackOpened
from app.picking.facts import ToteBound
from app.text import Text, count, moment, say
from app.view import CountDatum, Hero, ProblemHero, Tiles
from app.work.facts import ToteEmptied
from app.workflow import Card, Desk, Opening, Outcome, Workflow
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
    assert home.scan("nobody knows this").refused == "NotATask"


@dataclass(frozen=True)
class Greeter(Workflow[None]):
    """A task with a card that says which scans begin it."""

    name: str
    meets: tuple[type, ...] = ()
    number: int | None = None
    for_roles: frozenset[str] = frozenset()
    place: int = 50

    @property
    def kind(self) -> str:  # type: ignore[override]
        return self.name.lower()

    @property
    def card(self) -> Card:  # type: ignore[override]
        return Card(self.name, "box", say(self.name), self.count, self.for_roles, self.place)

    def count(self, _session: Any) -> int | None:
        return self.number

    def greets(self, event: Read, desk: Desk) -> Opening | None:
        return Opening(self.kind, TASK, event) if isinstance(event, self.meets) else None


def test_a_scan_begins_the_first_task_that_greets_it(home: Entrance) -> None:
    home.add(Bin(id=b"\x0b" * 16, name="A-1", x_mm=0, y_mm=0), Code(value="BIN", kind="bin", subject=b"\x0b" * 16))
    home.workflows = (Greeter("LATE", (BinRead,), place=80), Greeter("EARLY", (BinRead, ToteRead), place=20))
    home.tote("T1", "received")

    assert [home.scan(code).opens.workflow for code in ("BIN", "TOTE-T1")] == ["early", "early"]  # type: ignore[union-attr]


def test_the_card_of_a_task_begins_it(home: Entrance) -> None:
    home.workflows = (Greeter("COUNT"), Greeter("MOVE"))

    outcome = home.scan(_card("MOVE"))

    assert outcome.opens is not None
    assert (outcome.opens.workflow, outcome.opens.event, len(outcome.opens.task_id)) == ("move", None, 16)


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


def tiles(entrance: Entrance) -> list[tuple[str, int | None]]:
    [grid] = entrance.view.object
    assert isinstance(grid, Tiles)
    return [(tile.command, tile.number) for tile in grid.tiles]


def test_every_task_with_a_card_has_a_tile_and_a_persons_own_come_first(home: Entrance) -> None:
    home.workflows = (
        Greeter("RECEIVE", number=3, for_roles=frozenset({"receiver"}), place=10),
        Greeter("COUNT", number=0, for_roles=frozenset({"receiver", "picker"}), place=30),
        Greeter("PICK", number=7, for_roles=frozenset({"picker"}), place=40),
        Greeter("LOOKUP", place=80),
    )

    home.sign_in("picker")
    assert tiles(home) == [("PICK", 7), ("COUNT", 0), ("RECEIVE", 3), ("LOOKUP", None)]
    home.sign_in("receiver")
    assert tiles(home) == [("RECEIVE", 3), ("COUNT", 0), ("PICK", 7), ("LOOKUP", None)]


def test_tasks_that_do_not_fit_stand_on_the_next_page_and_in_help(home: Entrance) -> None:
    home.workflows = tuple(Greeter(f"TASK{n:02d}", place=n) for n in range(10))

    first = home.view
    home.scan(_card("SKIP"))

    assert [command for command, _ in tiles(home)] == ["TASK08", "TASK09"]
    assert [action.command for action in first.more] == ["TASK08", "TASK09"]
    assert "SKIP" in {action.command for action in first.actions}
    home.scan(_card("SKIP"))
    assert tiles(home)[0] == ("TASK00", None)


@pytest.mark.parametrize(
    ("role", "imperative", "number"),
    [
        ("receiver", say("Scan a delivery"), "3"),
        ("picker", say("Scan a free tote or a cart"), "7"),
        ("packer", say("Scan a free tote or a cart"), "7"),  # no tote to pack: orders to pick before deliveries
        ("lead", say("Scan the STUCK card"), "2"),
    ],
)
def test_the_hero_names_what_begins_the_next_work_of_the_role(
    role: str, imperative: Text, number: str, home: Entrance
) -> None:
    home.workflows = (
        Greeter("RECEIVE", number=3, for_roles=frozenset({"receiver"}), place=10),
        Greeter("PICK", number=7, for_roles=frozenset({"picker"}), place=40),
        Greeter("PACK", number=0, for_roles=frozenset({"packer"}), place=50),
        Greeter("STUCK", number=2, for_roles=frozenset({"lead"}), place=60),
    )
    home.sign_in(role)

    hero = home.view.hero

    assert isinstance(hero, Hero)
    assert isinstance(hero.datum, CountDatum)
    assert (hero.imperative, hero.datum.value) == (imperative, number)


def test_a_packer_without_totes_is_led_to_one_that_can_leave_the_problem_shelf(home: Entrance) -> None:
    # given an order whose missing unit came, and one whose unit is nowhere
    home.add(Bin(id=b"\x0c" * 16, name="Problem shelf 1", type="problem", x_mm=0, y_mm=0))
    home.workflows = (Greeter("PICK", number=7), Greeter("PACK", number=0, for_roles=frozenset({"packer"})))
    home.sign_in("packer")
    for number, short in (("1", 0), ("2", 1)):
        home.order(number, "picked")
        home.tote(f"T{number}", "parked", number)
        home.add(
            Sku(id=order_id(number), sku=number, name=number),
            BriefLine(line_id=order_id(number), order_id=order_id(number), sku_id=order_id(number), quantity=2,
                      short=short, position=1),
        )  # fmt: skip
    with home.write() as session:
        session.execute(update(Tote).values(place_id=b"\x0c" * 16))

    hero = home.view.hero

    assert isinstance(hero, Hero)
    assert hero.imperative == say("Scan a tote from the problem shelf")
    assert hero.datum == CountDatum("1", count(1, "tote can go on", "totes can go on"))
    assert hero.second == say("Tote {name} on {shelf}, order {number}", name="T1", shelf="Problem shelf 1", number="1")


def test_the_next_cut_off_is_told_and_before_it_what_is_late(home: Entrance) -> None:
    now = home.clock.now()
    home.workflows = (Greeter("PACK", number=2),)
    for number, hours, state in (("1", 2, "picked"), ("2", 2, "released"), ("3", 5, "picked"), ("4", 1, "shipped")):
        home.add(
            OrderBrief(order_id=order_id(number), number=number, state=state, ship_by=now + timedelta(hours=hours))
        )

    due = home.view.hero.second  # type: ignore[union-attr]
    home.clock.advance(3 * 3600)
    late = home.view.hero.second  # type: ignore[union-attr]

    at = moment(now + timedelta(hours=2), now)
    assert due == count(2, "{n} order must leave by {at}", "{n} orders must leave by {at}", at=at)
    assert late == count(2, "{n} order is past its cut-off", "{n} orders are past their cut-off")


def test_a_box_that_was_recalled_is_packed_anew_and_not_where_its_task_ended(home: Entrance) -> None:
    home.order("1", "packing")
    home.recorded(TASK, PackOpened(order_id("1"), b"\x01" * 16, 1, (), ()))
    assert opened(home.scan("ORDER-1")) == ("pack", True, False)

    home.recorded(b"\x52" * 16, OrderRecalled(order_id("1"), b"\x01" * 16))

    assert opened(home.scan("ORDER-1")) == ("pack", False, True)


def test_the_tiles_of_picking_and_packing_count_what_waits(home: Entrance) -> None:
    # given work of each kind
    for number, state in enumerate(("dropped", "packing", "parked", "picking", "free")):
        home.tote(f"T{number}", state)
    home.work("1", "ready")
    home.work("2")
    home.work("3", started=True)
    home.work("4", "done")

    # then the tiles tell how much of each
    assert (home.read(queries.orders_to_pick), home.read(queries.totes_to_pack)) == (2, 2)


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
