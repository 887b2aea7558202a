"""The search for unreachable objects runs when nobody waits, and seldom else."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from ui.tidy import EVERY_NS, RARELY, Tidy


@pytest.fixture
def tidy() -> Iterator[Tidy]:
    """A Tidy; afterwards Python searches as it did before."""
    before = gc.get_threshold()
    yield Tidy()
    gc.set_threshold(*before)
    gc.unfreeze()


class Ring:
    """An object that only a search can find to be gone."""

    def __init__(self) -> None:
        self.itself = self


def test_it_searches_by_itself_only_after_very_many_objects(tidy: Tidy) -> None:
    assert gc.get_threshold() == RARELY


def test_what_is_gone_goes_at_rest_and_not_before_it_is_due_again(tidy: Tidy) -> None:
    # given a ring that nobody holds, when the station rests
    first = weakref.ref(Ring())
    tidy.rest(0)
    gone_at_rest = first() is None

    # when another one is lost, and it rests a little later, and much later
    second = weakref.ref(Ring())
    tidy.rest(EVERY_NS - 1)
    kept = second() is not None
    tidy.rest(EVERY_NS)

    assert (gone_at_rest, kept, second()) == (True, True, None)


def test_what_is_there_at_first_is_set_aside_and_later_things_are_not(tidy: Tidy) -> None:
    # given the first rests
    frozen = []
    for turn in range(5):
        tidy.rest(turn * EVERY_NS)
        frozen.append(gc.get_freeze_count())

    # then the third was the last that set anything aside
    assert frozen[0] > 0
    assert frozen[2] == frozen[3] == frozen[4]
