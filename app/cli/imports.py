"""`packbay import`: orders of shops, and the tables of the warehouse."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from app.channels import read_orders
from app.channels.base import BadFile, Channel, Entry, ImportResult, RowError, bad_file
from app.channels.plain_csv import PlainCsv, load_mapping
from app.cli.base import Commands, central, command_of
from app.clock import SystemClock
from app.db import Database, central_write, reading
from app.floor.service.people import import_people
from app.floor.service.site import import_settings, import_stations
from app.inventory.service import (
    import_boxes,
    import_layout,
    import_policies,
    import_products,
    import_receipts,
    import_reorder,
    import_stock,
    import_totes,
)
from app.processing.service import release_order, waiting_orders
from app.receipt.service import import_orders
from app.shipping.service.tariff import import_tariff
from app.text import Text, say
from app.tracking.service import import_tracking, load_scan_mapping
from app.work.queries import setting

BATCH = 100
"""Orders a transaction: the floor writes to the same database, and never waits long for an import."""


class MasterImport(Protocol):
    """An importer of one kind of table."""

    def __call__(self, session: Any, data: bytes, *, file: str, dry_run: bool) -> ImportResult: ...


def _stock(session: Any, data: bytes, *, file: str, dry_run: bool) -> ImportResult:
    return import_stock(session, data, file=file, now=SystemClock().now(), dry_run=dry_run)


MASTERS: dict[str, tuple[MasterImport, str]] = {
    "products": (import_products, "products with their barcodes"),
    "layout": (import_layout, "aisles, cross-aisles, bins and other places"),
    "totes": (import_totes, "totes and carts"),
    "people": (import_people, "people and their badges"),
    "stock": (_stock, "what lies where"),
    "receipts": (import_receipts, "deliveries that are expected"),
    "reorder": (import_reorder, "when which product is bought again"),
    "boxes": (import_boxes, "box types"),
    "tariff": (import_tariff, "zones and prices of the built-in carrier"),
    "policies": (import_policies, "how strictly each class of item is proven"),
    "stations": (import_stations, "stations"),
    "settings": (import_settings, "shop name, sender and other words of the site"),
}


def add(commands: Commands) -> None:
    """Adds `import`."""
    group = commands.add_parser("import", help="bring in orders, products, bins, people …")
    kinds = group.add_subparsers(title="what", metavar="WHAT", required=True)
    orders = command_of(kinds, "orders", "orders of a shop: Shopify, WooCommerce, or any table", _import_orders)
    orders.add_argument("files", nargs="+", type=Path, metavar="FILE")
    orders.add_argument("--mapping", type=Path, help="TOML or JSON: which column of a table holds what")
    orders.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    for name, (importer, words) in MASTERS.items():
        command = command_of(kinds, name, words, _master(importer))
        command.add_argument("file", type=Path, metavar="FILE")
        command.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")

    scans = command_of(kinds, "tracking", "what a carrier's scans say of parcels", _tracking)
    scans.add_argument("file", type=Path, metavar="FILE")
    scans.add_argument("--mapping", type=Path, help="TOML or JSON: the columns and words of this carrier")
    scans.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")


def _tracking(options: Any) -> int:
    mapping = load_scan_mapping(options.mapping) if options.mapping else None
    return _master(partial(import_tracking, now=SystemClock().now(), mapping=mapping))(options)


def _master(importer: MasterImport) -> Callable[[Any], int]:
    def run(options: Any) -> int:
        file: Path = options.file
        try:
            data = file.read_bytes()
        except OSError as error:
            raise bad_file(say("{file} can't be read: {why}", file=file.name, why=error.strerror or "?")) from None
        with central(options) as database, central_write(database) as session:
            result = importer(session, data, file=file.name, dry_run=options.dry_run)
        return _report([(file.name, result, None)], options, {})

    return run


def _import_orders(options: Any) -> int:
    channel = PlainCsv(load_mapping(options.mapping)) if options.mapping else None
    files: list[tuple[str, ImportResult, Text | None]] = []
    with central(options) as database:
        for path in options.files:
            files.append(_import_file(database, path, channel, options.dry_run))
        moved = _release(database) if not options.dry_run and any(result.done for _, result, _ in files) else {}
    return _report(files, options, moved)


def _import_file(
    database: Database, path: Path, channel: Channel | None, dry_run: bool
) -> tuple[str, ImportResult, Text | None]:
    result = ImportResult()
    entries = _with_progress(read_orders(path, channel), path.name)
    try:
        while batch := list(islice(entries, None if dry_run else BATCH)):
            with central_write(database) as session:
                now = SystemClock().now()
                result += import_orders(session, batch, source=path.name, now=now, dry_run=dry_run)
    except BadFile as error:
        return path.name, result + ImportResult(refused=1), _joined(error)
    return path.name, result, None


def _joined(error: BadFile) -> Text:
    problem = error.problem
    return say("{what}. {do}", what=problem.what, do=problem.do[0]) if problem.do else problem.what


def _release(database: Database) -> dict[str, int]:
    """Releases what can be released, unless the site's setting `release_on_import` says no."""
    with reading(database) as session:
        waiting = waiting_orders(session) if setting(session, "release_on_import", "yes") != "no" else ()
    counts = Counter({"released": 0, "held": 0})
    for i in range(0, len(waiting), BATCH // 2):
        with central_write(database) as session:
            for order_id in waiting[i : i + BATCH // 2]:
                result = release_order(session, order_id=order_id, now=SystemClock().now())
                counts["released" if result.work_id else "held"] += 1
    return dict(counts)


def _with_progress(entries: Iterable[Entry], name: str) -> Iterator[Entry]:
    """A running count on stderr for long files, when a person looks on."""
    shown = sys.stderr.isatty()
    number = 0
    for number, entry in enumerate(entries, 1):
        yield entry
        if shown and number % 50 == 0:
            turning = "|/-\\"[number // 50 % 4]
            print(f"\r{turning} {name}: {number} orders", end="", file=sys.stderr, flush=True)
    if shown and number >= 50:
        print(f"\r{' ' * (len(name) + 24)}\r", end="", file=sys.stderr, flush=True)


# ---- what an import says ------------------------------------------------------------------------------------------

_COUNTS = ("created", "updated", "unchanged", "refused", "late")


def _report(files: list[tuple[str, ImportResult, Text | None]], options: Any, moved: dict[str, int]) -> int:
    total = sum((result for _, result, _ in files), ImportResult())
    if options.json:
        print(json.dumps(_report_json(files, total, options.dry_run, moved), ensure_ascii=False))
    else:
        _print_report(files, total, options.dry_run, moved)
    nothing = bool(total.refused or total.late) and not total.done
    if nothing and len(files) == 1 and files[0][2] is not None:
        print(f"packbay: {files[0][0]}: {files[0][2]}", file=sys.stderr)
    return 2 if nothing else 1 if total.refused or total.late else 0


def _report_json(
    files: list[tuple[str, ImportResult, Text | None]], total: ImportResult, dry_run: bool, moved: dict[str, int]
) -> dict[str, object]:
    return {
        **{name: getattr(total, name) for name in _COUNTS},
        **moved,
        "dry_run": dry_run,
        "files": [
            {"file": name, **{c: getattr(result, c) for c in _COUNTS}, "problem": str(problem) if problem else None}
            for name, result, problem in files
        ],
        "errors": [_error_json(error) for error in total.errors],
        "warnings": [str(warning) for warning in total.warnings],
    }


def _error_json(error: RowError) -> dict[str, object]:
    return {
        "file": error.file, "row": error.row, "order": error.order, "field": error.field, "value": error.value,
        "expected": str(error.expected),
    }  # fmt: skip


def _print_report(
    files: list[tuple[str, ImportResult, Text | None]], total: ImportResult, dry_run: bool, moved: dict[str, int]
) -> None:
    for name, result, problem in files:
        if problem is None:
            print(f"{name}: {_counts(result)}")
        elif len(files) > 1 or result.done:
            print(f"{name}: refused: {problem}")
    for line in (*total.warnings, *total.errors):
        print(f"  {line}", file=sys.stderr)
    if len(files) > 1:
        print(f"together: {_counts(total)}")
    if moved:
        print(f"released to pick: {moved['released']}, held: {moved['held']}")
    if dry_run:
        print("dry run: nothing was changed")


def _counts(result: ImportResult) -> str:
    words = ("new", "changed", "as before", "refused", "too late")
    counts = [f"{getattr(result, name)} {word}" for name, word in zip(_COUNTS, words, strict=True)]
    return ", ".join(counts if result.late else counts[:-1])
