"""A station's computer: its file behind the real keeper, and what its courier carries."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from app.facts import Fact
from app.sync.keeper import Keeper, Transaction
from app.sync.parcel import Parcelled
from app.sync.station import Cause
from app.sync.talk import Talk
from app.workflow import Recorded, Request
from tests.simulation.central_end import CentralEnd
from tests.simulation.disk import Killed
from tests.simulation.line import Away, Line
from tests.simulation.machine import Machine, Time

WRITES_ROW = {
    "Picked": ("pick_line", "pick_line_id"), "Shorted": ("pick_line", "pick_line_id"),
    "ToteBound": ("tote", "tote_id"), "ParcelClosed": ("parcel", "parcel_id"),
    "PackOpened": ("parcel", "parcel_id"), "LabelMade": ("parcel", "parcel_id"),
}  # fmt: skip
"""A row that a fact of a kind always writes: its table, and the field of the fact that names it."""
TAKES_FROM = frozenset({"Picked"})
"""Facts that also write what lies where they took it from: a row that others write all the time."""
Key = tuple[object, ...]
BY_KEY = {"stock": "SELECT * FROM stock WHERE sku_id = ? AND place_id = ? AND lot = ? AND status = 'good'"}


def _rows_of(kind: str, data: str) -> list[tuple[str, Key]]:
    """Rows that a fact wrote, so far as they are looked at here: table and key."""
    table, name = WRITES_ROW.get(kind, ("", ""))
    if not table:
        return []
    body = json.loads(data)["body"]
    rows: list[tuple[str, Key]] = [(table, (bytes.fromhex(body[name]),))]
    if kind in TAKES_FROM:
        rows.append(("stock", (bytes.fromhex(body["sku_id"]), bytes.fromhex(body["place_id"]), body["lot"])))
    return rows


class StationEnd(Machine):
    """A kiosk. `on`: the program runs."""

    def __init__(
        self, path: Path, code: str, template: Path, time: Time, dice: Random, central: CentralEnd,
        wait: Callable[[float], None],
    ) -> None:  # fmt: skip
        shutil.copy(template, path)
        super().__init__(path, "station", time, dice)
        self.code = code
        self.line = Line(central, wait)
        self._central, self._head = central, 0
        self.held: Parcelled | None = None
        self.answers: dict[bytes, dict[str, Any]] = {}
        self.troubles: Counter[str] = Counter()
        """What the line raised, by name."""
        self.confirmed: set[bytes] = set()
        """Facts of which the hands here were told that they are kept."""
        self.findings: list[str] = []
        """What was wrong here while the world went on."""
        self.seen: set[bytes] = set()
        """Facts that were in the file before it was another one."""
        self._run()

    @property
    def id(self) -> bytes:
        return self.keeper.station.station_id

    def _run(self) -> None:
        with self.running():
            self.keeper = Keeper(self.disk.database, self.clock, self.code, self.code.title())
            self.talk = Talk(self.keeper, self.line, self.clock)
        self.held = None

    def restart(self) -> None:
        """The program is started again: what was not committed is gone, and whoever works here goes on."""
        self.keeper.clear_away()
        self.disk.reopen()
        self._run()

    def cut(self) -> bool:
        """The power goes and comes back; whether commits were lost that were not flushed."""
        self.remember()
        self.keeper.clear_away()  # what this process would still have open of a file that was swapped is closed with it
        lost = self.disk.cut()
        self._boot()
        self._run()
        return lost

    def facts(self) -> set[bytes]:
        """What lies in the file."""
        return {row[0] for row in self.disk.query("SELECT fact_id FROM fact")}

    def remember(self) -> None:
        """Notes what lies in the file, before it is another one."""
        self.seen |= self.facts()

    def put_back(self, image: bytes) -> None:
        """An older state takes the place of the file."""
        self.remember()
        self.keeper.clear_away()
        self.disk.put_back(image)
        self._boot()
        self._run()

    # ---- what hands do

    def record(
        self, facts: Sequence[Fact], *, actor: bytes, task: bytes, voids: Sequence[bytes] = ()
    ) -> tuple[Recorded, ...] | None:
        """What one scan records; None when the program ended before it was kept."""

        def act(transaction: Transaction) -> tuple[Recorded, ...]:
            cause = Cause(at=self.clock.now(), actor_id=actor, task_id=task, group=transaction.next_group())
            return transaction.record(facts, cause, voids)

        done: tuple[Recorded, ...] | None = self._act(act)
        if done is not None:
            self.confirmed |= {recorded.fact_id for recorded in done}
        return done

    def ask(self, kind: str, body: dict[str, Any], task: bytes) -> bytes | None:
        """Puts a question to central; None when the program ended before it was kept."""
        return self._act(lambda transaction: transaction.ask(Request(kind, body), task))

    def _act(self, act: Callable[[Transaction], Any]) -> Any:
        try:
            with self.running(), self.keeper.act() as transaction:
                return act(transaction)
        except Killed:
            self.restart()
            return None

    def read(self, query: Callable[..., Any], *values: Any) -> Any:
        """Asks the mirror as a screen does."""
        with self.keeper.look() as look:
            return look.read(query, *values)

    # ---- the courier

    def round(self) -> bool:
        """One exchange with central (after a hello, two); whether there was anything to carry. Raises as the line."""
        parcel = self._fetch()
        if parcel is not None and parcel.hello is not None:
            self._take_in(parcel)
            parcel = self._fetch()
        if parcel is not None:
            self._take_in(parcel)
        return parcel is not None

    def _fetch(self) -> Parcelled | None:
        self._head = self._central.disk.one("SELECT MAX(head) FROM feed_head") or 0
        with self.running():
            return self.talk.next()

    def _take_in(self, parcel: Parcelled) -> None:
        before = self._own_rows() if parcel.pulled is not None and parcel.mirror is None else {}
        with self.running():
            arrival = self.keeper.take_in(parcel)
            self.keeper.clear_away()
        self._must_stay(before)
        if parcel.mirror is not None:
            self._must_stand()
        for request, _, _, body in arrival.answers:
            self.answers[request] = body

    def _own_rows(self) -> dict[tuple[str, Key], tuple[int, Any]]:
        """Rows that facts of this station wrote and central has not told of since: as they are, and by which fact."""
        applied = self.disk.one("SELECT applied_seq FROM itself")
        later = self.disk.query("SELECT seq, kind, data FROM fact WHERE seq > ? ORDER BY seq", applied)
        found: dict[tuple[str, Key], tuple[int, Any]] = {}
        for seq, kind, data in later:
            for table, key in _rows_of(kind, data):
                found[table, key] = seq, self._row(table, key)
        return found

    def _row(self, table: str, key: Key) -> Any:
        return self.disk.query(BY_KEY.get(table, f"SELECT * FROM {table} WHERE id = ?"), *key)

    def _must_stay(self, before: dict[tuple[str, Key], tuple[int, Any]]) -> None:
        """What hands did here and central had not applied in what was taken in is as it was."""
        applied = self.disk.one("SELECT applied_seq FROM itself")
        for (table, key), (seq, row) in before.items():
            if seq > applied and self._row(table, key) != row:
                self.findings.append(f"own-rows-stay: fact {seq} at {self.name} is erased from {table}")

    def _must_stand(self) -> None:
        """Whoever got a whole mirror has read the feed as far as it went, and takes for applied what is applied."""
        at, applied, incarnation = self.disk.query("SELECT feed_seq, applied_seq, incarnation FROM itself")[0]
        if at < self._head:
            self.findings.append(f"whole-and-behind: {self.name} got all rows as of {self._head} and stands at {at}")
        mark = "SELECT applied_seq FROM station_mark WHERE station_id = ? AND incarnation = ?"
        really = self._central.disk.one(mark, self.id, incarnation) or 0
        if applied > really:
            self.findings.append(f"taken-for-applied: {self.name} believes {applied} facts are applied: {really} are")

    def try_round(self, most: int = 1) -> bool:
        """Exchanges as long as there is something to carry, `most` of them; whether there was.

        The program goes on when nobody answers or central refuses, and is started again when it was killed.
        """
        carried = 0
        try:
            while carried < most and self.round():
                carried += 1
        except Killed:
            self.restart()
        except Exception as error:  # as the courier does: the next exchange greets central anew
            self.troubles[type(error).__name__] += 1
        return carried > 0

    def hear(self) -> None:
        """One exchange, and more of them as long as central has more to tell, as the courier goes on then."""
        for _ in range(20):
            if not self.try_round() or not self.talk.line.fetching:
                return

    def hold_slice(self) -> int:
        """Fetches feed rows and does not take them in yet (the work thread is busy): how many."""
        try:
            self.held = self._fetch()
        except Away:
            return 0
        return len(self.held.pulled.rows) if self.held is not None and self.held.pulled is not None else 0

    def take_held(self) -> None:
        """Takes in what was fetched before."""
        held, self.held = self.held, None
        if held is not None:
            self._take_in(held)

    def is_even(self) -> bool:
        """Whether central has applied all that was recorded here, and every question is answered."""
        return self.keeper.is_even()
