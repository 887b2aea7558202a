"""What a look at one thing found."""

from __future__ import annotations

from dataclasses import dataclass

from app.text import NOTHING, Text


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was looked at, how it is (`health`: ok, attention, away), in words, and what to do about it."""

    what: str
    health: str
    words: Text
    act: Text = NOTHING
