"""Totes on a problem shelf, as a look-up tells of them: whose they are, since when, and what they wait for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.picking.queries import Missing, ParkedTote
from app.text import NOTHING, Text, moment, say
from app.view import ListingRow, Note, Tone


def waits_for(tote: ParkedTote) -> Text:
    """One line: what this tote waits for, and what is done about it."""
    match tote.waits:
        case "complete":
            return say("It can go on: scan it at a bench")
        case "rest":
            return say("Being picked: {what}", what=_missing(tote.missing))
        case "held":
            return say("Its order is held")
        case "short":
            return say("Missing: {what}", what=_missing(tote.missing))
        case _:
            return say("Its order is not ready to be packed")


def _missing(missing: Sequence[Missing]) -> Text:
    if len(missing) == 1:
        return say("{n} × {name}", n=missing[0].units, name=missing[0].name)
    return say("{n} units of {m} products", n=sum(one.units for one in missing), m=len(missing))


def parked_rows(totes: Sequence[ParkedTote], now: datetime) -> tuple[ListingRow, ...]:
    """A row for each tote, those that can go on first."""
    return tuple(
        ListingRow(
            "circle-check" if tote.is_complete else "square-parking",
            say("Tote {name}, order {number}", name=tote.tote, number=tote.number),
            waits_for(tote),
            moment(tote.parked_at, now) if tote.parked_at else NOTHING,
            Tone.NORMAL if tote.is_complete else Tone.WARN,
        )
        for tote in totes
    )


def parked_note(tote: ParkedTote) -> Note:
    """Where a tote of the order that is looked at stands, and what it waits for."""
    title = say("Put aside on {shelf}", shelf=tote.shelf or "?")
    return Note("square-parking", title, waits_for(tote), Tone.NORMAL if tote.is_complete else Tone.WARN)
