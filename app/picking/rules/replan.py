"""The rest of a walk, planned anew from where the picker stands, whenever something came in between.

Going on unchanged is always one of the candidates, so the new walk is never longer than it, and nothing changes without
a gain: where the old order is as short, it stays. A stop is any name; its place is where one stands.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.picking.rules.search import EXACT_UP_TO, FAR, held_karp, searched
from app.picking.rules.walks import Floor, P, measured, ordered, table_of

S = TypeVar("S", bound=Hashable)
KICKS = 200
"""The budget of a search in a hand's way: less than a twentieth of a second for 60 stops."""


@dataclass(frozen=True, slots=True)
class Rest(Generic[S, P]):
    """What is still to be walked: the stops in the order planned so far, where each is, from where to where."""

    order: tuple[S, ...]
    places: Mapping[S, P]
    here: P
    end: P
    ranks: Mapping[S, int] | None = None


@dataclass(frozen=True, slots=True)
class Replanned(Generic[S]):
    """The new order. `length_mm` is the way still to go, `unchanged_mm` that of going on unchanged (`FAR` where that
    is no longer possible), `unreached` the stops to which no way leads any more."""

    order: tuple[S, ...]
    length_mm: int
    unchanged_mm: int
    unreached: tuple[S, ...] = ()


def replanned(floor: Floor[P], rest: Rest[S, P]) -> Replanned[S]:
    """The rest from here: after an undo, after a walk that went elsewhere, after an aisle was blocked (`floor` is then
    the one without it)."""
    stops = list(rest.order)
    spots = [rest.places[stop] for stop in stops]
    ranks = [rest.ranks.get(stop, 0) for stop in stops] if rest.ranks else ()
    obeys = not ranks or list(ranks) == sorted(ranks)
    given = [range(len(stops))] if obeys else []
    found = ordered(floor, spots, rest.here, rest.end, ranks=ranks, kicks=KICKS, given=given)
    lost = tuple(stops[i] for i in found.unreached)
    kept = [stop for stop in stops if stop not in lost]
    unchanged = _length(floor, rest, kept)
    new = [stops[i] for i in found.order]
    length = _length(floor, rest, new)
    if obeys and unchanged <= length:
        return Replanned(tuple(kept), unchanged, unchanged, lost)
    return Replanned(tuple(new), length, unchanged, lost)


def after_short(
    floor: Floor[P], rest: Rest[S, P], gone: S, others: Mapping[S, P] | None = None
) -> Replanned[S]:  # fmt: skip
    """A bin had too little: its stop is done. Of `others`, bins that hold what is missing, the one is added that makes
    the rest shortest, and the rest is planned anew around it."""
    left = tuple(stop for stop in rest.order if stop != gone)
    shorter = Rest(left, rest.places, rest.here, rest.end, rest.ranks)
    if not others:
        return replanned(floor, shorter)
    ranks = {**rest.ranks} if rest.ranks else None
    if ranks is not None:
        ranks.update({stop: ranks.get(gone, 0) for stop in others})
    plans = []
    for stop, place in others.items():
        order = _inserted(floor, left, {**rest.places, stop: place}, rest, stop)
        plans.append(replanned(floor, Rest(order, {**rest.places, stop: place}, rest.here, rest.end, ranks)))
    return min(plans, key=lambda plan: (len(plan.unreached), plan.length_mm))


def after_skip(floor: Floor[P], rest: Rest[S, P], skipped: S) -> Replanned[S]:
    """A stop is left for later: it is any but the next one, unless it is the only one left. Going on unchanged is to
    come back for it at the end."""
    others = tuple(stop for stop in rest.order if stop != skipped)
    if not others or rest.ranks:
        return replanned(floor, Rest((*others, skipped), rest.places, rest.here, rest.end, rest.ranks))
    last = (*others, skipped)
    unchanged = _length(floor, rest, last)
    table = table_of(floor, [rest.here, *(rest.places[stop] for stop in last), rest.end])
    table[0][len(last)] = FAR
    best, length = last, unchanged
    without = replanned(floor, Rest(others, rest.places, rest.here, rest.end))
    for order in (_inserted(floor, without.order, rest.places, rest, skipped, first=1), _searched(table, last)):
        new = _length(floor, rest, order)
        if new < length and order[0] != skipped:
            best, length = order, new
    return Replanned(best, length, unchanged)


def after_full(floor: Floor[P], rest: Rest[S, P], drop: P) -> Replanned[S]:
    """A tote is full and goes to `drop` first: the rest begins there. The lengths count the way to the drop place."""
    found = replanned(floor, Rest(rest.order, rest.places, drop, rest.end, rest.ranks))
    away = floor.distance(rest.here, drop)
    return Replanned(found.order, found.length_mm + away, found.unchanged_mm + away, found.unreached)


def after_urgent(
    floor: Floor[P], rest: Rest[S, P], urgent: Mapping[S, P], *, first: bool = False
) -> Replanned[S]:  # fmt: skip
    """An urgent order joins the walk: anywhere, or (`first`) all of it before everything else. Going on unchanged is to
    put each of its stops where it makes the smallest detour."""
    places = {**rest.places, **urgent}
    ranks = rest.ranks
    if first:
        ranks = {stop: 1 + (rest.ranks or {}).get(stop, 0) for stop in rest.order} | dict.fromkeys(urgent, 0)
        return replanned(floor, Rest((*urgent, *rest.order), places, rest.here, rest.end, ranks))
    order = rest.order
    for stop in urgent:
        order = _inserted(floor, order, places, rest, stop)
    return replanned(floor, Rest(order, places, rest.here, rest.end, ranks))


def _length(floor: Floor[P], rest: Rest[S, P], order: Sequence[S]) -> int:
    return min(measured(floor, [rest.here, *(rest.places[stop] for stop in order), rest.end]), FAR)


def _inserted(
    floor: Floor[P], order: tuple[S, ...], places: Mapping[S, P], rest: Rest[S, P], stop: S, *, first: int = 0
) -> tuple[S, ...]:  # fmt: skip
    """The order with a further stop where it makes the smallest detour, not before number `first`."""
    walk, new = [rest.here, *(places[each] for each in order), rest.end], places[stop]
    out = [floor.distance(place, new) for place in walk]
    back = [floor.distance(new, place) for place in walk]
    spots = range(min(first, len(order)), len(order) + 1)
    at = min(spots, key=lambda i: out[i] + back[i + 1] - floor.distance(walk[i], walk[i + 1]))
    return (*order[:at], stop, *order[at:])


def _searched(table: list[list[int]], stops: tuple[S, ...]) -> tuple[S, ...]:
    exact = len(stops) <= EXACT_UP_TO
    found = held_karp(table) if exact else searched(table, [range(1, len(stops) + 1)], kicks=KICKS)
    return tuple(stops[i - 1] for i in found)
