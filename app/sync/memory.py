"""What queries answered, kept in memory until a table that they read is written.

A screen asks its mirror the same questions scan after scan: which order is this, what is the box called, is a printer
asked for. Which tables a question reads is not declared by anybody but seen: every statement that it sends to SQLite
names them. Every statement that writes names its table too, and forgets all answers that were read from it. So an
answer can't be older than the rows behind it, whatever a workflow asks and whatever a fact or the feed writes.

Used by the work thread only, which alone writes the station's file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MOST_KEPT = 4_000
Key = tuple[Any, ...]


class Memory:
    """Answers by question; see the module."""

    def __init__(self) -> None:
        self._answers: dict[Key, tuple[Any, frozenset[str]]] = {}
        self._read_from: dict[str, set[Key]] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def recall(self, key: Key) -> Any:
        """The answer; KeyError when there is none, TypeError when the key can't be one (a list in it)."""
        return self._answers[key][0]

    def keep(self, key: Key, tables: Iterable[str], answer: Any) -> None:
        """Keeps an answer that was read from these tables; when there are too many, all others are dropped."""
        if len(self._answers) >= MOST_KEPT:
            self.clear()
        self._answers[key] = (answer, frozenset(tables))
        for table in tables:
            self._read_from.setdefault(table, set()).add(key)

    def forget(self, tables: Iterable[str]) -> None:
        """Rows of these tables are written: what was read from them is asked anew."""
        for table in tables:
            for key in tuple(self._read_from.get(table, ())):
                _, also = self._answers.pop(key)
                for other in also:
                    self._read_from[other].discard(key)

    def clear(self) -> None:
        """Forgets everything: a transaction failed, and what was read in it may never have been."""
        self._answers.clear()
        self._read_from.clear()
