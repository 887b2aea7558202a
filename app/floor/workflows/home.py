"""Home: scan the thing and the task opens. No menu is needed; tiles tell what waits, and a tap on one begins it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from app.errors import Problem, Refused
from app.events import (
    BinRead,
    CartRead,
    CommandRead,
    ItemRead,
    OrderRead,
    ParcelRead,
    Read,
    ReceiptRead,
    ReturnRead,
    ToteRead,
)
from app.facts import Fact
from app.floor import queries
from app.floor.workflows.home_next import Task, hero_of, tasks_of
from app.text import NOTHING, say
from app.view import Action, Hero, Tile, Tiles, View, Wanted
from app.work.facts import ToteEmptied
from app.work.queries import code_of, describe, order_card, tote_card, tote_to_pick
from app.workflow import Desk, Next, Opening, Workflow, on

A_PAGE = 8
"""Tiles that stand on one screen: 60 × 30 mm each, on the smallest screen there is."""


class Step(Enum):
    ANYTHING = "anything"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class HomeState:
    """Whether EMPTY was scanned and the next tote is to be set free; which page of tiles is shown."""

    emptying: bool = False
    page: int = 0


class Home(Workflow[HomeState]):
    """A tote or cart opens picking or packing by its state; what else is scanned begins the task that greets it."""

    kind = "home"

    def initial(self, task_id: bytes, desk: Desk) -> HomeState:
        return HomeState()

    def evolve(self, state: HomeState, fact: Fact) -> HomeState:
        return HomeState() if isinstance(fact, ToteEmptied) else state

    def step(self, state: HomeState) -> Step:
        return Step.EMPTY if state.emptying else Step.ANYTHING

    @on(Step.ANYTHING)
    def tote_scanned(self, state: HomeState, event: ToteRead, desk: Desk) -> Next:
        if (begun := _begin(event, desk)) is not None:
            return begun
        tote = desk.read(tote_card, event.tote_id)
        if tote.state in ("dropped", "packing", "parked"):
            task = None
            if tote.state == "packing":
                task = desk.read(queries.task_of, tote.id, "PackOpened")
            return _open("pack", task, event, desk)
        if tote.state == "picking":
            task = desk.read(queries.task_of, tote.id, "TourStarted", "ToteBound")
            if task is None:
                raise Refused(_elsewhere(tote.name, tote.order_id, desk))
            return _open("pick", task, event, desk)
        return Next(opens=Opening("pick", desk.new_id(), event))

    @on(Step.ANYTHING)
    def cart_scanned(self, state: HomeState, event: CartRead, desk: Desk) -> Next:
        return _begin(event, desk) or Next(opens=Opening("pick", desk.new_id(), event))

    @on(Step.ANYTHING)
    def order_scanned(self, state: HomeState, event: OrderRead, desk: Desk) -> Next:
        if (begun := _begin(event, desk)) is not None:
            return begun
        return _open("pack", _pack_task(event.order_id, desk), event, desk)

    @on(Step.ANYTHING)
    def thing_scanned(
        self, state: HomeState, event: BinRead | ItemRead | ReceiptRead | ReturnRead | ParcelRead, desk: Desk
    ) -> Next:
        if (begun := _begin(event, desk)) is not None:
            return begun
        raise Refused(self.unexpected(state, event, desk))

    @on(Step.ANYTHING, Step.EMPTY, to=(Step.EMPTY, Step.ANYTHING))
    def command_scanned(self, state: HomeState, event: CommandRead, desk: Desk) -> Next:
        if event.word == "EMPTY":
            return Next(state=replace(state, emptying=True), echo=say("Now scan the tote that is empty"))
        if event.word == "HOME":
            return Next(state=HomeState(), echo=say("This is the home screen"))
        if event.word == "SKIP" and (pages := _pages(desk)) > 1:
            return Next(state=HomeState(page=(state.page + 1) % pages), echo=say("More tasks"))
        if (begun := _begin(event, desk)) is not None:
            return begun
        raise Refused(self.unexpected(state, event, desk))

    @on(Step.EMPTY, to=(Step.ANYTHING,))
    def tote_emptied(self, state: HomeState, event: ToteRead, desk: Desk) -> Next:
        tote = desk.read(tote_card, event.tote_id)
        if tote.state == "free":
            return Next(state=HomeState(), echo=say("Tote {name} was free already", name=tote.name))
        return Next(
            facts=(ToteEmptied(tote.id, tote.order_id or b""),), echo=say("Tote {name} is free", name=tote.name)
        )

    def unexpected(self, state: HomeState, event: Read, desk: Desk) -> Problem:
        what, detail = desk.read(describe, event)
        do = say("Scan the tote that is empty") if state.emptying else say("Scan a tote, an order, an item or a bin")
        return Problem(name="NotATask", what=what, detail=detail, do=(do,), unchanged=say("Nothing was changed."))

    def view(self, state: HomeState, desk: Desk) -> View:
        tasks = tasks_of(desk)
        pages = _paged(tasks)
        shown = pages[state.page % len(pages)]
        if state.emptying:
            hero = Hero(
                imperative=say("Scan the empty tote"), icon="package-open", second=say("It is set free for a new order")
            )
        else:
            hero = hero_of(tasks, desk)
        return View(
            kind="home.empty" if state.emptying else "home",
            hero=hero,
            object=(Tiles(tuple(_tile(task) for task in shown)),) if shown else (),
            actions=_actions(len(pages)),
            more=tuple(Action(t.card.word, t.card.icon, t.card.title) for t in tasks if t not in shown),
            wanted=_wanted(desk),
        )


def _actions(pages: int) -> tuple[Action, ...]:
    turn = (Action("SKIP", "layout-grid", say("More"), say("other tasks")),) if pages > 1 else ()
    return (
        *turn,
        Action("EMPTY", "package-open", say("Empty"), say("free a tote")),
        Action("OUT", "log-out", say("Sign out"), say("leave station")),
        Action("HELP", "circle-help", say("Help"), say("command codes")),
    )


# ---- beginning ------------------------------------------------------------------------------------------------------


def _begin(event: Read, desk: Desk) -> Next | None:
    """What the first workflow that this scan begins does with it, None when it begins none."""
    for workflow in sorted(desk.workflows, key=lambda w: w.card.order if w.card else 99):
        opening = workflow.greets(event, desk)
        if opening is None and isinstance(event, CommandRead) and workflow.card and workflow.card.word == event.word:
            opening = Opening(workflow.kind, desk.new_id())
        if opening is not None and opening.event is None and workflow.card is not None:
            return Next(opens=opening, echo=workflow.card.title)  # nobody else will say what this scan was
        if opening is not None:
            return Next(opens=opening)
    return None


def _open(workflow: str, task: bytes | None, event: Read, desk: Desk) -> Next:
    """Opens a task, or the one that was left in the middle: then the scan has done its work by opening it."""
    if task is not None:
        return Next(opens=Opening(workflow, task, None), echo=say("Here you left off"))
    return Next(opens=Opening(workflow, desk.new_id(), event))


def _pack_task(order_id: bytes, desk: Desk) -> bytes | None:
    """The task at this bench that packs this order and is not over: a box that was recalled begins a new one."""
    card = desk.read(order_card, order_id)
    if card is None or card.state != "packing":
        return None
    task = desk.read(queries.task_of, order_id, "PackOpened")
    return task if task == desk.read(queries.task_of, order_id, "PackOpened", "OrderRecalled") else None


def _elsewhere(name: str, order_id: bytes | None, desk: Desk) -> Problem:
    card = desk.read(order_card, order_id) if order_id else None
    return Problem(
        name="PickedElsewhere",
        what=say("Tote {name} is being picked at another station", name=name),
        detail=say("It holds order {number}", number=card.number) if card else NOTHING,
        do=(say("Take another tote"), say("Or scan EMPTY and then this tote, if it is empty")),
        unchanged=say("Nothing was changed."),
    )


# ---- tiles ----------------------------------------------------------------------------------------------------------


def _pages(desk: Desk) -> int:
    return max(1, -(-sum(1 for w in desk.workflows if w.card) // A_PAGE))


def _paged(tasks: Sequence[Task]) -> Sequence[Sequence[Task]]:
    return [tasks[i : i + A_PAGE] for i in range(0, len(tasks), A_PAGE)] or [()]


def _tile(task: Task) -> Tile:
    return Tile(task.card.icon, task.card.title, task.waiting, task.card.word)


def _wanted(desk: Desk) -> tuple[Wanted, ...]:
    """What could be scanned next: first what is to be packed, then a free tote to pick into."""
    waiting = tuple(
        Wanted(
            "tote",
            say("Tote {name}, order {number}", name=t.name, number=t.order_number),
            desk.read(code_of, t.id, "tote"),
        )
        for t in desk.read(queries.totes_in, "dropped", "packing", limit=4)
    )
    return (*waiting, *desk.read(tote_to_pick))
