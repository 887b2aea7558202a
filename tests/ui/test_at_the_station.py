"""What the person at a station does about its screen: theme, sound, motion, help, choices by finger, devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.barcodes import command_code, own_code
from app.settings import Home
from app.view import CommandCards, Listing, ScreenSettings, View
from ui.config import StationConfig
from ui.demo import BADGES, build
from ui.kiosk import Kiosk, Screen
from ui.runner import Runner
from ui.simulated import SimulatedStation


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("template") / "home")
    build(home.make(), orders=6)
    return home


@pytest.fixture
def station(template: Home, tmp_path: Path) -> Iterator[SimulatedStation]:
    import shutil

    shutil.copytree(template.root, tmp_path / "home")
    with SimulatedStation(Home(tmp_path / "home")) as made:
        made.settle()
        yield made


def scan(station: SimulatedStation, code: str) -> View:
    station.scan(code)
    station.settle()
    return station.view


def tap(station: SimulatedStation, word: str) -> View:
    station.touch(word)
    station.settle()
    return station.view


def test_theme_and_mute_work_before_anybody_signed_in_and_are_kept(station: SimulatedStation) -> None:
    assert station.view.kind == "sign-in"

    view = scan(station, command_code("THEME"))
    assert (view.kind, view.screen) == ("sign-in", ScreenSettings("dark"))
    assert view.echo is not None
    assert str(view.echo.words) == "Theme: dark"
    view = scan(station, command_code("MUTE"))
    assert view.screen == ScreenSettings("dark", 70)

    station.restart()
    assert station.view.screen == ScreenSettings("dark", 70)


def test_help_turns_its_pages_and_any_other_scan_closes_it(station: SimulatedStation) -> None:
    home = scan(station, BADGES["lead"])
    seen = []
    for _ in range(2):
        seen.append(tap(station, "HELP"))

    codes = [panel.cards for view in seen for panel in view.context if isinstance(panel, CommandCards)]
    assert len(codes) == 2
    assert codes[0] != codes[1]
    assert scan(station, "NOBODYKNOWSTHIS").context == home.context


def test_the_device_page_knows_every_device_and_a_finger_chooses(station: SimulatedStation) -> None:
    scan(station, BADGES["packer"])
    view = scan(station, command_code("DEVICES"))
    [listing] = view.object
    assert isinstance(listing, Listing)
    assert [str(row.title) for row in listing.rows] == ["scanner", "scale", "labels", "paper", "Sound", "Screen"]
    assert str(listing.rows[0].second).startswith("Last heard at ")

    assert tap(station, "OPT1").kind == "devices.scanner"
    scan(station, own_code("TEST1"))
    assert station.view.echo is not None
    assert str(station.view.echo.words) == "Right: read by scanner"

    station.scanner.unplug()
    away = station.wait(lambda view: "unplugged" in str(view.context[0]) or "away" in str(view.context[0]).lower())
    assert away.kind == "devices.scanner"


def test_the_scale_page_shows_the_weight_while_it_moves(station: SimulatedStation) -> None:
    scan(station, BADGES["packer"])
    scan(station, command_code("DEVICES"))
    scan(station, own_code("OPT2"))

    station.scale.load(1284)

    station.wait(lambda view: any(getattr(panel, "grams", None) == 1284 for panel in view.context))


def test_the_window_follows_what_was_set(template: Home, tmp_path: Path, qapp: QApplication) -> None:
    import shutil

    shutil.copytree(template.root, tmp_path / "home")
    kiosks: list[Kiosk] = []

    def make(home: Home, config: StationConfig, on_view: Callable[[View], None]) -> Runner:
        kiosks.append(Kiosk(home, config, Screen(size=(1280, 800), quiet=True), on_view=on_view))
        return kiosks[0].runner

    station = SimulatedStation(Home(tmp_path / "home"), make_runner=make)
    [kiosk] = kiosks
    window = kiosk.window
    before = (window.look.theme.name, window.look.theme.px_per_mm, window.look.reduce_motion)
    for act in ("theme", "much_wider", "motion"):
        kiosk.runner.screen.act(act)

    kiosk._arrived(View("sign-in", _hero(), screen=kiosk.runner.screen.settings))

    after = (window.look.theme.name, window.look.theme.px_per_mm, window.look.reduce_motion)
    assert before == ("day", 4.9, False)
    assert after == ("dark", pytest.approx(4.9 * 1.04), True)
    window.close()
    qapp.removeEventFilter(kiosk._keys)  # or every key of the tests to come would go to this station
    station.start()
    station.stop()


def _hero() -> object:
    from app.text import say
    from app.view import Hero

    return Hero(say("Scan your badge"), "id-card")
