"""Whoever changes history at central is found out, with the place."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.clock import FakeClock
from app.db import reading
from app.picking.facts import Picked
from app.sync.verifying import compare, heads_text, verify
from app.work.facts import SignedIn, ToteEmptied
from tests.security.tampering import edits
from tests.sync.sides import B1, FENCE, MUG, PICK_MUG, T1, T2, WORK, CentralSide, even_sides

TIMES = 40


def history(folder: Path) -> CentralSide:
    """Two stations' facts at central, applied."""
    clock = FakeClock()
    central, stations = even_sides(folder, clock, "PICK01", "PACK02")
    for round_ in range(6):
        for station in stations:
            station.record(SignedIn(bytes([round_ + 1]) * 16), ToteEmptied(T2))
            station.record(Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", 1, T1))
            station.push()
        central.work()
    for station in stations:
        station.close()
    return central


def test_history_that_nobody_touched_is_whole(tmp_path: Path) -> None:
    central = history(tmp_path)
    with reading(central.database) as session:
        found = verify(session)
    central.close()
    assert found.altered == ()
    assert [head.station for head in found.heads] == ["PACK02", "PICK01", "OFFICE"] or len(found.heads) == 3
    assert found.facts >= 36


def test_every_edit_is_found_with_its_station_and_number(tmp_path: Path) -> None:
    # given history in a file, and somebody who can do everything to it
    central = history(tmp_path)
    path = tmp_path / "copy.sqlite"
    central.close()
    shutil.copy(central.path, path)
    # when any column of any row is changed, or a row is taken out
    tried = list(edits(path, TIMES, seed=1))
    # then the verifier names each
    assert [one for one in tried if not one.is_found] == []
    assert len({one.what for one in tried}) > 10


def test_rewritten_chains_are_found_by_heads_that_were_kept_outside(tmp_path: Path) -> None:
    # given heads on paper
    central = history(tmp_path)
    with reading(central.database) as session:
        before = heads_text(verify(session).heads)
        assert list(compare(session, before)) == []
    # when history goes on, they still fit; when its end was taken away they do not
    with reading(central.database) as session:
        shorter = before.replace('"seq": ', '"seq": 1')
        gone = list(compare(session, shorter))
    central.close()
    assert {one.what for one in gone} == {"it is gone, and was there when heads were kept"}
