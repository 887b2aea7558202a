"""Decisions about stock and master data: what exists here, what it is called, what is promised to whom."""

from app.inventory.service.boxes import import_boxes, import_policies
from app.inventory.service.codes import CodeBook
from app.inventory.service.layout import import_layout
from app.inventory.service.products import import_products
from app.inventory.service.reservations import (
    Reserved,
    consume_reservation,
    release_reservation,
    reserve_lines,
    reserve_units,
    withdraw_pick_work,
)
from app.inventory.service.stock import import_stock
from app.inventory.service.totes import import_totes

__all__ = [
    "CodeBook", "Reserved", "consume_reservation", "import_boxes", "import_layout", "import_policies",
    "import_products", "import_stock", "import_totes", "release_reservation", "reserve_lines", "reserve_units",
    "withdraw_pick_work",
]  # fmt: skip
