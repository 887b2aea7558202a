"""Where a grade leads: what becomes of a unit that came back, to which kind of place, with which status of stock."""

from __future__ import annotations

from collections.abc import Mapping

from app.text import Text, say

AS_NEW, OPENED, DAMAGED, WRONG_ITEM = 1, 2, 3, 4
GRADES: dict[int, Text] = {
    AS_NEW: say("As new"), OPENED: say("Opened"), DAMAGED: say("Damaged"), WRONG_ITEM: say("Wrong item"),
}  # fmt: skip
"""The grade cards GRD1 to GRD4."""
DEFAULTS = {AS_NEW: "restock", OPENED: "refurbish", DAMAGED: "scrap", WRONG_ITEM: "quarantine"}
"""Where a grade leads unless the site says otherwise (`packbay import dispositions`)."""
DISPOSITIONS = ("restock", "refurbish", "vendor", "scrap", "quarantine")
_STATUS = {"restock": "good", "scrap": "damaged"}
_PLACES = {"restock": ("pick", "reserve")}


def disposition(
    rules: Mapping[tuple[str, int], str], item_class: str, grade: int, *, expired: bool = False, stray: bool = False
) -> str:
    """What becomes of a unit of this class and grade: the rule of its class, else of all classes, else ours.

    Nobody sells what is past its date, and what no order is known to have shipped belongs to nobody yet: both wait in
    quarantine instead of going back to the shelf; a `stray` goes there whatever its grade is.
    """
    found = rules.get((item_class, grade)) or rules.get(("", grade)) or DEFAULTS.get(grade, "quarantine")
    if stray or (expired and found == "restock"):
        return "quarantine"
    return found


def stock_status(disposition: str) -> str:
    """The status that units of this disposition have in stock: only what is restocked can be promised again."""
    return _STATUS.get(disposition, "quarantine")


def place_types(disposition: str) -> tuple[str, ...]:
    """The types of places that take units of this disposition."""
    return _PLACES.get(disposition, (disposition,))


def disposition_words(disposition: str) -> Text:
    """What is done with it, in one or two words."""
    match disposition:
        case "restock":
            return say("Restock")
        case "refurbish":
            return say("Refurbish")
        case "vendor":
            return say("Back to the vendor")
        case "scrap":
            return say("Scrap")
        case _:
            return say("Quarantine")


def grade_words(grade: int) -> Text:
    """A grade in words."""
    return GRADES.get(grade, say("Grade {n}", n=grade))
