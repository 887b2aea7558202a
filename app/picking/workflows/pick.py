"""Pick: the walk from the tote or cart to the drop place."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from functools import reduce

from app.errors import Problem, Refused
from app.events import (
    Answered,
    AskFailed,
    BinRead,
    CartRead,
    CommandRead,
    ItemRead,
    QuantityRead,
    Read,
    ReasonRead,
    ToteRead,
)
from app.facts import Fact
from app.picking import queries
from app.picking.facts import (
    BLOCKED,
    EMPTY,
    BinProved,
    ItemProved,
    ManualProof,
    ShortAmended,
    Shorted,
)
from app.picking.workflows import pick_acts as acts
from app.picking.workflows import pick_state, pick_words
from app.picking.workflows.pick_state import (
    PickState,
    Stop,
    all_works,
    cancelled_works,
    current,
    open_stops,
    stop_of,
    take,
    tote_of,
    works_of,
)
from app.picking.workflows.pick_view import marked, stop_done, view
from app.text import Text, count, say
from app.view import Sound, Tone, View
from app.work.facts import ToteEmptied
from app.work.queries import orders_to_pick, place, tote_card
from app.workflow import Card, Desk, LeftOpen, Next, Opening, Workflow, on


class Step(Enum):
    """What the picker must do next."""

    START = "start"
    WAIT = "wait"
    BIN = "bin"
    ITEM = "item"
    TOTE = "tote"
    DROP = "drop"
    GONE = "gone"


WALK = (Step.BIN, Step.ITEM, Step.TOTE, Step.DROP)
ANYWHERE = (*WALK, Step.GONE)


class Pick(Workflow[PickState]):
    """A free tote or a cart starts; at each stop the bin (where the policy wants it) and the item are proven, on a cart
    the units are put into totes; the drop place ends. Orders that were cancelled or taken over leave the walk."""

    kind = "pick"
    card = Card("PICK", "shopping-cart", say("Pick"), orders_to_pick, frozenset({"picker"}), 45)
    follows = frozenset(
        ("work", "pick_line", "brief_line", "bin", "aisle", "cross_aisle", "sku", "policy", "tote", "person")
    )
    Step = Step

    def left_open(self, desk: Desk) -> tuple[LeftOpen, ...]:
        """Walks of this station that set out."""
        walks = desk.read(queries.walks_left, desk.station.station_id)
        return tuple(pick_words.left_open(self.kind, walk) for walk in walks if walk.counted)

    # -- the fold -----------------------------------------------------------------------------------------------------

    def initial(self, task_id: bytes, desk: Desk) -> PickState:
        station = desk.station.station_id
        return PickState(
            task_id=task_id,
            pool=desk.read(queries.claimed_work, station, task_id),
            floor=desk.read(queries.floor),
            home=desk.read(queries.home_place, station),
            manual_limit=desk.read(queries.manual_limit),
        )

    def evolve(self, state: PickState, fact: Fact) -> PickState:
        return pick_state.evolve(fact, state)

    def refreshed(self, state: PickState, desk: Desk) -> PickState:
        pool = desk.read(queries.claimed_work, desk.station.station_id, state.task_id)
        return replace(state, pool=pool, floor=desk.read(queries.floor))

    def is_over(self, state: PickState) -> bool:
        return state.tour is None

    def step(self, state: PickState) -> Enum:
        if state.tour is None:
            return Step.WAIT if state.opened_by else Step.START
        if not works_of(state) and all_works(state):
            return Step.GONE
        stop = current(state)
        if stop is None:
            return Step.DROP
        if stop.proof.bin and state.proven != stop.place.id:
            return Step.BIN
        return Step.TOTE if acts.hand_is_full(state, stop) else Step.ITEM

    # -- start --------------------------------------------------------------------------------------------------------

    @on(Step.START, to=(Step.WAIT, *WALK))
    def tote_starts(self, state: PickState, event: ToteRead, desk: Desk) -> Next:
        """A free tote takes the most urgent order that is claimed here."""
        tote = desk.read(tote_card, event.tote_id)
        if state.emptying:
            return acts.emptied(state, event, desk)
        if tote.state != "free":
            raise Refused(pick_words.tote_taken(tote, desk))
        ready = acts.ready_works(state, desk)
        if not ready:
            return acts.ask_for_work(state, event, acts.PREFETCH, desk)
        return acts.start(state, event, ready[:1], len(ready) - 1)

    @on(Step.START, to=(Step.WAIT, *WALK))
    def cart_starts(self, state: PickState, event: CartRead, desk: Desk) -> Next:
        """A cart takes as many orders as it has positions."""
        running = desk.read(queries.running_tour, desk.station.station_id, event.cart_id)
        if running is not None and running != state.task_id:
            return Next(opens=Opening("pick", running), echo=say("Here you left off"))
        if desk.read(queries.cart_elsewhere, desk.station.station_id, event.cart_id) is not None:
            return Next(opens=Opening("take-over", desk.new_id(), event), sound=Sound.NONE)
        positions = desk.read(queries.cart_card, event.cart_id).positions
        ready = acts.ready_works(state, desk)
        if len(ready) < positions:
            return acts.ask_for_work(state, event, positions - len(ready), desk)
        return acts.start(state, event, ready[:positions], len(ready) - positions)

    @on(Step.START)
    def empty_announced(self, state: PickState, event: CommandRead, desk: Desk) -> Next:
        if event.word == "EMPTY":
            return acts.announce_empty(state)
        raise Refused(self.unexpected(state, event, desk))

    @on(Step.WAIT, to=(Step.START, *WALK))
    def work_arrived(self, state: PickState, event: Answered, desk: Desk) -> Next:
        """Central answered the claim: with the work that is here now the walk starts."""
        begun = self._start_with_what_is_here(self.refreshed(state, desk), desk, say("There is nothing to pick now"))
        if begun.ends:
            return begun
        after = reduce(self.evolve, begun.facts, begun.state if isinstance(begun.state, PickState) else state)
        return replace(begun, state=self.refreshed(after, desk))  # the next scan may be here already

    @on(Step.WAIT, to=(Step.START, *WALK))
    def work_failed(self, state: PickState, event: AskFailed, desk: Desk) -> Next:
        """Central is away: a cart sets out with fewer orders, a tote with none waits for another time."""
        words = say("Central can't be reached, and no order is claimed here")
        return self._start_with_what_is_here(self.refreshed(state, desk), desk, words)

    def _start_with_what_is_here(self, state: PickState, desk: Desk, nothing: Text) -> Next:
        event, ready = state.opened_by, acts.ready_works(state, desk)
        assert event is not None, "only a tote or a cart asks for work"
        if not ready:
            gone = replace(state, opened_by=None)
            return Next(state=gone, ends=True, echo=nothing, tone=Tone.WARN, sound=Sound.ATTENTION)
        if isinstance(event, ToteRead):
            return acts.start(state, event, ready[:1], len(ready) - 1)
        positions = desk.read(queries.cart_card, event.cart_id).positions
        return acts.start(state, event, ready[:positions], len(ready) - positions)

    @on(*WALK, Step.GONE, to=ANYWHERE)
    def more_work_arrived(self, state: PickState, event: Answered | AskFailed, desk: Desk) -> Next:
        """What was asked in advance is there (or not): nothing to do now."""
        return Next(state=self.refreshed(state, desk), sound=Sound.NONE)

    # -- the bin ------------------------------------------------------------------------------------------------------

    @on(Step.BIN, Step.ITEM, Step.TOTE, to=(Step.ITEM, Step.TOTE))
    def bin_scanned(self, state: PickState, event: BinRead, desk: Desk) -> Next:
        stop = acts.stop_now(state)
        if event.bin_id != stop.place.id:
            raise Refused(pick_words.bin_refused(state, stop, event, desk))
        if state.proven == stop.place.id:
            return Next(echo=say("Yes, this is bin {name}", name=stop.place.name))
        return Next(facts=(BinProved(stop.place.id),), echo=say("Right bin: {name}", name=stop.place.name))

    @on(Step.DROP)
    def dropped(self, state: PickState, event: BinRead, desk: Desk) -> Next:
        """The place where totes are put down: ends the walk and closes its work."""
        where = desk.read(place, event.bin_id)
        if where.type not in queries.DROPS:
            raise Refused(pick_words.no_drop(where))
        fact = acts.drop_fact(state, where, desk)
        words = acts.dropped_words(state, where.name, desk)
        back = acts.put_back_after(state, event, desk)
        return Next(facts=(fact,), echo=words, sound=Sound.ORDER, ends=True, flash=True, opens=back)

    # -- the item -----------------------------------------------------------------------------------------------------

    @on(Step.ITEM, Step.TOTE, to=WALK)
    def item_scanned(self, state: PickState, event: ItemRead, desk: Desk) -> Next:
        stop = acts.meant_stop(state, event, desk)
        lot = acts.lot_of(stop, event, desk)
        if event.serial and (stop.card.id, event.serial) in state.serials:
            raise Refused(pick_words.same_piece(stop, event.serial))
        if state.on_cart:
            return self._into_hand(state, stop, event, lot)
        if event.units > stop.open:
            raise Refused(pick_words.too_many(stop, event.units, stop.open, case=event.units > 1))
        work = stop.lines[0].work.id
        facts = take(stop, event.units, lot=lot, tote=tote_of(state, work), serial=event.serial)
        return self._counted(state, stop, facts, event.units)

    def _into_hand(self, state: PickState, stop: Stop, event: ItemRead, lot: str) -> Next:
        hand = state.hand if state.focus == stop.key else None
        held = hand.units if hand else 0
        if event.units > stop.open:
            raise Refused(pick_words.too_many(stop, event.units, stop.open, case=event.units > 1))
        if held + event.units > stop.open:
            raise Refused(pick_words.enough_in_hand(stop))
        if hand is not None and hand.lot != lot:
            raise Refused(pick_words.hand_full(stop))
        fact = ItemProved(stop.card.id, stop.place.id, lot, event.units, serial=event.serial)
        words = say("{n} of {total} {name}", n=held + event.units, total=stop.open, name=stop.card.name)
        if not stop.proof.each:
            words = say("Right item: {name}", name=stop.card.name)
        return Next(facts=(fact,), echo=acts.with_case(words, event.units))

    def _counted(self, state: PickState, stop: Stop, facts: tuple[Fact, ...], units: int) -> Next:
        """Units went into the tote: the stop goes on or is done."""
        after = acts.after(state, facts)
        left = stop_of(after, stop.key)
        if left is not None and left.open:
            words = say("{n} of {total} {name}", n=left.picked, total=left.wanted, name=stop.card.name)
            return Next(facts=facts, echo=acts.with_case(words, units))
        return Next(facts=facts, echo=acts.with_case(stop_done(after, stop), units), sound=Sound.STEP, flash=True)

    @on(*WALK, to=WALK)
    def quantity_scanned(self, state: PickState, event: QuantityRead, desk: Desk) -> Next:
        """After SHORT it says how many were there, after DAMAGED how many are; after an item it sets that item's count
        at this stop."""
        if state.last_short is not None:
            return self._amend_found(state, event.units)
        if state.damaged:
            return acts.amend_damaged(state, event.units)
        stop = current(state)
        if stop is None or state.focus != stop.key:
            raise Refused(pick_words.no_quantity(stop, state))
        if stop.proof.each or stop.card.serial_tracked or (stop.card.lot_tracked and not stop.lot):
            raise Refused(pick_words.each_unit(stop))
        if state.on_cart:
            return acts.set_hand(state, stop, event.units)
        if event.units > stop.wanted - stop.short:
            raise Refused(pick_words.too_many(stop, event.units, stop.open, case=False))
        facts = take(stop, event.units - stop.picked, lot=stop.lot, tote=tote_of(state, stop.lines[0].work.id))
        if not facts:
            return Next(echo=say("{n} of {total} {name}", n=stop.picked, total=stop.wanted, name=stop.card.name))
        return self._counted(state, stop, facts, 1)

    def _manual(self, state: PickState, desk: Desk) -> Next:
        """One unit whose code can't be read: the proven bin stands for it; logged, and not without end."""
        stop = current(state)
        if (
            stop is None or state.proven != stop.place.id or stop.card.lot_tracked or stop.card.serial_tracked
            or state.manual >= state.manual_limit
        ):  # fmt: skip
            raise Refused(pick_words.no_manual(stop, state))
        held = state.hand.units if state.hand and state.focus == stop.key else 0
        if state.on_cart and held >= stop.open:
            raise Refused(pick_words.enough_in_hand(stop))
        line = next(line for line in stop.lines if line.open)
        proof = ManualProof(line.line.id, stop.card.id, stop.place.id, stop.card.code_tail)
        if state.on_cart:
            facts: tuple[Fact, ...] = (proof, ItemProved(stop.card.id, stop.place.id, stop.lot, 1))
            return Next(facts=facts, echo=say("{name} taken without a scan", name=stop.card.name), tone=Tone.WARN)
        facts = (proof, *take(stop, 1, lot=stop.lot, tote=tote_of(state, line.work.id)))
        return self._counted(state, stop, facts, 1)

    # -- the tote -----------------------------------------------------------------------------------------------------

    @on(Step.ITEM, Step.TOTE, to=WALK)
    def tote_put(self, state: PickState, event: ToteRead, desk: Desk) -> Next:
        """On a cart: one scan of a tote proves that all units for its position were put there."""
        if state.emptying:
            return acts.emptied(state, event, desk)
        if state.changing:
            return self._another_tote(state, event, desk)
        stop, hand = acts.stop_now(state), state.hand
        if not state.on_cart or hand is None:
            raise Refused(self._no_tote(state, event, desk))
        line, bound = acts.lit_line(state, stop, event, desk)
        mine = tuple(x for x in stop.lines if x.work.id == line.work.id)
        wanted = sum(x.open for x in mine)
        if (stop.proof.each or hand.counted) and hand.units < wanted:
            raise Refused(pick_words.more_first(line.position, wanted, hand.units))
        facts = (*bound, *acts.put(state, stop, line, wanted, event.tote_id))
        after = acts.after(state, facts)
        left = stop_of(after, stop.key)
        if left is not None and left.open:
            words = count(
                wanted, "{n} {name} into {position}", "{n} {name} into {position}", name=stop.card.name,
                position=line.position,
            )  # fmt: skip
            return Next(facts=facts, echo=words)
        return Next(facts=facts, echo=stop_done(after, stop), sound=Sound.STEP, flash=True)

    @on(Step.BIN, Step.DROP, to=(Step.BIN, Step.DROP))
    def tote_too_early(self, state: PickState, event: ToteRead, desk: Desk) -> Next:
        """A tote where none is wanted: one that EMPTY frees, the second one of an order, or one that holds too much."""
        if state.emptying:
            return acts.emptied(state, event, desk)
        if state.changing:
            return self._another_tote(state, event, desk)
        if self.step(state) is Step.DROP and (back := acts.put_back_surplus(state, event, desk)):
            return back
        raise Refused(self._no_tote(state, event, desk))

    def _another_tote(self, state: PickState, event: ToteRead, desk: Desk) -> Next:
        """The tote after NEWTOTE is bound; units that wait in the hand for it are put by the same scan."""
        bound = acts.new_tote(state, event, desk)
        after = acts.after(state, bound.facts)
        if self.step(after) is not Step.TOTE:
            return bound
        following = self.tote_put(after, event, desk)
        return replace(following, facts=(*bound.facts, *following.facts))

    # -- when the order is gone ---------------------------------------------------------------------------------------

    @on(Step.GONE)
    def tote_of_the_gone(self, state: PickState, event: ToteRead, desk: Desk) -> Next:
        """The tote of a cancelled order goes back; one in which nothing is yet is free."""
        tote = desk.read(tote_card, event.tote_id)
        if tote.order_id not in {work.order_id for work in cancelled_works(state)}:
            raise Refused(pick_words.not_of_the_gone(tote, acts.act_of_gone(state, desk), desk))
        if desk.read(queries.units_in, tote.id):
            return Next(opens=Opening("put-back", desk.new_id(), event), ends=True)
        words = say("Tote {name} is free. Nothing was in it", name=tote.name)
        return Next(facts=(ToteEmptied(tote.id, tote.order_id or b""),), echo=words, sound=Sound.STEP, ends=True)

    def _no_tote(self, state: PickState, event: ToteRead, desk: Desk) -> Problem:
        tote, bin_wanted = desk.read(tote_card, event.tote_id), self.step(state) is Step.BIN
        return pick_words.no_tote_yet(state, current(state), tote, bin_wanted=bin_wanted)

    # -- short, skip, and the rest of the cards -----------------------------------------------------------------------

    @on(*WALK, to=WALK)
    def command_scanned(self, state: PickState, event: CommandRead, desk: Desk) -> Next:
        match event.word:
            case "SHORT":
                return self._short(state, EMPTY)
            case "DAMAGED":
                return acts.damaged(state, desk, bin_wanted=self.step(state) is Step.BIN)
            case "SKIP":
                return acts.skip(state)
            case "MANUAL":
                return self._manual(state, desk)
            case "EMPTY":
                return acts.announce_empty(state)
            case "NEWTOTE":
                return acts.announce_new_tote(state)
            case _:
                raise Refused(self.unexpected(state, event, desk))

    def _short(self, state: PickState, reason: int) -> Next:
        """What was scanned is what was found; the rest is missing."""
        stop = current(state)
        bin_wanted = self.step(state) is Step.BIN
        if stop is None or bin_wanted:
            raise Refused(pick_words.no_short(state, stop, bin_wanted=bin_wanted))
        shares = acts.shares(state, stop, acts.held(state, stop))
        missing = [(line, line.open - share) for line, share in shares if line.open > share]
        if not missing:
            raise Refused(pick_words.no_short(state, stop, bin_wanted=False))
        rest = [s for s in open_stops(state) if s.key != stop.key]
        walk = acts.walk_after(state, rest, stop)
        found = {line.line.id: line.picked + share for line, share in shares}
        facts = tuple(
            Shorted(line.line.id, line.work.id, line.work.fence, found[line.line.id], units, reason, walk)
            for line, units in missing
        )
        short, total = sum(units for _, units in missing), sum(found.values())
        words = say("Took {found} of {wanted} {name}, {short} missing", found=total, wanted=total + short, short=short,
                    name=stop.card.name)  # fmt: skip
        return Next(facts=facts, echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)

    def _amend_found(self, state: PickState, units: int) -> Next:
        """A quantity card after SHORT: so many were there in all."""
        stop = stop_of(state, state.last_short)
        assert stop is not None, "what was short is part of the tour"
        held = acts.held(state, stop) if state.on_cart else 0
        if units > stop.wanted:
            raise Refused(pick_words.too_many(stop, units, stop.wanted - stop.picked - held, case=False))
        if state.on_cart and units < stop.picked:
            raise Refused(pick_words.in_totes(stop.picked))
        facts = (*acts.recount(state, stop, units, held), *acts.amendments(state, stop, units))
        words = say("{found} of {wanted} {name} were there", found=units, wanted=stop.wanted, name=stop.card.name)
        return Next(facts=facts, echo=words, tone=Tone.WARN)

    @on(*WALK)
    def reason_scanned(self, state: PickState, event: ReasonRead, desk: Desk) -> Next:
        """A reason card after SHORT: why it is missing."""
        stop = stop_of(state, state.last_short)
        if stop is None:
            raise Refused(pick_words.nothing_to_amend())
        if not EMPTY <= event.reason <= BLOCKED:
            raise Refused(pick_words.unknown_reason(event.reason))
        facts = tuple(
            ShortAmended(x.line.id, x.work.id, x.work.fence, 0, event.reason, state.reasons.get(x.line.id, 0))
            for x in stop.lines
            if x.short
        )
        return Next(facts=facts, echo=acts.reason_words(event.reason))

    # -- what is shown ------------------------------------------------------------------------------------------------

    def unexpected(self, state: PickState, event: Read, desk: Desk) -> Problem:
        stop, step = current(state) if state.tour else None, self.step(state)
        if step is Step.GONE:
            return pick_words.unexpected(event, desk, acts.act_of_gone(state, desk))
        if isinstance(event, ItemRead) and state.tour is not None:
            if stop is not None and step is Step.BIN and event.sku_id == stop.card.id:
                return pick_words.bin_first(stop)
            return pick_words.wrong_item(state, stop, event, desk)
        act = pick_words.act_of(state, stop, bin_first=step is Step.BIN, tote_now=step is Step.TOTE)
        return pick_words.unexpected(event, desk, act)

    def view(self, state: PickState, desk: Desk) -> View:
        return view(state, desk, str(self.step(state).value))

    def marked(self, whole: View, problem: Problem, state: PickState, desk: Desk) -> View:
        return marked(whole, problem, state, desk)
