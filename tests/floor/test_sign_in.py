"""Sign-in: whose badge it is, and what the station asks for so that it can go on without central."""

from __future__ import annotations

import pytest

from app.floor.workflows.sign_in import SignIn
from app.text import say
from app.view import Hero, NameDatum, ProblemHero, Sound
from app.work.facts import SignedIn
from tests.floor.entrance import ELSEWHERE, Entrance, person_id


@pytest.fixture
def door(entrance: Entrance) -> Entrance:
    entrance.person("Jonas")
    entrance.at(SignIn())
    return entrance


def test_a_badge_signs_its_owner_in(door: Entrance) -> None:
    outcome = door.scan("BADGE-Jonas")

    assert (outcome.facts, outcome.ends, outcome.sound) == ((SignedIn(person_id("Jonas")),), True, Sound.ORDER)
    assert door.bench.echo is not None
    assert door.bench.echo.words == say("Hello {name}", name="Jonas")


def test_a_badge_of_somebody_who_left_does_not(door: Entrance) -> None:
    door.person("Petra", active=False)

    outcome = door.scan("BADGE-Petra")

    assert (outcome.refused, outcome.facts) == ("BadgeNotActive", ())


def test_anything_else_is_told_to_sign_in_first(door: Entrance) -> None:
    door.tote("T1")

    outcome = door.scan("TOTE-T1")
    hero = door.bench.view(outcome).hero

    assert isinstance(hero, ProblemHero)
    assert (hero.name, hero.detail, hero.do) == ("SignInFirst", say("That is tote {name}", name="T1"),
                                                 (say("Scan your badge"),))  # fmt: skip


def test_a_station_without_people_yet_says_that_it_waits(entrance: Entrance) -> None:
    hero = entrance.at(SignIn()).view().hero

    assert isinstance(hero, Hero)
    assert hero.imperative == say("One moment")
    assert isinstance(hero.datum, NameDatum)


# ---- what is asked for ----------------------------------------------------------------------------------------------


def asks(entrance: Entrance) -> dict[str, dict[str, object]]:
    return {request.kind: request.body for request in entrance.scan("BADGE-Jonas").ask}


def test_the_first_badge_fetches_orders_and_numbers(door: Entrance) -> None:
    assert asks(door) == {"claim": {"kind": "pick", "limit": 3}, "numbers": {"kind": "parcel"}}


@pytest.mark.parametrize(("held", "limit"), [(1, 2), (2, 1)])
def test_orders_that_are_here_are_not_fetched_again(held: int, limit: int, door: Entrance) -> None:
    for n in range(held):
        door.work(str(n))

    assert asks(door)["claim"] == {"kind": "pick", "limit": limit}


def test_who_signs_in_ten_times_a_day_does_not_take_all_the_work(door: Entrance) -> None:
    for n in range(3):
        door.work(str(n))
    door.numbers(1, 500)

    assert asks(door) == {}


def test_work_that_is_begun_or_somebody_elses_does_not_count(door: Entrance) -> None:
    door.numbers(1, 500)
    door.work("1", started=True)
    door.work("2", station=ELSEWHERE)
    door.work("3", state="done")

    assert asks(door) == {"claim": {"kind": "pick", "limit": 3}}


@pytest.mark.parametrize("role", ["packer", "receiver", "lead", "office"])
def test_who_does_not_pick_takes_no_pick_work(role: str, door: Entrance) -> None:
    door.numbers(1, 500)
    door.person("Kim", role=role)

    assert door.scan("BADGE-Kim").ask == ()


def test_a_question_that_waits_for_central_is_not_asked_twice(door: Entrance) -> None:
    door.asked("claim")
    door.asked("numbers")

    assert asks(door) == {}


@pytest.mark.parametrize(("last", "wanted"), [(49, True), (50, False)])
def test_numbers_are_fetched_before_the_last_is_used(last: int, wanted: bool, door: Entrance) -> None:
    door.numbers(1, last)

    assert ("numbers" in asks(door)) is wanted
