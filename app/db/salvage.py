"""What can be saved of a damaged station's file: its facts, from the journal, from SQL where it still answers, and
from the pages one by one. Each fact is proven by its chain and by its canonical bytes, whichever way it was found.

    found = gather(path); aside = set_aside(path, now); write_report(aside, found, faults)
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app.db.journal import Entry, read_all
from app.db.pages import Value, rows

log = logging.getLogger(__name__)
KEPT = timedelta(days=14)
"""So long a damaged file stays beside the new one: there are names in it."""
_COLUMNS = 16
_ID = 16


@dataclass(frozen=True, slots=True)
class Salvaged:
    """`facts`: proven, in the order of their stream. `doubtful`: found, but not as they were recorded.

    `missing`: numbers of facts that were recorded here, that central had not acknowledged, and that are nowhere any
    more (or doubtful). `acked`: the last number that central had. `is_known`: whether file or journal still said how
    far the stream went; else more may be missing than anybody can tell.
    """

    facts: tuple[Entry, ...]
    doubtful: tuple[Entry, ...]
    missing: tuple[int, ...]
    acked: int
    is_known: bool

    @property
    def saved(self) -> int:
        """How many scans (events that recorded something) are among the proven facts that central has not got yet."""
        fresh = [json.loads(fact.data)["group"] for fact in self.facts if fact.seq > self.acked]
        return len(set(fresh))


def journal_of(path: Path) -> Path:
    """Where the journal of a station's file lies."""
    return path.with_name(f"{path.stem}.journal")


def set_aside(path: Path, now: datetime) -> Path:
    """Gives a damaged file, its log, seal and journal second names in a folder of their own; the copy's path.

    The first names stay: until a new file stands under them, a start that comes in between finds it all again.
    """
    folder = path.parent / "damaged" / f"{now:%Y%m%d-%H%M%S}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    real = path.resolve()
    names = {real.with_name(real.name + suffix): path.name + suffix for suffix in ("", "-wal", "-seal")}
    for source, name in (names | {journal_of(path): journal_of(path).name}).items():
        if source.exists():
            _name_again(source, folder / name)
    for each in (folder, folder.parent, path.parent):
        _flush(each)
    return folder / path.name


def _name_again(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:  # a file system without second names
        shutil.copy2(source, target)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def forget_old(path: Path, now: datetime) -> None:
    """Removes damaged files that were set aside long ago."""
    for folder in (path.parent / "damaged").glob("*-*"):
        with suppress(ValueError):
            at = datetime.strptime(folder.name, "%Y%m%d-%H%M%S").replace(tzinfo=now.tzinfo)
            if at < now - KEPT:
                shutil.rmtree(folder, ignore_errors=True)


# ---- gathering ------------------------------------------------------------------------------------------------------


def gather(path: Path) -> Salvaged:
    """All facts that can be proven; reads only. `path`: a damaged file, its log and its journal beside it."""
    real = path.resolve()
    found: dict[bytes, Entry] = {}
    doubtful: dict[bytes, Entry] = {}
    raw = [*_by_sql(real), *_by_pages(real)]
    links = {(e.incarnation, e.seq): e.chain for _, e in raw} | _links(real)
    for fact_id, entry in raw:
        before = links.get((entry.incarnation, entry.seq - 1), b"")
        whole = Entry(entry.incarnation, entry.seq, before, entry.chain, entry.data)
        fits = whole.is_whole() and _is_canonical(whole.data) and whole.fact_id == fact_id
        (found if fits else doubtful)[fact_id] = whole
    journal = list(read_all(journal_of(path)))
    for entry in journal:
        found.setdefault(entry.fact_id, entry)
    rest = [entry for fact_id, entry in doubtful.items() if fact_id not in found]
    return _told(real, found, rest, is_known=bool(journal))


def _told(real: Path, found: dict[bytes, Entry], doubtful: list[Entry], *, is_known: bool) -> Salvaged:
    standing = _number(real, "SELECT seq FROM itself")
    acked = _number(real, "SELECT max(seq) FROM outbox WHERE acked_at IS NOT NULL") or 0
    order = sorted(found.values(), key=lambda e: e.seq)
    last = max([e.seq for e in (*order, *doubtful)] + [standing or 0])
    there = {e.seq for e in order}
    missing = tuple(n for n in range(acked + 1, last + 1) if n not in there)
    return Salvaged(tuple(order), tuple(doubtful), missing, acked, is_known or standing is not None)


def _is_canonical(data: str) -> bool:
    try:
        return json.dumps(json.loads(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False) == data
    except ValueError:
        return False


def _ask(path: Path, question: str) -> Iterator[tuple[Value, ...]]:
    """The rows of a question up to where the file is damaged; the file is not changed."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.text_factory = lambda raw: raw.decode(errors="replace")
            yield from connection.execute(question)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        log.info("asked %r: %s", question, error)


def _by_sql(real: Path) -> list[tuple[bytes, Entry]]:
    columns = "fact_id, incarnation, seq, chain, data"
    return list(_entries(_ask(real, f"SELECT {columns} FROM fact ORDER BY station_id, incarnation, seq")))


def _by_pages(real: Path) -> list[tuple[bytes, Entry]]:
    try:
        return list(_entries((r[0], r[2], r[3], r[14], r[15]) for r in rows(real) if len(r) == _COLUMNS))
    except OSError as error:
        log.info("%s can't be read: %s", real.name, error)
        return []


def _entries(found: Iterable[tuple[Value, ...]]) -> Iterator[tuple[bytes, Entry]]:
    """Rows that may be facts, with the id in their first column; the link before is not known yet."""
    for fact_id, incarnation, seq, chain, data in found:
        if not (isinstance(fact_id, bytes) and isinstance(incarnation, bytes) and isinstance(chain, bytes)):
            continue
        if len(fact_id) == len(incarnation) == _ID and isinstance(seq, int) and isinstance(data, str):
            yield fact_id, Entry(incarnation, seq, b"", chain, data)


def _links(real: Path) -> dict[tuple[bytes, int], bytes]:
    """The links under which central gets the facts: after a fork they are others than those of the facts."""
    stream = [row[0] for row in _ask(real, "SELECT incarnation FROM itself")]
    rows = _ask(real, "SELECT seq, chain FROM outbox") if stream and isinstance(stream[0], bytes) else ()
    return {
        (stream[0], seq): chain
        for seq, chain in rows
        if isinstance(stream[0], bytes) and isinstance(seq, int) and isinstance(chain, bytes)
    }


def _number(real: Path, question: str) -> int | None:
    said = [row[0] for row in _ask(real, question)]
    return said[0] if said and isinstance(said[0], int) else None


def write_report(aside: Path, found: Salvaged, faults: Iterable[str]) -> Path:
    """A report beside the damaged file, and in a file of its own every fact that can't be proven; the report."""
    report = aside.with_name("report.txt")
    lines = [
        f"{aside.name} was damaged:",
        *(f"  {fault}" for fault in faults),
        f"{len(found.facts)} facts were proven by their chain and are recorded again; {found.saved} scans among them "
        f"that central had not got (it had them up to number {found.acked}).",
        f"{len(found.doubtful)} facts were found that are not as they were recorded: doubtful.jsonl.",
        f"Numbers that are nowhere: {', '.join(map(str, found.missing)) or 'none'}.",
        "" if found.is_known else "The file did not say any more how far its stream went: later facts may be missing.",
    ]
    report.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    if found.doubtful:
        text = "".join(f"{entry.data}\n" for entry in found.doubtful)
        aside.with_name("doubtful.jsonl").write_text(text, encoding="utf-8", errors="backslashreplace")
    return report
