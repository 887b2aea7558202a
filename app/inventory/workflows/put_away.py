"""Put away: from a tote of received goods or the dock, item by item, to the bins that the screen leads to."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from app.errors import Problem, Refused
from app.events import BinRead, CommandRead, ItemRead, QuantityRead, Read, ToteRead, UnknownRead
from app.facts import Fact
from app.inventory.facts import BinPassed, Moved, SourceProved, StatusChanged, Taken, ToteCleared
from app.inventory.queries import receiving
from app.inventory.queries.directions import direction
from app.inventory.queries.ground import goods_of, shelf_of
from app.inventory.queries.places import Pile, holder_name, piles
from app.inventory.rules.put_away import refusal
from app.inventory.workflows import left, words
from app.inventory.workflows.hand import HandState, InHand, after_fact, pile_of
from app.inventory.workflows.put_away_view import directed, imperative, view
from app.inventory.workflows.reads import alone, item_of
from app.text import NOTHING, Text, count, say, verbatim
from app.view import Sound, Tone, View
from app.work.queries import Place, SkuCard, place, sku_card, tote_card
from app.workflow import Card, Desk, LeftOpen, Next, Opening, Workflow, on


class Step(Enum):
    """What must be done next."""

    SOURCE = "source"
    ITEM = "item"
    BIN = "bin"


class PutAway(Workflow[HandState]):
    """A tote of received goods (or the dock) opens; an item is taken out, its bin label puts it away. What lies alone
    in a tote needs no scan of the item."""

    kind = "put-away"
    follows = frozenset(("stock", "bin", "tote", "sku", "lot", "count_task", "code"))
    card = Card(
        "PUTAWAY", "forklift", say("Put away"), receiving.put_away_waiting,
        frozenset(("receiver", "picker", "lead", "office")), 31,
    )  # fmt: skip

    def left_open(self, desk: Desk) -> tuple[LeftOpen, ...]:
        return left.hands(self.kind, desk, from_dock=True)

    def initial(self, task_id: bytes, desk: Desk) -> HandState:
        return HandState()

    def evolve(self, state: HandState, fact: Fact) -> HandState:
        return after_fact(state, fact)

    def step(self, state: HandState) -> Step:
        if not state.source_id:
            return Step.SOURCE
        return Step.BIN if state.hands else Step.ITEM

    def is_over(self, state: HandState) -> bool:
        return not state.source_id

    # -- the source ---------------------------------------------------------------------------------------------------

    def greets(self, event: Read, desk: Desk) -> Opening | None:
        if isinstance(event, ToteRead) and desk.read(tote_card, event.tote_id).state == "received":
            return Opening(self.kind, desk.new_id(), event)
        if isinstance(event, BinRead):
            there = desk.read(place, event.bin_id)
            if there.type == "receive" and desk.read(piles, there.id):
                return Opening(self.kind, desk.new_id(), event)
        return None

    @on(Step.SOURCE, Step.ITEM, to=(Step.ITEM,))
    def tote_scanned(self, state: HandState, event: ToteRead, desk: Desk) -> Next:
        tote = desk.read(tote_card, event.tote_id)
        if tote.state != "received":
            if tote.state == "free":
                raise Refused(_nothing_in(tote.name))
            raise Refused(words.tote_busy(tote, desk, imperative(state, "source")))
        return self._open(state, tote.id, tote.name, desk, tote=1)

    def _open(self, state: HandState, place_id: bytes, name: str, desk: Desk, *, tote: int) -> Next:
        if place_id == state.source_id:
            return Next(echo=say("{name} is open here", name=name))
        lying = desk.read(piles, place_id)
        if not lying:
            raise Refused(_nothing_in(name))
        units = sum(p.units for p in lying)
        words_ = count(units, "{n} unit in {name}", "{n} units in {name}", name=name)
        return Next(facts=(SourceProved(place_id, tote),), echo=words_, sound=Sound.STEP)

    @on(Step.SOURCE, to=(Step.ITEM,))
    def dock_scanned(self, state: HandState, event: BinRead, desk: Desk) -> Next:
        there = desk.read(place, event.bin_id)
        if there.type != "receive":
            raise Refused(_no_dock(there))
        return self._open(state, there.id, there.name, desk, tote=0)

    # -- the item -----------------------------------------------------------------------------------------------------

    @on(Step.ITEM, to=(Step.BIN,))
    def item_scanned(self, state: HandState, event: ItemRead, desk: Desk) -> Next:
        """All of it that lies there is taken, unless a quantity card or further scans say how many."""
        card = desk.read(sku_card, event.sku_id)
        pile = self._pile(state, card, event, desk)
        if event.units > pile.units:
            raise Refused(_more_than_there(card, desk.read(holder_name, state.source_id)))
        led = desk.read(direction, pile, desk.clock.now().date(), state.passed)
        fact = Taken(
            card.id, state.source_id, pile.lot, pile.status, pile.units, event.units, event.units, led.place_id
        )
        toward = say("{n} {name} to {place}", n=pile.units, name=card.name, place=led.place)
        words_ = toward if led.place_id else say("{n} {name}: no bin is free", n=pile.units, name=card.name)
        return Next(facts=(fact,), echo=words_, tone=Tone.OK if led.place_id else Tone.WARN)

    def _pile(self, state: HandState, card: SkuCard, event: ItemRead, desk: Desk) -> Pile:
        """The pile that this item is of; a plain code does where only one lot of it lies there."""
        lying = [p for p in desk.read(piles, state.source_id) if p.sku_id == card.id]
        name = desk.read(holder_name, state.source_id)
        if not lying:
            raise Refused(_not_in(card, name))
        if event.lot and card.lot_tracked:
            lying = [p for p in lying if p.lot == event.lot]
            if not lying:
                raise Refused(_not_in(card, name, event.lot))
        if len({p.lot for p in lying}) > 1:
            raise Refused(_which_lot(card, [p.lot for p in lying]))
        return min(lying, key=lambda p: p.status != "good")

    @on(Step.ITEM, to=(Step.BIN,))
    def lot_scanned(self, state: HandState, event: UnknownRead, desk: Desk) -> Next:
        """The lot that is printed beside a plain code, scanned alone."""
        lot = alone(event.text).lot
        lying = [p for p in desk.read(piles, state.source_id) if lot and p.lot == lot]
        if event.reason or len(lying) != 1:
            raise Refused(self.unexpected(state, event, desk))
        return self.item_scanned(state, item_of(event, lying[0].sku_id, 1, lot), desk)

    @on(Step.BIN)
    def item_again(self, state: HandState, event: ItemRead, desk: Desk) -> Next:
        """Each further scan counts: from the second one on it is no longer all, but as many as were scanned."""
        hand = _hand(state)
        card = desk.read(sku_card, event.sku_id)
        if card.id != hand.sku_id or (event.lot and card.lot_tracked and event.lot != hand.lot):
            raise Refused(_hand_is_full(desk.read(sku_card, hand.sku_id), card))
        return self._set(state, hand.counted + event.units, event.units, desk)

    @on(Step.BIN)
    def quantity_scanned(self, state: HandState, event: QuantityRead, desk: Desk) -> Next:
        hand = _hand(state)
        return self._set(state, event.units * hand.case, hand.case, desk)

    def _set(self, state: HandState, units: int, case: int, desk: Desk) -> Next:
        """So many are in the hand."""
        hand = _hand(state)
        card = desk.read(sku_card, hand.sku_id)
        pile = pile_of(hand, desk.read(piles, state.source_id))
        if not 0 < units <= pile.units:
            raise Refused(_more_than_there(card, desk.read(holder_name, state.source_id)))
        fact = Taken(
            hand.sku_id, state.source_id, hand.lot, hand.status, units - hand.units, units - hand.counted, case,
            hand.toward_id,
        )  # fmt: skip
        return Next(facts=(fact,), echo=say("{n} of {total} {name}", n=units, total=pile.units, name=card.name))

    # -- the bin ------------------------------------------------------------------------------------------------------

    @on(Step.BIN, to=(Step.ITEM,))
    def bin_scanned(self, state: HandState, event: BinRead, desk: Desk) -> Next:
        return self._put(state, _hand(state), event, desk)

    @on(Step.ITEM)
    def bin_at_once(self, state: HandState, event: BinRead, desk: Desk) -> Next:
        """What lies alone in a tote goes there whole; from a dock and out of a mixed tote the item comes first."""
        there = desk.read(place, event.bin_id)
        if there.id == state.source_id:
            return Next(echo=say("{name} is open here", name=there.name))
        lying = desk.read(piles, state.source_id)
        if there.type == "receive" and there.id != state.source_id:
            return self._open(state, there.id, there.name, desk, tote=0)
        if not state.from_tote or len(lying) != 1:
            raise Refused(_item_first(there))
        pile = lying[0]
        led = desk.read(direction, pile, desk.clock.now().date(), state.passed)
        hand = InHand(*pile.key, pile.units, pile.units, 1, led.place_id)
        return self._put(state, hand, event, desk)

    def _put(self, state: HandState, hand: InHand, event: BinRead, desk: Desk) -> Next:
        there, card = desk.read(place, event.bin_id), desk.read(sku_card, hand.sku_id)
        today = desk.clock.now().date()
        goods = desk.read(goods_of, hand.sku_id, hand.lot, hand.status, hand.units, today)
        shelf = desk.read(shelf_of, there.id, goods)
        why = refusal(goods, shelf)
        if why:
            detail = say("{name}, room for {n}", name=card.name, n=shelf.room(goods.unit_ml) or 0)
            do = self._way_on(state, hand, desk)
            raise Refused(words.wrong_store(there, why, card, do, detail if why == "full" else verbatim(card.name)))
        facts = self._facts(state, hand, there, desk)
        if there.id == hand.toward_id:
            words_ = say("{n} {name} in {place}", n=hand.units, name=card.name, place=there.name)
            return Next(facts=facts, echo=words_, sound=self._sound(facts), flash=True)
        words_ = say("Also fine: {n} {name} in {place}", n=hand.units, name=card.name, place=there.name)
        if shelf.others:
            words_ = say("{words}, beside {other}", words=words_, other=shelf.others[0])
        return Next(facts=facts, echo=words_, tone=Tone.WARN, sound=self._sound(facts))

    def _facts(self, state: HandState, hand: InHand, there: Place, desk: Desk) -> tuple[Fact, ...]:
        moved = Moved(hand.sku_id, state.source_id, there.id, hand.units, hand.lot, hand.status, "put_away")
        left = sum(p.units for p in desk.read(piles, state.source_id)) - hand.units
        if not state.from_tote or left:
            return (moved,)
        stood = desk.read(tote_card, state.source_id).place_id or b""
        return (moved, ToteCleared(state.source_id, stood))

    def _sound(self, facts: tuple[Fact, ...]) -> Sound:
        return Sound.ORDER if any(isinstance(f, ToteCleared) for f in facts) else Sound.STEP

    def _way_on(self, state: HandState, hand: InHand, desk: Desk) -> Text:
        led = directed(hand, state, desk)
        return say("Scan bin {name}", name=led.place) if led.place_id else say("Scan another bin")

    # -- the rest of the cards ----------------------------------------------------------------------------------------

    @on(Step.ITEM, Step.BIN, to=(Step.ITEM, Step.BIN))
    def command_scanned(self, state: HandState, event: CommandRead, desk: Desk) -> Next:
        match event.word:
            case "SKIP" if state.hand is not None or self._whole(state, desk) is not None:
                return self._skip(state, desk)
            case "DAMAGED":
                return self._damaged(state, desk)
            case "DONE" if state.hand is None:
                left = sum(p.units for p in desk.read(piles, state.source_id))
                name = desk.read(holder_name, state.source_id)
                words_ = count(left, "{n} unit stays in {name}", "{n} units stay in {name}", name=name)
                done = say("Everything is put away")
                return Next(echo=words_ if left else done, ends=True, tone=Tone.WARN if left else Tone.OK,
                            sound=Sound.ORDER if not left else Sound.ACCEPTED)  # fmt: skip
            case _:
                raise Refused(self.unexpected(state, event, desk))

    def _whole(self, state: HandState, desk: Desk) -> InHand | None:
        """What lies alone in a tote, as if it were in the hand."""
        lying = desk.read(piles, state.source_id)
        if not state.from_tote or len(lying) != 1:
            return None
        led = desk.read(direction, lying[0], desk.clock.now().date(), state.passed)
        return InHand(*lying[0].key, lying[0].units, lying[0].units, 1, led.place_id)

    def _skip(self, state: HandState, desk: Desk) -> Next:
        """The bin on the screen will not do: another one is looked for."""
        hand = state.hand or self._whole(state, desk)
        assert hand is not None, "the caller has looked"
        if not hand.toward_id:
            raise Refused(_no_other_bin())
        passed = BinPassed(hand.sku_id, hand.lot, hand.toward_id)
        pile = replace(pile_of(hand, desk.read(piles, state.source_id)), units=hand.units)
        after = state.passed | {(hand.sku_id, hand.lot, hand.toward_id)}
        led = desk.read(direction, pile, desk.clock.now().date(), after)
        if not led.place_id:
            raise Refused(_no_other_bin())
        facts: tuple[Fact, ...] = (passed,)
        if state.hand is not None:
            facts = (
                passed,
                Taken(*hand.key[:1], state.source_id, hand.lot, hand.status, 0, 0, hand.case, led.place_id),
            )
        return Next(facts=facts, echo=say("Then {place}", place=led.place), tone=Tone.WARN)

    def _damaged(self, state: HandState, desk: Desk) -> Next:
        """What is in the hand is broken: it goes to where such things are kept."""
        hand = state.hand or self._whole(state, desk)
        if hand is None or hand.status != "good":
            raise Refused(words.damaged_what())
        card = desk.read(sku_card, hand.sku_id)
        turned = StatusChanged(hand.sku_id, state.source_id, hand.units, hand.lot, hand.status)
        pile = replace(pile_of(hand, desk.read(piles, state.source_id)), status=turned.to_status, units=hand.units)
        led = desk.read(direction, pile, desk.clock.now().date(), state.passed)
        facts: tuple[Fact, ...] = (turned,)
        if state.hand is not None:
            facts = (turned, Taken(hand.sku_id, state.source_id, hand.lot, turned.to_status, 0, 0, hand.case,
                                   led.place_id))  # fmt: skip
        words_ = say("{n} {name} damaged: to {place}", n=hand.units, name=card.name, place=led.place)
        if not led.place_id:
            words_ = say("{n} {name} damaged", n=hand.units, name=card.name)
        return Next(facts=facts, echo=words_, tone=Tone.WARN)

    def unexpected(self, state: HandState, event: Read, desk: Desk) -> Problem:
        return words.not_wanted(event, desk, imperative(state, self.step(state).value), words.NOT_MOVED)

    def view(self, state: HandState, desk: Desk) -> View:
        return view(state, desk, self.step(state).value)


# ---- refusals -------------------------------------------------------------------------------------------------------


def _hand(state: HandState) -> InHand:
    assert state.hand is not None, "this step has something in the hand"
    return state.hand


def _nothing_in(name: str) -> Problem:
    return Problem(
        name="NothingInIt",
        what=say("There is nothing to put away in {name}", name=name),
        why=say("Nothing was received into it, or all of it has a place."),
        do=(say("Scan a tote of received goods, or the dock"),),
        unchanged=words.NOT_MOVED,
    )


def _no_dock(there: Place) -> Problem:
    return Problem(
        name="NoSource",
        what=say("That is {name}", name=there.name),
        why=say("Goods are put away out of totes and off the dock. MOVE takes them out of a bin."),
        do=(say("Scan a tote of received goods, or the dock"),),
        unchanged=words.NOT_MOVED,
        subject=there.id,
    )


def _not_in(card: SkuCard, name: str, lot: str = "") -> Problem:
    return Problem(
        name="NotInSource",
        what=say("That is {name}", name=card.name),
        detail=say("Lot {lot}", lot=lot) if lot else words.second(card),
        why=say("By the book none of it lies in {name}.", name=name),
        do=(say("Put it back"), say("Receive it first, if it is new")),
        unchanged=words.NOT_MOVED,
        picture=card.picture,
    )


def _which_lot(card: SkuCard, lots: list[str]) -> Problem:
    return Problem(
        name="LotWanted",
        what=say("Which lot is this?"),
        detail=verbatim(" / ".join(lots)),
        why=say("Several lots of {name} lie there, and they are kept apart.", name=card.name),
        do=(say("Scan the code that has the lot"), say("Or the lot alone")),
        unchanged=words.NOT_MOVED,
        picture=card.picture,
    )


def _more_than_there(card: SkuCard, name: str) -> Problem:
    return Problem(
        name="MoreThanThere",
        what=say("So many do not lie in {name} by the book", name=name),
        detail=verbatim(card.name),
        do=(say("Scan the card with the right number"), say("Or count the place first: COUNT")),
        unchanged=words.NOT_MOVED,
        picture=card.picture,
    )


def _hand_is_full(held: SkuCard, other: SkuCard) -> Problem:
    return Problem(
        name="HandFull",
        what=say("That is {name}", name=other.name),
        detail=words.second(other),
        why=say("{name} is in your hand and wants its bin first.", name=held.name),
        do=(say("Put {name} away", name=held.name), say("Or UNDO")),
        unchanged=words.NOT_MOVED,
        picture=other.picture,
    )


def _item_first(there: Place) -> Problem:
    return Problem(
        name="ItemFirst",
        what=say("That is {name}", name=there.name),
        detail=NOTHING,
        why=say("Several things lie there: the item is scanned first."),
        do=(say("Scan an item"), say("Then the bin label")),
        unchanged=words.NOT_MOVED,
        subject=there.id,
    )


def _no_other_bin() -> Problem:
    return Problem(
        name="NoOtherBin",
        what=say("There is no other bin for it"),
        do=(say("Scan any bin that has room"), say("Or UNDO, and do it later")),
        unchanged=words.NOT_MOVED,
    )
