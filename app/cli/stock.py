"""`packbay stock`: list, weights, verify."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from app.cli.base import Commands, central, command_of
from app.clock import SystemClock
from app.db import central_write, reading
from app.inventory.queries import Difference, Expired, StockLine, Totals, differences, expired_stock, on_hand, totals
from app.inventory.queries.oddities import Oddity, oddities
from app.packing.queries import LearntLine, learnt_weights
from app.packing.service import forget_weight


def add(commands: Commands) -> None:
    """Adds `stock`."""
    group = commands.add_parser("stock", help="stock: list, weights, verify")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    listed = command_of(acts, "list", "what lies in which bin, and how much of it is promised", _stock_list)
    listed.add_argument("--sku", default="", help="only SKUs that begin with this")
    listed.add_argument("--bin", default="", help="only bins that begin with this")
    listed.add_argument("--expired", action="store_true", help="only what is past its date: promised to nobody")
    weights = command_of(acts, "weights", "what a unit weighs by the boxes that held nothing else", _stock_weights)
    weights.add_argument("--sku", default="", help="only SKUs that begin with this")
    weights.add_argument("--forget", action="store_true", help="learn the SKU that --sku names whole anew")
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


def _stock_weights(options: Any) -> int:
    with central(options) as database:
        with reading(database) as session:
            lines = learnt_weights(session, options.sku)
        if options.forget:
            named = [line for line in lines if options.sku and line.sku == options.sku]
            with central_write(database) as session:
                done = [line.sku for line in named if forget_weight(session, sku_id=line.sku_id)]
            print(json.dumps({"forgotten": done}) if options.json else f"{len(done)} forgotten: {', '.join(done)}")
            return 0 if done else 2
    if options.json:
        print(json.dumps({"weights": [_weight(line) for line in lines]}, ensure_ascii=False))
        return 0
    for line in lines:
        known = "no weight in the master data" if line.master_g is None else f"{line.master_g} g in the master data"
        means = f"learnt {line.learnt.grams} g from {line.learnt.parcels} parcels, {known}"
        if not line.learnt.is_steady:
            low, high = line.learnt.low_mg // 1000, line.learnt.high_mg // 1000
            means += f"; {low} to {high} g is too far apart, or too few parcels"
        used = "none" if line.used_g is None else f"{line.used_g} g"
        print(f"{line.sku:<20} {means}; used: {used}")
    print(f"{len(lines)} SKUs")
    return 0


def _weight(line: LearntLine) -> dict[str, object]:
    return {
        "sku": line.sku, "name": line.name, "weight_g": line.master_g, "learnt_g": line.learnt.grams,
        "parcels": line.learnt.parcels, "units": line.learnt.units, "low_g": line.learnt.low_mg // 1000,
        "high_g": line.learnt.high_mg // 1000, "steady": line.learnt.is_steady, "used_g": line.used_g,
    }  # fmt: skip


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
