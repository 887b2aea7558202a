"""A unit that is not in its tote: the rest leaves or waits by the site's word, and the order comes to an end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from app.clock import FakeClock
from app.db import central_write, reading
from app.facts import Fact
from app.ids import stable_id
from app.inventory.facts import StockSet
from app.models import Order, SiteSetting, Work
from app.packing.facts import Packed, PackOpened, ParcelClosed, ShortAtPack
from app.picking.facts import Dropped, Picked, PutBack, PutBackBegun, PutBackDone, Shorted, ToteBound, TourStarted
from app.processing.queries import why_stuck
from app.processing.service import release_hold, settle_rest
from app.processing.service.rest import settle_what_is_left
from app.settings import Home
from app.work.service.claims import claim_work
from app.workflow import Outcome
from tests.packing.kit import PackBench, order_id, tote_code
from tests.sync.sides import (
    B1,
    B2,
    MUG,
    ORDER,
    PICK_MUG,
    PICK_TEA,
    T1,
    T2,
    T3,
    TEA,
    WORK,
    CentralSide,
    StationSide,
    even_sides,
)

LINE_MUG, LINE_TEA = stable_id("line", "1"), stable_id("line", "2")
BOX1, BOX2 = stable_id("box", "1"), stable_id("box", "2")
Floor = tuple[CentralSide, StationSide, StationSide]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """Central and two benches; 3 mugs and 2 tins of one order were picked into tote T1 at the first."""
    central, (here, there) = even_sides(tmp_path, FakeClock(), "PACK02", "PACK03")
    walk = (PICK_MUG, PICK_TEA)
    here.record(TourStarted(WORK, (WORK,), (ORDER,), (b"",), (1,), walk), ToteBound(T1, WORK, ORDER, "", 1))
    here.record(Picked(PICK_MUG, WORK, 1, MUG, B1, "", 3, T1))
    here.record(Picked(PICK_TEA, WORK, 1, TEA, B1, "", 2, T1))
    here.record(Dropped(WORK, B2, (WORK,), (1,), (T1,), (ORDER,), (WORK,)))
    even(here, there)
    yield central, here, there
    for side in (here, there, central):
        side.close()


def even(*stations: StationSide) -> None:
    for _ in range(2):
        for station in stations:
            station.settle()


def site_says(central: CentralSide, partial_shipping: str) -> None:
    with central_write(central.database) as session:
        session.merge(SiteSetting(name="partial_shipping", value=partial_shipping))


def nothing_left_of(central: CentralSide, sku: bytes) -> None:
    central.office(StockSet(sku, B1, 0), StockSet(sku, B2, 0))


def begin_box(at: StationSide, box: bytes = BOX1, number: int = 1, tins: int = 2, mugs: int = 3) -> None:
    lines = tuple(line for line in ((LINE_MUG, MUG, mugs, 0, 0), (LINE_TEA, TEA, tins, 0, 0)) if line[2])
    at.record(PackOpened(ORDER, box, number, (T1,), lines))


def close(at: StationSide, box: bytes, *totes: bytes) -> None:
    at.record(ParcelClosed(ORDER, box, f"PB{box.hex()[:6]}", totes))


def one_tin_is_missing(at: StationSide, *, waits: bool = False) -> None:
    """All but one tin goes into the box, SHORT says that the last is not there, the box leaves."""
    begin_box(at)
    at.record(Packed(BOX1, LINE_MUG, MUG, 3, T1))
    at.record(Packed(BOX1, LINE_TEA, TEA, 1, T1))
    at.record(ShortAtPack(ORDER, BOX1, ((LINE_TEA, TEA, T1, "", 1),), waits=waits))


def pick_the_rest(central: CentralSide, at: StationSide, tote: bytes = T2) -> bytes:
    """Somebody claims the new pick work and brings it; the work."""
    with central_write(central.database) as session:
        claimed = claim_work(session, station_id=at.id, kind="pick", limit=5, now=central.clock.now())
    assert len(claimed) == 1
    even(at)
    ((work, fence),) = central.query("SELECT id, fence FROM work WHERE state = 'leased'")
    ((line, sku, place, units),) = central.query(
        "SELECT id, sku_id, place_id, quantity FROM pick_line WHERE work_id = ?", work
    )
    at.record(TourStarted(work, (work,), (ORDER,), (b"",), (fence,), (line,)), ToteBound(tote, work, ORDER, "", fence))
    at.record(Picked(line, work, fence, sku, place, "", units, tote))
    at.record(Dropped(work, B2, (work,), (fence,), (tote,), (ORDER,), (work,)))
    return bytes(work)


def state(central: CentralSide) -> str:
    with reading(central.database) as session:
        return session.scalar(select(Order.state).where(Order.id == ORDER)) or ""


def stuck(central: CentralSide) -> str:
    with reading(central.database) as session:
        return str(why_stuck(session, ORDER) or "")


def still_open(central: CentralSide) -> list[str]:
    with reading(central.database) as session:
        return [
            w for w in session.scalars(select(Work.state).where(Work.order_id == ORDER)) if w in ("ready", "leased")
        ]


# ---- the rest is somewhere ------------------------------------------------------------------------------------------


def test_a_missing_unit_is_picked_by_somebody_else_and_leaves_in_a_second_box(floor: Floor) -> None:
    # given a box that leaves without a tin, and a site that ships in parts
    central, here, there = floor
    site_says(central, "yes")
    one_tin_is_missing(here)
    close(here, BOX1, T1)
    even(here, there)

    # then the tin is new pick work, and that is the one reason why the order waits
    assert state(central) == "packing"
    assert stuck(central) == (
        "Box 1 is closed, and nobody has taken the pick work of the rest yet. Picker: Scan a free tote or a cart"
    )

    # when the other station brings it and packs it
    pick_the_rest(central, there)
    even(there, here)
    assert stuck(central) == "Picked, nobody packs it yet. Packer: Scan tote T2"
    there.record(PackOpened(ORDER, BOX2, 2, (T2,), ((LINE_MUG, MUG, 0, 0, 0), (LINE_TEA, TEA, 1, 0, 0))))
    there.record(Packed(BOX2, LINE_TEA, TEA, 1, T2))
    close(there, BOX2, T2)
    even(there, here)

    # then the order is over on both sides, its totes are free, and nothing of it is left to do
    assert (state(central), stuck(central), still_open(central)) == ("shipped", "", [])
    assert {s.query("SELECT state FROM order_brief")[0] for s in (here, there)} == {("shipped",)}
    assert central.query("SELECT name, state FROM tote ORDER BY name") == [
        ("T1", "free"),
        ("T2", "free"),
        ("T3", "free"),
    ]


def test_what_was_put_back_although_it_is_wanted_is_picked_again(floor: Floor) -> None:
    # given a tin that a picker brought for the second box, and that was led back to its bin
    central, here, there = floor
    site_says(central, "yes")
    one_tin_is_missing(here)
    close(here, BOX1, T1)
    even(here, there)
    work = pick_the_rest(central, there)
    there.record(PutBackBegun(T2, ORDER, ((TEA, "", B1, 1),), "dropped"), task=b"\x02" * 16)
    there.record(PutBack(T2, ORDER, TEA, B1, "", 1), PutBackDone(T2, ORDER, work), task=b"\x02" * 16)
    even(there, here)

    # then it is pick work once more, for the order still wants it
    assert (state(central), still_open(central)) == ("packing", ["ready"])
    assert central.query("SELECT sum(picked), sum(short) FROM pick_line WHERE sku_id = ?", TEA) == [(1, 2)]


def test_a_box_that_is_not_closed_yet_gets_the_unit_itself(floor: Floor) -> None:
    # given a site that ships nothing in parts, and a box that waits for its tin
    central, here, there = floor
    one_tin_is_missing(here, waits=True)
    even(here, there)
    assert still_open(central) == ["ready"]

    # when somebody brings it
    pick_the_rest(central, there)
    even(there, here)
    here.record(
        PackOpened(ORDER, BOX1, 1, (T1, T2), ((LINE_MUG, MUG, 3, 3, 0), (LINE_TEA, TEA, 2, 1, 0)), resumed=True)
    )
    here.record(Packed(BOX1, LINE_TEA, TEA, 1, T2))
    close(here, BOX1, T1, T2)
    even(here, there)

    assert (state(central), still_open(central)) == ("shipped", [])


# ---- the rest is nowhere --------------------------------------------------------------------------------------------


def test_a_unit_that_is_nowhere_lets_the_rest_leave_where_the_site_says_so(floor: Floor) -> None:
    central, here, there = floor
    site_says(central, "yes")
    nothing_left_of(central, TEA)
    one_tin_is_missing(here)
    close(here, BOX1, T1)
    even(here, there)

    assert (state(central), still_open(central)) == ("shipped", [])
    assert central.query("SELECT quantity, short FROM order_line WHERE id = ?", LINE_TEA) == [(2, 1)]


def test_a_box_without_goods_is_not_needed_and_the_order_waits_for_a_word(floor: Floor) -> None:
    # given a first box that was closed as full, and a second in which nothing can be put
    central, here, there = floor
    begin_box(here)
    here.record(Packed(BOX1, LINE_MUG, MUG, 3, T1), Packed(BOX1, LINE_TEA, TEA, 1, T1))
    close(here, BOX1, T1)
    begin_box(here, BOX2, 2, tins=1, mugs=0)
    nothing_left_of(central, TEA)
    here.record(ShortAtPack(ORDER, BOX2, ((LINE_TEA, TEA, T1, "", 1),), waits=True, empty=True))
    even(here, there)

    # then the order waits, by the site's word, and says for what
    assert state(central) == "packing"
    assert stuck(central) == (
        "Box 1 is closed, and units of TEA are nowhere. Shift lead: Count the bin; or scan order 10001, then RELEASE: "
        "the rest stays away"
    )

    # when the lead lets it go
    with central_write(central.database) as session:
        release_hold(session, order_id=ORDER, now=central.clock.now(), by="Lea", kind="short")
        settle_rest(session, order_id=ORDER, now=central.clock.now())
    even(here, there)

    assert (state(central), stuck(central)) == ("shipped", "")
    assert here.query("SELECT state FROM order_brief") == [("shipped",)]
    assert central.query("SELECT state FROM parcel ORDER BY number") == [("closed",), ("void",)]


def test_a_short_of_the_walk_for_the_second_box_ends_the_order_too(floor: Floor) -> None:
    """The unit was promised from another bin and was not there either: nothing is left to wait for."""
    central, here, there = floor
    site_says(central, "yes")
    one_tin_is_missing(here)
    close(here, BOX1, T1)
    even(here, there)
    with central_write(central.database) as session:
        claim_work(session, station_id=there.id, kind="pick", limit=5, now=central.clock.now())
    nothing_left_of(central, TEA)
    even(there)
    ((work, fence),) = central.query("SELECT id, fence FROM work WHERE state = 'leased'")
    ((line,),) = central.query("SELECT id FROM pick_line WHERE work_id = ?", work)
    facts: tuple[Fact, ...] = (
        TourStarted(work, (work,), (ORDER,), (b"",), (fence,), (line,)), Shorted(line, work, fence, 0, 1),
        Dropped(work, B2, (work,), (fence,), (), (), ()),
    )  # fmt: skip
    for fact in facts:
        there.record(fact)
    even(there, here)

    assert (state(central), still_open(central)) == ("shipped", [])


def test_time_alone_brings_an_order_on_that_nothing_brought_on(floor: Floor, tmp_path: Path) -> None:
    """Whatever left it: a tin that vanished from the book of its tote is missed by the duty, once."""
    central, here, there = floor
    begin_box(here)
    here.record(Packed(BOX1, LINE_MUG, MUG, 3, T1), Packed(BOX1, LINE_TEA, TEA, 1, T1))
    close(here, BOX1, T1)
    even(here, there)
    central.office(StockSet(TEA, T1, 0))
    home = Home(tmp_path)

    assert settle_what_is_left(central.database, central.clock, home) == 1
    assert settle_what_is_left(central.database, central.clock, home) == 0
    assert still_open(central) == ["ready"]


# ---- at the bench ---------------------------------------------------------------------------------------------------


def echoed(outcome: Outcome) -> str:
    return str(outcome.echo.words) if outcome.echo else ""


@pytest.fixture
def bench_with_rest(bench: PackBench) -> PackBench:
    """Two mugs and a soap; the mugs are packed."""
    bench.order("10482", ("MUG", 2), ("SOAP", 1), tote="0412")
    bench.scan(tote_code("0412"))
    bench.item("MUG", 2)
    return bench


def test_short_at_the_bench_lets_the_rest_leave_with_a_new_slip(bench_with_rest: PackBench) -> None:
    with bench_with_rest.write() as session:
        session.merge(SiteSetting(name="partial_shipping", value="yes"))

    outcome = bench_with_rest.card("SHORT")

    assert echoed(outcome) == "1 unit is missing, the rest leaves. A new slip is printing"
    assert bench_with_rest.kinds()[-2:] == ["ShortAtPack", "SlipQueued"]
    assert bench_with_rest.view.kind == "pack.weigh"
    bench_with_rest.fill()
    bench_with_rest.label()
    assert bench_with_rest.view.kind == "pack.closed"


def test_short_at_the_bench_puts_the_order_aside_where_the_site_ships_nothing_in_parts(
    bench_with_rest: PackBench,
) -> None:
    # when nothing may leave in parts
    outcome = bench_with_rest.card("SHORT")

    # then only the shelf is wanted, and the tote does not lead past it
    assert echoed(outcome) == "Order 10482 is not complete. Now scan the problem shelf"
    assert bench_with_rest.view.kind == "pack.shelf"
    assert bench_with_rest.scan(tote_code("0412")).accepted is False

    # and UNDO says that it was there after all
    bench_with_rest.card("UNDO")
    assert bench_with_rest.item("SOAP").accepted


def test_short_before_anything_is_packed_is_refused(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 2), tote="0412")
    bench.scan(tote_code("0412"))

    assert bench.card("SHORT").refused == "NothingThere"
    assert bench.bench.state.order_id == order_id("10482")


# ---- in any order ---------------------------------------------------------------------------------------------------


class Hands:
    """Two stations whose facts come to central whenever chance lets them; what they see is their mirror."""

    def __init__(self, floor: Floor, seed: int) -> None:
        self.central, self.here, self.there = floor
        self.dice, self.boxes, self.claims, self.tasks = Random(seed), 0, 0, 0

    def maybe_even(self) -> None:
        for station in (self.here, self.there):
            if self.dice.random() < 0.5:
                station.settle()

    def task(self) -> bytes:
        self.tasks += 1
        return self.tasks.to_bytes(16)

    def first_box(self) -> None:
        """The box with all but one tin; the missing one is said to be so, or the box is closed without a word."""
        begin_box(self.here)
        self.here.record(Packed(BOX1, LINE_MUG, MUG, 3, T1), Packed(BOX1, LINE_TEA, TEA, 1, T1))
        self.maybe_even()
        if self.dice.random() < 0.6:
            self.here.record(ShortAtPack(ORDER, BOX1, ((LINE_TEA, TEA, T1, "", 1),)))
        self.maybe_even()
        close(self.here, BOX1, T1)

    def carry_on(self) -> bool:
        """One thing that a hand does when it sees it: pick, pack or put back; whether there was any."""
        even(self.here, self.there)
        if ready := self.there.query("SELECT id FROM work WHERE state = 'ready'"):
            assert len(ready) == 1
            self.claims += 1
            pick_the_rest(self.central, self.there, (T2, T3)[self.claims % 2])
            return True
        for tote, units in self.there.query(
            "SELECT t.id, s.on_hand FROM tote t JOIN stock s ON s.place_id = t.id JOIN order_brief b "
            "ON b.order_id = t.order_id WHERE s.on_hand > 0 AND t.state <> 'picking' AND b.state NOT IN ('shipped')"
        ):
            if self.dice.random() < 0.4 and self.tasks < 3:
                task = self.task()
                self.there.record(PutBackBegun(tote, ORDER, ((TEA, "", B1, units),), "dropped"), task=task)
                self.there.record(PutBack(tote, ORDER, TEA, B1, "", units), PutBackDone(tote, ORDER, b""), task=task)
            else:
                self.boxes += 1
                box = stable_id("box", f"more {self.boxes}")
                lines = ((LINE_MUG, MUG, 0, 0, 0), (LINE_TEA, TEA, units, 0, 0))
                self.there.record(PackOpened(ORDER, box, 1 + self.boxes, (tote,), lines))
                self.there.record(Packed(box, LINE_TEA, TEA, units, tote))
                self.maybe_even()
                close(self.there, box, tote)
            return True
        return False


@pytest.mark.parametrize("seed", range(8))
def test_whatever_comes_first_the_order_comes_to_its_end(floor: Floor, tmp_path: Path, seed: int) -> None:
    """Put back although wanted, packed late, told late: while a hand finds something to do the order is not over."""
    central = floor[0]
    site_says(central, "yes")
    hands = Hands(floor, seed)
    hands.first_box()

    rounds = 0
    while hands.carry_on() or settle_what_is_left(central.database, central.clock, Home(tmp_path)):
        rounds += 1
        assert rounds < 30

    even(hands.here, hands.there)
    assert (state(central), stuck(central), still_open(central)) == ("shipped", "", [])
    assert central.query("SELECT sum(l.quantity) FROM parcel_line l JOIN parcel p ON p.id = l.parcel_id "
                         "WHERE p.state = 'closed'") == [(5,)]  # fmt: skip
    assert central.query("SELECT count(*) FROM reservation") == [(0,)]
