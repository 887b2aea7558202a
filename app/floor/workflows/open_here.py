"""Open here: the work that was begun at this station and left, each gone on with by its choice or by its own scan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from app.errors import Problem, Refused
from app.events import (
    BinRead,
    CartRead,
    ChoiceRead,
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
from app.text import NOTHING, Text, count, moment, say
from app.view import Action, Header, Hero, Listing, ListingRow, View, Wanted
from app.work.queries import describe
from app.workflow import Card, Desk, LeftOpen, Next, Opening, Workflow, on

A_PAGE = 6
"""Rows of two lines that stand on the smallest screen, in two columns."""
EVERYBODY = frozenset(("picker", "packer", "receiver", "lead", "office"))


class Step(Enum):
    LIST = "list"


@dataclass(frozen=True, slots=True)
class OpenState:
    """Which page of the list is shown."""

    page: int = 0


class OpenHere(Workflow[OpenState]):
    """OPEN lists what was left with HOME; a choice, or the scan of the thing itself, goes on with it."""

    kind = "open"
    card = Card("OPEN", "history", say("Open here"), None, EVERYBODY, 29)

    def waiting(self, desk: Desk) -> int | None:
        return len(everything_open(desk))

    def initial(self, task_id: bytes, desk: Desk) -> OpenState:
        return OpenState()

    def evolve(self, state: OpenState, fact: Fact) -> OpenState:
        return state

    def step(self, state: OpenState) -> Step:
        return Step.LIST

    @on(Step.LIST)
    def command_scanned(self, state: OpenState, event: CommandRead, desk: Desk) -> Next:
        if event.word == "OPEN":
            return Next(state=OpenState(), echo=say("This is what is open here"))
        if event.word == "SKIP" and (pages := _pages(everything_open(desk))) > 1:
            page = (state.page + 1) % pages
            return Next(state=replace(state, page=page), echo=say("Page {n}", n=page + 1))
        raise Refused(self.unexpected(state, event, desk))

    @on(Step.LIST)
    def chosen(self, state: OpenState, event: ChoiceRead, desk: Desk) -> Next:
        """Goes on with the n-th row of this page, where it was left."""
        shown = _shown(state, everything_open(desk))
        if not 1 <= event.choice <= len(shown):
            raise Refused(self.unexpected(state, event, desk))
        return Next(opens=shown[event.choice - 1].opening, echo=say("Here you left off"))

    @on(Step.LIST)
    def thing_scanned(
        self,
        state: OpenState,
        event: ToteRead | CartRead | OrderRead | ParcelRead | ReceiptRead | ReturnRead | BinRead | ItemRead,
        desk: Desk,
    ) -> Next:
        """What is scanned begins or goes on with its task, as on the home screen."""
        return Next(opens=Opening("home", b"", event), ends=True)

    def unexpected(self, state: OpenState, event: Read, desk: Desk) -> Problem:
        what, detail = desk.read(describe, event)
        return Problem(
            name="NotHere", what=what, detail=detail, do=(_act(everything_open(desk)),),
            unchanged=say("Nothing was changed."),
        )  # fmt: skip

    def view(self, state: OpenState, desk: Desk) -> View:
        every = everything_open(desk)
        shown = _shown(state, every)
        now = desk.clock.now()
        rows = tuple(
            ListingRow(one.icon, one.title, one.second, moment(one.since, now), command=f"OPT{n}")
            for n, one in enumerate(shown, 1)
        )
        first, pages = (state.page % _pages(every)) * A_PAGE, _pages(every)
        right = say("{a} to {b} of {n}", a=first + 1, b=first + len(shown), n=len(every)) if pages > 1 else NOTHING
        turn = (Action("SKIP", "list", say("More"), say("next rows")),) if pages > 1 else ()
        second = say("Or its tote, its order, its label") if every else say("What is left with HOME stands here")
        return View(
            kind="open",
            header=Header(task=say("Open here")),
            hero=Hero(imperative=_act(every), icon="history" if every else "circle-check", second=second),
            object=(Listing(_title(every), rows, right, say("All that was begun here is done")),),
            actions=(
                *turn,
                Action("HOME", "house", say("Home"), say("other task")),
                Action("HELP", "circle-help", say("Help"), say("command codes")),
            ),
            wanted=tuple(Wanted("order", one.title, one.code) for one in shown if one.code),
        )


def everything_open(desk: Desk) -> tuple[LeftOpen, ...]:
    """All that was begun at this station and is not over, the oldest first."""
    found = [one for workflow in desk.workflows for one in workflow.left_open(desk)]
    return tuple(sorted(found, key=lambda one: one.since))


def _act(every: tuple[LeftOpen, ...]) -> Text:
    return say("Scan the card of a choice") if every else say("Nothing is open here")


def _title(every: tuple[LeftOpen, ...]) -> Text:
    return count(len(every), "{n} task is open here", "{n} tasks are open here") if every else say("Open here")


def _pages(every: tuple[LeftOpen, ...]) -> int:
    return -(-len(every) // A_PAGE) or 1


def _shown(state: OpenState, every: tuple[LeftOpen, ...]) -> tuple[LeftOpen, ...]:
    page = state.page % _pages(every)
    return every[page * A_PAGE : (page + 1) * A_PAGE]
