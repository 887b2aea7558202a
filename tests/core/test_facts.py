"""Facts as bytes: canonical, chained, read again by older and newer programs."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import FakeClock, SystemClock
from app.facts import Fact, Stamp, canonical, decode, kinds, link
from app.work.facts import PrintMoved, SignedIn

STAMP = Stamp(
    fact_id=b"\x01" * 16, station_id=b"\x02" * 16, incarnation=b"\x03" * 16, seq=7, group=6,
    at=datetime(2026, 3, 2, 13, 7, tzinfo=UTC), tz_offset_min=60, actor_id=b"\x04" * 16, device="gun", scan_number=9,
    scan_text="4006381333931",
)  # fmt: skip


@dataclass(frozen=True)
class SampleCounted(Fact):
    """A fact with every kind of field, for these tests."""

    place_id: bytes
    units: int
    blind: bool = False
    lot: str = ""
    seen: tuple[tuple[bytes, int], ...] = ()


ANY = st.builds(
    SampleCounted,
    st.binary(max_size=16),
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.text(),
    st.lists(st.tuples(st.binary(max_size=16), st.integers(-5, 5)), max_size=3).map(tuple),
)


def test_the_bytes_are_sorted_json_without_spaces_in_utf_8() -> None:
    data = canonical("SignedIn", 1, {"person_id": "ab", "name": "Żółć 🍵"}, STAMP)

    assert (
        data
        == (
            '{"actor":"04040404040404040404040404040404","at":"2026-03-02T13:07:00+00:00",'
            '"body":{"name":"Żółć 🍵","person_id":"ab"},"device":"gun","fact_id":"01010101010101010101010101010101",'
            '"fence":0,"group":6,"kind":"SignedIn","lease":"","scan_number":9,"scan_text":"4006381333931",'
            '"station":"02020202020202020202020202020202","task":"","tz":60,"ver":1,"work":""}'
        ).encode()
    )


def test_the_chain_is_sha_256_of_the_link_before_and_the_bytes() -> None:
    first = link(b"", b"one")

    assert first == hashlib.sha256(b"one").digest()
    assert link(first, b"two") == hashlib.sha256(first + b"two").digest()


@given(ANY)
def test_a_fact_is_the_same_after_json(fact: SampleCounted) -> None:
    again = decode("SampleCounted", json.loads(json.dumps(fact.body())))

    assert again == fact
    assert type(again) is SampleCounted


@given(ANY, ANY)
def test_other_facts_have_other_bytes(one: SampleCounted, other: SampleCounted) -> None:
    bytes_of = [canonical(f.kind(), f.version, f.body(), STAMP) for f in (one, other)]

    assert (bytes_of[0] == bytes_of[1]) == (one == other)


def test_fields_of_a_newer_program_are_left_out_and_missing_ones_take_their_default() -> None:
    assert decode("SampleCounted", {"place_id": "aa", "units": 3, "glove": "left"}) == SampleCounted(b"\xaa", 3)


def test_a_kind_of_a_newer_program_is_none() -> None:
    assert decode("TeleportedToMars", {}) is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"place_id": "aa"},
        {"place_id": "no hex", "units": 1},
        {"place_id": 5, "units": 1},
        {"place_id": None, "units": 1},
        {"place_id": "aa", "units": "three"},
        {"place_id": "aa", "units": 1.5},
        {"place_id": "aa", "units": None},
        {"place_id": "aa", "units": 1, "lot": ["A"]},
        {"place_id": "aa", "units": 1, "seen": 5},
        {"place_id": "aa", "units": 1, "seen": [["aa"]]},
        {"place_id": "aa", "units": 1, "seen": [["aa", "x"]]},
    ],
)
def test_a_body_of_the_wrong_shape_is_an_error_and_never_half_a_fact(body: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        decode("SampleCounted", body)


@pytest.mark.parametrize("value", [1.5, None, [1], {"a": 1}, datetime(2026, 3, 2, tzinfo=UTC)])
def test_a_fact_holds_only_ids_integers_and_strings(value: object) -> None:
    with pytest.raises(TypeError, match="a fact holds ids, integers and strings"):
        SampleCounted(b"", value).body()  # type: ignore[arg-type]


def test_facts_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        SignedIn(b"").person_id = b"x"  # type: ignore[misc]
    assert hash(SignedIn(b"a")) == hash(SignedIn(b"a"))


def test_a_fact_is_stored_under_its_name() -> None:
    assert (PrintMoved.kind(), kinds()["PrintMoved"]) == ("PrintMoved", PrintMoved)


def test_two_facts_of_one_name_are_found_out() -> None:
    """In a process of its own: a class that was made stays."""
    code = (
        "from app.facts import Fact, kinds\n"
        "one = type('Weighed', (Fact,), {'__module__': 'packing'})\n"
        "two = type('Weighed', (one,), {'__module__': 'returns'})\n"
        "kinds()"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)

    assert done.stderr.splitlines()[-1] == "RuntimeError: two facts are called Weighed: returns and packing"


def test_time_stands_until_it_is_told_to_go() -> None:
    clock = FakeClock()
    now, mono = clock.now(), clock.mono_ns()

    clock.advance(1.5)

    assert (clock.now() - now, clock.mono_ns() - mono) == (timedelta(seconds=1.5), 1_500_000_000)
    assert clock.now().tzinfo is UTC
    assert SystemClock().now().tzinfo is UTC


def test_moments_of_any_zone_are_kept_as_they_are_said() -> None:
    berlin = replace(STAMP, at=datetime(2026, 3, 2, 14, 7, tzinfo=timezone(timedelta(hours=1))))

    assert json.loads(canonical("x", 1, {}, berlin))["at"] == "2026-03-02T14:07:00+01:00"
