"""What the returns bench refuses: it says what it is, why, what to do and what did not happen; nothing changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import events
from app.barcodes import COMMANDS, command_code, own_code
from app.view import ProblemHero
from tests.returns.bench import (
    GTIN,
    ReturnBench,
    Site,
    order_code,
    order_id,
    parcel_id,
    place_code,
    place_id,
    sku,
    tracking,
)
from tests.sync.sides import balances, ledger, mirrored


def _item(bench: ReturnBench) -> None:
    bench.scan(order_code("10482"))


def _grade(bench: ReturnBench) -> None:
    _item(bench)
    bench.item("MUG")


def _place(bench: ReturnBench) -> None:
    _grade(bench)
    bench.grade(1)


def _find(bench: ReturnBench) -> None:
    bench.item("MUG")


def _search(bench: ReturnBench) -> None:
    bench.card("MANUAL")


def _lot(bench: ReturnBench) -> None:
    bench.site.order("5", ("TEA", 2))
    bench.site.ship("5", (1, "TEA", 1, "L1"), (1, "TEA", 1, "L2"))
    bench.scan(order_code("5"))
    bench.item("TEA")


def _serial(bench: ReturnBench) -> None:
    bench.site.order("6", ("CAM", 1))
    bench.site.ship("6", (1, "CAM", 1, "", "S1"))
    bench.scan(order_code("6"))
    bench.item("CAM")


def _parcel(bench: ReturnBench) -> None:
    bench.scan(tracking("10482"))


def _refused(bench: ReturnBench) -> None:
    _parcel(bench)
    bench.own("RSN5")


def _queue(bench: ReturnBench) -> None:
    _refused(bench)
    bench.card("DONE")


def _stray(bench: ReturnBench) -> None:
    bench.item("VASE")
    bench.card("DONE")
    bench.grade(2)


def _closed(bench: ReturnBench) -> None:
    _queue(bench)
    bench.put("Quarantine")


STANDS: dict[str, Callable[[ReturnBench], None]] = {
    "start": lambda bench: None, "find": _find, "search": _search, "item": _item, "parcel": _parcel,
    "refused": _refused, "lot": _lot, "serial": _serial, "grade": _grade, "place": _place, "queue": _queue,
    "stray": _stray, "closed": _closed,
}  # fmt: skip


def every_event(bench: ReturnBench) -> list[object]:
    """One of each kind of event, as the runner could send it, of things that exist and of some that do not."""
    at, now = bench.clock.now(), bench.clock.mono_ns()
    seen = {"text": "x", "at": at, "mono_ns": now + 2_000_000_000, "device": "gun"}
    reads: list[object] = [
        *(events.CommandRead(word=word, **seen) for word in COMMANDS),
        *(events.QuantityRead(units=n, **seen) for n in (0, 1, 2, 99)),
        *(events.ChoiceRead(choice=n, **seen) for n in (0, 1, 9)),
        *(events.ReasonRead(reason=n, **seen) for n in (1, 5, 6)),
        *(events.GradeRead(grade=n, **seen) for n in (0, 1, 2, 3, 4, 5)),
        *(events.KeyRead(key=k, **seen | {"text": ""}) for k in ("a", "BACK", "ENTER")),
        events.BadgeRead(person_id=b"p" * 16, **seen),
        *(events.BinRead(bin_id=place_id(name), **seen) for name in ("A-01-A", "Scrap", "Quarantine")),
        events.ToteRead(tote_id=b"t" * 16, **seen),
        events.OrderRead(order_id=order_id("10482"), **seen),
        events.OrderRead(order_id=order_id("0"), **seen),
        events.StationRead(station_id=bench.station.id, tray=True, **seen),
        *(events.ItemRead(sku_id=sku(name), **seen) for name in ("MUG", "CAM", "TEA", "VASE")),
        events.ItemRead(sku_id=sku("MUG"), units=6, **seen),
        events.ParcelRead(parcel_id=parcel_id("10482"), **seen),
        events.ParcelRead(parcel_id=b"y" * 16, **seen),
        events.ReturnRead(return_id=b"r" * 16, **seen),
        events.UnknownRead(**seen),
        events.UnknownRead(reason="check", **seen),
    ]
    others: list[object] = [
        events.Answered(b"r" * 16, "shipped_story", {}),
        events.Answered(b"r" * 16, "return_orders", {"orders": []}),
        events.Answered(b"r" * 16, "whose_serial", {"number": "1"}),
        events.AskFailed(b"r" * 16, ""),
        events.Refreshed(frozenset({"return_case"})),
        events.LoadSettled(300, at, now),
    ]
    return [r for r in reads if not _needs_a_row(r)] + others


def _needs_a_row(read: object) -> bool:
    """Reads of things that the table `code` would never name because they do not exist here."""
    return isinstance(read, events.BadgeRead | events.ToteRead)


@pytest.mark.parametrize("stand", STANDS)
def test_every_event_in_every_step_is_answered(site: Site, stand: str) -> None:
    # given a bench in this step
    bench = ReturnBench(site)
    STANDS[stand](bench)
    bench.online = False
    with bench.station.keeper.look() as look, bench.desk.within(look):
        state = bench.bench.state
        for event in every_event(bench):
            # when anything happens, then it is accepted, refused in words, or nothing to it: never a crash
            bench.bench.shown = None
            bench.bench._last = bench.bench._counted = None
            bench.bench.state = state
            bench.bench.gate = None
            outcome = bench.bench.handle(event)
            if outcome.accepted is False:
                hero = bench.bench.view(outcome).hero
                assert isinstance(hero, ProblemHero)
                assert hero.what
                assert hero.do
                assert outcome.facts == ()


@pytest.mark.parametrize("stand", STANDS)
def test_every_screen_names_its_next_scan_and_four_acts_at_most(site: Site, stand: str) -> None:
    bench = ReturnBench(site)
    STANDS[stand](bench)
    view = bench.view
    assert not isinstance(view.hero, ProblemHero)
    assert str(view.hero.imperative)
    assert len(view.actions) <= 4
    assert {action.command for action in view.actions} <= set(COMMANDS)
    for wanted in view.wanted:
        assert bench.scan(wanted.code).accepted is not False, wanted
        break


CODES = st.sampled_from(
    [
        order_code("10482"), tracking("10482"), GTIN["MUG"], GTIN["SOAP"], GTIN["CAM"], own_code("GRD1"),
        own_code("GRD3"), own_code("QTY2"), own_code("OPT1"), own_code("RSN5"), place_code("A-01-A"),
        place_code("A-03-A"), place_code("Scrap"), place_code("Quarantine"), command_code("DONE"),
        command_code("UNDO"), command_code("CHANGE"), command_code("CLEAR"), "nobody-knows",
    ]
)  # fmt: skip


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(scans=st.lists(CODES, max_size=14))
def test_no_sequence_of_scans_brings_back_more_than_left(
    tmp_path_factory: pytest.TempPathFactory, scans: list[str]
) -> None:
    from tests.returns.bench import shipped_site

    # given a return, and any scans in any order
    site = Site(tmp_path_factory.mktemp("any"), shipped_site())
    bench = ReturnBench(site)
    for code in scans:
        bench.scan(code)
        if bench.ended or bench.opened:
            bench.open_task()
            bench.opened.clear()

    # then no line is back beyond what left, nothing is paid twice, and both sides agree
    back = bench.station.query("SELECT sku_id, sum(quantity) FROM return_item GROUP BY order_line_id")
    assert all(units <= {sku("MUG"): 2, sku("SOAP"): 1}[name] for name, units in back)
    assert sum(float(amount) for _, amount in site.refunds()) <= 40.15 + 1e-9
    assert ledger(site.central.path) == balances(site.central.path) == balances(bench.station.path)
    assert mirrored(bench.station.path) == mirrored(site.central.path)
    assert site.query("SELECT reason FROM fact_status") == []
    site.close()


# ---- by name --------------------------------------------------------------------------------------------------------


def test_more_than_was_shipped_is_refused_with_the_way(bench: ReturnBench) -> None:
    _item(bench)
    bench.item("MUG")
    bench.own("QTY3")
    problem = bench.problem
    assert (problem.name, str(problem.why)) == ("MoreThanShipped", "Of 2 that were shipped 2 are not back.")
    assert [str(do) for do in problem.do] == ["Put it aside and scan RETURN", "Then scan it: it goes to quarantine"]
    assert str(problem.unchanged) == "Nothing came back by this scan."
    bench.card("UNDO")
    bench.scan("14006381333938")
    assert bench.problem.name == "MoreThanShipped"


def test_what_is_back_does_not_come_back_again(bench: ReturnBench) -> None:
    _item(bench)
    bench.item("SOAP")
    bench.grade(1)
    bench.put("A-03-A")
    bench.item("SOAP")
    assert str(bench.problem.why) == "1 was shipped, and it is back."


def test_an_order_that_is_all_back_is_not_opened(bench: ReturnBench) -> None:
    _closed(bench)
    bench.open_task()
    bench.scan(order_code("10482"))
    assert bench.problem.name == "AllBack"


def test_four_kinds_of_wrong_scans_have_four_messages(bench: ReturnBench) -> None:
    _item(bench)
    names = []
    for code in (place_code("Scrap"), GTIN["CAM"], own_code("GRD1"), "nobody-knows"):
        bench.scan(code)
        names.append(bench.problem.name)
    assert names == ["NotBin", "NotOfThisOrder", "GradeWithoutItem", "UnknownCode"]


@pytest.mark.parametrize(
    ("stand", "code", "name"),
    [
        ("grade", GTIN["SOAP"], "GradeFirst"),
        ("grade", order_code("10482"), "GradeFirst"),
        ("place", GTIN["SOAP"], "PutAwayFirst"),
        ("queue", GTIN["SOAP"], "PutAwayFirst"),
        ("item", own_code("QTY2"), "QuantityWithoutItem"),
        ("grade", own_code("QTY0"), "NoUnits"),
        ("grade", own_code("GRD7"), "NoSuchGrade"),
        ("item", own_code("RSN5"), "ParcelFirst"),
        ("parcel", own_code("RSN1"), "NoSuchReason"),
        ("refused", own_code("RSN6"), "BegunAlready"),
        ("item", command_code("DONE"), "NothingCameBack"),
        ("find", own_code("OPT7"), "NoSuchChoice"),
        ("lot", own_code("OPT9"), "NoSuchChoice"),
        ("start", command_code("SHORT"), "NotCommand"),
        ("item", order_code("10482")[:-1] + "X", "DamagedCode"),
    ],
)
def test_each_refusal_has_its_name(bench: ReturnBench, stand: str, code: str, name: str) -> None:
    STANDS[stand](bench)
    bench.scan(code)
    assert bench.problem.name == name


def test_the_parcel_that_came_back_is_shown_before_the_reason(bench: ReturnBench) -> None:
    _item(bench)
    assert bench.own("RSN5").accepted is False
    assert bench.scan(tracking("10482")).accepted is True
    assert bench.own("RSN5").accepted is True
