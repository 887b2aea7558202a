"""Where orders come from: one module a source, found by itself; `read_orders` asks each whether a file is its own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO

from app.channels.base import BadFile, Channel, Entry, bad_file, json_keys, not_orders
from app.text import say

__all__ = ["BadFile", "batches", "channels", "read_orders", "read_stream", "recognise"]

HEAD = 64 * 1024
"""How much of a file a channel sees when it is asked whether the file is its own."""


@cache
def channels() -> tuple[Channel, ...]:
    """Every source of this package, by name. A module without a `CHANNEL` is broken and stops the start."""
    modules = [m.name for m in pkgutil.iter_modules(__path__) if m.name != "base"]
    found: list[Channel] = [importlib.import_module(f"{__name__}.{name}").CHANNEL for name in sorted(modules)]
    return tuple(found)


def recognise(head: bytes, file: str) -> Channel:
    """The source whose file this is. Raises `NotOrders` when nobody knows it."""
    for channel in channels():
        if channel.recognises(head, file):
            return channel
    if not head.strip():
        raise bad_file(say("The file is empty"))
    if json_keys(head) or head.lstrip()[:1] in (b"{", b"["):
        raise not_orders(say("This is JSON, but no order of a channel that is known here"))
    raise not_orders(
        say("This is neither an order export that is known here nor a table with the usual columns"),
        say("Name the columns of your table in a mapping file and give it with --mapping"),
    )


def read_orders(
    path: Path, channel: Channel | None = None, *, seen: Callable[[int], None] | None = None
) -> Iterator[Entry]:
    """The orders of a file, and what is wrong with those that can't be taken. Raises `BadFile` and nothing else.

    After each, `seen` hears how many bytes of the file have been read.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise bad_file(say("It can't be read: {why}", why=error.strerror or type(error).__name__)) from None
    with stream:
        yield from read_stream(stream, path.name, channel, seen=seen)


def read_stream(
    stream: BinaryIO, name: str, channel: Channel | None = None, *, seen: Callable[[int], None] | None = None
) -> Iterator[Entry]:
    """The same of an open file that can be read from its beginning again."""
    try:
        head = stream.read(HEAD)
        stream.seek(0)
        for entry in (channel or recognise(head, name)).read(stream, name):
            yield entry
            if seen is not None:
                seen(stream.tell())
    except OSError as error:
        raise bad_file(say("It can't be read: {why}", why=error.strerror or type(error).__name__)) from None


def batches(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    """The entries in lists of `size`. Where the file breaks off, what was read before it comes first."""
    batch: list[Entry] = []
    try:
        for entry in entries:
            batch.append(entry)
            if len(batch) == size:
                yield batch
                batch = []
    except BadFile:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
