"""Central's computer: database, its side of the protocol, applier, duties, office, post, backups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import central_write, migrate
from app.models import Incident, StationSeen
from app.settings import Home
from app.sync.applier import work_off
from app.sync.central import SqlCentral
from app.sync.duties import Place, do_duties
from app.work.service.numbers import skip_numbers
from tests.simulation.disk import Killed
from tests.simulation.machine import Machine, Time

MAIL = """[mail]
way = "folder"
from = "shop@example.org"
"""


class CentralEnd(Machine):
    """Central on SQLite. `up`: the server answers."""

    def __init__(self, folder: Path, time: Time, dice: Random) -> None:
        super().__init__(folder / "central.sqlite", "central", time, dice)
        self.up = True
        self.troubles: Counter[str] = Counter()
        """What the worker stumbled over, by name."""
        self.generation = 0
        """How often the server was started: connections do not outlive it."""
        self.home = Home(folder / "home")
        self.home.make()
        (self.home.root / "central.toml").write_text(MAIL, encoding="utf-8")
        self.mails: Counter[str] = Counter()
        """How often each mail arrived, by its name."""
        self._failing: set[str] = set()
        self.between_parts: Callable[[], object] | None = None
        """What others do at central while a snapshot is read, once."""
        with self.running():
            migrate(self.disk.database)
        self._serve()

    def _serve(self) -> None:
        self.generation += 1
        self.port = SqlCentral(self.disk.database, self.clock)
        self._place = Place(self.disk.database, self.clock, self.home)

    def restart(self) -> None:
        """The process is started again; what was not committed is gone."""
        self.disk.reopen()
        self._serve()

    def work(self) -> int:
        """The worker applies and answers until nothing is left. What it can't do it tries again, as it does in life."""
        with self.running():
            try:
                return work_off(self.disk.database, self.clock)
            except Exception as error:  # as the worker's own loop does
                self.troubles[type(error).__name__] += 1
                return 0

    def do_duties(self) -> int:
        """What central does while time passes, once."""
        with self.running():
            return do_duties(self._place, self._failing, "DUTIES")

    def give_mails_away(self) -> int:
        """Central writes to customers; whoever gets a mail notes it, also when the program ends in the middle."""
        try:
            with self.running():
                return do_duties(self._place, self._failing, "OUTSIDE")
        finally:
            for mail in self.given_away():
                self.mails[mail.stem] += 1
                mail.unlink()

    def given_away(self) -> list[Path]:
        """Mails that are on their way."""
        return sorted(self.home.root.glob("mails-out/*.eml"))

    def office(self, act: Callable[[Session], Any]) -> Any:
        """Somebody at a desk decides something: one transaction."""
        with self.running(), central_write(self.disk.database) as session:
            return act(session)

    def send_away(self, station: bytes, *, gone: bool) -> None:
        """The lead lets a station in no more, or again."""
        row = StationSeen(station_id=station, revoked_at=self.clock.now() if gone else None)
        self.office(lambda session: session.merge(row))

    def resolve(self, kind: str) -> None:
        """Somebody looked at all incidents of a kind."""
        done = update(Incident).where(Incident.kind == kind, Incident.resolved_at.is_(None))
        self.office(lambda session: session.execute(done.values(resolved_at=self.clock.now())))

    def survive(self, act: Callable[[], Any]) -> Any:
        """Does something; a server that is killed in it is started again, and the answer is None."""
        try:
            return act()
        except Killed:
            self.restart()
            return None

    # ---- what becomes of the file

    def cut(self) -> bool:
        """The power goes and comes back; whether commits were lost that somebody believed in."""
        lost = self.disk.cut()
        self._boot()
        self._serve()
        return lost

    def put_back(self, image: bytes, *, restored: bool) -> None:
        """An older state takes the place of the file: a backup that was `restored`, or a standby that was behind."""
        self.disk.put_back(image)
        self.mails.clear()  # what it no longer knows that it sent may go once more
        self._serve()
        if restored:
            with self.running(), central_write(self.disk.database) as session:
                skip_numbers(session)
