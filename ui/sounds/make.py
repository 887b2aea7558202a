"""Makes the six earcons: `python -m ui.sounds.make [FOLDER]`. Standard library only, the same bytes every time.

Each is at most 400 ms long and lives between 0.6 and 4 kHz, where a warehouse is quiet and hearing is good.
"""

from __future__ import annotations

import math
import struct
import sys
import wave
from collections.abc import Callable
from pathlib import Path

RATE = 44_100
FOLDER = Path(__file__).parent / "wav"
Samples = list[float]


def tone(hertz: float, ms: int, level: float = 0.5, harmonics: tuple[float, ...] = (1.0, 0.35, 0.12)) -> Samples:
    """A plain note with soft edges (6 ms in, the last third out)."""
    count = RATE * ms // 1000
    return [
        level
        * _edge(i, count)
        * sum(a * math.sin(2 * math.pi * hertz * (k + 1) * i / RATE) for k, a in enumerate(harmonics))
        for i in range(count)
    ]


def wood(hertz: float, ms: int, level: float = 0.6) -> Samples:
    """A struck piece of wood: it decays at once and its overtones are not in tune."""
    count = RATE * ms // 1000
    return [
        level
        * math.exp(-i / RATE * 28)
        * min(1.0, i / 40)
        * (math.sin(2 * math.pi * hertz * i / RATE) + 0.4 * math.sin(2 * math.pi * hertz * 2.76 * i / RATE))
        for i in range(count)
    ]


def rough(start: float, end: float, other: float, ms: int, level: float) -> Samples:
    """A falling tone multiplied with another: unlike every note that means "good"."""
    count = RATE * ms // 1000
    phase, found = 0.0, []
    for i in range(count):
        phase += 2 * math.pi * (start + (end - start) * i / count) / RATE
        beat = math.sin(2 * math.pi * other * (end / start) ** (i / count) * i / RATE)
        found.append(level * _edge(i, count) * math.sin(phase) * (0.55 + 0.45 * beat))
    return found


def _edge(i: int, count: int) -> float:
    rise, fall = RATE * 6 / 1000, count / 3
    return min(1.0, i / rise) * min(1.0, (count - i) / fall)


def silence(ms: int) -> Samples:
    return [0.0] * (RATE * ms // 1000)


def chord(notes: tuple[float, ...], step_ms: int, ring_ms: int) -> Samples:
    """Notes that enter one after the other and ring on together."""
    whole = [0.0] * (RATE * (step_ms * (len(notes) - 1) + ring_ms) // 1000)
    for index, hertz in enumerate(notes):
        start = RATE * step_ms * index // 1000
        ring = ring_ms + step_ms * (len(notes) - 1 - index)
        for offset, sample in enumerate(tone(hertz, ring, 0.2)):
            if start + offset < len(whole):
                whole[start + offset] += sample
    return whole


EARCONS: dict[str, Callable[[], Samples]] = {
    "accepted": lambda: tone(1200, 60) + tone(1600, 60),
    "step": lambda: tone(1200, 60) + tone(1500, 60) + tone(1900, 60),
    "order": lambda: chord((1047, 1319, 1568, 2093), 50, 200),
    "wrong": lambda: rough(2500, 1700, 2000, 160, 0.98) + silence(40) + rough(2500, 1700, 2000, 160, 0.98),
    "attention": lambda: wood(900, 260),
    "device_lost": lambda: tone(1320, 120, 0.45) + tone(880, 130, 0.45),
    "device_back": lambda: tone(880, 120, 0.45) + tone(1320, 130, 0.45),
}


def write(path: Path, samples: Samples) -> None:
    """Mono, 16 bit, 44.1 kHz."""
    clipped = (max(-1.0, min(1.0, sample)) for sample in samples)
    frames = b"".join(struct.pack("<h", round(sample * 32_000)) for sample in clipped)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(frames)


def main(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in EARCONS.items():
        write(folder / f"{name}.wav", make())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
