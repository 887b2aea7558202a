"""What is scarce is decided once: work is leased to one station, numbers to one station, however many ask at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from app.db import Database, central_write, reading
from app.ids import stable_id
from app.inventory.facts import StockSet
from app.models import FactRow, Feed, Movement, NumberRange, Order, StationMark, StationRow, Stock, Work
from app.work.service import claim_work, lease_numbers, record_here, reopen_work
from app.work.service.claims import LEASE, answer_claim
from app.work.service.recording import OFFICE
from tests.engines import drop, open_central
from tests.sync.sides import template

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
A, B = stable_id("station", "A"), stable_id("station", "B")


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Database]:
    database = open_central(tmp_path / "central.sqlite", template=template("central"))
    yield database
    drop(database)


def add_work(central: Database, *names: str, **values: object) -> list[bytes]:
    with central_write(central) as session:
        for name in names:
            order = stable_id("order", name)
            session.add(
                Order(
                    id=order, channel="test", external_id=name, number=name, received_at=NOW, updated_at=NOW,
                    content_hash=b"",
                )
            )  # fmt: skip
            session.add(Work(id=stable_id("work", name), kind="pick", order_id=order, **values))
    return [stable_id("work", name) for name in names]


def claim(central: Database, station: bytes, limit: int = 1, now: datetime = NOW) -> list[tuple[bytes, int]]:
    with central_write(central) as session:
        return [
            (c.work_id, c.fence)
            for c in claim_work(session, station_id=station, kind="pick", limit=limit, now=now)
        ]  # fmt: skip


# ---- claims ---------------------------------------------------------------------------------------------------------


def test_work_that_somebody_holds_is_not_given_again(central: Database) -> None:
    [first, second] = sorted(add_work(central, "1", "2"))

    assert claim(central, A) == [(first, 1)]
    assert claim(central, B, limit=5) == [(second, 1)]
    assert claim(central, A) == []


def test_the_most_urgent_work_is_given_first(central: Database) -> None:
    add_work(central, "slow", priority=80)
    [urgent] = add_work(central, "urgent", priority=10)

    assert claim(central, A) == [(urgent, 1)]


def test_work_whose_lease_ran_out_before_a_hand_touched_it_is_given_with_a_higher_fence(central: Database) -> None:
    [work] = add_work(central, "1")
    claim(central, A)

    assert claim(central, B, now=NOW + LEASE) == []
    assert claim(central, B, now=NOW + LEASE + timedelta(seconds=1)) == [(work, 2)]


def test_started_work_is_never_taken_away_by_a_clock(central: Database) -> None:
    add_work(central, "1", state="leased", started=True, lease_until=NOW, station_id=A, fence=1)

    assert claim(central, B, now=NOW + timedelta(days=400)) == []


@pytest.mark.parametrize("state", ["done", "cancelled"])
def test_work_that_is_over_is_not_given(state: str, central: Database) -> None:
    add_work(central, "1", state=state, lease_until=NOW - timedelta(days=1))

    assert claim(central, A) == []


def test_work_that_is_given_back_can_be_claimed_again(central: Database) -> None:
    [work] = add_work(central, "1")
    claim(central, A)

    with central_write(central) as session:
        reopen_work(session, work_id=work)

    assert claim(central, B) == [(work, 2)]


def test_twelve_stations_that_ask_at_once_share_the_work_without_a_double(central: Database) -> None:
    works = set(add_work(central, *map(str, range(30))))
    stations = [stable_id("station", str(n)) for n in range(12)]

    with ThreadPoolExecutor(12) as pool:
        given = list(pool.map(lambda station: claim(central, station, limit=3), stations))

    claimed = [work for some in given for work, _ in some]
    assert len(claimed) == len(set(claimed)) == 30
    assert set(claimed) == works
    with reading(central) as session:
        assert set(session.scalars(select(Work.fence))) == {1}


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (3, 3), (999, 8)])
def test_a_station_gets_at_least_one_and_never_everything(asked: int, given: int, central: Database) -> None:
    add_work(central, *map(str, range(10)))

    with central_write(central) as session:
        body = answer_claim(session, station_id=A, body={"limit": asked}, now=NOW)

    assert (len(body["work"]), len(body["dossiers"])) == (given, given)


def test_a_claim_is_told_to_everybody(central: Database) -> None:
    [work] = add_work(central, "1")
    claim(central, A)

    with reading(central) as session:
        rows = session.execute(select(Feed.topic, Feed.key)).all()

    assert [tuple(row) for row in rows] == [("work", work.hex())]


# ---- numbers --------------------------------------------------------------------------------------------------------


def test_ranges_follow_each_other_and_never_overlap(central: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: _lease(central, stable_id("station", str(n)), n + 1), range(8)))

    with reading(central) as session:
        rows = session.execute(select(NumberRange.first, NumberRange.last).order_by(NumberRange.first)).all()
    assert rows[0].first == 1
    assert [row.first for row in rows[1:]] == [row.last + 1 for row in rows[:-1]]
    assert rows[-1].last == sum(range(1, 9))


def test_each_kind_has_numbers_of_its_own(central: Database) -> None:
    assert _lease(central, A, 10) == (1, 10)
    with central_write(central) as session:
        assert lease_numbers(session, station_id=A, kind="pallet", count=5) == (1, 5)
    assert _lease(central, A, 10) == (11, 20)


def _lease(central: Database, station: bytes, count: int) -> tuple[int, int]:
    with central_write(central) as session:
        return lease_numbers(session, station_id=station, kind="parcel", count=count)


# ---- the office's own stream ----------------------------------------------------------------------------------------


def test_what_the_office_does_is_recorded_like_a_hands_act(central: Database) -> None:
    sku, place = stable_id("sku", "MUG"), stable_id("bin", "B1")

    for units in (5, 8):
        with central_write(central) as session:
            record_here(session, [StockSet(sku, place, units), StockSet(sku, place, units)], now=NOW)

    with reading(central) as session:
        facts = session.execute(select(FactRow.seq, FactRow.station_id, FactRow.kind).order_by(FactRow.seq)).all()
        assert [tuple(row) for row in facts] == [(n, OFFICE, "StockSet") for n in (1, 2, 3, 4)]
        assert list(session.scalars(select(Movement.quantity).order_by(Movement.at, Movement.fact_id))) == [5, 3]
        assert session.scalars(select(Stock.on_hand)).all() == [8]
        mark = session.scalars(select(StationMark)).one()
        assert (mark.pushed_seq, mark.applied_seq) == (4, 4)
        assert session.scalars(select(StationRow.code)).all() == ["OFFICE"]


def test_an_office_act_that_fails_leaves_nothing(central: Database) -> None:
    sku = stable_id("sku", "MUG")

    with pytest.raises((StatementError, ValueError), match="times are aware UTC"), central_write(central) as session:
        record_here(session, [StockSet(sku, sku, 5), StockSet(sku, sku, 6)], now=NOW.replace(tzinfo=None))

    with reading(central) as session:
        assert session.scalars(select(FactRow.fact_id)).all() == []
        assert session.scalars(select(Stock.on_hand)).all() == []
