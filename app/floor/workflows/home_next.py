"""What the home screen leads a person to: the first work of their role that waits, then the others' work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.floor import queries
from app.picking.queries import parked_totes
from app.text import NOTHING, Text, count, moment, say
from app.view import CountDatum, Hero
from app.workflow import Card, Desk

PARKED = "PARKED"
"""Totes that were put aside and can go on now: work of packing that has no card of its own."""
LED: dict[str, tuple[str, ...]] = {
    "picker": ("PICK", "PUTBACK", "PUTAWAY", "COUNT"),
    "packer": ("PACK", PARKED, "PICK", "PUTBACK"),
    "receiver": ("RECEIVE", "PUTAWAY", "RETURN", "COUNT"),
    "lead": ("STUCK", PARKED, "PACK", "PICK", "PUTBACK"),
    "office": ("STUCK", "RETURN", PARKED, "PACK", "PICK"),
}
"""What each role does first; after that comes what else is a person's own, then everybody's, in the order of cards."""


@dataclass(frozen=True, slots=True)
class Task:
    """A tile's worth: a card, and how much of it waits (None: nothing to count)."""

    card: Card
    waiting: int | None
    own: bool


@dataclass(frozen=True, slots=True)
class Lead:
    """What the hero says while work of one kind waits: what to scan, and what the number counts."""

    imperative: Text
    icon: str
    words: Callable[[int], Text]


LEADS = {
    "RECEIVE": Lead(
        say("Scan a delivery"), "truck", lambda n: count(n, "delivery expected", "deliveries expected")
    ),
    "PUTAWAY": Lead(
        say("Scan a tote of received goods"), "layers", lambda n: count(n, "tote to put away", "totes to put away")
    ),
    "PICK": Lead(
        say("Scan a free tote or a cart"), "shopping-cart", lambda n: count(n, "order to pick", "orders to pick")
    ),
    "PACK": Lead(say("Scan a tote"), "package", lambda n: count(n, "tote to pack", "totes to pack")),
    PARKED: Lead(
        say("Scan a tote from the problem shelf"), "square-parking",
        lambda n: count(n, "tote can go on", "totes can go on"),
    ),
    "PUTBACK": Lead(
        say("Scan the tote that goes back"), "undo-2", lambda n: count(n, "tote to put back", "totes to put back")
    ),
    "COUNT": Lead(
        say("Scan the label of a bin to count"), "clipboard-list", lambda n: count(n, "bin to count", "bins to count")
    ),
    "RETURN": Lead(
        say("Scan a parcel that came back"), "undo-2", lambda n: count(n, "return to take in", "returns to take in")
    ),
    "STUCK": Lead(
        say("Scan the STUCK card"), "circle-pause", lambda n: count(n, "order stands still", "orders stand still")
    ),
}  # fmt: skip
"""Which thing begins the work of a card; a card that does not stand here is begun by its own card."""
NEVER = frozenset(("OPEN",))
"""Tiles whose number is no new work."""


def tasks_of(desk: Desk) -> tuple[Task, ...]:
    """Every task that has a card: first what the person's role does first, then the rest of their own, then others'."""
    role = desk.operator.role if desk.operator else ""
    led = LED.get(role, ())
    found = [Task(w.card, w.waiting(desk), own=role in w.card.roles) for w in desk.workflows if w.card]

    def rank(task: Task) -> tuple[bool, int, bool, int, str]:
        word = task.card.word
        place = led.index(word) if word in led else len(led)
        return word not in led, place, not task.own, task.card.order, word

    return tuple(sorted(found, key=rank))


def hero_of(tasks: Sequence[Task], desk: Desk) -> Hero:
    """The first kind of work that waits, for this role; of nobody's: nothing waits."""
    role = desk.operator.role if desk.operator else ""
    waiting = {task.card.word: task.waiting for task in tasks if task.waiting and task.card.word not in NEVER}
    parked = [tote for tote in desk.read(parked_totes) if tote.is_complete]
    if parked:
        waiting[PARKED] = len(parked)
    if not waiting:
        return Hero(
            imperative=say("Nothing is waiting"),
            icon="circle-check",
            second=say("New orders appear here by themselves"),
        )
    word = next(word for word in (*LED.get(role, ()), *waiting) if word in waiting)
    number = waiting[word]
    lead = LEADS.get(word) or _by_card(next(task.card for task in tasks if task.card.word == word))
    second = _due(desk) or say("The task opens by itself")
    if word == PARKED:
        second = say("Tote {name} on {shelf}, order {number}", name=parked[0].tote, shelf=parked[0].shelf or "?",
                     number=parked[0].number)  # fmt: skip
    return Hero(
        imperative=lead.imperative, icon=lead.icon, datum=CountDatum(str(number), lead.words(number)), second=second
    )


def _by_card(card: Card) -> Lead:
    return Lead(say("Scan the card {word}", word=card.word), card.icon, lambda _: card.title)


def _due(desk: Desk) -> Text:
    """When orders must have left, said only where they say so themselves."""
    now = desk.clock.now()
    found = desk.read(queries.cut_off, now)
    if found.late:
        return count(found.late, "{n} order is past its cut-off", "{n} orders are past their cut-off")
    if found.at is None:
        return NOTHING
    at = moment(found.at, now)
    return count(found.orders, "{n} order must leave by {at}", "{n} orders must leave by {at}", at=at)
