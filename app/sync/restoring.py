"""A station's file after a restore: which of two is ahead, and which numbers it may not use again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import FactRow, Itself, NumberRange


@dataclass(frozen=True, slots=True)
class Stream:
    """How far a station's stream is: whose, which incarnation, the number of its last fact and the chain there."""

    station_id: bytes
    incarnation: bytes
    seq: int
    chain: bytes


def stream_of(session: Session) -> Stream | None:
    """The stream of a station's file, None for a file in which no station was founded."""
    me = session.get(Itself, 1, populate_existing=True)
    return None if me is None else Stream(me.station_id, me.incarnation, me.seq, me.chain)


def continues(session: Session, earlier: Stream | None) -> bool:
    """Whether this file goes on where the other one stopped: the same stream, as far or farther."""
    own = stream_of(session)
    if own is None or earlier is None:
        return own is not None
    if (own.station_id, own.incarnation) != (earlier.station_id, earlier.incarnation) or own.seq < earlier.seq:
        return False
    there = select(FactRow.chain).where(FactRow.incarnation == own.incarnation, FactRow.seq == earlier.seq)
    return earlier.seq == 0 or session.scalar(there) == earlier.chain


def forget_numbers(session: Session) -> None:
    """Gives up all leased numbers: some may stand on parcels that this file has forgotten. New ones are asked for."""
    session.execute(delete(NumberRange))
