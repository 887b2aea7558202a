"""Whatever arrives when: the ledger is the balances, and a counted bin ends at what lay in it."""

from __future__ import annotations

import inspect
import random
import re
import threading
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db import central_write, reading, station_write
from app.facts import Fact, kinds
from app.ids import new_id
from app.inventory.facts import Counted, Moved, StatusChanged
from app.inventory.queries import differences
from app.inventory.service import CONSEQUENCES, consume_reservation, follow_goods, release_reservation, reserve_units
from app.inventory.service.counting import judge_count
from app.models import Reservation, Stock
from app.picking.facts import Picked
from app.sync.applier import rooms
from app.sync.station import Cause, record
from app.work.service import record_here
from tests.inventory.dock import ANA, BEN, MIA, Hand, Site, bin_id, sku_id, tote_id

PLACES = ("A-01-A", "A-02-A")
SKUS = ("MUG", "TEA")
pytestmark = pytest.mark.filterwarnings("error")


class World:
    """What really lies where, and three stations that tell of it in their own time."""

    def __init__(self, folder: Path, books: dict[tuple[str, str], int], truth: dict[tuple[str, str], int]) -> None:
        self.site = Site(folder)
        self.hands = [self.site.hand(f"S{i}", person) for i, person in enumerate((ANA, BEN, MIA))]
        rows = [f"{sku},{place},{units}" for (sku, place), units in books.items() if units]
        if rows:
            self.site.stocked(*rows)
        self.truth = Counter(truth)
        self.counted: set[tuple[str, str]] = set()

    def tell(self, station: int, *facts: Fact) -> None:
        """A station records what happened there just now."""
        hand: Hand = self.hands[station]
        self.site.clock.advance(7)
        self.site.groups += 1
        person = hand.desk.operator
        assert person is not None
        with station_write(hand.database) as session:
            record(session, facts, Cause(self.site.clock.now(), person.person_id, new_id(), self.site.groups))

    def move(self, station: int, sku: str, source: str, target: str, units: int) -> None:
        units = min(units, self.truth[sku, source])
        if units > 0 and source != target:
            self.truth[sku, source] -= units
            self.truth[sku, target] += units
            self.tell(station, Moved(sku_id(sku), bin_id(source), bin_id(target), units))

    def pick(self, station: int, sku: str, source: str, units: int) -> None:
        units = min(units, self.truth[sku, source])
        if units > 0:
            self.truth[sku, source] -= units
            self.tell(station, Picked(new_id(), new_id(), 1, sku_id(sku), bin_id(source), "", units, tote_id("T-01")))

    def count(self, one: int, other: int, place: str, sku: str) -> None:
        """Two people count what lies there; `sku` "" for all of it."""
        fact = self.observed(place, sku)
        for station in (one, other):
            self.tell(station, fact)

    def observed(self, place: str, sku: str) -> Counted:
        """What somebody sees who looks there now."""
        here = [(s, self.truth[s, place]) for s in SKUS if not sku or s == sku]
        seen = [(s, n) for s, n in here if n]
        self.counted |= {(s, place) for s, _ in here}
        return Counted(
            new_id(), bin_id(place), sku_id(sku) if sku else b"", tuple(sku_id(s) for s, _ in seen),
            tuple("" for _ in seen), tuple("good" for _ in seen), tuple(n for _, n in seen),
        )  # fmt: skip

    def hear(self, station: int) -> None:
        """What a station has recorded so far arrives."""
        self.site.clock.advance(1)
        self.hands[station].push()

    def lose_patience(self) -> None:
        """So much time goes by that central decides with what it knows."""
        self.site.clock.advance(20 * 60)
        self.site.tend()


station = st.integers(0, 2)
act = st.one_of(
    st.tuples(st.just("move"), station, st.sampled_from(SKUS), st.sampled_from(PLACES), st.sampled_from(PLACES),
              st.integers(1, 4)),
    st.tuples(st.just("pick"), station, st.sampled_from(SKUS), st.sampled_from(PLACES), st.integers(1, 3)),
    st.tuples(st.just("count"), station, st.integers(1, 2), st.sampled_from(PLACES), st.sampled_from(("", "MUG"))),
    st.tuples(st.just("count"), station, st.integers(1, 2), st.just("A-01-A"), st.just("")),
    st.tuples(st.just("hear"), station),
    st.tuples(st.just("lose_patience")),
)  # fmt: skip
heaps = st.fixed_dictionaries({(sku, place): st.integers(0, 5) for sku in SKUS for place in PLACES})


@settings(max_examples=15)
@given(heaps, heaps, st.lists(act, max_size=14), st.permutations((0, 1, 2)))
def test_a_counted_bin_ends_at_the_truth_in_whatever_order_facts_arrive(
    books: dict[tuple[str, str], int], truth: dict[tuple[str, str], int], acts: list[tuple[object, ...]],
    last: list[int],
) -> None:  # fmt: skip
    with TemporaryDirectory(prefix="packbay-test-") as folder:
        world = World(Path(folder), books, truth)
        try:
            for name, *arguments in acts:
                if name == "count":
                    one, step, place, sku = arguments
                    arguments = [one, (int(str(one)) + int(str(step))) % 3, place, sku]
                getattr(world, str(name))(*arguments)
            for number in last:
                world.hear(number)
            world.lose_patience()
            _holds(world)
        finally:
            world.site.close()


def _holds(world: World) -> None:
    booked = world.site.stock()
    for sku, place in world.counted:
        assert booked.get((sku, place, "", "good"), 0) == world.truth[sku, place], (sku, place)
    with reading(world.site.central) as session:
        assert differences(session) == ()
    assert world.site.rows("SELECT state, count(*) FROM count_task WHERE state != 'done' GROUP BY 1") == []
    for hand in world.hands:
        hand.sync()
        assert hand.stock() == booked


def test_what_was_moved_after_the_count_and_is_known_already_is_not_counted(tmp_path: Path) -> None:
    # given one mug too many in the book, two counts, and a mug that is taken away after them and heard of before
    world = World(tmp_path, {("MUG", "A-01-A"): 5}, {("MUG", "A-01-A"): 4})
    world.count(0, 1, "A-01-A", "")
    world.move(0, "MUG", "A-01-A", "A-02-A", 1)
    world.hear(0)
    world.hear(1)
    world.lose_patience()
    assert world.site.stock() == {("MUG", "A-01-A", "", "good"): 3, ("MUG", "A-02-A", "", "good"): 1}
    world.site.close()


def test_a_count_that_is_judged_after_a_later_one_sets_nothing_right_again(tmp_path: Path) -> None:
    # given one mug too many in the book, counted by two people, and once more later by two others
    world = World(tmp_path, {("MUG", "A-01-A"): 5}, {("MUG", "A-01-A"): 4})
    world.count(0, 1, "A-01-A", "")
    fact = world.observed("A-01-A", "MUG")
    for person in (MIA, ANA):
        world.hands[2].desk.operator = person
        world.tell(2, fact)

    # when the later ones arrive first
    for number in (2, 0, 1):
        world.hear(number)
    world.lose_patience()

    # then one mug is taken off the book, not two
    assert world.site.stock() == {("MUG", "A-01-A", "", "good"): 4}
    world.site.close()


def test_a_pick_from_before_the_count_that_arrives_after_it_is_not_taken_twice(tmp_path: Path) -> None:
    """The story behind the property: an offline picker, a count, a decision, and then the picker's facts."""
    # given five mugs by the book and in truth, of which an offline picker takes two
    world = World(tmp_path, {("MUG", "A-01-A"): 5}, {("MUG", "A-01-A"): 5})
    world.pick(0, "MUG", "A-01-A", 2)

    # when the other three are counted by two people and central decides without having heard of the picker
    world.count(1, 2, "A-01-A", "")
    world.hear(1)
    world.hear(2)
    assert world.site.stock() == {("MUG", "A-01-A", "", "good"): 3}

    # then the late pick moves its mugs into the tote and takes none from the bin
    world.hear(0)
    assert world.site.stock() == {("MUG", "A-01-A", "", "good"): 3, ("MUG", "tote T-01", "", "good"): 2}
    world.site.close()


def test_every_fact_that_moves_stock_in_bins_is_held_against_counts() -> None:
    """A new stage whose facts move stock is told to central here, or says that it moves none in bins."""
    rooms()
    moving = {
        kind
        for kind, cls in kinds().items()
        if cls.__module__.startswith("app.") and re.search(r"\b(move|transfer)\(", inspect.getsource(cls))
    }
    between_totes_and_parcels = {"Packed", "ShortAtPack", "Unpacked"}
    by_central = {"StockSet", "Adjusted"}
    assert moving - between_totes_and_parcels - by_central <= set(CONSEQUENCES)


# ---- promises under eight threads -----------------------------------------------------------------------------------


BINS = ("A-01-A", "A-02-A", "B-01-A")


class Busy:
    """Eight people who promise, take, give back, move, break and count the same few mugs at once."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site, self.random = site, random.Random(seed)
        self.lines: list[bytes] = []

    def work(self) -> None:
        acts = (self.reserve, self.reserve, self.consume, self.release, self.move, self.damage, self.count)
        for _ in range(12):
            self.random.choice(acts)()

    def reserve(self) -> None:
        line = new_id()
        with central_write(self.site.central) as session:
            if reserve_units(session, line_id=line, sku_id=sku_id("MUG"), quantity=self.random.randint(1, 3),
                             now=self.site.clock.now()):  # fmt: skip
                self.lines.append(line)

    def consume(self) -> None:
        with central_write(self.site.central) as session:
            for promise in session.query(Reservation).filter(Reservation.line_id.in_(self.lines)).limit(1).all():
                place, lot, units = promise.place_id, promise.lot, promise.quantity
                gone = Moved(promise.sku_id, place, tote_id("T-01"), units, lot)
                consume_reservation(
                    session, line_id=promise.line_id, sku_id=promise.sku_id, place_id=place, lot=lot, quantity=units
                )
                record_here(session, (gone,), now=self.site.clock.now())

    def release(self) -> None:
        if self.lines:
            with central_write(self.site.central) as session:
                release_reservation(session, line_id=self.random.choice(self.lines))

    def move(self) -> None:
        source, target = self.random.sample(BINS, 2)
        with central_write(self.site.central) as session:
            row = session.get(Stock, (sku_id("MUG"), bin_id(source), "", "good"))
            if row is not None and row.on_hand > 0:
                units, now = self.random.randint(1, row.on_hand), self.site.clock.now()
                moved = Moved(sku_id("MUG"), bin_id(source), bin_id(target), units)
                record_here(session, (moved,), now=now)
                follow_goods(
                    session, sku_id=sku_id("MUG"), place_id=bin_id(source), lot="", now=now, to_place_id=bin_id(target)
                )

    def damage(self) -> None:
        place = self.random.choice(BINS)
        with central_write(self.site.central) as session:
            row = session.get(Stock, (sku_id("MUG"), bin_id(place), "", "good"))
            if row is not None and row.on_hand > 0:
                now = self.site.clock.now()
                record_here(session, (StatusChanged(sku_id("MUG"), bin_id(place), 1),), now=now)
                follow_goods(session, sku_id=sku_id("MUG"), place_id=bin_id(place), lot="", now=now)

    def count(self) -> None:
        place, seen = self.random.choice(BINS), self.random.randint(0, 6)
        count_id = new_id()
        fact = Counted(count_id, bin_id(place), sku_id("MUG"), (sku_id("MUG"),), ("",), ("good",), (seen,))
        with central_write(self.site.central) as session:
            for _ in range(2):
                record_here(session, (fact,), now=self.site.clock.now(), person_id=new_id())
                judge_count(session, count_id=count_id, now=self.site.clock.now())


@pytest.mark.parametrize("seed", range(2))
def test_eight_threads_never_promise_what_is_not_there(site: Site, seed: int) -> None:
    site.stocked(*(f"MUG,{place},8" for place in BINS))
    people = [Busy(site, seed * 8 + i) for i in range(8)]
    failed: list[BaseException] = []

    def work(person: Busy) -> None:
        try:
            person.work()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert site.rows("SELECT place FROM v_stock WHERE reserved > 0 AND reserved > on_hand") == []
    with reading(site.central) as session:
        assert differences(session) == ()
