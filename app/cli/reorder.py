"""`packbay reorder`: what is to be bought again, as CSV and on paper."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from app.barcodes import own_code
from app.cli.base import Commands, central, command_of, on_paper
from app.clock import SystemClock
from app.db import reading
from app.documents import ReorderList, ReorderRow, ReorderSupplier
from app.inventory.queries.reorder import Reorder, reorder_list
from app.tables import write_csv
from app.work.queries import setting

COLUMNS = (
    "supplier", "sku", "name", "on_hand", "promised", "on_the_way", "minimum", "maximum", "pack", "order",
)  # fmt: skip


def add(commands: Commands) -> None:
    """Adds `reorder`."""
    group = commands.add_parser("reorder", help="what is to be bought again: list")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    listed = command_of(acts, "list", "products below their minimum, by supplier, with whole packs to order", _list)
    listed.add_argument("--csv", type=Path, metavar="FILE", help="write the list as CSV")
    listed.add_argument("--pdf", type=Path, metavar="FILE", help="write the list as PDF")


def _list(options: Any) -> int:
    now = SystemClock().now()
    day = now.astimezone().date().isoformat()
    with central(options) as database, reading(database) as session:
        found = reorder_list(session, now.date().isoformat())
        shop = setting(session, "shop_name")
    if options.csv:
        options.csv.write_bytes(write_csv((_row(r) for r in found), COLUMNS))
    if options.pdf:
        options.pdf.write_bytes(on_paper(document_of(found, shop, day)))
    if options.json:
        print(json.dumps({"reorder": [_row(r) for r in found]}, ensure_ascii=False))
        return 0
    for r in found:
        print(f"{r.supplier or '-':<20} {r.sku:<16} {r.available:>6} of {r.minimum:<6} order {r.order:>6}  {r.name}")
    print(f"{len(found)} products to order" if found else "Nothing is below its minimum.")
    return 0


def _row(r: Reorder) -> dict[str, str | int]:
    values: dict[str, str | int] = asdict(r)
    return {name: values[name] for name in COLUMNS}


def document_of(found: Sequence[Reorder], shop: str, day: str) -> ReorderList:
    """The list as a document, supplier by supplier in their order."""
    suppliers = tuple(
        ReorderSupplier(
            supplier,
            tuple(
                ReorderRow(r.sku, r.name, r.on_hand, r.promised, r.on_the_way, r.minimum, r.maximum, r.pack, r.order)
                for r in rows
            ),
        )
        for supplier, rows in groupby(found, key=lambda r: r.supplier)
    )
    return ReorderList(shop, day, own_code("REORDER" + day.replace("-", "")), suppliers)
