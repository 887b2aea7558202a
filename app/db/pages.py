"""Rows out of the pages of a SQLite file that SQLite itself does not read any more.

Only what the tables of facts and of the outbox need: cells of index b-trees (tables WITHOUT ROWID are such) and of
table b-trees, each page by itself, so that no damaged page hides the others. What is found is raw material: whoever
uses it proves each row by something else. Source of the format: sqlite.org/fileformat2.html, 1.6 and 2.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

Value = int | bytes | str | float | None
_LEAF_TABLE, _LEAF_INDEX, _INNER_INDEX = 0x0D, 0x0A, 0x02
_LOG_HEAD, _FRAME_HEAD = 32, 24


def rows(file: Path) -> Iterator[tuple[Value, ...]]:
    """The rows of every page that can be read, those of the log as well, in no order and maybe more than once."""
    page, images, newest = _pages(file)
    for number, raw in images:
        for payload in _payloads(raw, 100 if number == 1 else 0, page, newest):
            with suppress(ValueError, IndexError, UnicodeDecodeError):
                yield _record(payload)


def _pages(file: Path) -> tuple[int, list[tuple[int, bytes]], dict[int, bytes]]:
    """The size of a page, the image of each page of file and log, and the newest image by its number."""
    raw = file.read_bytes()
    size = int.from_bytes(raw[16:18])
    page = 65_536 if size == 1 else size if size in {1 << n for n in range(9, 16)} else 4096
    images = [(at // page + 1, raw[at : at + page]) for at in range(0, len(raw) - page + 1, page)]
    log = file.with_name(file.name + "-wal")
    if log.exists():
        frames = log.read_bytes()
        step = _FRAME_HEAD + page
        for at in range(_LOG_HEAD, len(frames) - step + 1, step):
            images.append((int.from_bytes(frames[at : at + 4]), frames[at + _FRAME_HEAD : at + step]))
    return page, images, dict(images)


def _payloads(raw: bytes, at: int, page: int, newest: dict[int, bytes]) -> Iterator[bytes]:
    """The payload of each cell of a page, with what overflows it."""
    kind = raw[at]
    if kind not in (_LEAF_TABLE, _LEAF_INDEX, _INNER_INDEX):
        return
    cells = int.from_bytes(raw[at + 3 : at + 5])
    first = at + (12 if kind == _INNER_INDEX else 8)
    for n in range(min(cells, (page - first) // 2)):
        place = int.from_bytes(raw[first + 2 * n : first + 2 * n + 2])
        with suppress(IndexError, ValueError):
            yield _payload(raw, place + (4 if kind == _INNER_INDEX else 0), kind, page, newest)


def _payload(raw: bytes, at: int, kind: int, page: int, newest: dict[int, bytes]) -> bytes:
    size, at = _varint(raw, at)
    if kind == _LEAF_TABLE:
        _, at = _varint(raw, at)
    most = page - 35 if kind == _LEAF_TABLE else (page - 12) * 64 // 255 - 23
    least = (page - 12) * 32 // 255 - 23
    here = least + (size - least) % (page - 4)
    here = size if size <= most else here if here <= most else least
    payload = raw[at : at + here]
    following = int.from_bytes(raw[at + here : at + here + 4]) if here < size else 0
    while len(payload) < size:
        more = newest.get(following)
        if more is None or len(payload) > 1 << 24:
            raise ValueError("the rest of the row is gone")
        payload += more[4 : 4 + min(page - 4, size - len(payload))]
        following = int.from_bytes(more[:4])
    return payload


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    for n in range(9):
        byte = raw[at + n]
        if n == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + n + 1
    raise ValueError("no number")


def _record(payload: bytes) -> tuple[Value, ...]:
    size, at = _varint(payload, 0)
    kinds = []
    while at < size:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    at, found = size, list[Value]()
    for kind in kinds:
        value, at = _value(payload, at, kind)
        found.append(value)
    return tuple(found)


_LENGTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


def _value(payload: bytes, at: int, kind: int) -> tuple[Value, int]:
    """One value by its serial type, and where the next one begins."""
    if kind >= 12:
        end = at + (kind - 12) // 2
        if end > len(payload):
            raise ValueError("the row is cut short")
        return (payload[at:end].decode() if kind % 2 else payload[at:end]), end
    if kind == 0:
        return None, at
    if kind in (8, 9):
        return kind - 8, at
    end = at + _LENGTHS[kind]
    if kind == 7:  # no table here has fractions
        return None, end
    return int.from_bytes(payload[at:end], signed=True), end
