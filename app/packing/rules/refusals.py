"""Every refusal of the pack bench in words: what it is, why, what to do, what did not happen; each with a name."""

from __future__ import annotations

from app.errors import Problem
from app.text import NOTHING, Text, count, say, verbatim

UNCHANGED = say("Nothing was added to the box.")
_SAME = say("Nothing was changed.")


# ---- items ----------------------------------------------------------------------------------------------------------


def not_in_order(name: str, sku: str, picture: str, number: str) -> Problem:
    """The item in the hand is of no open order that is known here."""
    return Problem(
        name="NotInThisOrder",
        what=say("Not in this order"),
        detail=verbatim(f"{name}, {sku}"),
        why=say("Order {number} does not want it.", number=number),
        do=(say("Put it in the blue rework tray"), say("Scan the tray label")),
        unchanged=UNCHANGED,
        picture=picture,
        tray=True,
    )


def of_another_order(name: str, sku: str, picture: str, other: str, station: str) -> Problem:
    """The item in the hand is wanted by another order in work."""
    why = say("It belongs to order {number}, {station}.", number=other, station=station)
    return Problem(
        name="ItemOfAnotherOrder",
        what=say("Not in this order"),
        detail=verbatim(f"{name}, {sku}"),
        why=why if station else say("It belongs to order {number}.", number=other),
        do=(say("Put it in the blue rework tray"), say("Scan the tray label")),
        unchanged=UNCHANGED,
        picture=picture,
        tray=True,
    )


def too_many(name: str, picture: str, wanted: int) -> Problem:
    """The order wants this item, and has all of it."""
    return Problem(
        name="TooMany",
        what=say("One too many"),
        detail=verbatim(name),
        why=count(
            wanted, "This order needs {n}, and it is in the box.", "This order needs {n}, and all are in the box."
        ),
        do=(say("Put one back"), say("Scan the next item or CLEAR")),
        unchanged=UNCHANGED,
        picture=picture,
    )


def nothing_was_there(number: str) -> Problem:
    """SHORT before anything was packed: a box of nothing leaves for nowhere."""
    return Problem(
        name="NothingThere",
        what=say("Nothing of order {number} is packed", number=number),
        why=say("A box without goods cannot leave."),
        do=(say("Scan the next item"), say("Scan PARK if nothing of it is there")),
        unchanged=_SAME,
    )


def box_is_full(name: str, picture: str) -> Problem:
    """The order wants this item, but not in this box: it is being weighed or labelled."""
    return Problem(
        name="BoxIsFull",
        what=say("This box is full"),
        detail=verbatim(name),
        do=(say("Finish this box first"), say("The rest goes into the next one")),
        unchanged=UNCHANGED,
        picture=picture,
    )


def case_too_large(name: str, picture: str, units: int, left: int) -> Problem:
    """A case code counts more units than the order still wants."""
    return Problem(
        name="CaseTooLarge",
        what=say("This case holds {units}", units=units),
        detail=verbatim(name),
        why=count(left, "The order needs {n} more.", "The order needs {n} more."),
        do=(say("Open the case"), say("Scan single units")),
        unchanged=UNCHANGED,
        picture=picture,
    )


def quantity_without_item() -> Problem:
    return Problem(
        name="QuantityWithoutItem",
        what=say("A quantity card follows an item"),
        do=(say("Scan the item"), say("Then the quantity card")),
        unchanged=UNCHANGED,
    )


def quantity_not_allowed(name: str) -> Problem:
    """The policy of the item's class wants each unit scanned."""
    return Problem(
        name="QuantityNotAllowed",
        what=say("Each unit is scanned"),
        detail=verbatim(name),
        why=say("The rule for this kind of item wants a scan of each unit."),
        do=(say("Scan the next unit"),),
        unchanged=UNCHANGED,
    )


def counted_already(name: str, packed: int) -> Problem:
    """A quantity card says less than what was proven."""
    return Problem(
        name="CountedAlready",
        what=count(packed, "{n} is in the box already", "{n} are in the box already"),
        detail=verbatim(name),
        do=(say("Scan UNDO to take one back"),),
        unchanged=say("The count stays."),
    )


# ---- opening --------------------------------------------------------------------------------------------------------


def tote_holds_nothing(name: str) -> Problem:
    return Problem(
        name="ToteHoldsNoOrder",
        what=say("Tote {name} holds no order", name=name),
        do=(say("Scan a tote from the lane"),),
        unchanged=_SAME,
    )


def still_picking(name: str, number: str) -> Problem:
    return Problem(
        name="StillPicking",
        what=say("Tote {name} is still being picked", name=name),
        detail=say("Order {number}", number=number),
        do=(say("Take it back to the picker"), say("Scan another tote")),
        unchanged=_SAME,
    )


def not_picked(number: str) -> Problem:
    return Problem(
        name="NotPicked",
        what=say("Order {number} is not picked yet", number=number),
        do=(say("Scan a tote from the lane"),),
        unchanged=_SAME,
    )


def order_unknown() -> Problem:
    return Problem(
        name="OrderUnknown",
        what=say("This station does not know that order"),
        why=say("It may be old, or the news of it has not come yet."),
        do=(say("Scan it again in a moment"), say("Or scan another tote")),
        unchanged=_SAME,
    )


def on_hold(number: str) -> Problem:
    return Problem(
        name="OrderOnHold",
        what=say("Order {number} is on hold", number=number),
        do=(say("Put the tote on the problem shelf"), say("Ask the shift lead")),
        unchanged=_SAME,
    )


def already_packed(number: str) -> Problem:
    return Problem(
        name="AlreadyPacked",
        what=say("Order {number} is packed already", number=number),
        why=say("All its units are in boxes."),
        do=(say("Scan another tote"),),
        unchanged=_SAME,
    )


def cancelled(number: str, tote: str = "") -> Problem:
    """An order was cancelled while it stood on the bench, or before it came there."""
    do = say("Put everything back into tote {tote}, and scan it", tote=tote)
    return Problem(
        name="OrderCancelled",
        what=say("Order {number} was cancelled", number=number),
        why=say("Its units go back to stock."),
        do=(do,) if tote else (say("Put everything into a free tote, and scan it"),),
        unchanged=UNCHANGED,
    )


def held_on_bench(number: str) -> Problem:
    """An order is held while it stands on the bench."""
    return Problem(
        name="OrderOnHold",
        what=say("Order {number} is on hold", number=number),
        why=say("Somebody keeps it back: it does not leave yet."),
        do=(say("Scan HOLD"), say("Then scan the problem shelf")),
        unchanged=UNCHANGED,
    )


def rest_is_coming(number: str, what: str) -> Problem:
    """Units of the order are being picked: it is not complete yet."""
    return Problem(
        name="RestIsComing",
        what=say("Order {number} is not complete yet", number=number),
        detail=verbatim(what),
        why=say("The rest of it is being picked."),
        do=(say("Leave the tote where it stands"), say("Scan another tote")),
        unchanged=_SAME,
    )


def same_piece(name: str, picture: str, serial: str) -> Problem:
    """A serial number that is in a box of this order already."""
    return Problem(
        name="SameSerial",
        what=say("This very piece is packed already"),
        detail=say("{name}, serial {serial}", name=name, serial=serial),
        why=say("Every piece has its own serial number."),
        do=(say("Scan another piece"),),
        unchanged=UNCHANGED,
        picture=picture,
    )


def other_tote(name: str, number: str, mine: str) -> Problem:
    return Problem(
        name="ToteOfAnotherOrder",
        what=say("That is tote {name}", name=name),
        detail=say("It holds order {number}", number=number) if number else say("It is free"),
        why=say("Order {number} is not finished.", number=mine),
        do=(say("Finish this order first"), say("Or scan HOME and the tote again")),
        unchanged=UNCHANGED,
    )


def other_order(number: str, mine: str) -> Problem:
    return Problem(
        name="AnotherOrder",
        what=say("That is order {number}", number=number),
        why=say("Order {number} is not finished.", number=mine),
        do=(say("Finish this order first"), say("Or scan HOME and the order again")),
        unchanged=UNCHANGED,
    )


# ---- box, label, shelf ----------------------------------------------------------------------------------------------


def box_is_labelled() -> Problem:
    return Problem(
        name="BoxIsLabelled",
        what=say("This box has its weight and label"),
        do=(say("Scan VOID to void the label"), say("Then choose another box")),
        unchanged=say("The box stays."),
    )


def empty_box() -> Problem:
    return Problem(
        name="BoxIsEmpty",
        what=say("Nothing is in this box yet"),
        do=(say("Scan an item first"),),
        unchanged=_SAME,
    )


def nothing_left_for_a_box() -> Problem:
    return Problem(
        name="NothingLeftForABox",
        what=say("All units are in this box"),
        why=say("There is nothing to put into one more."),
        do=(say("Put the box on the scale"),),
        unchanged=_SAME,
    )


def no_such_choice(offers: int) -> Problem:
    return Problem(
        name="NoSuchChoice",
        what=say("That is not on the screen"),
        why=count(offers, "There is {n} offer.", "There are {n} offers."),
        do=(say("Scan the card of an offer that is shown"),),
        unchanged=_SAME,
    )


def routing_code() -> Problem:
    """The upper code of a label names a place and not this parcel."""
    return Problem(
        name="RoutingCode",
        what=say("That is the routing code"),
        why=say("It is the same on every parcel to that place."),
        do=(say("Scan the lower code"),),
        unchanged=say("The box is not closed."),
    )


def other_label(number: str) -> Problem:
    return Problem(
        name="LabelOfAnotherParcel",
        what=say("That is the label of order {number}", number=number),
        why=say("A wrong label sends two parcels to the wrong place."),
        do=(say("Take that label off this box"), say("Scan the label of this box")),
        unchanged=say("The box is not closed."),
    )


def other_box_of_order(number: int) -> Problem:
    return Problem(
        name="LabelOfAnotherBox",
        what=say("That is the label of box {number} of this order", number=number),
        do=(say("Scan the label of this box"),),
        unchanged=say("The box is not closed."),
    )


def no_reason_to_void(reason: int) -> Problem:
    return Problem(
        name="NoSuchReason",
        what=say("Reason {n} says nothing of a label", n=reason),
        do=(say("Scan one of the reasons on the screen"), say("Or scan the label: it stays as it is")),
        unchanged=say("No label was voided."),
    )


def voided_label(code: str) -> Problem:
    return Problem(
        name="VoidedLabel",
        what=say("That label was voided"),
        detail=verbatim(code),
        do=(say("Tear it off and bin it"), say("Scan the new label")),
        unchanged=say("The box is not closed."),
    )


def label_first() -> Problem:
    """VOID or REPRINT before there is anything."""
    return Problem(
        name="NoLabelYet",
        what=say("There is no label yet"),
        do=(say("Go on with the box"),),
        unchanged=_SAME,
    )


def not_a_shelf(name: str) -> Problem:
    return Problem(
        name="NotAProblemShelf",
        what=say("{name} is no problem shelf", name=name),
        do=(say("Scan the label of a problem shelf"),),
        unchanged=say("Nothing was put aside."),
    )


def scale_restless() -> Problem:
    return Problem(
        name="ScaleRestless",
        what=say("The scale is not stable"),
        do=(say("Take your hands off the box"), say("Wait for the weight")),
        unchanged=say("No label was made."),
    )


# ---- codes ----------------------------------------------------------------------------------------------------------

CLASS_NAMES = {
    "BinRead": "PlaceNotWanted",
    "CartRead": "CartNotWanted",
    "ToteRead": "ToteNotWanted",
    "OrderRead": "OrderNotWanted",
    "BadgeRead": "BadgeNotWanted",
    "BoxTypeRead": "BoxNotWanted",
    "StationRead": "StationNotWanted",
    "ParcelRead": "LabelNotWanted",
    "ItemRead": "ItemNotWanted",
    "CommandRead": "CommandNotWanted",
    "QuantityRead": "QuantityNotWanted",
    "ChoiceRead": "ChoiceNotWanted",
    "ReasonRead": "ReasonNotWanted",
    "GradeRead": "GradeNotWanted",
}
"""Which class of code came where another is wanted."""


def wrong_class(name: str, what: Text, detail: Text, act: Text) -> Problem:
    """A known thing of a class that this step does not want."""
    return Problem(name=name, what=what, detail=detail, do=(act,), unchanged=_SAME)


def unknown_code(code: str, act: Text) -> Problem:
    return Problem(
        name="UnknownCode",
        what=say("Nobody here knows this code"),
        detail=verbatim(code),
        do=(act, say("Without a readable code: scan HOLD")),
        unchanged=UNCHANGED,
    )


def damaged_code(code: str, act: Text) -> Problem:
    return Problem(
        name="DamagedCode",
        what=say("That label is damaged"),
        detail=say("Its check character is wrong: {code}", code=code),
        why=NOTHING,
        do=(say("Scan it once more"), act),
        unchanged=UNCHANGED,
    )
