"""A station's start, before its file is believed: one that is damaged is set aside, and a new one takes over its facts.

Facts keep their ids and get numbers in a new stream, so that central knows the ones that it had (as after a fork,
docs/decisions/0015). The mirror is not carried over, sound or not: it comes again from central, whole. Nobody at the
station decides anything; the screen says in one sentence what was saved, and central opens an incident.

    mended = mend(home.station_file, clock, code, name)      # None: the file is sound, or there is none yet
"""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import migrate, open_database, station_write
from app.db.journal import Entry, last_entry
from app.db.salvage import Salvaged, forget_old, gather, journal_of, set_aside, write_report
from app.db.seal import examine, is_damage
from app.errors import Problem
from app.facts import link
from app.ids import stable_id
from app.models import CentralSeen, FactRow, Itself, Outbox, Voiding
from app.sync.central import copies_of
from app.sync.erasure import cut_log
from app.sync.snapshot import next_name, turn_name
from app.sync.station import Cause, found_station, record
from app.text import NOTHING, Text, count, say, verbatim
from app.work.facts import StreamNoted

log = logging.getLogger(__name__)
MANY = 1_000


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a damaged file; `report` lies beside it."""

    found: Salvaged
    report: Path

    def sentence(self) -> Text:
        """What the staff is told."""
        lost, saved = len(self.found.missing), self.found.saved
        if not self.found.is_known and not self.found.facts:
            return say("This station's memory was damaged and nothing of it could be read")
        if lost:
            return count(
                lost,
                "This station's memory was damaged: {n} record of the last scans is lost, {saved}",
                "This station's memory was damaged: {n} records of the last scans are lost, {saved}",
                saved=count(saved, "{n} scan was saved", "{n} scans were saved"),
            )
        if not self.found.is_known:
            return count(
                saved,
                "This station's memory was damaged: {n} scan was saved, later ones may be lost",
                "This station's memory was damaged: {n} scans were saved, later ones may be lost",
            )
        if not saved:
            return say("This station's memory was damaged. Nothing is lost. Go on")
        return count(
            saved,
            "This station's memory was damaged. {n} scan was saved, nothing is lost. Go on",
            "This station's memory was damaged. {n} scans were saved, nothing is lost. Go on",
        )

    @property
    def is_all_there(self) -> bool:
        """Whether nothing is missing, and that is known."""
        return not self.found.missing and self.found.is_known

    def problem(self) -> Problem:
        """What the screen shows until the next scan."""
        do = say("Scan your badge and go on")
        if not self.is_all_there:
            do = say("Call the shift lead, and check what you have in hand")
        return Problem(name="Mended", what=self.sentence(), detail=self._lost(), do=(do,))

    def _lost(self) -> Text:
        """What is still known of the scans that are lost: their codes."""
        codes = [code for entry in self.found.doubtful if (code := _code_of(entry))]
        return say("Lost: {codes}", codes=verbatim(", ".join(codes[:6]))) if codes else NOTHING


def _code_of(entry: Entry) -> str:
    try:
        return str(json.loads(entry.data).get("scan_text", ""))
    except (ValueError, AttributeError):
        return ""


def mend(path: Path, clock: Clock, code: str, name: str) -> Mended | None:
    """Looks the file through and, where it is damaged, puts a new one in its place. OSError when it can't be read.

    Whatever interrupts it: the next start finds the damaged file, or the new one, whole.
    """
    now = clock.now()
    forget_old(path, now)
    faults = faults_of(path)
    if not faults:
        return None
    log.error("the station's file is damaged and set aside: %s", "; ".join(faults))
    found = gather(path)
    real, was_link = path.resolve(), path.is_symlink()
    aside = set_aside(path, now)
    report = write_report(aside, found, faults)
    mended = Mended(found, report)
    new = next_name(path)
    _make(new, mended, clock, code, name)
    turn_name(path, new)
    for suffix in (*([""] if was_link else ()), "-wal", "-shm", "-seal"):
        real.with_name(real.name + suffix).unlink(missing_ok=True)
    log.warning("%s", mended.sentence())
    return mended


def faults_of(path: Path) -> tuple[str, ...]:
    """What is wrong with a station's file and with what belongs to it, in a few words; nothing when all is well."""
    known = last_entry(journal_of(path))
    if not path.exists():
        return ("the file is gone, its journal is here",) if known else ()
    try:
        verdict = examine(path)
        if verdict.torn:
            log.info("the log of %s ends in the middle of a transaction", path.name)
        if verdict.faults or known is None or _has(path.resolve(), known):
            return verdict.faults
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if is_damage(error):
            return (str(error),)
        raise OSError(f"{path} can't be opened: {error}{_room(path)}") from error
    return (f"it lacks facts that were recorded in it, the last one with number {known.seq}",)


ROOM = 1_000_000


def _room(path: Path) -> str:
    """What to do about a file that can't be opened, where the disk it is on is full; SQLite says no more than I/O."""
    if shutil.disk_usage(path.parent).free >= ROOM:
        return ""
    return ". The disk is full: make room on it and start again. Nothing was changed, and no scan is lost"


def _has(real: Path, entry: Entry) -> bool:
    """Whether the file has this fact, as it was recorded."""
    with closing(sqlite3.connect(f"{real.as_uri()}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'fact'").fetchone():
            return False
        rows = connection.execute("SELECT data FROM fact WHERE fact_id = ?", (entry.fact_id,)).fetchall()
    return rows == [(entry.data,)]


# ---- the new file ---------------------------------------------------------------------------------------------------


def _make(new: Path, mended: Mended, clock: Clock, code: str, name: str) -> None:
    """A file that holds the proven facts in a stream of its own, all of them to be sent, and the word for central."""
    database = open_database(new, "station")
    try:
        migrate(database)
        with station_write(database) as session:
            now, facts = clock.now(), mended.found.facts
            me = found_station(session, stable_id("station", code), code, name, now=None if facts else now)
            if facts:
                _take_over(session, me.station_id, me.incarnation, facts)
                session.execute(insert(CentralSeen).values(one=1, forked_seq=len(facts)))
                session.info.pop("itself")
            said = (StreamNoted("damaged", str(mended.sentence())),)
            record(session, said, Cause(at=now, group=len(facts) + 1))
        cut_log(database)
    finally:
        database.close()
    new.chmod(0o600)


def _take_over(session: Session, station_id: bytes, incarnation: bytes, facts: tuple[Entry, ...]) -> None:
    """The facts under new numbers, without a gap, and what they took back. None of them touches the mirror."""
    rows, chain = [], b""
    for seq, entry in enumerate(facts, 1):
        chain = link(chain, entry.data.encode())
        own = {"fact_id": entry.fact_id, "station_id": station_id, "incarnation": incarnation, "seq": seq}
        rows.append(own | {"chain": chain, "data": entry.data} | copies_of(entry.data))
    for start in range(0, len(rows), MANY):
        some = rows[start : start + MANY]
        session.execute(insert(FactRow), some)
        session.execute(insert(Outbox), [{"seq": r["seq"], "fact_id": r["fact_id"], "chain": r["chain"]} for r in some])
    voids = dict(_voids(facts))
    if voids:
        session.execute(insert(Voiding), [{"fact_id": of, "by_fact_id": by} for of, by in voids.items()])
    session.execute(update(Itself).where(Itself.one == 1).values(seq=len(rows), chain=chain))


def _voids(facts: tuple[Entry, ...]) -> Iterator[tuple[bytes, bytes]]:
    for entry in facts:
        whole = json.loads(entry.data)
        if whole["kind"] == "Voided":
            for fact_id in whole["body"]["fact_ids"]:
                yield bytes.fromhex(fact_id), entry.fact_id
