"""`packbay count`: asks that a bin be counted."""

from __future__ import annotations

import json
from typing import Any

from app.cli.base import Commands, central, command_of
from app.clock import SystemClock
from app.db import central_write
from app.errors import Problem, Refused
from app.inventory.queries.places import bin_named, sku_named
from app.inventory.service import ask_count
from app.text import Text, say


def add(commands: Commands) -> None:
    """Adds `count`."""
    count = command_of(commands, "count", "ask that a bin be counted: whoever is next at a kiosk is led there", _count)
    count.add_argument("bin", metavar="BIN", help="the name of the bin")
    count.add_argument("--sku", default="", help="only this SKU, not all that lies there")


def _count(options: Any) -> int:
    with central(options) as database, central_write(database) as session:
        place_id, sku_id = _named(session, options.bin, options.sku)
        count_id = ask_count(
            session, place_id=place_id, sku_id=sku_id, reason="asked", now=SystemClock().now(), priority=30
        )
    what = options.sku or "all that lies there"
    if options.json:
        print(json.dumps({"count_id": count_id.hex(), "bin": options.bin, "sku": options.sku}, ensure_ascii=False))
    else:
        print(f"{options.bin} is to be counted: {what}")
    return 0


def _named(session: Any, place: str, sku: str) -> tuple[bytes, bytes | None]:
    place_id, sku_id = bin_named(session, place), sku_named(session, sku) if sku else None
    if place_id is None:
        raise _unknown(say("There is no bin {name}", name=place))
    if sku and sku_id is None:
        raise _unknown(say("There is no SKU {name}", name=sku))
    return place_id, sku_id


def _unknown(what: Text) -> Refused:
    return Refused(Problem("Unknown", what, do=(say("Look it up with packbay stock list"),)))
