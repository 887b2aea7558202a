"""Move: a bin, what is taken out of it, another bin."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from app.errors import Problem, Refused
from app.events import BinRead, ChoiceRead, CommandRead, ItemRead, QuantityRead, Read, ToteRead
from app.facts import Fact
from app.inventory.facts import Moved, SourceProved, StatusChanged, Taken
from app.inventory.queries.ground import goods_of, shelf_of
from app.inventory.queries.places import Pile, holder_name, piles
from app.inventory.rules.put_away import ASIDE, STORES, refusal
from app.inventory.workflows import left, screen, words
from app.inventory.workflows.hand import HandState, InHand, after_fact, pile_of
from app.text import NOTHING, Text, count, say, verbatim
from app.view import (
    Action,
    Header,
    Hero,
    LineRow,
    Lines,
    NameDatum,
    Note,
    Offer,
    Offers,
    Panel,
    Picture,
    Sound,
    StepMark,
    Tone,
    View,
)
from app.work.queries import Place, SkuCard, place, sku_card, tote_card
from app.workflow import Card, Desk, LeftOpen, Next, Workflow, on

_ACTS = {
    "source": say("Scan the bin to take from"),
    "item": say("Scan an item"),
    "hand": say("Scan the bin to put it into"),
}


class Step(Enum):
    """What must be done next."""

    SOURCE = "source"
    ITEM = "item"
    HAND = "hand"


class Move(Workflow[HandState]):
    """A bin opens; its items are scanned, or choice 1 takes all of it; the label of another bin ends. What is promised
    to orders stays promised where it goes."""

    kind = "move"
    follows = frozenset(("stock", "bin", "tote", "sku", "lot", "count_task"))
    card = Card(
        "MOVE", "arrow-left-right", say("Move"), None, frozenset(("receiver", "picker", "lead", "office")), 33
    )  # fmt: skip

    def left_open(self, desk: Desk) -> tuple[LeftOpen, ...]:
        return left.hands(self.kind, desk, from_dock=False)

    def initial(self, task_id: bytes, desk: Desk) -> HandState:
        return HandState()

    def evolve(self, state: HandState, fact: Fact) -> HandState:
        return after_fact(state, fact)

    def step(self, state: HandState) -> Step:
        if state.hands:
            return Step.HAND
        return Step.ITEM if state.source_id and not state.put else Step.SOURCE

    def is_over(self, state: HandState) -> bool:
        return not state.source_id

    # -- the source ---------------------------------------------------------------------------------------------------

    @on(Step.SOURCE, Step.ITEM, to=(Step.ITEM,))
    def source_scanned(self, state: HandState, event: BinRead | ToteRead, desk: Desk) -> Next:
        tote = 0
        if isinstance(event, ToteRead):
            found = desk.read(tote_card, event.tote_id)
            if found.state != "received":
                raise Refused(words.tote_busy(found, desk, _ACTS["source"]))
            place_id, name, tote = found.id, found.name, 1
        else:
            there = desk.read(place, event.bin_id)
            place_id, name = there.id, there.name
        if not desk.read(piles, place_id):
            raise Refused(_empty(name))
        return Next(facts=(SourceProved(place_id, tote),), echo=say("Out of {name}", name=name))

    # -- what is taken ------------------------------------------------------------------------------------------------

    @on(Step.ITEM, Step.HAND, to=(Step.HAND,))
    def item_scanned(self, state: HandState, event: ItemRead, desk: Desk) -> Next:
        card = desk.read(sku_card, event.sku_id)
        pile = _pile(state, card, event, desk)
        held = next((h for h in state.hands if h.key == pile.key), None)
        units = (held.units if held else 0) + event.units
        return self._set(state, pile, card, units, event.units, desk)

    @on(Step.HAND)
    def quantity_scanned(self, state: HandState, event: QuantityRead, desk: Desk) -> Next:
        hand = _last(state)
        card = desk.read(sku_card, hand.sku_id)
        pile = pile_of(hand, desk.read(piles, state.source_id))
        return self._set(state, pile, card, event.units * hand.case, hand.case, desk)

    def _set(self, state: HandState, pile: Pile, card: SkuCard, units: int, case: int, desk: Desk) -> Next:
        """So many of a pile are in the hand."""
        if not 0 < units <= pile.units:
            raise Refused(_more_than_booked(card, desk.read(holder_name, state.source_id)))
        held = next((h for h in state.hands if h.key == pile.key), None)
        more = units - (held.units if held else 0)
        fact = Taken(card.id, state.source_id, pile.lot, pile.status, more, more, case)
        return Next(facts=(fact,), echo=say("{n} {name} in the hand", n=units, name=card.name))

    @on(Step.ITEM, to=(Step.HAND,))
    def all_taken(self, state: HandState, event: ChoiceRead, desk: Desk) -> Next:
        """Choice 1: everything that lies there."""
        if event.choice != 1:
            raise Refused(self.unexpected(state, event, desk))
        lying = desk.read(piles, state.source_id)
        facts = tuple(Taken(p.sku_id, state.source_id, p.lot, p.status, p.units, p.units) for p in lying)
        units = sum(p.units for p in lying)
        name = desk.read(holder_name, state.source_id)
        words_ = count(units, "All of {name}: {n} unit", "All of {name}: {n} units", name=name)
        return Next(facts=facts, echo=words_)

    # -- where it goes ------------------------------------------------------------------------------------------------

    @on(Step.HAND, to=(Step.SOURCE,))
    def target_scanned(self, state: HandState, event: BinRead, desk: Desk) -> Next:
        there = desk.read(place, event.bin_id)
        if there.id == state.source_id:
            raise Refused(words.wrong_store(there, "same", _card(state, desk), _ACTS["hand"]))
        promised = sum(self._judged(state, hand, there, desk) for hand in state.hands)
        facts = tuple(Moved(h.sku_id, state.source_id, there.id, h.units, h.lot, h.status, "move") for h in state.hands)
        units = sum(h.units for h in state.hands)
        words_ = count(units, "{n} unit to {place}", "{n} units to {place}", place=there.name)
        if promised:
            one, many = "{words}: {n} promised unit goes along", "{words}: {n} promised units go along"
            words_ = count(promised, one, many, words=words_)
        tone = Tone.WARN if promised else Tone.OK
        return Next(facts=facts, echo=words_, sound=Sound.ORDER, flash=not promised, tone=tone)

    def _judged(self, state: HandState, hand: InHand, there: Place, desk: Desk) -> int:
        """How many promised units of a pile go along; Refused when it may not go there."""
        card = desk.read(sku_card, hand.sku_id)
        goods = desk.read(
            goods_of, hand.sku_id, hand.lot, hand.status, hand.units, desk.clock.now().date()
        )  # fmt: skip
        shelf = desk.read(shelf_of, there.id, goods)
        why = refusal(goods, shelf)
        aside = why == "no_store" and there.type in ASIDE
        if why and not aside:
            detail = say("{name}, room for {n}", name=card.name, n=shelf.room(goods.unit_ml) or 0)
            detail = detail if why == "full" else verbatim(card.name)
            raise Refused(words.wrong_store(there, why, card, say("Scan another bin, or UNDO"), detail))
        if hand.status != "good":
            return 0
        pile = pile_of(hand, desk.read(piles, state.source_id))
        promised = max(hand.units - max(pile.units - pile.reserved, 0), 0)
        if promised and there.type not in STORES:
            detail = say("{n} of {name} are promised", n=promised, name=card.name)
            do = say("Scan a bin that orders are picked from")
            raise Refused(words.wrong_store(there, "promised", card, do, detail))
        return promised

    # -- the rest of the cards ----------------------------------------------------------------------------------------

    @on(Step.SOURCE, Step.ITEM, Step.HAND)
    def command_scanned(self, state: HandState, event: CommandRead, desk: Desk) -> Next:
        if event.word == "DAMAGED" and state.hands:
            return self._damaged(state, desk)
        if event.word == "DONE" and not state.hands:
            return Next(echo=say("Nothing is in the hand"), ends=True)
        raise Refused(self.unexpected(state, event, desk))

    def _damaged(self, state: HandState, desk: Desk) -> Next:
        """What was scanned last is broken: it may only go where such things are kept, or stay."""
        hand = _last(state)
        if hand.status != "good":
            raise Refused(words.damaged_what())
        card = desk.read(sku_card, hand.sku_id)
        fact = StatusChanged(hand.sku_id, state.source_id, hand.units, hand.lot, hand.status)
        words_ = say("{n} {name} damaged: scan a quarantine place", n=hand.units, name=card.name)
        return Next(facts=(fact,), echo=words_, tone=Tone.WARN)

    def unexpected(self, state: HandState, event: Read, desk: Desk) -> Problem:
        return words.not_wanted(event, desk, _ACTS[self.step(state).value], words.NOT_MOVED)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def view(self, state: HandState, desk: Desk) -> View:
        step = self.step(state).value
        shown = {"source": _source_view, "item": _item_view, "hand": _hand_view}[step](state, desk)
        name = desk.read(holder_name, state.source_id) if step != "source" else ""
        task = say("Move out of {name}", name=name) if name else say("Move")
        return replace(shown, kind=f"move.{step}", header=Header(task=task))


def _steps(now: int) -> tuple[StepMark, ...]:
    words_ = (say("From"), say("Item"), say("To"))
    return tuple(StepMark(w, "done" if i < now else "now" if i == now else "todo") for i, w in enumerate(words_))


def _source_view(state: HandState, desk: Desk) -> View:
    actions: tuple[Action, ...] = (screen.HOME, screen.HELP)
    second = NOTHING
    if state.put:
        actions = (screen.UNDO, *actions)
        where = desk.read(holder_name, state.last_place_id)
        second = count(state.put, "{n} unit is in {name}", "{n} units are in {name}", name=where)
    hero = Hero(_ACTS["source"], "arrow-left-right", steps=_steps(0), second=second)
    return View(kind="", hero=hero, actions=actions)


def _item_view(state: HandState, desk: Desk) -> View:
    name = desk.read(holder_name, state.source_id)
    lying = desk.read(piles, state.source_id)
    offer = Offer(1, say("All of {name}", name=name), say("Choice card 1 takes everything"))
    hero = Hero(say("Scan an item out of {name}", name=name), datum=NameDatum(verbatim(name)), steps=_steps(1))
    return View(
        kind="",
        hero=hero,
        context=(Offers(say("Or"), (offer,)),),
        actions=(screen.UNDO, screen.done(say("nothing")), screen.HELP),
        wanted=(*screen.wanted_items([(desk.read(sku_card, p.sku_id), 1) for p in lying]), screen.wanted_choice(1)),
    )


def _hand_view(state: HandState, desk: Desk) -> View:
    hand, card = _last(state), _card(state, desk)
    name = desk.read(holder_name, state.source_id)
    hero = Hero(
        imperative=_ACTS["hand"],
        icon="map-pin",
        datum=NameDatum(say("Out of {name}", name=name), say("Any bin that has room")),
        aside=Picture(card.picture, say("In the hand")),
        steps=_steps(2),
    )
    context: list[Panel] = []
    if promised := _promised(state, desk):
        one, many = "{n} unit is promised to an order", "{n} units are promised to orders"
        context.append(Note("circle-alert", count(promised, one, many), say("The promise goes along to a pick bin")))
    if len(state.hands) > 1:
        cards = [(desk.read(sku_card, h.sku_id), h) for h in state.hands]
        rows = tuple(
            LineRow(c.picture, c.title, verbatim(c.variant), c.sku, h.units, h.units) for c, h in cards
        )  # fmt: skip
        context.append(Lines(say("In the hand"), NOTHING, rows))
    note: Text = say("Damaged") if hand.status != "good" else NOTHING
    return View(
        kind="",
        hero=hero,
        object=(screen.item_panel(card, say("Move"), hand.units, lot=hand.lot, note=note),),
        context=tuple(context),
        actions=(screen.UNDO, screen.BROKEN, screen.HELP),
    )


def _promised(state: HandState, desk: Desk) -> int:
    """How many of the units in the hand are promised to orders."""
    lying = desk.read(piles, state.source_id)
    found = [(h, pile_of(h, lying)) for h in state.hands if h.status == "good"]
    return sum(max(h.units - max(p.units - p.reserved, 0), 0) for h, p in found)


# ---- refusals -------------------------------------------------------------------------------------------------------


def _last(state: HandState) -> InHand:
    assert state.hand is not None, "this step has something in the hand"
    return state.hand


def _card(state: HandState, desk: Desk) -> SkuCard:
    return desk.read(sku_card, _last(state).sku_id)


def _pile(state: HandState, card: SkuCard, event: ItemRead, desk: Desk) -> Pile:
    """The pile that an item is of: by its lot, or the only one; what is in the hand already goes on."""
    lying = [p for p in desk.read(piles, state.source_id) if p.sku_id == card.id]
    name = desk.read(holder_name, state.source_id)
    if event.lot and card.lot_tracked:
        lying = [p for p in lying if p.lot == event.lot]
    if not lying:
        raise Refused(_not_there(card, name, event.lot if card.lot_tracked else ""))
    if len({p.lot for p in lying}) > 1:
        raise Refused(_which_lot(card, [p.lot for p in lying]))
    held = {h.key for h in state.hands}
    return min(lying, key=lambda p: (p.key not in held, p.status != "good"))


def _empty(name: str) -> Problem:
    return Problem(
        name="NothingInIt",
        what=say("Nothing lies in {name} by the book", name=name),
        do=(_ACTS["source"], say("Count it if something is there: COUNT")),
        unchanged=words.NOT_MOVED,
    )


def _not_there(card: SkuCard, name: str, lot: str) -> Problem:
    return Problem(
        name="NotInSource",
        what=say("That is {name}", name=card.name),
        detail=say("Lot {lot}", lot=lot) if lot else words.second(card),
        why=say("By the book none of it lies in {name}.", name=name),
        do=(say("Put it back"), say("Or scan FOUND, the item and the bin")),
        unchanged=words.NOT_MOVED,
        picture=card.picture,
    )


def _which_lot(card: SkuCard, lots: list[str]) -> Problem:
    return Problem(
        name="LotWanted",
        what=say("Which lot is this?"),
        detail=verbatim(" / ".join(lots)),
        why=say("Several lots of {name} lie there, and they are kept apart.", name=card.name),
        do=(say("Scan the code that has the lot"),),
        unchanged=words.NOT_MOVED,
        picture=card.picture,
    )


def _more_than_booked(card: SkuCard, name: str) -> Problem:
    return Problem(
        name="MoreThanThere",
        what=say("So many do not lie in {name} by the book", name=name),
        detail=verbatim(card.name),
        do=(say("Scan the card with the right number"), say("Or count the bin first: COUNT")),
        unchanged=words.NOT_MOVED,
        picture=card.picture,
    )
