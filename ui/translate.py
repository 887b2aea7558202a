"""Turns `Text` into words of one language, and numbers into its spelling.

Catalogues are gettext files, `translations/<language>/LC_MESSAGES/packbay.po`; the English template is the key. They
are compiled in memory, so a translator edits one text file and restarts.
"""

from __future__ import annotations

import gettext
import io
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app.paths import BadName, inside
from app.text import Day, Text

if TYPE_CHECKING:  # the first picture has neither numbers nor another language
    from babel import Locale

FOLDER = Path(__file__).parent / "translations"
DOMAIN = "packbay"
SOURCE = "en"
NARROW_SPACE = "\u00a0"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language, or an empty one that answers in English."""
    try:
        path = inside(FOLDER, language) / "LC_MESSAGES" / f"{DOMAIN}.po"
    except BadName:  # a language comes with a person's row
        return gettext.NullTranslations()
    if not path.is_file():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language, domain=DOMAIN))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def languages() -> tuple[str, ...]:
    """The languages that can be chosen, the source language first."""
    found = (path.parent.parent.name for path in sorted(FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))
    return (SOURCE, *(name for name in found if name != SOURCE))


class Translator:
    """Speaks one language ("en", "de", "pt_BR"). An unknown one speaks English and spells numbers the English way."""

    def __init__(self, language: str = SOURCE) -> None:
        self._asked = language
        self.language = SOURCE if language == SOURCE else str(self.locale)
        found = catalogue(self.language)
        if type(found) is gettext.NullTranslations and self.language != SOURCE:
            found = catalogue(self.locale.language)
        self._catalogue = found

    @cached_property
    def locale(self) -> Locale:
        """How this language spells numbers and days."""
        from babel import Locale, UnknownLocaleError

        try:
            return Locale.parse(self._asked)
        except (ValueError, UnknownLocaleError):
            return Locale.parse(SOURCE)

    def text(self, text: Text) -> str:
        """The sentence in this language; "" for no sentence."""
        if not text.template:
            return ""
        if text.plural:
            template = self._catalogue.ngettext(text.template, text.plural, text.count)
        else:
            template = self._catalogue.gettext(text.template)
            if template == text.template and not text.arguments:
                template = self._capital(template)
        if not text.arguments:
            return template
        return template.format(**{name: self._spell(value) for name, value in text.arguments})

    def _capital(self, words: str) -> str:
        """A device's word at the beginning of a line ("No paper") is known by its small letter."""
        small = words[:1].lower() + words[1:]
        found = self._catalogue.gettext(small) if small != words else words
        return found[:1].upper() + found[1:] if found != small else words

    def _spell(self, value: str | int | Decimal | Day | Text) -> str:
        if isinstance(value, Text):
            return self.text(value)
        if isinstance(value, Day):
            return self.day(value)
        if isinstance(value, Decimal):
            return self.number(value)
        return str(value)  # whole numbers stay as they are: they may name an order

    def number(self, value: Decimal | int, decimals: int | None = None) -> str:
        """A number with this language's separators, with `decimals` places when given, else with its own."""
        from babel.numbers import format_decimal

        places = -int(Decimal(value).as_tuple().exponent) if decimals is None else decimals
        pattern = "#,##0" + ("." + "0" * places if places > 0 else "")
        return format_decimal(value, format=pattern, locale=self.locale)

    def day(self, day: Day) -> str:
        """A day with the month as a word, so that nobody takes it for another: "24 Dec 2026", "24. Dez. 2026"."""
        from babel.dates import format_date, format_skeleton  # days stand on few screens, and none at the start

        if self.locale.language == SOURCE:
            return format_date(day.date, "d MMM y" if day.year else "d MMM", locale=self.locale)
        return str(format_skeleton("yMMMd" if day.year else "MMMd", day.date, locale=self.locale))

    def kilograms(self, grams: int, decimals: int = 3) -> str:
        """The figure of a weight in kilograms, without its unit: 1284 g is "1.284" or "1,284"."""
        return self.number(Decimal(grams) / 1000, decimals)

    def weight(self, grams: int, decimals: int = 2) -> str:
        """A weight with its unit: grams under one kilogram, else kilograms."""
        if abs(grams) < 1000:
            return f"{self.number(grams)}{NARROW_SPACE}g"
        return f"{self.kilograms(grams, decimals)}{NARROW_SPACE}kg"

    def centimetres(self, *lengths_mm: int) -> str:
        """Outer measures of a box: "32 × 24 × 16 cm"."""
        figures = (self.number((Decimal(mm) / 10).normalize() + 0, 0 if mm % 10 == 0 else 1) for mm in lengths_mm)
        return f"{' × '.join(figures)}{NARROW_SPACE}cm"

    def percent(self, value: int) -> str:
        from babel.numbers import format_percent

        return format_percent(Decimal(value) / 100, locale=self.locale)
