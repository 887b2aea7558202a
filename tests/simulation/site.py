"""The floor and its goods, out of the tables that a site imports, and the orders that come in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from random import Random

from app.channels.base import ImportedCustomer, ImportedLine, ImportedOrder
from app.db import Database, central_write
from app.documents import Address
from app.ids import stable_id
from app.inventory.service import import_layout, import_products, import_stock, import_totes

CHANNEL = "simulated"
PICK_BINS = tuple(f"A-{n:02}" for n in range(1, 25))
RESERVE_BINS = tuple(f"R-{n:02}" for n in range(1, 7))
DROP, DOCK = "Drop", "Dock"
PLAIN = tuple(f"SKU-{n:02}" for n in range(1, 13))
LOTS, SERIALS = ("LOT-1", "LOT-2"), ("SER-1", "SER-2")
TOTES = tuple(f"T{n:03}" for n in range(1, 121))
EACH = 60
"""Units of each product in each of its pick bins on the first day."""


def sku_id(name: str) -> bytes:
    return stable_id("sku", name)


def bin_id(name: str) -> bytes:
    return stable_id("bin", name)


def _layout() -> str:
    rows = ["kind,name,type,aisle,x_mm,y_mm,x0_mm,x1_mm,y0_mm,y1_mm", "aisle,A,,,3000,,,,0,60000"]
    rows += [f"bin,{name},pick,A,,{2000 * n},,,," for n, name in enumerate(PICK_BINS)]
    rows += [f"bin,{name},reserve,A,,{2000 * n + 500},,,," for n, name in enumerate(RESERVE_BINS)]
    return "\n".join([*rows, f"bin,{DROP},drop,,9000,1000,,,,", f"bin,{DOCK},receive,,9000,5000,,,,"])


def _products() -> str:
    rows = ["sku,name,weight_g,lot_tracked,serial_tracked"]
    rows += [f"{name},Thing {name},200,no,no" for name in PLAIN]
    rows += [f"{name},Thing {name},100,yes,no" for name in LOTS]
    return "\n".join([*rows, *(f"{name},Thing {name},500,no,yes" for name in SERIALS)])


def places_of(sku: str) -> tuple[str, str, str]:
    """The two pick bins and the reserve bin in which a product lies."""
    n = [*PLAIN, *LOTS, *SERIALS].index(sku)
    half = len(PICK_BINS) // 2
    return (
        PICK_BINS[n % len(PICK_BINS)],
        PICK_BINS[(n + half) % len(PICK_BINS)],
        RESERVE_BINS[n % len(RESERVE_BINS)],
    )


def stock_table(units: int = EACH) -> bytes:
    """How much lies where, as the office says it."""
    rows = ["sku,bin,quantity,lot"]
    for name in [*PLAIN, *LOTS, *SERIALS]:
        near, far, reserve = places_of(name)
        lots = ("L1", "L2") if name in LOTS else ("", "")
        rows += [f"{name},{near},{units},{lots[0]}", f"{name},{far},{units},{lots[1]}"]
        rows.append(f"{name},{reserve},{4 * units},{lots[0]}")
    return "\n".join(rows).encode()


def stock_row(sku: str, place: str, units: int, lot: str = "") -> bytes:
    """The same table with one place in it."""
    return f"sku,bin,quantity,lot\n{sku},{place},{units},{lot}".encode()


def furnish(database: Database, now: datetime) -> None:
    """Builds the floor: bins, products, totes, stock."""
    totes = "\n".join(["name", *TOTES]).encode()
    with central_write(database) as session:
        results = (
            import_layout(session, _layout().encode(), file="layout.csv"),
            import_products(session, _products().encode(), file="products.csv"),
            import_totes(session, totes, file="totes.csv"),
            import_stock(session, stock_table(), file="stock.csv", now=now),
        )
        wrong = [error for result in results for error in result.errors]
    if wrong:
        raise ValueError(f"the site can't be built: {wrong[0]}")


GOODS = (*PLAIN, *LOTS, *SERIALS * 4)
"""What people order: each line is one of these."""


def orders(dice: Random, first: int, count: int, now: datetime, of: Sequence[str] = GOODS) -> list[ImportedOrder]:
    """Some new orders of one to three lines, numbered on from `first`."""
    return [_order(dice, first + n, now, of) for n in range(count)]


def _order(dice: Random, number: int, now: datetime, of: Sequence[str]) -> ImportedOrder:
    names = dice.sample(of, min(len(of), dice.choice((1, 1, 2, 3))))
    lines = tuple(
        ImportedLine(
            str(n), name, f"Thing {name}", 1 if name in SERIALS else dice.choice((1, 1, 2, 3)), Decimal("5.00")
        )
        for n, name in enumerate(dict.fromkeys(names), 1)
    )
    total = sum((line.quantity * Decimal("5.00") for line in lines), Decimal())
    return ImportedOrder(
        channel=CHANNEL,
        external_id=str(number),
        number=f"N{number}",
        currency="EUR",
        lines=lines,
        placed_at=now,
        updated_at=now,
        customer=ImportedCustomer(str(number), f"Customer {number}", f"c{number}@example.org", ""),
        ship_to=Address(
            name=f"Customer {number}", line1=f"Lindenstraße {number}", postcode="10969", city="Berlin", country="DE"
        ),
        total=total,
        payment="paid",
        tax_included=True,
    )
