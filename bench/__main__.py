"""`make bench`: prints figures and asserts none; the machine that they come from is part of them.

python -m bench [--json] [--only scan,start,paint,route,import,import-memory,paper]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figures import HEAD, Figure

Bench = Callable[[Path], Iterator[Figure]]


def _scan(folder: Path) -> Iterator[Figure]:
    from bench.latency import physical_minimum, scan_latency

    yield from scan_latency(folder)
    yield physical_minimum()


def _start(folder: Path) -> Iterator[Figure]:
    from bench.latency import start_to_first_view

    yield start_to_first_view(folder)


def _paint(_folder: Path) -> Iterator[Figure]:
    from bench.paint import repaints

    yield from repaints()


def _route(_folder: Path) -> Iterator[Figure]:
    from bench.work import routes

    yield routes()


def _import(folder: Path) -> Iterator[Figure]:
    from bench.imports import imports

    yield from imports(folder)


def _import_memory(folder: Path) -> Iterator[Figure]:
    from bench.imports import memory

    yield from memory(folder)


def _paper(_folder: Path) -> Iterator[Figure]:
    from bench.work import paper

    yield from paper()


BENCHES: dict[str, Bench] = {
    "scan": _scan, "start": _start, "paint": _paint, "route": _route, "import": _import,
    "import-memory": _import_memory, "paper": _paper,
}  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Prints how long things take here.")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else")
    parser.add_argument("--only", default=",".join(BENCHES), help="some of " + ", ".join(BENCHES))
    options = parser.parse_args(argv)
    chosen = options.only.split(",")
    if strange := [name for name in chosen if name not in BENCHES]:
        parser.error(f"no bench {strange[0]!r}: there are {', '.join(BENCHES)}")
    figures = []
    if not options.json:
        print(f"{_machine()}\n\n{HEAD}")
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix="packbay-bench-") as folder:
            for figure in BENCHES[name](Path(folder)):
                figures.append(figure)
                if not options.json:
                    print(figure.line(), flush=True)
    if options.json:
        print(json.dumps({"machine": _machine(), "figures": [figure.summary() for figure in figures]}))
    return 0


def _machine() -> str:
    load = os.getloadavg()[0]
    return f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f}, {platform.platform()}"


if __name__ == "__main__":
    sys.exit(main())
