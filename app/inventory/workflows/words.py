"""What inventory refuses, in words: what it is, why not, do this, what did not happen. Shared by its tasks."""

from __future__ import annotations

from app.errors import Problem
from app.events import Read
from app.text import NOTHING, Text, count, day_of, say, verbatim
from app.work.queries import Place, SkuCard, ToteCard, describe, order_card
from app.workflow import Desk

NOT_COUNTED = say("Nothing was counted.")
NOT_MOVED = say("Nothing was moved.")
NOT_CHANGED = say("Nothing was changed.")


def not_wanted(read: Read, desk: Desk, act: Text, unchanged: Text = NOT_CHANGED) -> Problem:
    """A thing of another class than this step wants; unknown and damaged codes say what they are."""
    what, detail = desk.read(describe, read)
    return Problem(name="Unexpected", what=what, detail=detail, do=(act,), unchanged=unchanged)


def second(card: SkuCard) -> Text:
    """The quiet line below a product's name."""
    return verbatim(" · ".join(part for part in (card.variant, card.sku) if part))


def tote_busy(tote: ToteCard, desk: Desk, do: Text) -> Problem:
    """A tote that is at work for an order somewhere else, or that holds nothing where goods are wanted."""
    if tote.state == "free":
        what = say("Tote {name} is empty", name=tote.name)
        return Problem(name="NothingInIt", what=what, do=(do,), unchanged=NOT_CHANGED)
    order = desk.read(order_card, tote.order_id) if tote.order_id else None
    return Problem(
        name="ToteBusy",
        what=say("Tote {name} is in use", name=tote.name),
        detail=say("It holds order {number}", number=order.number) if order else NOTHING,
        do=(do,),
        unchanged=NOT_CHANGED,
    )


def no_dock() -> Problem:
    """The layout has no place of type receive."""
    return Problem(
        name="NoDock",
        what=say("This site has no dock"),
        why=say("Goods are taken in at a place of the type receive, and the layout has none."),
        do=(say("Ask the office to add one to the layout"),),
        unchanged=NOT_CHANGED,
    )


def quantity_first() -> Problem:
    """A quantity card that no item stands before."""
    return Problem(
        name="QuantityWithoutItem",
        what=say("A quantity card follows an item"),
        do=(say("Scan the item"), say("Then the quantity card")),
        unchanged=NOT_COUNTED,
    )


def each_piece(card: SkuCard) -> Problem:
    """A quantity card for what has a serial number of its own."""
    return Problem(
        name="EachPiece",
        what=say("Each piece is scanned"),
        detail=verbatim(card.name),
        why=say("It has a serial number of its own."),
        do=(say("Scan the next piece"),),
        unchanged=NOT_COUNTED,
        picture=card.picture,
    )


def same_piece(card: SkuCard, serial: str) -> Problem:
    """A serial number that was scanned in this task before."""
    return Problem(
        name="SamePiece",
        what=say("This very piece was scanned already"),
        detail=say("{name}, serial {serial}", name=card.name, serial=serial),
        do=(say("Put it with the others"), say("Scan the next piece")),
        unchanged=NOT_COUNTED,
        picture=card.picture,
    )


def damaged_what() -> Problem:
    """DAMAGED while nothing is in the hand."""
    return Problem(
        name="DamagedWhat",
        what=say("What is damaged?"),
        do=(say("Scan the damaged item"), say("Then scan DAMAGED")),
        unchanged=NOT_CHANGED,
    )


def past_date(card: SkuCard, lot: str, expires_on: str, least_days: int, *, expired: bool) -> Problem:
    """Goods that are past their last day, or will be too soon."""
    day = day_of(expires_on)
    short = count(least_days, "At least {n} day must be left.", "At least {n} days must be left.")
    return Problem(
        name="Expired" if expired else "TooShort",
        what=say("Expired: {day}", day=day) if expired else say("Expires too soon: {day}", day=day),
        detail=say("{name}, lot {lot}", name=card.name, lot=lot or "–"),
        why=say("Nobody may be sent this any more.") if expired else short,
        do=(say("Put it on the blue pallet"), say("Scan the next item")),
        unchanged=NOT_COUNTED,
        picture=card.picture,
    )


_NOT_THERE = {
    "no_store": say("Goods for orders are not kept there."),
    "aside": say("These goods must not lie where orders are picked from."),
    "blocked": say("This bin is blocked."),
    "counting": say("Its stock is doubted: it will be counted first."),
    "lots": say("Another lot of it lies there, and lots are kept apart."),
    "hazard": say("Dangerous goods are kept by themselves."),
    "full": say("There is not enough room."),
    "promised": say("Some of it is promised to orders, and nobody picks from there."),
    "same": say("That is where they are taken from."),
}
"""Why goods may not go into a place, by the word of the put-away rule."""


def wrong_store(there: Place, why: str, card: SkuCard, do: Text, detail: Text = NOTHING) -> Problem:
    """A place into which these goods may not go."""
    return Problem(
        name="NotThere",
        what=say("Not into {name}", name=there.name),
        detail=detail or verbatim(card.name),
        why=_NOT_THERE[why],
        do=(do,),
        unchanged=NOT_MOVED,
        picture=card.picture,
        subject=there.id,
    )
