"""Plants each bug in a copy of the tree and prints what caught it, and after how long."""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.mutants.worlds import WORLDS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LIMIT_S = 60.0
PROTOCOL = tuple(
    f"tests/sync/test_{name}.py"
    for name in ("push_and_apply", "hello", "talk", "mirror", "leases", "retention", "feed_and_answers", "set_aside")
)
"""What is asked of every bug beside the worlds: the protocol's own tests."""
BY_CHANCE = ("test_mirror.py::test_own_facts_stay_and_everybody_agrees_in_the_end", "123456789")
"""Of these examples by chance only the first is tried: the worlds are full of chance."""
COPIED = ("app", "tests", "bench")
"""What a planted bug's tree has of its own; all else is where it always is."""
MOST_OF_A_ROOM = 6
"""So many files of tests of the room that a bug is in, those that speak of most of what is there."""


@dataclass(frozen=True)
class Planted:
    """A diff with its name."""

    path: Path
    name: str

    @classmethod
    def read(cls, path: Path) -> Planted:
        first = next(iter(path.read_text(encoding="utf-8").splitlines()), "")
        return cls(path, first if first and not first.startswith(("--- ", "diff ")) else path.stem)

    def files(self) -> list[str]:
        """What it changes."""
        found = re.findall(r"^\+\+\+ (?:b/)?(\S+)", self.path.read_text(encoding="utf-8"), re.MULTILINE)
        return list(dict.fromkeys(found))


@dataclass
class Result:
    """What became of one: by what it was caught ("" by nothing), where, after how long, and what went wrong."""

    name: str
    caught_by: str = ""
    where: str = ""
    trouble: str = ""
    seconds: float = 0.0
    cpu_s: float = 0.0
    """Of both cores together: a busy machine takes longer for the same."""
    worlds: int = 0
    tests: int = 0


@dataclass
class Lanes:
    """Two things that are tried at once; what catches first ends the other one."""

    folder: Path
    result: Result
    until: float
    running: set[subprocess.Popen[str]] = field(default_factory=set)
    over: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str] | None:
        """A process in the tree; None when it was ended because something else had caught the bug, or by the limit."""
        env = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        with self.lock:
            if self.over or time.monotonic() >= self.until:
                return None
            process = subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=self.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                start_new_session=True,
            )  # fmt: skip
            self.running.add(process)
        try:
            out, said = process.communicate(timeout=max(0.1, self.until - time.monotonic()))
        except subprocess.TimeoutExpired:
            _end(process)
            process.communicate()
            return None
        finally:
            self.running.discard(process)
        return None if self.over else subprocess.CompletedProcess(words, process.returncode, out, said)

    def caught(self, by: str, where: str, trouble: str = "") -> None:
        """The first one who says it wins."""
        with self.lock:
            if not self.over:
                self.over = True
                self.result.caught_by, self.result.where, self.result.trouble = by, where, trouble[:90]
                for process in tuple(self.running):
                    _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def tree(of: Path, diff: Path | None) -> Iterator[Path]:
    """A copy of a tree with the bug in it. ValueError when the diff does not fit."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="packbay-mutant-", dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        for part in COPIED:
            shutil.copytree(of / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
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


def tests_of(files: Sequence[str]) -> list[str]:
    """What is asked of a bug in these files: tests of their rooms that speak of what they define, then the protocol's.

    In each half those come first that speak of most of it.
    """
    hits: dict[str, int] = dict.fromkeys(PROTOCOL, 0)
    for file in files:
        parts = Path(file).parts
        if len(parts) < 3 or parts[0] != "app" or not (ROOT / file).exists():
            continue
        names = set(
            re.findall(r"^(?:def|class) ([A-Za-z]\w+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
        )
        room = [] if parts[1] == "sync" else _quick(ROOT / "tests" / parts[1])
        for path in [*room, *(ROOT / name for name in PROTOCOL)]:
            spoken = len(names & set(re.findall(r"\w+", path.read_text(encoding="utf-8"))))
            if spoken:
                name = str(path.relative_to(ROOT))
                hits[name] = hits.get(name, 0) + spoken
    ordered = sorted(hits, key=lambda name: -hits[name])
    return [n for n in ordered if n not in PROTOCOL][:MOST_OF_A_ROOM] + [n for n in ordered if n in PROTOCOL]


def _quick(room: Path) -> list[Path]:
    """Its tests but for those that begin with starting a database server."""
    return sorted(path for path in room.glob("test_*.py") if "server" not in path.stem)


def look_for(base: Path, diff: Path | None, name: str, tests: Sequence[str], limit: float) -> Result:
    """Plays worlds and tests side by side until something catches the bug, or all are played."""
    result = Result(name)
    began, cpu = time.monotonic(), _cpu_s()
    try:
        with tree(base, diff) as folder:
            lanes = Lanes(folder, result, began + limit)
            threads = [threading.Thread(target=_worlds, args=(lanes,))]
            threads.append(threading.Thread(target=_tests, args=(lanes, tests)))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    except ValueError as error:
        result.trouble = str(error)[:150]
    result.seconds, result.cpu_s = time.monotonic() - began, _cpu_s() - cpu
    return result


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tests(lanes: Lanes, tests: Sequence[str]) -> None:
    name, numbers = BY_CHANCE
    left_out = [f"--deselect=tests/sync/{name}[{number}" for number in numbers]
    done = lanes.run(["pytest", "-q", "-x", "-rfE", "-p", "no:cacheprovider", *left_out, *tests])
    if done is None:
        return
    lanes.result.tests = sum(map(int, re.findall(r"(\d+) passed", done.stdout)))
    if done.returncode:
        failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        where, _, by = (failed or [""])[0].partition("::")
        lanes.caught(by or "no test runs", where, "" if by else " ".join(done.stderr.split()[-8:]))


def _worlds(lanes: Lanes) -> None:
    for world in WORLDS:
        done = lanes.run(["tests.simulation", *world.words(), "--json"])
        if done is None:
            return
        lanes.result.worlds += 1
        if broken := _broken(done):
            lanes.caught(broken[0].partition(":")[0], f"seed {world.seed}", broken[0].partition(": ")[2])
            return


def _broken(done: subprocess.CompletedProcess[str]) -> list[str]:
    try:
        return list(json.loads(done.stdout.strip().splitlines()[-1])["broken"])
    except (IndexError, ValueError):
        return [f"crashed: {' '.join(done.stderr.strip().splitlines()[-1:])}"]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description="Planted bugs, and what catches them.")
    parser.add_argument("--diff", action="append", default=[], help="a diff of your own instead of these")
    parser.add_argument("--only", default="", help="some of this folder's, by the names of their files")
    parser.add_argument("--limit", type=float, default=LIMIT_S, help="seconds for each")
    options = parser.parse_args(argv)
    only = set(filter(None, options.only.split(",")))
    paths = [Path(name) for name in options.diff] or sorted(HERE.glob("*.diff"))
    planted = [Planted.read(path) for path in paths if not only or path.stem in only]
    print(f"{'planted bug':46} {'caught by':40} {'after':>7} {'of cores':>9}  where")
    with tree(ROOT, None) as base:  # all are planted in one and the same program, whatever is written meanwhile
        results = []
        for one in planted:
            results.append(look_for(base, one.path, one.name, tests_of(one.files()), options.limit))
            print(_line(results[-1]), flush=True)
        asked = list(dict.fromkeys(name for one in planted for name in tests_of(one.files())))
        whole = look_for(base, None, "(the program as it is)", asked, 20 * options.limit)
    caught = sum(bool(result.caught_by) for result in results)
    complete = whole.worlds == len(WORLDS) and whole.tests > 0
    words = whole.caught_by or whole.trouble or ("nothing: it holds" if complete else "not played to the end")
    played = f"{whole.worlds} worlds, {whole.tests} tests {whole.where}"
    print(f"{whole.name:46} {words:40} {whole.seconds:6.1f}s {whole.cpu_s:8.1f}s  {played}")
    print(f"{caught} of {len(results)} planted bugs caught, each within {options.limit:g} s")
    return 0 if caught == len(results) and complete and not whole.caught_by else 1


def _line(result: Result) -> str:
    where = result.where or f"{result.worlds} worlds and {result.tests} tests passed"
    words = result.caught_by or "NOTHING"
    shown = words if len(words) <= 40 else f"{words[:39]}…"
    return f"{result.name:46} {shown:40} {result.seconds:6.1f}s {result.cpu_s:8.1f}s  {where} {result.trouble}"


if __name__ == "__main__":
    sys.exit(main())
