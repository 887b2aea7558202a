"""The rest of a walk planned anew: never longer than going on unchanged, whatever came in between."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from app.picking.rules.graph import Net
from app.picking.rules.layout import Aisle, Closure, CrossAisle, Layout
from app.picking.rules.lines import Spot
from app.picking.rules.replan import (
    Replanned,
    Rest,
    after_full,
    after_short,
    after_skip,
    after_urgent,
    replanned,
)  # fmt: skip
from app.picking.rules.search import FAR


def hall(*, one_way: bool = False, shut: bool = False) -> Layout:
    """Six aisles and three cross-aisles."""
    ways = ("up", "down") if one_way else ("both", "both")
    return Layout(
        tuple(Aisle(f"A{n}", n * 3000, 0, 20_000, way=ways[n % 2]) for n in range(6)),
        tuple(CrossAisle(f"C{y}", y, 0, 15_000) for y in (0, 10_000, 20_000)),
        (Closure("K", "A2", 1000, 9000),) if shut else (),
    )


@dataclass
class Scene:
    """A walk somewhere in its middle."""

    net: Net
    rest: Rest[str, Spot]
    chance: random.Random

    def place(self) -> Spot:
        return ("", self.chance.randrange(6) * 3000, self.chance.randint(1, 19) * 1000)

    def length(self, order: tuple[str, ...], more: dict[str, Spot] | None = None) -> int:
        places = {**self.rest.places, **(more or {})}
        walk = [self.rest.here, *(places[stop] for stop in order), self.rest.end]
        return sum(self.net.distance(a, b) for a, b in itertools.pairwise(walk))


NETS = {one_way: Net(hall(one_way=one_way)) for one_way in (False, True)}


@st.composite
def scenes(draw: st.DrawFn, most: int = 9) -> Scene:
    chance = random.Random(draw(st.integers(0, 10**6)))
    scene = Scene(NETS[draw(st.booleans())], Rest((), {}, ("", 0, 0), ("", 0, 0)), chance)
    stops = {f"s{n}": scene.place() for n in range(draw(st.integers(2, most)))}
    scene.rest = Rest(tuple(stops), stops, scene.place(), ("", 15_000, 0))
    return scene


def is_right(scene: Scene, found: Replanned[str], stops: set[str], more: dict[str, Spot] | None = None) -> bool:
    """All stops once, the lengths as measured, and no longer than unchanged."""
    return (
        sorted(found.order) == sorted(stops)
        and found.length_mm == scene.length(found.order, more)
        and found.length_mm <= found.unchanged_mm
    )


@settings(max_examples=50, deadline=None)
@given(scene=scenes(most=15))
def test_the_rest_is_never_longer_than_unchanged_and_stays_where_nothing_is_gained(scene: Scene) -> None:
    found = replanned(scene.net, scene.rest)

    assert found.unchanged_mm == scene.length(scene.rest.order)
    assert is_right(scene, found, set(scene.rest.order))
    again = replanned(scene.net, Rest(found.order, scene.rest.places, scene.rest.here, scene.rest.end))
    assert again.order == found.order or again.length_mm < found.length_mm


@settings(max_examples=40, deadline=None)
@given(scene=scenes(), others=st.integers(0, 3))
def test_after_a_short_the_best_of_the_other_bins_joins_the_rest(scene: Scene, others: int) -> None:
    gone, more = scene.rest.order[0], {f"o{n}": scene.place() for n in range(others)}

    found = after_short(scene.net, scene.rest, gone, more)

    left = set(scene.rest.order) - {gone}
    (added,) = set(found.order) - left or {""}
    assert is_right(scene, found, left | ({added} if more else set()), more)
    assert not more or added in more
    for other in more:
        assert found.length_mm <= scene.length((*scene.rest.order[1:], other), more)


@settings(max_examples=40, deadline=None)
@given(scene=scenes())
def test_what_is_skipped_is_not_next_and_is_not_forgotten(scene: Scene) -> None:
    skipped = scene.rest.order[0]

    found = after_skip(scene.net, scene.rest, skipped)

    assert is_right(scene, found, set(scene.rest.order))
    assert found.order[0] != skipped
    assert found.unchanged_mm == scene.length((*scene.rest.order[1:], skipped))


def test_the_only_stop_left_is_next_even_when_it_was_skipped() -> None:
    rest = Rest(("s",), {"s": ("", 0, 5000)}, ("", 0, 0), ("", 0, 0))

    assert after_skip(NETS[False], rest, "s") == Replanned(("s",), 10_000, 10_000)


@settings(max_examples=40, deadline=None)
@given(scene=scenes())
def test_a_full_tote_goes_to_its_drop_place_first(scene: Scene) -> None:
    drop = scene.place()

    found = after_full(scene.net, scene.rest, drop)

    walk = [scene.rest.here, drop, *(scene.rest.places[stop] for stop in found.order), scene.rest.end]
    assert found.length_mm == sum(scene.net.distance(a, b) for a, b in itertools.pairwise(walk)) <= found.unchanged_mm


@settings(max_examples=40, deadline=None)
@given(scene=scenes(), first=st.booleans())
def test_an_urgent_order_joins_the_walk_or_goes_before_it(scene: Scene, first: bool) -> None:
    urgent = {f"u{n}": scene.place() for n in range(2)}

    found = after_urgent(scene.net, scene.rest, urgent, first=first)

    assert is_right(scene, found, {*scene.rest.order, *urgent}, urgent)
    assert not first or set(found.order[:2]) == set(urgent)


def test_around_a_stretch_that_was_closed_the_rest_goes_on_and_names_what_is_lost() -> None:
    places = {"a": ("", 6000, 500), "b": ("", 6000, 5000), "c": ("", 6000, 9500)}
    rest = Rest(("a", "b", "c"), places, ("", 6000, 0), ("", 0, 0))

    found = replanned(Net(hall(shut=True)), rest)

    assert found == Replanned(("a", "c"), 500 + 500 + 3000 + 10_000 + 3000 + 500 + 500 + 6000 + 10_000, 34_000, ("b",))


def test_a_rest_that_can_no_longer_be_walked_as_it_was_is_planned_without_it() -> None:
    net = NETS[True]
    rest = Rest(("s", "t"), {"s": ("", 0, 5000), "t": ("", 0, 2000)}, ("", 0, 0), ("", 0, 20_000))

    found = replanned(net, rest)

    assert found.order == ("t", "s")
    assert found.length_mm == 20_000 < found.unchanged_mm < FAR


def test_heavy_things_stay_before_fragile_ones() -> None:
    places = {"glass": ("", 0, 1000), "stone": ("", 0, 9000), "sand": ("", 3000, 9000)}
    rest = Rest(("stone", "sand", "glass"), places, ("", 0, 0), ("", 0, 0), {"glass": 1})

    found = replanned(NETS[False], rest)

    assert found.order[-1] == "glass"
    assert after_urgent(NETS[False], rest, {"feather": ("", 0, 500)}).order[-1] == "glass"
