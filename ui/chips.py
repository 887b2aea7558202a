"""Health, top right: grey while fine, a bordered chip with icon, word and number when not."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.events import DeviceChanged
from app.text import say
from app.view import Chip, Tone

ICONS = {"scanner": "scan-line", "printer": "printer", "scale": "scale"}
WORDS = {"scanner": say("Scanner"), "printer": say("Printers"), "scale": say("Scale")}


@dataclass(slots=True)
class Health:
    """What is known of the devices and of the line to central."""

    kinds: tuple[str, ...]
    opening: set[str] = field(default_factory=set)
    online: bool = True
    queued: int = 0
    ill: dict[str, DeviceChanged] = field(default_factory=dict)

    def heard(self, change: DeviceChanged) -> bool:
        """Takes a change in; whether something was lost or came back (the first opening is neither)."""
        if change.device in self.opening:
            self.opening.discard(change.device)
            if change.health == "ok":
                return False
        before = self.ill.get(change.device)
        if change.health == "ok":
            self.ill.pop(change.device, None)
        else:
            self.ill[change.device] = change
        return before != self.ill.get(change.device)

    def chips(self) -> tuple[Chip, ...]:
        """The chips from left to right: the line to central, then each kind of device that is configured."""
        return (self._line(), *(self._device(kind) for kind in self.kinds))

    def _line(self) -> Chip:
        if self.online:
            return Chip("cloud-check", say("Synced"))
        words = say("Offline, {n} queued", n=self.queued) if self.queued else say("Offline")
        return Chip("cloud-off", words, Tone.WARN)

    def _device(self, kind: str) -> Chip:
        ill = next((d for d in self.ill.values() if d.kind == kind), None)
        if ill is None and kind == "scanner" and self.opening:
            return Chip(ICONS[kind], say("{device}: opening", device=WORDS[kind]))
        if ill is None:
            return Chip(ICONS[kind], WORDS[kind])
        tone = Tone.ERROR if ill.health == "away" else Tone.WARN
        if not ill.detail:
            return Chip(ICONS[kind], say("{device}: away", device=WORDS[kind]), tone)
        return Chip(ICONS[kind], say("{device}: {what}", device=WORDS[kind], what=say(ill.detail)), tone)
