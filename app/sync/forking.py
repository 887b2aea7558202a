"""What a new stream is made of, worked out before the work thread needs it.

After a fork every fact that the station keeps gets a new link, and every row that these facts wrote is marked as its
own once more. Reading and hashing thousands of them takes long and writes nothing: the sync thread does it when it has
heard central's greeting (`draft`), and the work thread writes the outcome in one go and adds what was recorded since.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.feed import key_text
from app.facts import Row, link, read_fact
from app.models import FactRow, Model, Outbox
from app.work.facts import touched_rows

log = logging.getLogger(__name__)
Key = tuple[str, str]
"""A row of the mirror: its table, and its key as the feed writes it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The links of the facts from `first` to `last` (0 for none) in a new stream, and which of them wrote a row last.

    `incarnation` is that of the stream so far: a draft of another one says nothing.
    """

    incarnation: bytes
    first: int
    last: int
    chain: bytes
    links: tuple[tuple[int, bytes], ...]
    touched: dict[Key, int]


def draft(session: Session, incarnation: bytes, before: Draft | None = None) -> Draft:
    """Of all facts that are kept; after `before`, where that is of the same facts, only of those that came since."""
    first = session.scalar(select(func.min(Outbox.seq))) or 0
    if before is None or (before.incarnation, before.first) != (incarnation, first):
        before = Draft(incarnation, first, 0, b"", (), {})
    chain, links, last = before.chain, list(before.links), before.last
    rows = select(Outbox.seq, FactRow.data).join(FactRow, FactRow.fact_id == Outbox.fact_id)
    for seq, data in session.execute(rows.where(Outbox.seq > before.last).order_by(Outbox.seq)):
        chain, last = link(chain, data.encode()), seq
        links.append((seq, chain))
    touched = before.touched | touched_after(session, before.last)
    return Draft(incarnation, first, last, chain, tuple(links), touched)


def touched_after(session: Session, after: int) -> dict[Key, int]:
    """Every row that own facts after this one wrote, and the number of the last of them."""
    found: dict[Key, int] = {}
    rows = select(Outbox.seq, FactRow.kind, FactRow.data).join(FactRow, FactRow.fact_id == Outbox.fact_id)
    for seq, kind, data in session.execute(rows.where(Outbox.seq > after).order_by(Outbox.seq)).all():
        for topic, key in _rows_of(session, kind, data):
            found[topic, key_text(Model.metadata.tables[topic], key)] = seq
    return found


def _rows_of(session: Session, kind: str, data: str) -> tuple[Row, ...]:
    """The rows that an own fact wrote; none for one that can't be read here (any more): central sets that one aside."""
    try:
        fact = read_fact(kind, data)
        return touched_rows(session, fact) if fact else ()
    except Exception as error:  # its bytes may be anything
        log.warning("an own fact of kind %s can't be read: %s", kind, error)
        return ()
