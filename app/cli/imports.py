"""`packbay import`: orders of shops, and the tables of the warehouse."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from app.channels.base import ImportResult, bad_file
from app.cli.base import Commands, central, command_of
from app.cli.import_report import FileReport, report
from app.cli.progress import Progress
from app.cli.take_in import add_orders, stage
from app.clock import Clock, SystemClock
from app.db import Database, central_in_parts, central_write
from app.errors import Problem, Refused
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
from app.processing.service.arrivals import take_up_known
from app.returns.service import import_dispositions, import_returns
from app.shipping.service.tariff import import_tariff
from app.text import say
from app.tracking.service import import_tracking, load_scan_mapping


class MasterImport(Protocol):
    """An importer of one kind of table."""

    def __call__(self, session: Any, data: bytes, *, file: str, dry_run: bool) -> ImportResult: ...


def _stock(session: Any, data: bytes, *, file: str, dry_run: bool) -> ImportResult:
    return import_stock(session, data, file=file, now=SystemClock().now(), dry_run=dry_run)


def _returns(session: Any, data: bytes, *, file: str, dry_run: bool) -> ImportResult:
    return import_returns(session, data, file=file, now=SystemClock().now(), dry_run=dry_run)


MASTERS: dict[str, tuple[MasterImport, str]] = {
    "products": (import_products, "products with their barcodes"),
    "layout": (import_layout, "aisles, cross-aisles, bins and other places"),
    "totes": (import_totes, "totes and carts"),
    "people": (import_people, "people and their badges"),
    "stock": (_stock, "what lies where"),
    "receipts": (import_receipts, "deliveries that are expected"),
    "reorder": (import_reorder, "when which product is bought again"),
    "returns": (_returns, "returns that are announced, as a table or as a shop's refunds"),
    "dispositions": (import_dispositions, "where a grade of a returned item leads"),
    "boxes": (import_boxes, "box types"),
    "tariff": (import_tariff, "zones and prices of the built-in carrier"),
    "policies": (import_policies, "how strictly each class of item is proven"),
    "stations": (import_stations, "stations"),
    "settings": (import_settings, "shop name, sender and other words of the site"),
}


AFTER: dict[MasterImport, Callable[[Database, Clock], dict[str, int]]] = {import_products: take_up_known}
"""What orders have of an import: how many were `released` and `held` when it was in."""


def add(commands: Commands) -> None:
    """Adds `import`."""
    group = commands.add_parser("import", help="bring in orders, products, bins, people …")
    kinds = group.add_subparsers(title="what", metavar="WHAT", required=True)
    add_orders(kinds)
    for name, (importer, words) in MASTERS.items():
        command = command_of(kinds, name, words, _master(importer, whole=importer is _returns))
        command.add_argument("file", type=Path, metavar="FILE")
        command.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")

    scans = command_of(kinds, "tracking", "what a carrier's scans say of parcels", _tracking)
    scans.add_argument("file", type=Path, metavar="FILE")
    scans.add_argument("--mapping", type=Path, help="TOML or JSON: the columns and words of this carrier")
    scans.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")


def _bring_in(
    importer: MasterImport, database: Database, data: bytes, name: str, options: Any, *, whole: bool
) -> ImportResult:
    """Imports a table in parts, so that scans are applied meanwhile; what is no table of records goes in as a whole."""
    if whole:
        with central_write(database) as session:
            return importer(session, data, file=name, dry_run=options.dry_run)
    with Progress(name, data.count(b"\n"), shown=not options.json, of_rows=True) as progress:
        try:
            with central_in_parts(database, told=progress.reached) as session:
                return importer(session, data, file=name, dry_run=False)
        except KeyboardInterrupt:
            raise Refused(_broken_off(name, progress.position)) from None


def _broken_off(name: str, row: int) -> Problem:
    what = say("{file}: broken off; rows up to {row} are in", file=name, row=row)
    if not row:
        what = say("{file}: broken off; nothing of it is in", file=name)
    return Problem("BrokenOff", what, do=(say("Import the same file again: what is in stays as it is"),))


def _tracking(options: Any) -> int:
    mapping = load_scan_mapping(options.mapping) if options.mapping else None
    return _master(partial(import_tracking, now=SystemClock().now(), mapping=mapping), whole=True)(options)


def _master(importer: MasterImport, *, whole: bool = False) -> Callable[[Any], int]:
    """The command of an importer; `whole` for those that do not read row by row: they go in or stay out at once."""

    def run(options: Any) -> int:
        file: Path = options.file
        try:
            data = file.read_bytes()
        except OSError as error:
            raise bad_file(say("{file} can't be read: {why}", file=file.name, why=error.strerror or "?")) from None
        with central(options) as kept, stage(kept, dry_run=options.dry_run) as database:
            result = _bring_in(importer, database, data, file.name, options, whole=whole or options.dry_run)
            after = AFTER.get(importer) if result.done and not options.dry_run else None
            moved = after(database, SystemClock()) if after else {}
        return report([FileReport(file.name, result)], options, moved)

    return run
