"""Files as a slow line gives them, and what is read of them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from app.channels import BadFile
from app.channels.base import Channel, Entry, ImportedOrder, RowError

LINE = {"id": 1, "sku": "MUG", "name": "Mug", "quantity": 3, "price": "10.00"}


class Trickle(io.BytesIO):
    """A file that gives at most so many bytes at once."""

    def __init__(self, data: bytes, at_once: int) -> None:
        super().__init__(data)
        self._at_once = at_once

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._at_once if size is None or size < 0 else min(size, self._at_once))


def shopify(n: int, **more: Any) -> dict[str, Any]:
    return {"id": n, "name": f"#{n}", "financial_status": "paid", "line_items": [LINE], **more}


def listed(*pieces: str | dict[str, Any]) -> bytes:
    """`{"orders": [ … ]}` out of orders and of pieces of text that need not be JSON."""
    texts = (piece if isinstance(piece, str) else json.dumps(piece) for piece in pieces)
    return ('{"orders": [' + ",\n".join(texts) + "]}").encode()


def parse(channel: Channel, data: bytes, at_once: int = 1 << 20) -> list[Entry]:
    return list(channel.read(Trickle(data, at_once), "file"))


def told(channel: Channel, data: bytes, at_once: int = 1 << 20) -> list[str]:
    """What came of a file in words: "+" and the id of an order, the whole error, or "!" and the refusal."""
    found: list[str] = []
    try:
        for entry in channel.read(Trickle(data, at_once), "file"):
            found.append(f"+{entry.external_id}" if isinstance(entry, ImportedOrder) else str(entry))
    except BadFile as refusal:
        found.append(f"!{refusal.problem.what}")
    return found


def read_file(channel: Channel, path: Path) -> tuple[list[ImportedOrder], list[RowError]]:
    """The good and the bad of a file."""
    with path.open("rb") as stream:
        entries = list(channel.read(stream, path.name))
    good = [e for e in entries if isinstance(e, ImportedOrder)]
    return good, [e for e in entries if isinstance(e, RowError)]
