"""Home: scan the thing and the task opens. No menu is needed; tiles only tell what waits."""

from __future__ import annotations

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
from app.text import NOTHING, Text, count, say, verbatim
from app.view import Action, CountDatum, Hero, Tile, Tiles, View, Wanted
from app.work.facts import ToteEmptied
from app.work.queries import code_of, describe, order_card, tote_card, tote_to_pick
from app.workflow import Desk, Next, Opening, Workflow, on


class Step(Enum):
    ANYTHING = "anything"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class HomeState:
    """Whether EMPTY was scanned and the next tote is to be set free."""

    emptying: bool = False


class Home(Workflow[HomeState]):
    """A tote or cart opens picking or packing by its state; an order opens packing; EMPTY and a tote free the tote."""

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
        return Next(opens=Opening("pick", desk.new_id(), event))

    @on(Step.ANYTHING)
    def order_scanned(self, state: HomeState, event: OrderRead, desk: Desk) -> Next:
        if (begun := _begin(event, desk)) is not None:
            return begun
        task = desk.read(queries.task_of, event.order_id, "PackOpened")
        return _open("pack", task if _still_packing(event.order_id, desk) else None, event, desk)

    @on(Step.ANYTHING)
    def thing_scanned(self, state: HomeState, event: BinRead | ItemRead | ReceiptRead | ReturnRead, desk: Desk) -> Next:
        if (begun := _begin(event, desk)) is not None:
            return begun
        raise Refused(self.unexpected(state, event, desk))

    @on(Step.ANYTHING)
    def label_scanned(self, state: HomeState, event: ParcelRead, desk: Desk) -> Next:
        if (begun := _begin(event, desk)) is not None:
            return begun
        raise Refused(
            Problem(
                name="ParcelKnown",
                what=say("That is the label of a parcel"),
                detail=verbatim(event.text),
                do=(say("Scan a tote to pick or pack"),),
                unchanged=say("Nothing was changed."),
            )
        )

    @on(Step.ANYTHING, Step.EMPTY, to=(Step.EMPTY, Step.ANYTHING))
    def command_scanned(self, state: HomeState, event: CommandRead, desk: Desk) -> Next:
        if event.word == "EMPTY":
            return Next(state=replace(state, emptying=True), echo=say("Now scan the tote that is empty"))
        if event.word == "HOME":
            return Next(state=HomeState(), echo=say("This is the home screen"))
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
        do = say("Scan the tote that is empty") if state.emptying else say("Scan a tote or a cart")
        return Problem(name="NotATask", what=what, detail=detail, do=(do,), unchanged=say("Nothing was changed."))

    def view(self, state: HomeState, desk: Desk) -> View:
        waits = desk.read(queries.waiting)
        if state.emptying:
            hero = Hero(
                imperative=say("Scan the empty tote"), icon="package-open", second=say("It is set free for a new order")
            )
        else:
            hero = _hero(waits, desk)
        return View(
            kind="home.empty" if state.emptying else "home",
            hero=hero,
            context=(Tiles(_tiles(waits), say("Waiting now")),),
            actions=(
                Action("EMPTY", "package-open", say("Empty"), say("free a tote")),
                Action("OUT", "log-out", say("Sign out"), say("leave station")),
                Action("HELP", "circle-help", say("Help"), say("command codes")),
            ),
            wanted=_wanted(desk),
        )


def _begin(event: Read, desk: Desk) -> Next | None:
    """What the first workflow that this scan begins does with it, None when it begins none."""
    for workflow in sorted(desk.workflows, key=lambda w: w.card.order if w.card else 99):
        opening = workflow.greets(event, desk)
        if opening is None and isinstance(event, CommandRead) and workflow.card and workflow.card.word == event.word:
            opening = Opening(workflow.kind, desk.new_id())
        if opening is not None:
            return Next(opens=opening)
    return None


def _open(workflow: str, task: bytes | None, event: Read, desk: Desk) -> Next:
    """Opens a task, or the one that was left in the middle: then the scan has done its work by opening it."""
    if task is not None:
        return Next(opens=Opening(workflow, task, None), echo=say("Here you left off"))
    return Next(opens=Opening(workflow, desk.new_id(), event))


def _still_packing(order_id: bytes, desk: Desk) -> bool:
    card = desk.read(order_card, order_id)
    return card is not None and card.state == "packing"


def _elsewhere(name: str, order_id: bytes | None, desk: Desk) -> Problem:
    card = desk.read(order_card, order_id) if order_id else None
    return Problem(
        name="PickedElsewhere",
        what=say("Tote {name} is being picked at another station", name=name),
        detail=say("It holds order {number}", number=card.number) if card else NOTHING,
        do=(say("Take another tote"), say("Or scan EMPTY and then this tote, if it is empty")),
        unchanged=say("Nothing was changed."),
    )


def _hero(waits: queries.Waiting, desk: Desk) -> Hero:
    if waits.pack:
        words: Text = count(waits.pack, "tote to pack", "totes to pack")
        return Hero(imperative=say("Scan a tote"), datum=CountDatum(str(waits.pack), words), second=_second(waits))
    if waits.pick:
        words = count(waits.pick, "order to pick", "orders to pick")
        return Hero(
            imperative=say("Scan a free tote or a cart"),
            datum=CountDatum(str(waits.pick), words),
            second=_second(waits),
        )
    return Hero(
        imperative=say("Nothing is waiting"), icon="circle-check", second=say("New orders appear here by themselves")
    )


def _second(waits: queries.Waiting) -> Text:
    if waits.pack and waits.pick:
        return say("A tote with goods opens packing, a free one picking")
    return say("The task opens by itself")


def _tiles(waits: queries.Waiting) -> tuple[Tile, ...]:
    return (
        Tile("shopping-cart", say("Pick"), waits.pick, second=count(waits.pick, "order", "orders")),
        Tile("package", say("Pack"), waits.pack, second=count(waits.pack, "tote", "totes")),
        Tile("circle-pause", say("Parked"), waits.parked, second=count(waits.parked, "tote", "totes")),
        Tile("footprints", say("Being picked"), waits.started, second=count(waits.started, "order", "orders")),
    )


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
