"""What inventory reads: balances, places, deliveries, counts."""

from app.inventory.queries.balances import (
    RECOUNT,
    Difference,
    StockLine,
    candidates,
    differences,
    floor,
    free_units,
    goal,
    on_hand,
)

__all__ = [
    "RECOUNT", "Difference", "StockLine", "candidates", "differences", "floor", "free_units", "goal", "on_hand",
]  # fmt: skip
