"""What queries answered, kept in memory until a table that they read is written.

A screen asks its mirror the same questions scan after scan: which order is this, what is the box called, is a printer
asked for. Which tables a question reads is not declared by anybody but seen: every statement that it sends to SQLite
names them. Every statement that writes names its table too, and forgets all answers that were read from it. So an
answer can't be older than the rows behind it, whatever a workflow asks and whatever a fact or the feed writes.

Used by the work thread only, which alone writes the station's file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from app.events import Read

MOST_KEPT, DROPPED = 1_500, 500
"""Answers that are kept, and how many of the oldest go when there are more."""
Key = tuple[Any, ...]


class Memory:
    """Answers by question; see the module."""

    def __init__(self) -> None:
        self._answers: dict[Key, tuple[Any, frozenset[str]]] = {}
        self._read_from: dict[str, set[Key]] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def recall(self, key: Key) -> tuple[Any, frozenset[str]]:
        """The answer and the tables behind it; KeyError when there is none, TypeError when the key can't be one (a
        list in it)."""
        return self._answers[key]

    def keep(self, key: Key, tables: Iterable[str], answer: Any) -> None:
        """Keeps an answer that was read from these tables, and lets go of the oldest when there are too many.

        A question that names a moment (the time it is now, a read) is never asked again, and its answer not kept.
        """
        _, arguments, named = key
        if any(isinstance(value, datetime | Read) for value in (*arguments, *(value for _, value in named))):
            return
        if len(self._answers) >= MOST_KEPT:
            for oldest in tuple(islice(self._answers, DROPPED)):
                self._drop(oldest)
        self._answers[key] = (answer, frozenset(tables))
        for table in tables:
            self._read_from.setdefault(table, set()).add(key)

    def forget(self, tables: Iterable[str]) -> None:
        """Rows of these tables are written: what was read from them is asked anew."""
        for table in tables:
            for key in tuple(self._read_from.get(table, ())):
                self._drop(key)

    def copy(self) -> Memory:
        """The same answers, in a memory of its own."""
        same = Memory()
        same._answers = dict(self._answers)
        same._read_from = {table: set(keys) for table, keys in self._read_from.items()}
        return same

    def learn(self, other: Memory, but_of: Iterable[str]) -> None:
        """Takes over what another memory was told, unless any of these tables stands behind it."""
        hidden = frozenset(but_of)
        for key, (answer, tables) in other._answers.items():
            if key not in self._answers and hidden.isdisjoint(tables):
                self.keep(key, tables, answer)

    def _drop(self, key: Key) -> None:
        _, tables = self._answers.pop(key)
        for table in tables:
            self._read_from[table].discard(key)

    def clear(self) -> None:
        """Forgets everything: a transaction failed, and what was read in it may never have been."""
        self._answers.clear()
        self._read_from.clear()
