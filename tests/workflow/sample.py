"""A small task for the rules of the bench: prove a bin, take two soaps and a mug, say DONE. No database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, TypeVar

from app import events
from app.clock import FakeClock
from app.equipment import DeviceState
from app.errors import Problem, Refused
from app.facts import Fact
from app.ids import BinId, SkuId, StationId, stable_id
from app.picking.facts import BinProved, ItemProved
from app.text import Text, count, say
from app.view import Hero, Sound, View
from app.work.facts import SignedIn
from app.workflow import Bench, Desk, Next, Operator, Outcome, Recorded, Station, Workflow, on
from tests.approving import Leads

P = ParamSpec("P")
R = TypeVar("R")
SHELF, OTHER_SHELF = BinId(stable_id("bin", "SHELF")), BinId(stable_id("bin", "OTHER"))
SOAP, MUG, VASE, GLUE = (SkuId(stable_id("sku", name)) for name in ("SOAP", "MUG", "VASE", "GLUE"))
WANTED: Mapping[bytes, int] = MappingProxyType({SOAP: 2, MUG: 1})
SAMPLE_STATION = Station(stable_id("station", "PICK01"), "PICK01", "Pick 01")


class Step(Enum):
    BIN = "bin"
    ITEM = "item"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Taken:
    """The bin that was proven, what was taken, and a note that is no fact."""

    place: bytes = b""
    units: Mapping[bytes, int] = field(default_factory=dict)
    note: str = ""
    sealed: bool = False

    @property
    def open(self) -> int:
        return sum(WANTED.values()) - sum(self.units.values())


class Sample(Workflow[Taken]):
    """Scan the bin, then its items, then DONE."""

    kind = "sample"

    def initial(self, task_id: bytes, desk: Desk) -> Taken:
        return Taken()

    def evolve(self, state: Taken, fact: Fact) -> Taken:
        match fact:
            case BinProved():
                return replace(state, place=fact.place_id)
            case ItemProved():
                units = {**state.units, fact.sku_id: state.units.get(fact.sku_id, 0) + fact.units}
                return replace(state, units={sku: n for sku, n in units.items() if n})
            case SignedIn():
                return replace(state, sealed=True)
        return state

    def step(self, state: Taken) -> Step:
        if not state.place or state.note == "astray":
            return Step.BIN
        return Step.ITEM if state.open > 0 else Step.FULL

    def is_over(self, state: Taken) -> bool:
        return not state.place

    @on(Step.BIN, to=(Step.ITEM,))
    def bin_scanned(self, state: Taken, event: events.BinRead, desk: Desk) -> Next:
        if event.bin_id != SHELF:
            raise Refused(problem("WrongBin"))
        return Next(facts=(BinProved(event.bin_id),), echo=say("The shelf"), sound=Sound.STEP)

    @on(Step.ITEM, Step.FULL, to=(Step.FULL,))
    def item_scanned(self, state: Taken, event: events.ItemRead, desk: Desk) -> Next:
        if event.sku_id not in WANTED:
            raise Refused(problem("WrongItem", tray=event.sku_id == GLUE))
        if state.units.get(event.sku_id, 0) + event.units > WANTED[event.sku_id]:
            raise Refused(problem("TooMany"))
        return Next(facts=(ItemProved(event.sku_id, state.place, "", event.units),), echo=say("Taken"))

    @on(Step.ITEM, Step.FULL)
    def command_scanned(self, state: Taken, event: events.CommandRead, desk: Desk) -> Next:
        if event.word == "SKIP":  # a mistake of the workflow's author, for the test that finds it
            return Next(state=replace(state, note="astray"))
        if event.word == "HOLD":
            return Next(state=replace(state, note="held"), echo=say("Noted"))
        if event.word == "DONE" and not state.open:
            return Next(facts=(ItemProved(MUG, state.place, "seal", 0), SignedIn(b"\x01" * 16)), sound=Sound.ORDER)
        raise Refused(self.unexpected(state, event, desk))

    @on(Step.ITEM, Step.FULL)
    def load_settled(self, state: Taken, event: events.LoadSettled, desk: Desk) -> Next:
        if event.grams > 1000:
            raise Refused(problem("TooHeavy"))
        return Next(echo=count(event.grams, "{n} gram", "{n} grams"), sound=Sound.NONE)

    def trayed(self, state: Taken, event: events.Read, tray: events.StationRead) -> tuple[Fact, ...]:
        return (BinProved(state.place),)

    def view(self, state: Taken, desk: Desk) -> View:
        step = self.step(state)
        return View(kind=f"sample.{step.value}", hero=Hero(imperative=say(f"Scan the {step.value}")))


def problem(name: str, *, tray: bool = False) -> Problem:
    return Problem(name=name, what=say(name), unchanged=say("Nothing was changed."), tray=tray)


def describe(_session: object, event: events.Read) -> tuple[Text, Text]:
    """What a read is, in place of the query that needs a mirror."""
    return say("That is {kind}", kind=type(event).__name__), Text("")


@dataclass
class SampleDesk:
    """A desk without a database; no query of the sample needs one."""

    clock: FakeClock = field(default_factory=FakeClock)
    station: Station = SAMPLE_STATION
    operator: Operator | None = None
    scale_grams: int | None = None
    scale_stable: bool = False
    workflows: Sequence[Workflow[Any]] = ()
    devices: Sequence[DeviceState] = ()
    approvals: Leads = field(default_factory=Leads)

    def read(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return query(None, *args, **kwargs)

    def new_id(self) -> bytes:
        return b"\x02" * 16

    def has(self, kind: str) -> bool:
        return False


class Floor:
    """Somebody with a gun before a bench: what is recorded is kept as the station would."""

    def __init__(self) -> None:
        self.desk = SampleDesk()
        self.bench: Bench[Taken] = Bench(Sample(), b"\x03" * 16, self.desk)
        self.kept: list[Recorded] = []
        self.pulls = 0
        self.groups = 0

    # -- the gun ------------------------------------------------------------------------------------------------------

    def read(self, kind: type[events.Read], after: float = 1.0, device: str = "gun", **what: Any) -> events.Read:
        """One trigger pull, `after` seconds after the last."""
        self.desk.clock.advance(after)
        self.pulls += 1
        text = what.pop("text", repr((kind.__name__, sorted(what.items()))))
        clock = self.desk.clock
        return kind(text=text, at=clock.now(), mono_ns=clock.mono_ns(), device=device, number=self.pulls, **what)

    def bin(self, place: bytes = SHELF, **more: Any) -> Outcome:
        return self.send(self.read(events.BinRead, bin_id=place, **more))

    def item(self, sku: bytes, **more: Any) -> Outcome:
        return self.send(self.read(events.ItemRead, sku_id=sku, **more))

    def card(self, word: str, **more: Any) -> Outcome:
        return self.send(self.read(events.CommandRead, word=word, **more))

    def choice(self, number: int, **more: Any) -> Outcome:
        return self.send(self.read(events.ChoiceRead, choice=number, **more))

    def tray(self, **more: Any) -> Outcome:
        station = StationId(SAMPLE_STATION.station_id)
        return self.send(self.read(events.StationRead, station_id=station, tray=True, **more))

    def ambiguous(self, *meanings: events.Read, **more: Any) -> Outcome:
        return self.send(self.read(events.AmbiguousRead, meanings=meanings, text="4711", **more))

    def meaning(self, kind: type[events.Read], **what: Any) -> events.Read:
        return kind(text="4711", at=self.desk.clock.now(), mono_ns=0, **what)

    # -- the station --------------------------------------------------------------------------------------------------

    def send(self, event: object) -> Outcome:
        """Handles an event, keeps its facts, commits: as the station does for each."""
        outcome = self.bench.handle(event)
        self.groups += 1
        recorded = [Recorded(bytes(12) + (len(self.kept) + n).to_bytes(4), self.groups, fact) for n, fact in
                    enumerate(outcome.facts)]  # fmt: skip
        self.kept = [r for r in self.kept if r.fact_id not in outcome.voids] + recorded
        self.bench.commit(outcome, recorded)
        return outcome

    def look(self) -> None:
        """The screen was seen and heard, a moment after what it shows."""
        self.desk.clock.advance(0.001)
        self.bench.seen(self.desk.clock.mono_ns())

    def restart(self) -> None:
        """The plug was pulled: only what was kept is there again."""
        self.bench = Bench(Sample(), b"\x03" * 16, self.desk, self.kept)

    @property
    def shown(self) -> str:
        """The name of the refusal on the screen, "" for none."""
        return self.bench.shown.problem.name if self.bench.shown else ""

    @property
    def queued(self) -> int:
        return self.bench.shown.queued if self.bench.shown else 0
