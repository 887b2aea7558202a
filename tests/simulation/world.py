"""A floor from its first day to its last: shifts and nights, hands and couriers, and the rest at the end."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.channels.base import ImportedOrder
from app.db import migrate, open_database
from app.errors import Refused
from app.facts import Fact
from app.inventory.service import import_stock
from app.processing.service import cancel_order
from app.processing.service.arrivals import release_waiting, take_in
from app.workflow import Recorded
from tests.simulation import site
from tests.simulation.central_end import CentralEnd
from tests.simulation.chance import Chance
from tests.simulation.faults import all_faults
from tests.simulation.invariants import Broken, Floor, Witness, broken, sqlite_side
from tests.simulation.machine import Time
from tests.simulation.people import JOBS, AskFor, Do, Hands, Job, Rest, Worker
from tests.simulation.station_end import StationEnd
from tests.simulation.warm import statements_known

MEMORY = Path("/dev/shm")
CREW = ("PICK", "PACK", "STOCK", "PICK", "PICK", "PACK", "PICK", "PACK", "STOCK", "PACK")
"""What stations are for, in the order in which a floor gets them."""
TELLS, POLLS = 0.4, 0.1
"""How often a courier goes within an hour: with facts, and with nothing to tell. What it carries is much at once then,
and of different stations it arrives in any order."""
BURSTS = (0, 2, 4, 8, 16, 24)
"""How much hands do in an hour before their courier goes: what is told comes in pieces of all sizes."""
DAY_S, HOUR_S = 86_400.0, 3_600.0
SHIFT = range(8, 16)
"""Hours of a day in which people work."""
DELIVERIES = (8, 10, 12, 14)
"""Hours in which orders come in."""


AT_ANY_TIME = ("ledger-is-stock", "moved-once", "promises-add-up", "feed-gapless", "stream-whole", "mail-once")
"""What holds after every transaction of central."""


class NotEven(AssertionError):
    """The floor was healed and does not come to rest."""


@dataclass
class Bench:
    """A station, who works at it, and the act that is under way. `asleep`: no network; `sits_out` so many rounds."""

    station: StationEnd
    worker: Worker
    job: Job
    act: Any = None
    request: bytes | None = None
    asleep: bool = False
    sits_out: int = 0
    scans: int = 0
    """What these hands did and was kept."""

    @property
    def kind(self) -> str:
        return self.station.code.rstrip("0123456789")

    def begin(self) -> None:
        """Whoever works here leaves what was under way and begins anew."""
        for tote in tuple(self.worker.held):
            self.worker.put_down(tote)
        self.job = JOBS[self.kind](self.worker)
        self.act, self.request = None, None

    def step(self) -> bool:
        """One act of the hands here; whether anything was done."""
        if self.act is None:
            self._go_on(None)
        if isinstance(self.act, Rest):
            self._go_on(None)
            return False
        if isinstance(self.act, AskFor):
            return self._ask(self.act)
        if isinstance(self.act, Do):
            if not self.act.only_if():
                self._go_on(())
                return False
            done = self.station.record(
                self.act.facts, actor=self.worker.person, task=self.worker.task, voids=self.act.voids
            )
            if done is not None:
                self.scans += 1
                self._go_on(done)
            return True
        return False

    def _ask(self, act: AskFor) -> bool:
        if self.request is None:
            self.worker.asked_s = self.station.time.now_s
            self.request = self.station.ask(act.kind, act.body, self.worker.task)
            return True
        answer = self.station.answers.pop(self.request, None)
        if answer is None:
            return False
        self.request = None
        self._go_on(answer)
        return True

    def _go_on(self, what: Any) -> None:
        try:
            self.act = next(self.job) if self.act is None else self.job.send(what)
        except StopIteration:
            self.begin()


@dataclass
class Told:
    """What only the simulation knows."""

    gone: set[bytes] = field(default_factory=set)
    """Confirmed facts of which no copy was left anywhere when a disk went."""
    poison: set[bytes] = field(default_factory=set)
    files: list[list[ImportedOrder]] = field(default_factory=list)
    forgotten: set[bytes] = field(default_factory=set)
    """Work that was leased after the state to which central went back."""
    central_lost: bool = False
    copies_of_streams: bool = False
    confirmed: set[bytes] = field(default_factory=set)
    seen: set[bytes] = field(default_factory=set)


class World:
    """One floor. Everything that happens on it comes of `seed`."""

    def __init__(
        self, folder: Path, seed: int, stations: int = 10, faults_a_day: float = 0, only: Sequence[str] = (),
        crew: Sequence[str] = CREW,
    ) -> None:  # fmt: skip
        self.folder, self.seed, self.faults_a_day = folder, seed, faults_a_day
        self._kinds = [kind for name, kind in all_faults().items() if not only or name in only]
        self.chance = Chance(seed)
        self.dice, self.fate = self.chance.dice("world"), self.chance.dice("fate")
        self.time = Time(SHIFT[0] * HOUR_S)
        self.told, self.hands = Told(), Hands()
        self.tried: Counter[str] = Counter()
        self.counted: Counter[str] = Counter()
        self.story: deque[str] = deque(maxlen=12)
        """The last faults, for whoever reads a failure."""
        self.central = CentralEnd(folder, self.time, self.chance.dice("central"))
        with self.central.running():
            site.furnish(self.central.disk.database, self.central.clock.now())
        self._template = _station_template(folder)
        self.benches = [self._bench(f"{crew[n % len(crew)]}{n + 1:02}") for n in range(stations)]
        self.twins: list[Bench] = []
        self.orders = 0
        self._scans_of_twins = 0
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()
        self.away_for_long: list[Bench] = []
        self.idle_soon = 0
        """So many days without work begin tonight."""
        self._serials_told = 0
        self._backups: deque[bytes] = deque(maxlen=2)
        self._images: dict[str, bytes] = {}

    def _bench(self, code: str, *, twin: int = 0) -> Bench:
        name = f"{code.lower()}-{twin}" if twin else code.lower()
        station = StationEnd(
            self.folder / f"{name}.sqlite", code, self._template, self.time, self.chance.dice("station", name),
            self.central, self.wait,
        )  # fmt: skip
        dice = self.chance.dice("person", name)
        worker = Worker(station, dice.randbytes(16), dice, self.hands)
        return Bench(station, worker, JOBS[code.rstrip("0123456789")](worker))

    @property
    def everywhere(self) -> list[Bench]:
        """All benches, twins of others among them."""
        return [*self.benches, *self.twins]

    @property
    def stations(self) -> list[StationEnd]:
        return [bench.station for bench in self.everywhere]

    @property
    def scans(self) -> int:
        """What hands did and was kept, on the whole floor."""
        return self._scans_of_twins + sum(bench.scans for bench in self.everywhere)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.time.now_s += seconds

    @staticmethod
    def hours(number: float) -> timedelta:
        return timedelta(hours=number)

    # ---- the office

    def orders_come(self, count: int, of: Sequence[str] = site.GOODS) -> None:
        """A file of new orders is taken in, and what can go is released."""
        file = site.orders(self.dice, self.orders + 1, count, self.central.clock.now(), of)
        self.orders += count
        self.told.files.append(file)
        self.central.survive(lambda: self.import_file(file))

    def import_file(self, file: list[ImportedOrder]) -> None:
        self.central.office(lambda session: take_in(session, file, source="orders.csv", now=self.central.clock.now()))
        with self.central.running():
            release_waiting(self.central.disk.database, self.central.clock)

    def set_stock(self, sku: str, place: str, units: int, lot: str = "") -> None:
        """The office says how much lies in a place."""
        table, now = site.stock_row(sku, place, units, lot), self.central.clock.now()
        self.central.survive(
            lambda: self.central.office(lambda session: import_stock(session, table, file="stock.csv", now=now))
        )

    def cancel(self, order: bytes) -> bool:
        """The lead cancels an order; whether that could be done."""

        def act(session: Any) -> bool:
            try:
                with session.begin_nested():
                    cancel_order(session, order_id=order, now=self.central.clock.now(), by="lead")
            except Refused:
                return False
            return True

        return bool(self.central.office(act))

    def cancel_some(self, count: int) -> None:
        """The lead cancels some of the newest orders."""
        rows = self.central.disk.query(
            "SELECT id FROM sales_order WHERE state IN ('received', 'held', 'released') ORDER BY number DESC"
        )
        for (order,) in rows[:count]:
            self.cancel(order)

    # ---- time

    def day(self, orders: int) -> None:
        """One working day; it ends when something was seen at a station that must not be."""
        midnight = self.time.now_s - self.time.now_s % DAY_S
        for hour in SHIFT:
            self.time.now_s = max(self.time.now_s, midnight + hour * HOUR_S)
            if hour in DELIVERIES:
                self.orders_come(max(1, orders // len(DELIVERIES)))
            self.tick()
            if any(station.findings for station in self.stations):
                return
        self.night()
        idle, self.idle_soon = self.idle_soon, 0
        self.idle_days(idle)
        self.time.now_s = midnight + (idle + 1) * DAY_S + SHIFT[0] * HOUR_S

    def tick(self) -> None:
        """An hour: everybody does something, couriers go, central works, and things break."""
        self._what_is_due()
        for bench in self.dice.sample(self.everywhere, len(self.everywhere)):
            self._turn(bench)
        self.work()
        self._break_something()

    def _turn(self, bench: Bench) -> None:
        """An hour of one station: what was asked is heard first, then hands work, then the courier goes."""
        hears = not bench.asleep and not bench.sits_out
        if bench.request and hears:
            bench.station.hear()
        for _ in range(self.dice.choice(BURSTS)):
            if not bench.step():
                break
        self.wait(1.0)
        bench.sits_out = max(0, bench.sits_out - 1)
        if hears and (bench.request or self.dice.random() < (TELLS if self.unacked(bench.station) else POLLS)):
            bench.station.hear()

    def tick_quietly(self) -> None:
        """Everybody who can hears and says what there is."""
        for bench in self.online():
            bench.station.try_round()
        self.work()

    def work(self) -> None:
        """The worker works, if there is one."""
        if self.central.up:
            self.central.survive(self.central.work)

    def night(self) -> None:
        """Nobody works: duties, mails, backups; and logs are folded in."""
        self.central.survive(self.central.do_duties)
        self.central.survive(self.central.give_mails_away)
        told = self.central.disk.one("SELECT COUNT(*) FROM incident WHERE kind = 'serial_twice'")
        self.counted["serial twice"] += max(0, told - self._serials_told)
        self._serials_told = told
        self.fold_all()
        self._backups.append(self.central.disk.image())
        for bench in self.fate.sample(self.benches, min(2, len(self.benches))):
            self._images[bench.station.code] = bench.station.disk.image()

    # ---- what breaks

    def _break_something(self) -> None:
        kinds = self._kinds
        chance = self.faults_a_day / len(SHIFT)
        while chance > 0:
            if chance >= 1 or self.fate.random() < chance:
                [kind] = self.fate.choices(kinds, [k.weight for k in kinds])
                self.strike(kind.name)
            chance -= 1

    def strike(self, name: str) -> None:
        """Makes one kind of fault break something now."""
        self.tried[name] += 1
        self.story.append(f"day {self.time.now_s / DAY_S:.2f}: {name}")
        found = all_faults()[name].strike(self)
        if found is not None:
            self.count(name, found)

    def count(self, name: str, changed: bool) -> None:
        """A fault changed something, or it did not."""
        self.counted[name] += bool(changed)

    def later(self, hours: float, act: Callable[[], None]) -> None:
        """Something happens in so many hours."""
        self._later.append((self.time.now_s + hours * HOUR_S, next(self._number), act))

    def _what_is_due(self, *, all_of_it: bool = False) -> None:
        due = sorted(one for one in self._later if all_of_it or one[0] <= self.time.now_s)
        self._later = [one for one in self._later if one not in due]
        for _, _, act in due:
            act()

    # ---- who and how far: for faults

    def online(self) -> list[Bench]:
        """Benches with a network, in a new order each time."""
        found = [b for b in self.benches if not b.asleep]
        return self.fate.sample(found, len(found))

    def someone_online(self) -> Bench | None:
        return next(iter(self.online()), None)

    def two_online(self) -> tuple[Bench, Bench] | None:
        found = self.online()
        return (found[0], found[1]) if len(found) > 1 else None

    def some_facts(self, bench: Bench) -> bool:
        """Lets the hands at a bench do something that is recorded; whether they did."""
        before = bench.station.disk.one("SELECT seq FROM itself")
        for _ in range(6):
            bench.step()
            if bench.station.disk.one("SELECT seq FROM itself") > before:
                return True
        return False

    def someone_with_facts(self) -> Bench | None:
        """A bench with a network and with facts that nobody acknowledged."""
        for bench in self.online():
            if self.unacked(bench.station) or self.some_facts(bench):
                return bench
        return None

    def pickers(self) -> list[Bench]:
        """Benches with a network at which somebody picks, those with empty hands first."""
        found = [bench for bench in self.online() if bench.kind == "PICK"]
        return sorted(found, key=lambda bench: len(bench.worker.held))

    def claims(self, bench: Bench) -> bool:
        """Somebody comes for work and hears what it is; whether there was any."""
        bench.begin()
        bench.step()
        bench.station.hear()
        self.work()
        bench.station.hear()
        answer = bench.station.answers.get(bench.request or b"", {})
        return bool(answer.get("work"))

    def someone_asks(self) -> bool:
        """Lets hands ask central something that it hears of and does not answer yet; whether somebody asked."""
        for bench in self.online():
            for _ in range(6):
                if bench.request is None:
                    bench.step()
            if bench.request is not None and bench.request not in bench.station.answers:
                bench.station.try_round()
                return True
        return False

    def someone_behind(self) -> Bench | None:
        """A bench with a network that has not read all of the feed."""
        for _ in range(2):
            for bench in self.online():
                if self.cursor(bench.station) < self.head():
                    return bench
            self.something_to_apply()
            self.work()
        return None

    def something_to_apply(self) -> bool:
        """Lets stations push until facts wait to be applied."""
        for bench in self.online():
            if self._waiting():
                break
            if self.unacked(bench.station) or self.some_facts(bench):
                bench.station.try_round()
        return self._waiting() > 0

    def _waiting(self) -> int:
        return int(self.central.disk.one("SELECT COUNT(*) FROM station_mark WHERE applied_seq < pushed_seq"))

    def record(self, bench: Bench, *facts: Fact) -> tuple[Recorded, ...]:
        """Hands do something beside their job."""
        return bench.station.record(facts, actor=bench.worker.person, task=bench.worker.dice.randbytes(16)) or ()

    def settle_one(self, bench: Bench) -> None:
        """Brings all that a station has to central and back."""
        for _ in range(8):
            bench.station.try_round()
            self.work()
            if bench.station.is_even():
                return

    @staticmethod
    def unacked(station: StationEnd) -> int:
        return int(station.disk.one("SELECT COUNT(*) FROM outbox WHERE acked_at IS NULL"))

    @staticmethod
    def acked(station: StationEnd) -> int:
        return station.disk.one("SELECT MAX(seq) FROM outbox WHERE acked_at IS NOT NULL") or 0

    @staticmethod
    def cursor(station: StationEnd) -> int:
        return int(station.disk.one("SELECT feed_seq FROM itself"))

    def head(self) -> int:
        return self.central.disk.one("SELECT MAX(head) FROM feed_head") or 0

    def pushed(self, station: StationEnd) -> int:
        """How far central has the stream in which the station is now."""
        return self._mark(station, "pushed_seq")

    def applied(self, station: StationEnd) -> int:
        return self._mark(station, "applied_seq")

    def _mark(self, station: StationEnd, column: str) -> int:
        me, incarnation = station.disk.query("SELECT station_id, incarnation FROM itself")[0]
        sql = f"SELECT {column} FROM station_mark WHERE station_id = ? AND incarnation = ?"
        return self.central.disk.one(sql, me, incarnation) or 0

    def applied_in_all(self) -> int:
        return int(self.central.disk.one("SELECT SUM(applied_seq) FROM station_mark"))

    def unstarted(self, station: StationEnd) -> int:
        """Pieces of work that central leased to a station and of which it has not heard since."""
        sql = "SELECT COUNT(*) FROM work WHERE state = 'leased' AND started = 0 AND station_id = ?"
        return int(self.central.disk.one(sql, station.id))

    # ---- disks that are other ones

    def backup(self) -> bytes | None:
        """A backup of one of the last nights."""
        return self.fate.choice(self._backups) if self._backups else None

    def old_image(self) -> tuple[Bench, bytes] | None:
        """A bench of which somebody kept an image, and the image; without one an image of each is kept now."""
        kept = [b for b in self.benches if b.station.code in self._images and not b.asleep]
        if not kept:
            for bench in self.online():
                self._images[bench.station.code] = bench.station.disk.image()
            return None
        bench = self.fate.choice(kept)
        return bench, self._images[bench.station.code]

    def go_back(self, image: bytes, *, restored: bool) -> None:
        """Central is what it was when that image was made."""
        fences = "SELECT id, fence FROM work"
        before = self.central.disk.query(fences)
        self.central.put_back(image, restored=restored)
        now = dict(self.central.disk.query(fences))
        self.told.central_lost = True
        self.told.forgotten |= {work for work, fence in before if now.get(work) != fence}
        self.note_gone()

    def fold_all(self) -> None:
        """All logs are folded into their files."""
        for machine in (self.central, *self.stations):
            machine.disk.fold()

    def idle_days(self, number: int) -> None:
        """Nobody works for so many days; central goes on with its duties."""
        if number:
            self.wait(number * DAY_S)
            for _ in range(4):
                self.wait(120.0)
                self.central.survive(self.central.do_duties)

    def note_gone(self) -> None:
        """A disk is another one: confirmed facts of which there is no copy any more can't come back."""
        alive = {row[0] for row in self.central.disk.query("SELECT fact_id FROM fact")}
        for station in self.stations:
            alive |= station.facts()
        self.told.gone |= self.confirmed() - alive

    def confirmed(self) -> set[bytes]:
        return self.told.confirmed.union(*(station.confirmed for station in self.stations))

    def clone(self, bench: Bench) -> Bench:
        """Somebody copies a station's disk into another computer, and both are used."""
        image = bench.station.disk.image()
        twin = self._bench(bench.station.code, twin=len(self.tried) + sum(self.tried.values()))
        twin.station.put_back(image)
        twin.station.seen.clear()
        twin.begin()
        bench.begin()
        self.twins.append(twin)
        self.told.copies_of_streams = True
        return twin

    def retire(self, twin: Bench) -> None:
        """The second computer goes, once it has told all."""
        twin.asleep = False
        self.settle_one(twin)
        if not twin.station.is_even():
            self.later(1, lambda: self.retire(twin))
            return
        self.twins.remove(twin)
        self._scans_of_twins += twin.scans
        self.told.confirmed |= twin.station.confirmed
        self.told.seen |= twin.station.seen | twin.station.facts()
        twin.station.disk.close()

    # ---- the end

    def heal(self) -> None:
        """Everything that was broken is mended, and everybody hears of everything. NotEven when that does not end."""
        self._what_is_due(all_of_it=True)
        self.central.up = True
        for bench in self.everywhere:
            bench.asleep, bench.sits_out = False, 0
            bench.station.line.calm()
            bench.station.take_held()
        quiet = 0
        for _ in range(200):
            moved = [bench.station.try_round(20) for bench in self.everywhere]
            self.work()
            moved.append(bool(self.central.survive(self.central.do_duties)))
            moved.append(bool(self.central.survive(self.central.give_mails_away)))
            even = all(bench.station.is_even() for bench in self.everywhere)
            quiet = quiet + 1 if even and not any(moved) else 0
            if quiet == 2:
                return
            self.wait(60.0)
        raise NotEven("the two sides do not come to rest: " + ", ".join(
            s.name for s in self.stations if not s.is_even()
        ))  # fmt: skip

    def broken(self) -> list[Broken]:
        """Every invariant that does not hold now."""
        seen = self.told.seen.union(*(s.seen for s in self.stations))
        witness = Witness(
            self.confirmed(), self.told.gone, self.told.poison, self.central.mails, self.told.forgotten, seen,
            central_lost=self.told.central_lost, copies_of_streams=self.told.copies_of_streams,
        )  # fmt: skip
        return self.broken_at_night() or broken(
            Floor(sqlite_side(self.central.disk.path), [sqlite_side(s.disk.path) for s in self.stations], witness)
        )

    def broken_at_night(self) -> list[Broken]:
        """What central's books alone must say, whatever is under way, and what was seen at stations."""
        found = [Broken(*words.split(": ", 1)) for station in self.stations for words in station.findings]
        witness = Witness(mails=self.central.mails)
        return found or broken(Floor(sqlite_side(self.central.disk.path), (), witness), AT_ANY_TIME)

    @property
    def day_number(self) -> int:
        return int(self.time.now_s // DAY_S)

    def close(self) -> None:
        for machine in (self.central, *self.stations):
            machine.disk.close()


def _station_template(folder: Path) -> Path:
    path = folder / "template.sqlite"
    database = open_database(path, "station")
    migrate(database)
    database.close()
    return path


@contextmanager
def a_world(
    seed: int, stations: int = 10, faults_a_day: float = 0, only: Sequence[str] = (), crew: Sequence[str] = CREW
) -> Iterator[World]:
    """A world in memory, gone afterwards."""
    memory = MEMORY if MEMORY.is_dir() else None
    with statements_known(), TemporaryDirectory(prefix="packbay-world-", dir=memory) as folder:
        world = World(Path(folder), seed, stations, faults_a_day, only, crew)
        try:
            yield world
        finally:
            world.close()
