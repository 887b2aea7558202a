"""What central could not do, as a lead sees it: what it is and why, once more, or aside for good with who and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.barcodes import command_code, own_code
from app.floor.service.deeds import advice, cause, for_support, note_words
from app.floor.workflows.aside import WHYS, SetAside
from app.text import day_and_time, say, verbatim
from app.view import Hero, Listing, View
from app.work.service.timeline import packed_words
from app.workflow import Opening
from tests.floor.entrance import Entrance, person_id

LEAD = person_id("Mia")
FACT, NOTE = "0a" * 16, "0b" * 16
JO = f"{day_and_time(datetime(2026, 3, 2, 13, 5, tzinfo=UTC))}, by Jo at Pick 01"


@pytest.fixture
def desk(entrance: Entrance) -> Entrance:
    entrance.sign_in("lead")
    entrance.at(SetAside())
    return entrance


def row(subject: str = FACT, **more: object) -> dict[str, Any]:
    whole = {
        "id": subject, "sort": "fact", "kind": "Picked", "status": "quarantine", "reason": "KeyError: mug",
        "at": "2026-03-02T13:07:00+00:00", "station": "Pick 01", "person": "Jo", "scan": "4006381333931",
        "done_at": "2026-03-02T13:05:00+00:00", "support": "KeyError: mug",
        "deed": packed_words(say("{n} × {sku} picked from {place}", n=2, sku="MUG", place="A-01-02")),
        "cause": packed_words(cause("quarantine", "KeyError: mug")), "advice": packed_words(advice("quarantine")),
    }  # fmt: skip
    return whole | more


def note(kind: str = "fork") -> dict[str, Any]:
    meaning, act = note_words(kind)
    return row(
        NOTE, sort="note", kind=kind, status="", person="", scan="", support="12 facts go again",
        cause=packed_words(meaning), advice=packed_words(act),
    )  # fmt: skip


def told(view: View) -> tuple[str, str]:
    assert isinstance(view.hero, Hero)
    return str(view.hero.imperative), str(view.hero.second)


def rows(view: View) -> list[tuple[str, str, str]]:
    [listing] = view.object
    assert isinstance(listing, Listing)
    return [(str(r.title), str(r.second), r.command) for r in listing.rows]


def test_its_card_asks_central_and_shows_what_waits(desk: Entrance) -> None:
    assert isinstance(SetAside().greets(desk.event(command_code("ASIDE")), desk), Opening)

    outcome = desk.scan(command_code("ASIDE"))
    strange = row(
        "0c" * 16, status="unknown", kind="Teleported", deed=packed_words(verbatim("Teleported")),
        cause=packed_words(cause("unknown", "")), advice=packed_words(advice("unknown")),
    )  # fmt: skip
    desk.answer("aside", {"rows": [row(), strange, note()], "unseen": 0})

    assert [(ask.kind, ask.waits) for ask in outcome.ask] == [("aside", True)]
    assert rows(desk.view) == [
        (
            "2 × MUG picked from A-01-02",
            f"{JO}. Something in it is missing or can't be read",
            "OPT1",
        ),
        ("Teleported", f"{JO}. Central must be updated to read it", "OPT2"),
        ("A station has a twin or an old disk: Pick 01", "Its records go to central once more; none is lost", "OPT3"),
    ]


@pytest.mark.parametrize(
    ("codes", "act", "why"),
    [
        (["OPT1", "CMDRELEASE"], "again", ""),
        (["OPT1", "CMDCANCEL", "OPT3"], "drop", str(WHYS[3])),
        (["OPT2", "CMDDONE"], "seen", ""),
    ],
)
def test_an_act_needs_a_lead_and_goes_to_central(codes: list[str], act: str, why: str, desk: Entrance) -> None:
    desk.answer("aside", {"rows": [row(), note()], "unseen": 0})

    for code in codes[:-1]:
        desk.scan(own_code(code))
    outcome = desk.scan(own_code(codes[-1]), approved_by=LEAD)

    [ask] = outcome.ask
    subject = NOTE if act == "seen" else FACT
    assert (ask.kind, ask.body) == ("aside-act", {"id": subject, "act": act, "why": why, "by": LEAD.hex()})

    # and the list comes back with what was done
    desk.answer("aside-act", {"rows": [], "unseen": 0, "done": packed_words(say("It is tried again"))})
    assert told(desk.view) == ("Scan HOME", "Nothing waits for you")
    assert rows(desk.view) == []


def test_nothing_is_put_aside_by_mistake(desk: Entrance) -> None:
    desk.answer("aside", {"rows": [row(), note()], "unseen": 0})
    desk.scan(own_code("OPT1"))
    assert desk.scan(command_code("DONE")).refused == "NotHere"
    desk.scan(command_code("CANCEL"))
    assert [command for *_, command in rows(desk.view)] == [f"OPT{n}" for n in WHYS]
    assert desk.scan(own_code("OPT9")).refused == "NotHere"

    desk.scan(command_code("ASIDE"))

    assert told(desk.view)[0] == "2 × MUG picked from A-01-02"
    desk.scan(command_code("ASIDE"))
    assert len(rows(desk.view)) == 2


def test_without_central_it_says_so(desk: Entrance) -> None:
    desk.scan(command_code("ASIDE"))
    desk.no_answer()

    assert told(desk.view) == ("Scan HOME", "Central is away, and only central knows what it set aside")


def test_many_things_have_pages(desk: Entrance) -> None:
    many = [row(f"{n:032x}", deed=packed_words(say("Walk {n}", n=n))) for n in range(8)]
    desk.answer("aside", {"rows": many, "unseen": 2})
    desk.scan(command_code("SKIP"))

    assert [title for title, *_ in rows(desk.view)] == ["Walk 6", "Walk 7"]
    [listing] = desk.view.object
    assert isinstance(listing, Listing)
    assert str(listing.right) == "7 to 8 of 10"


def test_the_reason_for_support_shows_no_statement_and_no_raw_id() -> None:
    reason = (
        "IntegrityError: (sqlite3.IntegrityError) UNIQUE constraint failed: movement.fact_id\n"
        "[SQL: INSERT INTO movement (fact_id, line) VALUES (?, ?)]\n[parameters: (1, 2)]"
    )

    assert for_support(reason) == "IntegrityError: (sqlite3.IntegrityError) UNIQUE constraint failed: movement.fact_id"
    assert str(cause("quarantine", reason)) == "It contradicts what central has already"
    assert for_support("2000 facts go again; the stream so far was 01a20b2394d5756ca1506b6a2c7842a3") == (
        "2000 facts go again; the stream so far was …"
    )
