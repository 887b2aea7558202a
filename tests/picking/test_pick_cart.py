"""A cart with several orders: scan once, put many; every put is proven by its tote."""

from __future__ import annotations

from app.events import AskFailed
from app.ids import RequestId
from app.view import CountDatum, Hero, ItemPanel, Put, TotePlace, ToteWall
from tests.picking.floor import (
    CART_CODE,
    CASE,
    CODES,
    DROP,
    Floor,
    bin_id,
    card,
    floor,
    tote_code,
    tote_id,
)

MUG, TEA, SOAP, CANDLE = (CODES[name] for name in ("MUG", "TEA", "SOAP", "CANDLE"))
A, B, SPARE = tote_code("T-0001"), tote_code("T-0002"), tote_code("T-0003")
ORDERS = [
    [("MUG", "A-01-A", 2), ("TEA", "A-03-B", 1)],
    [("MUG", "A-01-A", 1), ("SOAP", "B-02-A", 2)],
]


def on_cart(units: str = "each") -> Floor:
    made = floor(ORDERS, units=units)
    made.scan(CART_CODE)
    return made


def test_the_cart_takes_all_claimed_orders() -> None:
    made = on_cart()

    assert (made.step, str(made.view.header.task)) == ("item", "2 orders")
    panel = made.view.object[0]
    assert isinstance(panel, ItemPanel)
    assert (panel.quantity, panel.puts) == (3, (Put(2, "A"), Put(1, "B")))


def test_what_is_missing_on_the_cart_is_fetched_first() -> None:
    made = floor(ORDERS, claimed=False)

    made.scan(CART_CODE)

    assert made.asks[0].body == {"kind": "pick", "limit": 6}
    assert str(made.view.header.task) == "2 orders"


def test_the_cart_sets_out_with_what_is_claimed_when_central_is_away() -> None:
    made = floor(ORDERS)
    made.online = False

    made.scan(CART_CODE)

    assert made.asks[0].waits
    assert (made.step, str(made.view.header.task)) == ("item", "2 orders")


def test_each_unit_is_scanned_and_one_tote_scan_proves_a_put() -> None:
    made = on_cart()

    made.scan(MUG, MUG, MUG)
    assert made.step == "tote"
    made.scan(A)
    assert (made.tote("T-0001")[0], made.on_hand(tote_id("T-0001"), "MUG")) == ("picking", 2)
    made.scan(B)

    assert made.on_hand(tote_id("T-0002"), "MUG") == 1
    assert made.view.wanted[0].code == TEA


def test_units_may_be_put_as_they_come() -> None:
    made = on_cart()

    made.scan(MUG, MUG, A, MUG, B)

    assert (made.problem, made.view.wanted[0].code) == ("", TEA)


def test_a_tote_before_enough_units_were_scanned_is_refused() -> None:
    made = on_cart()

    made.scan(MUG, A)

    assert made.words()[:3] == ("A gets 2 units", "1 was scanned", "Every unit is scanned here.")
    assert made.tote("T-0001") == ("free", None)


def test_one_scan_stands_for_all_units_where_the_policy_says_so() -> None:
    made = on_cart("once")

    made.scan(MUG, A, B)

    assert (made.on_hand(tote_id("T-0001"), "MUG"), made.on_hand(tote_id("T-0002"), "MUG")) == (2, 1)
    assert made.view.wanted[0].code == TEA


def test_a_tote_of_another_position_names_both_letters() -> None:
    made = on_cart()
    made.scan(MUG, MUG, MUG, A, B, TEA)

    made.scan(B)

    assert made.words()[:2] == ("That is tote T-0002 at B", "These units go to A.")
    assert made.on_hand(tote_id("T-0002"), "TEA") == 0


def test_a_tote_that_is_not_on_the_cart_is_refused_once_all_are_bound() -> None:
    made = on_cart()
    made.scan(MUG, MUG, MUG, A, B, TEA)

    made.scan(SPARE)

    assert made.words()[:2] == ("Tote T-0003 is not on this cart", "These units go to A.")
    assert made.tote("T-0003") == ("free", None)


def test_a_tote_of_another_order_is_not_bound() -> None:
    made = floor([*ORDERS, [("CANDLE", "C-01-A", 1)]])
    made.scan(SPARE)
    made.open()
    made.scan(CART_CODE, MUG, MUG, MUG)

    made.scan(SPARE)

    assert made.problem == "ToteTaken"


def test_empty_frees_an_old_tote_in_the_middle_of_a_stop() -> None:
    made = floor([*ORDERS, [("CANDLE", "C-01-A", 1)]])
    made.scan(SPARE)
    made.open()
    made.scan(CART_CODE, MUG, MUG, MUG)

    made.scan(card("EMPTY"), SPARE, SPARE)

    assert (made.problem, made.on_hand(tote_id("T-0003"), "MUG")) == ("", 1)


def test_another_item_while_units_are_in_the_hand_is_refused() -> None:
    made = floor([[("MUG", "A-01-A", 1), ("TEA", "A-01-A", 1)]])
    made.scan(CART_CODE, MUG)

    made.scan(TEA)

    assert made.problem == "HandFull"
    made.scan(A, TEA, A)
    assert made.step == "drop"


def test_a_unit_too_many_in_the_hand_is_refused() -> None:
    made = on_cart()
    made.scan(MUG, MUG, MUG)

    made.scan(MUG)

    assert made.words()[:2] == ("You have enough of Mug", "This stop needs 3 in all.")
    made.scan(CASE)
    assert made.problem == "TooMany"


def test_a_short_fills_one_order_before_the_next() -> None:
    made = on_cart()

    made.scan(MUG, MUG, card("SHORT"))
    assert [line[3:6] for line in made.lines() if line[1] == "MUG"] == [(0, 0, 0), (0, 1, 1)]
    made.scan(A)

    assert made.on_hand(tote_id("T-0001"), "MUG") == 2
    assert made.view.wanted[0].code == TEA


def test_a_quantity_card_after_short_changes_the_shares() -> None:
    made = on_cart()

    made.scan(MUG, MUG, card("SHORT"), card("QTY1"))
    assert [line[4] for line in made.lines() if line[1] == "MUG"] == [1, 1]
    made.scan(A)

    assert made.on_hand(tote_id("T-0001"), "MUG") == 1
    assert made.view.wanted[0].code == TEA


def test_a_quantity_card_after_short_does_not_empty_a_tote() -> None:
    made = on_cart()

    made.scan(MUG, MUG, A, card("SHORT"), card("QTY1"))

    assert made.words()[0] == "2 units are in totes already"


def test_skip_waits_until_the_hand_is_empty() -> None:
    made = on_cart()

    made.scan(MUG, card("SKIP"))

    assert made.problem == "HandFull"
    made.scan(card("UNDO"), card("SKIP"))
    assert made.view.wanted[0].code != MUG


def test_undo_takes_a_put_back_and_unbinds_its_tote() -> None:
    made = on_cart()
    made.scan(MUG, MUG, MUG, A)

    made.scan(card("UNDO"))

    assert (made.step, made.tote("T-0001")) == ("tote", ("free", None))
    assert made.on_hand(bin_id("A-01-A"), "MUG") == 20


def test_the_screen_at_a_put() -> None:
    made = on_cart()
    made.scan(MUG, MUG, MUG, A)

    hero, wall = made.view.hero, made.view.context[0]

    assert isinstance(hero, Hero)
    assert isinstance(hero.datum, CountDatum)
    assert (str(hero.imperative), hero.datum.value) == ("Scan a free tote at B", "1")
    assert isinstance(wall, ToteWall)
    assert wall.places == (
        TotePlace("A", "T-0001", 2, lit=0, done=False),
        TotePlace("B", "", 0, lit=1, done=False),
    )


def test_the_cart_scanned_again_goes_on_with_its_walk() -> None:
    made = on_cart()
    made.scan(MUG)
    task = made.pick.task_id
    made.open()

    outcome = made.scan(CART_CODE)

    assert outcome.opens is not None
    assert (outcome.opens.workflow, outcome.opens.task_id) == ("pick", task)
    made.open(task)
    assert made.state.hand is not None
    made.walk()
    assert made.ended


def test_the_whole_cart_is_put_down() -> None:
    made = on_cart()

    made.scan(MUG, MUG, MUG, A, B)
    made.walk()

    assert [made.tote(f"T-000{n}")[0] for n in (1, 2)] == ["dropped", "dropped"]
    assert str(made.last.echo.words if made.last.echo else "") == "2 orders are at DROP-1"
    made.sync()
    assert (made.order_state("1001"), made.order_state("1002")) == ("picked", "picked")


def test_what_was_asked_in_advance_may_fail_without_a_word() -> None:
    made = on_cart()

    outcome = made.happen(AskFailed(RequestId(b""), "claim"))

    assert (outcome.sound, outcome.echo, made.step) == ("", None, "item")


def test_the_drop_place_too_early_is_refused_on_a_cart() -> None:
    made = on_cart()

    made.scan(MUG, DROP)

    assert made.words()[1] == "3 stops are still open"
