"""What hands do, step by step. Each job is a generator: it yields one act at a time and is told what came of it.

Hands read the mirror of their station and nothing else; what they do to goods and totes is true whatever anybody's
books say. A tote is in one pair of hands at a time (`Hands.totes`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from app.facts import Fact
from app.ids import stable_id
from app.inventory.facts import Counted, Moved, ReceiptClosed, ReceiptOpened, Received
from app.packing.facts import LabelMade, Packed, PackOpened, ParcelClosed, ParcelWeighed
from app.packing.queries.tariffs import numbers
from app.picking.facts import Dropped, Picked, PutBack, PutBackBegun, PutBackDone, Shorted, ToteBound, TourStarted
from app.workflow import Recorded
from tests.simulation import site
from tests.simulation.station_end import StationEnd

LEASE_S = 12 * 3_600
"""So long a claim holds, whatever any clock says."""


@dataclass(frozen=True)
class Do:
    """Facts of one scan. Answered with what was recorded, nothing where the program does not allow it (any more)."""

    facts: tuple[Fact, ...] = ()
    voids: tuple[bytes, ...] = ()
    only_if: Callable[[], bool] = lambda: True


@dataclass(frozen=True)
class AskFor:
    """A question to central. Answered with the answer's body, whenever that comes."""

    kind: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Rest:
    """Nothing to do just now."""


Job = Generator[Do | AskFor | Rest, Any, None]


@dataclass
class Hands:
    """What is true on the floor whatever the books say."""

    totes: set[bytes] = field(default_factory=set)
    """Totes that somebody has in hand."""
    emptied: set[bytes] = field(default_factory=set)
    """Orders whose units left their totes: whoever sees such a tote sees that it is empty."""
    serials: int = 0
    newest: dict[bytes, str] = field(default_factory=dict)
    """The serial number that was picked last, by SKU."""
    again: int = 0
    """On so many of the next units stands the number that stands on the one before."""


@dataclass
class Worker:
    """Somebody at a station: who, what in which order, and the dice of this person."""

    station: StationEnd
    person: bytes
    dice: Random
    hands: Hands
    claims: int = 4
    task: bytes = b""
    asked_s: float | None = None
    held: set[bytes] = field(default_factory=set)
    """Totes in these hands."""

    def take(self, tote: bytes) -> None:
        self.held.add(tote)
        self.hands.totes.add(tote)

    def put_down(self, tote: bytes) -> None:
        self.held.discard(tote)
        self.hands.totes.discard(tote)

    def next_serial(self, sku: bytes) -> str:
        """What stands on the next unit; each number stands on one unit, but for labels that were printed twice."""
        hands = self.hands
        if hands.again and sku in hands.newest:
            hands.again -= 1
            return hands.newest.pop(sku)
        hands.serials += 1
        hands.newest[sku] = f"S{hands.serials:06}"
        return hands.newest[sku]

    def new_task(self) -> bytes:
        self.task = self.dice.randbytes(16)
        return self.task


def picker(me: Worker) -> Job:
    """Claims orders and picks them, one after the other."""
    while True:
        me.new_task()
        answer = yield AskFor("claim", {"kind": "pick", "limit": me.claims})
        works = answer.get("work", [])
        if not works:
            yield Rest()
        for work in works:
            yield from pick_order(me, bytes.fromhex(work["id"]), bytes.fromhex(work["lease"]), work["fence"])


def pick_order(me: Worker, work: bytes, lease: bytes, fence: int) -> Job:
    """Walks for one order with one tote."""
    me.new_task()
    disk = me.station.disk
    order = disk.one("SELECT order_id FROM work WHERE id = ? AND fence = ? AND state = 'leased'", work, fence)
    tote = _free_tote(me)
    if order is None or tote is None:
        return
    me.take(tote)
    lines = _open_lines(me, work)
    begun = (
        TourStarted(work, (work,), (order,), (lease,), (fence,), tuple(line[0] for line in lines)),
        ToteBound(tote, work, order, "", fence),
    )
    if not (yield Do(begun, only_if=lambda: _may_begin(me, lease))):
        me.put_down(tote)
        return
    if me.asked_s is not None and me.station.time.now_s - me.asked_s > LEASE_S:
        me.station.findings.append(f"begun-after-lease: {me.station.name} began work {work.hex()[:8]} too late")
    for _ in range(3):
        for line in lines:
            yield from _pick_line(me, work, fence, tote, line)
        lines = _open_lines(me, work)
        if not lines:
            break
    yield Do((Dropped(work, site.bin_id(site.DROP), (work,), (fence,), (tote,), (order,), (work,)),))
    me.put_down(tote)


def _may_begin(me: Worker, lease: bytes) -> bool:
    """Whether the lease still holds by this station's own reckoning."""
    boot, until = next(
        iter(me.station.disk.query("SELECT boot, until_ns FROM own_lease WHERE lease_id = ?", lease)), (None, 0)
    )
    return boot == me.station.boot and me.station.clock.mono_ns() < until


def _pick_line(me: Worker, work: bytes, fence: int, tote: bytes, line: tuple[Any, ...]) -> Job:
    line_id, sku, place, lot, units, serial_tracked = line
    missing = 0
    if me.dice.random() < 0.04:
        missing = me.dice.randint(1, units)
    for more in _portions(units - missing, 1 if serial_tracked else units):
        serial = ""
        if serial_tracked:
            serial = me.next_serial(sku)
        fact = Picked(line_id, work, fence, sku, place, lot, more, tote, serial)
        done: tuple[Recorded, ...] = yield Do((fact,))
        if me.dice.random() < 0.06 and done:
            yield Do(voids=tuple(r.fact_id for r in done))
            yield Do((fact,))
    if missing:
        yield Do((Shorted(line_id, work, fence, units - missing, missing),))


def _portions(units: int, most: int) -> Iterable[int]:
    while units > 0:
        yield min(units, most)
        units -= most


def _free_tote(me: Worker) -> bytes | None:
    rows = me.station.disk.query("SELECT id FROM tote WHERE state = 'free' ORDER BY name")
    free = [row[0] for row in rows if row[0] not in me.hands.totes]
    return me.dice.choice(free) if free else None


def _open_lines(me: Worker, work: bytes) -> list[tuple[Any, ...]]:
    return me.station.disk.query(
        "SELECT l.id, l.sku_id, l.place_id, l.lot, l.quantity - l.picked - l.short, s.serial_tracked FROM pick_line l "
        "JOIN sku s ON s.id = l.sku_id WHERE l.work_id = ? AND l.picked + l.short < l.quantity ORDER BY l.id",
        work,
    )


# ---- packing --------------------------------------------------------------------------------------------------------


def packer(me: Worker) -> Job:
    """Takes dropped totes: packs the order, or puts the units of a cancelled one back."""
    while True:
        me.new_task()
        found = me.station.disk.query(
            "SELECT t.id, t.order_id, b.state, t.work_id FROM tote t JOIN order_brief b ON b.order_id = t.order_id "
            "WHERE t.state IN ('dropped', 'putback') AND b.state IN ('picked', 'cancelled') ORDER BY t.name"
        )
        mine = [row for row in found if row[0] not in me.hands.totes and row[1] not in me.hands.emptied]
        if not mine:
            yield Rest()
            continue
        tote, order, state, work = me.dice.choice(mine)
        me.take(tote)
        if state == "cancelled":
            yield from _put_back(me, tote, order, work)
        else:
            yield from _pack_order(me, tote, order)
        me.put_down(tote)


def _next_number(me: Worker) -> Generator[AskFor, Any, int | None]:
    """The next parcel's number; more of them are asked for where none is left. None when central has none either."""
    for _ in range(3):
        number = me.station.read(numbers, me.station.keeper.station.station_id).next
        if number is not None:
            return int(number)
        yield AskFor("numbers", {"kind": "parcel"})
    return None


def _pack_order(me: Worker, tote: bytes, order: bytes) -> Job:
    yield from _next_number(me)
    disk = me.station.disk
    lines = disk.query(
        "SELECT line_id, sku_id, quantity - short FROM brief_line WHERE order_id = ? ORDER BY position", order
    )
    parcel, slip, label = (me.dice.randbytes(16) for _ in range(3))
    wanted = tuple((line, sku, units, 0, 0) for line, sku, units in lines)
    yield Do((PackOpened(order, parcel, 1, (tote,), wanted, b"", slip),))
    for line, sku, units in lines:
        for lot, there in disk.query(
            "SELECT lot, on_hand FROM stock WHERE sku_id = ? AND place_id = ? AND on_hand > 0 ORDER BY lot", sku, tote
        ):
            take = min(units, there)
            if take > 0:
                units -= take
                done: tuple[Recorded, ...] = yield Do((Packed(parcel, line, sku, take, tote, lot),))
                if me.dice.random() < 0.05 and done:
                    yield Do(voids=tuple(r.fact_id for r in done))
                    yield Do((Packed(parcel, line, sku, take, tote, lot),))
    yield Do((ParcelWeighed(parcel, 900),))
    number = yield from _next_number(me)
    if number is None:
        return
    tracking = f"PB{number:010}"
    made = LabelMade(
        order, parcel, number, tracking, f"{number:018}", "own", "Standard", "1", "4.90", "EUR", 900, label
    )
    yield Do((made,))
    if (yield Do((ParcelClosed(order, parcel, tracking, (tote,)),))):
        me.hands.emptied.add(order)


def _put_back(me: Worker, tote: bytes, order: bytes, work: bytes | None) -> Job:
    disk = me.station.disk
    rows = disk.query("SELECT sku_id, lot, on_hand FROM stock WHERE place_id = ? AND on_hand > 0", tote)
    lines = tuple((sku, lot, site.bin_id(site.RESERVE_BINS[0]), units) for sku, lot, units in rows)
    yield Do((PutBackBegun(tote, order, lines, "dropped"),))
    for sku, lot, place, units in lines:
        yield Do((PutBack(tote, order, sku, place, lot, units),))
    if (yield Do((PutBackDone(tote, order, work or b""),))):
        me.hands.emptied.add(order)


# ---- stock ----------------------------------------------------------------------------------------------------------

STORE = tuple(site.bin_id(name) for name in (*site.PICK_BINS, *site.RESERVE_BINS))


def stocker(me: Worker) -> Job:
    """Moves goods, counts bins, takes deliveries in."""
    acts = (_move, _move, _count, _receive)
    while True:
        me.new_task()
        yield from me.dice.choice(acts)(me)
        yield Rest()


def _some_stock(me: Worker) -> tuple[Any, ...] | None:
    """A balance in a bin by the mirror: (SKU, place, lot, units)."""
    place = me.dice.choice(STORE)
    rows = me.station.disk.query(
        "SELECT sku_id, place_id, lot, on_hand FROM stock WHERE place_id = ? AND status = 'good' AND on_hand > 0 "
        "ORDER BY sku_id, lot",
        place,
    )
    return me.dice.choice(rows) if rows else None


def _move(me: Worker) -> Job:
    found = _some_stock(me)
    if found is not None:
        sku, place, lot, units = found
        to = me.dice.choice([b for b in STORE if b != place])
        yield Do((Moved(sku, place, to, me.dice.randint(1, max(1, units // 4)), lot),))


def _count(me: Worker) -> Job:
    task = me.station.disk.query(
        "SELECT id, place_id, sku_id FROM count_task WHERE state IN ('open', 'again') ORDER BY id LIMIT 1"
    )
    if task:
        count, place, only = task[0]
    else:
        count, place, only = me.dice.randbytes(16), me.dice.choice(STORE), None
    yield Do((counted(me, count, place, only or b""),))


def counted(me: Worker, count: bytes, place: bytes, only: bytes = b"") -> Counted:
    """What somebody sees who looks into a bin: what the mirror says, now and then one unit more or less."""
    rows = me.station.disk.query(
        "SELECT sku_id, lot, status, on_hand FROM stock WHERE place_id = ? AND on_hand > 0 ORDER BY 1, 2, 3",
        place,
    )
    seen = [row for row in rows if not only or row[0] == only]
    off = me.dice.choice((0, 0, 0, 1, -1))
    units = [max(0, row[3] + (off if n == 0 else 0)) for n, row in enumerate(seen)]
    return Counted(
        count, place, only, tuple(r[0] for r in seen), tuple(r[1] for r in seen), tuple(r[2] for r in seen),
        tuple(units),
    )  # fmt: skip


def _receive(me: Worker) -> Job:
    receipt = me.dice.randbytes(16)
    dock = site.bin_id(site.DOCK)
    yield Do((ReceiptOpened(receipt, f"W{receipt.hex()[:8]}", dock, 1),))
    for name in me.dice.sample(site.PLAIN, 2):
        sku, units = site.sku_id(name), me.dice.randint(5, 20)
        line = stable_id("receipt-line", receipt.hex(), name)
        done = yield Do((Received(receipt, line, sku, dock, units),))
        if me.dice.random() < 0.1 and done:
            yield Do(voids=tuple(r.fact_id for r in done))
            yield Do((Received(receipt, line, sku, dock, units),))
        yield Do((Moved(sku, dock, site.bin_id(me.dice.choice(site.places_of(name))), units, "", "good", "put_away"),))
    yield Do((ReceiptClosed(receipt),))


JOBS = {"PICK": picker, "PACK": packer, "STOCK": stocker}
