"""Why is it stuck: the orders that stand still, each with one cause, who can clear it, and one act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from app.errors import Problem, Refused
from app.events import (
    Answered,
    AskFailed,
    ChoiceRead,
    CommandRead,
    OrderRead,
    ParcelRead,
    Read,
    ToteRead,
)
from app.facts import Fact
from app.floor import queries
from app.floor.rules import LEADERS, standing
from app.ids import OrderId
from app.text import NOTHING, Text, count, say
from app.view import Action, Header, Hero, Listing, ListingRow, Sound, Tone, View
from app.work.queries import describe
from app.work.service.timeline import unpacked_words
from app.workflow import Card, Desk, Next, Opening, Request, Workflow, on

A_PAGE = 6
"""Rows with cause, person and act that stand on the smallest screen, in two columns."""
ASK = Request("stuck", {}, waits=True)


class Step(Enum):
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Still:
    """An order that stands still."""

    order_id: bytes
    number: str
    cause: Text
    who: Text
    act: Text


@dataclass(frozen=True, slots=True)
class StuckState:
    """`line`: asked, known (central made the list) or away (the mirror did). `unseen`: orders beyond the list."""

    line: str = "asked"
    orders: tuple[Still, ...] = ()
    unseen: int = 0
    page: int = 0


class WhyStuck(Workflow[StuckState]):
    """STUCK lists what does not move; a choice opens the order, where it is released, held or cancelled."""

    kind = "stuck"
    card = Card("STUCK", "circle-pause", say("Why stuck"), queries.stuck_here, LEADERS, 70)

    def greets(self, event: Read, desk: Desk) -> Opening | None:
        """Its own card, handed on: the list is asked for with it."""
        if isinstance(event, CommandRead) and event.word == "STUCK":
            return Opening(self.kind, desk.new_id(), event)
        return None

    def initial(self, task_id: bytes, desk: Desk) -> StuckState:
        return StuckState("away", _known_here(desk))

    def evolve(self, state: StuckState, fact: Fact) -> StuckState:
        return state

    def step(self, state: StuckState) -> Step:
        return Step.LIST

    @on(Step.LIST)
    def command_scanned(self, state: StuckState, event: CommandRead, desk: Desk) -> Next:
        if event.word == "STUCK":
            return Next(state=StuckState("asked"), echo=say("One moment: central is asked"), ask=(ASK,))
        if event.word == "SKIP" and (pages := _pages(state)) > 1:
            page = (state.page + 1) % pages
            return Next(state=replace(state, page=page), echo=say("Page {n}", n=page + 1))
        raise Refused(self.unexpected(state, event, desk))

    @on(Step.LIST)
    def chosen(self, state: StuckState, event: ChoiceRead, desk: Desk) -> Next:
        """Opens the n-th order of this page."""
        shown = _shown(state)
        if not 1 <= event.choice <= len(shown):
            raise Refused(self.unexpected(state, event, desk))
        order_id = OrderId(shown[event.choice - 1].order_id)
        read = OrderRead(
            text=event.text, at=event.at, mono_ns=event.mono_ns, device=event.device, number=event.number,
            touched=event.touched, order_id=order_id,
        )  # fmt: skip
        return Next(opens=Opening("look-up", desk.new_id(), read))

    @on(Step.LIST)
    def thing_scanned(self, state: StuckState, event: OrderRead | ToteRead | ParcelRead, desk: Desk) -> Next:
        """The order in the hand, whether it stands in the list or not."""
        return Next(opens=Opening("look-up", desk.new_id(), event))

    @on(Step.LIST)
    def answered(self, state: StuckState, event: Answered, desk: Desk) -> Next:
        if event.kind != "stuck" or "orders" not in event.body:
            return Next(state=state, sound=Sound.NONE)
        orders = tuple(_still(row) for row in event.body["orders"])
        return Next(state=StuckState("known", orders, int(event.body.get("unseen", 0))), sound=Sound.NONE)

    @on(Step.LIST)
    def not_answered(self, state: StuckState, event: AskFailed, desk: Desk) -> Next:
        return Next(state=StuckState("away", _known_here(desk)), sound=Sound.ATTENTION)

    def unexpected(self, state: StuckState, event: Read, desk: Desk) -> Problem:
        what, detail = desk.read(describe, event)
        act = say("Scan the card of a choice") if state.orders else say("Scan an order, or HOME")
        return Problem(name="NotHere", what=what, detail=detail, do=(act,), unchanged=say("Nothing was changed."))

    def view(self, state: StuckState, desk: Desk) -> View:
        shown = _shown(state)
        rows = tuple(_row(n, still) for n, still in enumerate(shown, 1))
        first = state.page * A_PAGE
        right = NOTHING
        if _pages(state) > 1:
            right = say("{a} to {b} of {n}", a=first + 1, b=first + len(shown), n=len(state.orders) + state.unseen)
        empty = say("One moment") if state.line == "asked" else say("Every order moves, or waits its turn")
        turn = (Action("SKIP", "list", say("More"), say("next orders")),) if _pages(state) > 1 else ()
        return View(
            kind="stuck",
            header=Header(task=say("Why stuck")),
            hero=_hero(state),
            object=(Listing(_title(state), rows, right, empty),),
            actions=(
                *turn,
                Action("STUCK", "refresh-cw", say("Again"), say("ask anew")),
                Action("HELP", "circle-help", say("Help"), say("command codes")),
            ),
        )


def _row(n: int, still: Still) -> ListingRow:
    """Cause, person and act of one order; its choice opens it."""
    second = say("{who}: {act}", who=still.who, act=still.act) if still.who else NOTHING
    return ListingRow("", say("{number}: {cause}", number=still.number, cause=still.cause), second, command=f"OPT{n}")


def _title(state: StuckState) -> Text:
    n = len(state.orders) + state.unseen
    return count(n, "{n} order stands still", "{n} orders stand still") if n else say("Orders that stand still")


def _hero(state: StuckState) -> Hero:
    if state.line == "asked":
        return Hero(imperative=say("One moment"), icon="clock", second=say("Central is asked why orders stand still"))
    n = len(state.orders) + state.unseen
    away = state.line == "away"
    second = say("A choice opens the order; there it is released or cancelled")
    if away:
        second = say("Central is away: here is what this station knows, without causes")
    if not n:
        words = say("Central is away: nothing is known to stand still") if away else say("Any order shows where it is")
        return Hero(imperative=say("Scan an order"), icon="circle-check", second=words)
    return Hero(
        imperative=say("Scan the card of a choice"),
        icon="circle-pause",
        second=second,
        tone=Tone.WARN if away else Tone.NORMAL,
    )


def _known_here(desk: Desk) -> tuple[Still, ...]:
    found = []
    for order in desk.read(queries.still_here):
        here = standing(order.state, parked=order.parked)
        found.append(Still(order.order_id, order.number, here.words, here.who, here.act))
    return tuple(found)


def _still(row: dict[str, Any]) -> Still:
    cause, who, act = (unpacked_words(row[name]) for name in ("cause", "who", "act"))
    return Still(bytes.fromhex(row["order_id"]), str(row["number"]), cause, who, act)


def _pages(state: StuckState) -> int:
    return -(-len(state.orders) // A_PAGE) or 1


def _shown(state: StuckState) -> tuple[Still, ...]:
    return state.orders[state.page * A_PAGE : (state.page + 1) * A_PAGE]
