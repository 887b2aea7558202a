"""A visit of the doctor: what is well is said in a line, what is ill with what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.db import migrate, open_database
from app.settings import Home
from devices.simulated import VirtualScale, VirtualScanner, VirtualZplPrinter
from ui.doctor import run_doctor


def findings(home: Home) -> dict[str, tuple[str, str]]:
    """Health and words of everything that was looked at, by what it is."""
    said: list[str] = []
    run_doctor(home, as_json=True, say=said.append)
    return {f["what"]: (f["health"], f["words"]) for f in json.loads(said[0])["findings"]}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home").make()
    for side, file in (("central", made.central_file), ("station", made.station_file)):
        database = open_database(file, side)
        migrate(database)
        database.close()
    return made


def test_a_home_that_is_not_there_is_said(tmp_path: Path) -> None:
    found = findings(Home(tmp_path / "nowhere"))

    assert found["Home"] == ("attention", f"{tmp_path / 'nowhere'} is not there yet")
    assert not (tmp_path / "nowhere").exists()


def test_sound_files_are_well_and_stay_as_they_are(home: Home) -> None:
    found = findings(home)

    assert found["Home"] == ("ok", str(home.root))
    assert found["Database central"] == ("ok", "is sound, 0 MB")
    assert found["Database station"] == ("ok", "is sound, 0 MB")
    assert found["Ledger"] == ("ok", "on hand is the sum of all movements")
    assert found["Scanners"] == ("attention", "none is configured")


def test_a_damaged_file_is_named(home: Home) -> None:
    data = bytearray(home.central_file.read_bytes())
    data[8192:12288] = b"\xa5" * 4096
    home.central_file.write_bytes(data)

    assert findings(home)["Database central"][0] == "away"


def test_a_file_that_is_no_database_is_named(home: Home) -> None:
    home.station_file.write_bytes(b"no database" * 1000)

    assert findings(home)["Database station"][0] == "away"


def test_an_open_folder_is_told(home: Home) -> None:
    home.root.chmod(0o755)

    assert findings(home)["Home"] == ("attention", f"{home.root} can be read by other users")


def test_a_balance_that_is_not_its_ledger_is_told(home: Home) -> None:
    database = open_database(home.central_file, "central")
    with database.write.begin() as connection:
        connection.exec_driver_sql("INSERT INTO stock VALUES (x'01', x'02', '', 'good', 5, 0)")
    database.close()

    assert findings(home)["Ledger"] == ("away", "1 balances are not the sum of their movements")


def test_every_device_is_asked_once(home: Home, tmp_path: Path) -> None:
    with (
        VirtualScanner(tmp_path / "scanner") as scanner,
        VirtualScale(tmp_path / "scale", settle_s=0) as scale,
        VirtualZplPrinter() as printer,
        VirtualZplPrinter() as empty,
    ):
        scale.load(1284)
        empty.paper_out(True)
        home.config_file.write_text(
            f"""[[scanner]]\nname = "gun"\nurl = "{scanner.path}"\n[[scanner]]\nname = "lost"\nurl = "{tmp_path}/none"
[[wedge]]\nname = "typing"\n[[scale]]\nname = "scale"\nurl = "{scale.path}"
[[printer]]\nname = "labels"\nurl = "{printer.url}"\n[[printer]]\nname = "empty"\nurl = "{empty.url}"
""",
            encoding="utf-8",
        )

        found = findings(home)

    assert {what: f for what, f in found.items() if what.split()[0] in ("Scanner", "Scale", "Printer")} == {
        "Scanner gun": ("ok", "can be opened"),
        "Scanner lost": ("away", "unplugged"),
        "Scanner typing": ("ok", "types like a keyboard; a serial mode is better"),
        "Scale scale": ("ok", "shows 1284 g"),
        "Printer labels": ("ok", "is ready"),
        "Printer empty": ("attention", "no paper or head open"),
    }


def test_a_mistake_in_the_configuration_is_said_in_its_own_words(home: Home) -> None:
    home.config_file.write_text("[[scale]]\nname = 'scale'\nurl = 'x{y}'\n", encoding="utf-8")

    health, words = findings(home)["station.toml"]

    assert health == "away"
    assert "[[scale]] 1 url = 'x{y}': expected" in words


def test_the_plain_words_end_with_a_count(home: Home) -> None:
    said: list[str] = []

    status = run_doctor(home, as_json=False, say=said.append)

    assert status == 1
    assert any(line.startswith("look  Scanners: none is configured. Write a [[scanner]] into") for line in said)
    assert said[-1].endswith("want a look.")
