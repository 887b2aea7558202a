"""What a station shows while nobody is signed in. Nothing of it needs the mirror, so it can be shown before that."""

from __future__ import annotations

from app.text import NOTHING, say, verbatim
from app.view import Hero, NameDatum, View


def badge_wanted(station: str) -> View:
    """The screen that asks for a badge; `station` is its name."""
    return View(
        kind="sign-in",
        hero=Hero(
            imperative=say("Scan your badge"),
            icon="id-card",
            datum=NameDatum(verbatim(station), NOTHING),
            second=say("Your name and your language come with it"),
        ),
    )


def not_ready(station: str) -> View:
    """A new station before its first feed, or one whose central has no people yet."""
    hero = Hero(
        imperative=say("One moment"),
        icon="clock",
        datum=NameDatum(verbatim(station), NOTHING),
        second=say("People, places and products are being fetched"),
    )
    return View(kind="sign-in", hero=hero)


def resuming(station: str) -> View:
    """Somebody is signed in, and the program has just begun: work is opened where it was left."""
    hero = Hero(
        imperative=say("One moment"),
        icon="clock",
        datum=NameDatum(verbatim(station), NOTHING),
        second=say("The work is opened where it was left"),
    )
    return View(kind="sign-in", hero=hero)
