"""The search for unreachable objects runs when nobody waits, and seldom else."""

from __future__ import annotations

import gc
import resource
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.tidy import EVERY_NS, RARELY, Heap, Tidy


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


def test_memory_that_was_given_back_goes_back_to_the_machine() -> None:
    # given a heap in which much was let go of, under something that is still there
    heap = Heap()
    many = [bytes(1_000) for _ in range(40_000)]
    pin = bytes(1_000)
    del many
    before = _resident_mb()

    # when nobody needs it
    heap.give_back()

    # then the machine has it again
    assert _resident_mb() < before - 20
    assert len(pin) == 1_000


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 2**20
