"""From the lorry to the bin through a scanner's wire, two databases and the station's own threads; read by SQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.db import open_database, reading
from app.inventory.queries import differences
from app.settings import Home
from tests.inventory.dock import asn, bin_code, card, tote_code
from ui.demo import BADGES, build
from ui.play import Player
from ui.simulated import SimulatedStation

BOWL, HONEY = "9521234001089", "9521234003113"
WAY = (
    # a delivery into a tote: bowls, something that nobody announced, one of them broken
    asn("5512"), tote_code("T-0421"), BOWL, card("QTY6"), HONEY, card("OPT2"), card("DAMAGED"),
    bin_code("Quarantine"), card("DONE"), card("DONE"),
    # put away: what lies alone in a tote, and one unit moved on
    tote_code("T-0421"), bin_code("B10-08-B"), card("DONE"),
    card("MOVE"), bin_code("B10-08-B"), BOWL, bin_code("B10-08-C"), card("HOME"),
    # counted, blind
    card("COUNT"), bin_code("B10-08-B"), BOWL, card("QTY4"), card("DONE"), card("DONE"),
)  # fmt: skip


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as stranger:
        return list(stranger.execute(sql))


def test_goods_come_are_put_away_moved_and_counted(tmp_path: Path) -> None:
    # given the demo warehouse with its deliveries and a station at its wires
    home = Home(tmp_path / "home").make()
    build(home)
    with SimulatedStation(home) as station:
        station.scan(BADGES["lead"])
        station.settle()

        # when a delivery is taken in, put away, moved and counted
        played = Player(station).play(WAY)
        station.settle()

    # then no scan was refused but the one that nobody announced, and both files say the same
    assert [a["line"] for a in played.answers if a["tone"] == "wrong"] == [HONEY]
    bowls = "SELECT place, status, on_hand FROM v_stock WHERE sku = 'BOWL-WH' AND on_hand != 0 ORDER BY place, status"
    there = [("B10-08-A", "good", 178), ("B10-08-B", "good", 4), ("B10-08-C", "good", 1), ("Quarantine", "damaged", 4)]
    assert rows(home.central_file, bowls) == rows(home.station_file, bowls) == there
    assert rows(home.central_file, "SELECT state FROM v_count") == [("done",)]
    assert rows(home.central_file, "SELECT DISTINCT state FROM v_receipt WHERE number = '5512'") == [("closed",)]
    database = open_database(home.central_file, "central")
    with reading(database) as session:
        assert differences(session) == ()
    database.close()
