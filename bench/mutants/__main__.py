"""Plants each bug in a copy of the tree and prints what caught it, and after how long."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.mutants.asked import tests_of
from bench.mutants.lanes import Result, look_for
from bench.mutants.planted import ROOT, Planted, tree
from bench.mutants.worlds import WORLDS

HERE = Path(__file__).parent
LIMIT_S = 60.0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description="Planted bugs, and what catches them.")
    parser.add_argument("--diff", action="append", default=[], help="a diff of your own instead of these")
    parser.add_argument("--only", default="", help="some of this folder's, by the names of their files")
    parser.add_argument("--limit", type=float, default=LIMIT_S, help="seconds for each")
    parser.add_argument("--no-control", action="store_true", help="leave the program as it is unplayed at the end")
    options = parser.parse_args(argv)
    only = set(filter(None, options.only.split(",")))
    paths = [Path(name) for name in options.diff] or sorted(HERE.glob("*.diff"))
    planted = [Planted.read(path) for path in paths if not only or path.stem in only]
    print(f"{'planted bug':46} {'caught by':40} {'after':>7} {'of cores':>9}  where")
    with tree(ROOT, None) as base:  # all are planted in one and the same program, whatever is written meanwhile
        results = []
        for one in planted:
            results.append(look_for(base, one.path, one.name, tests_of(one.places()), options.limit))
            print(_line(results[-1]), flush=True)
        holds = options.no_control or _holds(base, planted, options.limit)
    caught = sum(bool(result.caught_by) for result in results)
    print(f"{caught} of {len(results)} planted bugs caught, each within {options.limit:g} s")
    return 0 if caught == len(results) and holds else 1


def _holds(base: Path, planted: list[Planted], limit: float) -> bool:
    """Plays all worlds and all tests that were asked on the program as it is: whether it passes."""
    asked = list(dict.fromkeys(name for one in planted for name in tests_of(one.places())))
    whole = look_for(base, None, "(the program as it is)", asked, 20 * limit)
    complete = whole.worlds == len(WORLDS) and whole.tests > 0
    words = whole.caught_by or whole.trouble or ("nothing: it holds" if complete else "not played to the end")
    played = f"{whole.worlds} worlds, {whole.tests} tests {whole.where} {whole.trouble}"
    print(f"{whole.name:46} {words:40} {whole.seconds:6.1f}s {whole.cpu_s:8.1f}s  {played}")
    return complete and not whole.caught_by


def _line(result: Result) -> str:
    where = result.where or f"{result.worlds} worlds and {result.tests} tests passed"
    words = result.caught_by or "NOTHING"
    shown = words if len(words) <= 40 else f"{words[:39]}…"
    return f"{result.name:46} {shown:40} {result.seconds:6.1f}s {result.cpu_s:8.1f}s  {where} {result.trouble}"


if __name__ == "__main__":
    sys.exit(main())
