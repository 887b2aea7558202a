"""Sign-in: scan your badge, and the home screen or the kept task comes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.errors import Problem, Refused
from app.events import BadgeRead, Read
from app.facts import Fact
from app.floor import queries
from app.floor.workflows.sign_in_screen import badge_wanted, not_ready
from app.text import say
from app.view import Sound, View
from app.work.facts import SignedIn
from app.work.queries import describe
from app.workflow import Desk, Next, Request, Workflow, on

CLAIM_AHEAD = 3
"""Orders that a station holds ready, so that a network cut or a slow server never stops a picker."""
PICKERS = frozenset({"picker"})
"""Roles that take pick work by signing in; whoever else picks asks for it with the first tote."""
LABELS_AHEAD = 50
"""Below this many label numbers a station asks for more."""


class Step(Enum):
    BADGE = "badge"


@dataclass(frozen=True, slots=True)
class SignInState:
    """Nothing: every sign-in begins anew."""


class SignIn(Workflow[SignInState]):
    """A person scans the badge; whose it is, is said by the mirror, also without a network."""

    kind = "sign-in"

    def initial(self, task_id: bytes, desk: Desk) -> SignInState:
        return SignInState()

    def evolve(self, state: SignInState, fact: Fact) -> SignInState:
        return state

    def step(self, state: SignInState) -> Step:
        return Step.BADGE

    @on(Step.BADGE)
    def badge_scanned(self, state: SignInState, event: BadgeRead, desk: Desk) -> Next:
        person = desk.read(queries.operator, event.person_id)
        if person is None:
            raise Refused(
                Problem(
                    name="BadgeNotActive",
                    what=say("This badge is not active"),
                    why=say("Its owner does not work here any more, or not yet."),
                    do=(say("Ask the shift lead for a new badge"),),
                    unchanged=say("Nobody was signed in."),
                )
            )
        ahead = CLAIM_AHEAD if person.role in PICKERS else 0
        orders, labels = desk.read(queries.lacking, desk.station.station_id, orders=ahead, labels=LABELS_AHEAD)
        asks: tuple[Request, ...] = (Request("claim", {"kind": "pick", "limit": orders}),) if orders else ()
        if labels:
            asks += (Request("numbers", {"kind": "parcel"}),)
        return Next(
            facts=(SignedIn(person.person_id),),
            echo=say("Hello {name}", name=person.name),
            sound=Sound.ORDER,
            ask=asks,
            ends=True,
        )

    def unexpected(self, state: SignInState, event: Read, desk: Desk) -> Problem:
        what, _ = desk.read(describe, event)
        return Problem(
            name="SignInFirst",
            what=say("Sign in first"),
            detail=what,
            do=(say("Scan your badge"),),
            unchanged=say("Nothing was recorded."),
        )

    def view(self, state: SignInState, desk: Desk) -> View:
        ready = desk.read(queries.is_ready)
        return badge_wanted(desk.station.name) if ready else not_ready(desk.station.name)
