"""The network between a station and central: it loses, repeats and delays, and never tells."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from tests.simulation.central_end import CentralEnd
from tests.simulation.disk import Killed

DEADLINE_S = 10.0
"""After so long a caller gives up a line that says nothing."""


class Away(Exception):
    """No answer: nobody can say whether the call arrived."""


class Line:
    """One station's line. It is a `CentralPort`: every call of it may be lost on its way there or back.

    `plan[name]` says what happens to the next calls of that name, one word each: "lost" (it never arrives), "deaf"
    (it arrives, the answer does not), "twice" (it arrives two times), "copied" (a copy of it arrives much later),
    "hung" (it never arrives, and nobody says so until the deadline). "" is an honest call.
    """

    def __init__(self, central: CentralEnd, wait: Callable[[float], None]) -> None:
        self.central = central
        self.up = True
        self.plan: dict[str, deque[str]] = {}
        self.copies: list[tuple[str, tuple[Any, ...]]] = []
        self._wait = wait
        self._connected = -1
        self.heard: Callable[[str, str, tuple[Any, ...], Any], None] = lambda name, word, values, answer: None
        """Told of every call: its name, what happened to it, its values, the answer (None where none was made)."""

    def expect(self, name: str, *words: str) -> None:
        """What happens to the next calls of this name."""
        self.plan.setdefault(name, deque()).extend(words)

    def calm(self) -> None:
        """Nothing is planned any more, and the line is up."""
        self.plan.clear()
        self.up = True

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *values: self._call(name, values)

    def _call(self, name: str, values: tuple[Any, ...]) -> Any:
        words = self.plan.get(name)
        word = words.popleft() if words else ""
        if not self.up or not self.central.up:
            raise Away(name)
        if name == "hello":
            self._connected = self.central.generation
        elif self._connected != self.central.generation:  # the server ended since: this connection is dead
            raise Away(name)
        if word in ("lost", "hung"):
            if word == "hung":
                self._wait(DEADLINE_S)
            self.heard(name, word, values, None)
            raise Away(name)
        if word == "copied":
            self.copies.append((name, values))
        answer = self._arrive(name, values)
        if word == "twice":
            self.heard(name, word, values, answer)
            answer = self._arrive(name, values)
        self.heard(name, word, values, answer)
        if word == "deaf":
            raise Away(name)
        return answer

    def deliver_copies(self) -> int:
        """What was under way for long arrives now; nobody waits for the answers. How many calls."""
        copies, self.copies = self.copies, []
        for name, values in copies:
            answer = None
            try:
                answer = self._arrive(name, values)
            except Exception as error:  # central refuses what it must: the sender is no longer there
                answer = error
            self.heard(name, "late", values, answer)
        return len(copies)

    def _read_on(self, parts: Iterator[Any]) -> list[Any]:
        """All parts of a snapshot; others go on at central after the first ones."""
        read = list(islice(parts, 2))
        if self.central.between_parts is not None:
            act, self.central.between_parts = self.central.between_parts, None
            act()
        return [*read, *parts]

    def _arrive(self, name: str, values: tuple[Any, ...]) -> Any:
        with self.central.running():
            try:
                answer = getattr(self.central.port, name)(*values)
                return (part for part in self._read_on(answer)) if name == "snapshot" else answer
            except Killed:
                self.central.restart()
                raise Away(name) from None
