"""Commands of the core: imports, orders, stock. Each lists in words or, with `--json`, as docs/imports.md describes.

Exit status: 0 all done, 1 some refused and named, 2 nothing done, with one clear line.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from app.channels import read_orders
from app.channels.base import BadFile, Channel, Entry, ImportResult, RowError, bad_file
from app.channels.plain_csv import PlainCsv, load_mapping
from app.clock import SystemClock
from app.db import Database, central_write, migrate, open_database, reading
from app.errors import Problem, Refused
from app.floor.service.people import import_people
from app.floor.service.site import import_settings, import_stations
from app.inventory.queries import differences, on_hand
from app.inventory.service import (
    import_boxes,
    import_layout,
    import_policies,
    import_products,
    import_stock,
    import_totes,
)
from app.processing import queries
from app.processing.queries import OrderRow, OrderStory
from app.processing.service import cancel_order, check_order, place_hold, release_hold, release_order, waiting_orders
from app.receipt.service import import_orders
from app.settings import Home, home
from app.shipping.service.tariff import import_tariff
from app.text import Text, say
from app.work.queries import setting

BATCH = 100
"""Orders a transaction: the floor writes to the same database, and never waits long for an import."""
Subparsers = argparse._SubParsersAction


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
    "boxes": (import_boxes, "box types"),
    "tariff": (import_tariff, "zones and prices of the built-in carrier"),
    "policies": (import_policies, "how strictly each class of item is proven"),
    "stations": (import_stations, "stations"),
    "settings": (import_settings, "shop name, sender and other words of the site"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit status as the module says."""
    parser = argparse.ArgumentParser(prog="packbay")
    add_commands(parser.add_subparsers(title="commands", metavar="COMMAND", required=True))
    options = parser.parse_args(argv)
    return int(options.func(options))


def add_commands(commands: Subparsers[argparse.ArgumentParser]) -> None:
    """Adds `import`, `order` and `stock` to the console script."""
    _add_import(commands)
    _add_order(commands)
    _add_stock(commands)


def _command(parent: Subparsers[argparse.ArgumentParser], name: str, words: str, run: Callable[[Any], int]) -> Any:
    command = parent.add_parser(name, help=words, description=words)
    command.add_argument("--home", type=Path, help="instead of PACKBAY_HOME")
    command.add_argument("--json", action="store_true", help="one JSON object on stdout (docs/imports.md)")
    command.set_defaults(func=_guarded(run))
    return command


def _guarded(run: Callable[[Any], int]) -> Callable[[Any], int]:
    def guarded(options: Any) -> int:
        try:
            return run(options)
        except (Refused, OSError) as error:
            return _give_up(options, _words_of(error))

    return guarded


def _words_of(error: Refused | OSError) -> str:
    if not isinstance(error, Refused):
        return f"{error.filename or 'home'}: {error.strerror or error}"
    problem = error.problem
    parts = (problem.what, problem.why, *problem.do, problem.unchanged)
    return ". ".join(str(p).rstrip(".") for p in parts if p) + "."


def _give_up(options: Any, line: str) -> int:
    if options.json:
        print(json.dumps({"error": line}, ensure_ascii=False))
    print(f"packbay: {' '.join(line.split())}", file=sys.stderr)
    return 2


# ---- the database ---------------------------------------------------------------------------------------------------


@contextmanager
def central(options: Any) -> Iterator[Database]:
    """Central's database of the chosen home, made and brought up to date on first use."""
    place: Home = home(options.home).make()
    database = open_database(place.central_file, "central")
    try:
        migrate(database)
        yield database
    finally:
        database.close()


# ---- import ---------------------------------------------------------------------------------------------------------


def _add_import(commands: Subparsers[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("import", help="bring in orders, products, bins, people …")
    kinds = group.add_subparsers(title="what", metavar="WHAT", required=True)
    orders = _command(kinds, "orders", "orders of a shop: Shopify, WooCommerce, or any table", _import_orders)
    orders.add_argument("files", nargs="+", type=Path, metavar="FILE")
    orders.add_argument("--mapping", type=Path, help="TOML or JSON: which column of a table holds what")
    orders.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    for name, (importer, words) in MASTERS.items():
        command = _command(kinds, name, words, _master(importer))
        command.add_argument("file", type=Path, metavar="FILE")
        command.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")


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


# ---- what an import says --------------------------------------------------------------------------------------------

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


# ---- orders ---------------------------------------------------------------------------------------------------------


def _add_order(commands: Subparsers[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("order", help="orders: list, show, hold, release, cancel")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    listed = _command(acts, "list", "orders by urgency and age", _order_list)
    listed.add_argument("--state", default="", help="received, held, released, picking, picked, packing, packed …")
    shown = _command(acts, "show", "one order: lines, holds, story, and why it does not move", _order_show)
    held = _command(acts, "hold", "keep an order back", _order_hold)
    held.add_argument("--why", default="")
    held.add_argument("--until", type=_moment, help="release by itself at this moment (ISO 8601)")
    released = _command(acts, "release", "clear the holds of an order and release it to pick", _order_release)
    cancelled = _command(acts, "cancel", "cancel an order before it is picked", _order_cancel)
    cancelled.add_argument("--why", default="")
    for command in (shown, held, released, cancelled):
        command.add_argument("number", metavar="NUMBER")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.astimezone()


def _order_list(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        rows = queries.orders(session, state=options.state)
    if options.json:
        print(json.dumps({"orders": [_row_json(row) for row in rows]}, ensure_ascii=False))
        return 0
    for row in rows:
        placed = row.placed_at.strftime("%Y-%m-%d %H:%M") if row.placed_at else "-"
        total = f"{row.total:f} {row.currency}" if row.total is not None else "-"
        holds = f"  held: {', '.join(row.holds)}" if row.holds else ""
        print(f"{row.number:<14} {row.state:<10} {placed:<17} {row.units:>4} units {total:>14}  {row.channel}{holds}")
    print(f"{len(rows)} orders")
    return 0


def _row_json(row: OrderRow) -> dict[str, object]:
    return {
        "number": row.number, "channel": row.channel, "external_id": row.external_id, "state": row.state,
        "placed_at": row.placed_at.isoformat() if row.placed_at else None,
        "ship_by": row.ship_by.isoformat() if row.ship_by else None,
        "lines": row.lines, "units": row.units, "short": row.short, "currency": row.currency,
        "total": f"{row.total:f}" if row.total is not None else None, "holds": list(row.holds),
    }  # fmt: skip


def _found(session: Any, number: str) -> tuple[bytes, ...]:
    found = queries.find_orders(session, number)
    if not found:
        raise Refused(Problem("NoSuchOrder", say("There is no order {number}", number=number)))
    return found


def _one(session: Any, number: str) -> bytes:
    found = _found(session, number)
    if len(found) > 1:
        what = say("{n} orders have the number {number}", n=len(found), number=number)
        act = say("Give the shop's own id instead; packbay order show {number} tells it", number=number)
        raise Refused(Problem("SeveralOrders", what, do=(act,)))
    return found[0]


def _order_show(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        stories = [queries.order_story(session, order_id) for order_id in _found(session, options.number)]
    if options.json:
        print(json.dumps({"orders": [_story_json(story) for story in stories]}, ensure_ascii=False))
        return 0
    for story in stories:
        _print_story(story)
    return 0


def _story_json(story: OrderStory) -> dict[str, object]:
    stuck = story.stuck
    return {
        **_row_json(story.row),
        "customer": story.customer,
        "order_lines": [
            {
                "position": line.position, "sku": line.sku, "name": line.name, "ordered": line.ordered,
                "cancelled": line.cancelled, "short": line.short, "ships": line.ships, "known": line.known,
            }
            for line in story.lines
        ],
        "open_holds": [
            {
                "kind": h.kind, "field": h.field, "detail": h.detail, "placed_at": h.placed_at.isoformat(),
                "by": h.placed_by,
            }
            for h in story.holds
        ],
        "timeline": [
            {"at": s.at.isoformat(), "kind": s.kind, "words": str(s.words), "person": s.person, "station": s.station}
            for s in story.story
        ],
        "stuck": {"cause": str(stuck.cause), "who": str(stuck.who), "act": str(stuck.act)} if stuck else None,
    }  # fmt: skip


def _print_story(story: OrderStory) -> None:
    row = story.row
    print(f"Order {row.number} ({row.channel} {row.external_id}): {row.state}")
    if story.customer:
        print(f"  customer  {story.customer}")
    for line in story.lines:
        notes = [f"{n} {word}" for n, word in ((line.cancelled, "cancelled"), (line.short, "short")) if n]
        notes += [] if line.known or not line.ships else ["unknown product"]
        notes += [] if line.ships else ["not shipped"]
        print(f"  {line.ordered:>3} × {line.sku:<16} {line.name}{'  (' + ', '.join(notes) + ')' if notes else ''}")
    for entry in story.story:
        where = ", ".join(w for w in (entry.person, entry.station) if w)
        print(f"  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.words}{'  (' + where + ')' if where else ''}")
    if story.stuck is not None:
        print(f"  why it does not move: {story.stuck.words}")


def _order_hold(options: Any) -> int:
    kind, field = ("until", options.until.isoformat()) if options.until else ("manual", "")
    with central(options) as database, central_write(database) as session:
        order_id, now = _one(session, options.number), SystemClock().now()
        place_hold(session, order_id=order_id, now=now, by="office", kind=kind, field=field, detail=options.why)
    return _say_state(options, "held")


def _order_release(options: Any) -> int:
    with central(options) as database, central_write(database) as session:
        order_id, now = _one(session, options.number), SystemClock().now()
        check_order(session, order_id=order_id, now=now)  # what data have cleared meanwhile needs nobody's word
        release_hold(session, order_id=order_id, now=now, by="office")
        result = release_order(session, order_id=order_id, now=now)
    if result.work_id is None:
        return _say_state(options, "held", result.holds)
    return _say_state(options, "released")


def _order_cancel(options: Any) -> int:
    with central(options) as database, central_write(database) as session:
        order_id, now = _one(session, options.number), SystemClock().now()
        cancel_order(session, order_id=order_id, now=now, by="office", why=options.why)
    return _say_state(options, "cancelled")


def _say_state(options: Any, state: str, holds: tuple[str, ...] = ()) -> int:
    if options.json:
        print(json.dumps({"number": options.number, "state": state, "holds": list(holds)}, ensure_ascii=False))
    else:
        print(f"Order {options.number}: {state}{': ' + ', '.join(holds) if holds else ''}")
    return 1 if holds else 0


# ---- stock ----------------------------------------------------------------------------------------------------------


def _add_stock(commands: Subparsers[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("stock", help="stock: list, verify")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    listed = _command(acts, "list", "what lies in which bin, and how much of it is promised", _stock_list)
    listed.add_argument("--sku", default="", help="only SKUs that begin with this")
    listed.add_argument("--bin", default="", help="only bins that begin with this")
    _command(
        acts, "verify", "shows that on hand is the sum of the ledger, and reserved that of the promises", _stock_verify
    )


def _stock_list(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        lines = on_hand(session, sku=options.sku, place=options.bin)
    if options.json:
        names = ("sku", "place", "lot", "status", "on_hand", "reserved", "free")
        print(json.dumps({"stock": [{n: getattr(line, n) for n in names} for line in lines]}, ensure_ascii=False))
        return 0
    for line in lines:
        lot = f" lot {line.lot}" if line.lot else ""
        status = "" if line.status == "good" else f" ({line.status})"
        print(f"{line.sku:<20} {line.place:<12} {line.on_hand:>6} on hand {line.reserved:>5} promised{lot}{status}")
    print(f"{len(lines)} places, {sum(line.on_hand for line in lines)} units")
    return 0


def _stock_verify(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        found = differences(session)
    if options.json:
        rows = [
            {
                "sku_id": d.sku_id.hex(), "place_id": d.place_id.hex(), "lot": d.lot, "status": d.status,
                "what": d.what, "booked": d.booked, "summed": d.summed,
            }
            for d in found
        ]  # fmt: skip
        print(json.dumps({"differences": rows}))
    else:
        for d in found:
            print(f"{d.sku_id.hex()} in {d.place_id.hex()}: {d.what} is {d.booked}, the sum says {d.summed}")
        print("On hand is the sum of the ledger." if not found else f"{len(found)} differences")
    return 1 if found else 0
