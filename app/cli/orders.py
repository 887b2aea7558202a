"""`packbay order`: list, show, hold, release, change, cancel."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from typing import Any

from app.cli.base import Commands, central, command_of
from app.clock import SystemClock
from app.db import central_write, reading
from app.errors import Problem, Refused
from app.processing import queries
from app.processing.queries import OrderRow, OrderStory
from app.processing.service import (
    Change,
    cancel_order,
    change_order,
    check_order,
    place_hold,
    release_hold,
    release_order,
    settle_rest,
)
from app.text import count, say


def add(commands: Commands) -> None:
    """Adds `order`."""
    group = commands.add_parser("order", help="orders: list, show, hold, release, change, cancel")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    listed = command_of(acts, "list", "orders by urgency and age", _order_list)
    listed.add_argument("--state", default="", help="received, held, released, picking, picked, packing, packed …")
    shown = command_of(acts, "show", "one order: lines, holds, story, and why it does not move", _order_show)
    held = command_of(acts, "hold", "keep an order back", _order_hold)
    held.add_argument("--why", default="")
    held.add_argument("--until", type=_moment, help="release by itself at this moment (ISO 8601)")
    released = command_of(acts, "release", "clear the holds of an order and release it to pick", _order_release)
    cancelled = command_of(acts, "cancel", "cancel an order; what was picked is put back", _order_cancel)
    cancelled.add_argument("--why", default="")
    altered = command_of(acts, "change", "change lines, service or address, also in mid-pick", _order_change)
    altered.add_argument(
        "--line", action="append", default=[], type=_line, metavar="SKU=QTY", help="units of a product"
    )
    altered.add_argument("--remove", action="append", default=[], metavar="SKU", help="take a product off the order")
    altered.add_argument("--service", help="how it is to be shipped")
    altered.add_argument("--address", action="append", default=[], type=_pair, metavar="FIELD=VALUE")
    for command in (shown, held, released, cancelled, altered):
        command.add_argument("number", metavar="NUMBER")
    for command in (held, released, cancelled, altered):
        command.add_argument("--by", default="office", help="who decides it")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} has no =")
    return name.strip(), value.strip()


def _line(text: str) -> tuple[str, int]:
    sku, units = _pair(text)
    if not units.isdigit() or len(units) > 6:
        raise argparse.ArgumentTypeError(f"{units!r} is no number of units")
    return sku, int(units)


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
        place_hold(session, order_id=order_id, now=now, by=options.by, kind=kind, field=field, detail=options.why)
        state = queries.order_story(session, order_id).row.state
    return _say_state(options, state)


def _order_release(options: Any) -> int:
    with central(options) as database, central_write(database) as session:
        order_id, now = _one(session, options.number), SystemClock().now()
        check_order(session, order_id=order_id, now=now)  # what data have cleared meanwhile needs nobody's word
        release_hold(session, order_id=order_id, now=now, by=options.by)
        if queries.order_story(session, order_id).row.state not in ("received", "held"):
            settle_rest(session, order_id=order_id, now=now)
            return _say_state(options, queries.order_story(session, order_id).row.state)
        result = release_order(session, order_id=order_id, now=now)
    return _say_state(options, result.state, result.holds)


def _order_cancel(options: Any) -> int:
    with central(options) as database, central_write(database) as session:
        order_id, now = _one(session, options.number), SystemClock().now()
        units = cancel_order(session, order_id=order_id, now=now, by=options.by, why=options.why)
    return _say_state(options, "cancelled", put_back=units)


def _order_change(options: Any) -> int:
    change = Change(dict(options.line) | dict.fromkeys(options.remove, 0), options.service, dict(options.address))
    if not (change.lines or change.address or change.service is not None):
        raise Refused(Problem("NothingToChange", say("Say what is to be different: --line, --remove, --service …")))
    with central(options) as database, central_write(database) as session:
        order_id, now = _one(session, options.number), SystemClock().now()
        result = change_order(session, order_id=order_id, change=change, now=now, by=options.by)
    return _say_state(options, result.state, result.holds, put_back=result.plan.too_many)


def _say_state(options: Any, state: str, holds: tuple[str, ...] = (), put_back: int = 0) -> int:
    """Prints where the order is now; exit status 1 when something keeps it back."""
    if options.json:
        said = {"number": options.number, "state": state, "holds": list(holds)}
        print(json.dumps(said | ({"put_back": put_back} if put_back else {}), ensure_ascii=False))
        return 1 if holds else 0
    print(f"Order {options.number}: {state}{': ' + ', '.join(holds) if holds else ''}")
    if put_back:
        print(f"  {count(put_back, '{n} unit goes back to its bin', '{n} units go back to their bins')}")
    return 1 if holds else 0
