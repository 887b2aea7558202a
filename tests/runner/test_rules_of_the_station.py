"""Rules of a station that no single workflow has: idle, lock, takeover, one kiosk a home, mishaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select

from app.barcodes import command_code
from app.db import central_write, changed, open_database
from app.models import Person
from app.settings import Home
from app.view import ProblemHero, View
from ui.config import StationConfig
from ui.demo import BADGES, build
from ui.end_states import rows
from ui.runner import Runner
from ui.simulated import SimulatedStation


@dataclass(slots=True)
class JumpClock:
    """The machine's clocks, put forward by hand."""

    ahead_s: float = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)

    def mono_ns(self) -> int:
        import time

        return time.monotonic_ns() + int(self.ahead_s * 1e9)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("template") / "home")
    build(home.make(), orders=6)
    return home


@pytest.fixture
def clock() -> JumpClock:
    return JumpClock()


@pytest.fixture
def station(template: Home, tmp_path: Path, clock: JumpClock) -> Iterator[SimulatedStation]:
    import shutil

    shutil.copytree(template.root, tmp_path / "home")

    def make(home: Home, config: StationConfig, on_view: object) -> Runner:
        return Runner(home, config, on_view, clock=clock)  # type: ignore[arg-type]

    with SimulatedStation(Home(tmp_path / "home"), make_runner=make) as made:
        made.scan(BADGES["packer"])
        made.settle()
        yield made


def _scan(station: SimulatedStation, code: str) -> str:
    """The beep, and then the screen: it follows the beep."""
    tone = station.scan(code)
    station.settle()
    return tone


def _begin_a_walk(station: SimulatedStation) -> None:
    _scan(station, "T0401Z")
    assert station.view.kind == "pick.bin"


def test_after_ninety_seconds_the_screen_dims_and_a_scan_wakes_it(station: SimulatedStation, clock: JumpClock) -> None:
    clock.ahead_s += 91

    assert station.wait(lambda v: v.dim).kind == "home"

    _scan(station, "NOBODY-KNOWS-THIS")
    assert not station.view.dim


def test_after_ten_minutes_it_locks_and_the_same_role_goes_on_at_the_same_line(
    station: SimulatedStation, clock: JumpClock
) -> None:
    _begin_a_walk(station)

    clock.ahead_s += 601
    locked = station.wait(lambda v: v.kind == "sign-in")
    assert (locked.header.person, str(locked.echo.words) if locked.echo else "") == (
        "", "Locked after ten minutes. The work is kept",
    )  # fmt: skip
    assert _scan(station, "LB1204CH") == "wrong"

    assert _scan(station, BADGES["packer"]) == "order"
    assert (station.view.kind, station.view.header.person) == ("pick.bin", "Jonas Weber")


def test_another_role_gets_the_home_screen_and_the_work_waits(station: SimulatedStation, clock: JumpClock) -> None:
    _begin_a_walk(station)
    clock.ahead_s += 601
    station.wait(lambda v: v.kind == "sign-in")

    _scan(station, BADGES["lead"])
    assert (station.view.kind, station.view.header.person) == ("home", "Mia Lange")

    _scan(station, "T0401Z")
    assert station.view.kind == "pick.bin"


def test_a_locked_station_is_still_locked_after_a_restart(station: SimulatedStation, clock: JumpClock) -> None:
    _begin_a_walk(station)
    clock.ahead_s += 601
    station.wait(lambda v: v.kind == "sign-in")

    station.restart()

    assert station.view.kind == "sign-in"
    _scan(station, BADGES["packer"])
    assert station.view.kind == "pick.bin"


def test_another_badge_takes_the_open_work_over(station: SimulatedStation) -> None:
    _begin_a_walk(station)

    _scan(station, BADGES["picker"])

    assert (station.view.kind, station.view.header.person) == ("pick.bin", "Ana Moreno")
    who = rows(station.home.station_file, "SELECT kind, person FROM v_fact WHERE kind LIKE 'Signed%' ORDER BY seq")
    assert [row["kind"] for row in who] == ["SignedIn", "SignedOut", "SignedIn"]


def test_out_leaves_the_work_for_whoever_scans_its_tote(station: SimulatedStation) -> None:
    _begin_a_walk(station)

    _scan(station, command_code("OUT"))
    assert station.view.kind == "sign-in"
    _scan(station, BADGES["packer"])
    assert station.view.kind == "home"
    _scan(station, "T0401Z")
    assert station.view.kind == "pick.bin"


def test_a_badge_read_twice_signs_in_once(station: SimulatedStation) -> None:
    _scan(station, command_code("OUT"))
    station.scanner.scan(BADGES["packer"])
    station.scanner.scan(BADGES["packer"])
    station.scanner.wait_answer(10)
    station.settle()

    outcomes = rows(station.home.station_file, "SELECT outcome FROM v_scan ORDER BY id DESC LIMIT 2")
    assert [row["outcome"] for row in outcomes] == ["ignored", "accepted"]


def test_a_second_kiosk_on_the_same_home_is_refused_in_words(station: SimulatedStation) -> None:
    with pytest.raises(ValueError, match="another kiosk already runs on the home"):
        Runner(station.home, station.config, lambda _: None)


def test_a_bug_is_said_with_a_reference_and_the_work_goes_on(
    station: SimulatedStation, monkeypatch: pytest.MonkeyPatch, expected_log: Callable[[str], None]
) -> None:
    _begin_a_walk(station)
    monkeypatch.setattr(type(station.runner), "_log", _fails)

    expected_log(r"ERROR ui\.runner: reference \d+")

    assert station.scan("LB1204CH") == "wrong"
    station.wait(lambda v: isinstance(v.hero, ProblemHero) and v.hero.name == "Crash")
    monkeypatch.undo()

    assert _scan(station, "LB1204CH") == "accepted"
    assert station.view.kind == "pick.item"


def _fails(*_: object) -> None:
    raise RuntimeError("planted")


# ---- without central ------------------------------------------------------------------------------------------------


def test_a_screen_is_drawn_before_the_flush_and_shown_after_it(station: SimulatedStation) -> None:
    _begin_a_walk(station)
    prepared: list[View] = []
    station.runner.prepares = prepared.append

    assert _scan(station, station.view.wanted[0].code) == "accepted"

    (made,) = prepared
    assert (made.kind, made in station.views) == ("pick.item", True)


def test_what_the_disk_refuses_is_prepared_and_never_shown(
    station: SimulatedStation, expected_log: Callable[[str], None]
) -> None:
    expected_log(r"ERROR ui\.runner: reference \d+: OSError: no space left")
    runner = station.runner
    _begin_a_walk(station)
    before = station.view
    prepared: list[View] = []
    runner.prepares = prepared.append

    def refuses(connection: Connection) -> None:
        event.remove(runner.keeper.files.write, "commit", refuses)
        connection.connection.rollback()  # as SQLite does
        raise OSError("no space left on the device")

    event.listen(runner.keeper.files.write, "commit", refuses)
    tone = station.scan(before.wanted[0].code)
    station.wait(lambda v: isinstance(v.hero, ProblemHero) and v.hero.name == "Crash")

    assert (tone, [each.kind for each in prepared]) == ("wrong", ["pick.item"])
    assert prepared[0].serial not in {each.serial for each in station.views}
    assert station.view.kind == before.kind

    assert _scan(station, before.wanted[0].code) == "accepted"
    assert station.view.kind == "pick.item"


def test_a_login_ends_after_a_shift_without_central(
    station: SimulatedStation, clock: JumpClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person may have left since; shortened to four minutes here, for who does nothing for ten is locked out."""
    monkeypatch.setattr("ui.idle.OFFLINE_NS", 240 * 10**9)
    _begin_a_walk(station)
    clock.ahead_s += 241
    station.settle()
    assert station.view.header.person == "Jonas Weber"  # central was there all the time

    station.line("away")
    clock.ahead_s += 241
    out = station.wait(lambda v: v.kind == "sign-in")

    words = str(out.echo.words) if out.echo else ""
    assert words == "Signed out after twelve hours without central. The work is kept"
    assert _scan(station, BADGES["packer"]) == "order"
    assert station.view.kind == "pick.bin"


def test_who_left_is_signed_out_when_central_is_heard_of_again(station: SimulatedStation) -> None:
    # given somebody at work offline, who is taken off the staff
    station.line("away")
    central = open_database(station.home.central_file, "central")
    with central_write(central) as session:
        person = session.scalars(select(Person).where(Person.name == "Jonas Weber")).one()
        person.active = False
        changed(session, Person, person.id)
    central.close()
    assert station.view.header.person == "Jonas Weber"

    # when the line is back
    station.line("even")
    out = station.wait(lambda v: v.kind == "sign-in")

    assert (str(out.echo.words) if out.echo else "") == "Jonas Weber does not work here any more"
    assert _scan(station, BADGES["packer"]) == "wrong"
