"""Identifiers: unique, made anywhere, the same for the same words."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ids import Ids, make_ids_with, new_id, stable_id


def test_a_new_id_is_a_uuid_of_version_7() -> None:
    before = time.time_ns() // 1_000_000
    found = uuid.UUID(bytes=new_id())
    after = time.time_ns() // 1_000_000

    assert (found.version, found.variant) == (7, uuid.RFC_4122)
    assert before <= found.int >> 80 <= after + 1


def test_ids_of_one_process_only_grow() -> None:
    made = [new_id() for _ in range(20_000)]

    assert made == sorted(set(made))


def test_ids_grow_when_the_clock_stands_and_when_it_goes_back() -> None:
    """More than the counter holds are made within one millisecond, then the clock jumps back ten years."""
    now = time.time_ns()
    times = iter([now] * 10_000 + [now - 10 * 365 * 86_400 * 10**9] * 100)
    ids = Ids(time_ns=lambda: next(times))

    made = [ids.make() for _ in range(10_100)]

    assert made == sorted(set(made))
    assert {uuid.UUID(bytes=i).version for i in made} == {7}


def test_the_same_chance_and_time_make_the_same_ids() -> None:
    def made() -> list[bytes]:
        before = make_ids_with(Ids(Random(7).randbytes, lambda: 1_700_000_000_000_000_000))
        try:
            return [new_id() for _ in range(5)]
        finally:
            make_ids_with(before)

    assert made() == made()
    assert new_id() not in made()


def test_threads_never_make_the_same_and_each_sees_its_own_grow() -> None:
    made: dict[int, list[bytes]] = {}
    start = threading.Barrier(8)

    def make(number: int) -> None:
        start.wait()
        made[number] = [new_id() for _ in range(2_000)]

    threads = [threading.Thread(target=make, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({i for some in made.values() for i in some}) == 16_000
    assert all(some == sorted(some) for some in made.values())


def test_a_stable_id_is_a_uuid_of_version_8_and_always_the_same() -> None:
    found = stable_id("sku", "MUG-350-SG")

    assert str(uuid.UUID(bytes=found)) == "29548351-2de3-806f-a3ca-623a3249651b"  # in tables of every site by now
    assert (uuid.UUID(bytes=found).version, uuid.UUID(bytes=found).variant) == (8, uuid.RFC_4122)


WORDS = st.lists(st.text(max_size=12).filter(lambda w: "\x1f" not in w), min_size=1, max_size=4)


@given(WORDS, WORDS)
def test_other_words_have_another_id(one: list[str], other: list[str]) -> None:
    assert (stable_id(*one) == stable_id(*other)) == (one == other)


@pytest.mark.parametrize("make", [new_id, lambda: stable_id("bin", "A")])
def test_ids_are_16_bytes(make: Callable[[], bytes]) -> None:
    assert len(make()) == 16
