"""An order whose second unit is not in its tote leaves in two boxes, by the scanner alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import looking
from tests.journeys.playing import SCANS

FILE = SCANS / "in-parts.scan"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The file, played by the console script on an empty demo warehouse: its home, and what it said."""
    home = tmp_path_factory.mktemp("parts") / "home"
    build = "import sys; from pathlib import Path; from app.settings import Home; from ui.demo import build; "
    subprocess.run([sys.executable, "-c", f"{build}build(Home(Path(sys.argv[1])), orders=0)", str(home)], check=True)
    command = [sys.executable, "-m", "ui.main", "play", str(FILE), "--home", str(home), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return home, json.loads(ended.stdout)


def test_the_hand_is_never_refused(played: tuple[Path, dict[str, Any]]) -> None:
    _, said = played

    assert (said["touches"], [a for a in said["answers"] if a["tone"] == "wrong"]) == (0, [])


def test_the_order_is_over_in_two_boxes_and_nothing_of_it_is_left(played: tuple[Path, dict[str, Any]]) -> None:
    central = looking.central(played[0])

    assert looking.rows(central, "SELECT state, short FROM v_order WHERE number = 'SEVEN'") == [("shipped", 0)]
    assert looking.rows(
        central, "SELECT p.number, p.state, sum(l.quantity) FROM parcel p JOIN parcel_line l ON l.parcel_id = p.id "
        "GROUP BY p.id ORDER BY p.number",
    ) == [(1, "closed", 1), (2, "closed", 1)]  # fmt: skip
    assert looking.rows(central, "SELECT state, count(*) FROM work GROUP BY state") == [("done", 2)]
    assert looking.one(central, "SELECT count(*) FROM tote WHERE state <> 'free'") == 0
    assert looking.one(central, "SELECT count(*) FROM reservation") == 0


def test_its_story_says_what_happened(played: tuple[Path, dict[str, Any]]) -> None:
    story = looking.rows(looking.central(played[0]), "SELECT kind FROM timeline ORDER BY at, id")
    kinds = [kind for (kind,) in story]

    at = [kinds.index(kind) for kind in ("pack_opened", "short_at_pack", "parcel_closed")]
    assert at == sorted(at)
    assert kinds.count("parcel_closed") == 2
    assert kinds.index("Replanned") > at[0]
