"""Countries by name, in capitals."""

from __future__ import annotations

import pytest

from reports.countries import _names, country
from reports.words import RETURN_WORDS, SLIP_WORDS
from reports.zpl import printers_own


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("DE", "en", "GERMANY"),
        ("de", "de", "DEUTSCHLAND"),
        ("PL", "es", "POLONIA"),
        ("AT", "pl", "AUSTRIA"),
        (" us ", "en", "UNITED STATES"),
        ("CI", "en", "CÔTE D'IVOIRE"),
        ("XK", "en", "KOSOVO"),
        ("ZZ", "en", "ZZ"),
        ("EU", "en", "EU"),
        ("Germany", "en", "Germany"),
        ("", "en", ""),
    ],
)
def test_a_country_is_named(code: str, language: str, name: str) -> None:
    assert country(code, language) == name


def test_every_english_name_is_set_by_the_printer_itself() -> None:
    names = _names("en")
    assert len(names) >= 249
    assert [name for name in names.values() if not printers_own(name)] == []


def test_papers_speak_the_same_languages() -> None:
    assert SLIP_WORDS.keys() == RETURN_WORDS.keys()
    assert all(_names(language).keys() == _names("en").keys() for language in SLIP_WORDS)
