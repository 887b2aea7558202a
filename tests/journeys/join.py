"""Joins what a scanner says that it sent with what a station says that it kept. A stranger: imports nothing of Packbay.

    python tests/journeys/join.py SCANS.jsonl STATION.sqlite [--first N] [--kinds Packed,Picked]

`SCANS.jsonl` is the scanner's own log, one JSON object a line: `{"n": 1, "text": …}` for a scan and
`{"n": 1, "answer": …}` for a beep. Each scan must carry a text of its own. Printed are the scans sent, those lost,
those recorded twice, those out of order, and those that the hand was told are good although no fact has them; the exit
status is 0 when nothing is amiss.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

GOOD = ("accepted", "step", "order")


@dataclass(frozen=True)
class Joined:
    """What the two sides make together; texts, so that each can be looked up."""

    sent: int
    kept: int
    lost: tuple[str, ...]
    twice: tuple[str, ...]
    disorder: tuple[str, ...]
    broken_word: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return not (self.lost or self.twice or self.disorder or self.broken_word)


def sent_scans(log: Path, first: int = 1) -> list[tuple[str, str]]:
    """(text, tone that answered it or "") of every scan from number `first` on, in the order of sending."""
    texts: dict[int, str] = {}
    answers: dict[int, str] = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if "text" in entry:
            texts[entry["n"]] = entry["text"]
        else:
            answers[entry["n"]] = entry["answer"]
    return [(text, answers.get(n, "")) for n, text in sorted(texts.items()) if n >= first]


def kept_scans(station: Path, kinds: tuple[str, ...]) -> list[str]:
    """The text of each scan that left facts of these kinds, in the order of the facts; several facts of one are one."""
    connection = sqlite3.connect(f"{station.absolute().as_uri()}?mode=ro", uri=True)
    marks = ",".join("?" * len(kinds))
    found = connection.execute(
        f"SELECT incarnation, event_group, scan_text FROM v_fact WHERE kind IN ({marks}) AND NOT voided "
        "AND scan_text <> '' ORDER BY seq",
        kinds,
    ).fetchall()
    connection.close()
    return [text for _, _, text in dict.fromkeys(found)]


def join(sent: list[tuple[str, str]], kept: list[str]) -> Joined:
    """Compares the two lists. ValueError when two sent scans carry the same text."""
    texts = [text for text, _ in sent]
    if len(set(texts)) != len(texts):
        raise ValueError("two scans carry the same text: they can't be told apart")
    place = {text: i for i, text in enumerate(texts)}
    times = Counter(text for text in kept if text in place)
    known = [text for text in kept if text in place]
    return Joined(
        sent=len(texts),
        kept=len(known),
        lost=tuple(text for text in texts if text not in times),
        twice=tuple(text for text, n in times.items() if n > 1),
        disorder=tuple(b for a, b in pairwise(known) if place[b] < place[a]),
        broken_word=tuple(text for text, answer in sent if answer in GOOD and text not in times),
    )


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Joins a scanner's log with a station's facts.")
    parser.add_argument("log", type=Path)
    parser.add_argument("station", type=Path)
    parser.add_argument("--first", type=int, default=1, help="number of the first scan that counts")
    parser.add_argument("--kinds", default="Packed", help="kinds of facts, separated by commas")
    options = parser.parse_args(argv)
    joined = join(sent_scans(options.log, options.first), kept_scans(options.station, tuple(options.kinds.split(","))))
    print(json.dumps(asdict(joined)))
    return 0 if joined.is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
