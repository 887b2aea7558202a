"""What the mirror answered is kept until a row behind it is written, and no more of it than is worth it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import remembered
from app.events import UnknownRead
from app.models import Sku
from app.sync.memory import DROPPED, MOST_KEPT, Memory
from tests.sync.sides import StationSide

NOW = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)


def question(n: int) -> tuple[object, ...]:
    return (question, (n,), ())


def test_an_answer_is_kept_until_a_table_that_it_was_read_from_is_written() -> None:
    memory = Memory()
    memory.keep(question(1), {"bin", "sku"}, "A-01")
    memory.keep(question(2), frozenset({"sku"}), "Mug")
    memory.keep(question(3), frozenset({"tote"}), "T01")

    memory.forget({"bin"})

    assert (memory.recall(question(2)), memory.recall(question(3)), len(memory)) == (
        ("Mug", frozenset({"sku"})),
        ("T01", frozenset({"tote"})),
        2,
    )
    memory.forget({"sku", "nothing"})
    assert (memory.recall(question(3))[0], len(memory)) == ("T01", 1)


def test_of_too_many_answers_the_oldest_go() -> None:
    memory = Memory()
    for n in range(MOST_KEPT + 1):
        memory.keep(question(n), {"sku"}, n)

    assert len(memory) == MOST_KEPT + 1 - DROPPED
    assert memory.recall(question(DROPPED))[0] == DROPPED
    with pytest.raises(KeyError):
        memory.recall(question(DROPPED - 1))
    memory.forget({"sku"})
    assert len(memory) == 0


@pytest.mark.parametrize("moment", [NOW, UnknownRead(text="X", at=NOW, mono_ns=1)], ids=["time", "read"])
def test_what_is_asked_of_a_moment_is_asked_once_and_not_kept(moment: object) -> None:
    memory = Memory()

    memory.keep((question, (moment,), ()), {"sku"}, "as an argument")
    memory.keep((question, (), (("at", moment),)), {"sku"}, "by name")

    assert len(memory) == 0


@remembered
def _name_of(session: Session, sku_id: bytes) -> str:
    return str(session.execute(select(Sku.name).where(Sku.id == sku_id)).scalar_one())


def _label(session: Session, sku_id: bytes) -> str:
    return f"{_name_of(session, sku_id)}!"


def _question(session: Session, sku_id: bytes) -> str:
    return f"{_name_of(session, sku_id)}?"


def test_a_question_forgets_its_answer_when_one_that_it_asked_forgets_its_own(station: StationSide) -> None:
    with station.keeper.act() as act:
        sku_id = act.read(lambda session: session.execute(select(Sku.id)).scalars().first())
        first = act.ask_mirror(_question, sku_id)  # the name is known already when the other one asks it
        assert act.ask_mirror(_label, sku_id) == first.replace("?", "!")

        act.read(lambda session: session.execute(update(Sku).where(Sku.id == sku_id).values(name="Renamed")))

        assert act.ask_mirror(_label, sku_id) == "Renamed!"
        assert act.ask_mirror(_question, sku_id) == "Renamed?"
