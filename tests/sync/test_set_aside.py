"""What central could not apply waits with its reason, is tried once more in its order, or put aside by a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.db import central_write, reading
from app.facts import Fact
from app.floor.service.aside import answer_aside, answer_aside_act
from app.ids import new_id, stable_id
from app.models import Incident, Person
from app.picking.facts import Picked
from app.sync.applier import take_up_known
from app.work.facts import SignedIn, ToteEmptied
from tests.sync.sides import B1, FENCE, MUG, PICK_MUG, T1, T2, WORK, CentralSide, StationSide, ledger, mirrored

SOMEBODY = b"\x07" * 16


def take(units: int = 1) -> Picked:
    return Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", units, T1)


def statuses(central: CentralSide) -> list[tuple[Any, ...]]:
    return central.query("SELECT status, outcome, note FROM fact_status ORDER BY at, fact_id")


def open_incidents(central: CentralSide) -> list[tuple[Any, ...]]:
    return central.query("SELECT kind FROM incident WHERE resolved_at IS NULL")


def want_again(central: CentralSide) -> None:
    with central.database.write.begin() as connection:
        connection.exec_driver_sql("UPDATE fact_status SET outcome = 'again' WHERE outcome = ''")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """`broken(True)`: emptying totes fails at central, as by a mistake in the program; False: it is mended."""
    right: Callable[..., None] = ToteEmptied.apply

    def apply(self: ToteEmptied, session: Any, stamp: Any) -> None:
        if session.info["side"] == "central":
            raise ZeroDivisionError("a mistake")
        right(self, session, stamp)

    def change(wrong: bool) -> None:
        monkeypatch.setattr(ToteEmptied, "apply", apply if wrong else right)

    return change


def test_a_mended_program_applies_what_its_older_self_could_not(
    central: CentralSide, station: StationSide, broken: Callable[[bool], None], expected_log: Callable[[str], None]
) -> None:
    # given a tote whose emptying central could not apply
    expected_log("is in quarantine")
    with central.database.write.begin() as connection:
        connection.exec_driver_sql("UPDATE tote SET state = 'dropped' WHERE name = 'T2'")
    broken(True)
    station.record(ToteEmptied(T2))
    station.record(take())
    station.settle()
    assert (statuses(central), open_incidents(central)) == ([("quarantine", "", "")], [("quarantine",)])

    # when it is tried again by the same program, then by a mended one
    want_again(central)
    central.work()
    assert statuses(central) == [("quarantine", "", "")]
    broken(False)
    want_again(central)
    central.work()
    station.settle()

    # then it holds, everywhere, and nobody needs to look any more
    assert statuses(central) == [("quarantine", "applied", "")]
    assert central.query("SELECT state FROM tote WHERE id = ?", T2) == [("free",)]
    assert mirrored(station.path) == mirrored(central.path)
    assert open_incidents(central) == []


def test_what_a_hand_took_back_meanwhile_is_neither_done_nor_undone(
    central: CentralSide, station: StationSide, monkeypatch: pytest.MonkeyPatch, expected_log: Callable[[str], None]
) -> None:
    # given a pick that central could not apply, and that was taken back
    expected_log("is in quarantine")
    start, right = ledger(central.path), Picked.apply

    def apply(self: Picked, session: Any, stamp: Any) -> None:
        if session.info["side"] == "central":
            raise ZeroDivisionError("a mistake")
        right(self, session, stamp)

    monkeypatch.setattr(Picked, "apply", apply)
    [kept] = station.record(take(2))
    station.settle()
    station.record(voids=[kept.fact_id])
    station.settle()
    assert ledger(central.path) == start

    # when it is tried again
    monkeypatch.setattr(Picked, "apply", right)
    want_again(central)
    station.settle()

    assert ledger(central.path) == start
    assert statuses(central) == [("quarantine", "set_aside", "taken back by the hand that did it")]
    assert open_incidents(central) == []


def test_facts_of_a_newer_program_are_applied_in_their_order_once_central_knows_them(
    central: CentralSide, station: StationSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a station whose program is newer: it knows a kind that central does not
    newer: dict[str, type[Fact]] = {"ToteEmptied": ToteEmptied}
    import app.facts

    everything = app.facts.kinds

    def older() -> dict[str, type[Fact]]:
        return {kind: cls for kind, cls in everything().items() if kind not in newer}

    monkeypatch.setattr(app.facts, "kinds", older)
    monkeypatch.setattr("app.sync.applier.kinds", older)
    station.record(ToteEmptied(T2))
    station.record(SignedIn(SOMEBODY))
    station.record(ToteEmptied(T1))
    station.settle()
    assert statuses(central) == [("unknown", "", ""), ("unknown", "", "")]
    assert take_up_known(central.database) == 0

    # when central is updated
    monkeypatch.setattr(app.facts, "kinds", everything)
    monkeypatch.setattr("app.sync.applier.kinds", everything)
    assert take_up_known(central.database) == 2
    station.settle()

    # then they are applied
    assert statuses(central) == [("unknown", "applied", ""), ("unknown", "applied", "")]
    assert open_incidents(central) == []
    assert mirrored(station.path) == mirrored(central.path)


# ---- what a lead sees and does ------------------------------------------------------------------------------------

LEAD, PICKER = stable_id("person", "lead"), stable_id("person", "picker")


def listed(central: CentralSide) -> list[tuple[str, str, str]]:
    with reading(central.database) as session:
        found = answer_aside(session, station_id=b"", body={}, now=central.clock.now())
    return [(row["kind"], row["status"], row["reason"]) for row in found["rows"]]


def act(central: CentralSide, subject: bytes, what: str, *, by: bytes = LEAD, why: str = "") -> dict[str, Any]:
    with central_write(central.database) as session:
        for person, role in ((LEAD, "lead"), (PICKER, "picker")):
            if session.get(Person, person) is None:
                session.add(Person(id=person, staff_number=role, name=role.title(), role=role, language="en"))
        session.flush()
        body = {"id": subject.hex(), "act": what, "why": why, "by": by.hex()}
        return answer_aside_act(session, station_id=b"", body=body, now=central.clock.now())


def test_a_lead_has_a_record_tried_again_or_puts_it_aside_with_a_reason(
    central: CentralSide, station: StationSide, broken: Callable[[bool], None], expected_log: Callable[[str], None]
) -> None:
    # given two records that central could not apply, and a clock that was set
    expected_log("is in quarantine")
    broken(True)
    [first] = station.record(ToteEmptied(T2))
    [second] = station.record(ToteEmptied(T1))
    station.settle()
    jump = new_id()
    with central_write(central.database) as session:
        session.add(Incident(id=jump, kind="clock_jump", detail="by 90 s", opened_at=central.clock.now()))
    why = "ZeroDivisionError: a mistake"
    assert sorted(listed(central)) == [
        ("ToteEmptied", "quarantine", why), ("ToteEmptied", "quarantine", why), ("clock_jump", "", "by 90 s"),
    ]  # fmt: skip

    # when somebody without the right tries, nothing happens
    assert "refused" in act(central, second.fact_id, "again", by=PICKER)
    assert len(listed(central)) == 3

    # when the lead drops one, has the other tried by a mended program, and looks at the clock
    assert "done" in act(central, first.fact_id, "drop", why="it never happened")
    broken(False)
    assert "done" in act(central, second.fact_id, "again")
    assert "done" in act(central, jump, "seen")
    central.work()

    # then nothing waits, both are kept as they came, and who decided what stands beside them
    assert listed(central) == []
    assert central.query("SELECT outcome, note, resolved_by FROM fact_status ORDER BY outcome") == [
        ("applied", "", None), ("set_aside", "it never happened", LEAD),
    ]  # fmt: skip
    assert central.query("SELECT count(*) FROM fact WHERE kind = 'ToteEmptied'") == [(2,)]
    assert "refused" in act(central, first.fact_id, "again")
