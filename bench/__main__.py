"""`make bench`: prints figures beside their peers and targets and asserts none; the machine is part of them.

python -m bench [--json] [--only scan,start,paint,…] [--facts 200000]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

from bench.figures import HEAD, Figure, Said

Bench = Callable[[Path], Iterator[Said]]


def _later(module: str, name: str, folder: Path, **more: int) -> Iterator[Said]:
    """Nobody pays for the imports of a bench that was not chosen."""
    bench: Callable[..., Iterator[Said]] = getattr(import_module(f"bench.{module}"), name)
    yield from bench(folder, **more)


BENCHES: dict[str, Bench] = {
    "scan": partial(_later, "scan", "scan"),
    "scan-where": partial(_later, "scan", "scan_where"),
    "scan-million": partial(_later, "scan", "scan_million"),
    "flushes": partial(_later, "flushes", "flushes"),
    "paint": partial(_later, "paint", "repaints"),
    "start": partial(_later, "start", "start"),
    "paper": partial(_later, "paper", "paper"),
    "route": partial(_later, "work", "routes"),
    "routes": partial(_later, "routes", "routes"),
    "batches": partial(_later, "batches", "batches"),
    "shifts": partial(_later, "shifts", "shifts"),
    "import": partial(_later, "imports", "imports"),
    "frames": partial(_later, "frames", "frames"),
    "import-memory": partial(_later, "imports", "memory"),
    "memory": partial(_later, "memory", "resident"),
    "server": partial(_later, "server.whole", "server"),
    "server-latency": partial(_later, "server.latency", "latency"),
    "server-starts": partial(_later, "server.starts", "starts"),
    "server-stall": partial(_later, "server.stall", "stalls"),
}
"""In the order in which they run; each gets a folder of its own that is gone afterwards."""
NAMED_ONLY = frozenset(("scan-where",))
"""Those that run only when they are named: they say why, and judge nothing that another one does not judge."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Prints how long things take here.")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else")
    parser.add_argument(
        "--only", default=",".join(n for n in BENCHES if n not in NAMED_ONLY), help="some of " + ", ".join(BENCHES)
    )
    parser.add_argument("--facts", type=int, help="how many facts the server of `server` holds already")
    options = parser.parse_args(argv)
    chosen = options.only.split(",")
    if options.facts:
        BENCHES["server"] = partial(_later, "server.whole", "server", facts=options.facts)
    if strange := [name for name in chosen if name not in BENCHES]:
        parser.error(f"no bench {strange[0]!r}: there are {', '.join(BENCHES)}")
    began = _machine()
    if not options.json:
        print(f"{began}\n\n{HEAD}", flush=True)
    said = list(_run(chosen, None if options.json else sys.stdout.write))
    figures = [each for each in said if isinstance(each, Figure)]
    if options.json:
        notes = [each.words for each in said if not isinstance(each, Figure)]
        print(json.dumps({"machine": began, "notes": notes, "figures": [figure.summary() for figure in figures]}))
    else:
        print(_verdict(figures))
    return 0


def _run(chosen: list[str], say: Callable[[str], object] | None) -> Iterator[Said]:
    for name in chosen:
        began = time.monotonic()
        if say:
            say(f"\n{name} (load {os.getloadavg()[0]:.1f})\n")
        with tempfile.TemporaryDirectory(prefix="packbay-bench-") as folder:
            for each in BENCHES[name](Path(folder)):
                yield each
                if say:
                    say(each.line() + "\n")
                    sys.stdout.flush()
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def _verdict(figures: list[Figure]) -> str:
    judged = [figure for figure in figures if figure.is_met is not None]
    missed = [figure for figure in judged if not figure.is_met]
    words = f"\n{len(judged) - len(missed)} of {len(judged)} targets met"
    return "\n".join((words + (", missed:" if missed else ""), *(f"  {f.name.strip()}: {f.judged()}" for f in missed)))


def _machine() -> str:
    """What the figures come from: interpreter, processor, memory, load, the file system of temporary files."""
    load = os.getloadavg()[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} × {_processor()}, {memory:.0f} GB, load {load:.1f}, "
        f"{platform.platform()}"
    )


def _processor() -> str:
    """The name of the processor, its architecture where the system tells none."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    sys.exit(main())
