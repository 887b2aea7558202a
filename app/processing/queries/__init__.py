"""What processing reads: orders with their story, their holds, and why they do not move."""

from app.processing.queries.holds import HoldRow, open_holds
from app.processing.queries.orders import (
    LineRow,
    OrderRow,
    OrderStory,
    StoryRow,
    find_orders,
    order_story,
    orders,
    timeline,
)
from app.processing.queries.stuck import stuck, why_stuck

__all__ = [
    "HoldRow", "LineRow", "OrderRow", "OrderStory", "StoryRow", "find_orders", "open_holds", "order_story", "orders",
    "stuck", "timeline", "why_stuck",
]  # fmt: skip
