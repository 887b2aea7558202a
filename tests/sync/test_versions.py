"""Station and central of three programs that follow each other, in every pair: nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.facts import decode
from app.sync.applier import take_up_known
from app.sync.talk import too_old
from app.work.facts import ToteEmptied
from tests.sync.sides import T2, CentralSide, StationSide

N = 1
"""The version of `ToteEmptied` that this program has. The one before called its tote something else."""


@contextmanager
def program(monkeypatch: pytest.MonkeyPatch, version: int) -> Iterator[None]:
    """Runs as the program of that version: 0 (the one before), 1 (this one), 2 (the next, with a field more)."""

    def body(self: ToteEmptied) -> dict[str, Any]:
        said = {"tote_id": self.tote_id.hex(), "order_id": self.order_id.hex()}
        if version == 0:
            return {"tote": said["tote_id"], "order_id": said["order_id"]}
        return said if version == 1 else said | {"looked_twice": 1}

    def renamed(old: dict[str, Any]) -> dict[str, Any]:
        return {"tote_id": old["tote"], "order_id": old["order_id"]}

    with monkeypatch.context() as patch:
        patch.setattr(ToteEmptied, "version", version)
        patch.setattr(ToteEmptied, "body", body)
        patch.setattr(ToteEmptied, "upcasts", {0: renamed} if version else {})
        if version == 0:  # in which the field of the class had that name, too
            read = classmethod(lambda cls, body: cls(*(bytes.fromhex(body[name]) for name in ("tote", "order_id"))))
            patch.setattr(ToteEmptied, "from_body", read)
        yield


@pytest.mark.parametrize("central_version", [0, 1, 2])
@pytest.mark.parametrize("station_version", [0, 1, 2])
def test_every_pair_of_programs(
    station_version: int,
    central_version: int,
    central: CentralSide,
    station: StationSide,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a tote that central believes full, emptied at a station of one program
    with central.database.write.begin() as connection:
        connection.exec_driver_sql("UPDATE tote SET state = 'dropped' WHERE name = 'T2'")
    with program(monkeypatch, station_version):
        station.record(ToteEmptied(T2))

    # when a central of another program applies it
    with program(monkeypatch, central_version):
        station.settle()
        newer = station_version > central_version
        state = [("dropped",)] if newer else [("free",)]
        assert central.query("SELECT state FROM tote WHERE id = ?", T2) == state
        assert central.query("SELECT status FROM fact_status") == ([("unknown",)] if newer else [])

    # then at the latest after an update all is applied, and the bytes are as they were recorded
    with program(monkeypatch, 2):
        assert take_up_known(central.database) == newer
        station.settle()
    assert central.query("SELECT state FROM tote WHERE id = ?", T2) == [("free",)]
    kept = "SELECT version, data FROM fact WHERE kind = 'ToteEmptied'"
    assert central.query(kept) == station.query(kept)
    assert json.loads(central.query(kept)[0][1])["ver"] == station_version


def test_two_versions_are_brought_up_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ToteEmptied, "version", 3)
    monkeypatch.setattr(
        ToteEmptied, "upcasts", {0: lambda body: {"tote": body["t"]}, 2: lambda body: {"tote_id": body["tote"]}}
    )

    assert decode("ToteEmptied", {"t": "0a"}, 0) == ToteEmptied(b"\x0a")
    assert decode("ToteEmptied", {"tote_id": "0a"}, 3) == ToteEmptied(b"\x0a")
    assert decode("ToteEmptied", {"tote_id": "0a"}, 4) is None


def test_central_says_which_versions_it_understands(central: CentralSide, station: StationSide) -> None:
    welcome = central.port.hello(station.keeper.greeting())

    assert (welcome.schema_min, welcome.schema_max) == (1, 2)
    assert [too_old(welcome, n) for n in (0, 1, 2, 3)] == ["station", "", "", "central"]
