"""`packbay import orders` and `packbay watch`: files of shops, one by one or as they are dropped into a folder."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.channels import read_orders
from app.channels.base import Channel
from app.channels.plain_csv import PlainCsv, load_mapping
from app.cli.base import Commands, central, command_of
from app.cli.import_report import FileReport, count_words, report
from app.cli.progress import Progress
from app.clock import SystemClock
from app.db import Database
from app.db.rehearsal import rehearsal
from app.errors import Problem
from app.processing.service.arrivals import FileIntake, release_waiting
from app.processing.service.hot_folder import COUNTS, Serving, Taken, say_problem
from app.receipt.service.inbox import Inbox
from app.settings import home
from app.text import Text, say

LOOK_S = 0.5
"""How long `watch` rests between two looks."""


def add(commands: Commands) -> None:
    """Adds `watch`; `import orders` is added by the other imports."""
    watch = command_of(commands, "watch", "import what is dropped into a folder, as long as it runs", _watch)
    watch.add_argument("folder", type=Path, metavar="FOLDER", help="is made when it is missing")
    watch.add_argument("--once", action="store_true", help="end when nothing is left that is whole")


def add_orders(kinds: Commands) -> None:
    """Adds `import orders`."""
    orders = command_of(kinds, "orders", "orders of a shop: Shopify, WooCommerce, or any table", _import_orders)
    orders.add_argument("files", nargs="+", type=Path, metavar="FILE")
    orders.add_argument("--mapping", type=Path, help="TOML or JSON: which column of a table holds what")
    orders.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")


# ---- files ----------------------------------------------------------------------------------------------------------


def _import_orders(options: Any) -> int:
    channel = PlainCsv(load_mapping(options.mapping)) if options.mapping else None
    with central(options) as kept, stage(kept, dry_run=options.dry_run) as database:
        files = [_import_file(database, path, channel, shown=not options.json) for path in options.files]
        done = any(f.result.done for f in files)
        moved = release_waiting(database, SystemClock()) if done and not options.dry_run else {}
    return report(files, options, moved)


@contextmanager
def stage(database: Database, *, dry_run: bool) -> Iterator[Database]:
    """The database itself, or for a dry run a copy of it that goes away."""
    if not dry_run:
        yield database
        return
    with rehearsal(database) as copy:
        yield copy


def _import_file(database: Database, path: Path, channel: Channel | None, *, shown: bool) -> FileReport:
    intake = FileIntake(database, SystemClock(), path.name)
    with Progress(path.name, _size(path), shown=shown) as progress:
        for _ in intake.steps(read_orders(path, channel, seen=progress.seen)):
            pass
    return FileReport(path.name, intake.result, _joined(intake.problem))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _joined(problem: Problem | None) -> Text | None:
    if problem is None:
        return None
    return say("{what}. {do}", what=problem.what, do=problem.do[0]) if problem.do else problem.what


# ---- a folder -------------------------------------------------------------------------------------------------------


def _watch(options: Any) -> int:
    refused = 0
    with central(options) as database:
        inbox = Inbox(options.folder.absolute()).make()
        serving = Serving(database, SystemClock(), inbox, home(options.home))
        if not options.json:
            print(f"watching {inbox.root} (Ctrl+C ends it)", flush=True)
        with _told_to_end() as end:
            while not end.is_set():
                for taken in serving.steps():
                    if taken is not None:
                        _tell(taken, options)
                        refused += bool(taken.result.refused)
                    if end.is_set():
                        break
                if options.once and not inbox.is_waiting():
                    break
                end.wait(LOOK_S)
    return 1 if refused else 0


@contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """Set by Ctrl+C, or by systemd. An exception instead may be raised where Python only prints and forgets it."""
    end = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda _number, _frame: end.set()) for number in signals]
    try:
        yield end
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _tell(taken: Taken, options: Any) -> None:
    """One line a file."""
    if options.json:
        values = {name: getattr(taken.result, name) for name in COUNTS}
        problem = say_problem(taken.problem) if taken.problem else None
        print(json.dumps({"file": taken.name, **values, **taken.counts, "problem": problem}), flush=True)
        return
    released = f"; released to pick: {taken.counts['released']}, held: {taken.counts['held']}"
    print(f"{taken.name}: {count_words(taken.result)}{released if taken.result.done else ''}", flush=True)
    if taken.problem is not None:
        print(f"  {taken.name}: {say_problem(taken.problem)}", file=sys.stderr, flush=True)
