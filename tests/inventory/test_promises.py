"""Reserving units: which bin, which lot, and never more than there are."""

from __future__ import annotations

import threading
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.db import Database, central_write, reading
from app.ids import new_id, stable_id
from app.inventory.queries import differences, free_units
from app.inventory.rules import Candidate, Floor, Point, Take, plan_takes, walking_mm
from app.inventory.service import Reserved, consume_reservation, release_reservation, reserve_lines, reserve_units
from app.inventory.service.reservations import take_units
from tests.central_home import NOW, rows, stocked

MUG, CHOC = stable_id("sku", "MUG"), stable_id("sku", "CHOC")
RESERVED = "SELECT place, lot, reserved FROM v_stock WHERE reserved > 0 ORDER BY place, lot"


def candidate(name: str, free: int, distance: int, type_: str = "pick", expires_on: str = "") -> Candidate:
    return Candidate(b"sku", name.encode(), "lot" + name if expires_on else "", free, type_, expires_on, distance, name)


def taken(plan: tuple[Take, ...]) -> list[tuple[str, int]]:
    return [(t.place_id.decode(), t.quantity) for t in plan]


# ---- the rules ------------------------------------------------------------------------------------------------------


def test_the_closest_bin_that_holds_all_is_one_stop() -> None:
    near, far = candidate("near", 1, 10), candidate("far", 5, 50)
    assert taken(plan_takes((far, near), 1, "2026-03-02")) == [("near", 1)]
    assert taken(plan_takes((far, near), 3, "2026-03-02")) == [("far", 3)]
    assert taken(plan_takes((far, near), 6, "2026-03-02")) == [("near", 1), ("far", 5)]
    assert plan_takes((far, near), 7, "2026-03-02") == ()


def test_what_expires_first_goes_first_and_what_is_expired_never() -> None:
    old, new, dead = (
        candidate("old", 2, 90, expires_on="2026-05-01"),
        candidate("new", 9, 10, expires_on="2027-05-01"),
        candidate("dead", 9, 1, expires_on="2026-03-01"),
    )
    assert taken(plan_takes((dead, new, old), 3, "2026-03-02")) == [("old", 2), ("new", 1)]


def test_reserve_places_are_used_only_for_what_pick_places_lack() -> None:
    top, shelf = candidate("top", 9, 1, "reserve"), candidate("shelf", 2, 90)
    assert taken(plan_takes((top, shelf), 2, "2026-03-02")) == [("shelf", 2)]
    assert taken(plan_takes((top, shelf), 3, "2026-03-02")) == [("shelf", 2), ("top", 1)]
    assert plan_takes((candidate("lane", 9, 1, "drop"),), 1, "2026-03-02") == ()


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99), st.sampled_from(("pick", "reserve", "pack")))),
    st.integers(1, 40),
)
def test_a_plan_is_all_or_nothing_and_within_what_is_free(places: list[tuple[int, int, str]], quantity: int) -> None:
    found = [candidate(f"{i}", free, distance, type_) for i, (free, distance, type_) in enumerate(places)]
    free = {c.place_id: c.free for c in found if c.type != "pack"}

    plan = plan_takes(found, quantity, "2026-03-02")

    assert sum(t.quantity for t in plan) == (quantity if sum(free.values()) >= quantity else 0)
    assert all(0 < t.quantity <= free[t.place_id] for t in plan)
    assert len({t.place_id for t in plan}) == len(plan)


def test_one_walks_round_by_the_nearer_cross_aisle() -> None:
    floor = Floor((2_000, 20_000))
    assert walking_mm(floor, Point(3_000, 5_000), Point(3_000, 9_000)) == 4_000
    assert walking_mm(floor, Point(3_000, 5_000), Point(6_000, 6_000)) == 3_000 + 3_000 + 4_000
    assert walking_mm(floor, Point(3_000, 19_000), Point(6_000, 18_000)) == 1_000 + 3_000 + 2_000
    assert walking_mm(Floor(), Point(0, 0), Point(3, 4)) == 7


# ---- on the database ------------------------------------------------------------------------------------------------


def test_units_come_from_the_place_closest_to_the_drop_never_from_a_blocked_one(shop: Database) -> None:
    stocked(shop, "MUG,A-near,5", "MUG,A-far,5", "MUG,B-near,5", "MUG,B-blocked,5", "MUG,B-top,5")
    with central_write(shop) as session:
        promised = reserve_units(session, line_id=new_id(), sku_id=MUG, quantity=4, now=NOW)
    assert [r.quantity for r in promised] == [4]
    assert rows(shop, RESERVED) == [("B-near", "", 4)]


def test_the_lot_that_expires_first_is_promised_first(shop: Database) -> None:
    stocked(shop, "CHOC,B-near,5,LATE,2027-01-01", "CHOC,A-far,2,SOON,2026-06-01", "CHOC,A-near,9,GONE,2026-01-01")
    with central_write(shop) as session:
        reserve_units(session, line_id=new_id(), sku_id=CHOC, quantity=3, now=NOW)
    assert rows(shop, RESERVED) == [("A-far", "SOON", 2), ("B-near", "LATE", 1)]


def test_an_order_gets_all_of_its_lines_or_none(shop: Database) -> None:
    stocked(shop, "MUG,A-near,5", "CHOC,A-far,1,L,2027-01-01")
    with central_write(shop) as session:
        wanted = ((new_id(), MUG, 2), (new_id(), MUG, 2), (new_id(), CHOC, 2))
        assert reserve_lines(session, wanted=wanted, now=NOW) == ()
        assert len(reserve_lines(session, wanted=wanted[:2], now=NOW)) == 2
    assert rows(shop, RESERVED) == [("A-near", "", 4)]


def test_a_promise_ends_when_units_are_taken_or_given_back(shop: Database) -> None:
    # given five units promised to a line
    stocked(shop, "MUG,A-near,5")
    line = new_id()
    place = stable_id("bin", "A-near")
    with central_write(shop) as session:
        reserve_units(session, line_id=line, sku_id=MUG, quantity=5, now=NOW)

    # when three are picked, one is given back, and more are said to be picked than were promised
    with central_write(shop) as session:
        assert consume_reservation(session, line_id=line, sku_id=MUG, place_id=place, lot="", quantity=3) == 3
        assert release_reservation(session, line_id=line, place_id=place, lot="", quantity=1) == 1
        assert consume_reservation(session, line_id=line, sku_id=MUG, place_id=place, lot="", quantity=9) == 1
        assert release_reservation(session, line_id=line) == 0

    # then nothing is promised any more, and never less than nothing
    assert rows(shop, "SELECT reserved FROM v_stock") == [(0,)]
    with reading(shop) as session:
        assert differences(session) == ()


def test_units_that_were_planned_and_are_gone_by_now_are_not_promised(shop: Database) -> None:
    # given a plan that was made when five mugs were free, and somebody who took three since
    stocked(shop, "MUG,A-near,5")
    plan = Reserved(new_id(), MUG, stable_id("bin", "A-near"), "", 5)
    with central_write(shop) as session:
        reserve_units(session, line_id=new_id(), sku_id=MUG, quantity=3, now=NOW)

    # when the plan is carried out, the condition of the UPDATE refuses it
    with central_write(shop) as session:
        assert not take_units(session, plan)
        assert take_units(session, replace(plan, quantity=2))
    assert rows(shop, "SELECT reserved FROM v_stock") == [(5,)]


def test_what_the_office_says_is_less_than_was_promised_is_promised_elsewhere_or_told(shop: Database) -> None:
    # given five mugs in one place and two in another, and four of them promised to a line and three to another
    stocked(shop, "MUG,A-near,5", "MUG,A-far,2")
    with central_write(shop) as session:
        for units in (4, 1):
            assert reserve_units(session, line_id=new_id(), sku_id=MUG, quantity=units, now=NOW)

    # when the office says that one mug lies in the first place
    stocked(shop, "MUG,A-near,1")

    # then no more is promised there than that; what fits goes to the other place, and of the rest somebody is told
    assert rows(shop, "SELECT place, on_hand, reserved FROM v_stock ORDER BY place DESC") == [
        ("A-near", 1, 1), ("A-far", 2, 1),
    ]  # fmt: skip
    assert rows(shop, "SELECT kind, detail FROM incident") == [("unpromised", "MUG at A-near: 3")]


def test_threads_never_promise_more_than_there_is_and_refuse_nothing_wrongly(shop: Database) -> None:
    # given 60 units in three places, and 8 threads that want 10 times 1 unit each
    stocked(shop, "MUG,A-near,25", "MUG,A-far,25", "MUG,B-top,10")
    got: list[int] = []

    def want() -> None:
        for _ in range(10):
            with central_write(shop) as session:
                got.append(len(reserve_units(session, line_id=new_id(), sku_id=MUG, quantity=1, now=NOW)))

    threads = [threading.Thread(target=want) for _ in range(8)]

    # when they all do
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # then exactly 60 of the 80 wishes came true and no place holds more promises than units
    assert sorted(got) == [0] * 20 + [1] * 60
    assert rows(shop, "SELECT place FROM v_stock WHERE reserved > on_hand") == []
    assert rows(shop, "SELECT sum(reserved) FROM v_stock") == [(60,)]
    with reading(shop) as session:
        assert free_units(session, MUG) == 0
        assert differences(session) == ()
