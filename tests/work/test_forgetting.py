"""What central forgets of questions in which people are named."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from app.clock import FakeClock
from app.db import Database, central_write, reading
from app.models import Answer, Ask
from app.settings import Home
from app.work.service import DUTIES
from tests.central_home import _template, central

__all__ = ["_template", "central"]
NAMED = {
    "return_orders": ({"words": "Özdemir"}, {"orders": [{"who": "Lena Özdemir"}]}),
    "customers": ({"text": "Özdemir"}, {"customers": [{"name": "Lena Özdemir"}]}),
    "enter_order": ({"customer": {"name": "Lena Özdemir"}}, {"number": "C1001"}),
    "stuck": ({}, {"orders": ["10482"]}),
}


def asked(database: Database, clock: FakeClock) -> None:
    with central_write(database) as session:
        for kind, (question, answer) in NAMED.items():
            key, body = kind.encode().ljust(16)[:16], json.dumps(answer, ensure_ascii=False)
            asking = json.dumps(question, ensure_ascii=False)
            session.add(Ask(request_id=key, station_id=b"s" * 16, kind=kind, body=asking, asked_at=clock.now()))
            session.add(
                Answer(request_id=key, station_id=b"s" * 16, kind=kind, body=body, answered_at=clock.now(), taken=False)
            )


def kept(database: Database) -> dict[str, tuple[str, str]]:
    with reading(database) as session:
        asks = {ask.kind: ask.body for ask in session.query(Ask)}
        return {answer.kind: (asks[answer.kind], answer.body) for answer in session.query(Answer)}


def test_who_was_searched_and_found_is_forgotten_a_day_after_the_answer(central: Database, tmp_path: Path) -> None:
    clock = FakeClock()
    asked(central, clock)

    def look() -> int:
        return DUTIES["questions"](central, clock, Home(tmp_path))

    # given a day that is not over
    clock.advance(timedelta(hours=23).total_seconds())
    assert look() == 0
    assert "Özdemir" in str(kept(central))

    # when it is, then nobody is named, and each question is still known as answered
    clock.advance(timedelta(hours=2).total_seconds())
    assert look() == 3
    assert kept(central) == {
        "return_orders": ("{}", '{"orders":[]}'), "customers": ("{}", '{"customers":[]}'),
        "enter_order": ("{}", '{"number": "C1001"}'), "stuck": ("{}", '{"orders": ["10482"]}'),
    }  # fmt: skip
    clock.advance(timedelta(hours=2).total_seconds())
    assert look() == 0
