"""Devices: how each of them is, when it was last heard of, what to do; and a test for every one.

LIST → the page of one thing by its choice card, and back with DONE. Nothing here is a fact: a test moves no stock.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from app.equipment import DeviceCall
from app.errors import Problem, Refused
from app.events import (
    BinRead,
    BoxTypeRead,
    CartRead,
    ChoiceRead,
    CommandRead,
    GradeRead,
    ItemRead,
    OrderRead,
    ParcelRead,
    QuantityRead,
    Read,
    ReasonRead,
    ReceiptRead,
    ReturnRead,
    StationRead,
    ToteRead,
    UnknownRead,
)
from app.facts import Fact
from app.floor.workflows import devices_screen as screen
from app.floor.workflows.devices_state import TEST_CODE, DevicesState, ReadBack
from app.text import NOTHING, say, verbatim
from app.view import Sound, View
from app.work.queries import describe
from app.workflow import Card, Desk, Next, Workflow, on

MOST_READS = 3


class Step(Enum):
    """Which page is open."""

    LIST = "list"
    SCANNER = "scanner"
    SCALE = "scale"
    PRINTER = "printer"
    SOUND = "sound"
    SCREEN = "screen"
    CODES = "codes"
    BACKLOG = "backlog"


_PAGES = tuple(step for step in Step if step is not Step.LIST)


class Devices(Workflow[DevicesState]):
    """See the module's docstring."""

    kind = "devices"
    card = Card("DEVICES", "stethoscope", say("Devices"), order=90)

    def initial(self, task_id: bytes, desk: Desk) -> DevicesState:
        return DevicesState()

    def evolve(self, state: DevicesState, fact: Fact) -> DevicesState:
        return state

    def step(self, state: DevicesState) -> Step:
        return Step(state.open or "list")

    # ---- the list ---------------------------------------------------------------------------------------------------

    @on(Step.LIST, to=_PAGES)
    def opened(self, state: DevicesState, event: ChoiceRead, desk: Desk) -> Next:
        """Opens the page of the n-th row."""
        rows = screen.shown(state.page, desk)
        if not 1 <= event.choice <= len(rows):
            raise Refused(self.unexpected(state, event, desk))
        row = rows[event.choice - 1]
        return Next(state=DevicesState(row.page, row.name, back=state.page), echo=row.title)

    @on(*Step, to=(Step.LIST,))
    def command_scanned(self, state: DevicesState, event: CommandRead, desk: Desk) -> Next:
        match event.word:
            case "DONE" | "DEVICES":
                return Next(state=DevicesState(page=state.back), echo=say("All devices"))
            case "SKIP" if (pages := screen.pages(self.step(state).value, desk)) > 1:
                page = (state.page + 1) % pages
                return Next(state=replace(state, page=page), echo=say("Page {n}", n=page + 1))
            case "CHANGE" if state.open == "screen":
                return Next(calls=(DeviceCall("screen", "motion"),), echo=say("Motion was changed"))
        raise Refused(self.unexpected(state, event, desk))

    # ---- tests ------------------------------------------------------------------------------------------------------

    @on(Step.SCANNER)
    def read_back(
        self,
        state: DevicesState,
        event: BinRead
        | BoxTypeRead
        | CartRead
        | GradeRead
        | ItemRead
        | OrderRead
        | ParcelRead
        | QuantityRead
        | ReasonRead
        | ReceiptRead
        | ReturnRead
        | StationRead
        | ToteRead
        | UnknownRead,
        desk: Desk,
    ) -> Next:
        """Whatever is scanned is told back, and by which scanner; nothing is done with it."""
        what, _ = desk.read(describe, event)
        meaning = NOTHING if event.text == TEST_CODE else what
        time = event.at.astimezone().strftime("%H:%M:%S")
        read = ReadBack(event.text, event.device or "?", time, meaning)
        reads = (read, *state.reads)[:MOST_READS]
        words = say("Read by {device}", device=event.device or "?")
        if event.text == TEST_CODE:
            words = say("Right: read by {device}", device=event.device or "?")
        return Next(state=replace(state, reads=reads), echo=words, sound=Sound.STEP)

    @on(Step.SCANNER, Step.PRINTER, Step.SOUND, Step.SCREEN)
    def test_chosen(self, state: DevicesState, event: ChoiceRead, desk: Desk) -> Next:
        """The n-th test of the open page."""
        n = event.choice
        match state.open:
            case "scanner" if n == 1:
                return Next(calls=(DeviceCall(state.name, "test_beep"),), echo=say("It was told to beep"))
            case "printer" if n == 1:
                return Next(calls=(DeviceCall(state.name, "test_print"),), echo=say("A test page is on its way"))
            case "sound" if 1 <= n <= len(screen.EARCONS):
                sound, words = screen.EARCONS[n - 1]
                return Next(sound=sound, echo=words)
            case "screen" if n in (1, 2):
                act = ("much_" if state.coarse else "") + ("wider" if n == 1 else "narrower")
                return Next(calls=(DeviceCall("screen", act),), echo=say("Lay the card on it again"))
            case "screen" if n == 3:
                return Next(state=replace(state, coarse=not state.coarse), echo=say("Other steps"))
        raise Refused(self.unexpected(state, event, desk))

    # ---- what is said -----------------------------------------------------------------------------------------------

    def unexpected(self, state: DevicesState, event: Read, desk: Desk) -> Problem:
        what, detail = desk.read(describe, event)
        if isinstance(event, ChoiceRead):
            what, detail = say("There is no choice {n} here", n=event.choice), NOTHING
        if isinstance(event, UnknownRead):
            detail = verbatim(event.text)
        act = say("Scan DONE for all devices") if state.open else say("Scan the card of a choice, or HOME")
        return Problem(name="NotHere", what=what, detail=detail, do=(act,), unchanged=say("Nothing was changed."))

    def view(self, state: DevicesState, desk: Desk) -> View:
        return screen.view(self.step(state).value, state, desk)
