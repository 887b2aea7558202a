"""Beside the straight way: a second tote, a damaged unit, an order that changes, a parked tote that is made whole."""

from __future__ import annotations

import pytest

from app import events
from app.db import central_write, reading
from app.inventory.facts import StockSet
from app.models import OrderLine
from app.picking.queries import ParkedTote, parked_totes
from app.picking.service.promises import promise
from app.processing.service.duties import plan_what_came_back
from app.settings import Home
from app.work.service import record_here
from tests.picking.floor import (
    CART_CODE,
    CODES,
    DROP,
    PROBLEM,
    bin_code,
    bin_id,
    card,
    sku_id,
    tote_code,
    tote_id,
)
from tests.picking.posts import Crew, Post, crew
from tests.picking.test_pick_properties import every_event

MUG, TEA, SOAP = (CODES[name] for name in ("MUG", "TEA", "SOAP"))
TOTE, SECOND = tote_code("T-0001"), tote_code("T-0002")
ORDER = [("MUG", "A-01-A", 3), ("TEA", "A-03-B", 1)]


# ---- a second tote --------------------------------------------------------------------------------------------------


def test_a_full_tote_has_a_second_one_and_later_units_go_into_it() -> None:
    made = crew([ORDER])
    made.first.scan(TOTE, MUG, card("NEWTOTE"))
    assert str(made.first.view.hero.imperative) == "Scan a free tote"  # type: ignore[union-attr]

    made.first.scan(SECOND, MUG, MUG, TEA, DROP)
    made.settle()

    assert [made.on_hand(tote_id(t), "MUG") for t in ("T-0001", "T-0002")] == [1, 2]
    assert [made.first.tote(t)[0] for t in ("T-0001", "T-0002")] == ["dropped", "dropped"]
    assert len({made.first.tote(t)[1] for t in ("T-0001", "T-0002")}) == 1
    assert "Picked: 4 units in totes T-0001, T-0002" in made.rows("SELECT words FROM timeline")[-1][0].replace(
        "{units}", "4 units"
    ).replace("{totes}", "T-0001, T-0002")


def test_on_a_cart_the_tote_of_the_lit_position_is_changed_and_takes_the_units_in_the_hand() -> None:
    made = crew([[("MUG", "A-01-A", 1), ("TEA", "A-03-B", 1)]])
    made.first.scan(CART_CODE, MUG, TOTE, TEA, card("NEWTOTE"), SECOND)

    assert made.first.step == "drop"
    made.first.scan(DROP)
    made.settle()
    assert (made.on_hand(tote_id("T-0001"), "MUG"), made.on_hand(tote_id("T-0002"), "TEA")) == (1, 1)


def test_the_full_tote_takes_nothing_more_and_a_bound_one_is_no_second() -> None:
    made = crew([[("MUG", "A-01-A", 1), ("TEA", "A-03-B", 2)]])
    made.first.scan(CART_CODE, MUG, TOTE, card("NEWTOTE"), TOTE)
    assert made.first.problem == "ToteTaken"

    made.first.scan(card("CLEAR"), SECOND, TEA, TEA, TOTE)

    assert made.first.problem == "FullTote"
    made.first.scan(SECOND)
    assert made.first.step == "drop"


def test_undo_of_a_second_tote_frees_it() -> None:
    made = crew([ORDER])
    made.first.scan(TOTE, MUG, card("NEWTOTE"), SECOND, card("UNDO"), MUG)
    made.settle()
    assert (made.first.tote("T-0002"), made.on_hand(tote_id("T-0001"), "MUG")) == (("free", None), 2)


# ---- damaged in the hand --------------------------------------------------------------------------------------------


def test_a_damaged_unit_stays_out_and_the_next_one_of_the_bin_is_taken() -> None:
    made = crew([ORDER])
    made.first.scan(TOTE, MUG, card("DAMAGED"))
    made.first.sync()

    # another mug of the same bin is planned at once: two are still to be picked
    assert str(made.first.view.hero.datum.parts[0][0]) == "A"  # type: ignore[union-attr]
    made.first.scan(MUG, MUG, TEA, DROP)
    made.settle()

    assert (made.on_hand(tote_id("T-0001"), "MUG"), made.on_hand(bin_id("A-01-A"), "MUG")) == (3, 16)
    assert made.on_hand(bin_id("A-01-A"), "MUG", "damaged") == 1
    assert (made.state(), made.incidents(), made.ledger_is_right()) == ("picked", ["damaged"], True)
    assert made.rows("SELECT count(*) FROM hold") == [(0,)]


def test_a_card_says_how_many_are_damaged_and_undo_takes_it_back() -> None:
    made = crew([ORDER])
    made.first.scan(TOTE, card("DAMAGED"), card("QTY2"))
    made.settle()
    assert made.on_hand(bin_id("A-01-A"), "MUG", "damaged") == 2

    made.first.scan(card("QTY1"))
    made.settle()
    assert made.on_hand(bin_id("A-01-A"), "MUG", "damaged") == 1

    made.first.scan(card("UNDO"), card("UNDO"), card("UNDO"))
    made.settle()
    assert (made.on_hand(bin_id("A-01-A"), "MUG", "damaged"), made.on_hand(bin_id("A-01-A"), "MUG")) == (0, 20)
    assert made.rows("SELECT sum(quantity) FROM reservation") == [(4,)]
    assert made.ledger_is_right()


def test_a_damaged_unit_in_the_hand_leaves_it_on_a_cart() -> None:
    made = crew([[("MUG", "A-01-A", 2)]])
    made.first.scan(CART_CODE, MUG, MUG, card("DAMAGED"))
    made.first.sync()
    assert made.first.step == "item"

    made.first.scan(MUG, TOTE, DROP)
    made.settle()

    assert (made.on_hand(tote_id("T-0001"), "MUG"), made.on_hand(bin_id("A-01-A"), "MUG", "damaged")) == (2, 1)
    assert made.ledger_is_right()


# ---- an order that changes ------------------------------------------------------------------------------------------


def test_a_smaller_line_is_picked_no_further() -> None:
    made = crew([ORDER])
    made.first.scan(TOTE, MUG)
    made.first.sync()

    made.change(MUG=1)
    made.first.sync()

    assert made.first.view.wanted[0].code == TEA
    made.first.walk()
    made.settle()
    assert (made.on_hand(tote_id("T-0001"), "MUG"), made.state()) == (1, "picked")


def test_units_too_many_in_the_tote_go_back_before_it_is_dropped() -> None:
    made = crew([ORDER])
    made.first.scan(TOTE, MUG, MUG, MUG, TEA)
    made.first.sync()

    made.change(MUG=1)
    made.first.sync()

    hero = made.first.view.hero
    assert (str(hero.imperative), hero.datum.value) == ("Scan tote T-0001", "2")  # type: ignore[union-attr]
    made.first.scan(TOTE, MUG, MUG, bin_code("A-01-A"))
    assert (made.first.step, made.first.tote("T-0001")[0]) == ("home", "picking")
    made.first.scan(TOTE)
    assert made.first.problem in ("ToteTaken", "")
    made.settle()
    assert (made.on_hand(tote_id("T-0001"), "MUG"), made.on_hand(bin_id("A-01-A"), "MUG")) == (1, 19)
    assert made.ledger_is_right()


def test_a_line_that_is_added_is_picked_on_the_same_walk() -> None:
    made = crew([ORDER], stock=[("SOAP", "B-02-A", 5, "")])
    made.first.scan(TOTE, MUG)
    made.first.sync()

    made.change(SOAP=2)
    made.first.sync()
    made.first.walk()
    made.settle()

    assert (made.on_hand(tote_id("T-0001"), "SOAP"), made.state()) == (2, "picked")


# ---- parked and made whole ------------------------------------------------------------------------------------------


def test_a_parked_tote_is_told_what_it_waits_for_and_that_it_is_complete() -> None:
    # given a tote that lacks two mugs, on the problem shelf
    made = crew([ORDER])
    made.first.scan(TOTE, MUG, card("SHORT"), TEA, PROBLEM)
    made.settle()
    [parked] = read_parked(made.first)
    assert (parked.tote, parked.shelf, parked.waits) == ("T-0001", "PROBLEM-1", "short")
    assert [(m.sku, m.units, m.picked_now) for m in parked.missing] == [("MUG", 2, 0)]
    assert parked.parked_at is not None

    # when two mugs come and are picked into another tote
    with central_write(made.central) as session:
        record_here(session, [StockSet(sku_id("MUG"), bin_id("C-04-A"), 5)], now=made.clock.now())
    assert plan_what_came_back(made.central, made.clock, Home(made.central.path.parent)) == 1
    made.settle()
    assert read_parked(made.first)[0].waits == "rest"
    made.first.claim()
    made.first.scan(SECOND, MUG, MUG)
    dropped = made.first.scan(DROP)

    # then the picker is told, and the board knows
    assert str(dropped.echo.words if dropped.echo else "") == (
        "Order 1001 is complete: take tote T-0001 from PROBLEM-1 to pack"
    )
    made.settle()
    assert (read_parked(made.first)[0].waits, made.state()) == ("complete", "picked")
    assert made.rows("SELECT count(*) FROM timeline WHERE kind = 'Complete'") == [(1,)]


def read_parked(post: Post) -> tuple[ParkedTote, ...]:
    with reading(post.database) as session:
        return parked_totes(session)


# ---- small print ----------------------------------------------------------------------------------------------------


def test_a_promise_of_nothing_is_none() -> None:
    made = crew([ORDER])
    before = made.rows("SELECT count(*) FROM reservation")
    with central_write(made.central) as session:
        line = session.query(OrderLine).first()
        assert line is not None
        promise(session, line.id, sku_id("MUG"), bin_id("A-01-A"), "", 0)
    assert made.rows("SELECT count(*) FROM reservation") == before


def test_a_piece_that_another_hand_has_picked_already_is_told() -> None:
    made = crew([[("MUG", "A-01-A", 1)], [("MUG", "A-01-A", 1)]], serial_tracked=["MUG"], claimed=False)
    piece = f"010{MUG}21S7"
    made.first.claim()
    made.second.claim()
    made.first.scan(TOTE, piece)
    made.second.scan(SECOND, piece)
    made.settle()

    assert made.incidents() == ["serial_twice"]


def test_a_piece_that_is_in_the_same_tote_for_another_order_is_told() -> None:
    # given two hands that know nothing of each other, and took the same tote
    made = crew([[("MUG", "A-01-A", 1)], [("MUG", "A-01-A", 1)]], serial_tracked=["MUG"], claimed=False)
    piece = f"010{MUG}21S7"
    made.first.claim()
    made.second.claim()
    made.first.scan(TOTE, piece)
    made.second.scan(TOTE, piece)

    made.settle()

    assert "serial_twice" in made.incidents()


def test_a_piece_that_was_put_back_may_be_picked_again() -> None:
    made = crew([[("MUG", "A-01-A", 2)]], serial_tracked=["MUG"])
    made.first.scan(TOTE, f"010{MUG}21S7", card("UNDO"), f"010{MUG}21S7")
    made.settle()
    assert (made.incidents(), made.rows("SELECT serial FROM serial_unit")) == ([], [("S7",)])


@pytest.mark.parametrize("wrong", [-40, 40])
def test_a_short_is_planned_anew_by_the_lease_when_the_clock_is_wrong(wrong: int) -> None:
    made = crew([ORDER], stock=[("MUG", "C-04-A", 9, "")])
    made.first.scan(TOTE)
    made.first.sync()
    real = made.clock.now()
    made.clock.advance(wrong * 365 * 86_400)
    made.first.scan(MUG, card("SHORT"))
    made.clock.advance(-wrong * 365 * 86_400)
    made.settle()

    opened = [row[0][:4] for row in made.rows("SELECT opened_at FROM incident WHERE kind = 'recount'")]
    assert opened == [str(real.year)]


# ---- every event in every step --------------------------------------------------------------------------------------


def _at(kind: str, step: str) -> Post:
    made: Crew = crew([ORDER])
    made.first.scan(TOTE, MUG)
    made.first.sync()
    if kind == "put-back":
        made.cancel()
        made.first.sync()
        made.first.scan(TOTE, *([MUG] if step == "bin" else []))
        return made.first
    made.second.sync()
    made.second.scan(TOTE)
    if step in ("count", "tote"):
        made.second.scan(TOTE)
    return made.second


@pytest.mark.parametrize(
    ("kind", "step"),
    [("put-back", "item"), ("put-back", "bin"), ("take-over", "confirm"), ("take-over", "count")],
)
def test_every_event_gets_an_answer(kind: str, step: str) -> None:
    post = _at(kind, step)
    for event in every_event(post.clock):
        if post.last.accepted is not False or post.bench is None:
            post = _at(kind, step)
        post.scan(card("CLEAR"))
        assert post.step == step
        assert post.bench is not None
        outcome = post.bench.handle(event)
        if isinstance(event, events.Read):
            assert outcome.accepted is not None, event
            assert outcome.accepted or outcome.refused, event
        assert post.view.kind.startswith(kind)
        post.last = outcome
