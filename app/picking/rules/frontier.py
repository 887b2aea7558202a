"""What a started walk looks like from the next aisle on: the equivalence classes of partial tours, and their steps.

A set of walked pieces (each walked once or twice) becomes a walk if it is connected and an even number of pieces meets
at every place (an odd one where the walk starts or ends, if these are two places). Seen from the right of an aisle, all
that matters of the pieces on its left is, for each row: none end there, an even or an odd number does, and which rows
hang together already. For two rows these are the classes of Ratliff & Rosenthal (1983), for any number of rows those
of Roodbergen & de Koster (2001) and Cambazard & Catusse (2018).

The classes are numbered when they are first met, and every step is worked out once and remembered: the dynamic program
of `exact` only looks up numbers.
"""

from __future__ import annotations

import itertools
from functools import cache

NONE, ODD, EVEN = 0, 1, 2
"""How many walked pieces end at a row's crossing: none, an odd number, an even number but some."""
Labels = tuple[int, ...]
State = tuple[Labels, Labels]
"""(how many end at each row, which part each row belongs to): parts are numbered from 1 as they appear, 0 is none."""
Op = tuple[int, int, bool]
"""How a piece of an aisle is walked: (times at its lower end, at its upper end, whether it joins the two)."""
Mask = tuple[bool, ...]
"""Which rows can be walked to the next aisle."""


class Steps(dict[int, int]):
    """From the number of a class to that of the class after one kind of step."""

    __slots__ = ("classes", "k", "op")

    def __init__(self, classes: Classes, k: int, op: Op) -> None:
        super().__init__()
        self.classes, self.k, self.op = classes, k, op

    def __missing__(self, number: int) -> int:
        self[number] = found = self.classes.number(_walked(self.classes.states[number], self.k, self.op))
        return found


class Asks(dict[int, int]):
    """From the number of a class to that of the class in which row k is touched, and `odd` or not is asked of it."""

    __slots__ = ("classes", "k", "odd")

    def __init__(self, classes: Classes, k: int, odd: bool) -> None:
        super().__init__()
        self.classes, self.k, self.odd = classes, k, odd

    def __missing__(self, number: int) -> int:
        self[number] = found = self.classes.number(_asked(self.classes.states[number], self.k, self.odd))
        return found


Moves = tuple[tuple[int, int, Labels], ...]
"""(pieces walked to the next aisle, the class there, how often each row is walked)."""


class Crossings(dict[int, Moves]):
    """From the number of a class to the ways on to the next aisle, where the rows of `mask` can be walked."""

    __slots__ = ("classes", "mask")

    def __init__(self, classes: Classes, mask: Mask) -> None:
        super().__init__()
        self.classes, self.mask = classes, mask

    def __missing__(self, number: int) -> Moves:
        found = [
            (sum(times), self.classes.number(state), times)
            for times, state in _crossed(self.classes.states[number], self.mask)
        ]
        self[number] = moves = tuple(sorted(found))
        return moves


class Classes:
    """All classes met so far for one number of rows, and the steps between them. It only grows, to at most some
    thousand entries with six rows; what it answers depends on nothing but the question."""

    __slots__ = ("_asks", "_crossings", "_numbers", "_steps", "complete", "rows", "states")

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.states: list[State] = []
        self.complete: list[bool] = []
        self._numbers: dict[State, int] = {}
        self._steps: dict[tuple[int, Op], Steps] = {}
        self._asks: dict[tuple[int, bool], Asks] = {}
        self._crossings: dict[Mask, Crossings] = {}
        self.number(((NONE,) * rows, (0,) * rows))

    def number(self, state: State) -> int:
        """The number of a class; 0 is the one in which nothing was walked."""
        if state not in self._numbers:
            self._numbers[state] = len(self.states)
            self.states.append(state)
            self.complete.append(ODD not in state[0] and max(state[1]) == 1)
        return self._numbers[state]

    def steps(self, k: int, op: Op) -> Steps:
        """Walking the piece of an aisle between the rows k and k + 1."""
        if (k, op) not in self._steps:
            self._steps[k, op] = Steps(self, k, op)
        return self._steps[k, op]

    def asks(self, k: int, *, odd: bool) -> Asks:
        """There is a stop at the crossing with row k, or (`odd`) one of two different ends of the walk."""
        if (k, odd) not in self._asks:
            self._asks[k, odd] = Asks(self, k, odd)
        return self._asks[k, odd]

    def crossings(self, mask: Mask) -> Crossings:
        """Going on to the next aisle."""
        if mask not in self._crossings:
            self._crossings[mask] = Crossings(self, mask)
        return self._crossings[mask]


@cache
def classes(rows: int) -> Classes:
    """The classes for this number of rows, one object for the whole program."""
    return Classes(rows)


def _walked(state: State, k: int, op: Op) -> State:
    labels, parts = list(state[0]), list(state[1])
    low, high, joins = op
    for row, times in ((k, low), (k + 1, high)):
        if times:
            labels[row] = ODD if (labels[row] == ODD) != (times == 1) else EVEN
            parts[row] = parts[row] or max(parts) + 1
    if joins and parts[k] != parts[k + 1]:
        gone = parts[k + 1]
        parts = [parts[k] if part == gone else part for part in parts]
    return tuple(labels), _renumbered(parts)


def _asked(state: State, k: int, odd: bool) -> State:
    labels, parts = list(state[0]), list(state[1])
    labels[k] = ODD if (labels[k] == ODD) != odd else EVEN
    parts[k] = parts[k] or max(parts) + 1
    return tuple(labels), _renumbered(parts)


def _crossed(state: State, mask: Mask) -> list[tuple[Labels, State]]:
    """An odd crossing is left once, an even one twice or not at all; no part may be left behind."""
    labels, parts = state
    choices = [
        (0,) if label == NONE else ((1,) if label == ODD else (0, 2)) if open_ else ((0,) if label == EVEN else ())
        for label, open_ in zip(labels, mask, strict=True)
    ]
    found = []
    for times in itertools.product(*choices):
        kept = [part if walked else 0 for part, walked in zip(parts, times, strict=True)]
        if set(kept) - {0} == set(parts) - {0}:
            found.append((times, (times, _renumbered(kept))))
    return found


def _renumbered(parts: list[int]) -> Labels:
    names: dict[int, int] = {0: 0}
    return tuple(names.setdefault(part, len(names)) for part in parts)
