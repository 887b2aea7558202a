"""The gate before what costs money or stock: badge and PIN of somebody who holds the right, then the same read again.

A handler raises `NeedsApproval`; the bench opens a `Gate`, which holds the read and covers the whole screen. Only a
badge, the keys of the screen and CLEAR mean anything to it: every other scan is refused and changes nothing. The right
ends with the act, for the approval is bound to the one read that was held.

The digits of a PIN live in `Gate.typed` alone: no View, no echo, no log and no `repr` ever has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from app.errors import NeedsApproval, Problem
from app.events import BadgeRead, CommandRead, KeyRead, Read
from app.facts import Fact
from app.text import NOTHING, Text, count, say, verbatim
from app.view import Action, Hero, Keypad, NameDatum, Note, ProblemHero, Sound, Tone, View

PIN_DIGITS = 6
PATIENCE_NS = 30_000_000_000
"""After half a minute without a key or a badge, what was typed is forgotten and the badge is asked for again."""
KEPT = say("Nothing was changed. What you scanned is kept.")


def approval(event: Read, right: str, act: Text) -> bytes:
    """Who approved what this read asks for; NeedsApproval until somebody with that right gave badge and PIN.

    A handler calls it before it decides: the bench then asks for badge and PIN and hands the same read in again. What
    was approved for one right approves no other.
    """
    if not event.approved_by or event.approved_for not in ("", right):
        raise NeedsApproval(right, act)
    return event.approved_by


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who is asked to approve: whether the role holds the right, and whether there is a PIN at all."""

    person_id: bytes
    name: str
    may: bool
    has_pin: bool


@dataclass(frozen=True, slots=True)
class PinChecked:
    """What came of a PIN: `facts` are recorded whatever follows, `approval` with the act that it allows."""

    accepted: bool
    facts: tuple[Fact, ...] = ()
    approval: Fact | None = None


class Approvals(Protocol):
    """Whom the desk knows to be allowed what. Nothing here writes: what is to be remembered comes back as facts."""

    def approver(self, person_id: bytes, right: str) -> Approver | None:
        """A member of staff, None when unknown or no longer active."""

    def wait_s(self, person_id: bytes = b"") -> int:
        """Seconds until a PIN of this person (or of anybody, at this station) is heard again; 0: now."""

    def check(self, person_id: bytes, pin: str, right: str, act: Text) -> PinChecked:
        """Compares the PIN. Takes as long as the hash takes (docs/security.md has the figure)."""


@dataclass(frozen=True, slots=True)
class Gate:
    """An open gate: the read that waits, what it needs, who is to type, and what went wrong with the last try.

    `own` is the signed-in person when that one may approve. `since_ns` is when it last heard anything that it takes.
    """

    event: Read
    right: str
    act: Text
    own: Approver | None
    who: Approver | None
    since_ns: int
    typed: str = field(default="", repr=False)
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a read did at the gate. `gate` None: left, or passed when `checked` was accepted."""

    gate: Gate | None
    words: Text = NOTHING
    tone: Tone = Tone.NORMAL
    sound: Sound = Sound.NONE
    refused: str = ""
    checked: PinChecked | None = None


def opened(event: Read, needed: NeedsApproval, signed_in: bytes, approvals: Approvals) -> Gate:
    """The gate as it opens: at the PIN of whoever is signed in when that one may, else at a badge."""
    person = approvals.approver(signed_in, needed.right) if signed_in else None
    own = person if person is not None and person.may and person.has_pin else None
    return Gate(event, needed.right, needed.act, own, own, event.mono_ns)


def heard(gate: Gate, read: Read, approvals: Approvals) -> Heard:
    """What this read means to the open gate."""
    if read.mono_ns - gate.since_ns > PATIENCE_NS:
        gate = replace(gate, who=gate.own, typed="")
    match read:
        case CommandRead(word="CLEAR"):
            return Heard(None, say("Left. Nothing was changed"), Tone.OK, Sound.ACCEPTED)
        case BadgeRead():
            return _badge(replace(gate, since_ns=read.mono_ns), read, approvals)
        case KeyRead():
            return _key(replace(gate, since_ns=read.mono_ns), read.key, approvals)
    return _refused(gate, _not_now(gate))


def is_waiting(gate: Gate, approvals: Approvals) -> bool:
    """Whether the screen counts seconds down."""
    return _wait_s(gate, approvals) > 0


def gate_view(gate: Gate, whole: View, approvals: Approvals) -> View:
    """The gate over the whole screen of the task: one imperative, what is approved in words, and the keys."""
    wait = _wait_s(gate, approvals)
    problem = _locked(wait) if wait else gate.problem
    hero: Hero | ProblemHero = _hero(gate)
    if problem is not None:
        p = problem
        hero = ProblemHero(p.what, p.detail, p.why, p.do, p.unchanged, name=p.name)
    note = Note("shield-alert", gate.act, say("Only with the PIN of a lead"))
    keypad = Keypad(say("PIN"), "•" * len(gate.typed), masked=True, enter=say("Enter"))
    return View(
        kind="approval.pin" if gate.who else "approval.badge",
        header=whole.header,
        hero=hero,
        object=() if gate.who else (note,),
        context=(note, keypad) if gate.who else (),
        actions=(
            Action("CLEAR", "x", say("Leave"), say("change nothing")),
            Action("HELP", "circle-help", say("Help"), say("command codes")),
        ),
    )


def _hero(gate: Gate) -> Hero:
    if gate.who is None:
        return Hero(
            imperative=say("Scan the badge of a lead"), icon="id-card", second=say("Then they type their PIN here")
        )
    return Hero(
        imperative=say("Type your PIN"),
        icon="key-round",
        datum=NameDatum(verbatim(gate.who.name)),
        second=say("Six digits. The last one is enough, no further key"),
    )


def _wait_s(gate: Gate, approvals: Approvals) -> int:
    return approvals.wait_s(gate.who.person_id if gate.who else b"")


def _badge(gate: Gate, read: BadgeRead, approvals: Approvals) -> Heard:
    person = approvals.approver(read.person_id, gate.right)
    if person is None:
        return _refused(gate, _badge_problem("BadgeNotActive", say("This badge is not active"), NOTHING, gate))
    if not person.may:
        why = say("{name} may not do this.", name=person.name)
        return _refused(gate, _badge_problem("MayNotApprove", say("That badge does not help here"), why, gate))
    if not person.has_pin:
        why = say("{name} has no PIN yet.", name=person.name)
        return _refused(gate, _badge_problem("NoPin", say("That badge does not help here"), why, gate))
    gate = replace(gate, who=person, typed="", problem=None)
    return Heard(gate, say("{name}: type your PIN", name=person.name), Tone.OK, Sound.ACCEPTED)


def _key(gate: Gate, key: str, approvals: Approvals) -> Heard:
    if gate.who is None:
        return _refused(gate, _not_now(gate))
    if (wait := _wait_s(gate, approvals)) > 0:
        return _refused(replace(gate, typed=""), _locked(wait))
    typed = gate.typed
    if key == "BACK":
        typed = typed[:-1]
    elif len(key) == 1 and key in "0123456789":
        typed += key
    elif key == "ENTER":
        return _refused(replace(gate, typed=""), _too_few())
    if len(typed) < PIN_DIGITS:
        return Heard(replace(gate, typed=typed, problem=None))
    return _checked(gate, gate.who, typed, approvals)


def _checked(gate: Gate, who: Approver, pin: str, approvals: Approvals) -> Heard:
    checked = approvals.check(who.person_id, pin, gate.right, gate.act)
    if checked.accepted:
        return Heard(None, checked=checked)
    wrong = _refused(replace(gate, typed=""), _wrong_pin())
    return replace(wrong, checked=checked)


def _refused(gate: Gate, problem: Problem) -> Heard:
    gate = replace(gate, problem=problem)
    return Heard(gate, problem.what, Tone.ERROR, Sound.WRONG, refused=problem.name)


def unasked(needed: NeedsApproval) -> Problem:
    """Something other than a read wanted an approval: there is nothing that could be held and handed in again."""
    return Problem(
        name="NeedsApproval",
        what=needed.act,
        why=say("This needs a PIN, and no scan asked for it."),
        do=(say("Scan the card for it"),),
        unchanged=say("Nothing was changed."),
    )


def _next_act(gate: Gate) -> Text:
    return say("Type your PIN") if gate.who else say("Scan the badge of a lead")


def _not_now(gate: Gate) -> Problem:
    return Problem(
        name="ApprovalOpen",
        what=say("Not now: this waits for a PIN"),
        why=gate.act,
        do=(_next_act(gate), say("Or scan CLEAR to leave it")),
        unchanged=KEPT,
    )


def _badge_problem(name: str, what: Text, why: Text, gate: Gate) -> Problem:
    another = _next_act(gate) if gate.who else say("Scan the badge of a lead")
    return Problem(
        name=name, what=what, detail=gate.act, why=why, do=(another, say("Or scan CLEAR to leave it")), unchanged=KEPT
    )


def _too_few() -> Problem:
    return Problem(
        name="PinTooShort", what=say("A PIN has six digits"), do=(say("Type it from the beginning"),), unchanged=KEPT
    )


def _wrong_pin() -> Problem:
    return Problem(
        name="WrongPin",
        what=say("That is not the PIN"),
        do=(say("Type it from the beginning"), say("Or scan CLEAR to leave it")),
        unchanged=KEPT,
    )


def _locked(seconds: int) -> Problem:
    long = seconds > 90
    minutes = -(-seconds // 60)
    words = (
        count(minutes, "Wait one minute", "Wait {n} minutes")
        if long
        else count(seconds, "Wait one second", "Wait {n} seconds")
    )
    return Problem(
        name="PinLocked",
        what=words,
        why=say("A wrong PIN was typed too often."),
        do=(say("Then type your PIN"), say("Or scan CLEAR to leave it")),
        unchanged=KEPT,
    )
