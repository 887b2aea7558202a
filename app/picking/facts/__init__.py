"""Facts of picking: the walk, a walk that is taken over, the way back."""

from app.picking.facts.put_back import PutBack, PutBackBegun, PutBackDone, ReturnTaken
from app.picking.facts.take_over import TakeOverBegun, ToteDone, ToteOpened, ToteUnits, WorkTakenOver
from app.picking.facts.walk import (
    BLOCKED,
    DAMAGED,
    EMPTY,
    WRONG_ITEM,
    BinProved,
    DamagedAtPick,
    Dropped,
    ItemProved,
    ManualProof,
    Picked,
    ShortAmended,
    Shorted,
    Skipped,
    ToteBound,
    TourStarted,
    holds,
    was_counted,
)

__all__ = [
    "BLOCKED", "DAMAGED", "EMPTY", "WRONG_ITEM", "BinProved", "DamagedAtPick", "Dropped", "ItemProved", "ManualProof",
    "Picked", "PutBack", "PutBackBegun", "PutBackDone", "ReturnTaken", "ShortAmended", "Shorted", "Skipped",
    "TakeOverBegun", "ToteBound", "ToteDone", "ToteOpened", "ToteUnits", "TourStarted", "WorkTakenOver", "holds",
    "was_counted",
]  # fmt: skip
