"""Carriers' scans out of a table: kept in our words, told to the customer and to whoever must act.

Rows may come in any order and as often as they like: an event is its parcel, its moment and the carrier's own word for
it. A parcel's state is that of its newest event.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, RowError, Table, TableRow, Tally, bad_file, read_table
from app.ids import stable_id
from app.inventory.service.master import trial
from app.models import Parcel, TrackingEvent
from app.shipping.queries.site import site_zone
from app.text import say
from app.tracking.rules.statuses import STATUSES, UNKNOWN, normalised, plain_word
from app.tracking.service.news import News, tell_news, tell_unknown_words, word_is_known

COLUMNS = Columns(("tracking", "at", "status"), ("place", "words"))
_TOO_EARLY = timedelta(days=1)
"""How far a carrier's clock may be ahead of ours."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ScanMapping:
    """How one carrier's table is to be read. `columns` maps our word to the table's; `statuses` its words to ours.

    `time_zone` (IANA) is that of moments without an offset, the site's own where it is empty; `carrier` says whose
    words these are, that of each parcel's label where it is empty.
    """

    carrier: str = ""
    time_zone: str = ""
    date_format: str = ""
    delimiter: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)


def load_scan_mapping(path: Path) -> ScanMapping:
    """A mapping from a TOML or JSON file. Raises `BadFile` that names what is wrong."""
    try:
        data = path.read_text(encoding="utf-8")
        values = json.loads(data) if path.suffix == ".json" else tomllib.loads(data)
    except OSError as error:
        raise bad_file(say("The mapping can't be read: {why}", why=error.strerror or "?")) from None
    except (ValueError, RecursionError) as error:
        raise bad_file(say("The mapping is broken: {why}", why=str(error)[:200])) from None
    if not isinstance(values, dict):
        raise bad_file(say("The mapping is no table"), say("See docs/imports.md"))
    columns, statuses = _texts(values.pop("columns", {})), _texts(values.pop("statuses", {}))
    _check(_texts(values), columns, statuses)
    return ScanMapping(**_texts(values), columns=columns, statuses={plain_word(w): s for w, s in statuses.items()})


def _texts(values: object) -> dict[str, str]:
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise bad_file(say("The mapping has something else than texts"), say("See docs/imports.md"))
    return {str(k): str(v) for k, v in values.items()}


def _check(values: Mapping[str, str], columns: Mapping[str, str], statuses: Mapping[str, str]) -> None:
    known = ("carrier", "time_zone", "date_format", "delimiter")
    strange = [name for name in values if name not in known]
    strange += [name for name in columns if name not in COLUMNS.required + COLUMNS.optional]
    strange += [status for status in statuses.values() if status not in STATUSES]
    if strange:
        words = ", ".join((*known, *COLUMNS.required, *COLUMNS.optional, *STATUSES))
        raise bad_file(say("The mapping says {name}, which is not known", name=strange[0]), say("Known: {w}", w=words))
    if values.get("time_zone") and _zone(values["time_zone"]) is None:
        raise bad_file(say("{name} is no time zone", name=values["time_zone"]), say("Such as Europe/Berlin"))


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def import_tracking(
    session: Session,
    data: bytes,
    *,
    file: str,
    now: datetime,
    mapping: ScanMapping | None = None,
    dry_run: bool = False,
) -> ImportResult:
    """Imports a carrier's scans (docs/imports.md). Good rows go in, bad ones are named; twice is the same as once."""
    mapping = mapping or ScanMapping()
    tally = Tally()
    errors: list[RowError] = []
    table = _table(data, file, mapping)
    tally.warnings += table.warnings
    with trial(session, dry_run):
        reader = _Reader(session, mapping, now)
        news: dict[bytes, list[News]] = defaultdict(list)
        for some in _batches(table.fields(errors)):
            for parcel, new in _keep(session, tally, list(reader.events(some)), file, now):
                news[parcel].append(new)
        tell_news(session, news, now)
        tally.warnings += tell_unknown_words(session, reader.unknown, now)
        session.flush()
    tally.errors += dict.fromkeys(errors)
    return tally.result()


def _table(data: bytes, file: str, mapping: ScanMapping) -> Table:
    """The table with our words as its columns."""
    if not mapping.columns:
        return read_table(data, file, COLUMNS, delimiter=mapping.delimiter)
    read = read_table(data, file, delimiter=mapping.delimiter)
    ours = {name: mapping.columns.get(name, name) for name in COLUMNS.required + COLUMNS.optional}
    for name in COLUMNS.required:
        if not read.has(ours[name]):
            raise bad_file(say("The column {column} ({name}) is missing", column=ours[name], name=name))
    rows = tuple(
        TableRow(row.number, {name: row.cells.get(column, "") for name, column in ours.items()}, row.raw)
        for row in read.rows
    )
    return Table(file, tuple(ours), rows, read.warnings)


def _batches(rows: Iterable[Fields]) -> Iterator[list[Fields]]:
    some: list[Fields] = []
    for row in rows:
        some.append(row)
        if len(some) == _AT_ONCE:
            yield some
            some = []
    yield some


@dataclass(frozen=True, slots=True)
class _Event:
    """A row that was understood."""

    parcel_id: bytes
    at: datetime
    status: str
    place: str
    words: str
    raw: str
    carrier: str

    @property
    def id(self) -> bytes:
        return stable_id("tracking", self.parcel_id.hex(), self.at.isoformat(), plain_word(self.raw))


class _Reader:
    """Reads rows: whose parcel it is, when it was in UTC, what it means. Counts words that nobody knows."""

    def __init__(self, session: Session, mapping: ScanMapping, now: datetime) -> None:
        self._session = session
        self._mapping = mapping
        self._latest = now + _TOO_EARLY
        self._zone = _zone(mapping.time_zone) or site_zone(session)
        self.unknown: Counter[tuple[str, str]] = Counter()

    def events(self, rows: list[Fields]) -> Iterator[_Event]:
        parcels = self._parcels({_number(f.text("tracking", most=64)) for f in rows})
        for f in rows:
            before = len(f.errors)
            event = self._event(f, parcels)
            if event is not None and len(f.errors) == before:
                yield event

    def _parcels(self, numbers: set[str]) -> dict[str, tuple[bytes, str]]:
        """(parcel, carrier) by tracking number and by SSCC; a label that was voided is nobody's."""
        numbers.discard("")
        found = self._session.execute(
            select(Parcel.tracking, Parcel.sscc, Parcel.id, Parcel.carrier)
            .where((Parcel.tracking.in_(numbers)) | (Parcel.sscc.in_(numbers)), Parcel.state != "void")
            .order_by(Parcel.id)
        ).all()
        known = {sscc: (parcel, carrier) for _, sscc, parcel, carrier in found if sscc}
        return known | {tracking: (parcel, carrier) for tracking, _, parcel, carrier in found if tracking}

    def _event(self, f: Fields, parcels: Mapping[str, tuple[bytes, str]]) -> _Event | None:
        number, raw = f.text("tracking", most=64, required=True), f.text("status", most=500, required=True)
        at = self._moment(f)
        place, words = f.text("place", most=128), f.text("words", most=2000)
        parcel, carrier = parcels.get(_number(number), (b"", ""))
        if number and not parcel:
            f.wrong("tracking", number, say("the tracking number of a parcel that was packed here"))
        if not parcel or not raw or at is None:
            return None
        carrier = self._mapping.carrier or carrier
        status = normalised(raw, carrier, self._mapping.statuses)
        if status == UNKNOWN:
            self.unknown[(carrier, raw)] += 1
        return _Event(parcel, at, status, place, words, raw, carrier)

    def _moment(self, f: Fields) -> datetime | None:
        text = f.text("at", most=64, required=True)
        if not text:
            return None
        try:
            form = self._mapping.date_format
            moment = datetime.strptime(text, form) if form else datetime.fromisoformat(text.replace(" +", "+"))  # noqa: DTZ007
            moment = (moment if moment.tzinfo else _local(moment, self._zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            shown = self._mapping.date_format or "2026-03-02T14:07:00+01:00"
            f.wrong("at", text, say("a moment such as {form}", form=shown))
            return None
        if moment > self._latest:
            f.wrong("at", text, say("a moment that has been"))
            return None
        return moment


def _number(text: str) -> str:
    """A tracking number as labels have it: people write blanks into it, and brackets before an SSCC."""
    number = "".join(text.split()).upper().removeprefix("(00)")
    return number[2:] if len(number) == 20 and number.isdigit() and number.startswith("00") else number


def _local(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment.replace(tzinfo=zone) if zone else moment.astimezone()


def _keep(
    session: Session, tally: Tally, events: list[_Event], file: str, now: datetime
) -> Iterator[tuple[bytes, News]]:
    """Keeps what is new, mends what a better table of words now understands; gives out what is news."""
    by_id = {event.id: event for event in events}
    known = dict(
        session.execute(select(TrackingEvent.id, TrackingEvent.status).where(TrackingEvent.id.in_(by_id))).all()
    )
    fresh = [(i, e) for i, e in by_id.items() if i not in known]
    better = [(i, e) for i, e in by_id.items() if known.get(i) == UNKNOWN != e.status]
    if fresh:
        session.execute(insert(TrackingEvent), [_columns(i, e, file) for i, e in fresh])
    for event_id, event in better:
        session.execute(update(TrackingEvent).where(TrackingEvent.id == event_id).values(status=event.status))
        word_is_known(session, event.carrier, event.raw, now)
    tally.created += len(fresh)
    tally.updated += len(better)
    tally.unchanged += len(events) - len(fresh) - len(better)
    for _, event in (*fresh, *better):
        yield event.parcel_id, News(event.at, event.status, event.place, event.words, event.raw)


def _columns(event_id: bytes, event: _Event, file: str) -> dict[str, object]:
    return {
        "id": event_id, "parcel_id": event.parcel_id, "at": event.at, "status": event.status, "place": event.place,
        "words": event.words, "raw": event.raw, "source": file[:64],
    }  # fmt: skip
