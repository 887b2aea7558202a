"""What picking refuses, in words: what it is, why not, do this, what did not happen."""

from __future__ import annotations

from app.errors import Problem
from app.events import BinRead, ItemRead, Read, ToteRead
from app.inventory.rules.racks import Slot, whereabouts
from app.picking import queries
from app.picking.workflows.pick_state import PickState, Stop, all_stops, open_stops, tote_of
from app.text import NOTHING, Text, count, say, verbatim
from app.view import TotePlace
from app.work.queries import Place, SkuCard, ToteCard, describe, order_card, place, sku_card, tote_card
from app.workflow import Desk, LeftOpen, Opening

NOT_TAKEN = say("Nothing was counted.")
NOT_CHANGED = say("Nothing was changed.")


def act_of(state: PickState, stop: Stop | None, *, bin_first: bool = False, tote_now: bool = False) -> Text:
    """What is wanted now, as an act."""
    if state.tour is None:
        return say("Scan a free tote or a cart")
    if stop is None:
        return say("Scan the drop place")
    if bin_first:
        return say("Scan the label of bin {name}", name=stop.place.name)
    if tote_now:
        return say("Scan the tote that the units are put into")
    return say("Scan {name} from bin {bin}", name=stop.card.name, bin=stop.place.name)


def wrong_bin(state: PickState, stop: Stop, scanned: Place) -> Problem:
    """Another bin than the one of the stop; says where the right one is, seen from here."""
    slots = state.floor.slots_of(stop.place.aisle)
    return Problem(
        name="WrongBin",
        what=say("That is {name}", name=scanned.name),
        detail=whereabouts(slots, _slot(scanned), _slot(stop.place)),
        why=say("This stop is {name}.", name=stop.place.name),
        do=(say("Scan the label of bin {name}", name=stop.place.name), say("Scan SKIP if you can't get there")),
        unchanged=NOT_TAKEN,
        subject=scanned.id,
    )


def _slot(bin_: Place) -> Slot:
    return Slot(bin_.aisle, bin_.side or "R", bin_.bay, bin_.level, bin_.level_no, bin_.y_mm)


def stops_open(state: PickState, scanned: Place) -> Problem:
    """A drop place while something is still to be picked."""
    stops = open_stops(state)
    return Problem(
        name="StopsOpen",
        what=say("That is {name}, but the walk is not over", name=scanned.name),
        detail=count(len(stops), "{n} stop is still open", "{n} stops are still open"),
        why=say("Next is bin {name}.", name=stops[0].place.name),
        do=(say("Go on at bin {name}", name=stops[0].place.name), say("Scan SHORT if it is not there, SKIP for later")),
        unchanged=say("Nothing was put down."),
        subject=scanned.id,
    )


def no_drop(scanned: Place) -> Problem:
    """A bin that is no place to put a tour down at."""
    return Problem(
        name="NoDropPlace",
        what=say("That is {name}", name=scanned.name),
        why=say("Totes are put down at a drop place, a pack lane or the problem shelf."),
        do=(say("Scan the drop place"),),
        unchanged=say("Nothing was put down."),
        subject=scanned.id,
    )


def bin_first(stop: Stop) -> Problem:
    """The right item before the bin was proven."""
    return Problem(
        name="BinFirst",
        what=say("That is the right item: {name}", name=stop.card.name),
        why=say("The bin is proven first here."),
        do=(say("Scan the label of bin {name}", name=stop.place.name), say("Then scan the item again")),
        unchanged=NOT_TAKEN,
        picture=stop.card.picture,
    )


def wrong_item(state: PickState, stop: Stop | None, event: ItemRead, desk: Desk) -> Problem:
    """An item that this stop does not want; says where it belongs."""
    card = desk.read(sku_card, event.sku_id)
    done = next((s for s in all_stops(state) if s.card.id == card.id and s.picked and not s.open), None)
    later = next((s for s in open_stops(state) if s.card.id == card.id), None)
    if done is not None and later is None:
        return _had_all(state, done, stop)
    where = later.place.name if later else " / ".join(desk.read(queries.homes_of, card.id))
    belongs = say("It is a later stop: bin {name}.", name=where) if later else say("It belongs in {name}.", name=where)
    put_back = say("Put it back into {name}", name=where) if where else say("Put it back")
    return Problem(
        name="WrongItem",
        what=say("That is {name}", name=card.name),
        detail=_second(card),
        why=belongs if where else say("It is not on this walk."),
        do=(put_back, _wanted_item(stop)),
        unchanged=NOT_TAKEN,
        picture=card.picture,
    )


def _had_all(state: PickState, done: Stop, stop: Stop | None) -> Problem:
    return Problem(
        name="TooMany",
        what=count(
            done.picked, "The {n} {name} is picked already", "All {n} {name} are picked already", name=done.card.name
        ),
        detail=_second(done.card),
        why=say("No order of this walk needs one more."),
        do=(say("Put it back into {name}", name=done.place.name), _wanted_item(stop)),
        unchanged=NOT_TAKEN,
        picture=done.card.picture,
    )


def _wanted_item(stop: Stop | None) -> Text:
    if stop is None:
        return say("Scan the drop place")
    return say("Scan {name} from bin {bin}", name=stop.card.name, bin=stop.place.name)


def _second(card: SkuCard) -> Text:
    return verbatim(" · ".join(part for part in (card.variant, card.sku) if part))


def too_many(stop: Stop, units: int, open_units: int, *, case: bool) -> Problem:
    """More units than the stop still needs, by a case's code or a quantity card."""
    need = count(open_units, "This line needs {n} more.", "This line needs {n} more.")
    return Problem(
        name="TooMany",
        what=say("That is a case of {units}", units=units) if case else say("{units} are too many", units=units),
        detail=verbatim(stop.card.name),
        why=need,
        do=(say("Scan single units"),) if case else (say("Scan the card with the right number"),),
        unchanged=NOT_TAKEN,
        picture=stop.card.picture,
    )


def enough_in_hand(stop: Stop) -> Problem:
    """One unit more than the stop needs, on a cart."""
    return Problem(
        name="TooMany",
        what=say("You have enough of {name}", name=stop.card.name),
        why=count(stop.wanted, "This stop needs {n} in all.", "This stop needs {n} in all."),
        do=(say("Put this one back"), say("Scan the tote that the units are put into")),
        unchanged=NOT_TAKEN,
        picture=stop.card.picture,
    )


def hand_full(stop: Stop) -> Problem:
    """Something else while units of the stop are in the hand."""
    return Problem(
        name="HandFull",
        what=say("{name} is still in the hand", name=stop.card.name),
        why=say("It has to be in a tote first."),
        do=(say("Scan the tote that it is put into"), say("Or scan UNDO and put it back")),
        unchanged=NOT_CHANGED,
        picture=stop.card.picture,
    )


def wrong_lot(stop: Stop, lot: str) -> Problem:
    return Problem(
        name="WrongLot",
        what=say("That is lot {lot}", lot=lot),
        detail=verbatim(stop.card.name),
        why=say("Lot {lot} is promised to this order.", lot=stop.lot),
        do=(say("Put it back"), say("Scan a unit of lot {lot}", lot=stop.lot)),
        unchanged=NOT_TAKEN,
        picture=stop.card.picture,
    )


def lot_wanted(stop: Stop, lots: tuple[str, ...]) -> Problem:
    """A code without a lot where several lots lie in the bin."""
    words = say("Scan the code that carries lot {lot}", lot=stop.lot) if stop.lot else say("Scan the code with the lot")
    return Problem(
        name="LotWanted",
        what=say("Which lot is this?"),
        detail=verbatim(", ".join(lots)),
        why=say("This code does not say the lot, and the bin does not hold one lot alone."),
        do=(words,),
        unchanged=NOT_TAKEN,
        picture=stop.card.picture,
    )


def same_piece(stop: Stop, serial: str) -> Problem:
    return Problem(
        name="SameSerial",
        what=say("This very piece is counted already"),
        detail=say("Serial {serial}", serial=serial),
        why=say("Every piece has its own serial number."),
        do=(say("Scan another piece"),),
        unchanged=NOT_TAKEN,
        picture=stop.card.picture,
    )


def tote_taken(tote: ToteCard, desk: Desk) -> Problem:
    """A tote that is still bound to an order where a free one is wanted."""
    order = desk.read(order_card, tote.order_id) if tote.order_id else None
    return Problem(
        name="ToteTaken",
        what=say("Tote {name} is not free", name=tote.name),
        detail=say("It holds order {number}", number=order.number) if order else NOTHING,
        why=say("One tote carries one order."),
        do=(say("Take another tote"), say("If it is empty: scan EMPTY, then the tote")),
        unchanged=NOT_CHANGED,
    )


def wrong_tote(event: ToteRead, lit: TotePlace, scanned: str, desk: Desk) -> Problem:
    """A tote of another position, or of no position of this cart; names both letters."""
    tote = desk.read(tote_card, event.tote_id)
    what = (
        say("That is tote {name} at {position}", name=tote.name, position=scanned)
        if scanned
        else say("Tote {name} is not on this cart", name=tote.name)
    )
    order = desk.read(order_card, tote.order_id) if tote.order_id and not scanned else None
    return Problem(
        name="WrongTote",
        what=what,
        detail=say("It holds order {number}", number=order.number) if order else NOTHING,
        why=say("These units go to {position}.", position=lit.position),
        do=(say("Scan the tote at {position}", position=lit.position),),
        unchanged=say("Nothing was put."),
    )


def full_tote(event: ToteRead, current_tote: bytes, desk: Desk) -> Problem:
    """The tote that was full before NEWTOTE."""
    return Problem(
        name="FullTote",
        what=say("Tote {name} is the full one", name=desk.read(tote_card, event.tote_id).name),
        why=say("The units of this order go into {name} now.", name=desk.read(tote_card, current_tote).name),
        do=(say("Scan tote {name}", name=desk.read(tote_card, current_tote).name),),
        unchanged=say("Nothing was put."),
    )


def no_tote_to_replace(position: str) -> Problem:
    """NEWTOTE for a position that has no tote yet."""
    return Problem(
        name="NoToteToReplace",
        what=say("{position} has no tote yet", position=position),
        do=(say("Scan a free tote when the units are in the hand"),),
        unchanged=NOT_CHANGED,
    )


def not_of_the_gone(tote: ToteCard, act: Text, desk: Desk) -> Problem:
    """Another tote when the order of this walk was cancelled."""
    order = desk.read(order_card, tote.order_id) if tote.order_id else None
    return Problem(
        name="NotOfThisWalk",
        what=say("That is tote {name}", name=tote.name),
        detail=say("It holds order {number}", number=order.number) if order else say("It is free"),
        do=(act, say("Scan HOME for another task")),
        unchanged=NOT_CHANGED,
    )


def more_first(position: str, wanted: int, in_hand: int) -> Problem:
    """A tote before enough units were scanned for it."""
    return Problem(
        name="ScanMore",
        what=count(wanted, "{position} gets {n} unit", "{position} gets {n} units", position=position),
        detail=count(in_hand, "{n} was scanned", "{n} were scanned"),
        why=say("Every unit is scanned here."),
        do=(say("Scan the next unit"), say("Scan SHORT if there are no more")),
        unchanged=say("Nothing was put."),
    )


def no_tote_yet(state: PickState, stop: Stop | None, tote: ToteCard, *, bin_wanted: bool) -> Problem:
    """A tote where a bin or an item is wanted."""
    mine = next((b for b in state.totes if b.tote_id == tote.id), None)
    if mine is not None and not state.on_cart:
        detail = say("It is the tote of this walk, and needs no further scan")
    elif mine is not None:
        detail = say("It stands at {position}", position=mine.position)
    else:
        detail = say("It is not on this walk")
    return Problem(
        name="NoToteYet",
        what=say("That is tote {name}", name=tote.name),
        detail=detail,
        do=(act_of(state, stop, bin_first=bin_wanted),),
        unchanged=NOT_CHANGED,
    )


def no_quantity(stop: Stop | None, state: PickState) -> Problem:
    """A quantity card where no item came before."""
    return Problem(
        name="NoQuantity",
        what=say("A quantity card follows an item"),
        why=say("Nothing of this stop was scanned yet.") if stop else say("Every stop is done."),
        do=(act_of(state, stop),),
        unchanged=NOT_TAKEN,
    )


def each_unit(stop: Stop) -> Problem:
    """A quantity card where the policy wants every unit scanned."""
    why = (
        say("Each unit has a lot or serial number of its own.")
        if stop.card.lot_tracked or stop.card.serial_tracked
        else say("Each unit of this class of item is scanned.")
    )
    return Problem(
        name="EachUnit",
        what=say("A card does not count {name}", name=stop.card.name),
        why=why,
        do=(say("Scan the next unit"),),
        unchanged=NOT_TAKEN,
        picture=stop.card.picture,
    )


def in_totes(units: int) -> Problem:
    """An amended quantity below what is in totes already."""
    return Problem(
        name="InTotes",
        what=count(units, "{n} unit is in a tote already", "{n} units are in totes already"),
        why=say("A card can't take them out again."),
        do=(say("Scan UNDO to take the last put back"),),
        unchanged=NOT_CHANGED,
    )


def no_short(state: PickState, stop: Stop | None, *, bin_wanted: bool) -> Problem:
    """SHORT where nothing can be short yet, or no more."""
    if stop is None:
        return Problem(
            name="NothingOpen",
            what=say("Every stop is done"),
            do=(say("Scan the drop place"),),
            unchanged=NOT_CHANGED,
        )
    if bin_wanted:
        return Problem(
            name="BinFirst",
            what=say("Which bin is short?"),
            why=say("The bin is proven first here."),
            do=(
                say("Scan the label of bin {name}, then SHORT", name=stop.place.name),
                say("Scan SKIP if you can't get there"),
            ),
            unchanged=NOT_CHANGED,
        )
    return Problem(
        name="NotShort",
        what=say("All units of this stop are in the hand"),
        do=(say("Scan the tote that they are put into"),),
        unchanged=NOT_CHANGED,
    )


def nothing_to_amend() -> Problem:
    """A reason card that follows no SHORT."""
    return Problem(
        name="NoReason",
        what=say("A reason card follows SHORT"),
        why=say("The last scan was no SHORT."),
        do=(say("Scan SHORT first, then the reason"),),
        unchanged=NOT_CHANGED,
    )


def unknown_reason(reason: int) -> Problem:
    return Problem(
        name="UnknownReason",
        what=say("There is no reason {reason}", reason=reason),
        why=say("1 empty, 2 damaged, 3 wrong item, 4 blocked."),
        do=(say("Scan one of these reason cards"),),
        unchanged=NOT_CHANGED,
    )


def only_stop(stop: Stop) -> Problem:
    return Problem(
        name="OnlyStop",
        what=say("Bin {name} is the only stop left", name=stop.place.name),
        why=say("There is nothing to do before it."),
        do=(say("Go on at bin {name}", name=stop.place.name), say("Scan SHORT if it is not there")),
        unchanged=NOT_CHANGED,
    )


def no_manual(stop: Stop | None, state: PickState) -> Problem:
    """MANUAL where a unit may not be taken without its code."""
    if stop is None or state.tour is None:
        return Problem(
            name="NoManual",
            what=say("MANUAL stands for an item that can't be read"),
            do=(act_of(state, stop),),
            unchanged=NOT_CHANGED,
        )
    if stop.card.lot_tracked or stop.card.serial_tracked:
        why, do = say("Its lot or serial number must be read."), say("Scan SHORT and hand the unit to the lead")
    elif state.manual >= state.manual_limit:
        why = say("{n} units were taken by MANUAL on this walk already.", n=state.manual)
        do = say("Scan SHORT and tell the lead")
    else:
        why, do = (
            say("The bin stands for the item then."),
            say("Scan the label of bin {name}, then MANUAL", name=stop.place.name),
        )
    return Problem(
        name="NoManual",
        what=say("{name} is not taken by MANUAL now", name=stop.card.name),
        why=why,
        do=(do,),
        unchanged=NOT_TAKEN,
        picture=stop.card.picture,
    )


def not_empty(name: str, units: int) -> Problem:
    """EMPTY for a tote of this very walk."""
    return Problem(
        name="ToteInUse",
        what=say("Tote {name} is on this walk", name=name),
        detail=count(units, "{n} unit is in it", "{n} units are in it"),
        why=say("It is freed when its order is packed."),
        do=(say("Go on with the walk"),),
        unchanged=NOT_CHANGED,
    )


def unexpected(event: Read, desk: Desk, act: Text) -> Problem:
    """What a scan was, and what is wanted now."""
    what, detail = desk.read(describe, event)
    return Problem(name="Unexpected", what=what, detail=detail, do=(act,), unchanged=NOT_CHANGED)


def bin_refused(state: PickState, stop: Stop, event: BinRead, desk: Desk) -> Problem:
    """Any bin but the one of the stop."""
    scanned = desk.read(place, event.bin_id)
    if scanned.type in queries.DROPS:
        return stops_open(state, scanned)
    return wrong_bin(state, stop, scanned)


def tote_name(state: PickState, work_id: bytes, desk: Desk) -> str:
    """The name of the tote of an order, "" while there is none."""
    tote = tote_of(state, work_id)
    return desk.read(tote_card, tote).name if tote else ""


def left_open(kind: str, walk: queries.WalkLeft) -> LeftOpen:
    """A walk that was left in the middle, for the list of what is open here."""
    n, first = len(walk.orders), walk.orders[0] if walk.orders else "?"
    if walk.counted:
        title = count(n, "Pick order {number}", "Pick {n} orders", number=first)
    else:
        title = count(n, "Take over order {number}", "Take over {n} orders", number=first)
    icon = "shopping-cart" if walk.counted else "hand-helping"
    return LeftOpen(Opening(kind, walk.task_id), icon, title, walk.since, verbatim(walk.holder), walk.code)
