"""The beep styles: one meaning for every byte string, and safe for scanners that shake hands."""

from __future__ import annotations

from itertools import permutations
from typing import get_args

import pytest

from devices.beeps import STYLES, BeepStyle, Tone

TONES = get_args(Tone)


@pytest.mark.parametrize("style", [style for style in STYLES.values() if style != BeepStyle()])
def test_no_tone_is_the_beginning_of_another(style: BeepStyle) -> None:
    spoken = [style.bytes_for(tone) for tone in TONES]
    assert all(spoken)
    assert not [(a, b) for a, b in permutations(spoken, 2) if b.startswith(a)]


def test_the_silent_style_says_nothing() -> None:
    assert {STYLES["none"].bytes_for(tone) for tone in TONES} == {b""}


def test_a_generic_answer_shakes_hands_exactly_once_and_only_a_refusal_says_no() -> None:
    generic = {tone: STYLES["generic"].bytes_for(tone) for tone in TONES}
    assert {tone: sum(map(spoken.count, (b"\x06", b"\x15"))) for tone, spoken in generic.items()} == dict.fromkeys(
        TONES, 1
    )
    assert [tone for tone, spoken in generic.items() if b"\x15" in spoken] == ["wrong"]
