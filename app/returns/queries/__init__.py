"""What returns read: what was shipped and is back, where units may be put, and at central how an order left."""

from app.returns.queries.places import Wanting, directed_place, judge_place
from app.returns.queries.plans import (
    Returned,
    ReturnLeft,
    ReturnPlan,
    ReturnSummary,
    disposition_rules,
    is_expired,
    open_returns,
    plan_of_order,
    plan_of_return,
    return_of,
    return_story,
    returns,
    returns_left,
    serials_back,
    subject_of_order,
    subject_of_parcel,
    subject_of_return,
    subject_of_task,
    unfinished_task,
    waiting_returns,
)
from app.returns.queries.shipped import Departure, candidates, departures, whose_serial

__all__ = [
    "Departure", "ReturnLeft", "ReturnPlan", "ReturnSummary", "Returned", "Wanting", "candidates", "departures",
    "directed_place", "disposition_rules", "is_expired", "judge_place", "open_returns", "plan_of_order",
    "plan_of_return", "return_of", "return_story", "returns", "returns_left", "serials_back", "subject_of_order",
    "subject_of_parcel", "subject_of_return", "subject_of_task", "unfinished_task", "waiting_returns", "whose_serial",
]  # fmt: skip
