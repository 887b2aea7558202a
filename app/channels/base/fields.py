"""Typed reading of one JSON object or one row of a table. What does not fit is collected, never raised."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale

from app.channels.base.results import RowError
from app.channels.base.texts import SPOILT
from app.text import Text, say

MOST_UNITS = 1_000_000
_MONEY = re.compile(r"[+-]?\d{1,12}(\.\d{1,10})?")
_WHOLE = re.compile(r"[+-]?\d{1,18}(\.0{1,10})?")
_FINE, _CENTS = Decimal("0.0001"), Decimal("0.01")
_SPACED_OFFSET = re.compile(r" (?=[+-]\d\d:?\d\d$)")
_YES = frozenset("1 true yes y ja x".split())
_NO = frozenset("0 false no n nein".split()) | {""}


def clean(value: str) -> str:
    """A text that any database can hold: no NUL, no half of a surrogate pair, no space around."""
    if value.isascii() and "\0" not in value:
        return value.strip()
    return value.encode("utf-8", "replace").decode().replace("\x00", "").strip()


@lru_cache(maxsize=1024)
def normal_key(name: str) -> str:
    """A free attribute's name without case, spaces and punctuation: "_Gift message" and "gift-message" are one."""
    return "".join(c for c in name.casefold() if c.isalnum())


@cache
def _countries() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for language in ("en", "de", "fr", "es", "it", "pl", "nl"):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "XA", "XB", "ZZ"):
                names.setdefault(name.casefold(), code)
                names[code.casefold()] = code
    return names | _ALSO


_ALSO = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "eire": "IE", "usa": "US", "u.s.a.": "US", "u.s.": "US", "holland": "NL", "the netherlands": "NL",
    "czech republic": "CZ", "hong kong": "HK", "macau": "MO", "turkey": "TR", "ivory coast": "CI",
}  # fmt: skip
"""Names that people and shops write beside those of the CLDR."""


def country_code(word: str) -> str:
    """ISO 3166-1 alpha-2 of a code or of a country's name as people write it; "" when it is neither."""
    return _countries().get(word.strip().casefold(), "")


_SHALLOW = reprlib.Repr()
_SHALLOW.maxlevel, _SHALLOW.maxstring, _SHALLOW.maxother, _SHALLOW.maxlong = 3, 80, 80, 80


def shown(value: object) -> str:
    """Any value in at most 80 characters, however deep it is."""
    plain = isinstance(value, str | Decimal) or (isinstance(value, int) and not isinstance(value, bool))
    words = clean(str(value) if plain else _SHALLOW.repr(value))
    return words if len(words) <= 80 else words[:79] + "…"


class Fields:
    """One object of a source with its place in the file; all `Fields` of a file share the list of errors.

    `spoilt`: lone surrogates in it are bytes that could not be decoded (see `texts.SPOILT`).
    """

    __slots__ = ("errors", "file", "order", "path", "row", "spoilt", "values")

    def __init__(
        self,
        values: Mapping[str, object],
        errors: list[RowError],
        *,
        file: str,
        row: int,
        order: str = "",
        path: str = "",
        spoilt: bool = False,
    ) -> None:
        self.values = values
        self.errors = errors
        self.file = file
        self.row = row
        self.order = order
        self.path = path
        self.spoilt = spoilt

    def wrong(self, name: str, value: object, expected: Text) -> None:
        """Notes what is wrong with a field."""
        self.errors.append(RowError(self.file, self.row, self.path + name, shown(value), expected, self.order))

    def inside(self, name: str) -> Fields | None:
        """The object in a field, None when there is none."""
        value = self.values.get(name)
        if isinstance(value, dict):
            return self._child(value, f"{self.path}{name}.")
        if value not in (None, "", []):  # an empty list is how PHP writes an empty object
            self.wrong(name, value, say("an object"))
        return None

    def each(self, name: str) -> Iterator[Fields]:
        """The objects of a list in a field."""
        value = self.values.get(name)
        if value is None or value == "":
            return
        if not isinstance(value, list):
            self.wrong(name, value, say("a list"))
            return
        for i, item in enumerate(value):
            if isinstance(item, dict):
                yield self._child(item, f"{self.path}{name}[{i + 1}].")
            else:
                self.wrong(f"{name}[{i + 1}]", item, say("an object"))

    def _child(self, values: dict[str, object], path: str) -> Fields:
        return Fields(
            values, self.errors, file=self.file, row=self.row, order=self.order, path=path, spoilt=self.spoilt
        )

    def text(self, name: str, *, most: int = 255, required: bool = False) -> str:
        """A text; numbers are taken as they were written, so that an id above 2^53 stays exact."""
        value = self.values.get(name)
        if value is None and not required:
            return ""
        if type(value) is str:
            if self.spoilt and not value.isascii() and SPOILT.search(value):
                self.wrong(name, value, say("readable text: the bytes are of another encoding"))
                return ""
            text = clean(value)
        elif isinstance(value, bool) or not isinstance(value, str | int | Decimal | None):
            self.wrong(name, value, say("a text"))
            return ""
        else:
            text = "" if value is None else clean(str(value))
        if len(text) > most:
            self.wrong(name, text, say("a text of at most {most} characters", most=most))
            return ""
        if required and not text:
            self.wrong(name, text, say("a value (it is missing)"))
        return text

    def money(self, name: str) -> Decimal | None:
        """An exact amount with two decimals, at most four; None when the field is missing or empty."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        text = _figure(value)
        if text is None or not _is(_MONEY, text):
            self.wrong(name, value, say("an amount such as 12.50"))
            return None
        return _amount(text)

    def whole(self, name: str, *, least: int = 0, most: int = MOST_UNITS, required: bool = True) -> int | None:
        """A whole number within its bounds; None when it is missing or wrong (an error then, if required)."""
        value = self.values.get(name)
        if type(value) is int and least <= value <= most:
            return value
        if not required and (value is None or value == ""):
            return None
        text = _figure(value)
        number = int(Decimal(text)) if text is not None and _is(_WHOLE, text) else None
        if number is None or not least <= number <= most:
            expected = say("a whole number from {least} to {most}", least=least, most=most)
            self.wrong(name, "" if value is None else value, expected)
            return None
        return number

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false; JSON's own, or 1/0, yes/no, true/false in a table."""
        value = self.values.get(name)
        if isinstance(value, bool):
            return value
        if value is None or value == "":
            return default
        word = str(value).strip().casefold() if isinstance(value, str | int | Decimal) else "?"
        if word not in _YES | _NO:
            self.wrong(name, value, say("yes or no"))
        return word in _YES

    def moment(self, name: str) -> datetime | None:
        """A moment in ISO 8601, without an offset taken as UTC."""
        text = self.text(name, most=64)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(_SPACED_OFFSET.sub("", text))
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.wrong(name, text, say("a date and time such as 2026-03-02T13:07:00Z"))
            return None

    def word(self, name: str, allowed: tuple[str, ...], default: str = "") -> str:
        """One of a few words, in lower case."""
        text = self.text(name).casefold() or default
        if text not in allowed:
            self.wrong(name, text, say("one of {words}", words=", ".join(w for w in allowed if w)))
            return default
        return text

    def country(self, *names: str) -> str:
        """ISO code of the first of these fields that has one; "" with an error when none of what is there is known."""
        words = [w for w in (self.text(n) for n in names) if w]
        code = next((c for c in map(country_code, words) if c), "")
        if words and not code:
            self.wrong(names[0], words[0], say("a country (ISO 3166 code or English name)"))
        return code


def _figure(value: object) -> str | None:
    """A number as it was written, without an exponent; None for what is none."""
    if type(value) is str:
        return value.strip()
    if isinstance(value, Decimal):
        return format(value, "f") if -20 < value.adjusted() < 20 else str(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


@lru_cache(maxsize=4096)
def _amount(text: str) -> Decimal:
    amount = Decimal(text).quantize(_FINE)
    cents = amount.quantize(_CENTS)
    return (cents if cents == amount else amount.normalize()) + 0


def _is(pattern: re.Pattern[str], text: str) -> bool:
    return len(text) <= 64 and text.isascii() and pattern.fullmatch(text) is not None
