"""What a read meant, and what a hand hears and sees of what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app import events
from app.sync.keeper import Transaction
from app.text import Text, say
from app.view import Echo, Hero, Sound, Tone, View
from app.workflow import Bench, Outcome, Recorded
from devices.beeps import Tone as BeepTone
from ui.help import code_for

Handled = events.Scan | events.Touch | events.Key
"""What a hand did: scans, taps and keys are handled in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One bench's part in an event."""

    bench: Bench[object]
    outcome: Outcome
    recorded: tuple[Recorded, ...]


def understand(item: Handled, transaction: Transaction) -> events.Read:
    """What was scanned, touched or typed means here. A key has no text: it may be one of a PIN."""
    if isinstance(item, events.Scan):
        return transaction.meaning(item)
    if isinstance(item, events.Key):
        return events.KeyRead(text="", at=item.at, mono_ns=item.mono_ns, touched=True, key=item.key)
    return replace(transaction.meaning(_as_scan(item)), touched=True, device="")


def _as_scan(touch: events.Touch) -> events.Scan:
    """A button carries the word of its command; a typed code is taken as it is."""
    return events.Scan(text=code_for(touch.command), device="", at=touch.at, mono_ns=touch.mono_ns)


def quiet_word(words: Text, read: events.Read) -> Outcome:
    """What is said of a command or a badge that means the same everywhere."""
    echo = Echo(Tone.OK, words, read.text, read.at.astimezone().strftime("%H:%M:%S"))
    return Outcome(accepted=True, sound=Sound.ACCEPTED, echo=echo)


def last_word(moved: list[Moved]) -> Outcome:
    """The outcome that people see and hear: the last bench's that said anything."""
    spoken = [
        m.outcome
        for m in moved
        if m.outcome.sound or m.outcome.echo or m.outcome.accepted is not None or m.outcome.ignored
    ]
    return spoken[-1] if spoken else moved[-1].outcome


def crashed(echo: Echo | None) -> View:
    """The screen in place of one that could not be made."""
    hero = Hero(
        imperative=say("This screen could not be shown"),
        icon="triangle-alert",
        tone=Tone.ERROR,
        second=say("Everything you scanned is kept. Scan HOME, then the tote again."),
    )
    return View(kind="crash", hero=hero, echo=echo)


TONES: dict[Sound, BeepTone] = {
    Sound.ACCEPTED: "accepted",
    Sound.STEP: "step",
    Sound.ORDER: "order",
    Sound.WRONG: "wrong",
    Sound.ATTENTION: "attention",
}
