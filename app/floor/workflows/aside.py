"""What central could not do by itself: a lead looks at it, has it tried once more, or puts it aside for good."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from app.approval import approval
from app.errors import Problem, Refused
from app.events import Answered, AskFailed, ChoiceRead, CommandRead, Read
from app.facts import Fact
from app.floor.rules import LEADERS
from app.text import NOTHING, Text, count, day_and_time, say, verbatim
from app.view import Action, Header, Hero, Listing, ListingRow, Sound, Tone, View
from app.work.queries import describe
from app.work.service.timeline import unpacked_words
from app.workflow import Card, Desk, Next, Opening, Request, Workflow, on

A_PAGE = 6
RIGHT = "aside"
ASK = Request("aside", {}, waits=True)
WHYS = {
    1: say("it never happened"), 2: say("it was put right by hand"), 3: say("it was recorded twice"),
    4: say("nobody can tell what it was"),
}  # fmt: skip
_NOTES = {
    "fork": say("A station has a twin or an old disk"),
    "central_lost": say("Central had lost records and got them again"),
    "central_moved": say("Central is another server than before"),
    "clock_jump": say("The clock of central was set"),
    "fact_twice": say("Two records have the same number"),
    "file_damaged": say("A station's file was damaged"),
}


class Step(Enum):
    LIST = "list"
    ONE = "one"
    WHY = "why"


@dataclass(frozen=True, slots=True)
class Item:
    """A fact that central set aside (`is_fact`), or something that it was told.

    `deed` is what a hand did, `done_at` when; `cause` why it waits, `advice` what to do, `support` what support asks.
    """

    id: str
    is_fact: bool
    kind: str
    station: str
    person: str
    scan: str
    support: str
    deed: Text = NOTHING
    cause: Text = NOTHING
    advice: Text = NOTHING
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AsideState:
    """`line`: asked, known (central made the list) or away. `open` is the item that is looked at."""

    line: str = "asked"
    items: tuple[Item, ...] = ()
    unseen: int = 0
    page: int = 0
    open: Item | None = None
    asking_why: bool = False


class SetAside(Workflow[AsideState]):
    """ASIDE lists what central could not do; a choice opens it, to be tried again or put aside for good."""

    kind = "aside"
    card = Card("ASIDE", "circle-alert", say("Set aside"), None, LEADERS, 75)

    def greets(self, event: Read, desk: Desk) -> Opening | None:
        """Its own card, handed on: the list is asked for with it."""
        if isinstance(event, CommandRead) and event.word == "ASIDE":
            return Opening(self.kind, desk.new_id(), event)
        return None

    def initial(self, task_id: bytes, desk: Desk) -> AsideState:
        return AsideState("away")

    def evolve(self, state: AsideState, fact: Fact) -> AsideState:
        return state

    def step(self, state: AsideState) -> Step:
        if state.open is None:
            return Step.LIST
        return Step.WHY if state.asking_why else Step.ONE

    @on(Step.LIST)
    def list_command(self, state: AsideState, event: CommandRead, desk: Desk) -> Next:
        if event.word == "ASIDE":
            return Next(state=AsideState("asked"), echo=say("One moment: central is asked"), ask=(ASK,))
        if event.word == "SKIP" and (pages := _pages(state)) > 1:
            page = (state.page + 1) % pages
            return Next(state=replace(state, page=page), echo=say("Page {n}", n=page + 1))
        raise Refused(self.unexpected(state, event, desk))

    @on(Step.LIST, to=(Step.ONE,))
    def chosen(self, state: AsideState, event: ChoiceRead, desk: Desk) -> Next:
        """Opens the n-th of this page."""
        shown = _shown(state)
        if not 1 <= event.choice <= len(shown):
            raise Refused(self.unexpected(state, event, desk))
        return Next(state=replace(state, open=shown[event.choice - 1]), echo=_title(shown[event.choice - 1]))

    @on(Step.ONE, to=(Step.LIST, Step.WHY))
    def one_command(self, state: AsideState, event: CommandRead, desk: Desk) -> Next:
        """RELEASE tries a record again, CANCEL asks why it is put aside; DONE says that somebody has looked."""
        item = _opened(state)
        match event.word:
            case "ASIDE":
                return Next(state=replace(state, open=None), echo=say("The list"))
            case "RELEASE" if item.is_fact:
                return self._act(state, event, "again", say("Try the record again"))
            case "CANCEL" if item.is_fact:
                return Next(state=replace(state, asking_why=True), echo=say("Why is it put aside?"))
            case "DONE" if not item.is_fact:
                return self._act(state, event, "seen", say("Note that it was looked at"))
        raise Refused(self.unexpected(state, event, desk))

    @on(Step.WHY)
    def why(self, state: AsideState, event: ChoiceRead, desk: Desk) -> Next:
        """The reason, and with it the act."""
        if event.choice not in WHYS:
            raise Refused(self.unexpected(state, event, desk))
        return self._act(state, event, "drop", say("Put the record aside for good"), str(WHYS[event.choice]))

    @on(Step.WHY, to=(Step.ONE,))
    def why_command(self, state: AsideState, event: CommandRead, desk: Desk) -> Next:
        """Back to the record."""
        if event.word == "ASIDE":
            return Next(state=replace(state, asking_why=False), echo=say("Nothing was put aside"))
        raise Refused(self.unexpected(state, event, desk))

    def _act(self, state: AsideState, event: Read, act: str, words: Text, why: str = "") -> Next:
        by = approval(event, RIGHT, words)
        body = {"id": _opened(state).id, "act": act, "why": why, "by": by.hex()}
        return Next(
            state=state, echo=say("One moment"), sound=Sound.NONE, ask=(Request("aside-act", body, waits=True),)
        )

    @on(Step.LIST, Step.ONE, Step.WHY, to=(Step.LIST,))
    def answered(self, state: AsideState, event: Answered, desk: Desk) -> Next:
        if event.kind not in ("aside", "aside-act") or "rows" not in event.body:
            return Next(state=state, sound=Sound.NONE)
        items = tuple(_item(row) for row in event.body["rows"])
        known = AsideState("known", items, int(event.body.get("unseen", 0)))
        if "refused" in event.body:
            return Next(state=known, echo=unpacked_words(event.body["refused"]), tone=Tone.WARN, sound=Sound.ATTENTION)
        if "done" in event.body:
            return Next(state=known, echo=unpacked_words(event.body["done"]))
        return Next(state=known, sound=Sound.NONE)

    @on(Step.LIST, Step.ONE, Step.WHY, to=(Step.ONE,))
    def not_answered(self, state: AsideState, event: AskFailed, desk: Desk) -> Next:
        return Next(state=replace(state, line="away", asking_why=False), sound=Sound.ATTENTION)

    def unexpected(self, state: AsideState, event: Read, desk: Desk) -> Problem:
        what, detail = desk.read(describe, event)
        act = say("Scan the card of a choice") if state.items else say("Scan HOME")
        return Problem(name="NotHere", what=what, detail=detail, do=(act,), unchanged=say("Nothing was changed."))

    def view(self, state: AsideState, desk: Desk) -> View:
        step = self.step(state)
        whole = {Step.LIST: _list_view, Step.ONE: _one_view, Step.WHY: _why_view}[step](state)
        kind = "aside" if step is Step.LIST else f"aside.{step.value}"
        return replace(whole, kind=kind, header=Header(task=say("Set aside")))


# ---- what is shown --------------------------------------------------------------------------------------------------

_HELP = Action("HELP", "circle-help", say("Help"), say("command codes"))


def _list_view(state: AsideState) -> View:
    shown, n = _shown(state), len(state.items) + state.unseen
    rows = tuple(
        ListingRow("", _title(item), _second(item), command=f"OPT{number}") for number, item in enumerate(shown, 1)
    )
    first, right = state.page * A_PAGE, NOTHING
    if _pages(state) > 1:
        right = say("{a} to {b} of {n}", a=first + 1, b=first + len(shown), n=n)
    title = count(n, "{n} thing waits for you", "{n} things wait for you") if n else say("What central set aside")
    empty = say("One moment") if state.line == "asked" else say("Central could do everything")
    turn = (Action("SKIP", "list", say("More"), say("next rows")),) if _pages(state) > 1 else ()
    again = Action("ASIDE", "refresh-cw", say("Again"), say("ask anew"))
    return View(
        kind="", header=Header(), hero=_hero(state), object=(Listing(title, rows, right, empty),),
        actions=(*turn, again, _HELP),
    )  # fmt: skip


def _hero(state: AsideState) -> Hero:
    if state.line == "asked":
        return Hero(imperative=say("One moment"), icon="clock", second=say("Central is asked what it could not do"))
    if state.line == "away":
        second = say("Central is away, and only central knows what it set aside")
        return Hero(imperative=say("Scan HOME"), icon="cloud-off", second=second, tone=Tone.WARN)
    if not state.items:
        return Hero(imperative=say("Scan HOME"), icon="circle-check", second=say("Nothing waits for you"))
    second = say("A choice opens it; no record is lost until you say so")
    return Hero(imperative=say("Scan the card of a choice"), icon="circle-alert", second=second)


def _one_view(state: AsideState) -> View:
    item = _opened(state)
    back = Action("ASIDE", "list", say("List"), say("back"))
    acts: tuple[Action, ...]
    if item.is_fact:
        hero = Hero(imperative=_title(item), icon="circle-alert", second=item.cause, tone=Tone.WARN)
        acts = (
            Action("RELEASE", "play", say("Try again"), say("once more")),
            Action("CANCEL", "ban", say("Put aside"), say("for good")),
        )
    else:
        hero = Hero(imperative=_title(item), icon="circle-alert", second=item.cause)
        acts = (Action("DONE", "check", say("Looked at"), say("not shown any more")),)
    rows = [ListingRow("", item.advice, _from(item))]
    if item.scan:
        rows.append(ListingRow("", say("Its scan was {code}", code=item.scan)))
    if item.support:
        rows.append(ListingRow("", say("For support: {words}", words=item.support)))
    detail = Listing(say("What to do"), tuple(rows))
    return View(kind="", header=Header(), hero=hero, object=(detail,), actions=(*acts, back, _HELP))


def _why_view(state: AsideState) -> View:
    rows = tuple(ListingRow("", say("{n}: {why}", n=n, why=why), command=f"OPT{n}") for n, why in WHYS.items())
    hero = Hero(imperative=say("Scan the card of a choice"), icon="ban", second=_title(_opened(state)), tone=Tone.WARN)
    return View(
        kind="", header=Header(), hero=hero, object=(Listing(say("Why is it put aside?"), rows),),
        actions=(Action("ASIDE", "undo-2", say("Back"), say("keep it")), _HELP),
    )  # fmt: skip


def _title(item: Item) -> Text:
    if not item.is_fact:
        words = _NOTES.get(item.kind, verbatim(item.kind))
        return say("{what}: {station}", what=words, station=item.station) if item.station else words
    return item.deed or verbatim(item.kind)  # an older central does not say what a hand did


def _second(item: Item) -> Text:
    """When, by whom and where, and why it waits."""
    return say("{origin}. {cause}", origin=_from(item), cause=item.cause) if item.is_fact else item.cause


def _from(item: Item) -> Text:
    when = day_and_time(item.done_at) if item.done_at else NOTHING
    if item.person:
        return say("{when}, by {person} at {station}", when=when, person=item.person, station=item.station or "?")
    return say("{when}, at {station}", when=when, station=item.station) if item.station else when


def _item(row: dict[str, Any]) -> Item:
    def words(name: str) -> Text:
        return unpacked_words(row[name]) if row.get(name) else NOTHING

    return Item(
        str(row["id"]), row["sort"] == "fact", str(row["kind"]), str(row["station"]), str(row["person"]),
        str(row["scan"]), str(row.get("support", "")), words("deed"), words("cause"), words("advice"),
        datetime.fromisoformat(row["done_at"]) if "done_at" in row else None,  # an older central names none
    )  # fmt: skip


def _opened(state: AsideState) -> Item:
    assert state.open is not None
    return state.open


def _pages(state: AsideState) -> int:
    return -(-len(state.items) // A_PAGE) or 1


def _shown(state: AsideState) -> tuple[Item, ...]:
    return state.items[state.page * A_PAGE : (state.page + 1) * A_PAGE]
