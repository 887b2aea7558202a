"""The station's file under everything that a disk and a plug can do to it, at full size.

    python -m bench.storage [--kills 1000] [--cuts 1000] [--flips 200] [--mends 100] [--upgrades 160] [--seed N]

`make chaos` runs the first three. Each campaign prints how often, what came of it and its seed; the same seed tries the
same again. What a run does is in tests/storage; the tests try a slice of each.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

from bench.progress import bar
from tests.storage.campaign import begin


@dataclass(frozen=True, slots=True)
class Ended:
    """How a campaign ended: runs, and those after which something was amiss."""

    runs: int
    confirmed: int
    outcomes: Counter[str]
    bad: tuple[dict[str, Any], ...]


def campaign(kind: str, runs: int, seed: int) -> Ended:
    """Runs one and shows how far it is."""
    tick = bar(kind, runs)
    done = []
    for run in begin(kind, runs, seed):
        done.append(run)
        tick(len(done))
    outcomes = Counter(str(run["outcome"]) for run in done if "outcome" in run)
    confirmed = sum(int(run.get("confirmed", 0)) for run in done)
    return Ended(len(done), confirmed, outcomes, tuple(run for run in done if run["amiss"]))


def kills(runs: int, seed: int) -> bool:
    """`kill -9` at any moment of start, scan and rest; whether nothing was amiss."""
    print(f"kill -9: {runs} times, seed {seed}")
    ended = campaign("kills", runs, seed)
    print(f"  {ended.confirmed} scans confirmed; {_counted(ended)}")
    return _told(ended)


def cuts(runs: int, seed: int) -> bool:
    """Cuts of the current on a disk that drops what was not flushed, and the control without a flush."""
    print(f"cuts of the current on a disk that drops what was not flushed: {runs} times, seed {seed}")
    ended = campaign("cuts", runs, seed)
    print(f"  {ended.confirmed} scans confirmed before the cuts; {_counted(ended)}")
    control = campaign("control", max(20, runs // 10), seed)
    lost = sum(any("lost" in what for what in run["amiss"]) for run in control.bad)
    print(f"  control, synchronous=OFF: {lost} of {control.runs} cuts lost confirmed scans (at least one must)")
    return _told(ended) and lost > 0


def flips(runs: int, seed: int) -> bool:
    """Bytes flipped in the file and in its log; whether each was noticed or harmless."""
    print(f"flipped bytes in file and log: {runs} times, seed {seed}")
    ended = campaign("flips", runs, seed)
    mended, harmless = ended.outcomes["mended"], ended.outcomes["harmless"]
    print(f"  {mended} noticed and mended, {harmless} harmless (not a row is read otherwise); {_counted(ended)}")
    return _told(ended)


def mends(runs: int, seed: int) -> bool:
    """Cuts while a damaged file is being mended."""
    print(f"cuts in the middle of a mending: {runs} times, seed {seed}")
    ended = campaign("mends", runs, seed)
    print(f"  {ended.outcomes['mended']} mended at the next start, {ended.outcomes['whole']} before the cut; "
          f"{_counted(ended)}")  # fmt: skip
    return _told(ended)


def upgrades(runs: int, seed: int) -> bool:
    """A migration killed at each statement, and cut."""
    print(f"migrations killed at a statement, or cut: {runs} times, seed {seed}")
    ended = campaign("upgrades", runs, seed)
    print(f"  {ended.outcomes['old']} old, {ended.outcomes['new']} new, none mixed; {_counted(ended)}")
    return _told(ended)


def _counted(ended: Ended) -> str:
    corrupt = sum(any(what.startswith(("corrupt", "broken", "torn")) for what in run["amiss"]) for run in ended.bad)
    lost = sum(any(what.startswith("lost") for what in run["amiss"]) for run in ended.bad)
    return f"{corrupt} corrupt, {lost} lost a scan, {len(ended.bad)} amiss in any way"


def _told(ended: Ended) -> bool:
    for run in ended.bad[:5]:
        print(f"  AMISS: {run}")
    return not ended.bad and ended.runs > 0


CAMPAIGNS = {"kills": (kills, 1000), "cuts": (cuts, 1000), "flips": (flips, 200), "mends": (mends, 100),
             "upgrades": (upgrades, 160)}  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Exit status 0: nothing amiss."""
    parser = argparse.ArgumentParser(prog="python -m bench.storage", description="The station's file, mistreated.")
    for name, (_, runs) in CAMPAIGNS.items():
        parser.add_argument(f"--{name}", type=int, default=runs, help="0: leave it out")
    parser.add_argument("--seed", type=int, help="the same campaigns again (default: new ones, printed)")
    options = parser.parse_args(argv)
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    good = [act(runs, seed) for name, (act, _) in CAMPAIGNS.items() if (runs := getattr(options, name))]
    print("nothing corrupt, nothing lost, nothing used in silence" if all(good) else "SOMETHING IS AMISS: see above")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
