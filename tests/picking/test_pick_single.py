"""A tote and its order: what each scan does, and what is said when it is the wrong one."""

from __future__ import annotations

from app.db import central_write
from app.inventory.facts import StockSet
from app.view import CodeDatum, Hero, Rack, RouteMap, Sound
from app.work.service import record_here
from tests.picking.floor import (
    CASE,
    CODES,
    DROP,
    PACK,
    PROBLEM,
    Floor,
    bin_code,
    bin_id,
    card,
    floor,
    sku_id,
    tote_code,
    tote_id,
)

MUG, TEA, SOAP, CANDLE = (CODES[name] for name in ("MUG", "TEA", "SOAP", "CANDLE"))
TOTE = tote_code("T-0001")
ORDER = [("MUG", "A-01-A", 2), ("TEA", "A-03-B", 1), ("SOAP", "B-02-A", 1)]


def house(**more: object) -> Floor:
    """One order, bin and product proven, the tote scanned."""
    made = floor([ORDER], proof="bin_and_product", **more)  # type: ignore[arg-type]
    made.scan(TOTE)
    return made


# ---- the start ------------------------------------------------------------------------------------------------------


def test_a_free_tote_starts_the_order_and_is_bound_to_it() -> None:
    made = house()

    assert (made.step, made.tote("T-0001")[0]) == ("bin", "picking")
    assert [str(w.words) for w in made.view.wanted] == ["Bin A-01-A"]
    assert str(made.view.header.task) == "Order 1001"
    assert str(made.view.echo.words if made.view.echo else "") == "Order 1001 starts"


def test_without_claimed_work_it_is_fetched_and_the_scan_is_kept() -> None:
    made = floor([ORDER], claimed=False)

    made.scan(TOTE)

    assert (made.step, made.asks[0].kind, made.asks[0].waits) == ("item", "claim", True)
    assert (made.scans, made.tote("T-0001")[0]) == (1, "picking")


def test_when_nothing_is_to_be_picked_it_says_so_and_goes_home() -> None:
    made = floor([])

    made.scan(TOTE)

    assert made.ended
    assert str(made.last.echo.words if made.last.echo else "") == "There is nothing to pick now"
    assert made.tote("T-0001")[0] == "free"


def test_without_central_and_without_claimed_work_it_says_so() -> None:
    made = floor([ORDER], claimed=False)
    made.online = False

    made.scan(TOTE)

    assert made.ended
    assert "Central can't be reached" in str(made.last.echo.words if made.last.echo else "")


def test_claimed_work_is_picked_without_central() -> None:
    made = floor([ORDER])
    made.online = False

    made.scan(TOTE)
    made.walk()

    assert made.ended


def test_more_work_is_asked_for_in_advance_when_hardly_any_is_left() -> None:
    made = house()

    assert [(ask.body, ask.waits) for ask in made.asks] == [({"kind": "pick", "limit": 3}, False)]


def test_a_tote_of_another_order_says_which_and_how_to_free_it() -> None:
    made = floor([ORDER, [("CANDLE", "C-01-A", 1)]])
    made.scan(TOTE)
    made.open()

    made.scan(TOTE)

    assert made.words() == (
        "Tote T-0001 is not free",
        "It holds order 1001",
        "One tote carries one order.",
        "Take another tote",
        "If it is empty: scan EMPTY, then the tote",
        "Nothing was changed.",
    )


def test_empty_and_then_the_tote_frees_it() -> None:
    made = floor([ORDER, [("CANDLE", "C-01-A", 1)]])
    made.scan(TOTE)
    made.open()

    made.scan(card("EMPTY"), TOTE)

    assert made.tote("T-0001") == ("free", None)
    made.scan(TOTE)
    assert (made.step, str(made.view.header.task)) == ("item", "Order 1002")


def test_the_tote_of_this_walk_is_not_freed_by_empty() -> None:
    made = house()

    made.scan(card("EMPTY"), TOTE)

    assert made.problem == "ToteInUse"
    assert made.tote("T-0001")[0] == "picking"


# ---- bin and item ---------------------------------------------------------------------------------------------------


def test_bin_and_item_are_proven_one_after_the_other() -> None:
    made = house()

    made.scan(bin_code("A-01-A"))
    assert made.step == "item"
    made.scan(MUG)
    assert made.lines()[0][3] == 1
    outcome = made.scan(MUG)

    assert (outcome.sound, str(outcome.echo.words if outcome.echo else "")) == (Sound.STEP, "Stop 1 done, 2 × Mug")
    assert (made.on_hand(bin_id("A-01-A"), "MUG"), made.on_hand(tote_id("T-0001"), "MUG")) == (18, 2)
    assert made.view.wanted[0].code == bin_code("A-03-B")


def test_a_wrong_bin_says_where_the_right_one_is_and_marks_both() -> None:
    made = house()

    made.scan(bin_code("A-02-A"))

    assert made.words() == (
        "That is A-02-A",
        "Yours is one bay right",
        "This stop is A-01-A.",
        "Scan the label of bin A-01-A",
        "Scan SKIP if you can't get there",
        "Nothing was counted.",
    )
    route = made.view.context[0]
    assert isinstance(route, RouteMap)
    assert (route.target and route.target.y_mm, route.wrong and route.wrong.y_mm) == (50, 2050)
    made.scan(bin_code("A-01-A"))
    assert (made.problem, made.step) == ("", "item")


def test_a_bin_on_another_level_and_in_another_aisle() -> None:
    made = house()

    made.scan(bin_code("A-01-B"))
    assert made.words()[1] == "Yours is one level down"
    made.scan(bin_code("C-01-A"))
    assert made.words()[1] == "Yours is in aisle A"


def test_the_right_item_before_its_bin_is_named_but_not_counted() -> None:
    made = house()

    made.scan(MUG)

    assert made.words()[0] == "That is the right item: Mug"
    assert (made.problem, made.lines()[0][3]) == ("BinFirst", 0)


def test_a_wrong_item_says_what_it_is_and_where_it_belongs() -> None:
    made = house()
    made.scan(bin_code("A-01-A"))

    made.scan(TEA)

    assert made.words() == (
        "That is Tea",
        "TEA",
        "It is a later stop: bin A-03-B.",
        "Put it back into A-03-B",
        "Scan Mug from bin A-01-A",
        "Nothing was counted.",
    )


def test_one_unit_too_many_of_a_finished_stop_is_refused() -> None:
    made = floor([ORDER])
    made.scan(TOTE, MUG, MUG)

    made.scan(MUG)

    assert made.words()[:3] == ("All 2 Mug are picked already", "MUG", "No order of this walk needs one more.")
    assert made.on_hand(tote_id("T-0001"), "MUG") == 2


def test_two_items_in_one_bin_need_its_label_once() -> None:
    made = floor([[("MUG", "A-01-A", 1), ("TEA", "A-01-A", 1)]], proof="bin_and_product")

    made.scan(TOTE, bin_code("A-01-A"), TEA, MUG)

    assert made.step == "drop"


def test_a_bin_scanned_though_only_the_item_is_wanted_is_welcome() -> None:
    made = floor([ORDER])

    made.scan(TOTE, bin_code("A-01-A"), bin_code("A-01-A"), MUG, MUG)

    assert (made.problem, made.view.wanted[0].code) == ("", TEA)


def test_the_drop_place_before_the_end_says_how_much_is_open() -> None:
    made = house()

    made.scan(DROP)

    assert made.words()[:2] == ("That is DROP-1, but the walk is not over", "3 stops are still open")


# ---- cases and cards ------------------------------------------------------------------------------------------------


def test_a_case_counts_its_pieces() -> None:
    made = floor([[("MUG", "A-01-A", 14)]])
    made.scan(TOTE)

    outcome = made.scan(CASE)

    assert str(outcome.echo.words if outcome.echo else "") == "12 of 14 Mug · 12 (1 case)"
    assert made.lines()[0][3] == 12


def test_the_screen_says_that_the_units_are_a_case() -> None:
    made = floor([[("MUG", "A-01-A", 12)]])
    made.scan(TOTE)

    assert [str(p.under) for p in made.view.object if hasattr(p, "under")] == ["12 (1 case)"]


def test_a_case_too_large_is_refused() -> None:
    made = floor([[("MUG", "A-01-A", 3)]])
    made.scan(TOTE)

    made.scan(CASE)

    assert made.words()[:3] == ("That is a case of 12", "Mug", "This line needs 3 more.")
    assert made.lines()[0][3] == 0


def test_a_quantity_card_sets_the_count_of_the_item_scanned() -> None:
    made = floor([[("MUG", "A-01-A", 5), ("TEA", "A-03-B", 1)]], units="once")
    made.scan(TOTE, MUG, card("QTY4"))
    assert made.lines()[0][3] == 4

    made.scan(card("QTY2"))
    assert (made.lines()[0][3], made.on_hand(tote_id("T-0001"), "MUG")) == (2, 2)
    made.scan(card("QTY5"))

    assert made.view.wanted[0].code == TEA
    assert made.on_hand(bin_id("A-01-A"), "MUG") == 15


def test_a_quantity_card_is_refused_where_each_unit_is_scanned() -> None:
    made = floor([ORDER])

    made.scan(TOTE, MUG, card("QTY2"))

    assert (made.problem, made.lines()[0][3]) == ("EachUnit", 1)


def test_a_quantity_card_without_an_item_or_too_large_is_refused() -> None:
    made = floor([[("MUG", "A-01-A", 5)]], units="once")

    made.scan(TOTE, card("QTY2"))
    assert made.problem == "NoQuantity"
    made.scan(MUG, card("QTY6"))

    assert made.words()[:3] == ("6 are too many", "Mug", "This line needs 4 more.")
    assert made.lines()[0][3] == 1


# ---- lots and serials -----------------------------------------------------------------------------------------------

TEA_LOT = "01" + TEA.rjust(14, "0") + "10"


def test_the_lot_that_is_promised_is_taken_and_another_refused() -> None:
    made = floor([[("TEA", "A-03-B", 2)]], lot_tracked=["TEA"], lots={"TEA": "L1"},
                 stock=[("TEA", "A-03-B", 5, "L2")])  # fmt: skip
    made.scan(TOTE)

    made.scan(TEA_LOT + "L2")
    assert made.words()[:3] == ("That is lot L2", "Tea", "Lot L1 is promised to this order.")
    made.scan(TEA)
    assert made.words()[:2] == ("Which lot is this?", "L1, L2")
    assert made.view.wanted[0].code == TEA_LOT + "L1"
    made.scan(TEA_LOT + "L1", TEA_LOT + "L1")

    assert (made.step, made.on_hand(tote_id("T-0001"), "TEA", "L1")) == ("drop", 2)


def test_a_code_without_a_lot_is_enough_where_the_bin_holds_one_lot_alone() -> None:
    made = floor([[("TEA", "A-03-B", 1)]], lot_tracked=["TEA"], lots={"TEA": "L1"})

    made.scan(TOTE, TEA)

    assert (made.step, made.on_hand(tote_id("T-0001"), "TEA", "L1")) == ("drop", 1)


def test_one_serial_number_is_one_piece() -> None:
    made = floor([[("TEA", "A-03-B", 2)]], serial_tracked=["TEA"])
    serial = "01" + TEA.rjust(14, "0") + "21S1"

    made.scan(TOTE, serial, serial)

    assert (made.problem, made.lines()[0][3]) == ("SameSerial", 1)
    made.scan(serial[:-1] + "2")
    assert made.step == "drop"


# ---- short, skip, manual, undo --------------------------------------------------------------------------------------


def test_short_before_the_bin_is_proven_asks_for_the_bin() -> None:
    made = house()

    made.scan(card("SHORT"))

    assert made.words()[:2] == ("Which bin is short?", "The bin is proven first here.")
    assert made.lines()[0][4] == 0


def test_a_reason_card_after_short_says_why() -> None:
    made = floor([ORDER])

    made.scan(TOTE, card("SHORT"), card("RSN4"))

    assert made.lines()[0] == ("A-01-A", "MUG", 2, 0, 2, 4, "short")
    made.scan(TEA, card("RSN2"))
    assert made.problem == "NoReason"


def test_damaged_is_a_short_with_its_reason() -> None:
    made = floor([ORDER])

    made.scan(TOTE, MUG, card("DAMAGED"))

    assert made.lines()[0] == ("A-01-A", "MUG", 2, 1, 1, 2, "short")


def test_a_quantity_card_after_short_says_how_many_were_there() -> None:
    made = floor([[("MUG", "A-01-A", 5), ("TEA", "A-03-B", 1)]])

    made.scan(TOTE, MUG, MUG, MUG, card("SHORT"), card("QTY2"))
    assert made.lines()[0] == ("A-01-A", "MUG", 5, 2, 3, 1, "short")

    made.scan(card("QTY4"))
    assert made.lines()[0] == ("A-01-A", "MUG", 5, 2, 1, 1, "open")
    assert made.view.wanted[0].code == MUG
    made.scan(MUG, MUG)
    assert made.lines()[0] == ("A-01-A", "MUG", 5, 4, 1, 1, "short")
    assert made.view.wanted[0].code == TEA


def test_after_short_a_card_takes_units_over_where_one_scan_stands_for_all() -> None:
    made = floor([[("MUG", "A-01-A", 10), ("TEA", "A-03-B", 1)]], units="once")

    made.scan(TOTE, MUG, card("SHORT"), card("QTY7"))

    assert made.lines()[0] == ("A-01-A", "MUG", 10, 7, 3, 1, "short")
    assert made.view.wanted[0].code == TEA


def test_skip_leaves_the_stop_for_later() -> None:
    made = floor([ORDER])

    made.scan(TOTE, card("SKIP"))
    assert made.view.wanted[0].code == SOAP
    made.scan(card("SKIP"), TEA)
    assert made.view.wanted[0].code == MUG
    made.scan(MUG, MUG, card("SKIP"))

    assert made.words()[:2] == ("Bin B-02-A is the only stop left", "There is nothing to do before it.")
    made.scan(SOAP, DROP)
    assert made.ended


def test_manual_takes_a_unit_from_the_proven_bin_and_not_without_end() -> None:
    made = floor([[("MUG", "A-01-A", 8)]])

    made.scan(TOTE, card("MANUAL"))
    assert made.words()[1] == "The bin stands for the item then."
    made.scan(bin_code("A-01-A"), *[card("MANUAL")] * 5)
    assert (made.problem, made.lines()[0][3]) == ("", 5)
    made.scan(card("MANUAL"))

    assert made.words()[1] == "5 units were taken by MANUAL on this walk already."
    assert sum("ManualProof" in str(r) for r in made.rows("fact")["fact"]) == 5


def test_manual_is_refused_where_a_lot_must_be_read() -> None:
    made = floor([[("TEA", "A-03-B", 1)]], lot_tracked=["TEA"], lots={"TEA": "L1"})

    made.scan(TOTE, bin_code("A-03-B"), card("MANUAL"))

    assert made.words()[1] == "Its lot or serial number must be read."


def test_undo_takes_back_one_unit_after_the_other_and_the_start() -> None:
    made = house()
    made.scan(bin_code("A-01-A"), MUG, MUG)

    made.scan(card("UNDO"))
    assert (made.step, made.lines()[0][3]) == ("item", 1)
    made.scan(card("UNDO"), card("UNDO"))
    assert (made.step, made.lines()[0][3]) == ("bin", 0)
    made.scan(card("UNDO"))

    assert (made.ended, made.tote("T-0001")) == (True, ("free", None))
    assert made.on_hand(bin_id("A-01-A"), "MUG") == 20


# ---- the end --------------------------------------------------------------------------------------------------------


def test_the_tote_is_put_down_and_the_work_is_done() -> None:
    made = floor([ORDER])
    made.scan(TOTE, MUG, MUG, TEA, SOAP)

    outcome = made.scan(PACK)

    assert (outcome.sound, outcome.ends) == (Sound.ORDER, True)
    assert str(outcome.echo.words if outcome.echo else "") == "Order 1001 is at PACK-1"
    assert made.tote("T-0001")[0] == "dropped"


def test_the_problem_shelf_parks_the_tote() -> None:
    made = floor([ORDER])

    made.scan(TOTE, MUG, MUG, TEA, SOAP, PROBLEM)

    assert made.tote("T-0001")[0] == "parked"


def test_a_bin_is_no_drop_place() -> None:
    made = floor([ORDER])

    made.scan(TOTE, MUG, MUG, TEA, SOAP, bin_code("A-01-A"))

    assert (made.problem, made.ended) == ("NoDropPlace", False)


def test_a_tote_that_stayed_empty_is_free_again() -> None:
    made = floor([[("MUG", "A-01-A", 1)]])

    made.scan(TOTE, card("SHORT"), DROP)

    assert (made.ended, made.tote("T-0001")) == (True, ("free", None))


# ---- the screen -----------------------------------------------------------------------------------------------------


def test_the_screen_at_a_bin() -> None:
    made = house()

    view = made.view

    assert view.kind == "pick.bin"
    assert isinstance(view.hero, Hero)
    assert (str(view.hero.imperative), view.hero.aside) == (
        "Scan the bin label",
        Rack(("C", "B", "A"), ("03", "02", "01"), "A", "01"),
    )
    assert isinstance(view.hero.datum, CodeDatum)
    assert [part for part, _ in view.hero.datum.parts] == ["A", "01", "A"]
    assert [(str(s.label), s.state) for s in view.hero.steps] == [("Bin label", "now"), ("Item, 2 times", "todo")]
    assert view.progress is not None
    assert (str(view.progress.label), str(view.progress.right)) == ("Stop 1 of 3", "0 of 4 units")
    assert [a.command for a in view.actions] == ["UNDO", "SHORT", "SKIP", "HELP"]


def test_the_map_shows_the_leg_to_walk_and_what_comes() -> None:
    made = house()
    made.scan(bin_code("A-01-A"), MUG, MUG)

    route, then = made.view.context

    assert isinstance(route, RouteMap)
    assert (str(route.distance), route.leg) == ("4 m to A", ((2000, 1000), (2000, 5000)))
    assert route.walked == ((0, -1000), (2000, -1000), (2000, 1000))
    assert [(s.number, s.state) for s in route.stops] == [(1, "done"), (2, "now"), (3, "later")]
    assert (then.code, str(then.words)) == ("B-02-A", "Soap × 1")  # type: ignore[union-attr]
    assert route.later[-1] == (12_000, -1000)


def test_a_line_that_was_planned_anew_is_walked_to() -> None:
    made = floor([ORDER], stock=[("MUG", "C-04-A", 10, "")])
    made.scan(TOTE, MUG, card("SHORT"))

    made.sync()

    assert made.lines()[-1] == ("C-04-A", "MUG", 1, 0, 0, 0, "open")
    assert str(made.view.progress.label if made.view.progress else "") == "Stop 2 of 4"
    made.walk()
    made.sync()
    assert (made.order_state("1001"), made.on_hand(tote_id("T-0001"), "MUG")) == ("picked", 2)


def test_stock_that_is_set_meanwhile_does_not_move_the_walk() -> None:
    made = house()
    before = made.state.walk

    with central_write(made.central) as session:
        record_here(session, [StockSet(sku_id("MUG"), bin_id("A-01-A"), 7)], now=made.clock.now())
    made.sync()

    assert (made.state.walk, made.step) == (before, "bin")


def test_a_line_planned_anew_waits_until_the_stop_in_hand_is_done() -> None:
    made = floor([[("MUG", "A-01-A", 1), ("TEA", "A-05-A", 2)]], stock=[("MUG", "A-05-B", 10, "")])
    made.scan(TOTE, card("SHORT"), TEA)

    made.sync()

    assert made.view.wanted[0].code == TEA
    made.scan(TEA)
    assert (made.view.wanted[0].code, made.step) == (MUG, "item")


def test_the_proof_of_a_bin_ends_when_the_walk_leaves_it() -> None:
    made = floor([[("MUG", "A-01-A", 1), ("TEA", "A-03-B", 1)]])

    made.scan(TOTE, bin_code("A-01-A"), card("SKIP"), TEA, card("MANUAL"))

    assert made.words()[1] == "The bin stands for the item then."
    made.scan(bin_code("A-01-A"), card("MANUAL"), DROP)
    assert made.ended
