"""What receiving refuses, in words."""

from __future__ import annotations

from app.errors import Problem
from app.inventory.queries.receiving import Delivery
from app.inventory.workflows.words import NOT_CHANGED, NOT_COUNTED
from app.text import NOTHING, Text, say, verbatim
from app.work.queries import Place, SkuCard

GO_ON = say("Scan the next item, or DONE")


def delivery_closed(delivery: Delivery) -> Problem:
    """The code of a delivery that was taken in completely."""
    return Problem(
        name="DeliveryClosed",
        what=say("Delivery {number} is closed", number=delivery.number),
        detail=verbatim(delivery.supplier),
        why=say("All of it was taken in already."),
        do=(say("Scan another delivery"), say("Or an item, if nobody announced it")),
        unchanged=NOT_CHANGED,
    )


def other_delivery(delivery: Delivery, number: str) -> Problem:
    """The code of another delivery while one is open."""
    return Problem(
        name="OtherDelivery",
        what=say("That is delivery {number}", number=delivery.number),
        detail=verbatim(delivery.supplier),
        why=say("Delivery {number} is open here.", number=number),
        do=(say("Scan DONE to close this one"), say("Or HOME: it stays open")),
        unchanged=NOT_COUNTED,
    )


def unknown_delivery() -> Problem:
    """A code of a delivery whose rows are not here yet."""
    return Problem(
        name="UnknownDelivery",
        what=say("This delivery is not known here yet"),
        do=(say("Wait a moment and scan it again"),),
        unchanged=NOT_CHANGED,
    )


def not_to_this_place(there: Place) -> Problem:
    """A bin while goods are taken in: they are put away afterwards."""
    return Problem(
        name="NotAtTheDock",
        what=say("That is {name}", name=there.name),
        why=say("Goods are taken in first. Then PUTAWAY leads them to their bins."),
        do=(say("Scan a free tote, or the dock"), GO_ON),
        unchanged=NOT_COUNTED,
        subject=there.id,
    )


def wants_first(card: SkuCard | None, wants: str) -> Problem:
    """Something else while the item before still wants a word."""
    what = {
        "lot": say("First the lot of {name}", name=card.name if card else "?"),
        "serial": say("First the serial number of {name}", name=card.name if card else "?"),
        "date": say("First the date of {name}", name=card.name if card else "?"),
        "choice": say("First say what becomes of {name}", name=card.name if card else "?"),
        "alias": say("First say what the unknown code is"),
    }[wants]
    return Problem(
        name="WordWanted",
        what=what,
        do=(_act(wants), say("Or UNDO to leave it out")),
        unchanged=NOT_COUNTED,
        picture=card.picture if card else "",
    )


def _act(wants: str) -> Text:
    return {
        "lot": say("Scan or type the lot"),
        "serial": say("Scan or type the serial number"),
        "date": say("Type the date, six digits"),
        "choice": say("Scan choice card 1 or 2"),
        "alias": say("Scan the product's own label"),
    }[wants]


def no_date(typed: str) -> Problem:
    """Digits that are no day."""
    return Problem(
        name="NoDate",
        what=say("{digits} is no date", digits=typed),
        why=say("Year, month and day, two digits each: 261231."),
        do=(say("Type it from the beginning"),),
        unchanged=NOT_COUNTED,
    )


def nothing_typed(wants: str) -> Problem:
    """ENTER before anything was typed."""
    return Problem(
        name="NothingTyped", what=say("Nothing was typed"), do=(_act(wants),), unchanged=NOT_COUNTED, detail=NOTHING
    )
