"""What a customer is told, as values: a template gets these and nothing else."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

EVENTS = ("shipped", "delivered", "exception")
"""What customers are told of; each has a subject, a text and a page in each language."""
LANGUAGES = ("en", "de", "es", "pl")
_LONGEST = 500
_KEPT = frozenset("\u200c\u200d")
"""Joiners are letters' business (Persian, Indic scripts, emoji); every other format character turns or hides text."""


def tidy(text: str) -> str:
    """Text of strangers as one line: no control character, direction control or line end, 500 signs at most."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    kept = (c if unicodedata.category(c) not in ("Cc", "Zl", "Zp") else " " for c in text)
    shown = " ".join("".join(c for c in kept if c in _KEPT or unicodedata.category(c) not in ("Cf", "Co")).split())
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of one line of an order."""

    units: int
    name: str
    variant: str = ""


@dataclass(frozen=True, slots=True)
class ParcelNews:
    """A parcel as its recipient should know it. `url` shows where it is, "" when the carrier has no such page.

    `day`, `place` and `words` are of the carrier's last scan, for what is told about scans.
    """

    number: int
    carrier: str
    service: str
    tracking: str
    url: str
    goods: tuple[Goods, ...]
    day: str = ""
    place: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail before it has words. `missing` is what the order still lacks; `sender` the lines of our address."""

    event: str
    language: str
    shop: str
    order_number: str
    recipient: str
    parcels: tuple[ParcelNews, ...]
    missing: tuple[Goods, ...] = ()
    sender: tuple[str, ...] = ()
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """A letter in words. `broken` names templates of the site that could not be used, and why."""

    subject: str
    text: str
    page: str
    broken: tuple[tuple[str, str], ...] = ()
