"""Decisions about stock and master data: what exists here, what it is called, what is promised to whom."""

from app.inventory.service.aliases import answer_alias
from app.inventory.service.boxes import import_boxes, import_policies
from app.inventory.service.codes import CodeBook
from app.inventory.service.consequences import CONSEQUENCES
from app.inventory.service.counting import ask_count, tend_counts
from app.inventory.service.layout import import_layout
from app.inventory.service.products import import_products
from app.inventory.service.promises import follow_goods
from app.inventory.service.receipts import import_receipts
from app.inventory.service.reorder import import_reorder
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

ANSWERS = {"alias": answer_alias}
"""Which ask is answered by which function."""
DUTIES = {"counts": tend_counts}
"""What central does by itself while time passes."""

__all__ = [
    "ANSWERS", "CONSEQUENCES", "DUTIES", "CodeBook", "Reserved", "ask_count", "consume_reservation", "follow_goods",
    "import_boxes", "import_layout", "import_policies", "import_products", "import_receipts", "import_reorder",
    "import_stock", "import_totes", "release_reservation", "reserve_lines", "reserve_units", "withdraw_pick_work",
]  # fmt: skip
