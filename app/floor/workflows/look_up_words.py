"""What a look-up says when it can't do what was asked."""

from __future__ import annotations

from app.errors import Problem
from app.text import NOTHING, Text, say, verbatim

UNCHANGED = say("Nothing was changed.")
WANTED = {
    "thing": say("Scan an order, a tote, an item or a bin"),
    "shown": say("Scan the next thing, or HOME"),
    "type": say("Type the number, or scan the order"),
    "choose": say("Scan the card of a choice"),
    "proof": say("Scan the old label"),
}


def act_of(word: str, number: str) -> Text:
    """What somebody is asked to approve."""
    match word:
        case "HOLD":
            return say("Hold order {number}", number=number)
        case "RELEASE":
            return say("Let order {number} go on", number=number)
        case "CANCEL":
            return say("Cancel order {number}", number=number)
        case _:
            return say("Send the mail of order {number} again", number=number)


def unexpected(step: str, what: Text, detail: Text) -> Problem:
    """A scan that this step does not want: what it was, and what is wanted."""
    unchanged = say("No label was voided.") if step == "proof" else UNCHANGED
    return Problem(name="NotHere", what=what, detail=detail, do=(WANTED[step],), unchanged=unchanged)


def nothing_printed(number: str) -> Problem:
    return Problem(
        name="NothingPrinted",
        what=say("Nothing was printed for order {number} yet", number=number),
        why=say("Slip and label are made when it is packed."),
        do=(say("Scan the next thing, or HOME"),),
        unchanged=say("Nothing was printed."),
    )


def no_papers(number: str) -> Problem:
    return Problem(
        name="NoPapers",
        what=say("Central has no papers of order {number} any more", number=number),
        do=(say("Ask the office"),),
        unchanged=say("Nothing was printed."),
    )


def nothing_to_void(number: str) -> Problem:
    return Problem(
        name="NothingToVoid",
        what=say("Order {number} has no label", number=number),
        do=(say("Scan the label itself, if there is one"),),
        unchanged=say("No label was voided."),
    )


def too_late_to_void(number: str, manifest: str) -> Problem:
    """The carrier has it, by our list or by its own word: then it is paid, and comes back as a return."""
    why = say("The carrier has it already.")
    if manifest and manifest != "?":
        why = say("It stands on manifest {number}, which the carrier has.", number=manifest)
    return Problem(
        name="TooLateToVoid",
        what=say("The label of order {number} can't be voided any more", number=number),
        why=why,
        do=(say("Take it back as a return when it comes"),),
        unchanged=say("No label was voided."),
    )


def another_label(code: str, wanted: str) -> Problem:
    return Problem(
        name="AnotherLabel",
        what=say("That is another label"),
        detail=verbatim(code),
        why=say("Wanted is {tracking}.", tracking=wanted) if wanted else NOTHING,
        do=(say("Scan the old label"), say("Or scan LOOKUP to leave it as it is")),
        unchanged=say("No label was voided."),
    )


def type_first() -> Problem:
    return Problem(
        name="NothingTyped",
        what=say("Nothing is typed yet"),
        do=(say("Type the number, or scan the order"),),
        unchanged=UNCHANGED,
    )


def no_such_order(typed: str) -> Text:
    return say("There is no order {number}", number=typed)


def failed() -> Problem:
    return Problem(
        name="NotDone",
        what=say("Central could not do that"),
        do=(say("Try it once more"), say("If it comes again, call the shift lead")),
        unchanged=UNCHANGED,
    )
