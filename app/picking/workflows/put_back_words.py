"""What the way back refuses, in words: what it is, why not, do this, what did not happen."""

from __future__ import annotations

from app.errors import Problem
from app.events import Read
from app.picking import queries
from app.text import NOTHING, Text, count, say, verbatim
from app.work.queries import Place, SkuCard, ToteCard, describe
from app.workflow import Desk, LeftOpen, Opening

NOT_MOVED = say("Nothing was put back.")
_WHY = {
    "no_store": say("Goods that can be sold go into pick and reserve bins."),
    "aside": say("Damaged goods go where they are set apart."),
    "blocked": say("This bin is blocked."),
    "counting": say("This bin is being counted."),
    "lots": say("Another lot lies there, and lots are kept apart."),
    "hazard": say("Goods of another hazard class lie there."),
    "full": say("There is not enough room."),
}


def act_of(step: str, target: Place | None) -> Text:
    """What is wanted now, as an act."""
    if step == "tote":
        return say("Scan the tote that goes back")
    if step == "item":
        return say("Scan an item of the tote")
    if target is None:
        return say("Scan the bin that you put it into")
    return say("Scan the label of bin {name}", name=target.name)


def nothing_goes_back(tote: ToteCard) -> Problem:
    """A tote of which nothing goes back."""
    return Problem(
        name="NothingGoesBack",
        what=say("That is tote {name}", name=tote.name),
        why=say("Nothing of it goes back: its order goes on, or it is free."),
        do=(say("Scan the tote of a cancelled order"), say("Or scan HOME")),
        unchanged=NOT_MOVED,
    )


def other_tote(tote: ToteCard, mine: ToteCard, act: Text) -> Problem:
    """Another tote while one is put back."""
    return Problem(
        name="OtherTote",
        what=say("That is tote {name}", name=tote.name),
        why=say("Tote {name} is being put back.", name=mine.name),
        do=(act, say("Scan HOME to change the task")),
        unchanged=NOT_MOVED,
    )


def not_in_tote(card: SkuCard, tote: ToteCard, act: Text) -> Problem:
    """An item that does not go back out of this tote."""
    return Problem(
        name="NotInTote",
        what=say("That is {name}", name=card.name),
        detail=_second(card),
        why=say("By the book nothing more of it is in tote {tote}.", tote=tote.name),
        do=(act, say("Put it on the problem shelf if it was in the tote")),
        unchanged=NOT_MOVED,
        picture=card.picture,
    )


def _second(card: SkuCard) -> Text:
    return verbatim(" · ".join(part for part in (card.variant, card.sku) if part))


def hand_full(card: SkuCard, act: Text) -> Problem:
    """Something else while units are in the hand."""
    return Problem(
        name="HandFull",
        what=say("{name} is still in the hand", name=card.name),
        why=say("It has to be in a bin first."),
        do=(act, say("Or scan UNDO and lay it back into the tote")),
        unchanged=NOT_MOVED,
        picture=card.picture,
    )


def same_piece(card: SkuCard, serial: str) -> Problem:
    return Problem(
        name="SameSerial",
        what=say("This very piece is counted already"),
        detail=say("Serial {serial}", serial=serial),
        why=say("Every piece has its own serial number."),
        do=(say("Scan another piece"),),
        unchanged=NOT_MOVED,
        picture=card.picture,
    )


def too_many(card: SkuCard, left: int) -> Problem:
    """More units than go back."""
    return Problem(
        name="TooMany",
        what=say("That is more than goes back"),
        detail=verbatim(card.name),
        why=count(left, "{n} is left of it.", "{n} are left of it."),
        do=(say("Scan the bin, or a card with the right number"),),
        unchanged=NOT_MOVED,
        picture=card.picture,
    )


def no_quantity(act: Text) -> Problem:
    return Problem(
        name="NoQuantity",
        what=say("A quantity card follows an item"),
        why=say("Nothing is in the hand yet."),
        do=(act,),
        unchanged=NOT_MOVED,
    )


def each_piece(card: SkuCard) -> Problem:
    return Problem(
        name="EachUnit",
        what=say("A card does not count {name}", name=card.name),
        why=say("Each piece has a serial number of its own."),
        do=(say("Scan the next piece"),),
        unchanged=NOT_MOVED,
        picture=card.picture,
    )


def item_first(where: Place, act: Text) -> Problem:
    """A bin while nothing is in the hand."""
    return Problem(
        name="ItemFirst",
        what=say("That is {name}", name=where.name),
        why=say("Nothing is in the hand yet."),
        do=(act,),
        unchanged=NOT_MOVED,
        subject=where.id,
    )


def not_there(where: Place, card: SkuCard, why: str, target: Place | None) -> Problem:
    """A bin into which put-away would not let these units."""
    do = say("Put it into {name}", name=target.name) if target is not None else say("Take another bin")
    return Problem(
        name="WrongBin",
        what=say("{name} does not go into {bin}", name=card.name, bin=where.name),
        why=_WHY.get(why, NOTHING),
        do=(do,),
        unchanged=NOT_MOVED,
        picture=card.picture,
        subject=where.id,
    )


def nothing_in_hand(act: Text) -> Problem:
    return Problem(
        name="NothingInHand",
        what=say("Which unit is damaged?"),
        why=say("Nothing is in the hand."),
        do=(act, say("Then scan DAMAGED")),
        unchanged=NOT_MOVED,
    )


def unexpected(event: Read, desk: Desk, act: Text) -> Problem:
    """What a scan was, and what is wanted now."""
    what, detail = desk.read(describe, event)
    return Problem(name="Unexpected", what=what, detail=detail, do=(act,), unchanged=NOT_MOVED)


def left_open(kind: str, way: queries.WayBackLeft) -> LeftOpen:
    """A way back that was left in the middle, for the list of what is open here."""
    title = say("Put back order {number}", number=way.number)
    return LeftOpen(Opening(kind, way.task_id), "undo-2", title, way.since, say("Tote {name}", name=way.tote), way.code)
