"""The floor itself: orders cancelled under a hand, books that are wrong, facts that nobody can read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing

from app.inventory.facts import Counted, Moved
from app.work.facts import SignedIn
from tests.simulation import site
from tests.simulation.faults import fault
from tests.simulation.world import Bench, World


@fault("cancel against offline pick", 2)
def cancelled_under_a_hand(world: World) -> bool | None:
    """Counts when an order was cancelled at central while facts about its units lay at a station."""
    for bench in world.online():
        station = bench.station
        if not world.unacked(station):
            world.some_facts(bench)
        rows = station.disk.query(
            "SELECT w.order_id FROM work w "
            "JOIN fact f ON f.kind = 'Picked' AND f.data LIKE '%' || lower(hex(w.id)) || '%' "
            "JOIN outbox o ON o.fact_id = f.fact_id AND o.acked_at IS NULL "
            "WHERE w.state = 'leased' ORDER BY w.id LIMIT 1"
        )
        if rows and world.cancel(rows[0][0]):
            return True
    return False


@fault("negative stock", 2)
def negative_stock(world: World) -> bool:
    """Counts when central's book of a place fell below nought because a hand took more than it said."""
    bench = world.someone_online()
    if bench is None:
        return False
    rows = bench.station.disk.query(
        "SELECT sku_id, place_id, lot, on_hand FROM stock WHERE status = 'good' AND on_hand BETWEEN 1 AND 200 "
        "AND reserved = 0 AND place_id IN (SELECT id FROM bin WHERE type IN ('pick', 'reserve')) ORDER BY 1, 2, 3"
    )
    if not rows:
        return False
    sku, place, lot, units = world.dice.choice(rows)
    taken = Moved(sku, place, site.bin_id(site.RESERVE_BINS[1]), units + world.dice.randint(1, 4), lot)
    if place == taken.to_place_id:
        return False
    world.record(bench, taken)
    bench.station.try_round()
    world.work()
    below = world.central.disk.one("SELECT on_hand FROM stock WHERE sku_id = ? AND place_id = ? AND lot = ?"
                                   " AND status = 'good'", sku, place, lot)  # fmt: skip
    return below is not None and below < 0


@fault("count against late movements", 2)
def late_count(world: World) -> bool:
    """Counts when a movement from before a count reached central after it."""
    two = world.two_online()
    if two is None:
        return False
    mover, counter = two
    rows = mover.station.disk.query(
        "SELECT sku_id, place_id, lot FROM stock WHERE status = 'good' AND on_hand > 5 AND reserved = 0 "
        "AND place_id IN (SELECT id FROM bin WHERE type IN ('pick', 'reserve')) ORDER BY 1, 2, 3"
    )
    if not rows:
        return False
    sku, place, lot = world.dice.choice(rows)
    to = site.bin_id(site.RESERVE_BINS[2])
    if to == place:
        return False
    mover.station.try_round()
    [moved] = world.record(mover, Moved(sku, place, to, 2, lot)) or [None]
    world.wait(60)
    units = counter.station.disk.one(
        "SELECT on_hand FROM stock WHERE sku_id = ? AND place_id = ? AND lot = ? AND status = 'good'", sku, place, lot
    )
    seen = Counted(world.dice.randbytes(16), place, sku, (sku,), (lot,), ("good",), (max(0, (units or 0) - 2),))
    world.record(counter, seen)
    counter.station.try_round()
    world.work()
    known = "SELECT COUNT(*) FROM count_task WHERE id = ?"
    counted_first = moved is not None and world.central.disk.one(known, seen.count_id)
    known = "SELECT COUNT(*) FROM movement WHERE fact_id = ?"
    late = counted_first and not world.central.disk.one(known, moved.fact_id)
    mover.station.try_round()
    world.work()
    return bool(late)


@fault("serial number picked twice", 1)
def serial_twice(world: World) -> bool | None:
    """Counts when central tells people of one more serial number that two hands picked."""
    world.hands.again += 1
    world.orders_come(1, of=site.SERIALS)
    return None  # the office counts what it was told, each night


POISON = {
    "a word for a number": lambda body: body | {"quantity": "many"},
    "no units": lambda body: {k: v for k, v in body.items() if k != "quantity"},
    "an id that is none": lambda body: body | {"sku_id": "xyz"},
    "half an id": lambda body: body | {"sku_id": "abc"},
    "a list for an id": lambda body: body | {"place_id": ["00"]},
    "nothing for an id": lambda body: body | {"place_id": None},
    "a number for an id": lambda body: body | {"to_place_id": 7},
    "more units than a column holds": lambda body: body | {"quantity": 2**70},
    "a fraction": lambda body: body | {"quantity": 1.5},
    "true for a lot": lambda body: body | {"lot": {"a": 1}},
    "no body": lambda body: None,
    "a list for a body": lambda body: [1, 2],
    "a word for a body": lambda body: "gone",
}
READABLE = "more units than a column holds"
"""What was done here as well, and what central can tell the rows of: it says how they are without it."""
ENVELOPES = {
    "no envelope": lambda text: "?",
    "half of it": lambda text: text[: len(text) // 2],
    "an empty text": lambda text: "",
    "a number": lambda text: "12",
    "no time": lambda text: text.replace('"at":"2', '"at":"x'),
    "no actor": lambda text: text.replace('"actor":"', '"actor":"zz'),
    "no group": lambda text: text.replace('"group":', '"grroup":'),
}


@fault("poison fact", 3)
def poison(world: World) -> bool:
    """Counts when central set a fact aside that it can't read or write."""
    bench = world.someone_online()
    if bench is None:
        return False
    moved = Moved(site.sku_id("SKU-01"), site.bin_id("A-01"), site.bin_id("A-02"), 1)
    kind = world.dice.choice([*POISON, *ENVELOPES, *[READABLE] * 12])
    done = world.record(bench, moved if kind == READABLE else SignedIn(bench.worker.person))
    if not done:
        return False
    _spoil(world, bench, done[0].fact_id, kind, moved.body())
    world.told.poison.add(done[0].fact_id)
    world.settle_one(bench)
    sql = "SELECT COUNT(*) FROM fact_status WHERE fact_id = ? AND status = 'quarantine'"
    return bool(world.central.disk.one(sql, done[0].fact_id))


@fault("disk error while poison is told apart", 1)
def disk_error(world: World) -> bool:
    """Counts when facts were applied one by one, as one of them is poison, and central's disk failed in the middle."""
    bench = world.someone_online()
    if bench is None:
        return False
    signed = SignedIn(bench.worker.person)
    done = world.record(bench, signed)
    if not done:
        return False
    _spoil(world, bench, done[0].fact_id, "no units", {})
    world.told.poison.add(done[0].fact_id)
    moved = Moved(site.sku_id("SKU-02"), site.bin_id("A-02"), site.bin_id("A-03"), 1)
    world.record(bench, *[moved] * 4)
    bench.station.try_round()
    disk = world.central.disk
    disk.errs_in = world.dice.randint(6, 20)
    world.work()
    erred, disk.errs_in = disk.errs_in is None, None
    world.work()
    return erred


@fault("station newer than central", 2)
def newer_station(world: World) -> bool:
    """Counts when central kept a fact of a kind that it does not know."""
    bench = world.someone_online()
    if bench is None:
        return False
    done = world.record(bench, SignedIn(bench.worker.person))
    if not done:
        return False
    _spoil(world, bench, done[0].fact_id, "", {"person_id": "00", "mood": "good"}, kind="MoodNoted")
    world.told.poison.add(done[0].fact_id)
    world.settle_one(bench)
    sql = "SELECT COUNT(*) FROM fact_status WHERE fact_id = ? AND status = 'unknown'"
    return bool(world.central.disk.one(sql, done[0].fact_id))


def _spoil(world: World, bench: Bench, fact_id: bytes, how: str, body: dict[str, object], kind: str = "Moved") -> None:
    """Writes other bytes into the newest fact of a station, as a broken program would have written them."""
    path = bench.station.disk.path
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        (seq, text), *_ = connection.execute("SELECT seq, data FROM fact WHERE fact_id = ?", (fact_id,)).fetchall()
        said = json.loads(text)
        said["kind"] = kind
        said["body"] = POISON[how](dict(body)) if how in POISON else body
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        text = ENVELOPES[how](text) if how in ENVELOPES else text
        before = connection.execute("SELECT chain FROM outbox WHERE seq = ?", (seq - 1,)).fetchone()
        chain = hashlib.sha256((before[0] if before else b"") + text.encode()).digest()
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.execute("BEGIN IMMEDIATE")
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(
            "UPDATE fact SET data = ?, kind = ?, chain = ? WHERE fact_id = ?", (text, kind, chain, fact_id)
        )
        connection.execute("UPDATE itself SET chain = ?", (chain,))
        connection.execute("UPDATE outbox SET chain = ? WHERE fact_id = ?", (chain, fact_id))
        for _, sql in guards:
            connection.execute(sql)
        connection.execute("COMMIT")


@fault("noisy station", 0.5)
def noisy_station(world: World) -> bool:
    """Counts when a station had more than a push carries, and another one's newer facts were applied in between."""
    two = world.two_online()
    if two is None:
        return False
    noisy, other = two
    noisy.station.try_round()
    facts = [SignedIn(noisy.worker.person)] * 105
    world.record(noisy, *facts)
    noisy.station.clock.wrong_by -= world.hours(1)  # no order but that of the stream is the right one
    world.record(noisy, *facts)
    noisy.station.clock.wrong_by += world.hours(1)
    last = noisy.station.disk.one("SELECT seq FROM itself")
    noisy.station.try_round()
    world.work()
    world.some_facts(other)
    seq = other.station.disk.one("SELECT seq FROM itself")
    other.station.try_round()
    world.work()
    return world.applied(noisy.station) < last and world.applied(other.station) == seq


@fault("duplicate import", 3)
def duplicate_import(world: World) -> bool:
    """Counts when a file brought an order that was here already."""
    if not world.told.files:
        return False
    file = list(world.dice.choice(world.told.files))
    world.dice.shuffle(file)
    known = world.central.disk.one(
        "SELECT COUNT(*) FROM sales_order WHERE external_id = ?", world.dice.choice(file).external_id
    )
    world.central.survive(lambda: world.import_file(file))
    return bool(known)


@fault("book set while hands pick", 1)
def book_set(world: World) -> bool:
    """Counts when the office said how much lies in a bin while facts about that bin lay at a station."""
    for bench in world.online():
        if not world.unacked(bench.station):
            world.some_facts(bench)
        rows = bench.station.disk.query(
            "SELECT f.data FROM fact f JOIN outbox o ON o.fact_id = f.fact_id "
            "WHERE o.acked_at IS NULL AND f.kind = 'Picked' ORDER BY f.seq LIMIT 1"
        )
        if rows:
            set_book(world, rows[0][0])
            return True
    return False


def set_book(world: World, picked: str) -> None:
    """The office says how much lies in the bin from which somebody picked: `picked` is the fact as it is kept."""
    body = json.loads(picked)["body"]
    names = "SELECT s.sku, b.name FROM sku s JOIN bin b ON b.id = ? WHERE s.id = ?"
    ids = bytes.fromhex(body["place_id"]), bytes.fromhex(body["sku_id"])
    world.set_stock(*world.central.disk.query(names, *ids)[0], 1, body["lot"])


@fault("lease ends offline, work given away", 1.5)
def lease_ended(world: World) -> bool | None:
    """Counts when central kept a fact whose lease it had given to somebody else."""
    pickers = world.pickers()
    if len(pickers) < 2:
        return False
    bench = pickers[0]
    if not world.claims(bench):
        world.orders_come(4)
        if not world.claims(bench):
            return False
    sql = (
        "SELECT COUNT(*) FROM fact_status s JOIN fact f ON f.fact_id = s.fact_id "
        "WHERE s.status = 'stale_lease' AND f.station_id = ?"
    )
    before = world.central.disk.one(sql, bench.station.id)
    bench.asleep = True
    for _ in range(40):
        bench.step()

    def back() -> None:
        for other in world.pickers():
            if world.unstarted(bench.station):
                world.claims(other)
        bench.asleep = False
        world.settle_one(bench)
        world.count("lease ended", world.central.disk.one(sql, bench.station.id) > before)

    tomorrow = 24 - world.time.now_s / 3_600 % 24
    world.later(tomorrow + world.dice.uniform(8, 14), back)
    return None
