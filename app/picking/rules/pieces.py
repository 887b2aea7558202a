"""The ways in which one piece of an aisle, between two cross-aisles, can be walked so that all stops in it are reached.

Ratliff & Rosenthal (1983) name them: right through, from either end to the farthest stop and back, from both ends but
for one gap, twice, or not at all. Where the walk starts or ends within the piece its stretches change there between
once and twice.
"""

from __future__ import annotations

import itertools

from app.picking.rules.frontier import Op

SKIP: Op = (0, 0, False)
PASS: Op = (1, 1, True)
TWICE: Op = (2, 2, True)
FROM_LOW: Op = (2, 0, False)
FROM_HIGH: Op = (0, 2, False)
FROM_BOTH: Op = (2, 2, False)

Choice = tuple[Op, int, int | tuple[int, ...], int]
"""(what it looks like from both ends, its length in mm, how often each stretch between two stops is walked, the stretch
that is left out, -1 for none): one way to walk a piece of an aisle and to reach all stops in it."""
WALKS_BY: Choice = (SKIP, 0, 0, -1)


def choices(places: list[int], doubles: bool) -> list[Choice]:
    """Right through; from the lower end to the last stop and back; from the upper one; from both, leaving out the
    longest stretch between two stops."""
    low, high = places[0], places[-1]
    long, last = high - low, len(places) - 2
    found: list[Choice] = [
        (PASS, long, 1, -1),
        (FROM_LOW, 2 * (places[last] - low), 2, last),
        (FROM_HIGH, 2 * (high - places[1]), 2, 0),
    ]
    if last > 1:
        widest, at = 0, 0
        for i in range(1, last):
            wide = places[i + 1] - places[i]
            if wide > widest:
                widest, at = wide, i
        found.append((FROM_BOTH, 2 * (long - widest), 2, at))
    if doubles:
        found.append((TWICE, 2 * long, 2, -1))
    return found


def choices_at_an_end(places: list[int], odd: list[bool]) -> list[Choice]:
    """The same where the walk starts or ends in the piece: there the stretches change between once and twice."""
    stretches = [b - a for a, b in itertools.pairwise(places)]
    last, found = len(stretches) - 1, list[Choice]()
    for first in (1, 2):
        times = tuple(itertools.accumulate(odd, lambda n, is_odd: 3 - n if is_odd else n, initial=first))
        whole = sum(long * n for long, n in zip(stretches, times, strict=True))
        found.append(((times[0], times[-1], True), whole, times, -1))
        twice = [i for i, n in enumerate(times) if n == 2]
        inside = [i for i in twice if 0 < i < last]
        widest = [max(inside, key=lambda i: stretches[i])] if inside else []
        for i in (*(i for i in twice if i in (0, last)), *widest):
            op = (0 if i == 0 else times[0], 0 if i == last else times[-1], False)
            found.append((op, whole - 2 * stretches[i], times, i))
    return found
