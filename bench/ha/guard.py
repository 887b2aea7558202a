"""Nothing stays: what belongs to a folder ends with this process, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_SCRIPT = """
read -r _
for round in 1 2 3; do
  for p in /proc/[0-9]*; do
    n=${p#/proc/}
    [ "$n" = "$$" ] && continue
    case "$(readlink "$p/cwd" 2>/dev/null)/" in "$1"/*) kill -9 "$n" 2>/dev/null; continue ;; esac
    if tr '\\0' ' ' 2>/dev/null <"$p/cmdline" | grep -qF -- "$1"; then kill -9 "$n" 2>/dev/null; fi
  done
  sleep 0.3
done
[ "$2" = keep ] || rm -rf "$1"
"""


class Guard:
    """Ends every process that works in the folder, or names it in its words, and deletes the folder.

    That happens at `close`, and when this process is gone, kill -9 included: then nobody holds the other end of the
    pipe that a small shell reads from.
    """

    def __init__(self, folder: Path, *, keep: bool = False) -> None:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, "guard", str(folder), "keep" if keep else "delete"], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd="/",
        )  # fmt: skip

    def close(self) -> None:
        """Lets it do its work now, and waits for it."""
        if self._shell.stdin is not None:
            self._shell.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._shell.wait(30)


def at_work_in(folder: Path) -> Iterator[int]:
    """Processes whose working folder is this one or lies in it."""
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and (entry / "cwd").readlink().is_relative_to(folder):
                yield int(entry.name)


def send(pids: Iterator[int], number: signal.Signals) -> list[int]:
    """Sends a signal to all of them; those that were there."""
    there = []
    for pid in list(pids):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            there.append(pid)
    return there
