"""What central could not do, as a lead sees it: what it is and why, once more, or aside for good with who and why."""

from __future__ import annotations

from typing import Any

import pytest

from app.barcodes import command_code, own_code
from app.floor.workflows.aside import WHYS, SetAside
from app.text import say
from app.view import Hero, Listing, View
from app.work.service.timeline import packed_words
from app.workflow import Opening
from tests.floor.entrance import Entrance, person_id

LEAD = person_id("Mia")
FACT, NOTE = "0a" * 16, "0b" * 16


@pytest.fixture
def desk(entrance: Entrance) -> Entrance:
    entrance.sign_in("lead")
    entrance.at(SetAside())
    return entrance


def row(subject: str = FACT, **more: object) -> dict[str, Any]:
    whole = {
        "id": subject, "sort": "fact", "kind": "Picked", "status": "quarantine", "reason": "KeyError: mug",
        "at": "2026-03-02T13:07:00+00:00", "station": "Pick 01", "person": "Jo", "scan": "4006381333931",
    }  # fmt: skip
    return whole | more


def note(kind: str = "fork") -> dict[str, Any]:
    return row(NOTE, sort="note", kind=kind, status="", reason="12 facts go again", person="", scan="")


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
    desk.answer("aside", {"rows": [row(), row("0c" * 16, status="unknown", kind="Teleported"), note()], "unseen": 0})

    assert [(ask.kind, ask.waits) for ask in outcome.ask] == [("aside", True)]
    assert rows(desk.view) == [
        ("Picked at Pick 01", "Central could not apply it: KeyError: mug", "OPT1"),
        ("Teleported at Pick 01", "Central must be updated to read it", "OPT2"),
        ("A station has a twin or an old disk: Pick 01", "12 facts go again", "OPT3"),
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

    assert told(desk.view)[0] == "Picked at Pick 01"
    desk.scan(command_code("ASIDE"))
    assert len(rows(desk.view)) == 2


def test_without_central_it_says_so(desk: Entrance) -> None:
    desk.scan(command_code("ASIDE"))
    desk.no_answer()

    assert told(desk.view) == ("Scan HOME", "Central is away, and only central knows what it set aside")


def test_many_things_have_pages(desk: Entrance) -> None:
    desk.answer("aside", {"rows": [row(f"{n:032x}", station=f"Pick {n:02}") for n in range(8)], "unseen": 2})
    desk.scan(command_code("SKIP"))

    assert [title for title, *_ in rows(desk.view)] == ["Picked at Pick 06", "Picked at Pick 07"]
    [listing] = desk.view.object
    assert isinstance(listing, Listing)
    assert str(listing.right) == "7 to 8 of 10"
