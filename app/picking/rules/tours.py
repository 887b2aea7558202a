"""Lengths of round walks over sets of stops, for those who ask for tens of thousands of them.

Who groups orders asks again and again how long a walk over a union of stops is. So a set of stops is one int here, a
bit for each place: a union is `|`, and the int is the key under which a length is kept. `BlockTours` answers for a
single block of parallel aisles in some 20 µs; `AskedTours` puts the same face on any other function of a walk's
length, for floors that are more than a block.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from app.picking.rules.distance import Point

MOST_LENGTHS = 120_000
"""Lengths that are kept at a time: about 30 MB. Beyond that all are forgotten and found again."""
MOST_BRANCHES = 16_384
"""The same for the stops of one aisle."""
NEVER = 1 << 60
"""Longer than any walk; sums of a few of them are still exact."""
REGION_MM = 5_000
"""The side of the squares in which two orders count as near each other."""
PIECE_BITS = 11
PIECE_FULL = (1 << PIECE_BITS) - 1
"""An aisle is looked at in pieces of so many places: what a piece holds is soon known for each set of them."""
Piece = tuple[int, int, int]
MOST_AISLES, STRIP_MM = 120, 3_000
"""An irregular floor is looked at roughly as strips of this width."""
Branches = tuple[int, int, int, int]
"""What the stops of one aisle cost without a way through, mm: from the top, from the bottom, around the widest gap,
and the least of the three."""


class Tours(Protocol):
    """Lengths of round walks from one start through sets of stops and back."""

    @property
    def rough(self) -> Tours | None:
        """The same floor as a plain block, where lengths by themselves take milliseconds; None where they are quick."""

    @property
    def found(self) -> int:
        """How many lengths were worked out so far; those that were known are not counted."""

    def set_of(self, places: Iterable[Point]) -> int:
        """The set of these places. Raises KeyError for a place that is not on this floor."""

    def length_mm(self, stops: int) -> int:
        """The length of a shortest walk over all stops of a set, back where it began; 0 for the empty set."""

    def region(self, stops: int) -> int:
        """The neighbourhoods that a set touches, one bit each: sets that share many of them go well together."""


class AskedTours:
    """Any function that gives the length of a round walk over places, asked once for each set of them.

    `places` are all that will be asked for, `start` is where walks begin. The function gets places in the order of
    (x, y).
    """

    def __init__(self, places: Iterable[Point], length: Callable[[Sequence[Point]], int], start: Point) -> None:
        self._places = tuple(sorted(set(places)))
        self._bits = {place: 1 << n for n, place in enumerate(self._places)}
        self._regions = _regions(self._places)
        self._length = length
        self._known: dict[int, int] = {0: 0}
        self._start = start
        self._rough: BlockTours | None = None
        self.found = 0

    @property
    def rough(self) -> BlockTours:
        """See `Tours`. Aisles are where stops lie above one another, or strips of the floor where they are too many."""
        if self._rough is None:
            ys = [y for _, y in (*self._places, self._start)]
            wide = STRIP_MM if len({x for x, _ in self._places}) > MOST_AISLES else 1
            self._rough = BlockTours(
                {x // wide * wide for x, _ in self._places}, min(ys), max(ys), self._start, self._places,
                lambda place: (place[0] // wide * wide, place[1]),
            )  # fmt: skip
        return self._rough

    def set_of(self, places: Iterable[Point]) -> int:
        """See `Tours`."""
        return _union(self._bits, places)

    def places_of(self, stops: int) -> tuple[Point, ...]:
        """The places of a set, in the order of (x, y)."""
        return tuple(self._places[n] for n in _ones(stops))

    def length_mm(self, stops: int) -> int:
        """See `Tours`."""
        known = self._known.get(stops)
        if known is None:
            if len(self._known) >= MOST_LENGTHS:
                self._known = {0: 0}
            known = self._known[stops] = self._length(self.places_of(stops))
            self.found += 1
        return known

    def region(self, stops: int) -> int:
        """See `Tours`."""
        return _region(self._regions, stops)


class BlockTours:
    """Exact lengths in one block of parallel aisles between two cross-aisles, from one place and back to it.

    `aisles_x` are the centre lines of the aisles, `bottom_y` and `top_y` those of the cross-aisles, mm; `start` lies
    on a cross-aisle or beside it. Every place lies at the centre line of an aisle, or `stands` says where one stands
    for it.

    The method is the dynamic programming of Ratliff & Rosenthal (1983, Operations Research 31:507-521): from left to
    right, the cheapest way to have served all aisles so far is kept for each way in which what was walked hangs
    together. Aisles without stops are passed by, and no aisle is walked through twice: neither is ever needed (for the
    second see Dunn et al. 2025; the tests compare both with every possible walk). The start is an aisle of its own
    without a way through and without length.
    """

    rough = None

    def __init__(
        self,
        aisles_x: Iterable[int],
        bottom_y: int,
        top_y: int,
        start: Point,
        places: Iterable[Point],
        stands: Callable[[Point], Point] = lambda place: place,
    ) -> None:
        columns = sorted(set(aisles_x))
        found: dict[int, set[int]] = {x: set() for x in columns}
        at = {place: stands(place) for place in places}
        for x, y in at.values():
            if x not in found or not bottom_y <= y <= top_y:
                raise KeyError((x, y))
            found[x].add(y)
        self._high = top_y - bottom_y
        self._start_is_low = abs(start[1] - bottom_y) <= abs(start[1] - top_y)
        self._to_start = abs(start[1] - (bottom_y if self._start_is_low else top_y))
        stood: list[Point] = []
        self._columns: list[_Column] = []
        for x in columns:
            if found[x]:
                self._columns.append(_Column(x, bottom_y, self._high, len(stood), sorted(found[x])))
                stood += [(x, y) for y in sorted(found[x])]
        self._start_x = start[0]
        self._turn = sum(column.x < start[0] for column in self._columns)
        bits = {place: 1 << n for n, place in enumerate(stood)}
        self._bits = {place: bits[foot] for place, foot in at.items()}
        self._regions = _regions(stood)
        self._known: dict[int, int] = {0: 0}
        self.found = 0

    def set_of(self, places: Iterable[Point]) -> int:
        """See `Tours`."""
        return _union(self._bits, places)

    def region(self, stops: int) -> int:
        """See `Tours`."""
        return _region(self._regions, stops)

    def length_mm(self, stops: int) -> int:
        """See `Tours`."""
        known = self._known.get(stops)
        if known is None:
            if len(self._known) >= MOST_LENGTHS:
                self._known = {0: 0}
            known = self._known[stops] = self._shortest(stops)
            self.found += 1
        return known

    def _shortest(self, stops: int) -> int:
        """The five ways in which the walk so far can hang together, each with its least length:

        `low` and `high`: it touches only the lower or only the upper end here; `both`: both ends, and hangs together;
        `apart`: both ends, in two pieces; `odd`: both ends, each joined to what was walked an odd number of times.
        """
        low = high = both = apart = odd = NEVER
        last, through, turn = -1, self._high, self._turn
        for n, column in enumerate(self._columns):
            if n == turn:
                low, high, both, apart, odd = self._from_start(last, low, high, both, apart, odd)
                last = self._start_x
            mask = stops >> column.shift & column.full
            if not mask:
                continue
            down, up, around, stay = column.known.get(mask) or column.branches(mask)
            if last < 0:
                low, high, both, apart, odd = up, down, NEVER, around, through
                last = column.x
                continue
            step = 2 * (column.x - last)
            last = column.x
            # Along the cross-aisles to this aisle …
            low = (low if low < both else both) + step
            high = (high if high < both else both) + step
            both += step + step
            apart += step + step
            odd += step
            # … and into it: once through, or only as far as the stops want it.
            joined = low if low < high else high
            joined = joined if joined < both else both
            joined = (joined if joined < apart else apart) + through
            whole = odd + through
            odd = odd + stay if odd + stay < joined else joined
            both = both + stay if both + stay < whole else whole
            apart += stay
            split = low + (down if down < around else around)
            apart = split if split < apart else apart
            split = high + (up if up < around else around)
            apart = split if split < apart else apart
            low += up
            high += down
        if turn == len(self._columns):
            low, high, both, apart, odd = self._from_start(last, low, high, both, apart, odd)
        return min(low, high, both) + 2 * self._to_start

    def _from_start(
        self, last: int, low: int, high: int, both: int, apart: int, odd: int
    ) -> tuple[int, int, int, int, int]:
        """The same five once the start is part of the walk: what does not touch its end there is in two pieces."""
        if last < 0:
            return (0, NEVER, NEVER, NEVER, NEVER) if self._start_is_low else (NEVER, 0, NEVER, NEVER, NEVER)
        step = 2 * (self._start_x - last)
        low, high = min(low, both) + step, min(high, both) + step
        both, apart, odd = both + 2 * step, apart + 2 * step, odd + step
        if self._start_is_low:
            return low, NEVER, both, min(apart, high), odd
        return NEVER, high, both, min(apart, low), odd


class _Column:
    """One aisle with places in it: its bits, and what each set of them costs, found once."""

    __slots__ = ("_heights", "_long", "_pieces", "full", "known", "shift", "x")

    def __init__(self, x: int, bottom_y: int, long: int, shift: int, ys: list[int]) -> None:
        self.x, self.shift, self.full = x, shift, (1 << len(ys)) - 1
        self._heights, self._long = [y - bottom_y for y in ys], long
        self._pieces: list[dict[int, Piece]] = [{} for _ in range(0, len(ys), PIECE_BITS)]
        self.known: dict[int, Branches] = {}

    def branches(self, mask: int) -> Branches:
        """What a set of stops (not empty) costs from either end and around its widest gap, there and back."""
        first, last, gap = -1, 0, 0
        rest = mask
        for pieces in self._pieces:
            bits = rest & PIECE_FULL
            rest >>= PIECE_BITS
            if bits:
                low, high, widest = pieces.get(bits) or self._piece(pieces, bits)
                if first < 0:
                    first = low
                elif low - last > gap:
                    gap = low - last
                if widest > gap:
                    gap = widest
                last = high
        down, up = 2 * (self._long - first), 2 * last
        around = 2 * (self._long - gap) if gap else NEVER
        if len(self.known) >= MOST_BRANCHES:
            self.known.clear()
        self.known[mask] = found = (down, up, around, min(down, up, around))
        return found

    def _piece(self, pieces: dict[int, Piece], bits: int) -> Piece:
        """The stops of one piece of the aisle: its first and last height and the widest gap between two of them."""
        begin = next(n for n, each in enumerate(self._pieces) if each is pieces) * PIECE_BITS
        heights = [self._heights[begin + n] for n in _ones(bits)]
        widest = max((b - a for a, b in itertools.pairwise(heights)), default=0)
        pieces[bits] = found = (heights[0], heights[-1], widest)
        return found


def _ones(bits: int) -> Iterable[int]:
    """The numbers of the bits that are set, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _union(bits: dict[Point, int], places: Iterable[Point]) -> int:
    found = 0
    for place in places:
        found |= bits[place]
    return found


def _regions(places: Sequence[Point]) -> tuple[int, ...]:
    squares = [(x // REGION_MM, y // REGION_MM) for x, y in places]
    numbers = {square: 1 << n for n, square in enumerate(sorted(set(squares)))}
    return tuple(numbers[square] for square in squares)


def _region(regions: Sequence[int], stops: int) -> int:
    found = 0
    for n in _ones(stops):
        found |= regions[n]
    return found
