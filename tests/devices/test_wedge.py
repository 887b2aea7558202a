"""A scanner that types: bursts are scans, typing is typing, and no key of a label does anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.scanners.base import Frame, Framing
from devices.wedge import Burst, Typed, Wedge, WedgeEvent, WedgePort

MS = 1_000_000
FAST, SLOW = 8 * MS, 180 * MS


def press(wedge: Wedge, keys: list[str], gap: int, start: int = 0) -> tuple[list[WedgeEvent], int]:
    """Presses the keys one after the other and waits for the silence after the last."""
    events: list[WedgeEvent] = []
    now = start
    for key in keys:
        events += wedge.key(key, now)
        now += gap
    due = wedge.due()
    if due is not None:
        events += wedge.idle(max(due, now))
    return events, now + 10 * SLOW


def code(text: str) -> list[str]:
    return [*text, "ENTER"]


def test_a_burst_with_its_end_is_a_scan() -> None:
    events, _ = press(Wedge(WedgePort("gun")), code("4006381333931"), FAST)

    assert events == [Burst(Frame("4006381333931"), 12 * FAST)]


def test_what_a_person_types_is_never_a_scan() -> None:
    events, _ = press(Wedge(WedgePort("gun")), [*"271828", "BACK", "ENTER"], SLOW)

    assert events == [*(Typed(key) for key in "271828"), Typed("BACK"), Typed("ENTER")]


def test_two_keys_at_once_are_a_persons() -> None:
    events, _ = press(Wedge(WedgePort("gun")), ["1", "2", "ENTER"], FAST)

    assert events == [Typed("1"), Typed("2"), Typed("ENTER")]


def test_a_burst_without_its_end_is_thrown_away() -> None:
    wedge = Wedge(WedgePort("gun"))

    events, later = press(wedge, list("4006381333931"), FAST)

    assert events == []
    assert wedge.dropped_frames == 1
    assert press(wedge, code("T0042X"), FAST, later)[0] == [Burst(Frame("T0042X"), later + 5 * FAST)]


def test_a_scanner_without_a_suffix_ends_by_silence() -> None:
    events, _ = press(Wedge(WedgePort("gun", suffix="none")), list("T0042X"), FAST)

    assert events == [Burst(Frame("T0042X"), 5 * FAST)]


def test_a_tab_may_be_the_end() -> None:
    events, _ = press(Wedge(WedgePort("gun", suffix="tab")), [*"T0042X", "TAB"], FAST)

    assert events == [Burst(Frame("T0042X"), 5 * FAST)]


def test_prefix_aim_identifier_and_stand_in_for_gs_are_understood_as_on_a_serial_line() -> None:
    port = WedgePort("gun", framing=Framing(prefix=b"~", gs=(b"|",)))

    events, _ = press(Wedge(port), code("~]C1010400638133393110AB|21S1"), FAST)

    assert events == [Burst(Frame("010400638133393110AB\x1d21S1", "]C1"), 28 * FAST)]


@pytest.mark.parametrize("control", [*(chr(n) for n in range(0x20)), "\x7f", "é", "\u202e", "TAB", "F4", ""])
def test_no_control_character_and_no_function_key_gets_through(control: str) -> None:
    wedge = Wedge(WedgePort("gun"))

    events, later = press(wedge, [*"ABC", control, *"DEF", "ENTER"], FAST)

    assert events == []
    assert (wedge.dropped_keys, wedge.dropped_frames) == (1, 1)
    assert press(wedge, [control], SLOW, later)[0] == []


@pytest.mark.parametrize("key", ["a", "o", "r", "ENTER", "TAB", "BACK"])
def test_a_chord_does_nothing_and_spoils_the_burst_it_stands_in(key: str) -> None:
    wedge = Wedge(WedgePort("gun"))
    for number, each in enumerate("ABCD"):
        assert wedge.key(each, number * FAST) == []

    assert wedge.key(key, 4 * FAST, chord=True) == []
    assert wedge.key("ENTER", 5 * FAST) == []

    assert wedge.idle(SLOW * 5) == []
    assert wedge.dropped_frames == 1


@given(text=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=4, max_size=256))
def test_whatever_can_be_printed_comes_out_as_it_was_typed(text: str) -> None:
    port = WedgePort("gun", framing=Framing(aim="off"))

    events, _ = press(Wedge(port), code(text), FAST)

    assert events == [Burst(Frame(text), (len(text) - 1) * FAST)]


@given(
    keys=st.lists(
        st.tuples(
            st.sampled_from(["A", "7", "ENTER", "TAB", "BACK", "\x0f", "F4", "é"]) | st.characters(),
            st.integers(0, 120),
            st.booleans(),
        ),
        max_size=80,
    )
)
def test_any_keys_at_any_pace_give_clean_codes_and_plain_keys_only(keys: list[tuple[str, int, bool]]) -> None:
    wedge, now, events = Wedge(WedgePort("gun")), 0, []
    for key, gap_ms, chord in keys:
        now += gap_ms * MS
        events += wedge.key(key, now, chord=chord)
    events += wedge.idle(now + SLOW)

    for event in events:
        if isinstance(event, Typed):
            assert event.key in ("ENTER", "BACK") or " " <= event.key <= "~"
        else:
            assert 4 <= len(event.frame.text) <= 256
            assert event.frame.text.isprintable()
