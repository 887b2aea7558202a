"""What holds for every fact there is or ever will be: found by themselves, judged on two real databases.

A fact with random ids of the site (and ids of nothing) is applied and taken back at central and on a mirror. What it
wrote is seen by comparing the tables, not by asking it.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import shutil
import typing
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

import app
from app.clock import FakeClock
from app.db import Database, central_write, changed, open_database, station_write, tables_of
from app.db.feed import is_mirrored, key_text
from app.facts import Fact, Stamp, decode, kinds
from app.ids import stable_id
from app.models import Parcel, ParcelLine
from app.work.facts import Voided, touched_rows
from tests.engines import open_central
from tests.sync.sides import (
    B1,
    B2,
    MUG,
    ORDER,
    PICK_MUG,
    PICK_TEA,
    SLIP,
    T1,
    T2,
    T3,
    TEA,
    WORK,
    stock_the_site,
    template,
)

PARCEL = stable_id("parcel", "1")
NOTHING = b"\x0e" * 16
IDS = {
    "sku": [MUG, TEA], "place": [B1, B2], "tote": [T1, T2, T3], "order": [ORDER], "work": [WORK], "job": [SLIP],
    "pick_line": [PICK_MUG, PICK_TEA], "parcel": [PARCEL], "line": [stable_id("line", "1")],
}  # fmt: skip
"""Things of the site by the word in a field's name; sometimes it is a thing that nobody knows."""
STAMP = Stamp(
    fact_id=b"\xfa" * 16, station_id=stable_id("station", "PICK01"), incarnation=b"\xfb" * 16, seq=9, group=9,
    at=datetime(2026, 3, 2, tzinfo=UTC), tz_offset_min=60,
)  # fmt: skip
NUMBERS = {"price": "4.19", "currency": "EUR", "at": "2026-03-02T13:07:00+00:00"}
"""Words of facts that are numbers: what a hand can't get wrong."""


def every_kind() -> list[str]:
    for stage in (m.name for m in pkgutil.iter_modules(app.__path__) if m.ispkg):
        if "facts" in {m.name for m in pkgutil.iter_modules([str(Path(app.__path__[0], stage))])}:
            importlib.import_module(f"app.{stage}.facts")
    return sorted(kind for kind, cls in kinds().items() if cls.__module__.startswith("app."))


# ---- any fact of a kind ---------------------------------------------------------------------------------------------


def _value(hint: Any, name: str, length: int) -> st.SearchStrategy[Any]:
    hint = getattr(hint, "__supertype__", hint)
    if typing.get_origin(hint) is tuple:
        inner = typing.get_args(hint)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return st.tuples(*[_value(inner[0], name, length)] * length)
        return st.tuples(*[_value(one, name, length) for one in inner])
    if name in NUMBERS:
        return st.just(NUMBERS[name])
    things = next((ids for word, ids in IDS.items() if word in name), [MUG, T1, ORDER])
    values: dict[Any, st.SearchStrategy[Any]] = {
        bytes: st.sampled_from([*things, *things, NOTHING]),
        int: st.sampled_from([-3, -1, 0, 1, 2, 7]),
        bool: st.booleans(),
        str: st.sampled_from(["", "good", "A/1", "sent", "Weiß 🍵"]),
    }
    return values[hint]


@st.composite
def any_fact(draw: st.DrawFn, kind: str) -> Fact:
    """A fact with anything in its fields; lists that run side by side are of one length."""
    cls = kinds()[kind]
    hints = typing.get_type_hints(cls)
    length = draw(st.integers(0, 3))
    values = {f.name: draw(_value(hints[f.name], f.name, length)) for f in fields(cls) if f.name != "freed"}
    return cls(**values)


# ---- a site on both sides -------------------------------------------------------------------------------------------


def _with_a_parcel(session: Session) -> None:
    session.add(Parcel(id=PARCEL, order_id=ORDER, state="open"))
    session.add(ParcelLine(parcel_id=PARCEL, order_line_id=stable_id("line", "1"), sku_id=MUG, quantity=1))
    session.flush()
    changed(session, Parcel, PARCEL)
    changed(session, ParcelLine, PARCEL, stable_id("line", "1"), "")


@pytest.fixture(scope="module")
def sides() -> Iterator[dict[str, Any]]:
    """Databases of both sides with the same rows in the tables that both have."""
    with TemporaryDirectory(prefix="packbay-test-") as folder:
        found = {}
        for side in ("central", "station"):
            path = Path(folder) / f"{side}.sqlite"
            if side == "central":
                found[side] = open_central(path, template=template(side))
                continue
            shutil.copy(template(side), path)
            found[side] = open_database(path, side)
        with central_write(found["central"]) as session:
            stock_the_site(session, FakeClock())
            _with_a_parcel(session)
            rows = _mirror_of(session)
        with station_write(found["station"]) as session:
            for table in tables_of("station"):
                for row in rows.get(table.name, {}).values():
                    session.execute(table.insert().values(**row))
        yield found
        for database in found.values():
            database.close()


def _mirror_of(session: Session) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        table.name: {
            key_text(table, [row[c] for c in table.primary_key.columns]): {c.name: row[c] for c in table.columns}
            for row in session.execute(select(table)).mappings()
        }
        for table in tables_of("station")
        if is_mirrored(table)
    }


def _written(before: dict[str, Any], after: dict[str, Any]) -> set[tuple[str, str]]:
    """Rows of mirrored tables that came, went or are different."""
    return {
        (topic, key)
        for topic in before
        for key in before[topic].keys() | after[topic].keys()
        if before[topic].get(key) != after[topic].get(key)
    }


def _keys(rows: Any) -> set[tuple[str, str]]:
    tables = {t.name: t for t in tables_of("station")}
    return {(topic, key_text(tables[topic], key)) for topic, key in rows}


class _Enough(Exception):
    """Ends a trial."""


@contextmanager
def trial(database: Database, write: Callable[[Database], AbstractContextManager[Session]]) -> Iterator[Session]:
    """A transaction that is never kept."""
    try:
        with write(database) as session:
            yield session
            raise _Enough
    except _Enough:
        pass


# ---- the rules ------------------------------------------------------------------------------------------------------

KINDS = [k for k in every_kind() if k != "Voided"]


@pytest.mark.parametrize("side", ["central", "station"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fact_writes_only_rows_that_it_names_and_central_tells_of_each(
    kind: str, side: str, sides: dict[str, Any]
) -> None:
    """Else the feed would bring an older row over it (docs/decisions/0007), or the stations would never hear of it."""
    write = central_write if side == "central" else station_write

    @settings(max_examples=8)
    @given(any_fact(kind))
    def judge(fact: Fact) -> None:
        with trial(sides[side], write) as session:
            named = _keys(touched_rows(session, fact))
            start = _mirror_of(session)
            fact.apply(session, STAMP)
            applied = _mirror_of(session)
            fact.revert(session, STAMP)
            written = _written(start, applied) | _written(applied, _mirror_of(session))
            told = _keys(session.info["changed"])
            assert written <= named
            assert told == set() if side == "station" else written <= told <= named

    judge()


@pytest.mark.parametrize("kind", KINDS)
def test_a_fact_survives_its_way_through_json(kind: str) -> None:
    @settings(max_examples=15)
    @given(any_fact(kind))
    def judge(fact: Fact) -> None:
        body = json.loads(json.dumps(fact.body()))
        assert decode(kind, body) == fact
        assert decode(kind, body | {"of_a_newer_program": 1}) == fact

    judge()


@pytest.mark.parametrize("kind", KINDS)
def test_a_fact_that_moves_units_takes_them_all_back(kind: str, sides: dict[str, Any]) -> None:
    if not kinds()[kind].voidable:
        assert kinds()[kind].revert is Fact.revert, "nobody will ever call it"
        return

    @settings(max_examples=8)
    @given(any_fact(kind))
    def judge(fact: Fact) -> None:
        with trial(sides["central"], central_write) as session:
            before = _on_hand(session)
            fact.apply(session, STAMP)
            fact.revert(session, STAMP)
            assert _on_hand(session) == before

    judge()


def _on_hand(session: Session) -> dict[str, int]:
    return {key: row["on_hand"] for key, row in _mirror_of(session)["stock"].items() if row["on_hand"]}


def test_every_stage_is_looked_at() -> None:
    assert {"SignedIn", "Picked", "Packed", "StockSet", "StationFounded", "ParcelClosed"} <= set(KINDS)
    assert not Voided.voidable
