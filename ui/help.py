"""Help: the command codes of the screen in hand, to be scanned off the display when the card is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.barcodes import command_code
from app.text import say
from app.view import CommandCards, View

ALWAYS = (("CLEAR", say("Clear an error")), ("HOME", say("Home")), ("OUT", say("Sign out")))
"""Commands that every screen understands."""


@dataclass(slots=True)
class HelpSheet:
    """Open from HELP until the next scan, whatever it is."""

    is_open: bool = False

    def over(self, view: View) -> View:
        """The view with the command codes of its buttons in the right column."""
        if not self.is_open:
            return view
        words = [(a.command, a.verb) for a in view.actions if a.command != "HELP"]
        words += [(word, label) for word, label in ALWAYS if word not in {c for c, _ in words}]
        cards = tuple((command_code(word), label) for word, label in words[:6])
        return replace(view, context=(CommandCards(say("Scan from the screen"), cards),))
