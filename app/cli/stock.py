"""`packbay stock`: list, verify."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from app.cli.base import Commands, central, command_of
from app.clock import SystemClock
from app.db import reading
from app.inventory.queries import Difference, Expired, StockLine, Totals, differences, expired_stock, on_hand, totals
from app.inventory.queries.oddities import Oddity, oddities


def add(commands: Commands) -> None:
    """Adds `stock`."""
    group = commands.add_parser("stock", help="stock: list, verify")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    listed = command_of(acts, "list", "what lies in which bin, and how much of it is promised", _stock_list)
    listed.add_argument("--sku", default="", help="only SKUs that begin with this")
    listed.add_argument("--bin", default="", help="only bins that begin with this")
    listed.add_argument("--expired", action="store_true", help="only what is past its date: promised to nobody")
    command_of(
        acts, "verify", "shows that on hand is the sum of the ledger, and reserved that of the promises", _stock_verify
    )


def _stock_list(options: Any) -> int:
    today = SystemClock().now().date().isoformat()
    with central(options) as database, reading(database) as session:
        lines = on_hand(session, sku=options.sku, place=options.bin)
        old = expired_stock(session, today) if options.expired else ()
    if options.expired:
        chosen = [e for e in old if e.sku.startswith(options.sku) and e.place.startswith(options.bin)]
        return _say_expired(chosen, as_json=options.json)
    return _say_lines(lines, as_json=options.json)


def _say_lines(lines: tuple[StockLine, ...], *, as_json: bool) -> int:
    if as_json:
        names = ("sku", "place", "lot", "status", "on_hand", "reserved", "free")
        print(json.dumps({"stock": [{n: getattr(line, n) for n in names} for line in lines]}, ensure_ascii=False))
        return 0
    for line in lines:
        lot = f" lot {line.lot}" if line.lot else ""
        status = "" if line.status == "good" else f" ({line.status})"
        print(f"{line.sku:<20} {line.place:<12} {line.on_hand:>6} on hand {line.reserved:>5} promised{lot}{status}")
    print(f"{len(lines)} places, {sum(line.on_hand for line in lines)} units")
    return 0


def _say_expired(old: list[Expired], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"stock": [asdict(e) for e in old]}, ensure_ascii=False))
        return 0
    for e in old:
        print(f"{e.sku:<20} {e.place:<12} {e.on_hand:>6} lot {e.lot}, last day {e.expires_on}")
    print(f"{len(old)} lots past their date" if old else "Nothing is past its date.")
    return 0


def _stock_verify(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        found, sums, odd = differences(session), totals(session), oddities(session)
    balanced = not found and sums.moved == sums.on_hand and sums.reserved == sums.promised
    if options.json:
        print(json.dumps(_verdict(found, sums, odd, balanced), ensure_ascii=False))
    else:
        _say_verdict(found, sums, odd, balanced)
    return 0 if balanced else 1


def _verdict(
    found: tuple[Difference, ...], sums: Totals, odd: tuple[Oddity, ...], balanced: bool
) -> dict[str, object]:  # fmt: skip
    rows = [
        {
            "sku_id": d.sku_id.hex(), "place_id": d.place_id.hex(), "lot": d.lot, "status": d.status,
            "what": d.what, "booked": d.booked, "summed": d.summed,
        }
        for d in found
    ]  # fmt: skip
    return {"differences": rows, "balanced": balanced, "totals": asdict(sums), "oddities": [asdict(o) for o in odd]}


def _say_verdict(found: tuple[Difference, ...], sums: Totals, odd: tuple[Oddity, ...], balanced: bool) -> None:
    for d in found:
        print(f"{d.sku_id.hex()} in {d.place_id.hex()}: {d.what} is {d.booked}, the sum says {d.summed}")
    for o in odd:
        print(f"odd: {o.what.replace('_', ' ')}: {' '.join(filter(None, (o.sku, o.place, o.detail)))} ({o.units})")
    print(f"{sums.movements} movements sum up to {sums.moved}, {sums.places} balances to {sums.on_hand}")
    print(f"{sums.promised} units are promised, {sums.reserved} are reserved")
    print("On hand is the sum of the ledger." if balanced else f"{len(found)} differences")
