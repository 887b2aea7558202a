"""A bug as a diff, and a copy of the program that has it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("app", "tests", "bench")
"""What a planted bug's tree has of its own; all else is where it always is."""


@dataclass(frozen=True)
class Planted:
    """A diff with its name."""

    path: Path
    name: str

    @classmethod
    def read(cls, path: Path) -> Planted:
        first = next(iter(path.read_text(encoding="utf-8").splitlines()), "")
        return cls(path, first if first and not first.startswith(("--- ", "diff ")) else path.stem)

    def places(self) -> dict[str, set[str]]:
        """What it changes: the words of its hunks, by file."""
        found: dict[str, set[str]] = {}
        words: set[str] = set()
        for line in self.path.read_text(encoding="utf-8").splitlines():
            if named := re.match(r"\+\+\+ (?:b/)?(\S+)", line):
                words = found.setdefault(named[1], set())
            elif line.startswith(("+", "-", " ", "@@")):
                words.update(re.findall(r"[A-Za-z_]\w{3,}", line))
        return found


@contextmanager
def tree(of: Path, diff: Path | None) -> Iterator[Path]:
    """A copy of a tree with the bug in it. ValueError when the diff does not fit.

    What Python has compiled is copied with it, for a program that is compiled anew on each start takes longer to start
    than many a bug takes to be found; the files that the diff changes are newer and are compiled once more.
    """
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="packbay-mutant-", dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        for part in COPIED:
            shutil.copytree(of / part, folder / part)
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
