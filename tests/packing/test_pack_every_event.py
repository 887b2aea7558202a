"""Every event in every step is answered; no sequence of scans breaks the bench or makes units out of nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import events
from app.barcodes import COMMANDS, command_code, own_code
from app.db import station_write
from app.models import Bin, Parcel, ParcelLine, PrintJob, Stock
from app.packing.queries import boxes
from app.packing.workflows.pack import Pack, Step
from app.view import View
from app.work.queries import meaning
from app.workflow import Outcome
from tests.packing.kit import HERE, PackBench, gtin, order_id, sku, tote_code, tote_id


def _items(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 2), ("CANDLE", 2), tote="0412")
    bench.scan(tote_code("0412"))


def _weigh(bench: PackBench) -> None:
    _items(bench)
    bench.item("MUG", 2)
    bench.item("CANDLE", 2)


def _off(bench: PackBench) -> None:
    _weigh(bench)
    bench.load(300)


def _label(bench: PackBench) -> None:
    _weigh(bench)
    bench.fill()


def _await(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 1), tote="0412", ship_to={"country": "FR", "postcode": "1"})
    bench.scan(tote_code("0412"))
    bench.item("MUG")
    bench.fill()


def _shelf(bench: PackBench) -> None:
    _items(bench)
    bench.card("PARK")


def _short(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 2, 1), tote="0412")
    bench.scan(tote_code("0412"))


def _closed(bench: PackBench) -> None:
    _label(bench)
    bench.label()


STANDS: dict[str, Callable[[PackBench], None]] = {
    "pack.open": lambda bench: None,
    "pack.items": _items,
    "pack.weigh": _weigh,
    "pack.weight-off": _off,
    "pack.label": _label,
    "pack.await": _await,
    "pack.shelf": _shelf,
    "pack.shelf (short)": _short,
    "pack.closed": _closed,
}


def every_event(bench: PackBench) -> list[object]:
    """One of each kind of event, as the runner could send it, of things that exist and of some that do not."""
    at, now = bench.clock.now(), bench.clock.mono_ns()
    seen = {"text": "x", "at": at, "mono_ns": now + 2_000_000_000, "device": "gun"}
    shelf = next(iter(bench.rows(Bin)))["id"]
    reads: list[object] = [
        *(events.CommandRead(word=word, **seen) for word in COMMANDS),
        *(events.QuantityRead(units=n, **seen) for n in (0, 1, 2, 99)),
        *(events.ChoiceRead(choice=n, **seen) for n in (0, 1, 9)),
        events.ReasonRead(reason=1, **seen),
        events.GradeRead(grade=1, **seen),
        events.BadgeRead(person_id=b"p" * 16, **seen),
        events.BinRead(bin_id=shelf, **seen),
        events.ToteRead(tote_id=tote_id("0413"), **seen),
        events.CartRead(cart_id=b"c" * 16, **seen),
        events.BoxTypeRead(box_type_id=bench.read(boxes)[1].id, **seen),
        events.OrderRead(order_id=order_id("10483"), **seen),
        events.OrderRead(order_id=order_id("0"), **seen),
        events.StationRead(station_id=HERE.station_id, tray=True, **seen),
        *(events.ItemRead(sku_id=sku(name), **seen) for name in ("MUG", "BAG")),
        events.ParcelRead(parcel_id=b"y" * 16, **seen),
        events.UnknownRead(**seen),
        events.UnknownRead(reason="check", **seen),
    ]
    others: list[object] = [
        *(events.LoadSettled(g, at, now) for g in (0, 300, 5000)),
        events.Answered(b"r" * 16, "pack", {}),
        events.Answered(b"r" * 16, "numbers", {}),
        events.AskFailed(b"r" * 16, "pack"),
        events.Refreshed(frozenset({"parcel"})),
        *(events.PrintChanged(b"j" * 16, state) for state in ("sent", "printed", "failed")),
        events.Weight(300, True, "scale", at, now),
    ]
    return reads + others


@pytest.mark.parametrize("stand", STANDS)
def test_every_event_in_every_step_is_answered(tmp_path: Path, stand: str) -> None:
    # given a bench in this step, and another order beside it
    bench = PackBench(tmp_path)
    STANDS[stand](bench)
    bench.order("10483", ("TEA", 1), tote="0413")
    assert bench.view.kind == stand.split(" ")[0]

    # when any event comes (nothing is committed, so each meets the same bench)
    for event in every_event(bench):
        before = bench.bench.state
        bench.bench.shown = None
        bench.bench._last = None
        with station_write(bench.database) as session:
            bench.session = session
            outcome = bench.bench.handle(event)
            bench.session = None

        # then a read is accepted or refused with a name, and nothing else happens to the state
        assert bench.bench.state is before
        if isinstance(event, events.Read):
            assert outcome.accepted is not None
            assert bool(outcome.refused) is (outcome.accepted is False)
        else:
            assert not outcome.refused
    bench.database.close()


@pytest.mark.parametrize("stand", STANDS)
def test_what_a_screen_offers_is_accepted(tmp_path: Path, stand: str) -> None:
    """Each action has a handler, and each code that is wanted is really wanted (R4)."""
    bench = PackBench(tmp_path)
    STANDS[stand](bench)
    bench.order("10483", ("TEA", 1), tote="0413")
    view: View = bench.view
    codes = [command_code(a.command) for a in view.actions if a.command not in ("HELP", "UNDO")]
    codes += [w.code for w in view.wanted if w.code]
    assert len(view.actions) <= 4
    assert codes

    for code in codes:
        bench.bench.shown, bench.bench._last = None, None
        bench.clock.advance(1)
        scan = events.Scan(code, "gun", bench.clock.now(), bench.clock.mono_ns(), 1)
        with station_write(bench.database) as session:
            bench.session = session
            outcome = bench.bench.handle(meaning(session, scan))
            bench.session = None
        assert outcome.accepted or outcome.refused == "ScaleRestless", (stand, code, outcome.refused)
    bench.database.close()


def test_every_step_can_be_reached_and_left() -> None:
    leads_to = {to for cell in Pack.table.values() for to in cell.to}
    assert leads_to == set(Step)
    assert {step for step, _ in Pack.table} == set(Step)


CODES = [
    tote_code("0412"), tote_code("0413"), gtin("MUG"), gtin("TEA"), gtin("CANDLE"), gtin("BAG"), "14006381333938",
    *(command_code(w) for w in ("UNDO", "CLEAR", "BOX", "CHANGE", "NEWBOX", "VOID", "REPRINT", "PARK", "HOLD", "DONE")),
    *(own_code(c) for c in ("QTY2", "QTY3", "OPT1", "OPT2", "RSN2", "RSN7", "BXL", "LPROBLEM1", "STRAY02", "O10482")),
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(CODES), st.sampled_from(["load", "label", "light", "off"])), max_size=30))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_sequence_of_scans_makes_units_or_labels_out_of_nothing(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    # given two orders, and any sequence of scans and loads (the kit folds again after every event)
    bench = PackBench(tmp_path_factory.mktemp("walk"))
    bench.order("10482", ("MUG", 2), ("CANDLE", 3), tote="0412")
    bench.order("10483", ("MUG", 1), ("TEA", 1), tote="0413")
    for step in (tote_code("0412"), *steps):
        if step == "load":
            outcome = bench.load(300) if not bench.bench.state.boxed else _filled(bench)
        elif step in ("light", "off"):
            outcome = bench.load(3 if step == "light" else 333)
        elif step == "label":
            label = bench.bench.state.label
            outcome = bench.scan(label.tracking if label else "123")
        else:
            outcome = bench.scan(step)
        if outcome.ends:
            bench.open_task()

    # then units are where they were or in a box, no box has more than its order, and every number is its own
    on_hand: dict[bytes, int] = {}
    for row in bench.rows(Stock):
        on_hand[row["sku_id"]] = on_hand.get(row["sku_id"], 0) + row["on_hand"]
    assert on_hand[sku("CANDLE")] == 3
    assert all(row["on_hand"] >= 0 for row in bench.rows(Stock))
    boxed: dict[bytes, int] = {}
    for row in bench.rows(ParcelLine):
        boxed[row["order_line_id"]] = boxed.get(row["order_line_id"], 0) + row["quantity"]
    assert all(0 <= units <= 3 for units in boxed.values())
    serials = [p["serial"] for p in bench.rows(Parcel) if p["serial"]]
    assert len(serials) == len(set(serials))
    closed = {p["id"] for p in bench.rows(Parcel) if p["state"] == "closed"}
    confirmed = {j["parcel_id"] for j in bench.rows(PrintJob) if j["state"] == "confirmed"}
    assert closed == confirmed
    bench.database.close()


def _filled(bench: PackBench) -> Outcome:
    bench.fill()
    return bench.outcomes[-1]
