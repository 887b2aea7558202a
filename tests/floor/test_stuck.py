"""Why is it stuck: one cause, who clears it, one act; a choice opens the order."""

from __future__ import annotations

from typing import Any

import pytest

from app.barcodes import command_code, own_code
from app.floor import queries
from app.floor.workflows.stuck import WhyStuck
from app.text import count, say, verbatim
from app.view import Hero, Listing
from app.work.service.timeline import packed_words
from app.workflow import Opening
from tests.floor.entrance import Entrance, order_id


@pytest.fixture
def desk(entrance: Entrance) -> Entrance:
    entrance.sign_in("lead")
    entrance.at(WhyStuck())
    return entrance


def still(number: str) -> dict[str, Any]:
    words = {"cause": f"Cause {number}", "who": "Office", "act": "do it"}
    return {
        "order_id": order_id(number).hex(), "number": number, "state": "held",
        **{name: packed_words(verbatim(said)) for name, said in words.items()},
    }  # fmt: skip


def rows(desk: Entrance) -> list[tuple[str, str, str]]:
    [listing] = desk.view.object
    assert isinstance(listing, Listing)
    return [(str(row.title), str(row.second), row.command) for row in listing.rows]


def test_its_card_asks_central_which_orders_stand_still(desk: Entrance) -> None:
    opening = WhyStuck().greets(desk.event(command_code("STUCK")), desk)
    assert isinstance(opening, Opening)

    outcome = desk.scan(command_code("STUCK"))
    waiting = desk.view.hero
    desk.answer("stuck", {"orders": [still("1"), still("2")], "unseen": 3})

    assert [(ask.kind, ask.waits) for ask in outcome.ask] == [("stuck", True)]
    assert isinstance(waiting, Hero)
    assert waiting.imperative == say("One moment")
    assert rows(desk) == [("1: Cause 1", "Office: do it", "OPT1"), ("2: Cause 2", "Office: do it", "OPT2")]
    [listing] = desk.view.object
    assert isinstance(listing, Listing)
    assert listing.title == count(5, "{n} order stands still", "{n} orders stand still")


def test_a_choice_opens_that_order_on_that_page(desk: Entrance) -> None:
    desk.answer("stuck", {"orders": [still(str(n)) for n in range(8)], "unseen": 0})
    desk.scan(command_code("SKIP"))
    assert [command for _, _, command in rows(desk)] == ["OPT1", "OPT2"]

    outcome = desk.scan(own_code("OPT2"))

    assert outcome.opens is not None
    assert (outcome.opens.workflow, getattr(outcome.opens.event, "order_id", b"")) == ("look-up", order_id("7"))
    assert desk.scan(own_code("OPT3")).refused == "NotHere"


def test_the_order_in_the_hand_is_opened_too(desk: Entrance) -> None:
    desk.order("5")

    outcome = desk.scan("ORDER-5")

    assert outcome.opens is not None
    assert outcome.opens.workflow == "look-up"


def test_without_central_the_station_names_what_it_knows(desk: Entrance) -> None:
    desk.order("1", "held")
    desk.order("2", "picked")
    desk.order("3", "picked")
    desk.tote("T3", "parked", "3")
    desk.scan(command_code("STUCK"))

    desk.no_answer()

    assert desk.read(queries.stuck_here) == 2
    assert rows(desk) == [
        ("1: Held", "Shift lead: Clear the cause", "OPT1"),
        ("3: Put aside, units are missing", "Shift lead: Find the units or cancel them", "OPT2"),
    ]
    hero = desk.view.hero
    assert isinstance(hero, Hero)
    assert "away" in str(hero.second)


def test_when_nothing_stands_still_it_says_so(desk: Entrance) -> None:
    desk.answer("stuck", {"orders": [], "unseen": 0})

    [listing] = desk.view.object
    assert isinstance(listing, Listing)
    assert (listing.rows, listing.empty) == ((), say("Every order moves, or waits its turn"))
