"""In which language a customer is written to."""

from __future__ import annotations

import pytest

from app.notifiers.base import LANGUAGES
from app.work.rules import WRITTEN, language_for
from reports.words import RETURN_WORDS, SLIP_WORDS


@pytest.mark.parametrize(
    ("country", "default", "own", "language"),
    [
        ("at", "en", {}, "de"),
        ("AT", "en", {"AT": "pl"}, "pl"),
        ("AT", "en", {"AT": "fr"}, "de"),
        ("FR", "es", {}, "es"),
        ("FR", "fr", {}, "en"),
        ("", "en", {}, "en"),
    ],
)
def test_a_language_that_nobody_writes_here_is_passed_over(
    country: str, default: str, own: dict[str, str], language: str
) -> None:
    assert language_for(country, default, own=own) == language


def test_mails_and_papers_are_written_in_the_same_languages() -> None:
    assert set(WRITTEN) == set(LANGUAGES) == set(SLIP_WORDS) == set(RETURN_WORDS)
