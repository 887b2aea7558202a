"""A View as plain JSON, words in English: what a scripted person reads instead of the screen."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from app.text import Text
from app.view import FloorPlan, View


def plain(thing: Any) -> Any:
    """JSON values: dataclasses as objects with `type`, Texts as English words, floor plans by their version."""
    if isinstance(thing, Text):
        return str(thing)
    if isinstance(thing, FloorPlan):
        return thing.version
    if isinstance(thing, Enum):
        return thing.value
    if is_dataclass(thing) and not isinstance(thing, type):
        return {"type": type(thing).__name__, **{f.name: plain(getattr(thing, f.name)) for f in fields(thing)}}
    if isinstance(thing, tuple | list):
        return [plain(each) for each in thing]
    return thing


def view_json(view: View, mono_ns: int) -> dict[str, Any]:
    """One line of the stream of Views: the View, and CLOCK_MONOTONIC when it was given to the screen."""
    return {**plain(view), "mono_ns": mono_ns}
