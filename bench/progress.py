"""A progress bar for what takes longer than a breath."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

WIDTH = 40


def bar(words: str, total: int) -> Callable[[int], None]:
    """A progress bar on a terminal, a line every tenth elsewhere; call the result with how much is done."""
    began = time.monotonic()
    told = 0

    def tick(done: int) -> None:
        nonlocal told
        spent = time.monotonic() - began
        if sys.stderr.isatty():
            full = done * WIDTH // total
            words_now = f"\r  {words} [{'#' * full}{'.' * (WIDTH - full)}] {done:,} of {total:,}, {spent:.0f} s"
            print(words_now, end="\n" if done == total else "", file=sys.stderr, flush=True)
        elif done * 10 // total > told:
            told = done * 10 // total
            print(f"  {words}: {done:,} of {total:,}, {spent:.0f} s", file=sys.stderr, flush=True)

    return tick
