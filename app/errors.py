"""The expected kinds of error. Anything else is a bug and is never caught below the runner."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.text import NOTHING, Text


@dataclass(frozen=True, slots=True)
class Problem:
    """What an operator is told: *what it is*, *why refused*, *do this* (at most two acts), *what did not happen*.

    `picture` is the key of a product picture when the thing in the hand is known. `tray` says that the wrong
    object is in the hand and that the rework tray ends the error (pack). `name` names the refusal for tests and logs.
    `subject` is the thing that was scanned by mistake, for a workflow that marks it (a wrong bin on the map).
    """

    name: str
    what: Text
    detail: Text = NOTHING
    why: Text = NOTHING
    do: tuple[Text, ...] = ()
    unchanged: Text = NOTHING
    picture: str = ""
    tray: bool = False
    subject: bytes = b""


class Refused(Exception):
    """The operator must do something else; the state did not change."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem.what))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Outage:
    """Which thing is away, and what still works without it."""

    thing: str
    detail: Text
    still_works: Text = field(default=NOTHING)


class Unavailable(Exception):
    """Something outside is away; trying again later may work. One log line per outage, a chip on the screen."""

    def __init__(self, outage: Outage) -> None:
        super().__init__(f"{outage.thing}: {outage.detail}")
        self.outage = outage


class NeedsApproval(Exception):
    """What was asked for costs money or stock: a badge and a PIN of somebody who holds `right` must follow.

    `act` says what is approved in the words of a button ("Void the label").
    """

    def __init__(self, right: str, act: Text) -> None:
        super().__init__(right)
        self.right = right
        self.act = act
