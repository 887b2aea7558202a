"""Statements are made up once for all the files of all worlds that a process plays.

A floor opens a file again whenever a program ends, a disk is put back or a mirror is made: hundreds of times, each
time with engines that know no statement yet. To make them up anew was a third of all that a world costs, and the same
work each time, for all of them speak to one and the same SQLite.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

MOST = 5_000


class _Store(dict[Any, Any]):
    """What `compiled_cache` of a connection may be: a dictionary. Which dialect asks is left out of its keys."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, value: Any) -> None:
        if len(self) >= MOST:
            self.clear()
        super().__setitem__(key[1:], value)


_STORE = _Store()


def _know(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execution_options(compiled_cache=_STORE)


@contextmanager
def statements_known() -> Iterator[None]:
    """While this holds, every connection of this process knows what any of them was told."""
    event.listen(Engine, "engine_connect", _know)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", _know)
