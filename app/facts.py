"""Facts: what a hand did, seen at a station, in the past tense; append-only, never refused, never edited.

A fact is a frozen dataclass with only ids, integers and strings (and tuples of these). Its canonical bytes (sorted
JSON) are kept verbatim and are what the hash chain covers. `apply` writes the rows that the fact touches; the very same
code runs on the station's mirror and at central. `revert` is run when a `Voided` fact names this one: it writes the
inverse, never a deletion. `touches` names every row that `apply` and `revert` may write, so that the mirror knows
which of its rows hold something that central does not know yet (docs/decisions/0007).
"""

from __future__ import annotations

import hashlib
import json
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, get_type_hints

if TYPE_CHECKING:  # the vocabulary is read before the first picture, the databases' library after it
    from sqlalchemy.orm import Session

Row = tuple[str, tuple[bytes | str | int, ...]]
"""(table name, primary key): one row that a fact touches."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who, where, when, in which task, by which scan: the envelope of one fact.

    `seq` is dense per (station, incarnation) and is the only order inside a station. `group` is the number of the
    event that recorded it: the facts of one scan are undone together. `at` is information, never order.
    """

    fact_id: bytes
    station_id: bytes
    incarnation: bytes
    seq: int
    group: int
    at: datetime
    tz_offset_min: int
    actor_id: bytes = b""
    task_id: bytes = b""
    work_id: bytes = b""
    lease_id: bytes = b""
    fence: int = 0
    device: str = ""
    scan_number: int = 0
    scan_text: str = ""


@dataclass(frozen=True)
class Fact:
    """Base of all facts. Subclasses are frozen dataclasses; `kind` is the class name."""

    version: ClassVar[int] = 1
    voidable: ClassVar[bool] = True
    """Whether UNDO may take it back. Money spent and boxes closed have ways of their own."""
    closes: ClassVar[bool] = False
    """Whether it closes leased work: then a stale fence keeps the fact but not the closing."""
    upcasts: ClassVar[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
    """How a body of version n becomes one of n + 1, where a default for what is new does not do."""

    def __init_subclass__(cls) -> None:
        kinds.cache_clear()  # each fact that is read looks its kind up: the table is made anew for a new class only

    @classmethod
    def kind(cls) -> str:
        """The name under which it is stored."""
        return cls.__name__

    def touches(self) -> tuple[Row, ...]:
        """Every mirrored row that `apply` or `revert` may write."""
        return ()

    def apply(self, session: Session, stamp: Stamp) -> None:
        """Writes the rows. Must not fail for what a hand can do: physical truth is accepted and reported elsewhere."""

    def revert(self, session: Session, stamp: Stamp) -> None:
        """Writes the inverse of `apply`; `stamp` is that of the voiding fact."""

    def body(self) -> dict[str, Any]:
        """The fact as JSON values: ids as hex, tuples as lists."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> Self:
        """The inverse of `body`. Unknown keys are ignored (a newer station), missing ones take their default."""
        hints = _hints(typing.cast(typing.Hashable, cls))
        return cls(**{k: _typed(hints[k], v) for k, v in body.items() if k in hints})


def canonical(kind: str, version: int, body: dict[str, Any], stamp: Stamp) -> bytes:
    """The bytes that are kept, hashed and sent: JSON with sorted keys, no spaces, UTF-8."""
    envelope = {
        "kind": kind,
        "ver": version,
        "body": body,
        "fact_id": stamp.fact_id.hex(),
        "station": stamp.station_id.hex(),
        "group": stamp.group,
        "at": stamp.at.isoformat(),
        "tz": stamp.tz_offset_min,
        "actor": stamp.actor_id.hex(),
        "task": stamp.task_id.hex(),
        "work": stamp.work_id.hex(),
        "lease": stamp.lease_id.hex(),
        "fence": stamp.fence,
        "device": stamp.device,
        "scan_number": stamp.scan_number,
        "scan_text": stamp.scan_text,
    }
    return json.dumps(envelope, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: bytes, data: bytes) -> bytes:
    """The next link of the hash chain: SHA-256(previous || canonical bytes)."""
    return hashlib.sha256(previous + data).digest()


def _all_kinds(root: type[Fact]) -> Iterator[type[Fact]]:
    for sub in root.__subclasses__():
        yield sub
        yield from _all_kinds(sub)


@cache
def kinds() -> Mapping[str, type[Fact]]:
    """Every fact class that is imported, by kind. Two classes of one kind are a bug and said so."""
    found: dict[str, type[Fact]] = {}
    for cls in _all_kinds(Fact):
        if found.setdefault(cls.kind(), cls) is not cls:
            other = found[cls.kind()].__module__
            raise RuntimeError(f"two facts are called {cls.kind()}: {cls.__module__} and {other}")
    return found


def decode(kind: str, body: dict[str, Any], version: int | None = None) -> Fact | None:
    """The fact of that kind, or None when this program does not know it: a newer station's kind or version.

    `version` is that of the body, None for this program's own. An older body is brought up step by step.
    """
    cls = kinds().get(kind)
    if cls is None or (version is not None and version > cls.version):
        return None
    for old in range(cls.version if version is None else version, cls.version):
        body = cls.upcasts[old](body) if old in cls.upcasts else body
    return cls.from_body(body)


def read_fact(kind: str, data: str) -> Fact | None:
    """The fact in these canonical bytes, None as `decode`. ValueError, KeyError, TypeError for what is no envelope."""
    whole = json.loads(data)
    return decode(kind, whole["body"], int(whole["ver"]))


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return {k: v for k, v in get_type_hints(cls).items() if typing.get_origin(v) is not ClassVar}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | str):
        return value
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    raise TypeError(f"a fact holds ids, integers and strings, not {type(value).__name__}")


def _typed(hint: Any, value: Any) -> Any:
    hint = getattr(hint, "__supertype__", hint)
    origin = typing.get_origin(hint)
    if origin is tuple:
        inner = typing.get_args(hint)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_typed(inner[0], v) for v in value)
        return tuple(_typed(h, v) for h, v in zip(inner, value, strict=True))
    if origin in (typing.Union, types.UnionType):
        return _typed(next(h for h in typing.get_args(hint) if h is not type(None)), value)
    if hint is bytes:
        return bytes.fromhex(value)
    if hint is bool:
        return bool(value)
    if isinstance(hint, type) and not isinstance(value, hint):
        raise TypeError(f"{hint.__name__} expected, not {type(value).__name__}")
    return value
