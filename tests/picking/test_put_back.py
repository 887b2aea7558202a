"""An order that is cancelled on the way: the picker is told, and every unit finds its way back into a bin."""

from __future__ import annotations

from app.db import central_write
from app.models import Bin
from tests.picking.floor import CART_CODE, CODES, DROP, bin_code, bin_id, card, tote_code, tote_id
from tests.picking.posts import BEN, Crew, crew

MUG, TEA, SOAP, CANDLE = (CODES[name] for name in ("MUG", "TEA", "SOAP", "CANDLE"))
TOTE = tote_code("T-0001")
ORDER = [("MUG", "A-01-A", 2), ("TEA", "A-03-B", 1)]


def cancelled_in_mid_pick(**more: object) -> Crew:
    """Two mugs of order 1001 are in the tote when the office cancels it."""
    made = crew([ORDER], **more)
    made.first.scan(TOTE, MUG, MUG)
    made.first.sync()
    made.cancel()
    return made


def back_again(made: Crew) -> bool:
    """Whether everything lies where it lay, nothing is promised, and ledger and balances agree."""
    made.settle()
    at_home = (made.on_hand(bin_id("A-01-A"), "MUG"), made.on_hand(bin_id("A-03-B"), "TEA"))
    promised = made.rows("SELECT sum(reserved) FROM stock")
    return (at_home, promised) == ((20, 20), [(0,)]) and made.ledger_is_right()


def test_the_picker_is_told_and_the_next_scan_begins_the_way_back() -> None:
    made = cancelled_in_mid_pick()
    made.first.sync()

    assert made.first.step == "gone"
    hero = made.first.view.hero
    assert (str(hero.imperative), str(hero.datum.name)) == (  # type: ignore[union-attr]
        "Scan tote T-0001 to put it back", "Order 1001 was cancelled, put back",
    )  # fmt: skip

    made.first.scan(TOTE)

    assert (made.first.task, made.first.step) == ("put-back", "item")


def test_units_go_back_to_their_bin_and_the_tote_is_free() -> None:
    made = cancelled_in_mid_pick()
    made.first.sync()
    made.first.scan(TOTE, MUG, MUG, bin_code("A-01-A"))

    assert (made.first.step, made.first.tote("T-0001")) == ("home", ("free", None))
    assert back_again(made)
    assert (made.incidents(), made.state()) == ([], "cancelled")
    assert made.rows("SELECT kind FROM timeline ORDER BY id") == [
        ("TourStarted",), ("OrderCancelled",), ("PutBackWanted",), ("PutBackDone",),
    ]  # fmt: skip


def test_cancelling_takes_promises_and_work_back_at_once() -> None:
    made = cancelled_in_mid_pick()

    assert made.rows("SELECT sum(reserved) FROM stock") == [(0,)]
    assert made.rows("SELECT state FROM work") == [("cancelled",)]
    assert made.incidents() == ["put_back"]


def test_an_item_is_refused_after_the_order_was_cancelled() -> None:
    made = cancelled_in_mid_pick()
    made.first.sync()

    made.first.scan(TEA)

    assert (made.first.problem, made.first.step) == ("Unexpected", "gone")


def test_a_tote_in_which_nothing_is_yet_is_free_by_one_scan() -> None:
    made = crew([ORDER])
    made.first.scan(TOTE)
    made.first.sync()
    made.cancel()
    made.first.sync()

    made.first.scan(TOTE)

    assert (made.first.step, made.first.tote("T-0001")) == ("home", ("free", None))
    assert back_again(made)


def test_picks_that_are_told_after_the_cancelling_end_in_the_same_way_back() -> None:
    # given a picker without a network who picks and drops everything
    made = crew([ORDER])
    made.first.scan(TOTE)
    made.first.sync()
    made.first.online = False
    made.first.scan(MUG, MUG, TEA, DROP)

    # when the order is cancelled before central hears of it
    made.cancel()
    made.first.sync()

    # then it stays cancelled, somebody is told, and the tote leads back
    assert (made.state(), made.incidents()) == ("cancelled", ["put_back"])
    made.second.sync()
    made.second.scan(TOTE)
    assert made.second.task == "put-back"
    made.second.walk()
    assert back_again(made)
    assert made.incidents() == []


def test_a_short_and_an_undo_after_the_cancelling_promise_nothing() -> None:
    made = crew([ORDER], stock=[("MUG", "C-04-A", 9, "")])
    made.first.scan(TOTE, MUG)
    made.first.sync()
    made.first.scan(card("SHORT"))
    made.first.scan(card("UNDO"), card("UNDO"))
    made.cancel()
    made.first.sync()

    assert made.rows("SELECT sum(reserved) FROM stock") == [(0,)]
    assert made.rows("SELECT count(*) FROM pick_line") == [(2,)]
    assert made.ledger_is_right()


def test_on_a_cart_the_other_orders_go_on_and_the_way_back_follows_the_drop() -> None:
    # given two orders on a cart, the first one with a unit in its tote
    made = crew([[("MUG", "A-01-A", 1)], [("MUG", "A-01-A", 1), ("TEA", "A-03-B", 1)]])
    made.first.scan(CART_CODE, MUG, MUG, tote_code("T-0001"), tote_code("T-0002"))
    made.first.sync()

    # when the first is cancelled
    made.cancel("1001")
    made.first.sync()

    # then the walk goes on for the second, and leads back afterwards
    assert made.first.step == "item"
    assert "Order 1001 was cancelled" in [str(getattr(p, "title", "")) for p in made.first.view.context]
    made.first.scan(TEA, tote_code("T-0002"), DROP)
    assert (made.first.task, made.first.step) == ("put-back", "item")
    made.first.walk()
    made.settle()
    assert (made.state("1001"), made.state("1002")) == ("cancelled", "picked")
    assert made.on_hand(bin_id("A-01-A"), "MUG") == 19
    assert (made.first.tote("T-0001")[0], made.first.tote("T-0002")[0]) == ("free", "dropped")
    assert made.ledger_is_right()


def test_undo_takes_a_put_back_unit_out_of_the_bin_again() -> None:
    made = cancelled_in_mid_pick()
    made.first.sync()
    made.first.scan(TOTE, MUG, bin_code("A-01-A"))
    made.settle()
    assert made.on_hand(bin_id("A-01-A"), "MUG") == 19

    made.first.scan(card("UNDO"))
    made.settle()

    assert (made.first.step, made.on_hand(bin_id("A-01-A"), "MUG")) == ("item", 18)
    assert made.on_hand(tote_id("T-0001"), "MUG") == 2
    assert made.ledger_is_right()


def test_any_bin_that_put_away_allows_will_do_and_no_other() -> None:
    made = cancelled_in_mid_pick()
    made.first.sync()
    made.first.scan(TOTE, MUG, MUG, DROP)
    assert made.first.problem == "WrongBin"

    made.first.scan(bin_code("C-05-C"))

    assert (made.first.step, made.first.last.refused) == ("home", "")
    made.settle()
    assert made.on_hand(bin_id("C-05-C"), "MUG") == 2


def test_a_blocked_bin_is_no_target() -> None:
    made = cancelled_in_mid_pick()
    with central_write(made.central) as session:
        session.get_one(Bin, bin_id("A-01-A")).blocked = True
        from app.db import changed

        changed(session, Bin, bin_id("A-01-A"))
    made.first.sync()

    made.first.scan(TOTE, MUG, MUG)

    assert made.first.view.wanted[0].code != bin_code("A-01-A")
    made.first.walk()
    made.settle()
    assert made.on_hand(bin_id("A-01-A"), "MUG") == 18


def test_a_damaged_unit_is_set_apart() -> None:
    made = cancelled_in_mid_pick()
    made.first.sync()

    made.first.scan(TOTE, MUG, card("DAMAGED"), bin_code("PROBLEM-1"), MUG, bin_code("A-01-A"))
    made.settle()

    assert made.on_hand(bin_id("PROBLEM-1"), "MUG", "damaged") == 1
    assert made.on_hand(bin_id("A-01-A"), "MUG") == 19
    assert (made.first.step, made.ledger_is_right(), made.incidents()) == ("home", True, ["damaged"])


def test_what_nobody_finds_is_written_off_by_somebody_who_may() -> None:
    made = cancelled_in_mid_pick()
    made.first.sync()
    made.first.scan(TOTE, MUG, bin_code("A-01-A"))

    made.first.approved(card("DONE"), BEN)
    made.settle()

    assert (made.first.step, made.first.tote("T-0001")) == ("home", ("free", None))
    assert (made.total("MUG"), made.ledger_is_right()) == (19, True)
    assert made.incidents() == ["put_back_missing"]


def test_the_four_wrong_scans_are_told_apart_and_change_nothing() -> None:
    made = cancelled_in_mid_pick()
    made.first.sync()
    made.first.scan(TOTE)
    for code, name in (
        (bin_code("A-01-A"), "ItemFirst"), (SOAP, "NotInTote"), (tote_code("T-0002"), "OtherTote"), ("?", "Unexpected"),
        (card("QTY2"), "NoQuantity"), (card("DAMAGED"), "NothingInHand"),
    ):  # fmt: skip
        made.first.scan(code)
        assert (made.first.problem, made.first.step) == (name, "item")
        made.first.scan(card("CLEAR"))


def test_the_way_back_is_taken_up_again_where_it_was_left() -> None:
    made = cancelled_in_mid_pick()
    made.first.sync()
    made.first.scan(TOTE, MUG, bin_code("A-01-A"))
    made.first.bench = None

    made.first.scan(TOTE)

    assert (made.first.task, made.first.view.progress and str(made.first.view.progress.right)) == (
        "put-back", "1 of 2 units",
    )  # fmt: skip
    made.first.walk()
    assert back_again(made)


def test_the_walk_back_is_led_by_distance() -> None:
    made = crew([[("MUG", "C-05-A", 1), ("TEA", "A-01-B", 1), ("SOAP", "B-03-A", 1)]])
    made.first.scan(TOTE)
    made.first.walk()
    made.first.sync()
    made.cancel()
    made.first.sync()
    made.first.scan(TOTE)

    bins = []
    while made.first.bench is not None:
        made.first.scan(made.first.view.wanted[0].code)
        bins.append(made.first.view.wanted[0].code)
        made.first.scan(bins[-1])
    assert bins == [bin_code("A-01-B"), bin_code("B-03-A"), bin_code("C-05-A")]
