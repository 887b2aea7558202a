"""Where goods are put, and in which order one walks: pure rules."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inventory.rules.put_away import Goods, Shelf, choose, refusal
from app.inventory.rules.receiving import beyond, shelf_life, typed_date
from app.inventory.rules.reorder import units_to_order
from app.inventory.rules.rounds import shortest_round
from app.inventory.rules.walk import Floor, Point, walking_mm
from tests.inventory.dock import NOW

TEA = Goods(b"tea", "", "good", 10, unit_ml=1000)
EMPTY = Shelf(b"e", "E", "pick", "A", 100, capacity_ml=40_000)
SAME = replace(EMPTY, place_id=b"s", name="S", distance_mm=900, used_ml=5_000, lots=("",))


def where(goods: Goods, *shelves: Shelf, homes: tuple[str, ...] = (), without: tuple[bytes, ...] = ()) -> str:
    found = choose(goods, shelves, homes, without)
    return f"{found.shelf.name} {found.why} {found.units}" if found else ""


def test_where_the_same_item_lies_goes_before_an_empty_bin_that_is_nearer() -> None:
    assert where(TEA, EMPTY, SAME) == "S same_item 10"
    assert where(TEA, EMPTY, SAME, without=(b"s",)) == "E nearest 10"
    full = replace(SAME, used_ml=30_000)
    assert where(TEA, EMPTY, full) == "E nearest 10"
    assert where(TEA, full) == "S same_item 4", "where only some fit is better than nowhere"


def test_an_empty_bin_near_the_item_goes_before_one_nearer_to_the_drop_place() -> None:
    far = replace(EMPTY, place_id=b"f", name="F", aisle="B", distance_mm=5_000)
    assert where(TEA, EMPTY, far, homes=("B",)) == "F near_item 10"
    top = replace(EMPTY, place_id=b"t", name="T", type="reserve", distance_mm=1)
    assert where(TEA, top, far) == "F nearest 10"
    assert where(TEA, top) == "T reserve 10"


def test_nothing_is_led_to_a_blocked_or_doubted_bin_or_one_with_something_else() -> None:
    bad = (
        replace(EMPTY, blocked=True), replace(EMPTY, counting=True),
        replace(EMPTY, used_ml=100, others=("Soap",), hazards=("",)), replace(EMPTY, used_ml=None),
        replace(EMPTY, type="drop"),
    )  # fmt: skip
    assert where(TEA, *bad) == ""


def test_lots_are_kept_apart_where_the_first_to_expire_must_go_first() -> None:
    sweet = replace(TEA, lot="L2", apart=True)
    other = replace(SAME, lots=("L1",))
    assert where(sweet, other, EMPTY) == "E nearest 10"
    assert refusal(sweet, other) == "lots"
    assert refusal(replace(sweet, apart=False), other) == ""


def test_what_must_not_be_sold_goes_aside_and_nothing_else_does() -> None:
    pen = Shelf(b"q", "Q", "quarantine", "", 9_000)
    scrap = Shelf(b"x", "X", "scrap", "", 1)
    for goods in (replace(TEA, status="damaged"), replace(TEA, expired=True)):
        assert where(goods, EMPTY, SAME, scrap, pen) == "Q aside 10"
        assert refusal(goods, EMPTY) == "aside"
    assert refusal(TEA, pen) == "no_store"


def test_hazards_and_room_are_judged() -> None:
    assert refusal(replace(TEA, hazard="flammable"), replace(EMPTY, others=("Soap",), hazards=("",))) == "hazard"
    assert refusal(replace(TEA, units=34), EMPTY) == ""
    assert refusal(replace(TEA, units=35), EMPTY) == "full", "85 percent of 40 litres"
    assert refusal(replace(TEA, units=9_999, unit_ml=None), EMPTY) == ""


shelves = st.builds(
    Shelf, st.binary(min_size=2, max_size=2), st.text("AB", min_size=1, max_size=2),
    st.sampled_from(("pick", "reserve", "drop", "quarantine", "scrap")), st.sampled_from("AB"), st.integers(0, 99),
    st.booleans(), st.booleans(), st.sampled_from((None, 5_000, 40_000)), st.sampled_from((None, 0, 3_000)),
    st.sampled_from(((), ("",), ("L1",), ("L1", "L2"))), st.sampled_from(((), ("Soap",))),
    st.sampled_from(((), ("",), ("flammable",))),
)  # fmt: skip


@given(
    st.builds(
        Goods, st.just(b"x"), st.sampled_from(("", "L1")), st.sampled_from(("good", "damaged")), st.integers(1, 60),
        st.sampled_from((None, 500)), st.booleans(), st.booleans(), st.sampled_from(("", "flammable")),
    ),
    st.lists(shelves, max_size=6),
)  # fmt: skip
def test_the_proposed_bin_may_always_take_what_is_said_to_fit(goods: Goods, places: list[Shelf]) -> None:
    found = choose(goods, places)
    if found is not None:
        assert 0 < found.units <= goods.units
        assert refusal(replace(goods, units=found.units), found.shelf) == ""


# ---- the walk -------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from((2, 6, 10)), st.integers(0, 9)), max_size=6))
def test_a_short_round_is_the_shortest_of_all(places: list[tuple[int, int]]) -> None:
    floor, start = Floor((0, 10)), Point(0, 0)
    points = [Point(*p) for p in places]

    def length(order: tuple[int, ...]) -> int:
        walk = [start, *(points[i] for i in order)]
        return sum(walking_mm(floor, a, b) for a, b in pairwise(walk))

    found = shortest_round(floor, start, points)

    assert sorted(found) == list(range(len(points)))
    assert length(found) == min(map(length, permutations(range(len(points)))))


def test_a_long_round_visits_everything_once_and_no_exchange_makes_it_shorter() -> None:
    floor, start = Floor((0, 20)), Point(0, 0)
    points = [Point(x, y) for x, y in product((2, 6, 10), (3, 9, 15, 18))]

    found = shortest_round(floor, start, points)

    walk = [start, *(points[i] for i in found)]
    length = sum(walking_mm(floor, a, b) for a, b in pairwise(walk))
    assert sorted(found) == list(range(12))
    assert length <= 2 + 18 + 4 + 15 + 4 + 18 + 12, "up one aisle, down the next"


# ---- figures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "received", "units", "percent", "over"),
    [(20, 0, 20, 0, 0), (20, 0, 21, 0, 1), (20, 20, 1, 0, 1), (20, 20, 2, 10, 0), (20, 22, 1, 10, 1), (0, 9, 9, 0, 0),
     (5, 5, 1, 10, 1)],
)  # fmt: skip
def test_what_is_over_the_order(expected: int, received: int, units: int, percent: int, over: int) -> None:
    assert beyond(expected, received, units, percent) == over


def test_shelf_life_is_judged_by_the_day() -> None:
    today = NOW.date()
    assert [shelf_life(d, today, 10) for d in ("", "2026-03-01", "2026-03-02", "2026-03-11", "2026-03-12", "x")] == [
        "", "expired", "short", "short", "", "",
    ]  # fmt: skip
    assert shelf_life("2026-03-02", today, 0) == ""


def test_six_digits_are_a_day_as_gs1_writes_it() -> None:
    assert [typed_date(d) for d in ("261231", "260200", "261200", "261301", "26123", "²61231", "280229")] == [
        "2026-12-31", "2026-02-28", "2026-12-31", "", "", "", "2028-02-29",
    ]  # fmt: skip


@given(st.integers(-50, 200), st.integers(0, 100), st.integers(0, 100), st.integers(1, 24))
def test_an_order_reaches_the_minimum_in_whole_packs(available: int, low: int, more: int, pack: int) -> None:
    units = units_to_order(available, low, low + more, pack)

    assert units % pack == 0
    assert (units > 0) == (available < low)
    if units:
        assert available + units >= low
        assert available + units <= low + more or available + units - pack < low
