"""What screens that cross the stages read of the mirror: who comes in, what waits, what lies where, what was read."""

from app.floor.queries.entrance import (
    BoundTote,
    CutOff,
    StillHere,
    cut_off,
    is_ready,
    lacking,
    operator,
    orders_to_pick,
    station_label,
    still_here,
    stuck_here,
    task_of,
    totes_in,
    totes_to_pack,
)
from app.floor.queries.logbook import Backlog, UnknownCode, backlog, unknown_codes
from app.floor.queries.things import (
    LyingHere,
    LyingThere,
    OrderHere,
    ParcelHere,
    is_packable,
    name_of_cart,
    numbers_are_digits,
    open_counts,
    order_here,
    order_of_parcel,
    orders_numbered,
    receipt_here,
    what_lies_in,
    where_lies,
)

__all__ = [
    "Backlog", "BoundTote", "CutOff", "LyingHere", "LyingThere", "OrderHere", "ParcelHere", "StillHere",
    "UnknownCode", "backlog", "cut_off", "is_packable", "is_ready", "lacking", "name_of_cart", "numbers_are_digits",
    "open_counts", "operator", "order_here", "order_of_parcel", "orders_numbered", "orders_to_pick", "receipt_here",
    "station_label", "still_here", "stuck_here", "task_of", "totes_in", "totes_to_pack", "unknown_codes",
    "what_lies_in", "where_lies",
]  # fmt: skip
