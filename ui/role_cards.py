"""The role cards: for each role one card with the commands of its work, and the cards that everybody needs.

The word on a card is the one that screens name ("Scan EMPTY"), the same in every language; what it does is said in
the language of whoever carries it.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from app.barcodes import command_code, own_code
from app.documents import CommandCard, CommandEntry
from app.packing.rules.voids import VOID_REASONS
from app.text import Text, say
from ui.icons.strokes import as_text
from ui.translate import Translator

COMMAND_WORDS: MappingProxyType[str, tuple[str, Text]] = MappingProxyType(
    {
        "UNDO": ("undo-2", say("take the last scan back")),
        "CLEAR": ("hand", say("leave an error")),
        "HELP": ("circle-help", say("command codes of this screen")),
        "HOME": ("house", say("back to the home screen, the work is kept")),
        "OUT": ("log-out", say("sign out")),
        "HOLD": ("circle-pause", say("put the order on hold")),
        "REPRINT": ("printer", say("print the paper again, same number")),
        "DONE": ("check", say("finished here")),
        "SKIP": ("skip-forward", say("come back to this later; the next rows of a list")),
        "SHORT": ("package-minus", say("not enough there")),
        "DAMAGED": ("package-x", say("damaged, not usable")),
        "NEWTOTE": ("package-plus", say("this tote is full, take another")),
        "EMPTY": ("package-open", say("set an empty tote free")),
        "PARK": ("inbox", say("put the order on the problem shelf")),
        "BOX": ("box", say("another box instead")),
        "NEWBOX": ("boxes", say("one more box")),
        "VOID": ("trash-2", say("void the own label")),
        "CHANGE": ("repeat", say("change what the screen names: box, service, price, motion")),
        "MANUAL": ("keyboard", say("no readable code: type it, or say so")),
        "MUTE": ("volume-1", say("sound softer")),
        "THEME": ("contrast", say("day, dark, high contrast")),
        "PICK": ("shopping-cart", say("begin to pick")),
        "PACK": ("package", say("begin to pack")),
        "RECEIVE": ("truck", say("take a delivery in")),
        "PUTAWAY": ("layers", say("put received goods away")),
        "MOVE": ("arrow-left-right", say("move goods to another bin")),
        "COUNT": ("clipboard-list", say("count a bin")),
        "RETURN": ("rotate-ccw", say("take a return in")),
        "LOOKUP": ("search", say("what is this, and where is it")),
        "STUCK": ("circle-alert", say("why orders stand still")),
        "OPEN": ("history", say("what was begun here and left")),
        "ASIDE": ("inbox", say("what central could not do by itself")),
        "DEVICES": ("stethoscope", say("test scanner, printer, scale, sound, screen")),
        "NEWORDER": ("phone", say("enter an order from the phone or the counter")),
        "FOUND": ("package-search", say("found after all")),
        "PUTBACK": ("undo", say("bring a cancelled order's goods back to their bins")),
        "CANCEL": ("ban", say("cancel the order")),
        "RESEND": ("mail", say("send the mail again")),
        "RELEASE": ("play", say("let a held order go on")),
    }
)
EVERYBODY = "UNDO CLEAR HELP HOME OPEN OUT DONE SKIP MANUAL LOOKUP DEVICES THEME MUTE".split()
"""Commands on every card."""
ROLES: MappingProxyType[str, tuple[Text, tuple[str, ...]]] = MappingProxyType(
    {
        "picker": (
            say("Picker"),
            ("PICK", "SHORT", "DAMAGED", "NEWTOTE", "FOUND", "EMPTY", "PUTAWAY", "MOVE", "COUNT", "PUTBACK"),
        ),
        "packer": (
            say("Packer"),
            ("PACK", "BOX", "NEWBOX", "CHANGE", "SHORT", "DAMAGED", "PARK", "HOLD", "REPRINT", "VOID", "EMPTY", "COUNT",
             "FOUND"),
        ),
        "receiver": (
            say("Receiver"),
            (
                "RECEIVE", "PUTAWAY", "MOVE", "COUNT", "RETURN", "DAMAGED", "SHORT", "FOUND", "NEWTOTE", "EMPTY",
                "CHANGE",
            ),
        ),
        "lead": (
            say("Shift lead"),
            (
                "STUCK", "RELEASE", "HOLD", "CANCEL", "REPRINT", "VOID", "RESEND", "NEWORDER", "CHANGE", "PICK",
                "PACK", "RECEIVE", "PUTAWAY", "MOVE", "COUNT", "FOUND", "PUTBACK", "RETURN", "EMPTY", "ASIDE",
            ),
        ),
        "office": (
            say("Office"),
            ("NEWORDER", "CHANGE", "STUCK", "RELEASE", "HOLD", "CANCEL", "RESEND", "REPRINT", "RETURN", "RECEIVE",
             "PUTAWAY", "MOVE", "COUNT", "FOUND", "ASIDE"),
        ),
    }
)  # fmt: skip
"""The name of each role, and the commands of its own work."""
QUANTITIES = (*range(10), 10, 12, 24)
REASONS = MappingProxyType(
    {
        1: say("empty"), 2: say("damaged"), 3: say("wrong item"), 4: say("blocked"),
        5: say("refused by the customer"), 6: say("could not be delivered"), **VOID_REASONS,
    }
)  # fmt: skip
GRADES = MappingProxyType({1: say("as new"), 2: say("opened"), 3: say("damaged"), 4: say("wrong item")})
CHOICES = tuple(range(1, 10))


def role_cards(language: str = "en") -> Iterator[tuple[str, CommandCard]]:
    """(file name, card): one for each role, then quantities, reasons with grades, and choices; in one language."""
    translator = Translator(language)
    for role, (title, words) in ROLES.items():
        entries = tuple(_command(word, translator) for word in (*words, *EVERYBODY))
        yield role, CommandCard(translator.text(title), entries)
    sets = translator.text(say("sets the count of the last item"))
    numbers = tuple(CommandEntry(own_code(f"QTY{n}"), str(n), sets, as_text("hash")) for n in QUANTITIES)
    yield "quantities", CommandCard(translator.text(say("Quantities")), numbers)
    reasons = tuple(
        _numbered("RSN", n, words, say("reason"), "message-square", translator) for n, words in REASONS.items()
    )
    grades = tuple(
        _numbered("GRD", n, words, say("condition"), "badge-check", translator) for n, words in GRADES.items()
    )
    yield "reasons-and-grades", CommandCard(translator.text(say("Reasons and conditions")), reasons + grades)
    picks = translator.text(say("picks what the screen offers"))
    choices = tuple(CommandEntry(own_code(f"OPT{n}"), str(n), picks, as_text("list")) for n in CHOICES)
    yield "choices", CommandCard(translator.text(say("Choices")), choices)


def _command(word: str, translator: Translator) -> CommandEntry:
    icon, meaning = COMMAND_WORDS[word]
    return CommandEntry(command_code(word), word, translator.text(meaning), as_text(icon))


def _numbered(prefix: str, n: int, words: Text, kind: Text, icon: str, translator: Translator) -> CommandEntry:
    heading = f"{n} {translator.text(words)}"
    return CommandEntry(own_code(f"{prefix}{n}"), heading, translator.text(kind), as_text(icon))
