"""`packbay order`: list, show, hold, release, cancel."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from app.cli.base import Commands, central, command_of
from app.clock import SystemClock
from app.db import central_write, reading
from app.errors import Problem, Refused
from app.processing import queries
from app.processing.queries import OrderRow, OrderStory
from app.processing.service import cancel_order, check_order, place_hold, release_hold, release_order
from app.text import say


def add(commands: Commands) -> None:
    """Adds `order`."""
    group = commands.add_parser("order", help="orders: list, show, hold, release, cancel")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    listed = command_of(acts, "list", "orders by urgency and age", _order_list)
    listed.add_argument("--state", default="", help="received, held, released, picking, picked, packing, packed …")
    shown = command_of(acts, "show", "one order: lines, holds, story, and why it does not move", _order_show)
    held = command_of(acts, "hold", "keep an order back", _order_hold)
    held.add_argument("--why", default="")
    held.add_argument("--until", type=_moment, help="release by itself at this moment (ISO 8601)")
    released = command_of(acts, "release", "clear the holds of an order and release it to pick", _order_release)
    cancelled = command_of(acts, "cancel", "cancel an order before it is picked", _order_cancel)
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
