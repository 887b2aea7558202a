"""A kiosk that has joined a server carries an order from the first scan to the label, whatever the line does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import Home
from tests.floor_of_stations.floor import ServerFloor, Station, wait_for
from tests.journeys.playing import at_work
from tests.journeys.site import MASTERS, TABLES, command, only
from tests.postgres import PgServer, debian_version

PICKED = ("T02N", "LA0101A0", "4012000000016", "LA0102AW", "4012000000023", "LA0103AS", "4012000000030", "LLANE2I")
PACKED = ("T02N", "4012000000016", "4012000000023", "4012000000030", "!weigh", "!label", "!empty")


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[tuple[ServerFloor, Station]]:
    """A small site on a server, one worker, and a station that has joined; nobody stands at it yet."""
    with PgServer(debian_version()) as pg:
        floor = ServerFloor(pg, tmp_path, crew=(), workers=1, orders=0, furnished=False)
        for name in MASTERS:
            command(floor.office.root, "import", name, str(TABLES / f"{name}.csv"))
        orders = only(TABLES / "orders.csv", "order", ("THREE",), tmp_path / "orders.csv")
        command(floor.office.root, "import", "orders", str(orders))
        station = Station(floor, "PACK02", "PACK", 0, 1)
        station.join()
        with floor:
            yield floor, station
        station.line.close()


def chip(view: object) -> tuple[str, str]:
    """The line's chip: its words and its tone."""
    first = view.header.chips[0]  # type: ignore[attr-defined]
    return str(first.words), first.tone.name


def test_an_order_is_picked_and_packed_on_a_server_and_on_no_line(kiosk: tuple[ServerFloor, Station]) -> None:
    # given a kiosk at work on a server: nothing of central is in its home
    floor, station = kiosk
    with at_work(Home(station.home.root)) as work:
        assert work.station.runner.central_here is None
        assert not station.home.central_file.exists()
        fine = chip(work.station.view)
        work.play(list(PICKED[:3]))

        # when the line is cut in the middle of the order, then the chip says so and every scan goes on
        station.line.cut()
        work.station.wait(lambda view: chip(view) != fine)
        played = work.play([*PICKED[3:], *PACKED[:4]])
        assert [answer for answer in played.answers if answer["tone"] == "wrong"] == []
        offline = chip(work.station.view)
        assert facts(floor) < 12

        # when it is mended, then all of it arrives and the box is closed by its label
        station.line.mend()
        work.station.wait(lambda view: chip(view) == fine)
        work.play(list(PACKED[4:]))
        wait_for(lambda: floor.ask("SELECT state FROM sales_order") == [("shipped",)])
        work.station.settle()
    assert "ffline" in offline[0]
    floor.others.append(station)
    assert floor.broken() == []
    floor.others.clear()


def facts(floor: ServerFloor) -> int:
    return int(
        floor.ask("SELECT count(*) FROM fact f JOIN station s ON s.id = f.station_id WHERE s.code = 'PACK02'")[0][0]
    )
