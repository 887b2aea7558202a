"""Central of a test: a migrated database, a small floor, orders out of plain tables. Builders have defaults for all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.channels.base import ImportedOrder, ImportResult, RowError
from app.channels.plain_csv import CHANNEL
from app.db import Database, central_write, migrate, open_database
from app.inventory.service import import_layout, import_products, import_stock
from tests.engines import drop, open_central, stranger

NOW = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "data" / "channels"

LAYOUT = b"""kind,name,type,aisle,x_mm,y_mm,x0_mm,x1_mm,y0_mm,y1_mm,blocked
aisle,A,,,3000,,,,2000,20000,
aisle,B,,,6000,,,,2000,20000,
cross_aisle,South,,,,2000,1000,9000,,,
bin,Drop,drop,,8000,2000,,,,,
bin,A-near,pick,A,,3000,,,,,
bin,A-far,pick,A,,19000,,,,,
bin,B-near,pick,B,,3000,,,,,
bin,B-blocked,pick,B,,2500,,,,,yes
bin,B-top,reserve,B,,2200,,,,,
"""
PRODUCTS = b"""sku,name,weight_g,lot_tracked,expiry_tracked,barcodes
MUG,Mug,380,no,no,4006381333931
TEA,Tea,165,no,no,
CHOC,Chocolate,100,yes,yes,
"""
HEADER = "order,sku,item,quantity,unit_price,total,name,line1,city,postcode,country,payment"
ROW = "{order},{sku},Thing,{quantity},{price},{total},Lena Hoffmann,Lindenstraße 27,Berlin,10969,DE,{payment}"


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "central.sqlite"
    database = open_database(path, "central")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def central(_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty central of this test alone."""
    database = open_central(tmp_path / "central.sqlite", template=_template)
    yield database
    drop(database)


@pytest.fixture
def shop(central: Database) -> Database:
    """A central with two aisles, a drop place and three products, and no stock."""
    with central_write(central) as session:
        assert import_layout(session, LAYOUT, file="layout.csv").errors == ()
        assert import_products(session, PRODUCTS, file="products.csv").errors == ()
    return central


def stocked(database: Database, *rows: str) -> None:
    """Sets stock: `stocked(shop, "MUG,A-near,5", "CHOC,A-far,3,L1,2027-01-31")`."""
    data = "\n".join(["sku,bin,quantity,lot,expires_on", *(r + "," * (4 - r.count(",")) for r in rows)])
    with central_write(database) as session:
        assert import_stock(session, data.encode(), file="stock.csv", now=NOW).errors == ()


def table(*lines: str) -> bytes:
    """A plain table of orders out of rows as `line` makes them."""
    return "\n".join([HEADER, *lines]).encode()


def line(
    order: str = "1", sku: str = "MUG", quantity: int = 1, price: str = "", total: str = "", payment: str = "paid"
) -> str:
    """One row of a plain table of orders, complete in everything."""
    return ROW.format(order=order, sku=sku, quantity=quantity, price=price, total=total, payment=payment)


def read(data: bytes) -> list[ImportedOrder | RowError]:
    """What the plain table's channel reads."""
    import io

    return list(CHANNEL.read(io.BytesIO(data), "orders.csv"))


def take_in(database: Database, data: bytes) -> ImportResult:
    """Imports a plain table of orders."""
    from app.receipt.service import import_orders

    with central_write(database) as session:
        return import_orders(session, read(data), source="orders.csv", now=NOW)


def rows(database: Database, sql: str) -> list[tuple[object, ...]]:
    """What a stranger with the sqlite3 command line would see."""
    with closing(sqlite3.connect(stranger(database))) as connection:
        return list(connection.execute(sql))


def dump(database: Database) -> list[str]:
    """The whole database, row for row."""
    with closing(sqlite3.connect(stranger(database))) as connection:
        return list(connection.iterdump())
