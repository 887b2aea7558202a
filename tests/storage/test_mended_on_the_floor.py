"""A station whose file was damaged over night: what the first hand sees, and what central makes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.db.seal import Verdict, examine
from app.settings import Home
from app.view import ProblemHero
from tests.journeys import looking
from tests.sync.sides import mirrored
from ui.demo import BADGES, build
from ui.simulated import SimulatedStation


def spoil(file: Path) -> None:
    """One byte in the middle of a page."""
    with file.open("r+b") as stream:
        stream.seek(20 * 4096 + 2222)
        byte = stream.read(1)[0]
        stream.seek(20 * 4096 + 2222)
        stream.write(bytes([byte ^ 64]))


def test_the_station_mends_itself_and_goes_on(tmp_path: Path, expected_log: Callable[[str], None]) -> None:
    expected_log("the station's file is damaged and set aside")
    expected_log("This station's memory was damaged")
    # given a station that worked, and whose disk lost a bit
    home = Home(tmp_path / "home")
    build(home.make(), orders=2)
    with SimulatedStation(home) as station:
        for person in ("packer", "picker", "packer"):
            assert station.scan(BADGES[person])
        station.settle()
    recorded = looking.rows(home.station_file, "SELECT fact_id, body FROM v_fact ORDER BY seq")
    spoil(home.station_file.resolve())

    # when it is started in the morning
    with SimulatedStation(home) as station:
        first = station.views[0]
        answers = [station.scan(BADGES["packer"]), station.scan(BADGES["picker"])]
        station.settle()

    # then it says so in one sentence, takes the next badge, and nobody has a fact less or a fact twice
    assert isinstance(first.hero, ProblemHero)
    assert str(first.hero.what) == "This station's memory was damaged. Nothing is lost. Go on"
    assert "wrong" not in answers
    here = looking.rows(home.station_file, "SELECT fact_id, body FROM v_fact ORDER BY seq")
    there = looking.rows(home.central_file, "SELECT fact_id, body FROM v_fact WHERE station = 'PACK02'")
    assert (here[: len(recorded)], sorted(here)) == (recorded, sorted(there))
    assert looking.rows(home.central_file, "SELECT kind FROM incident WHERE kind = 'damaged'") == [("damaged",)]
    assert mirrored(home.station_file) == mirrored(home.central_file)
    assert examine(home.station_file) == Verdict((), sealed=True, torn=False)
