"""Whether history at central is what the stations wrote: every hash chain from its beginning, every copied column.

A fact's canonical bytes hash into its chain together with all before it, so no fact can be changed, taken out or put in
without breaking the chain from there on. Who can rewrite everything (a superuser) can compute new chains as well: then
only heads that were kept outside the database show it (`heads`, `compare`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from app.facts import link
from app.models import FactAgain, FactRow, StationMark, StationRow
from app.sync.central import copies_of

AT_ONCE = 1_000
COPIES = ("kind", "version", "group", "at", "actor_id", "task_id", "work_id", "device", "scan_number", "scan_text")


@dataclass(frozen=True, slots=True)
class Altered:
    """The first row of a stream that is not as it was written: whose, its number there, and what is wrong with it."""

    station: str
    incarnation: str
    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a stream: chain and incarnation in hex."""

    station: str
    incarnation: str
    seq: int
    chain: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was looked at, the first altered row of each stream that has one, and all heads."""

    facts: int
    altered: tuple[Altered, ...]
    heads: tuple[Head, ...]


def verify(session: Session, tick: Callable[[int], None] = lambda done: None) -> Verified:
    """Reads all history once, in streams. `tick` is called with the number of facts so far."""
    codes = {row.id: row.code for row in session.execute(select(StationRow.id, StationRow.code))}
    marks = {(m.station_id, m.incarnation): m for m in session.scalars(select(StationMark))}
    seen: dict[tuple[bytes, bytes], _Stream] = {}
    facts = 0
    for row in session.execute(_STREAMS, execution_options={"yield_per": AT_ONCE}):
        stream = seen.setdefault((row.station_id, row.incarnation), _Stream())
        stream.take(row)
        facts += 1
        if facts % AT_ONCE == 0:
            tick(facts)
    tick(facts)
    altered, heads = [], []
    for key in sorted(seen.keys() | marks.keys()):
        stream, mark = seen.get(key, _Stream()), marks.get(key)
        code, incarnation = codes.get(key[0], key[0].hex()), key[1].hex()
        fault = stream.fault or stream.ends_unlike(mark)
        if fault:
            altered.append(Altered(code, incarnation, *fault))
        heads.append(Head(code, incarnation, stream.seq, stream.chain.hex()))
    return Verified(facts, tuple(altered), tuple(heads))


class _Stream:
    """A stream while it is read: how far, and what was found first."""

    def __init__(self) -> None:
        self.seq = 0
        self.chain = b""
        self.fault: tuple[int, str] | None = None

    def take(self, row: Row[Any]) -> None:
        """The next row of it."""
        if self.fault is None:
            self.fault = self._gap_before(row) or self._fault_of(row)
        self.seq, self.chain = row.seq, link(self.chain, row.data.encode())

    def _gap_before(self, row: Row[Any]) -> tuple[int, str] | None:
        """The first number that is missing before it. A stream may begin with any, but then with an empty chain."""
        if self.seq == 0 and row.seq > 1 and not row.again and link(b"", row.data.encode()) != row.chain:
            return (1, f"the rows from it to {row.seq - 1} are gone")
        if self.seq and row.seq > self.seq + 1:
            return (self.seq + 1, f"the rows from it to {row.seq - 1} are gone")
        return None

    def _fault_of(self, row: Row[Any]) -> tuple[int, str] | None:
        what = ""
        if row.seq < 1 or row.seq == self.seq:
            what = "no fact has this number, or another one has it"
        elif row.chain is not None and link(self.chain, row.data.encode()) != row.chain:
            what = "it does not continue the chain: it was changed, or something before it was taken out or put in"
        elif row.again:
            what = "" if row.there else "the fact that it repeats is gone"
        else:
            what = _unlike(row)
        return (row.seq, what) if what else None

    def ends_unlike(self, mark: StationMark | None) -> tuple[int, str] | None:
        """Whether the stream ends elsewhere than where central acknowledged it."""
        if mark is None:
            return (self.seq, "central never acknowledged this stream")
        if self.seq < mark.pushed_seq:
            return (self.seq + 1, f"the rows from it to {mark.pushed_seq} are gone")
        if self.seq > mark.pushed_seq:
            return (mark.pushed_seq + 1, "central never acknowledged it")
        return None if self.chain == mark.pushed_chain else (self.seq, "its chain is not the one that was acknowledged")


def _unlike(row: Row[Any]) -> str:
    """Which column says something else than the envelope, "" when none does."""
    said = copies_of(row.data)
    wrong = [name for name in COPIES if _plain(getattr(row, name)) != _plain(said[name])]
    try:
        envelope = json.loads(row.data)
        own = {"fact_id": row.fact_id.hex(), "station": row.station_id.hex()}
        wrong += [name for name, value in own.items() if envelope[name] != value]
    except (ValueError, TypeError, KeyError):
        pass  # bytes that are no envelope: the chain alone holds them
    return f"{', '.join(wrong)} differ from what was recorded" if wrong else ""


def _plain(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _streams() -> Any:
    """Facts and repeated facts of all streams in order; a repeated fact has the bytes of the first one."""
    first = aliased(FactRow)
    names = [getattr(FactRow, name) for name in COPIES]
    facts = select(
        FactRow.station_id, FactRow.incarnation, FactRow.seq, FactRow.fact_id, FactRow.chain, FactRow.data,
        *(column.label(name) for name, column in zip(COPIES, names, strict=True)),
        literal(False).label("again"), literal(True).label("there"),
    )  # fmt: skip
    again = select(
        FactAgain.station_id, FactAgain.incarnation, FactAgain.seq, FactAgain.fact_id, literal(None).label("chain"),
        func.coalesce(func.nullif(FactAgain.data, ""), first.data, "").label("data"),
        *(getattr(first, name).label(name) for name in COPIES),
        literal(True).label("again"), first.fact_id.is_not(None).label("there"),
    ).outerjoin(first, first.fact_id == FactAgain.fact_id)  # fmt: skip
    both = union_all(facts, again).subquery()
    return select(both).order_by(both.c.station_id, both.c.incarnation, both.c.seq)


_STREAMS = _streams()


# ---- heads outside the database -------------------------------------------------------------------------------------


def heads_text(heads: Iterable[Head]) -> str:
    """Heads as JSON lines, to be kept where nobody who can change the database can change them."""
    return "".join(json.dumps(asdict(head), sort_keys=True) + "\n" for head in heads)


def compare(session: Session, text: str) -> Iterator[Altered]:
    """Each head of `text` that history does not contain any more. ValueError for lines that are no heads."""
    for line in text.splitlines():
        head = Head(**json.loads(line))
        chain = _chain_at(session, head)
        if chain is None:
            yield Altered(head.station, head.incarnation, head.seq, "it is gone, and was there when heads were kept")
        elif chain != head.chain:
            yield Altered(head.station, head.incarnation, head.seq, "history up to it is not what it was")


def _chain_at(session: Session, head: Head) -> str | None:
    incarnation = bytes.fromhex(head.incarnation)
    where = (FactRow.incarnation == incarnation, FactRow.seq == head.seq)
    chain = session.scalar(select(FactRow.chain).where(*where))
    if chain is None:  # a repeated fact keeps no chain of its own: it is the mark's, as long as it is the last one
        marked = (StationMark.incarnation == incarnation, StationMark.pushed_seq == head.seq)
        chain = session.scalar(select(StationMark.pushed_chain).where(*marked))
    return None if chain is None else chain.hex()
