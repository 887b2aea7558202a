"""What must hold whatever is scanned, in whatever order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app import events
from app.clock import FakeClock
from app.db import central_write, reading
from app.ids import RequestId, StationId, ToteId, stable_id
from app.picking.workflows.pick import Pick, Step
from app.picking.workflows.pick_state import PickState
from app.processing.service import cancel_order
from app.sync.station import facts_of
from app.workflow import Bench
from tests.picking.floor import (
    CART,
    CART_CODE,
    CASE,
    CODES,
    DROP,
    PACK,
    Floor,
    bin_code,
    bin_id,
    card,
    floor,
    sku_id,
    tote_code,
    tote_id,
)

ORDERS = [[("MUG", "A-01-A", 2), ("TEA", "A-03-B", 1)], [("MUG", "A-01-A", 1), ("SOAP", "A-01-A", 2)]]
TABLES = ("work", "pick_line", "tote", "stock")
CARDS = "UNDO SHORT DAMAGED NEWTOTE SKIP MANUAL EMPTY DONE QTY0 QTY1 QTY2 QTY5 RSN2 RSN9 OPT1 GRD1".split()
SOUP = [
    *CODES.values(), CASE, CART_CODE, DROP, PACK, bin_code("A-01-A"), bin_code("A-03-B"), bin_code("B-02-A"),
    tote_code("T-0001"), tote_code("T-0002"), "NOBODY-KNOWS-THIS", *(card(word) for word in CARDS),
]  # fmt: skip
"""Whatever may come under the scanner."""
scans = st.lists(
    st.one_of(
        st.sampled_from([*CODES.values(), *(card(word) for word in ("SHORT", "UNDO", "QTY2", "SKIP"))]),
        st.sampled_from(SOUP),
    ),
    max_size=16,
)
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failing example is told as it was found: making it smaller would open thousands of warehouses."""
policies = st.sampled_from(list(itertools.product(("product", "bin_and_product"), ("each", "once"))))
openings = st.sampled_from([tote_code("T-0001"), CART_CODE])


def told(made: Floor, state: PickState) -> PickState:
    """The state without what is no fact, its plan as the mirror has it now."""
    return made.pick.workflow.refreshed(replace(state, emptying=False, opened_by=None), made.desk)


def resumed(made: Floor) -> PickState:
    """The state of the same task after a restart."""
    with reading(made.station) as session:
        recorded = facts_of(session, made.pick.task_id)
    return Bench(Pick(), made.pick.task_id, made.desk, recorded).state


def stocked(made: Floor) -> dict[str, list[tuple[Any, ...]]]:
    """Rows that must be as before; a balance of nothing is as good as none."""
    rows = made.rows(*TABLES)
    return rows | {"stock": [row for row in rows["stock"] if row[4] or row[5]]}


@settings(max_examples=25, phases=QUICK)
@given(policy=policies, opening=openings, codes=scans)
def test_a_refused_scan_changes_nothing_and_a_restart_stands_at_the_same_line(
    policy: tuple[str, str], opening: str, codes: list[str]
) -> None:
    made = floor(ORDERS, proof=policy[0], units=policy[1])
    for code in [opening, *codes]:
        rows, state = made.rows(*TABLES), made.state

        outcome = made.scan(code)

        if outcome.accepted is False or outcome.ignored:
            assert (made.rows(*TABLES), made.state) == (rows, state)
        assert told(made, resumed(made)) == told(made, made.state)
        assert made.view.hero is not None
        if made.ended:
            break


@settings(max_examples=25, phases=QUICK)
@given(policy=policies, opening=openings, codes=scans)
def test_undo_of_everything_leads_back_to_the_beginning(
    policy: tuple[str, str], opening: str, codes: list[str]
) -> None:
    made = floor(ORDERS, proof=policy[0], units=policy[1])
    before, state = stocked(made), made.state
    for code in [opening, *codes]:
        if code in (DROP, PACK, card("UNDO"), card("EMPTY")):
            continue  # the end and a freed tote are not taken back
        made.scan(code)

    for _ in range(len(codes) + 2):
        if not made.pick.recorded:
            break
        made.scan(card("UNDO"))

    assert made.pick.recorded == []
    assert stocked(made) == before
    assert told(made, made.state) == told(made, state)


@settings(max_examples=15, phases=QUICK)
@given(policy=policies, opening=openings, codes=scans)
def test_units_are_neither_made_nor_lost(policy: tuple[str, str], opening: str, codes: list[str]) -> None:
    made = floor(ORDERS, proof=policy[0], units=policy[1])

    made.scan(opening, *codes)
    made.sync()

    for sku in CODES:
        places = [bin_id("A-01-A"), bin_id("A-03-B"), *(tote_id(f"T-{n:04d}") for n in range(1, 9))]
        sums = [sum(made.on_hand(p, sku, side=side) for p in places) for side in ("station", "central")]
        assert (
            sums[0]
            == sums[1]
            == made.on_hand(places[0], sku)
            + made.on_hand(places[1], sku)
            + sum(made.on_hand(p, sku) for p in places[2:])
        )
    lines = made.lines()
    assert all(picked + short <= quantity for _, _, quantity, picked, short, _, _ in lines)
    assert made.rows("stock") == made.rows("stock", side="central")


@settings(max_examples=15, phases=QUICK)
@given(policy=policies, opening=openings, codes=scans)
def test_after_whatever_was_scanned_the_screen_leads_to_the_end(
    policy: tuple[str, str], opening: str, codes: list[str]
) -> None:
    made = floor(ORDERS, proof=policy[0], units=policy[1])
    made.scan(opening, *codes, card("CLEAR"))

    if not made.ended:
        made.walk()

    assert made.ended


def every_event(clock: FakeClock) -> list[object]:
    """One of each event type that a workflow can be handed."""
    now, mono = clock.now(), clock.mono_ns()
    seen: dict[str, Any] = {"text": "X", "at": now, "mono_ns": mono}
    item = events.ItemRead(sku_id=sku_id("CANDLE"), **seen)  # type: ignore[arg-type]
    return [
        events.CommandRead(word="PARK", **seen), events.QuantityRead(units=3, **seen),
        events.ChoiceRead(choice=1, **seen), events.ReasonRead(reason=1, **seen), events.GradeRead(grade=1, **seen),
        events.BadgeRead(person_id=b"\1" * 16, **seen),  # type: ignore[arg-type]
        events.BinRead(bin_id=bin_id("C-05-C"), **seen),  # type: ignore[arg-type]
        events.ToteRead(tote_id=tote_id("T-0008"), **seen),  # type: ignore[arg-type]
        events.CartRead(cart_id=stable_id("cart", "CART07"), **seen),  # type: ignore[arg-type]
        events.BoxTypeRead(box_type_id=b"\1" * 16, **seen),  # type: ignore[arg-type]
        events.OrderRead(order_id=b"\1" * 16, **seen),  # type: ignore[arg-type]
        events.StationRead(station_id=StationId(CART.station_id), **seen),
        events.ParcelRead(parcel_id=b"\1" * 16, **seen),  # type: ignore[arg-type]
        item, events.UnknownRead(**seen), events.UnknownRead(reason="check", **seen),
        events.AmbiguousRead(meanings=(item, events.UnknownRead(**seen)), **seen),
        events.LoadSettled(100, now, mono), events.Answered(RequestId(b""), "claim", {}),
        events.AskFailed(RequestId(b""), "claim"), events.Refreshed(frozenset({"bin"})),
        events.PrintChanged(b"\1" * 16, "sent"),  # type: ignore[arg-type]
    ]  # fmt: skip


WAYS_THERE = {
    Step.START: ([], "product"),
    Step.BIN: ([tote_code("T-0001")], "bin_and_product"),
    Step.ITEM: ([tote_code("T-0001")], "product"),
    Step.TOTE: ([CART_CODE, *[CODES["MUG"]] * 3], "product"),
    Step.DROP: ([tote_code("T-0001"), CODES["MUG"], CODES["MUG"], CODES["TEA"]], "product"),
    Step.GONE: ([tote_code("T-0001"), CODES["MUG"]], "product"),
}


def _floor_at(step: Step) -> Floor:
    codes, proof = WAYS_THERE.get(step, ([], "product"))
    made = floor(ORDERS, proof=proof)
    made.scan(*codes)
    if step is Step.WAIT:
        tote = ToteId(tote_id("T-0001"))
        waiting = events.ToteRead(text="T", at=made.clock.now(), mono_ns=0, tote_id=tote)
        made.pick.state = replace(made.state, opened_by=waiting)
    if step is Step.GONE:
        made.sync()
        with central_write(made.central) as session:
            cancel_order(session, order_id=stable_id("order", "1001"), now=made.clock.now(), by="Mia")
        made.sync()
    return made


@pytest.mark.parametrize("step", list(Step))
def test_every_event_gets_an_answer_in_every_step(step: Step) -> None:
    made = _floor_at(step)
    for index in range(len(every_event(made.clock))):
        if made.last.accepted is not False:
            made = _floor_at(step)
        made.scan(card("CLEAR"))
        assert made.step == step.value
        event = every_event(made.clock)[index]

        outcome = made.happen(event)

        if isinstance(event, events.Read):
            assert outcome.accepted is not None, event
            assert outcome.accepted or made.problem, event
        assert made.view.kind.startswith("pick.")


def test_six_soaps_at_four_a_second_are_six() -> None:
    made = floor([[("SOAP", "A-01-A", 6), ("TEA", "A-03-B", 1)]])
    made.scan(tote_code("T-0001"))

    made.scan(*[CODES["SOAP"]] * 6, after_ms=250)

    assert (made.lines()[0][3], made.problem) == (6, "")


def test_one_soap_read_twice_is_one() -> None:
    made = floor([[("SOAP", "A-01-A", 1), ("TEA", "A-03-B", 1)]])
    made.scan(tote_code("T-0001"))

    made.scan(*[CODES["SOAP"]] * 2, after_ms=250)

    assert (made.lines()[0][3], made.problem, made.pick.ignored) == (1, "", 1)
