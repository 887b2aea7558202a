"""A walk that another station began goes on here: its totes are counted, and old facts never count twice."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.picking.floor import CART_CODE, CODES, DROP, bin_code, bin_id, card, tote_code, tote_id
from tests.picking.posts import Crew, crew

MUG, TEA, SOAP = (CODES[name] for name in ("MUG", "TEA", "SOAP"))
TOTE = tote_code("T-0001")
ORDER = [("MUG", "A-01-A", 3), ("TEA", "A-03-B", 1)]


def dead(pushed: bool = True, scans: tuple[str, ...] = (MUG,), after: tuple[str, ...] = (MUG,)) -> Crew:
    """The first station picked `scans` and told of them, then `after` and told nobody any more."""
    made = crew([ORDER])
    made.first.scan(TOTE, *scans)
    if pushed:
        made.first.push()
    made.first.online = False
    made.first.scan(*after)
    made.second.sync()
    return made


def picked(made: Crew) -> list[tuple[str, int, int]]:
    """(SKU, picked, state) of the pick lines at central."""
    return made.rows("SELECT s.sku, p.picked, p.state FROM pick_line p JOIN sku s ON s.id = p.sku_id ORDER BY p.id")  # type: ignore[return-value]


def test_a_tote_of_another_walk_asks_and_the_second_scan_takes_it_over() -> None:
    made = dead()

    made.second.scan(TOTE)
    assert (made.second.task, made.second.step) == ("take-over", "confirm")
    assert str(made.second.view.hero.datum.name) == "Cart 07 has it"  # type: ignore[union-attr]

    made.second.scan(TOTE)
    assert made.second.step == "count"


def test_change_takes_over_as_well_and_home_leaves_everything() -> None:
    made = dead()
    made.second.scan(TOTE, card("CHANGE"))
    assert made.second.step == "count"

    made = dead()
    made.second.scan(TOTE)
    made.second.bench = None
    assert made.rows("SELECT fence, lower(hex(station_id)) = ? FROM work".replace("?", "''")) == [(1, 0)]


def test_the_rest_of_the_walk_goes_on_from_what_was_counted() -> None:
    # given one mug that was told of and one that was not
    made = dead()

    # when both are counted at the second station
    made.second.scan(TOTE, TOTE, MUG, MUG, card("DONE"))

    # then one mug and the tea are left, and the old station's fact changes nothing any more
    assert (made.second.task, made.second.step) == ("pick", "item")
    assert str(made.second.view.progress.right) == "0 of 2 units"  # type: ignore[union-attr]
    made.second.scan(MUG, TEA, DROP)
    made.first.online = True
    made.settle()

    assert (made.state(), made.on_hand(tote_id("T-0001"), "MUG"), made.on_hand(bin_id("A-01-A"), "MUG")) == (
        "picked", 3, 17,
    )  # fmt: skip
    assert (made.total("MUG"), made.ledger_is_right(), made.incidents()) == (20, True, [])
    assert picked(made) == [("MUG", 3, "done"), ("TEA", 1, "done")]
    assert made.rows("SELECT count(*) FROM fact_status WHERE status = 'stale_lease'") == [(1,)]


def test_the_old_station_sees_that_its_walk_is_gone() -> None:
    made = dead()
    made.second.scan(TOTE, TOTE, MUG, MUG, card("DONE"))
    made.second.sync()

    made.first.online = True
    made.first.sync()

    assert made.first.step == "gone"
    assert str(made.first.view.hero.datum.name) == "This walk goes on at Pick 02"  # type: ignore[union-attr]


def test_units_that_were_told_of_and_are_not_there_go_back_to_be_picked() -> None:
    made = dead(scans=(MUG, MUG), after=())

    made.second.scan(TOTE, TOTE, MUG, card("DONE"))
    made.second.sync()

    assert (made.on_hand(tote_id("T-0001"), "MUG"), made.on_hand(bin_id("A-01-A"), "MUG")) == (1, 19)
    assert picked(made)[0] == ("MUG", 1, "open")
    assert made.rows("SELECT sum(quantity) FROM reservation") == [(3,)]
    assert (made.incidents(), made.ledger_is_right()) == (["count_difference"], True)
    made.second.walk()
    made.settle()
    assert (made.state(), made.on_hand(tote_id("T-0001"), "MUG")) == ("picked", 3)


def test_a_tote_of_which_nothing_was_heard_is_counted_for_the_order_that_has_none() -> None:
    # given a cart of which the first tote was told, and the second one was not
    made = crew([[("MUG", "A-01-A", 1)], [("TEA", "A-01-A", 1)]])
    made.first.scan(CART_CODE, MUG, TOTE)
    made.first.push()
    made.first.online = False
    made.first.scan(TEA, tote_code("T-0002"))
    made.second.sync()

    made.second.scan(CART_CODE)
    assert made.second.task == "take-over"
    made.second.scan(CART_CODE, TOTE, MUG, card("DONE"), tote_code("T-0002"), TEA, card("DONE"), card("DONE"))

    assert (made.second.task, made.second.step) == ("pick", "drop")
    made.second.scan(DROP)
    made.first.online = True
    made.settle()
    assert (made.state("1001"), made.state("1002")) == ("picked", "picked")
    assert [made.second.tote(t)[0] for t in ("T-0001", "T-0002")] == ["dropped", "dropped"]
    assert (made.total("TEA"), made.on_hand(bin_id("A-01-A"), "TEA"), made.ledger_is_right()) == (20, 19, True)


def test_one_tote_of_a_cart_takes_one_order_and_leaves_the_others() -> None:
    made = crew([[("MUG", "A-01-A", 1)], [("MUG", "A-01-A", 1), ("TEA", "A-03-B", 1)]])
    made.first.scan(CART_CODE, MUG, MUG, TOTE, tote_code("T-0002"))
    made.first.sync()
    made.second.sync()

    made.second.scan(TOTE, TOTE, MUG, card("DONE"), DROP)
    made.settle()

    assert (made.state("1001"), made.state("1002"), made.first.step) == ("picked", "picking", "item")
    made.first.scan(TEA, tote_code("T-0002"), DROP)
    made.settle()
    assert (made.state("1002"), made.ledger_is_right(), made.incidents()) == ("picked", True, [])


def test_without_central_nothing_is_taken_over() -> None:
    made = dead()
    made.second.online = False

    made.second.scan(TOTE, TOTE)

    assert (made.second.task, made.second.step) == ("take-over", "confirm")
    assert made.rows("SELECT fence FROM work") == [(1,)]


def test_wrong_scans_while_counting_change_nothing() -> None:
    made = dead()
    made.second.scan(TOTE, TOTE)
    for code, name in (
        (SOAP, "NotOfThisOrder"), (card("QTY2"), "NoQuantity"), (bin_code("A-01-A"), "Unexpected"), ("?", "Unexpected"),
    ):  # fmt: skip
        made.second.scan(code)
        assert (made.second.problem, made.second.step) == (name, "count")
        made.second.scan(card("CLEAR"))


def test_a_quantity_card_counts_and_undo_takes_the_last_scan_back() -> None:
    made = dead()
    made.second.scan(TOTE, TOTE, MUG, card("QTY3"))
    assert made.second.view.hero.datum.value == "3"  # type: ignore[union-attr]

    made.second.scan(card("UNDO"))

    assert made.second.view.hero.datum.value == "1"  # type: ignore[union-attr]


def test_the_count_goes_on_after_a_restart() -> None:
    made = dead()
    made.second.scan(TOTE, TOTE, MUG)
    bench = made.second.bench
    assert bench is not None

    from app.workflow import Opening

    made.second._open(Opening("take-over", bench.task_id))

    assert (made.second.step, made.second.view.hero.datum.value) == ("count", "1")  # type: ignore[union-attr]
    made.second.scan(MUG, card("DONE"))
    assert made.second.task == "pick"


# ---- every order in which things may come ---------------------------------------------------------------------------

SKUS = ("MUG", "TEA")
ACTS = (MUG, TEA, card("UNDO"), card("SHORT"))


def _in_tote(made: Crew) -> dict[str, int]:
    """What lies in the tote: what the first station's hands did, which its own mirror knows."""
    from app.db import reading
    from app.models import Stock
    from tests.picking.floor import sku_id

    with reading(made.first.database) as session:
        rows = {sku: session.get(Stock, (sku_id(sku), tote_id("T-0001"), "", "good")) for sku in SKUS}
        return {sku: row.on_hand if row else 0 for sku, row in rows.items()}


@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    before=st.lists(st.sampled_from(ACTS), max_size=3),
    unheard=st.lists(st.sampled_from(ACTS), max_size=4),
    early=st.integers(0, 6),
    during=st.integers(0, 6),
    late=st.booleans(),
    lost=st.booleans(),
)
def test_whenever_the_old_station_tells_what_it_did_no_unit_is_there_twice(
    before: list[str], unheard: list[str], early: int, during: int, late: bool, lost: bool
) -> None:
    # given a walk of which central has heard a part
    made = crew([[("MUG", "A-01-A", 2), ("TEA", "A-01-A", 2)]], stock=[("MUG", "C-04-A", 5, "")])
    made.first.scan(TOTE, *before)
    made.first.push()
    if made.first.bench is None or made.first.step == "start":
        return
    made.first.online = False
    made.first.scan(*unheard)
    if made.first.bench is None or made.first.step == "start":
        return
    made.second.sync()
    made.first.push(limit=early) if early else None

    # when it is taken over, the old station telling a bit more of it while the totes are counted
    made.second.scan(TOTE, TOTE)
    assert made.second.step == "count", made.second.problem
    made.first.push(limit=during) if during else None
    there = _in_tote(made)
    if lost and there["MUG"]:
        there["MUG"] -= 1
    for sku, units in there.items():
        if units:
            made.second.scan(CODES[sku], *([card(f"QTY{units}")] if units > 1 else []))
    made.second.scan(card("DONE"))
    made.second.push() if late else None
    made.first.push(limit=during) if during else None
    made.second.walk()

    # and all the rest comes in the end
    made.first.online = True
    made.settle()

    # then the books are what lies there, and the order has what it wants and no more
    assert made.ledger_is_right()
    assert (made.total("MUG"), made.total("TEA")) == (25, 20)
    wanted = made.rows("SELECT sum(quantity - cancelled - short) FROM order_line")[0][0]
    in_tote = made.on_hand(tote_id("T-0001"), "MUG") + made.on_hand(tote_id("T-0001"), "TEA")
    assert in_tote == wanted == made.rows("SELECT sum(picked) FROM pick_line")[0][0]
    assert made.rows("SELECT coalesce(sum(quantity), 0) FROM reservation") == [(0,)]
    assert made.state() in ("picked", "held")


@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_whatever_the_moment_the_units_are_there_once(moment: str) -> None:
    made = dead()
    if moment == "before":
        made.first.push()
        made.second.sync()
    made.second.scan(TOTE, TOTE)
    if moment == "between":
        made.first.push()
    made.second.scan(MUG, MUG, card("DONE"))
    if moment == "after":
        made.second.sync()
        made.first.push()
        stale = made.rows("SELECT reason FROM fact_status WHERE status = 'stale_lease'")
        assert (stale, made.incidents()) == ([("its tote was counted since",)], [])
    made.second.scan(MUG, TEA, DROP)
    made.first.online = True
    made.settle()

    assert (made.on_hand(tote_id("T-0001"), "MUG"), made.on_hand(bin_id("A-01-A"), "MUG")) == (3, 17)
    assert (made.total("MUG"), made.ledger_is_right()) == (20, True)
    assert made.state() == "picked"
