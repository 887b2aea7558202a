"""The demo warehouse: tables that lie beside this file and orders of two shops, brought in by the very importers.

Demo data only ever lives in a home of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.channels import read_orders
from app.channels.base import ImportResult
from app.db import Database, central_write, migrate, open_database
from app.floor.service.people import import_people
from app.floor.service.site import import_settings, import_stations
from app.inventory.queries import on_hand
from app.inventory.service import (
    import_boxes,
    import_layout,
    import_policies,
    import_products,
    import_receipts,
    import_reorder,
    import_stock,
    import_totes,
)
from app.processing.service import release_ready_orders
from app.receipt.service import import_orders
from app.settings import Home
from app.shipping.service.tariff import import_tariff
from app.work.service.pepper import make_pepper
from app.work.service.staff import set_pin, staff_list
from ui.demo.orders import drafts, shop_files

FILES = Path(__file__).parent
NOW = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)
"""The demo's hour: everything that is built carries it, so that two builds are alike."""

BADGES = {
    "picker": "UGKVAPYCOLSXWMZBSM", "packer": "UYYV2VG5HUZNRIPKX7", "lead": "UYV3LT2W4W6DI6DLDL",
    "office": "UGX2ROMTJ5RVM4QTXR", "receiver": "UCRS0VCYHPBRWNO04G",
}  # fmt: skip
"""Badges of Ana Moreno, Jonas Weber, Mia Lange, Sophie Keller and Lucía Fernández."""
PINS = {"1003": "271828"}
"""The PIN of the demo's lead, by staff number. It opens nothing but a demo: each home has a key of its own."""
TRAYS = {"PACK01": "SPACK01TRAYT", "PACK02": "SPACK02TRAYU"}
"""The rework trays of the pack stations."""
STRANGERS = ("9521234003113", "9521234003182", "9521234000013")
"""Item codes that no demo order wants: two products that lie on the shelves, and one that nobody knows."""


def build(home: Home, *, orders: int = 24, seed: int = 1) -> None:
    """Builds the demo in a home: master data, stock, `orders` orders, released as far as they can be.

    Building again changes nothing: stock is set only where there has never been any, orders are known by then. The
    order files stay in `home/demo` for a look.
    """
    home.make()
    database = open_database(home.central_file, "central")
    try:
        migrate(database)
        furnish(database, home, orders=orders, seed=seed)
    finally:
        database.close()


def furnish(database: Database, home: Home, *, orders: int, seed: int) -> None:
    """Brings the demo into a central that is there; `home` is that of whoever works for it."""
    with central_write(database) as session:
        _import_tables(session)
        _set_pins(session, home)
    _write_mail_way(home)
    with central_write(database) as session:
        for path in _write_orders(home, orders, seed):
            _judge(path.name, import_orders(session, read_orders(path), source=path.name, now=NOW))
        release_ready_orders(session, now=NOW)


def _import_tables(session: Any) -> None:
    tables = {
        "settings": import_settings, "policies": import_policies, "products": import_products,
        "layout": import_layout, "totes": import_totes, "people": import_people, "boxes": import_boxes,
        "receipts": import_receipts, "reorder": import_reorder,
        "stations": import_stations, "tariff": import_tariff,
    }  # fmt: skip
    for name, importer in tables.items():
        _judge(name, importer(session, (FILES / f"{name}.csv").read_bytes(), file=f"{name}.csv"))
    if not on_hand(session):
        data = (FILES / "stock.csv").read_bytes()
        _judge("stock", import_stock(session, data, file="stock.csv", now=NOW))


def _set_pins(session: Any, home: Home) -> None:
    without = {row.staff_number for row in staff_list(session) if not row.has_pin}
    for number, pin in PINS.items():
        if number in without:
            set_pin(session, make_pepper(home), staff_number=number, pin=pin, now=NOW)


def _write_mail_way(home: Home) -> None:
    """Mails of the demo become files in a folder of its home: nobody outside ever hears of it."""
    file = home.root / "central.toml"
    if not file.exists():
        file.write_text('[mail]\nway = "folder"\nfrom = "Nordlicht Living <hello@nordlicht.example>"\n', "utf-8")
        file.chmod(0o600)


def _judge(name: str, result: ImportResult) -> None:
    """The demo's own files are right, or the demo is wrong."""
    if result.errors:
        raise ValueError(f"demo {name}: {result.errors[0]}")


def _write_orders(home: Home, orders: int, seed: int) -> list[Path]:
    folder = home.root / "demo"
    folder.mkdir(exist_ok=True)
    paths = []
    for name, data in shop_files(drafts(orders, seed)):
        path = folder / name
        path.write_bytes(data)
        paths.append(path)
    return paths
