"""Help: the command codes of the screen in hand, to be scanned off the display when the card is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.barcodes import COMMANDS, command_code, own_code
from app.text import Text, say
from app.view import CommandCards, Form, Listing, Offers, Tiles, View

ALWAYS = (
    ("CLEAR", say("Clear an error")), ("HOME", say("Home")), ("OUT", say("Sign out")), ("UNDO", say("Undo")),
    ("THEME", say("Theme")), ("MUTE", say("Softer")),
)  # fmt: skip
"""Commands that every screen understands."""
A_PAGE = 7


CHOICE = re.compile(r"OPT[1-9]")


def code_for(word: str) -> str:
    """The code to scan for what a touch sends: of a command word, or of a choice ("OPT3"); any other code is itself."""
    if word in COMMANDS:
        return command_code(word)
    return own_code(word) if CHOICE.fullmatch(word) else word


def acts(view: View) -> Iterator[tuple[str, Text]]:
    """Everything that can be tapped on this View, or is legal here without a button: its word and how it is called."""
    for action in (*view.actions, *view.more):
        yield action.command, action.verb
    for panel in (*view.object, *view.context):
        match panel:
            case Tiles():
                yield from ((tile.command, tile.word) for tile in panel.tiles if tile.command)
            case Listing():
                yield from ((row.command, row.title) for row in panel.rows if row.command)
            case Offers():
                yield from ((f"OPT{offer.number}", offer.words) for offer in panel.offers)
            case Form():
                yield from ((f"OPT{field.number}", field.label) for field in panel.fields if field.number)


@dataclass(slots=True)
class HelpSheet:
    """Closed (page 0) until HELP; every HELP turns to the next page, and any other scan closes it."""

    page: int = 0
    pages: int = 1

    def turned(self) -> int:
        """The page after this one; 0 behind the last."""
        return self.page + 1 if self.page < self.pages else 0

    def over(self, view: View) -> View:
        """The view with the command codes of everything legal here in the right column."""
        words: dict[str, Text] = {}
        for word, label in (*acts(view), *ALWAYS):
            words.setdefault(word, label)
        cards = [(code_for(word), label) for word, label in words.items() if word != "HELP"]
        self.pages = max(1, -(-len(cards) // A_PAGE))
        if not self.page:
            return view
        page = min(self.page, self.pages)
        title = say("Scan from the screen")
        if self.pages > 1:
            title = say("Scan from the screen, {n} of {m}", n=page, m=self.pages)
        shown = tuple(cards[(page - 1) * A_PAGE : page * A_PAGE])
        wide = not view.context  # what stands on the whole width has no room beside the codes, and is named by them
        return replace(view, context=(CommandCards(title, shown),), object=() if wide else view.object)
