"""Edits of central's history by somebody who can do everything to the file: the verifier names the place of each."""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from bench.progress import bar
from tests.security.tampering import edits
from tests.security.test_tampering import history


def options(parser: argparse.ArgumentParser) -> None:
    """How many edits."""
    parser.add_argument("--edits", type=int, default=1000)


def run(options: argparse.Namespace, seed: int) -> bool:
    """Whether every edit was found with its station and number."""
    print(f"edits of history: {options.edits}, seed {seed}")
    tick, found, missed = bar("edits", options.edits), Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="packbay-chaos-") as name:
        central = history(Path(name))
        central.close()
        for number, edit in enumerate(edits(central.path, options.edits, seed), 1):
            (found if edit.is_found else missed)[edit.what] += 1
            tick(number)
    print(f"  found {found.total()} of {options.edits}: " + ", ".join(f"{w} {n}" for w, n in sorted(found.items())))
    if missed:
        print(f"  missed: {dict(missed)}")
    return not missed
