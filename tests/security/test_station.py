"""What a running station does about people who leave, names that are due, and scans while a PIN is checked."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app import cli
from app.barcodes import command_code
from app.db import station_write
from app.models import Dossier
from app.settings import Home
from tests.journeys.looking import rows
from tests.security.walker import Walker
from ui.demo import BADGES, PINS, build
from ui.play import Player
from ui.simulated import SimulatedStation


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("station") / "home")
    build(home.make(), orders=8)
    return home


@pytest.fixture
def home(template: Home, tmp_path: Path) -> Home:
    shutil.copytree(template.root, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def walker(home: Home) -> Iterator[Walker]:
    made = Walker(home)
    yield made
    made.close()


def an_order(home: Home) -> str:
    """The code of an order that waits to be picked."""
    waits = (
        "SELECT c.value FROM code c JOIN sales_order o ON o.id = c.subject "
        "WHERE c.kind = 'order' AND o.state = 'released' ORDER BY o.number LIMIT 1"
    )
    ((code,),) = rows(home.central_file, waits)
    return str(code)


def test_who_is_dismissed_loses_the_open_station_and_the_badge(
    walker: Walker, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    walker.scan(BADGES["packer"])
    assert walker.view.kind == "home"

    assert cli.main(["people", "leave", "1002", "--home", str(home.root)]) == 0
    walker.even()
    walker.settle()

    assert walker.view.kind == "sign-in"
    assert walker.runner.desk.operator is None
    walker.scan(BADGES["packer"])
    assert walker.view.kind == "sign-in"
    walker.scan(BADGES["picker"])
    assert walker.view.kind == "home"


def test_a_badge_at_the_gate_does_not_change_who_is_signed_in(walker: Walker, home: Home) -> None:
    walker.scan(BADGES["packer"])
    walker.scan(command_code("LOOKUP"))
    walker.scan(an_order(home))
    walker.scan(command_code("CANCEL"))
    walker.scan(BADGES["lead"])

    assert walker.view.header.person == "Jonas Weber"
    assert rows(home.station_file, "SELECT count(*) FROM fact WHERE kind = 'SignedIn'") == [(1,)]


@pytest.mark.parametrize("way", ["CLEAR", "HOME", "OUT"])
def test_a_gate_is_left_with_nothing_changed(walker: Walker, home: Home, way: str) -> None:
    walker.scan(BADGES["packer"])
    walker.scan(command_code("LOOKUP"))
    walker.scan(an_order(home))
    walker.scan(command_code("CANCEL"))
    walker.scan(BADGES["lead"])
    walker.keys("271")

    walker.scan(command_code(way))

    assert not walker.view.kind.startswith("approval")
    assert rows(home.central_file, "SELECT count(*) FROM v_order WHERE state = 'cancelled'") == [(0,)]
    kinds = {kind for (kind,) in rows(home.station_file, "SELECT DISTINCT kind FROM fact")}
    assert kinds <= {"StationFounded", "SignedIn", "SignedOut"}


def test_no_key_of_a_pin_is_in_any_table_or_view(walker: Walker, home: Home) -> None:
    walker.scan(BADGES["packer"])
    walker.scan(command_code("LOOKUP"))
    walker.scan(an_order(home))
    walker.scan(command_code("CANCEL"))
    walker.scan(BADGES["lead"])
    walker.keys("940617")
    walker.keys(PINS["1003"])

    with closing(sqlite3.connect(home.station_file)) as connection:
        text = "\n".join(connection.iterdump())
    assert "940617" not in text
    assert PINS["1003"] not in text
    read = rows(home.station_file, "SELECT text, meaning FROM scan_log WHERE meaning = 'key'")
    assert read == [("", "key")] * 12
    assert not [view for view in walker.views if "94061" in repr(view) or "27182" in repr(view)]


def test_names_are_forgotten_while_nobody_works(walker: Walker, home: Home) -> None:
    # given orders that this station holds the papers of, and that have left
    walker.scan(BADGES["packer"])
    held = [order for (order,) in rows(home.station_file, "SELECT order_id FROM order_brief ORDER BY number LIMIT 4")]
    with station_write(walker.runner.keeper.files) as session:
        for order_id in held:
            body = '{"ship_to": {"name": "Zwetschgenbaum"}}'
            session.merge(Dossier(order_id=order_id, body=body, received_at=walker.clock.now()))
        session.connection().exec_driver_sql("UPDATE order_brief SET state = 'shipped'")
    walker.pass_time(600)
    assert _found(home)

    # when a day and a break have passed
    walker.pass_time(25 * 3600)

    # then
    assert rows(home.station_file, "SELECT count(*) FROM dossier") == [(0,)]
    assert not _found(home)


def _found(home: Home) -> bool:
    files = [home.station_file.with_name(home.station_file.name + tail) for tail in ("", "-wal", "-shm")]
    return any(b"Zwetschgenbaum" in path.read_bytes() for path in files if path.exists())


@pytest.mark.slow
def test_scans_that_come_while_a_pin_is_checked_wait_and_none_is_lost(home: Home) -> None:
    code = an_order(home)
    with SimulatedStation(home) as station:
        station.scan(BADGES["packer"])
        player = Player(station)
        player.play([command_code("LOOKUP"), code, command_code("CANCEL"), BADGES["lead"]])
        for key in PINS["1003"]:
            station.key(key)
        for number in range(5):
            station.scanner.scan(f"NOBODY-{number}")
        for _ in range(5):
            station.scanner.wait_answer(10)
        station.settle()
    texts = [t for (t,) in rows(home.station_file, "SELECT text FROM v_scan ORDER BY id")]
    assert [t for t in texts if t.startswith("NOBODY")] == [f"NOBODY-{n}" for n in range(5)]
    assert rows(home.central_file, "SELECT count(*) FROM v_order WHERE state = 'cancelled'") == [(1,)]
