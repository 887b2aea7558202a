"""The story of an order, in words with their arguments, so that everybody reads it in their own language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.ids import new_id
from app.models import TimelineEntry
from app.text import Day, Text


def add_entry(
    session: Session,
    *,
    order_id: bytes,
    at: datetime,
    kind: str,
    words: Text,
    person_id: bytes | None = None,
    station_id: bytes | None = None,
) -> bytes:
    """Adds one entry to the timeline of an order and returns its id; `kind` is the fact or decision it tells of."""
    entry_id = new_id()
    session.execute(
        insert(TimelineEntry).values(
            id=entry_id, order_id=order_id, at=at, kind=kind, words=json.dumps(packed_words(words), sort_keys=True),
            person_id=person_id or None, station_id=station_id or None,
        )
    )  # fmt: skip
    return entry_id


def packed_words(words: Text) -> dict[str, Any]:
    """A Text as JSON values; a Decimal, a Day and a Text among the arguments keep what they are."""
    return {
        "template": words.template,
        "arguments": [[name, _packed(value)] for name, value in words.arguments],
        "plural": words.plural,
        "count": words.count,
    }


def _packed(value: str | int | Decimal | Day | Text) -> Any:
    if isinstance(value, Text):
        return {"text": packed_words(value)}
    if isinstance(value, Day):
        return {"day": value.date.isoformat(), "year": value.year}
    return {"decimal": format(value, "f")} if isinstance(value, Decimal) else value


def unpacked_words(packed: Mapping[str, Any]) -> Text:
    """The inverse of `packed_words`."""
    arguments = tuple((str(name), _unpacked(value)) for name, value in packed["arguments"])
    return Text(str(packed["template"]), arguments, str(packed["plural"]), int(packed["count"]))


def _unpacked(value: Any) -> str | int | Decimal | Day | Text:
    if isinstance(value, dict) and "day" in value:
        return Day(date.fromisoformat(value["day"]), bool(value["year"]))
    if isinstance(value, dict):
        return unpacked_words(value["text"]) if "text" in value else Decimal(value["decimal"])
    return value if isinstance(value, int) else str(value)
