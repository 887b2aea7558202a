"""In which language customers are written to, by mail and on paper: orders have none of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

WRITTEN = ("en", "de", "es", "pl")
"""The languages that there are mails and papers in."""
_LANGUAGE_OF: Mapping[str, str] = {
    **dict.fromkeys("DE AT CH LI LU".split(), "de"),
    **dict.fromkeys("ES MX AR CO CL PE VE EC GT CU BO DO HN PY SV NI CR PA UY PR GQ".split(), "es"),
    "PL": "pl",
}


def language_for(
    country: str, default: str, known: Collection[str] = WRITTEN, own: Mapping[str, str] | None = None
) -> str:
    """In which language people of a country are written to: the site's own table, ours, the default, English."""
    for language in ((own or {}).get(country.upper()), _LANGUAGE_OF.get(country.upper()), default):
        if language in known and language is not None:
            return language
    return "en"
