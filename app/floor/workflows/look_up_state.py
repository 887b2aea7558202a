"""What a look-up holds: the thing that was scanned, what central told of it, and what is being typed or proven."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.errors import Problem
from app.events import Read
from app.text import NOTHING, Text
from app.work.service.timeline import unpacked_words


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of an order's story."""

    at: datetime
    words: Text
    who: str
    where: str


@dataclass(frozen=True, slots=True)
class Told:
    """What central told of an order: why it stands still (nothing when it does not), and its story, newest first."""

    state: str
    held: bool
    cause: Text = NOTHING
    who: Text = NOTHING
    act: Text = NOTHING
    story: tuple[Happened, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """An order that a typed number may mean."""

    order_id: bytes
    number: str


@dataclass(frozen=True, slots=True)
class LookUpState:
    """All of it is on the screen only: whoever restarts the station scans the thing once more.

    `line` says how central stands to what was asked: "" nothing asked, asked, away. `choosing` is what a choice card
    picks from: orders of a typed number ("orders"), or which paper is printed again ("papers").
    """

    read: Read | None = None
    order_id: bytes = b""
    parcel_id: bytes = b""
    told: Told | None = None
    line: str = ""
    typing: bool = False
    typed: str = ""
    choosing: str = ""
    found: tuple[Found, ...] = ()
    proving: bytes = b""
    reprint: str = ""
    page: int = 0


def told(body: dict[str, Any]) -> Told:
    """The answer to the ask "story"; an unknown order has no story."""
    stuck = body.get("stuck") or {}
    words = {name: unpacked_words(stuck[name]) for name in ("cause", "who", "act") if name in stuck}
    story = tuple(
        Happened(datetime.fromisoformat(m["at"]), unpacked_words(m["words"]), str(m["who"]), str(m["where"]))
        for m in body.get("moments", ())
    )
    return Told(str(body.get("state", "")), bool(body.get("holds")), **words, story=story)


def refused(body: dict[str, Any]) -> Problem | None:
    """The refusal that central answered with, None when it did what was asked."""
    if "error" in body:
        return None
    found = body.get("refused")
    if not found:
        return None
    return Problem(
        name=str(found["name"]),
        what=unpacked_words(found["what"]),
        why=unpacked_words(found["why"]),
        do=tuple(unpacked_words(act) for act in found["do"]),
        unchanged=unpacked_words(found["unchanged"]),
    )
