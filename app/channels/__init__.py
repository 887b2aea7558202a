"""Where orders come from: one module a source, found by itself; `read_orders` asks each whether a file is its own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from app.channels.base import BadFile, Channel, Entry, bad_file, json_keys, not_orders
from app.text import say

__all__ = ["BadFile", "channels", "read_orders", "recognise"]

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


def read_orders(path: Path, channel: Channel | None = None) -> Iterator[Entry]:
    """The orders of a file, and what is wrong with those that can't be taken. Raises `BadFile` and nothing else."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise bad_file(say("It can't be read: {why}", why=error.strerror or type(error).__name__)) from None
    with stream:
        try:
            head = stream.read(HEAD)
            stream.seek(0)
            chosen = channel or recognise(head, path.name)
            yield from chosen.read(stream, path.name)
        except OSError as error:
            raise bad_file(say("It can't be read: {why}", why=error.strerror or type(error).__name__)) from None
