"""`packbay return` and `packbay refunds`: returns that are announced and told, and money for the office to pay back."""

from __future__ import annotations

import json
import os
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from app.cli.base import Commands, central, command_of, on_paper
from app.clock import SystemClock
from app.db import central_write, reading
from app.errors import Problem, Refused
from app.processing.queries import find_orders
from app.returns.queries import ReturnSummary, return_of, returns
from app.returns.queries.bills import RefundRow, refund_ids, refunds
from app.returns.queries.papers import return_form
from app.returns.rules.dispositions import grade_words
from app.returns.service import announce_return, decide_refund, hand_over
from app.tables import write_csv
from app.text import Text, say

COLUMNS = (
    "refund", "list", "return", "order", "channel", "external_id", "sku", "quantity", "goods", "discount", "tax", "fee",
    "shipping", "amount", "currency", "grade", "reason", "computed_at",
)  # fmt: skip
"""What the office pays by, one row a refund; `refund` is its identity."""
_PAIR = re.compile(r"(?P<sku>.+?)(?:=(?P<units>\d{1,6}))?")


def add(commands: Commands) -> None:
    """Adds `return` and `refunds`."""
    _add_returns(commands)
    group = commands.add_parser("refunds", help="money to be paid back: list, hand over, decide")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    listed = command_of(acts, "list", "refunds, the oldest first", _refund_list)
    listed.add_argument("--state", default="", help="pending, held, handed_over, denied, none, void")
    exported = command_of(acts, "export", "hand everything that waits to the office, once", _export)
    exported.add_argument("--csv", type=Path, required=True, metavar="FILE", help="the list, for a spreadsheet")
    exported.add_argument("--again", default="", metavar="ID", help="this list or this refund once more, nothing new")
    approved = command_of(acts, "approve", "pay what was held back", _approve)
    approved.add_argument("--amount", type=_amount, help="another amount than was computed")
    denied = command_of(acts, "deny", "do not pay what was held back", _deny)
    for command in (approved, denied):
        command.add_argument("refund", metavar="REFUND", help="its id or the first eight digits of it")


def _add_returns(commands: Commands) -> None:
    group = commands.add_parser("return", help="returns: announce, list, show, print their form")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    announced = command_of(acts, "announce", "say that items of an order will come back", _announce)
    announced.add_argument("order", metavar="ORDER", help="its number or its own id in the shop")
    announced.add_argument(
        "--sku", action="append", required=True, metavar="X=1", help="what comes back; several times"
    )
    announced.add_argument("--reason", default="", help="why; damaged, wrong item, late … are faults of ours")
    announced.add_argument("--wish", choices=("refund", "replacement"), default="refund")
    announced.add_argument("--number", default="", help="the number of the return (else one is made)")
    listed = command_of(acts, "list", "returns, those that are open first", _return_list)
    listed.add_argument("--state", default="", help="announced, receiving, closed")
    shown = command_of(acts, "show", "one return and what came back with it", _return_show)
    form = command_of(acts, "form", "the paper that goes into the parcel, as PDF", _form)
    form.add_argument("--out", type=Path, required=True, metavar="FILE")
    for command in (shown, form):
        command.add_argument("number", metavar="NUMBER")


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(text)
    return amount


def _no(name: str, what: Text, do: Text) -> Refused:
    return Refused(Problem(name, what, do=(do,), unchanged=say("Nothing was changed.")))


# ---- returns --------------------------------------------------------------------------------------------------------


def _items(pairs: list[str]) -> list[tuple[str, int]]:
    """`X=1` → (X, 1); an SKU alone is one unit."""
    found = []
    for pair in pairs:
        match = _PAIR.fullmatch(pair.strip())
        units = int(match["units"] or 1) if match else 0
        if match is None or units < 1:
            raise _no("NoItem", say("{pair} is no SKU with a number", pair=pair), say("Write it as --sku MUG-350-SG=2"))
        found.append((match["sku"], units))
    return found


def _announce(options: Any) -> int:
    with central(options) as database, central_write(database) as session:
        found = find_orders(session, options.order)
        if len(found) != 1:
            what = say("There is no order {number}", number=options.order)
            several = say("Several orders have the number {number}", number=options.order)
            raise _no("NoOrder", several if found else what, say("packbay order list shows them"))
        made = announce_return(
            session, order_id=found[0], items=_items(options.sku), reason=options.reason, wish=options.wish,
            number=options.number, now=SystemClock().now(),
        )  # fmt: skip
    if options.json:
        said = {"number": made.number, "code": made.code, "order": made.order_number, "units": made.units}
        print(json.dumps(said, ensure_ascii=False))
    else:
        print(f"Return {made.number} of order {made.order_number}: {made.units} units, code {made.code}")
        print(f"  packbay return form {made.number} --out FILE prints its paper")
    return 0


def _return_list(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        rows = returns(session, state=options.state)
    if options.json:
        print(json.dumps({"returns": [_return_json(row) for row in rows]}, ensure_ascii=False))
        return 0
    for row in rows:
        print(_return_line(row))
    print(f"{len(rows)} returns")
    return 0


def _return_line(row: ReturnSummary) -> str:
    order = f"order {row.order_number}" if row.order_number else "no order known"
    units = sum(item.quantity for item in row.items)
    return f"{row.number:<16} {row.state:<10} {row.kind:<12} {order:<20} {units:>3} back  wish: {row.wish}"


def _return_json(row: ReturnSummary) -> dict[str, object]:
    return {
        "number": row.number, "order": row.order_number, "kind": row.kind, "state": row.state, "wish": row.wish,
        "opened_at": row.opened_at.isoformat(), "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "items": [
            {
                "sku": i.sku, "quantity": i.quantity, "lot": i.lot, "serial": i.serial, "grade": i.grade,
                "disposition": i.disposition, "place": i.place, "at": i.at.isoformat(),
            }
            for i in row.items
        ],
    }  # fmt: skip


def _return_show(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        row = return_of(session, options.number)
        if row is None:
            raise _no("NoReturn", say("There is no return {number}", number=options.number), _LIST)
        money = [r for r in refunds(session) if r.return_number == row.number and r.state != "void"]
    if options.json:
        said = {**_return_json(row), "refunds": [_refund_json(r) for r in money]}
        print(json.dumps(said, ensure_ascii=False))
        return 0
    print(_return_line(row))
    for item in row.items:
        extra = " ".join(w for w in (item.lot and f"lot {item.lot}", item.serial and f"serial {item.serial}") if w)
        words = f"{grade_words(item.grade)}: {item.disposition} into {item.place}"
        print(f"  {item.at:%Y-%m-%d %H:%M}  {item.quantity:>3} × {item.sku:<16} {words} {extra}".rstrip())
    for refund in money:
        print(f"  {_refund_line(refund)}")
    return 0


_LIST = say("packbay return list shows them")


def _form(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        form = return_form(session, options.number)
    if form is None:
        raise _no("NoReturn", say("There is no return {number}", number=options.number), _LIST)
    options.out.write_bytes(on_paper(form))
    print(json.dumps({"number": form.number, "file": str(options.out)}) if options.json else f"{options.out}")
    return 0


# ---- refunds --------------------------------------------------------------------------------------------------------


def _refund_list(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        rows = refunds(session, state=options.state)
    if options.json:
        print(json.dumps({"refunds": [_refund_json(row) for row in rows]}, ensure_ascii=False))
        return 0
    for row in rows:
        print(_refund_line(row))
    print(f"{len(rows)} refunds")
    return 0


def _refund_line(row: RefundRow) -> str:
    what = f"{row.quantity} × {row.sku}" if row.sku else "shipping"
    note = f"  ({row.note})" if row.note and row.sku else ""
    amount = f"{row.amount:f} {row.currency}"
    return f"{row.id.hex()[:12]}  {row.state:<11} {amount:>14}  order {row.order_number:<10} {what}{note}"


def _cells(row: RefundRow) -> dict[str, str | int | Decimal]:
    return {
        "refund": row.id.hex(), "list": row.batch, "return": row.return_number, "order": row.order_number,
        "channel": row.channel, "external_id": row.external_id, "sku": row.sku, "quantity": row.quantity,
        "goods": row.goods, "discount": row.discount, "tax": row.tax, "fee": row.fee, "shipping": row.shipping,
        "amount": row.amount, "currency": row.currency, "grade": row.grade, "reason": row.reason,
        "computed_at": row.computed_at.isoformat(),
    }  # fmt: skip


def _refund_json(row: RefundRow) -> dict[str, object]:
    said: dict[str, object] = {k: format(v, "f") if isinstance(v, Decimal) else v for k, v in _cells(row).items()}
    handed = row.handed_at.isoformat() if row.handed_at else None
    return {**said, "state": row.state, "note": row.note, "handed_at": handed}


def _export(options: Any) -> int:
    """The list lies beside its place before anything is marked, and is put there when that is durable."""
    file: Path = options.csv
    beside = file.with_name(f".{file.name}.part")
    with central(options) as database:
        if options.again:
            with reading(database) as session:
                batch, rows = options.again, refunds(session, again=options.again)
            if not rows:
                raise _no("NoList", say("There is no list and no refund {id}", id=options.again),
                          say("packbay refunds list shows them"))  # fmt: skip
            _write(beside, rows)
        else:
            with central_write(database) as session:
                batch, rows = hand_over(session, now=SystemClock().now())
                _write(beside, rows)
    beside.replace(file)
    if options.json:
        print(json.dumps({"list": batch, "file": str(file), "refunds": [_refund_json(r) for r in rows]},
                         ensure_ascii=False))  # fmt: skip
        return 0
    for currency in sorted({r.currency for r in rows}):
        total = sum((r.amount for r in rows if r.currency == currency), Decimal(0))
        print(f"list {batch}: {sum(r.currency == currency for r in rows)} refunds, {total:f} {currency}")
    print(f"{len(rows)} refunds in {file}" if rows else f"nothing waits; {file} has no row")
    return 0


def _write(file: Path, rows: tuple[RefundRow, ...]) -> None:
    """Writes the table and flushes it to the disk: what is marked as handed over must be there."""
    with file.open("wb") as out:
        out.write(write_csv((_cells(row) for row in rows), COLUMNS))
        out.flush()
        os.fsync(out.fileno())


def _approve(options: Any) -> int:
    return _decide(options, pay=True, amount=options.amount)


def _deny(options: Any) -> int:
    return _decide(options, pay=False)


def _decide(options: Any, *, pay: bool, amount: Decimal | None = None) -> int:
    with central(options) as database, central_write(database) as session:
        found = refund_ids(session, options.refund)
        if len(found) != 1:
            raise _no("NoRefund", say("There is no single refund {id}", id=options.refund),
                      say("packbay refunds list --state held shows what waits"))  # fmt: skip
        rows = decide_refund(session, refund_ids=found, pay=pay, now=SystemClock().now(), amount=amount)
    if options.json:
        print(json.dumps({"refunds": [_refund_json(row) for row in rows]}, ensure_ascii=False))
    else:
        print("\n".join(_refund_line(row) for row in rows))
    return 0
