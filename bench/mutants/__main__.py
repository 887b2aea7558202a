"""Plants each bug in a copy of the tree and prints what caught it, and after how long."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.mutants.worlds import WORLDS, Short

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LIMIT_S = 60
SYNC_TESTS = tuple(
    f"tests/sync/test_{name}.py"
    for name in ("push_and_apply", "hello", "talk", "mirror", "leases", "retention", "feed_and_answers")
)
"""What is asked when all worlds hold: the protocol's own tests."""
COPIED = ("app", "tests", "bench")
"""What a planted bug's tree has of its own; all else is where it always is."""


@dataclass(frozen=True)
class Planted:
    """A diff with its name and what is to catch it: "" the worlds, "server" a server's tests, else a named test."""

    path: Path
    name: str
    test: str = ""

    @classmethod
    def read(cls, path: Path) -> Planted:
        lines = path.read_text(encoding="utf-8").splitlines()
        head = [line for line in lines[: next((n for n, li in enumerate(lines) if li.startswith("--- ")), 0)] if line]
        tests = [line.removeprefix("Test: ") for line in head if line.startswith("Test: ")]
        return cls(path, head[0] if head else path.stem, tests[0] if tests else "")


@dataclass
class Result:
    """What became of one: by what it was caught ("" by nothing), after how long, in which world."""

    name: str
    caught_by: str = ""
    seconds: float = 0.0
    world: str = ""
    trouble: str = ""
    tried: list[str] = field(default_factory=list)


@contextmanager
def tree(diff: Path | None) -> Iterator[Path]:
    """A copy of the tree with the bug in it. ValueError when the diff does not fit."""
    with tempfile.TemporaryDirectory(
        prefix="packbay-mutant-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None
    ) as n:
        folder = Path(n)
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for other in ROOT.iterdir():
            if other.name not in COPIED and not other.name.startswith("."):
                (folder / other.name).symlink_to(other)
        if diff is not None:
            command = ["patch", "-p1", "-s", "-f", "-F3", "-d", str(folder), "-i", str(diff.resolve())]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                said = " ".join((done.stdout + done.stderr).split())
                raise ValueError(f"the diff does not fit: {said or 'patch finds no diff in it'}")
        yield folder


def _run(folder: Path, words: list[str], limit: float) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=limit
    )


def look_for(planted: Planted | None, limit: float) -> Result:
    """Plays until something catches the bug, or all worlds are played. None is the program as it is."""
    result = Result(planted.name if planted else "(the program as it is)")
    if planted is not None and planted.test == "server":
        result.trouble = "bites on PostgreSQL only"
        return result
    began = time.monotonic()
    try:
        with tree(planted.path if planted else None) as folder:
            if planted is not None and planted.test:
                _by_test(folder, [planted.test], result, limit)
            else:
                _by_worlds(folder, result, limit if planted else 10 * limit)
                if planted is not None and not result.caught_by:
                    _by_test(folder, SYNC_TESTS, result, max(20.0, limit + began - time.monotonic()))
    except (ValueError, subprocess.TimeoutExpired) as error:
        result.trouble = str(error)[:100]
    result.seconds = round(time.monotonic() - began, 1)
    return result


def _by_test(folder: Path, test: Sequence[str], result: Result, limit: float) -> None:
    done = _run(folder, ["pytest", "-q", "-x", "-rf", "-p", "no:cacheprovider", *test], limit)
    if done.returncode == 1:
        failed = next((li.split()[1] for li in done.stdout.splitlines() if li.startswith("FAILED ")), test[0])
        where, _, result.caught_by = failed.partition("::")
        result.world = where


def _by_worlds(folder: Path, result: Result, limit: float) -> None:
    until = time.monotonic() + limit
    for world in WORLDS:
        words = ["tests.simulation", *world.words(), "--json"]
        done = _run(folder, words, max(1.0, until - time.monotonic()))
        result.tried.append(str(world.seed))
        broken = _broken(done)
        if broken:
            result.caught_by, result.world = broken[0].partition(":")[0], _shown(world)
            result.trouble = broken[0].partition(": ")[2][:90]
            return


def _broken(done: subprocess.CompletedProcess[str]) -> list[str]:
    try:
        return list(json.loads(done.stdout.strip().splitlines()[-1])["broken"])
    except (IndexError, ValueError):
        return [f"crashed: {done.stderr.strip().splitlines()[-1:]}"]


def _shown(world: Short) -> str:
    return f"seed {world.seed}"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description="Planted bugs, and what catches them.")
    parser.add_argument("--diff", default="", help="a diff of your own instead of those of this folder")
    parser.add_argument("--only", default="", help="some of this folder's, by the names of their files")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--limit", type=float, default=LIMIT_S, help="seconds for each")
    options = parser.parse_args(argv)
    only = set(filter(None, options.only.split(",")))
    paths = [Path(options.diff)] if options.diff else sorted(HERE.glob("*.diff"))
    planted = [Planted.read(path) for path in paths if not only or path.stem in only]
    print(f"{'planted bug':46} {'caught by':24} {'after':>7}  where")
    good = True
    with ThreadPoolExecutor(options.workers) as pool:
        for one, result in zip(planted, pool.map(lambda p: look_for(p, options.limit), planted), strict=True):
            good &= bool(result.caught_by) or one.test == "server"
            caught = result.caught_by or ("-" if one.test == "server" else "NOTHING")
            print(f"{result.name:46} {caught:24} {result.seconds:6.1f}s  {result.world} {result.trouble}", flush=True)
        whole = pool.submit(look_for, None, options.limit).result()
    words = f"broken: {whole.caught_by} {whole.trouble}" if whole.caught_by or whole.trouble else "holds everywhere"
    print(f"{whole.name:46} {words:24} {whole.seconds:6.1f}s  seeds {', '.join(whole.tried)} {whole.world}")
    return 0 if good and not whole.caught_by else 1


if __name__ == "__main__":
    sys.exit(main())
