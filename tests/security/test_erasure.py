"""A day after an order has left, nobody finds the customer's name on the station's disk, not even in free pages."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from pathlib import Path

import pytest

from app.clock import FakeClock
from app.db import reading, station_write
from app.ids import new_id, stable_id
from app.models import Ask, Dossier, OrderBrief, Parcel, PrintJob
from app.sync.erasure import KEPT, Erased, Forgetting, cut_log, erase_names, finished_orders
from tests.sync.sides import StationSide, even_sides

CANARY = "Zwetschgenbaum"
STAYS = "Mirabellenbaum"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def station(tmp_path: Path, clock: FakeClock) -> StationSide:
    _, (one,) = even_sides(tmp_path, clock, "PACK01")
    return one


def order_id(number: int) -> bytes:
    return stable_id("erasure", str(number))


def fill(station: StationSide, orders: int, *, name: str = CANARY, first: int = 0, state: str = "shipped") -> None:
    """Orders of a customer, written in a random order and rewritten, so that pages are split and freed many times."""
    numbers = list(range(first, first + orders))
    random.Random(7).shuffle(numbers)
    now = station.clock.now()
    for round_ in (1, 2):
        for number in numbers:
            body = (
                f'{{"ship_to":{{"name":"{name} {number}","line1":"{name} street {"x" * (number % 1900) * round_}"}}}}'
            )
            with station_write(station.database) as session:
                session.merge(Dossier(order_id=order_id(number), body=body, received_at=now))
                session.merge(OrderBrief(order_id=order_id(number), number=str(number), state=state, station=""))
    with station_write(station.database) as session:
        for number in numbers:
            if state == "shipped":
                session.add(Parcel(id=new_id(), order_id=order_id(number), state="closed", closed_at=now))
            session.add(
                PrintJob(id=new_id(), kind="slip", state="sent", queued_at=now, document=f"{name} {'y' * number}")
            )


def ask_and_hear(station: StationSide, times: int) -> None:
    """Questions with a name in them, each answered."""
    for number in range(times):
        request = station.ask("people", {"name": f"{CANARY} {'z' * (number * 37 % 900)}"})
        with station_write(station.database) as session:
            session.delete(session.get_one(Ask, request))


def found(folder: Path, word: str) -> list[str]:
    """The files of the folder in which the word stands, as text of any kind that SQLite or a page of paper has."""
    forms = (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), word.upper().encode())
    files = [p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("central")]
    return sorted(p.name for p in files if any(form in p.read_bytes() for form in forms))


def test_the_search_finds_a_name_where_there_is_one(station: StationSide, tmp_path: Path) -> None:
    fill(station, 3)

    assert found(tmp_path, CANARY) == ["pack01.sqlite-wal"]
    cut_log(station.database)
    assert found(tmp_path, CANARY) == ["pack01.sqlite"]


def test_a_day_after_shipping_no_byte_of_the_name_is_on_the_disk(
    station: StationSide, clock: FakeClock, tmp_path: Path
) -> None:
    # given two hundred orders that left, three that are in work, answered questions, and spooled paper
    spool = tmp_path / "spool"
    spool.mkdir()
    fill(station, 200)
    fill(station, 3, name=STAYS, first=500, state="packing")
    ask_and_hear(station, 60)
    (spool / "job.pdf").write_bytes(f"%PDF {CANARY}".encode())
    os.utime(spool / "job.pdf", (clock.now().timestamp(),) * 2)
    cut_log(station.database)

    # when it is a day later
    clock.advance(KEPT.total_seconds() + 60)
    erased = erase_names(station.database, spool, now=clock.now())

    # then it is gone from file, log and spool, and the others are as they were
    assert erased == Erased(dossiers=200, documents=203, files=1, clean=True)
    assert found(tmp_path, CANARY) == []
    with reading(station.database) as session:
        assert {d.order_id for d in session.query(Dossier)} == {order_id(n) for n in (500, 501, 502)}
        assert session.query(PrintJob).filter(PrintJob.state == "sent").count() == 203
    assert station.query("PRAGMA integrity_check") == [("ok",)]
    assert len(station.query("SELECT 1 FROM dossier WHERE body LIKE ?", f"%{STAYS}%")) == 3


def test_until_then_a_label_can_still_be_printed_once_more(
    station: StationSide, clock: FakeClock, tmp_path: Path
) -> None:
    fill(station, 2)

    clock.advance(KEPT.total_seconds() - 60)

    assert erase_names(station.database, tmp_path / "none", now=clock.now()) == Erased()
    assert found(tmp_path, CANARY) != []


@pytest.mark.parametrize(("state", "goes"), [
    ("shipped", True), ("cancelled", True), ("packed", False), ("picking", False), ("held", False),
])  # fmt: skip
def test_only_what_is_over_goes(station: StationSide, clock: FakeClock, state: str, goes: bool) -> None:
    fill(station, 1, state=state)

    clock.advance(KEPT.total_seconds() + 1)

    with reading(station.database) as session:
        assert bool(finished_orders(session, clock.now() - KEPT)) is goes


def test_an_order_that_central_no_longer_tells_of_goes_too(station: StationSide, clock: FakeClock) -> None:
    fill(station, 1)
    with station_write(station.database) as session:
        session.delete(session.get_one(OrderBrief, order_id(0)))

    with reading(station.database) as session:
        assert finished_orders(session, clock.now() + timedelta(days=1)) == (order_id(0),)


def test_the_day_begins_with_the_last_box_not_with_the_claim(station: StationSide, clock: FakeClock) -> None:
    fill(station, 1)
    clock.advance(KEPT.total_seconds())
    with station_write(station.database) as session:
        session.add(Parcel(id=new_id(), order_id=order_id(0), state="closed", closed_at=clock.now()))
    clock.advance(3600)

    with reading(station.database) as session:
        assert finished_orders(session, clock.now() - KEPT) == ()


def test_paper_that_is_not_out_yet_is_kept(station: StationSide, clock: FakeClock, tmp_path: Path) -> None:
    with station_write(station.database) as session:
        session.add(PrintJob(id=new_id(), kind="slip", state="queued", queued_at=clock.now(), document=CANARY))
    clock.advance(KEPT.total_seconds() * 2)

    assert erase_names(station.database, tmp_path / "none", now=clock.now()).documents == 0


def test_answered_questions_are_wiped_twice_a_day_though_no_order_left(
    station: StationSide, clock: FakeClock, tmp_path: Path
) -> None:
    duty = Forgetting(station.database, tmp_path / "none", clock)
    ask_and_hear(station, 40)
    assert found(tmp_path, CANARY) == ["pack01.sqlite-wal"]

    looks = 0
    while found(tmp_path, CANARY):
        clock.advance(601)
        duty.look()
        looks += 1
        assert looks <= 80

    assert looks * 601 >= 43_200


def test_it_looks_every_ten_minutes_and_not_more_often(station: StationSide, clock: FakeClock, tmp_path: Path) -> None:
    duty = Forgetting(station.database, tmp_path / "none", clock)
    fill(station, 1)
    duty.look()
    clock.advance(KEPT.total_seconds() + 1)
    assert duty.look() == Erased(1, 1, 0)

    fill(station, 1, first=9)
    with station_write(station.database) as session:
        session.get_one(Dossier, order_id(9)).received_at = clock.now() - 2 * KEPT
        session.query(Parcel).update({"closed_at": clock.now() - 2 * KEPT})
    assert duty.look() == Erased()
    clock.advance(601)
    assert duty.look().dossiers == 1


def test_a_link_in_the_spool_is_left_alone(station: StationSide, clock: FakeClock, tmp_path: Path) -> None:
    spool, outside = tmp_path / "spool", tmp_path / "outside.pdf"
    spool.mkdir()
    outside.write_text("not ours")
    (spool / "a.pdf").symlink_to(outside)
    clock.advance(10 * 365 * 86_400)

    assert erase_names(station.database, spool, now=clock.now()).files == 0
    assert outside.exists()


@pytest.mark.parametrize("seed", range(6))
def test_no_gap_of_a_page_that_others_still_use_keeps_a_name(
    station: StationSide, clock: FakeClock, tmp_path: Path, seed: int
) -> None:
    # given pages on which finished orders and orders in work stand mixed, rewritten in three lengths
    turns = random.Random(seed)
    numbers = list(range(240))
    turns.shuffle(numbers)
    with station_write(station.database) as session:
        for number in numbers:
            state = "shipped" if number % 3 else "packing"
            session.add(OrderBrief(order_id=order_id(number), number=str(number), state=state, station=""))
    for _ in range(3):
        for number in numbers:
            body = f"{CANARY if number % 3 else STAYS} {'x' * turns.randrange(1200)}"
            with station_write(station.database) as session:
                session.merge(Dossier(order_id=order_id(number), body=body, received_at=clock.now()))

    # when it is a day later
    clock.advance(KEPT.total_seconds() + 60)
    erased = erase_names(station.database, tmp_path / "none", now=clock.now())

    # then
    assert (erased.dossiers, erased.clean, found(tmp_path, CANARY)) == (160, True, [])
    assert len(station.query("SELECT 1 FROM dossier WHERE body LIKE ?", f"{STAYS}%")) == 80
