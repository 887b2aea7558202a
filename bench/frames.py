"""A million frames of nonsense for every decoder: none may raise, and nothing may come out but codes and readings.

The same noise as in the tests, a hundred times as much. A scanner protocol shares its million among all its framings.
What counts as an action of a control byte is anything that comes out and is no clean value: a code with a control
character in it, a key that no person types, a reading that says two things.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from bench.progress import bar
from tests.devices.noise import MOST_PENDING, OTHERS, SCANNERS, Decoder, TypingScanner, heard, is_sane, noise, pending

FRAMES = 1_000_000
PIECES = 20
"""Each decoder's frames are fed by so many workers in turn, each to a fresh decoder from a seed of its own."""
WEDGE = "wedge"


@dataclass(frozen=True, slots=True)
class Fed:
    """One worker's part: frames, seconds of its processor, events, and what must not be."""

    decoder: str
    frames: int
    seconds: float
    events: int
    crashes: int
    actions: int
    overflows: int
    first: str = ""


def frames(_folder: Path, count: int = FRAMES) -> Iterator[Figure]:
    """Frames a second of each decoder, and the three counts that are to be nought."""
    tick = bar(f"{len(_every()) * count:,} random frames", len(_every()) * count)
    parts: list[Fed] = []
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        jobs = [
            workers.submit(_feed, name, count // PIECES, seed) for seed in range(PIECES) for name in _every()
        ]  # piece by piece, so that all decoders come to their end together
        for job in as_completed(jobs):
            parts.append(job.result())
            tick(sum(part.frames for part in parts))
    for part in parts:
        if part.first:
            print(f"{part.decoder}: {part.first}", file=sys.stderr)
    yield from _said(parts)


def _said(parts: list[Fed]) -> Iterator[Figure]:
    done: Counter[str] = Counter()
    for part in parts:
        done[part.decoder] += part.frames
    for name in _every():
        speeds = tuple(p.frames / p.seconds for p in parts if p.decoder == name)
        yield Figure(f"{done[name]:,} frames: {name}", speeds, unit="/s")
    yield Figure("  what came out of all of them", (float(sum(p.events for p in parts)),), unit="")
    yield Figure("  crashes", (float(sum(p.crashes for p in parts)),), unit="", target=0)
    yield Figure("  actions from control bytes", (float(sum(p.actions for p in parts)),), unit="", target=0)
    yield Figure("  buffers that grew", (float(sum(p.overflows for p in parts)),), unit="", target=0)


def _every() -> list[str]:
    return [*SCANNERS, WEDGE, *OTHERS]


def _feed(name: str, count: int, seed: int) -> Fed:
    """Feeds one decoder; a scanner protocol in each of its framings."""
    chance = random.Random(f"{name} {seed}")
    events = crashes = actions = overflows = 0
    first = ""
    begin = time.process_time()
    makers = _makers(name)
    share = count // len(makers)
    fresh = makers[0]
    decoder = fresh()
    for index in range(count):
        if index % share == 0:
            fresh = makers[min(index // share, len(makers) - 1)]
            decoder = fresh()
        data = chance.randbytes(chance.randrange(24)) if name == WEDGE else noise(chance)
        try:
            found = heard(decoder, data)
        except Exception as error:  # this is what is looked for: counted, told, and the next frame is fed
            crashes, first, decoder = crashes + 1, first or f"{data!r}: {error!r}", fresh()
            continue
        events += len(found)
        dirty = [event for event in found if not is_sane(event)]
        if dirty:
            actions, first = actions + len(dirty), first or f"{data!r}: {dirty[0]}"
        overflows += pending(decoder) > MOST_PENDING
    return Fed(name, count, time.process_time() - begin, events, crashes, actions, overflows, first)


def _makers(name: str) -> list[Callable[[], Decoder]]:
    if name == WEDGE:
        return [TypingScanner]
    return list(SCANNERS[name].values()) if name in SCANNERS else [OTHERS[name]]
