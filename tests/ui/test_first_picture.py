"""What a station shows and takes while its program is still being read, and what becomes of it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.settings import Home
from app.view import View
from devices.config import Devices, ScannerPort
from devices.simulated.scanner import VirtualScanner
from ui.config import StationConfig
from ui.demo import BADGES, build
from ui.first_picture import greeting
from ui.kiosk import Kiosk, Screen
from ui.simulated import SimulatedStation

PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that knows its people; nobody is signed in."""
    home = Home(tmp_path_factory.mktemp("template") / "home")
    build(home.make(), orders=2)
    with SimulatedStation(home):
        pass
    return home


@pytest.fixture
def home(template: Home, tmp_path: Path) -> Home:
    shutil.copytree(template.root, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[VirtualScanner]:
    made = VirtualScanner(tmp_path / "scanner", log=tmp_path / "scans.jsonl")
    yield made
    made.unplug()


def signed_in(home: Home) -> None:
    with closing(sqlite3.connect(home.station_file)) as file, file:
        file.execute("UPDATE itself SET person_id = (SELECT id FROM person LIMIT 1)")


def imperative(view: View) -> tuple[str, str]:
    return str(view.hero.imperative), str(view.hero.second)  # type: ignore[union-attr]


def test_it_asks_for_a_badge_where_nobody_is_signed_in(home: Home) -> None:
    view = greeting(home.station_file, "Pack 02")

    assert imperative(view) == ("Scan your badge", "Your name and your language come with it")


def test_it_asks_nobody_for_a_badge_who_is_signed_in(home: Home) -> None:
    signed_in(home)

    view = greeting(home.station_file, "Pack 02")

    assert imperative(view) == ("One moment", "The work is opened where it was left")


@pytest.mark.parametrize("content", [None, b"", b"this is no database" * 100], ids=["new", "empty", "no database"])
def test_it_asks_for_patience_where_nothing_can_be_read(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "station.sqlite"
    if content is not None:
        file.write_bytes(content)

    view = greeting(file, "Pack 02")

    assert imperative(view) == ("One moment", "People, places and products are being fetched")


def test_a_badge_that_is_scanned_before_the_program_is_read_is_taken_said_and_answered(
    home: Home, scanner: VirtualScanner, qtbot: QtBot
) -> None:
    # given a station that was just switched on, with its scanner open and its program not read yet
    seen: list[View] = []
    config = StationConfig("PACK02", "Pack 02", Devices(scanners=(ScannerPort("scanner", str(scanner.path)),)))
    kiosk = Kiosk(home, config, Screen(size=(640, 400), quiet=True), on_view=seen.append)
    with kiosk._making:
        kiosk.open()
        qtbot.waitUntil(lambda: "Scanner" in [str(c.words) for c in seen[-1].header.chips], timeout=PATIENCE_MS)
        before = seen[-1]

        # when a badge is scanned, and the program is read only then
        scanner.scan(BADGES["packer"])
        qtbot.waitUntil(lambda: seen[-1].echo is not None, timeout=PATIENCE_MS)
        said = seen[-1]
    qtbot.waitUntil(lambda: seen[-1].kind == "home", timeout=PATIENCE_MS)
    kiosk.stop()

    # then it was said that the badge is taken, and it signed its person in
    assert str(said.echo.words) == "Taken. The station is still being opened, one moment"  # type: ignore[union-attr]
    assert replace(said, echo=None) == before
    assert scanner.wait_answer(1) == "order"
    first = next(view for view in seen if view.serial)
    assert (first.kind, first.hero) == ("sign-in", before.hero)


def test_what_keeps_the_program_from_starting_is_said_in_one_line(home: Home) -> None:
    home.config_file.write_text('[station]\ncode = "PACK07"\n', encoding="utf-8")
    words = ("kiosk", "--home", str(home.root), "--offscreen", "--size", "640x400")

    command = [sys.executable, "-m", "ui.main", *words]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    assert (ended.returncode, ended.stdout, ended.stderr) == (
        2, "", "packbay: this home belongs to another station than PACK07: use a home of its own\n"
    )  # fmt: skip


def test_a_second_kiosk_on_a_home_ends_before_it_shows_anything(home: Home, qapp: QApplication) -> None:
    config = StationConfig("PACK02", "Pack 02", Devices())
    first = Kiosk(home, config, Screen(size=(640, 400), quiet=True))

    with pytest.raises(ValueError, match="another kiosk already runs on the home"):
        Kiosk(home, config, Screen(size=(640, 400), quiet=True))

    first.stop()


def test_what_is_heavy_is_read_behind_the_first_picture() -> None:
    heavy = ("sqlalchemy", "babel", "reportlab", "PIL", "jinja2", "alembic", "argon2", "app.models", "app.cli")
    script = f"import sys, ui.main, ui.kiosk; print([m for m in {heavy} if m in sys.modules])"

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    assert said.stdout == "[]\n"
