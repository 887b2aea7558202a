"""Commands of the core, one file a subject. Each lists in words or, with `--json`, as docs/imports.md describes.

Exit status: 0 all done, 1 some refused and named, 2 nothing done, with one clear line.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from collections.abc import Sequence

from app.cli.base import Commands


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit status as the module says."""
    parser = argparse.ArgumentParser(prog="packbay")
    add_commands(parser.add_subparsers(title="commands", metavar="COMMAND", required=True))
    options = parser.parse_args(argv)
    return int(options.func(options))


def add_commands(commands: Commands) -> None:
    """Adds what every file of this folder adds, by its `add(commands)` where it has one."""
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(loaded, "add"):
            loaded.add(commands)
