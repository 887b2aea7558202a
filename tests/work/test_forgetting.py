"""What central forgets of questions and answers, and that no question is answered twice for that."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text

from app.clock import FakeClock
from app.db import Database, central_write, reading
from app.models import Answer, Ask, NumberRange
from app.settings import Home
from app.sync.applier import work_off
from app.sync.central import FORGOTTEN, SqlCentral
from app.sync.wire import Cursor, WireAsk
from app.work.service import DUTIES
from tests.central_home import _template, central
from tests.engines import on_server

__all__ = ["_template", "central"]
STATION, STREAM = b"s" * 16, b"i" * 16
NAMED = {
    "return_orders": {"orders": [{"who": "Lena Özdemir"}]},
    "customers": {"customers": [{"name": "Lena Özdemir"}]},
    "enter_order": {"number": "C1001"},
    "stuck": {"orders": ["10482"]},
}


def answered(database: Database, clock: FakeClock) -> None:
    with central_write(database) as session:
        for kind, answer in NAMED.items():
            session.add(
                Answer(
                    request_id=kind.encode().ljust(16)[:16], station_id=STATION, kind=kind, answered_at=clock.now(),
                    taken=False, body=json.dumps(answer, ensure_ascii=False),
                )
            )  # fmt: skip


def kept(database: Database) -> dict[str, str]:
    with reading(database) as session:
        return {answer.kind: answer.body for answer in session.query(Answer)}


def ask_for_numbers(key: bytes) -> WireAsk:
    return WireAsk(key, "numbers", '{"kind":"parcel"}', b"t" * 16, "2026-03-02T12:00:00+00:00")


def ranges(database: Database) -> int:
    with reading(database) as session:
        return session.scalar(select(func.count()).select_from(NumberRange)) or 0


def test_who_was_found_is_forgotten_a_day_after_the_answer(central: Database, tmp_path: Path) -> None:
    clock = FakeClock()
    answered(central, clock)

    def look() -> int:
        return DUTIES["questions"](central, clock, Home(tmp_path))

    # given a day that is not over
    clock.advance(timedelta(hours=23).total_seconds())
    assert look() == 0
    assert "Özdemir" in str(kept(central))

    # when it is, then nobody is named, and each question is still known as answered
    clock.advance(timedelta(hours=2).total_seconds())
    assert look() == 2
    assert kept(central) == {
        "return_orders": "", "customers": "", "enter_order": '{"number": "C1001"}', "stuck": '{"orders": ["10482"]}',
    }  # fmt: skip

    # and when the feed of that time is cut, every answer is empty
    clock.advance(timedelta(days=35).total_seconds())
    assert look() == 2
    assert set(kept(central).values()) == {""}
    clock.advance(timedelta(hours=2).total_seconds())
    assert look() == 0


def test_a_question_goes_when_its_answer_is_there(central: Database) -> None:
    port, clock = SqlCentral(central, FakeClock()), FakeClock()
    port.push(STATION, STREAM, (), (ask_for_numbers(b"1" * 16), ask_for_numbers(b"2" * 16)))

    assert work_off(central, clock) == 2

    with reading(central) as session:
        assert session.scalar(select(func.count()).select_from(Ask)) == 0
    assert [a.kind for a in port.pull(STATION, Cursor(0, b""), (b"1" * 16,)).answers] == ["numbers"]


def test_a_question_that_comes_again_after_months_gets_nothing_scarce(central: Database, tmp_path: Path) -> None:
    # given a range of numbers that was leased, and its answer forgotten
    clock = FakeClock()
    port = SqlCentral(central, clock)
    port.push(STATION, STREAM, (), (ask_for_numbers(b"1" * 16),))
    work_off(central, clock)
    clock.advance(timedelta(days=100).total_seconds())
    assert DUTIES["questions"](central, clock, Home(tmp_path)) == 1

    # when an old image of the station puts the same question again, twice
    for _ in range(2):
        port.push(STATION, STREAM, (), (ask_for_numbers(b"1" * 16),))
        assert work_off(central, clock) == 0

    # then no other range is leased, and the station hears that it has to ask anew
    assert ranges(central) == 1
    assert [a.body for a in port.pull(STATION, Cursor(0, b""), (b"1" * 16,)).answers] == [FORGOTTEN]


def test_a_round_reads_open_questions_alone(central: Database) -> None:
    """However many were answered in all the years: rows are counted, not seconds."""
    # given a thousand answers, and one open question
    clock = FakeClock()
    with central_write(central) as session:
        session.add_all(
            Answer(
                request_id=n.to_bytes(16), station_id=STATION, kind="stuck", answered_at=clock.now(), taken=False,
                body="{}",
            )
            for n in range(1_000)
        )  # fmt: skip
    SqlCentral(central, clock).push(STATION, STREAM, (), (ask_for_numbers(b"1" * 16),))

    # when central looks for questions
    read: list[str] = []
    event.listen(central.read, "before_cursor_execute", lambda *how: read.append(how[2]))
    work_off(central, clock)

    # then what it asks names no answer, and the table that it reads has held one row
    assert [sql for sql in read if "answer" in sql.lower()] == []


@pytest.mark.parametrize("wanted", ["SELECT kind FROM answer WHERE body <> '' AND kind > 'a' ORDER BY kind LIMIT 1",
                                    "SELECT request_id FROM answer WHERE kind = 'x' AND answered_at < '2026-01-01' "
                                    "AND body <> '' ORDER BY answered_at LIMIT 500"])  # fmt: skip
def test_what_is_to_be_forgotten_is_found_by_its_index(central: Database, wanted: str) -> None:
    with reading(central) as session:
        if on_server():
            session.execute(text("SET LOCAL enable_seqscan = off"))  # a table of a few rows is read whole
        plan = session.execute(text(("EXPLAIN " if on_server() else "EXPLAIN QUERY PLAN ") + wanted)).all()

    assert "ix_answer_kept" in str(plan)
