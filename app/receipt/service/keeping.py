"""How long a hot folder keeps what was taken: files and reports hold names and addresses, so they go by themselves.

`[inbox]` in central.toml says it in days; 0 keeps for ever.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from app.errors import Problem, Refused
from app.text import say

FILE = "central.toml"
MOST_DAYS = 36_500


class BadInboxConfig(Refused):
    """`[inbox]` can't be used as it stands. Nothing is deleted until it can."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Days that a file stays in `done` and in `refused`, from when it was taken."""

    keep_done_days: int = 90
    keep_refused_days: int = 180


def read_keep(folder: Path) -> Keep:
    """`[inbox]` of a home's central.toml; the defaults where it says nothing. Raises `BadInboxConfig`."""
    try:
        values = tomllib.loads((folder / FILE).read_text(encoding="utf-8")).get("inbox", {})
    except FileNotFoundError:
        return Keep()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(f"the file can't be read ({error})") from None
    known = [field.name for field in fields(Keep)]
    if not isinstance(values, dict):
        raise _bad("it must be a table")
    for name, days in values.items():
        if name not in known:
            raise _bad(f"{name} is not known; known are {', '.join(known)}")
        if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= MOST_DAYS:
            raise _bad(f"{name} must be a whole number of days; 0 keeps for ever")
    return Keep(**values)


def _bad(why: str) -> BadInboxConfig:
    what = say("[inbox] in {file}: {why}", file=FILE, why=why)
    do = (say("Mend it: docs/imports.md describes every line"),)
    return BadInboxConfig(Problem("BadInboxConfig", what, do=do, unchanged=say("Nothing was deleted.")))
