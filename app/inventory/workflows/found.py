"""Found: an item that lay about, and the bin it is put into; that bin is counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from app.errors import Problem, Refused
from app.events import BinRead, CommandRead, ItemRead, QuantityRead, Read
from app.facts import Fact
from app.inventory.facts import GOOD, CountNoted, Found
from app.inventory.queries import counting
from app.inventory.queries.directions import direction
from app.inventory.queries.ground import goods_of, shelf_of
from app.inventory.queries.places import Pile, rack_around
from app.inventory.rules.put_away import refusal
from app.inventory.workflows import screen, words
from app.inventory.workflows.put_away_view import WHY
from app.text import count, say, verbatim
from app.view import CodeDatum, Header, Hero, NameDatum, Note, Sound, StepMark, Tone, View
from app.work.queries import place, sku_card
from app.workflow import Card, Desk, Next, Workflow, on


class Step(Enum):
    """What must be done next."""

    ITEM = "item"
    BIN = "bin"


@dataclass(frozen=True, slots=True)
class FoundState:
    """What was found and is in the hand; `put` counts what has a bin again."""

    sku_id: bytes = b""
    lot: str = ""
    units: int = 0
    case: int = 1
    put: int = 0


class FindIt(Workflow[FoundState]):
    """FOUND, the item, the bin it is put into: nothing is booked, but the bin will be counted."""

    kind = "found"
    follows = frozenset(("bin", "sku", "count_task"))
    card = Card(
        "FOUND", "package-search", say("Found"), None, frozenset(("picker", "packer", "receiver", "lead", "office")), 57
    )  # fmt: skip

    def initial(self, task_id: bytes, desk: Desk) -> FoundState:
        return FoundState()

    def evolve(self, state: FoundState, fact: Fact) -> FoundState:
        match fact:
            case CountNoted():
                units = state.units + fact.units
                return replace(state, sku_id=fact.sku_id, lot=fact.lot, units=units, case=fact.case)
            case Found():
                return FoundState(put=state.put + fact.units)
        return state

    def step(self, state: FoundState) -> Step:
        return Step.BIN if state.units > 0 else Step.ITEM

    def is_over(self, state: FoundState) -> bool:
        return not state.units and not state.put

    @on(Step.ITEM, Step.BIN, to=(Step.BIN,))
    def item_scanned(self, state: FoundState, event: ItemRead, desk: Desk) -> Next:
        card = desk.read(sku_card, event.sku_id)
        if state.units and (card.id != state.sku_id or (card.lot_tracked and event.lot != state.lot)):
            raise Refused(self.unexpected(state, event, desk))
        lot = event.lot if card.lot_tracked else ""
        fact = CountNoted(card.id, event.units, lot, case=max(event.units, 1))
        return Next(facts=(fact,), echo=say("{n} {name} found", n=state.units + event.units, name=card.name))

    @on(Step.BIN)
    def quantity_scanned(self, state: FoundState, event: QuantityRead, desk: Desk) -> Next:
        units = event.units * state.case
        card = desk.read(sku_card, state.sku_id)
        if units < 1:
            raise Refused(words.quantity_first())
        words_ = say("{n} {name} found", n=units, name=card.name)
        if units == state.units:
            return Next(echo=words_)
        return Next(facts=(CountNoted(card.id, units - state.units, state.lot, case=state.case),), echo=words_)

    @on(Step.BIN, to=(Step.ITEM,))
    def bin_scanned(self, state: FoundState, event: BinRead, desk: Desk) -> Next:
        there, card = desk.read(place, event.bin_id), desk.read(sku_card, state.sku_id)
        goods = desk.read(goods_of, card.id, state.lot, GOOD, state.units, desk.clock.now().date())
        why = refusal(goods, desk.read(shelf_of, there.id, goods))
        if why and why != "counting":
            raise Refused(words.wrong_store(there, why, card, say("Scan another bin")))
        asked = desk.read(counting.counts_at, there.id)
        covered = any(c.sku_id in (b"", card.id) and c.state != "counted" for c in asked)
        fact = Found(b"" if covered else desk.new_id(), card.id, there.id, state.units, state.lot)
        words_ = say("{n} {name} in {place}: it will be counted", n=state.units, name=card.name, place=there.name)
        return Next(facts=(fact,), echo=words_, sound=Sound.ORDER, flash=True)

    @on(Step.ITEM, Step.BIN)
    def command_scanned(self, state: FoundState, event: CommandRead, desk: Desk) -> Next:
        if event.word == "DONE" and not state.units:
            return Next(echo=say("Nothing is in the hand"), ends=True)
        raise Refused(self.unexpected(state, event, desk))

    def unexpected(self, state: FoundState, event: Read, desk: Desk) -> Problem:
        act = say("Scan the bin to put it into") if state.units else say("Scan the item that was found")
        return words.not_wanted(event, desk, act)

    def view(self, state: FoundState, desk: Desk) -> View:
        if not state.units:
            return self._item(state)
        card = desk.read(sku_card, state.sku_id)
        pile = Pile(card.id, state.lot, GOOD, state.units, 0, "")
        led = desk.read(direction, pile, desk.clock.now().date())
        hero = Hero(say("Scan the bin to put it into"), "map-pin", steps=_steps(1))
        if led.place_id:
            there = desk.read(place, led.place_id)
            datum = CodeDatum(there.parts) if len(there.parts) > 1 else NameDatum(verbatim(there.name))
            hero = replace(hero, datum=datum, aside=desk.read(rack_around, there.id))
        note = Note("map-pin", WHY[led.why], tone=Tone.NORMAL) if led.why in WHY else None
        return View(
            kind="found.bin",
            hero=hero,
            header=Header(task=say("Found")),
            object=(screen.item_panel(card, say("Found"), state.units, lot=state.lot),),
            context=screen.panels(note),
            actions=(screen.UNDO, screen.HELP),
            wanted=screen.wanted_bin(led.place_id, led.place, desk) if led.place_id else (),
        )

    def _item(self, state: FoundState) -> View:
        second = say("The bin you put it into will be counted")
        if state.put:
            second = count(state.put, "{n} unit has a bin again", "{n} units have a bin again")
        hero = Hero(say("Scan the item that was found"), "package-search", steps=_steps(0), second=second)
        actions = (screen.HOME, screen.HELP) if not state.put else (screen.UNDO, screen.HOME, screen.HELP)
        return View(kind="found.item", hero=hero, header=Header(task=say("Found")), actions=actions)


def _steps(now: int) -> tuple[StepMark, ...]:
    marks = (say("Item"), say("Bin label"))
    return tuple(StepMark(w, "done" if i < now else "now" if i == now else "todo") for i, w in enumerate(marks))
