"""Every refusal of the returns bench in words: what it is, why, what to do, what did not happen; each with a name."""

from __future__ import annotations

from app.errors import Problem
from app.text import NOTHING, Text, count, say, verbatim

UNCHANGED = say("Nothing came back by this scan.")
_SAME = say("Nothing was changed.")
ASIDE = (say("Put it aside and scan RETURN"), say("Then scan it: it goes to quarantine"))
"""The way of what does not belong to the return in hand."""


# ---- what cannot be opened ------------------------------------------------------------------------------------------


def not_shipped_yet(number: str) -> Problem:
    """An order of which no closed parcel left."""
    return Problem(
        name="NothingLeft",
        what=say("Nothing of order {number} has left yet", number=number),
        why=say("Only what was shipped can come back."),
        do=(say("Scan the label, slip or order of what came back"),),
        unchanged=_SAME,
    )


def order_unknown() -> Problem:
    return Problem(
        name="OrderUnknown",
        what=say("This order is not known here"),
        why=say("It left before this house kept its books, or from another one."),
        do=(say("Scan RETURN"), say("Then scan the item: it goes to quarantine")),
        unchanged=_SAME,
    )


def all_back(number: str) -> Problem:
    """Everything that was shipped came back before."""
    return Problem(
        name="AllBack",
        what=say("All of order {number} came back already", number=number),
        do=(say("Scan another return"), say("A unit too many: RETURN, then the unit")),
        unchanged=_SAME,
    )


# ---- items ----------------------------------------------------------------------------------------------------------


def not_of_this_order(name: str, sku: str, picture: str, number: str) -> Problem:
    return Problem(
        name="NotOfThisOrder",
        what=say("Not shipped with this order"),
        detail=verbatim(f"{name}, {sku}"),
        why=say("Order {number} never held it.", number=number),
        do=ASIDE,
        unchanged=UNCHANGED,
        picture=picture,
    )


def too_many(name: str, picture: str, shipped: int, left: int) -> Problem:
    """More than was shipped, or than is not back yet."""
    why = count(shipped, "{n} was shipped, and it is back.", "{n} were shipped, and all are back.")
    if left:
        why = count(left, "Of {shipped} that were shipped {n} is not back.",
                    "Of {shipped} that were shipped {n} are not back.", shipped=shipped)  # fmt: skip
    return Problem(
        name="MoreThanShipped",
        what=say("More than was shipped"),
        detail=verbatim(name),
        why=why,
        do=ASIDE,
        unchanged=UNCHANGED,
        picture=picture,
    )


def wrong_lot(name: str, picture: str, lot: str, lots: tuple[str, ...]) -> Problem:
    return Problem(
        name="WrongLot",
        what=say("Lot {lot} did not leave with this order", lot=lot),
        detail=verbatim(name),
        why=say("Shipped was lot {lots}.", lots=", ".join(lots)) if lots else NOTHING,
        do=ASIDE,
        unchanged=UNCHANGED,
        picture=picture,
    )


def wrong_serial(name: str, picture: str, serial: str, whose: Text) -> Problem:
    """A serial number that this order never shipped; `whose` says what it is."""
    return Problem(
        name="WrongSerial",
        what=say("Serial {serial} did not leave with this order", serial=serial),
        detail=verbatim(name),
        why=whose,
        do=ASIDE,
        unchanged=UNCHANGED,
        picture=picture,
    )


def serial_is_back(name: str, picture: str, serial: str) -> Problem:
    return Problem(
        name="SerialIsBack",
        what=say("Serial {serial} came back already", serial=serial),
        detail=verbatim(name),
        do=(say("Scan the serial number of the piece in your hand"),),
        unchanged=UNCHANGED,
        picture=picture,
    )


def one_piece_a_serial(name: str) -> Problem:
    return Problem(
        name="OnePieceASerial",
        what=say("Each piece has its own serial number"),
        detail=verbatim(name),
        do=(say("Grade this piece and put it away"), say("Then scan the next piece")),
        unchanged=UNCHANGED,
    )


def grade_first(name: str, picture: str) -> Problem:
    """Another item while one lies ungraded in the hand."""
    return Problem(
        name="GradeFirst",
        what=say("One item is not graded yet"),
        detail=verbatim(name),
        do=(say("Scan its grade card"), say("Or UNDO, if it is not here")),
        unchanged=UNCHANGED,
        picture=picture,
    )


def put_away_first(name: str, place: str) -> Problem:
    return Problem(
        name="PutAwayFirst",
        what=say("One item is not put away yet"),
        detail=verbatim(name),
        do=(say("Put it into {place}", place=place), say("Scan that place")),
        unchanged=UNCHANGED,
    )


def quantity_without_item() -> Problem:
    return Problem(
        name="QuantityWithoutItem",
        what=say("A quantity card follows an item"),
        do=(say("Scan the item"), say("Then the quantity card")),
        unchanged=UNCHANGED,
    )


def no_units() -> Problem:
    return Problem(
        name="NoUnits",
        what=say("Nothing to count"),
        do=(say("Scan UNDO to take the item back"),),
        unchanged=UNCHANGED,
    )


def grade_without_item() -> Problem:
    return Problem(
        name="GradeWithoutItem",
        what=say("A grade card follows an item"),
        do=(say("Scan the item"), say("Then its grade")),
        unchanged=UNCHANGED,
    )


def no_such_grade(grade: int) -> Problem:
    return Problem(
        name="NoSuchGrade",
        what=say("There is no grade {n}", n=grade),
        do=(say("Scan a grade card, 1 to 4"),),
        unchanged=UNCHANGED,
    )


# ---- places ---------------------------------------------------------------------------------------------------------


def wrong_place(scanned: str, wanted: str, disposition: Text, why: Text, subject: bytes) -> Problem:
    return Problem(
        name="WrongPlace",
        what=say("That is {name}", name=scanned),
        detail=disposition,
        why=why,
        do=(say("Put it into {place}", place=wanted),),
        unchanged=UNCHANGED,
        subject=subject,
    )


def no_place(disposition: Text) -> Problem:
    """The layout has no place that takes what is graded so."""
    return Problem(
        name="NoPlace",
        what=say("There is no place for this"),
        detail=disposition,
        why=say("The layout has neither such a place nor a quarantine place."),
        do=(say("Scan another grade"), say("Or call the lead: the layout wants a place")),
        unchanged=UNCHANGED,
    )


# ---- the rest -------------------------------------------------------------------------------------------------------


def no_such_choice(offered: int) -> Problem:
    return Problem(
        name="NoSuchChoice",
        what=say("There is no such choice"),
        why=count(offered, "{n} is offered.", "{n} are offered."),
        do=(say("Scan one of the choices on the screen"),),
        unchanged=_SAME,
    )


def parcel_first() -> Problem:
    """A reason card for a whole parcel without its label."""
    return Problem(
        name="ParcelFirst",
        what=say("A whole parcel is told by its label"),
        do=(say("Scan the shipping label of the parcel"), say("Then refused or undelivered")),
        unchanged=_SAME,
    )


def not_this_reason(reason: int) -> Problem:
    return Problem(
        name="NoSuchReason",
        what=say("Reason {n} says nothing of a parcel", n=reason),
        do=(say("Scan RSN5 refused or RSN6 undelivered"),),
        unchanged=_SAME,
    )


def begun_already() -> Problem:
    return Problem(
        name="BegunAlready",
        what=say("Items of this return were scanned already"),
        do=(say("Go on item by item"), say("Or UNDO them first")),
        unchanged=_SAME,
    )


def nothing_came_back() -> Problem:
    return Problem(
        name="NothingCameBack",
        what=say("Nothing came back yet"),
        do=(say("Scan the item that came back"), say("Or HOME to leave")),
        unchanged=_SAME,
    )


def wrong_class(name: str, what: Text, detail: Text, act: Text) -> Problem:
    """A thing of another kind than this step wants."""
    return Problem(name=name, what=what, detail=detail, do=(act,), unchanged=_SAME)


def unknown_code(code: str, act: Text) -> Problem:
    return Problem(
        name="UnknownCode",
        what=say("Nobody here knows this code"),
        detail=verbatim(code),
        do=(act, say("No readable code: put it aside for the lead")),
        unchanged=UNCHANGED,
    )


def damaged_code(code: str, act: Text) -> Problem:
    return Problem(
        name="DamagedCode",
        what=say("That label is damaged"),
        detail=say("Its check character is wrong: {code}", code=code),
        do=(act,),
        unchanged=_SAME,
    )
