"""What inventory reads: balances, places, deliveries, counts."""

from app.inventory.queries.balances import (
    RECOUNT,
    Difference,
    Expired,
    StockLine,
    Totals,
    candidates,
    differences,
    expired_stock,
    floor,
    free_units,
    goal,
    on_hand,
    totals,
)

__all__ = [
    "RECOUNT", "Difference", "Expired", "StockLine", "Totals", "candidates", "differences", "expired_stock", "floor",
    "free_units", "goal", "on_hand", "totals",
]  # fmt: skip
