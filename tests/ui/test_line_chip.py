"""The chip of the line to central: each thing that can be known of it has its words, the worst first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.view import Tone
from ui.chips import BEHIND_S, CLOCK_MS, MANY, Health, is_told, line_chip
from ui.parcels import Line

SINCE = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)
HHMM = SINCE.astimezone().strftime("%H:%M")
STATES = {
    "synced": (Line(), "Synced", Tone.NORMAL),
    "offline": (Line(online=False, since=SINCE, queued=12), f"Offline since {HHMM}, 12 queued", Tone.WARN),
    "offline, nothing queued": (Line(online=False, since=SINCE), f"Offline since {HHMM}", Tone.WARN),
    "never met": (Line(online=False, queued=3), "Offline, 3 queued", Tone.WARN),
    "behind": (Line(behind_s=BEHIND_S), "Central is behind", Tone.WARN),
    "a moment behind": (Line(behind_s=BEHIND_S - 1), "Synced", Tone.NORMAL),
    "central old": (Line(must_update="central"), "Central must be updated", Tone.WARN),
    "station old": (Line(must_update="station"), "This station must be updated", Tone.WARN),
    "forked": (Line(forked=True), "This station has a twin", Tone.WARN),
    "revoked": (Line(online=False, refused="revoked", queued=2), "This station was signed off, 2 queued", Tone.ERROR),
    "credentials": (Line(online=False, refused="credentials"), "Central does not know this station", Tone.ERROR),
    "old primary": (Line(online=False, refused="old_primary"), "That central is out of service", Tone.ERROR),
    "refused": (Line(online=False, refused="too_large"), "Central takes nothing from here", Tone.ERROR),
    "slow clock": (Line(clock_offset_ms=CLOCK_MS + 60_000), "The clock is 3 min slow", Tone.WARN),
    "fast clock": (Line(clock_offset_ms=-CLOCK_MS - 1), "The clock is 2 min fast", Tone.WARN),
    "right clock": (Line(clock_offset_ms=CLOCK_MS), "Synced", Tone.NORMAL),
    "fetching": (Line(fetching=True), "Catching up", Tone.NORMAL),
    "backlog": (Line(queued=MANY + 1), f"Catching up, {MANY + 1} queued", Tone.NORMAL),
    "a few on their way": (Line(queued=MANY), "Synced", Tone.NORMAL),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_words(state: str) -> None:
    line, words, tone = STATES[state]

    chip = line_chip(line)

    assert (str(chip.words), chip.tone) == (words, tone)
    assert Health((), line=line).chips() == (chip,)


def test_what_stops_most_is_said_first() -> None:
    everything = Line(
        online=False, refused="revoked", since=SINCE, behind_s=99, fetching=True, must_update="central", forked=True,
        clock_offset_ms=10 * CLOCK_MS,
    )  # fmt: skip
    steps = [
        everything,
        (a := replace(everything, refused="")),
        (b := replace(a, online=True)),
        (c := replace(b, must_update="")),
        (d := replace(c, forked=False)),
        (e := replace(d, behind_s=0)),
        replace(e, clock_offset_ms=0),
    ]

    assert [str(line_chip(line).words) for line in steps] == [
        "This station was signed off", f"Offline since {HHMM}", "Central must be updated", "This station has a twin",
        "Central is behind", "The clock is 20 min slow", "Catching up",
    ]  # fmt: skip


def test_the_screen_is_not_drawn_anew_while_all_is_well() -> None:
    later = replace(Line(since=SINCE), since=SINCE.replace(hour=14), queued=5)

    assert is_told(Line(since=SINCE)) == is_told(later)
    assert is_told(Line()) != is_told(Line(online=False))
