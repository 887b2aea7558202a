"""`packbay stock`: list, verify."""

from __future__ import annotations

import json
from typing import Any

from app.cli.base import Commands, central, command_of
from app.db import reading
from app.inventory.queries import differences, on_hand


def add(commands: Commands) -> None:
    """Adds `stock`."""
    group = commands.add_parser("stock", help="stock: list, verify")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    listed = command_of(acts, "list", "what lies in which bin, and how much of it is promised", _stock_list)
    listed.add_argument("--sku", default="", help="only SKUs that begin with this")
    listed.add_argument("--bin", default="", help="only bins that begin with this")
    command_of(
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
