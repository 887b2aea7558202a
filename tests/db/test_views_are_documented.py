"""docs/views.md names every column of every view, and no other."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from app.db import migrate, open_database
from app.db.schema import VIEWS

PAGE = Path(__file__).parents[2] / "docs" / "views.md"


def documented() -> dict[str, dict[str, set[str]]]:
    """side -> view -> columns, as the page says; (c) and (s) limit a row to one side."""
    found: dict[str, dict[str, set[str]]] = {"central": {}, "station": {}}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        head, body = section.split("\n", 1)
        view = head.split()[0]
        sides = [side for side in found if f"({side})" in head] or list(found)
        for names, meaning in re.findall(r"^\| (`.*?`) \| (.*?) \|$", body, re.MULTILINE):
            for side in sides:
                if {"(c)": "central", "(s)": "station"}.get(meaning[:3], side) == side:
                    found[side].setdefault(view, set()).update(re.findall(r"`(\w+)`", names))
    return found


@pytest.mark.parametrize("side", ["central", "station"])
def test_the_page_and_the_views_agree(side: str, tmp_path: Path) -> None:
    database = open_database(tmp_path / f"{side}.sqlite", side)
    migrate(database)
    database.close()

    connection = sqlite3.connect(tmp_path / f"{side}.sqlite")
    real = {
        view: {column[0] for column in connection.execute(f"SELECT * FROM {view}").description} for view in VIEWS[side]
    }
    connection.close()

    assert documented()[side] == real
