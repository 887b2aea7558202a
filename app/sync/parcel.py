"""What goes from the thread that talks to central to the thread that works: plain values, read without the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the inbox is open before the rest of the program is read
    from app.sync.forking import Draft
    from app.sync.snapshot import Built
    from app.sync.wire import Mark, Pulled, Welcome


@dataclass(frozen=True, slots=True)
class Parcelled:
    """What one exchange with central brought: a job for the work thread (`Keeper.take_in`).

    `hello` with `offset_ms`, how far central's clock is ahead, and `broken`: it refused this stream although the marks
    were even; `drafted`: what a new stream will be made of. `mirror`: a whole new mirror was made in a second file.
    """

    mark: Mark | None
    sent: tuple[bytes, ...]
    pulled: Pulled | None
    hello: Welcome | None = None
    offset_ms: int = 0
    broken: bool = False
    drafted: Draft | None = None
    mirror: Built | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of the line to central, as the chip at the top of the screen says it.

    `online`: central answered last time. `refused`: why it takes nothing from here (see `wire.NotWelcome`), "" when it
    does. `since`: the last time it answered. `behind_s`: for how long central has been applying nothing of what it has
    from here. `fetching`: rows that central wrote earlier are still on their way. `must_update`: central or station,
    whichever is too old for the other. `forked`: this station goes on in a new stream since it was started.
    """

    online: bool = True
    refused: str = ""
    since: datetime | None = None
    queued: int = 0
    behind_s: int = 0
    fetching: bool = False
    must_update: str = ""
    forked: bool = False
    clock_offset_ms: int = 0


@dataclass(frozen=True, slots=True)
class LineChanged:
    """Something about the line to central is different from what the screen says."""

    line: Line = field(default_factory=Line)
    detail: str = ""
