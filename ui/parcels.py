"""What the sync thread hands to the work thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the inbox is open before the rest of the program is read
    from app.sync.wire import Mark, Pulled


@dataclass(frozen=True, slots=True)
class Parcelled:
    """What the courier brought from one round: a job for the work thread."""

    mark: Mark | None
    sent: tuple[bytes, ...]
    pulled: Pulled | None
    hello: Mark | None = None


@dataclass(frozen=True, slots=True)
class LineChanged:
    """Central can be reached, or not any more."""

    online: bool
    detail: str = ""
