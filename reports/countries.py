"""Countries by name, in capitals, as the last line of an address (Universal Postal Union, S42: addressing).

The names are those of Unicode's CLDR, which come with Babel. Labels name countries in English, which every post office
on the way may read; papers for customers in the customer's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale

_NO_COUNTRIES = frozenset("EU EZ QO UN XA XB ZZ".split())  # CLDR's: unions, pseudo-locales, the unknown region


def country(code: str, language: str = "en") -> str:
    """The name of a country by its code of ISO 3166-1 alpha-2; whatever else stands there is given back as it is."""
    return _names(language).get(code.strip().upper(), code)


@cache
def _names(language: str) -> Mapping[str, str]:
    """In letters that the face of a label printer has, too: CLDR writes ’ where a typewriter has '.

    A country that a language has no name for is named in English.
    """
    names = Locale.parse(language).territories
    found = {code: name for code, name in names.items() if len(code) == 2 and code not in _NO_COUNTRIES}
    own = {code: name.replace("’", "'").upper() for code, name in found.items()}
    return own if language == "en" else {**_names("en"), **own}
