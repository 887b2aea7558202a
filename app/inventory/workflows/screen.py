"""Parts of screens that the tasks of inventory share: buttons, an item in hand, a word to be typed."""

from __future__ import annotations

from collections.abc import Sequence

from app.barcodes import own_code
from app.text import NOTHING, Text, say, verbatim
from app.view import Action, Form, FormField, Hero, ItemPanel, Keyboard, Keypad, NameDatum, Panel, Tone, View, Wanted
from app.work.queries import SkuCard, code_of
from app.workflow import Desk

UNDO = Action("UNDO", "undo-2", say("Undo"), say("last scan"))
HELP = Action("HELP", "circle-help", say("Help"), say("command codes"))
HOME = Action("HOME", "house", say("Home"), say("other task"))
DAMAGED = Action("DAMAGED", "package-x", say("Damaged"), say("one unit"))
BROKEN = Action("DAMAGED", "package-x", say("Damaged"), say("in the hand"))
SKIP = Action("SKIP", "skip-forward", say("Skip"), say("another bin"))


def done(second: Text) -> Action:
    """The button that ends a task; `second` says what that means here."""
    return Action("DONE", "check", say("Done"), second)


def item_panel(
    card: SkuCard, verb: Text, quantity: int, under: Text = NOTHING, lot: str = "", note: Text = NOTHING
) -> ItemPanel:
    """The object in hand: what it is, of which lot, how many."""
    variant = verbatim(card.variant)
    if lot:
        variant = say("{variant}, lot {lot}", variant=variant, lot=lot) if card.variant else say("Lot {lot}", lot=lot)
    return ItemPanel(
        picture=card.picture,
        name=card.title,
        variant=variant,
        sku=card.sku,
        code_tail=card.code_tail,
        verb=verb,
        quantity=quantity,
        under=under,
        note=note,
    )


def typing(kind: str, imperative: Text, card: SkuCard | None, typed: str, desk: Desk, *, digits: bool) -> View:
    """A screen that waits for one word of an item: its lot, serial number or date, scanned or typed."""
    language = desk.operator.language if desk.operator else "en"
    datum = NameDatum(card.title, verbatim(card.sku)) if card else None
    hero = Hero(imperative, "keyboard", datum=datum, tone=Tone.WARN)
    if digits:
        pad = Keypad(say("Year, month, day"), typed, enter=say("Enter"))
        return View(kind=kind, hero=hero, context=(pad,), actions=(UNDO, HELP))
    hero = Hero(imperative, "keyboard", tone=Tone.WARN)
    form = Form(card.title if card else imperative, (FormField(say("Or type it, as it is printed"), typed),), active=0)
    return View(kind=kind, hero=hero, object=(form, Keyboard(language, upper=True)), actions=(UNDO, HELP))


def wanted_items(cards: Sequence[tuple[SkuCard, int]]) -> tuple[Wanted, ...]:
    """Items that may be scanned next, with how many of them."""
    return tuple(Wanted("item", card.title, card.code, units, card.picture) for card, units in cards if card.code)


def wanted_choice(number: int) -> Wanted:
    """A choice card that picks the n-th offer."""
    return Wanted("command", say("Choice {n}", n=number), own_code(f"OPT{number}"))


def wanted_bin(place_id: bytes, name: str, desk: Desk) -> tuple[Wanted, ...]:
    """A bin's label, nothing for a bin without one."""
    code = desk.read(code_of, place_id, "bin")
    return (Wanted("bin", say("Bin {name}", name=name), code),) if code else ()


def panels(*maybe: Panel | None) -> tuple[Panel, ...]:
    """Those that are there."""
    return tuple(panel for panel in maybe if panel is not None)
