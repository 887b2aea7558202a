"""Facts of inventory: what came, was moved, counted, found broken; every change of stock is a movement."""

from app.inventory.facts.counting import Adjusted, CountAsked, Counted, CountNoted, CountStarted, Found
from app.inventory.facts.handling import BinPassed, Moved, SourceProved, StatusChanged, Taken, ToteCleared
from app.inventory.facts.movements import GOOD, StockSet, move, stock_row, transfer
from app.inventory.facts.receiving import (
    ItemPending,
    OverReceived,
    PendingLeft,
    ReceiptClosed,
    ReceiptOpened,
    Received,
    TargetChosen,
)

__all__ = [
    "GOOD", "Adjusted", "BinPassed", "CountAsked", "CountNoted", "CountStarted", "Counted", "Found", "ItemPending",
    "Moved", "OverReceived", "PendingLeft", "ReceiptClosed", "ReceiptOpened", "Received", "SourceProved",
    "StatusChanged", "StockSet", "Taken", "TargetChosen", "ToteCleared", "move", "stock_row", "transfer",
]  # fmt: skip
