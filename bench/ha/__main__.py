"""Brings the cluster and its floor up, plays the blows, prints what they cost, and leaves nothing behind."""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from bench.ha.needs import missing

DRAIN_S = 240.0
"""How long central may take to apply what stations told during the blows, on a machine with other work."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.ha", description=__doc__)
    parser.add_argument("--seed", type=int, help="the same hands again (default: a new one, printed)")
    parser.add_argument("--only", default="", help="some of kill, freeze, cut, async, by commas, in this order")
    parser.add_argument("--keep", action="store_true", help="leave homes and logs for a look")
    options = parser.parse_args(argv)
    if packages := missing():
        print(f"high availability needs what is not here: apt-get install {' '.join(packages)}", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):  # the first may be ignored where a shell began us in the background
        signal.signal(number, _interrupt)
    try:
        return _run(options)
    except KeyboardInterrupt:
        print("interrupted; everything that was started has ended", file=sys.stderr)
        return 130


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(options: argparse.Namespace) -> int:
    from bench.ha.guard import Guard
    from bench.ha.play import KINDS

    kinds = [kind for kind in options.only.split(",") if kind] or list(KINDS)
    if strange := sorted(set(kinds) - set(KINDS)):
        print(f"no blow is called {strange[0]}: there are {', '.join(KINDS)}", file=sys.stderr)
        return 2
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    folder = Path(tempfile.mkdtemp(prefix="packbay-ha-", dir="/tmp"))
    folder.chmod(0o755)
    guard = Guard(folder, keep=options.keep)
    try:
        return _in(folder, kinds, seed)
    except (AssertionError, TimeoutError, RuntimeError) as error:
        kept = _logs_of(folder)
        print(f"AMISS: {type(error).__name__}: {error} (logs in {kept})", file=sys.stderr)
        return 1
    finally:
        guard.close()


def _in(folder: Path, kinds: list[str], seed: int) -> int:
    from bench.ha.cluster import TTL_S, Cluster
    from bench.ha.floor import ClusterFloor
    from bench.ha.play import Trial, play
    from bench.ha.verdict import table

    began = time.monotonic()

    def say(words: str) -> None:
        print(f"  {time.monotonic() - began:5.0f} s  {words}", flush=True)

    print(f"three nodes of Patroni and etcd (leader given up after {TTL_S} s), three stations, seed {seed}", flush=True)
    with ExitStack() as stack:
        cluster = Cluster(folder)
        stack.callback(cluster.close)
        cluster.start()
        say(f"{cluster.leader.name} leads, two follow, every commit waits for one of them")
        floor = ClusterFloor(cluster, folder / "floor", seed=seed, say=say)
        stack.callback(floor.close)
        floor.start()
        say("cut off means: by relays in front of every port, which swallow all bytes; needs no rights on the network")
        floor.wait_for_facts(20)
        blows = play(Trial(cluster, floor, say), kinds)
        say("hands rest; reckoning")
        floor.come_to_rest(DRAIN_S)
        broken = floor.broken()
        facts = floor.facts()
        confirmed = len(floor.witness().confirmed)
    print("\n".join(("", *table(blows), "")))
    amiss = [words for blow in blows for words in blow.amiss()] + [str(each) for each in broken]
    print(f"{confirmed} facts were confirmed to hands; central has {facts} facts (the office's among them)")
    print("raw SQL over server and files: " + ("every invariant holds" if not broken else "SEE BELOW"))
    for words in amiss:
        print(f"AMISS: {words}")
    print(f"{len(blows)} blows, {len(amiss)} amiss, {time.monotonic() - began:.0f} s")
    return 1 if amiss else 0


def _logs_of(folder: Path) -> Path:
    """A copy of all logs, for who looks after it."""
    kept = Path(tempfile.mkdtemp(prefix="packbay-ha-logs-"))
    for log in [*folder.glob("*/log"), *folder.glob("floor/*/logs/*.log")]:
        shutil.copy(log, kept / "-".join(log.relative_to(folder).parts))
    return kept


if __name__ == "__main__":
    sys.exit(main())
