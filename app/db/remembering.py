"""Questions that other questions ask again and again: what a product, a place, a code is.

Who keeps answers in memory (a station's work thread, see `app.sync.memory`) puts a way to ask it into the session;
everywhere else a remembered question is an ordinary one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy.orm import Session

P = ParamSpec("P")
R = TypeVar("R")
ASKS = "asks within"
"""Where in `Session.info` the one who remembers stands: called with the question and its arguments."""


def remembered(query: Callable[Concatenate[Session, P], R]) -> Callable[Concatenate[Session, P], R]:
    """A question whose answer is kept apart from that of the question around it.

    It must send every statement it needs (`Prepared`, or columns): what it took from the session's own objects would
    not be seen. An exception is not kept.
    """

    @wraps(query)
    def asked(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
        ask = session.info.get(ASKS)
        return query(session, *args, **kwargs) if ask is None else cast(R, ask(query, *args, **kwargs))

    return asked
