"""What is said of an order by the state that it is in: where it stands, whose turn it is, what they do next."""

from __future__ import annotations

from dataclasses import dataclass

from app.text import NOTHING, Text, say
from app.view import Tone
from app.work.rules.states import state_words

LEADERS = frozenset({"lead", "office"})
"""Roles that see figures while a count may follow, and that hold, release and cancel."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands. `who` is empty when nobody has to do anything."""

    icon: str
    words: Text
    who: Text = NOTHING
    act: Text = NOTHING
    tone: Tone = Tone.NORMAL


def standing(state: str, station: str = "", totes: tuple[str, ...] = (), *, parked: bool = False) -> Standing:
    """The words for a state of `models.orders.Order`, with the station that has it and the totes it lies in."""
    where = station or say("a station")
    match state:
        case "received":
            return Standing("inbox", say("Received, not released yet"), say("Office"), say("Release it"))
        case "held":
            return Standing("circle-pause", say("Held"), say("Shift lead"), say("Clear the cause"), Tone.WARN)
        case "released":
            return Standing("list", say("Waits to be picked"), say("Picker"), say("Scan a free tote or a cart"))
        case "picking":
            return Standing("footprints", say("Being picked"), say("Picker"), say("Walks to the last stop"))
        case "picked" if parked:
            words = say("Put aside, units are missing")
            return Standing("square-parking", words, say("Shift lead"), say("Find the units or cancel them"), Tone.WARN)
        case "picked":
            act = say("Scan tote {name}", name=totes[0]) if totes else say("Scan its tote")
            return Standing("shopping-cart", say("Picked, waits to be packed"), say("Packer"), act)
        case "packing":
            return Standing(
                "package-open", say("Being packed at {station}", station=where), say("Packer"), say("Goes on")
            )
        case "packed":
            act = say("Scan the label on its box")
            return Standing("package-check", say("Packed at {station}, not closed", station=where), say("Packer"), act)
        case "shipped":
            return Standing("truck", say("All boxes are closed"), tone=Tone.OK)
        case "cancelled":
            return Standing("ban", say("Cancelled"), tone=Tone.WARN)
        case _:
            return Standing("circle-dot", say("It is {state}", state=state_words(state)))
