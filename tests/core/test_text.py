"""Sentences: a template and its arguments, in words only at the edge."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text import NOTHING, Day, Text, count, day_of, moment, say, verbatim

NAMES = st.text(max_size=40)


def german(one: str, many: str, n: int) -> str:
    words = {
        "{n} unit": "{n} Stück",
        "{n} units": "{n} Stücke",
        "Order {number}": "Auftrag {number}",
        "{units} of {order}": "{units} von {order}",
    }
    return words.get(many if many and n != 1 else one, one)


@pytest.mark.parametrize(("n", "words"), [(0, "0 units"), (1, "1 unit"), (2, "2 units"), (-1, "-1 units")])
def test_a_number_chooses_its_form(n: int, words: str) -> None:
    assert count(n, "{n} unit", "{n} units").render() == words


def test_a_sentence_takes_its_arguments_by_name() -> None:
    assert say("{done} of {total}: {price}", done=1, total=3, price=Decimal("4.10")).render() == "1 of 3: 4.10"


def test_texts_within_a_text_are_translated_too() -> None:
    sentence = say("{units} of {order}", units=count(3, "{n} unit", "{n} units"), order=say("Order {number}", number=7))

    assert sentence.render() == "3 units of Order 7"
    assert sentence.render(german) == "3 Stücke von Auftrag 7"


@given(NAMES)
def test_no_name_breaks_a_sentence_or_is_changed_by_it(name: str) -> None:
    assert say("Hello {name}", name=name).render() == f"Hello {name}"
    assert verbatim(name).render() == name
    assert say("{what}", what=verbatim(name)).render() == name
    assert count(2, "{n} of {name}", "{n} of {name}", name=name).render() == f"2 of {name}"


@pytest.mark.parametrize("name", ["{", "}", "{}", "{0}", "{name}", "{name.__class__}", "{{", "%s", "{:>9999999}"])
def test_braces_in_a_name_are_only_braces(name: str) -> None:
    assert say("Bin {name} is full", name=name).render() == f"Bin {name} is full"
    assert verbatim(name).render(german) == name


def test_a_sentence_without_arguments_may_hold_braces() -> None:
    assert say("Use { and }").render() == "Use { and }"


@given(NAMES)
def test_empty_is_false_and_anything_else_true(name: str) -> None:
    assert bool(verbatim(name)) == bool(name)
    assert not NOTHING
    assert say("x")


def test_logs_read_like_english() -> None:
    assert str(say("Order {number}", number="10482")) == "Order 10482"
    assert f"{count(1, '{n} unit', '{n} units')}" == "1 unit"


def test_texts_are_values() -> None:
    assert say("a {x}", x=1) == Text("a {x}", (("x", 1),))
    assert len({say("a"), say("a"), say("b")}) == 2


def test_a_translation_may_leave_an_argument_out_or_use_it_twice() -> None:
    assert say("{a} {b}", a=1, b=2).render(lambda one, many, n: "{b}{b}") == "22"


def test_a_moment_of_another_day_says_the_day_and_of_another_year_the_year() -> None:
    now = datetime(2026, 12, 24, 12, 0, tzinfo=UTC)
    hour = now.astimezone().strftime("%H:%M")

    said = [moment(at, now) for at in (now, now - timedelta(days=2), now - timedelta(days=366))]

    assert [str(words) for words in said] == [hour, f"12-22 {hour}", f"2025-12-23 {hour}"]
    assert dict(said[1].arguments)["day"] == Day(date(2026, 12, 22), year=False)


@pytest.mark.parametrize(("kept", "said"), [("2026-12-24", Day(date(2026, 12, 24))), ("soon", "soon")])
def test_a_day_that_is_kept_as_text_is_a_day_and_other_text_stays_what_it_is(kept: str, said: object) -> None:
    assert day_of(kept).arguments == (("_", said),)
    assert day_of(kept).render() == kept
