"""The base of every scan-driven task: an event goes in, a whole screen comes out.

A workflow is pure Python: no Qt, no SQL, no clock of its own. Its handlers say which facts a scan records and what
central is asked; its state is *folded from the facts of the task*: `state = fold(evolve, facts, initial)`. Therefore

* pulling the plug loses nothing: `resume` folds again and stands at the same line;
* UNDO works at any depth: the last group of facts is voided and the rest is folded;
* a refused scan changes nothing, because only facts change anything.

    class Count(Workflow[State]):
        '''Scan a bin, count what lies in it, DONE.'''
        @on(Step.BIN, to=(Step.ITEM,))
        def bin_scanned(self, state, event: BinRead, desk) -> Next: ...

The base reads the event type from the annotation and builds the table `{(step, event type): handler}` when the class is
made; two handlers for one cell are an error. `Bench` (below) runs one workflow and holds the rules that are the same
everywhere: double reads, refusals that stay until they are seen and resolved, UNDO and CLEAR.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from functools import reduce
from typing import Any, ClassVar, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from app import events
from app.approval import Approvals, Gate, gate_view, heard, is_waiting, opened, unasked
from app.approval import approval as approval  # where workflows look for it
from app.clock import Clock
from app.equipment import DeviceCall, DeviceState
from app.errors import NeedsApproval, Problem, Refused
from app.facts import Fact
from app.text import NOTHING, Text, say, verbatim
from app.view import Echo, ProblemHero, Sound, Tone, View

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")
ONE_READ_NS = 80_000_000
"""An identical code within 80 ms is one read, whatever is expected."""
DOUBLE_READ_NS = 400_000_000
"""Within 400 ms it is ignored unless it is an item of which the line needs a further unit."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact of this task as it was recorded: its id and the number of the event that recorded it."""

    fact_id: bytes
    group: int
    fact: Fact


@dataclass(frozen=True, slots=True)
class Station:
    """This station, as every workflow may know it."""

    station_id: bytes
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Operator:
    """Who is signed in."""

    person_id: bytes
    name: str
    role: str
    language: str


@dataclass(frozen=True, slots=True)
class Card:
    """How a task is begun from the home screen: the word of its command card, its tile, and for whom it is.

    `waiting(session)` counts what waits for it (None: nothing to count). `roles` empty: for everybody.
    """

    word: str
    icon: str
    title: Text
    waiting: Callable[[Any], int | None] | None = None
    roles: frozenset[str] = frozenset()
    order: int = 50


class Desk(Protocol):
    """What a workflow may ask. It can read the mirror and the clock and can write nothing."""

    @property
    def station(self) -> Station: ...
    @property
    def operator(self) -> Operator | None: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def scale_grams(self) -> int | None:
        """The last reading of the scale for the screen, None without a scale."""

    @property
    def scale_stable(self) -> bool: ...
    def read(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs one of the stage's queries on the mirror: `desk.read(queries.tour_plan, tour_id)`."""

    @property
    def workflows(self) -> Sequence[Workflow[Any]]:
        """Every task of the house; the home screen asks each of them what it is begun by."""

    @property
    def devices(self) -> Sequence[DeviceState]: ...
    @property
    def approvals(self) -> Approvals: ...
    def new_id(self) -> bytes: ...
    def has(self, kind: str) -> bool:
        """Whether a device of this kind (scale, label_printer, paper_printer) is configured here."""


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked of central. `waits`: scans are kept in order until it is answered (or times out)."""

    kind: str
    body: dict[str, Any] = field(default_factory=dict)
    request_id: bytes = b""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """Go on in another workflow; `event` is handed to it (the scan that opened it)."""

    workflow: str
    task_id: bytes
    event: object | None = None


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """Work that was begun at this station and left in the middle: `opening` goes on with it where it was left.

    `title` is what it is about ("Pack order 10482"), `second` how to find it; `code` is the scan that goes on with it
    as well, "" when only the list does. `since` is when it was begun.
    """

    opening: Opening
    icon: str
    title: Text
    since: datetime
    second: Text = NOTHING
    code: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """What a handler decides: facts to record, what to tell, what to ask, where to go on.

    `state` replaces the folded state only for what is no fact (a note that was read, an offer that is shown).
    """

    facts: tuple[Fact, ...] = ()
    echo: Text = NOTHING
    sound: Sound = Sound.ACCEPTED
    ask: tuple[Request, ...] = ()
    opens: Opening | None = None
    ends: bool = False
    state: object | None = None
    flash: bool = False
    tone: Tone = Tone.OK
    calls: tuple[DeviceCall, ...] = ()


Handler = Callable[[Any, Any, Any, Desk], Next]


def on(*steps: Enum, to: Sequence[Enum] = ()) -> Callable[[Handler], Handler]:
    """Marks a handler for these steps; `to` are the steps it may lead to besides staying (checked at run time)."""

    def mark(handler: Handler) -> Handler:
        marks = [*getattr(handler, "_on", []), (steps, tuple(to))]
        handler._on = marks  # type: ignore[attr-defined]  # a function object carries its mark
        return handler

    return mark


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the transition table."""

    name: str
    handler: Handler
    to: tuple[Enum, ...]


class Workflow(Generic[S]):
    """Base class; see the module's docstring. One instance serves many tasks: it holds no state."""

    kind: ClassVar[str] = ""
    follows: ClassVar[frozenset[str]] = frozenset()
    """Tables of the mirror whose change by others this task must see at once; empty: all of them."""
    steps: ClassVar[type[Enum]]
    """What the operator must do next: the enum that the handlers are marked with."""
    table: ClassVar[dict[tuple[Enum, type], Cell]] = {}
    card: ClassVar[Card | None] = None
    """Its tile and command card on the home screen; None for a task that only a scan or another task begins."""

    def greets(self, event: events.Read, desk: Desk) -> Opening | None:
        """Whether this scan on the home screen begins this task, and how; Refused when it would but may not now.

        The home screen asks every workflow in the order of `card.order` (without a card last) and takes the first
        answer. A command card (`card.word`) begins a new task by itself unless this says otherwise.
        """
        return None

    def waiting(self, desk: Desk) -> int | None:
        """The number on its tile: how much waits for this task, None when there is nothing to count."""
        return desk.read(self.card.waiting) if self.card is not None and self.card.waiting is not None else None

    def left_open(self, desk: Desk) -> tuple[LeftOpen, ...]:
        """Its tasks that were begun at this station and are not over, the oldest first."""
        return ()

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.table = {}
        for _, member in inspect.getmembers(cls, inspect.isfunction):
            for steps, to in getattr(member, "_on", ()):
                for event_type in _event_types(member):
                    for step in steps:
                        if (step, event_type) in cls.table:
                            other = cls.table[step, event_type].name
                            raise TypeError(
                                f"{cls.__name__}: {step} × {event_type.__name__} in {other} and {member.__name__}"
                            )
                        cls.table[step, event_type] = Cell(member.__name__, member, to)
        if cls.table:
            cls.steps = type(next(iter(cls.table))[0])

    # -- what each workflow says --------------------------------------------------------------------------------------

    def initial(self, task_id: bytes, desk: Desk) -> S:
        """The state before any fact of this task, with the plan read from the mirror."""
        raise NotImplementedError  # abstract: each workflow has its own

    def evolve(self, state: S, fact: Fact) -> S:
        """The state after one more fact; pure, and must ignore facts it does not know."""
        raise NotImplementedError  # abstract: each workflow has its own

    def step(self, state: S) -> Enum:
        """What the operator must do next."""
        raise NotImplementedError  # abstract: each workflow has its own

    def view(self, state: S, desk: Desk) -> View:
        """The whole screen, without echo, sound and problem: those are the bench's."""
        raise NotImplementedError  # abstract: each workflow has its own

    def marked(self, whole: View, problem: Problem, state: S, desk: Desk) -> View:
        """The screen beside a refusal, where a panel marks what was scanned by mistake (a wrong bin on the map)."""
        return whole

    def refreshed(self, state: S, desk: Desk) -> S:
        """The state with its plan read again, after central changed rows of this task."""
        return state

    def unexpected(self, state: S, event: events.Read, desk: Desk) -> Problem:
        """What a scan was that this step does not want, and what is wanted now. Stages say more than this."""
        wanted = self.view(state, desk).hero
        act = wanted.imperative if not isinstance(wanted, ProblemHero) else wanted.what
        what, detail = desk.read(_describe(), event)
        return Problem(
            name="Unexpected", what=what, detail=detail, why=NOTHING, do=(act,), unchanged=say("Nothing was changed.")
        )

    def trayed(self, state: S, event: events.Read, tray: events.StationRead) -> tuple[Fact, ...]:
        """What is recorded when the refused thing that `event` read was put into the rework tray."""
        return ()

    def undone(self, state: S) -> Text:
        """The words after UNDO."""
        return say("Undone: the last scan was taken back")

    def carried(self, before: S, after: S) -> S:
        """What an UNDO keeps of the state before it: only what is no fact (words that are being typed)."""
        return after

    def is_over(self, state: S) -> bool:
        """Whether nothing of this task is left after an undo of its first scan: the bench goes home then."""
        return False


_describer: list[Callable[..., tuple[Text, Text]]] = []


def describe_with(query: Callable[..., tuple[Text, Text]]) -> None:
    """Registers the query that says what a read is in words; called once by the room that knows all codes."""
    _describer[:] = [query]


def _describe() -> Callable[..., tuple[Text, Text]]:
    return _describer[0] if _describer else lambda _session, event: (say("Not expected here"), verbatim(event.text))


def _event_types(handler: Handler) -> tuple[type, ...]:
    hint = typing.get_type_hints(handler)["event"]
    return typing.get_args(hint) or (hint,)


def _same_code(one: events.Read, other: events.Read) -> bool:
    return one.text == other.text and one.device == other.device


@dataclass(frozen=True, slots=True)
class Shown:
    """A refusal on the screen: since when it can be seen and heard, and how many scans wait behind it.

    `event` is the read that was refused first: what lies in the hand. When the question is what a code means, it
    holds the meanings.
    """

    problem: Problem
    seen_ns: int | None = None
    queued: int = 0
    event: events.Read | None = None

    @property
    def choices(self) -> tuple[events.Read, ...]:
        """The meanings that this question offers, none for any other refusal."""
        return self.event.meanings if isinstance(self.event, events.AmbiguousRead) else ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one event led to. `accepted` is None for events that are no scan; `ignored` marks a double read.

    `tone` names the beep for the hand: accepted, step, order, wrong, attention or "" for silence.
    """

    facts: tuple[Fact, ...] = ()
    voids: tuple[bytes, ...] = ()
    ask: tuple[Request, ...] = ()
    opens: Opening | None = None
    ends: bool = False
    accepted: bool | None = None
    ignored: bool = False
    refused: str = ""
    sound: Sound = Sound.NONE
    echo: Echo | None = None
    flash: bool = False
    handler: str = ""
    calls: tuple[DeviceCall, ...] = ()
    apart: tuple[Fact, ...] = ()
    """Facts that are recorded with this but belong to no task: no UNDO meets them (a PIN that was typed)."""


class Bench(Generic[S]):
    """Runs one task of one workflow: double reads, refusals, UNDO, CLEAR; the same rules for all.

    `handle` never writes; it returns an `Outcome` that the runner makes durable, and only then calls `commit`
    with the ids under which the facts were recorded. So a crash between leaves the state as it was.
    """

    def __init__(self, workflow: Workflow[S], task_id: bytes, desk: Desk, recorded: Sequence[Recorded] = ()) -> None:
        self.workflow = workflow
        self.task_id = task_id
        self.desk = desk
        self.recorded = list(recorded)
        self.shown: Shown | None = None
        self.gate: Gate | None = None
        self.echo: Echo | None = None
        self.ignored = 0
        self._last: events.Read | None = None
        self._counted: events.Read | None = None
        self.state: S = self._fold(self.recorded)
        self._pending: S = self.state

    def _fold(self, recorded: Sequence[Recorded]) -> S:
        return reduce(self.workflow.evolve, (r.fact for r in recorded), self.workflow.initial(self.task_id, self.desk))

    # -- one event ----------------------------------------------------------------------------------------------------

    def handle(self, event: object) -> Outcome:
        """What this event leads to. The state is not changed until `commit`."""
        self._pending = self.state
        if isinstance(event, events.Refreshed):
            self._pending = self.workflow.refreshed(self.state, self.desk)
            return Outcome()
        if not isinstance(event, events.Read):
            return self._happened(event)
        if isinstance(event, events.AmbiguousRead):
            event = self._only_expected(event)
        double = self._is_double(event)
        self._last = event
        if double:
            return self._ignore(event)
        self._counted = event
        return self._read(event) if self.gate is None else self._at_gate(self.gate, event)

    def _happened(self, event: object) -> Outcome:
        """An event that is no read: expected by this step, or nothing to it. It may be refused as well (a weight)."""
        cell = self.workflow.table.get((self.workflow.step(self.state), type(event)))
        if cell is None:
            return Outcome()
        try:
            return self._decide(cell, event)
        except Refused as refusal:
            return self._refuse(refusal.problem, event)
        except NeedsApproval as needed:  # nothing is held that could be handed in again
            return self._refuse(unasked(needed), event)

    def is_double(self, event: events.Read) -> bool:
        """Whether this read is the one before, read twice."""
        return self._is_double(event)

    def note(self, event: events.Read) -> None:
        """Remembers a read that counted although no task saw it (a badge, HELP, OUT)."""
        self._last = self._counted = event

    def _is_double(self, event: events.Read) -> bool:
        last, counted = self._last, self._counted
        if event.touched or last is None or not _same_code(last, event):
            return False
        if (event.mono_ns, event.number) == (last.mono_ns, last.number):
            return False  # the very scan that opened this task, handed on to it
        if event.mono_ns - last.mono_ns < ONE_READ_NS:
            return True
        # From the last read that counted, not from one that was ignored: who keeps trying is heard in the end.
        if counted is None or not _same_code(counted, event) or event.mono_ns - counted.mono_ns >= DOUBLE_READ_NS:
            return False
        return not (isinstance(event, events.ItemRead) and self._would_take(event))

    def _would_take(self, event: events.Read) -> bool:
        cell = self.workflow.table.get((self.workflow.step(self.state), type(event)))
        if cell is None:
            return False
        try:
            cell.handler(self.workflow, self.state, event, self.desk)
        except (Refused, NeedsApproval):
            return False
        return True

    def _ignore(self, event: events.Read) -> Outcome:
        self.ignored += 1
        echo = self._echo(Tone.NORMAL, say("Read twice, counted once"), event)
        return Outcome(ignored=True, accepted=None, echo=echo)

    def _read(self, event: events.Read) -> Outcome:
        if isinstance(event, events.CommandRead) and event.word == "CLEAR":
            return self._clear(event)
        if self.shown and self.shown.problem.tray and self._seen(event):
            return self._at_tray(event)
        try:
            outcome = self._act(event)
        except Refused as refusal:
            same = self.shown is not None and self.shown.problem is refusal.problem and bool(self.shown.choices)
            return self._refuse(refusal.problem, event, self.shown.event if self.shown and same else None)
        except NeedsApproval as needed:
            return self._open_gate(event, needed)
        if self._seen(event):
            self.shown = None
        else:
            self._queue()
        return outcome

    def _act(self, event: events.Read) -> Outcome:
        """What this read does at this step; Refused when it may not."""
        if isinstance(event, events.ChoiceRead) and self.shown and self.shown.choices and self._seen(event):
            event = self._chosen(event, self.shown)
        if isinstance(event, events.AmbiguousRead):
            raise Refused(_ambiguous(event, self.desk))
        if isinstance(event, events.CommandRead) and event.word == "UNDO":
            return self._undo(event)
        cell = self.workflow.table.get((self.workflow.step(self.state), type(event)))
        if cell is None:
            raise Refused(self.workflow.unexpected(self.state, event, self.desk))
        return self._decide(cell, event)

    def _chosen(self, event: events.ChoiceRead, shown: Shown) -> events.Read:
        """The meaning that a choice card picked; a card without an offer gets the same question again."""
        if not 1 <= event.choice <= len(shown.choices):
            raise Refused(shown.problem)
        chosen = shown.choices[event.choice - 1]
        return replace(chosen, at=event.at, mono_ns=event.mono_ns, device=event.device, number=event.number)

    def _only_expected(self, event: events.AmbiguousRead) -> events.Read:
        """The one meaning that this step expects; the question itself when none or several are expected."""
        step = self.workflow.step(self.state)
        wanted = [m for m in event.meanings if (step, type(m)) in self.workflow.table]
        return wanted[0] if len(wanted) == 1 else event

    def _seen(self, event: object) -> bool:
        """Whether this happened after the refusal on the screen was shown and sounded."""
        if self.shown is None:
            return True
        return self.shown.seen_ns is not None and getattr(event, "mono_ns", self.shown.seen_ns + 1) > self.shown.seen_ns

    def _queue(self) -> None:
        """Counts a scan that was taken before the refusal on the screen was seen: it was no answer to it."""
        assert self.shown is not None
        self.shown = replace(self.shown, queued=self.shown.queued + 1)

    def _decide(self, cell: Cell, event: object) -> Outcome:
        before = self.workflow.step(self.state)
        following = cell.handler(self.workflow, self.state, event, self.desk)
        state = reduce(self.workflow.evolve, following.facts, self.state)
        if following.state is not None:
            state = typing.cast(S, following.state)
        after = self.workflow.step(state)
        if after is not before and after not in cell.to and not (following.ends or following.opens):
            raise AssertionError(
                f"{type(self.workflow).__name__}.{cell.name} leads from {before} to {after}, not declared"
            )
        self._pending = state
        is_read = isinstance(event, events.Read)
        echo = self._echo(following.tone, following.echo, event) if following.echo else None
        return Outcome(
            facts=following.facts,
            ask=following.ask,
            opens=following.opens,
            ends=following.ends,
            accepted=True if is_read else None,
            sound=following.sound,
            echo=echo,
            flash=following.flash,
            handler=cell.name,
            calls=following.calls,
        )

    # -- the gate -----------------------------------------------------------------------------------------------------

    def _open_gate(self, event: events.Read, needed: NeedsApproval) -> Outcome:
        """Holds the read and asks for badge and PIN; one that could not see the refusal on the screen is not heard."""
        if not self._seen(event):
            self._queue()
            echo = self._echo(Tone.WARN, say("Not heard: scanned before the message was seen"), event)
            return Outcome(accepted=False, refused="NotSeen", sound=Sound.ATTENTION, echo=echo)
        operator = self.desk.operator
        self.gate = opened(event, needed, operator.person_id if operator else b"", self.desk.approvals)
        echo = self._echo(Tone.WARN, say("This waits for a PIN"), event)
        return Outcome(accepted=True, sound=Sound.ATTENTION, echo=echo, handler="approval")

    def _at_gate(self, gate: Gate, event: events.Read) -> Outcome:
        """A badge, a key or CLEAR; anything else is refused. With the right PIN the held read is handed in again."""
        said = heard(gate, event, self.desk.approvals)
        self.gate = said.gate
        checked = said.checked
        if checked is None or not checked.accepted:
            return Outcome(
                accepted=not said.refused,
                refused=said.refused,
                sound=said.sound,
                echo=self._echo(said.tone, said.words, event) if said.words else None,
                handler="approval",
                apart=checked.facts if checked else (),
            )
        approver = gate.who.person_id if gate.who else b""
        outcome = self._read(replace(gate.event, approved_by=approver, approved_for=gate.right))
        apart, seal = checked.facts, (checked.approval,) if checked.approval and outcome.accepted else ()
        if self.gate is not None:  # it needs another right as well: nothing was done yet
            return replace(outcome, apart=apart)
        if outcome.facts or outcome.voids:
            return replace(outcome, facts=(*seal, *outcome.facts), apart=apart)
        return replace(outcome, apart=(*apart, *seal))

    @property
    def is_waiting(self) -> bool:
        """Whether the screen counts down and is to be shown again each second."""
        return self.gate is not None and is_waiting(self.gate, self.desk.approvals)

    # -- rules that are the same everywhere ---------------------------------------------------------------------------

    def _undo(self, event: events.CommandRead) -> Outcome:
        group = self.recorded[-1].group if self.recorded else 0
        last = [r for r in self.recorded if r.group == group]
        if not last or not all(r.fact.voidable for r in last):
            raise Refused(
                Problem(
                    name="NothingToUndo",
                    what=say("There is nothing to take back"),
                    detail=say("A bought label or a closed box is not undone by UNDO."),
                    do=(say("Go on with the next scan"),),
                    unchanged=say("Nothing was changed."),
                )
            )
        self._pending = self.workflow.carried(self.state, self._fold([r for r in self.recorded if r.group != group]))
        ends = self.workflow.is_over(self._pending)
        words = self.workflow.undone(self._pending)
        return Outcome(
            voids=tuple(r.fact_id for r in last),
            accepted=True,
            sound=Sound.ACCEPTED,
            echo=self._echo(Tone.OK, words, event),
            ends=ends,
            handler="undo",
        )

    def _clear(self, event: events.CommandRead) -> Outcome:
        if not self._seen(event):
            self._queue()
            echo = self._echo(Tone.WARN, say("Not cleared: scanned before the message was seen"), event)
            return Outcome(accepted=True, sound=Sound.ATTENTION, echo=echo, handler="clear")
        words = say("Cleared") if self.shown else say("There was nothing to clear")
        self.shown = None
        return Outcome(accepted=True, sound=Sound.ACCEPTED, echo=self._echo(Tone.OK, words, event), handler="clear")

    def _at_tray(self, event: events.Read) -> Outcome:
        assert self.shown is not None
        in_hand = self.shown.event
        if isinstance(event, events.StationRead) and event.tray:
            self.shown = None
            facts = self.workflow.trayed(self.state, in_hand, event) if in_hand else ()
            self._pending = reduce(self.workflow.evolve, facts, self.state)
            echo = self._echo(Tone.OK, say("In the rework tray. Go on."), event)
            return Outcome(facts=facts, accepted=True, sound=Sound.ACCEPTED, echo=echo, handler="tray")
        return self._refuse(self.shown.problem, event, in_hand)

    def _refuse(self, problem: Problem, event: object, in_hand: events.Read | None = None) -> Outcome:
        """Shows a refusal, unless an older one was not seen yet: that one stays, and a scan is counted behind it."""
        self._pending = self.state
        read = event if isinstance(event, events.Read) else None
        if self._seen(event):
            self.shown = Shown(problem, event=in_hand or read)
        elif read:
            self._queue()
        return Outcome(
            accepted=False if read else None,
            refused=problem.name,
            sound=Sound.WRONG if read else Sound.ATTENTION,
            echo=self._echo(Tone.ERROR, problem.what, event),
        )

    def _echo(self, tone: Tone, words: Text, event: object) -> Echo:
        badge = isinstance(event, events.BadgeRead)  # whose code is for nobody to read off a screen
        code = event.text if isinstance(event, events.Read) and not badge else ""
        at = getattr(event, "at", None) or self.desk.clock.now()
        return Echo(tone=tone, words=words, code=code, time=at.astimezone().strftime("%H:%M:%S"))

    # -- after it is durable ------------------------------------------------------------------------------------------

    def commit(self, outcome: Outcome, recorded: Sequence[Recorded]) -> None:
        """Makes the outcome of the last `handle` the state; `recorded` are its facts as they were stored.

        After an UNDO the plan is read again, for the rows behind it are what they were before the voided facts.
        """
        gone = set(outcome.voids)
        self.recorded = [r for r in self.recorded if r.fact_id not in gone] + list(recorded)
        self.state = self.workflow.carried(self.state, self._fold(self.recorded)) if gone else self._pending
        if outcome.echo is not None:
            self.echo = outcome.echo

    def follow(self, before: Bench[Any]) -> None:
        """Takes over what is about the hand and not about the task: the last read and its echo."""
        self._last, self._counted = before._last, before._counted
        self.echo, self.ignored = before.echo, before.ignored

    def memo(self) -> tuple[object, ...]:
        """What `handle` and `commit` change before anything is durable; for `restore` when the transaction fails."""
        return self.shown, self.gate, self.echo, self.ignored, self._last, self._counted, self.state, self.recorded

    def restore(self, memo: tuple[Any, ...]) -> None:
        """Puts back what a failed transaction left half done."""
        self.shown, self.gate, self.echo, self.ignored, self._last, self._counted, self.state, self.recorded = memo

    def seen(self, mono_ns: int) -> None:
        """The screen shows (and has sounded) what it was last given."""
        if self.gate is None and self.shown and self.shown.seen_ns is None:
            self.shown = replace(self.shown, seen_ns=mono_ns)

    def view(self, outcome: Outcome | None = None) -> View:
        """The whole screen now."""
        whole = self.workflow.view(self.state, self.desk)
        sound = outcome.sound if outcome else Sound.NONE
        if self.gate is not None:
            return replace(gate_view(self.gate, whole, self.desk.approvals), echo=self.echo, sound=sound)
        whole = replace(whole, echo=self.echo, sound=sound, flash=bool(outcome and outcome.flash))
        if self.shown is None:
            return whole
        p = self.shown.problem
        whole = self.workflow.marked(whole, p, self.state, self.desk)
        hero = ProblemHero(p.what, p.detail, p.why, p.do, p.unchanged, p.picture, self.shown.queued, p.name)
        return replace(whole, hero=hero)


def _ambiguous(event: events.AmbiguousRead, desk: Desk) -> Problem:
    offers = []
    for number, meaning in enumerate(event.meanings, 1):
        what, detail = desk.read(_describe(), meaning)
        offers.append(say("Scan choice card {n}: {what} {detail}", n=number, what=what, detail=detail))
    return Problem(
        name="Ambiguous",
        what=say("This code has two meanings here"),
        detail=say("{code}", code=event.text),
        do=tuple(offers[:2]),
        unchanged=say("Nothing was changed."),
    )
