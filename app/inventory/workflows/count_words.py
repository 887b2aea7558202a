"""What counting refuses, in words."""

from __future__ import annotations

from app.errors import Problem
from app.inventory.queries.counting import Counting
from app.inventory.queries.places import holder_name
from app.inventory.workflows.count_state import CountState
from app.inventory.workflows.words import NOT_COUNTED, second
from app.text import say
from app.work.queries import Place, SkuCard
from app.workflow import Desk


def name_of(state: CountState, desk: Desk) -> str:
    """The name of the place that is counted."""
    return desk.read(holder_name, state.place_id)


def not_countable(there: Place) -> Problem:
    """A place at which no stock is kept."""
    return Problem(
        name="NotCountable",
        what=say("That is {name}", name=there.name),
        why=say("No stock is kept there."),
        do=(say("Scan a bin"),),
        unchanged=NOT_COUNTED,
        subject=there.id,
    )


def not_yours(asked: Counting, name: str) -> Problem:
    """A count that others have to make: the second one, or a lead's."""
    if asked.state == "again":
        why = say("You made the first count. The second one is made by somebody else.")
    elif asked.state == "judge":
        why = say("Two counts of it differ: a lead counts it.")
    else:
        why = say("Its last count is not judged yet.")
    return Problem(
        name="NotYourCount",
        what=say("{name} is not yours to count", name=name),
        why=why,
        do=(say("Scan another bin"),),
        unchanged=NOT_COUNTED,
        subject=asked.place_id,
    )


def only_this(other: SkuCard, wanted: SkuCard) -> Problem:
    """Another SKU where only one is to be counted."""
    return Problem(
        name="OnlyThisItem",
        what=say("That is {name}", name=other.name),
        detail=second(other),
        why=say("Only {name} is counted here.", name=wanted.name),
        do=(say("Leave it there"), say("Scan {name}, or DONE", name=wanted.name)),
        unchanged=NOT_COUNTED,
        picture=other.picture,
    )


def another_place(there: Place, counted: Place) -> Problem:
    """Another bin while one is being counted."""
    return Problem(
        name="OtherBin",
        what=say("That is {name}", name=there.name),
        why=say("{name} is being counted.", name=counted.name),
        do=(say("Scan DONE when all of {name} is counted", name=counted.name), say("Then scan the next bin")),
        unchanged=NOT_COUNTED,
        subject=there.id,
    )
