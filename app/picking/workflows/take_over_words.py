"""What a take-over refuses, in words: what it is, why not, do this, what did not happen."""

from __future__ import annotations

from app.errors import Problem
from app.events import CartRead, Read, ToteRead
from app.picking import queries
from app.picking.queries import WalkElsewhere
from app.picking.workflows.take_over_state import TakeState
from app.text import Text, say, verbatim
from app.work.queries import SkuCard, ToteCard, describe, order_card, tote_card
from app.workflow import Desk

NOT_TAKEN = say("Nothing was taken over.")
NOT_COUNTED = say("Nothing was counted.")


def act_of(step: str, state: TakeState, desk: Desk) -> Text:
    """What is wanted now, as an act."""
    if step == "confirm":
        if state.subject is None:
            return say("Scan a tote or the cart of the walk")
        return say("Scan CHANGE or it once more to take it over")
    if step == "count":
        name = desk.read(tote_card, state.counting).name
        return say("Scan every item in tote {name}, then DONE", name=name)
    if state.choosing:
        return say("Scan the choice card of its order")
    if state.to_count:
        return say("Scan tote {name}", name=desk.read(tote_card, state.to_count[0]).name)
    return say("Scan DONE, or one more tote of the cart") if state.bound else say("Scan a tote of the cart, or DONE")


def other_of(event: ToteRead | CartRead, desk: Desk) -> WalkElsewhere | None:
    """The station that walks with this, None when nobody else does."""
    me = desk.station.station_id
    if isinstance(event, CartRead):
        return desk.read(queries.cart_elsewhere, me, event.cart_id)
    return desk.read(queries.tote_elsewhere, me, event.tote_id)


def nobody_walks(event: ToteRead | CartRead, desk: Desk) -> Problem:
    """A tote or cart with which nobody else walks."""
    what, detail = desk.read(describe, event)
    return Problem(
        name="NobodyWalks",
        what=what,
        detail=detail,
        why=say("No other station walks with it."),
        do=(say("Scan a tote or the cart of the walk"), say("Or scan HOME")),
        unchanged=NOT_TAKEN,
    )


def counted_already(tote: ToteCard, act: Text) -> Problem:
    return Problem(
        name="CountedAlready",
        what=say("Tote {name} is counted already", name=tote.name),
        do=(act, say("Scan UNDO to count it once more")),
        unchanged=NOT_COUNTED,
    )


def of_another_order(tote: ToteCard, desk: Desk, act: Text) -> Problem:
    """A tote of an order that was not taken over."""
    order = desk.read(order_card, tote.order_id) if tote.order_id else None
    return Problem(
        name="OtherTote",
        what=say("That is tote {name}", name=tote.name),
        detail=say("It holds order {number}", number=order.number if order else "?"),
        why=say("It is not of this walk."),
        do=(act,),
        unchanged=NOT_COUNTED,
    )


def not_of_this_order(card: SkuCard) -> Problem:
    """An item that no line of the order wants."""
    return Problem(
        name="NotOfThisOrder",
        what=say("That is {name}", name=card.name),
        detail=verbatim(" · ".join(part for part in (card.variant, card.sku) if part)),
        why=say("The order of this tote does not want it."),
        do=(say("Take it out, to the problem shelf"), say("Scan the next item or DONE")),
        unchanged=NOT_COUNTED,
        picture=card.picture,
    )


def same_piece(card: SkuCard, serial: str) -> Problem:
    return Problem(
        name="SameSerial",
        what=say("This very piece is counted already"),
        detail=say("Serial {serial}", serial=serial),
        why=say("Every piece has its own serial number."),
        do=(say("Scan the next piece or DONE"),),
        unchanged=NOT_COUNTED,
        picture=card.picture,
    )


def lot_wanted(card: SkuCard) -> Problem:
    return Problem(
        name="LotWanted",
        what=say("Which lot is this?"),
        detail=verbatim(card.name),
        why=say("This code does not say the lot."),
        do=(say("Scan the code with the lot"),),
        unchanged=NOT_COUNTED,
        picture=card.picture,
    )


def no_quantity(act: Text) -> Problem:
    return Problem(
        name="NoQuantity",
        what=say("A quantity card follows an item"),
        why=say("Nothing of this tote was scanned yet."),
        do=(act,),
        unchanged=NOT_COUNTED,
    )


def each_piece(card: SkuCard) -> Problem:
    return Problem(
        name="EachUnit",
        what=say("A card does not count {name}", name=card.name),
        why=say("Each piece has a serial number of its own."),
        do=(say("Scan the next piece"),),
        unchanged=NOT_COUNTED,
        picture=card.picture,
    )


def totes_left(act: Text) -> Problem:
    """DONE before every tote was counted."""
    return Problem(
        name="TotesLeft",
        what=say("A tote is not counted yet"),
        why=say("What lies in it would not be known."),
        do=(act, say("Then scan its items and DONE; DONE alone if it is empty")),
        unchanged=say("The walk does not go on yet."),
    )


def unexpected(event: Read, desk: Desk, act: Text) -> Problem:
    """What a scan was, and what is wanted now."""
    what, detail = desk.read(describe, event)
    return Problem(name="Unexpected", what=what, detail=detail, do=(act,), unchanged=NOT_COUNTED)
