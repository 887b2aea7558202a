"""Health, top right: grey while fine, a bordered chip with icon, word and number when not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from app.clock import Clock
from app.events import DeviceChanged, Scan, Weight
from app.text import NOTHING, Text, say
from app.view import Chip, ScreenSettings, Tone
from ui.config import StationConfig
from ui.parcels import Line
from ui.screen_memory import THEME_NAMES
from ui.trouble import disk_chip

if TYPE_CHECKING:  # chips are shown before the tasks are read
    from app.equipment import DeviceState

ICONS = {"scanner": "scan-line", "printer": "printer", "scale": "scale"}
WORDS = {"scanner": say("Scanner"), "printer": say("Printers"), "scale": say("Scale")}


@dataclass(slots=True)
class Health:
    """What is known of the devices and of the line to central."""

    kinds: tuple[str, ...]
    opening: set[str] = field(default_factory=set)
    line: Line = field(default_factory=Line)
    ill: dict[str, DeviceChanged] = field(default_factory=dict)
    met_at: dict[str, datetime] = field(default_factory=dict)
    free: int | None = None

    def met(self, sign: object) -> None:
        """Remembers when a device was last heard of: a scan or a weight is a sign of life."""
        if isinstance(sign, Scan | Weight):
            self.met_at[sign.device] = sign.at

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

    def states(self, config: StationConfig, screen: ScreenSettings) -> tuple[DeviceState, ...]:
        """Every device of this station as the device page shows it; last the screen itself."""
        devices = config.devices
        return (
            *(self._state(s.name, "scanner") for s in devices.scanners),
            *(self._state(w.name, "scanner") for w in devices.wedges),
            *(self._state(s.name, "scale") for s in devices.scales),
            *(self._state(p.name, "printer", p.media) for p in devices.printers),
            *_screen_states(screen),
        )

    def _state(self, name: str, kind: str, media: str = "") -> DeviceState:
        from app.equipment import DeviceState

        ill, at = self.ill.get(name), self.met_at.get(name)
        if ill is not None:
            detail = say(ill.detail) if ill.detail else NOTHING
            return DeviceState(name, kind, ill.health, detail, at, media)
        detail = say("opening") if name in self.opening else NOTHING
        return DeviceState(name, kind, "ok", detail, at, media)

    def chips(self) -> tuple[Chip, ...]:
        """The chips from left to right: the line to central, each kind of device that is configured, a full disk."""
        disk = disk_chip(self.free)
        return (line_chip(self.line), *(self._device(kind) for kind in self.kinds), *((disk,) if disk else ()))

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


BEHIND_S, CLOCK_MS = 10, 120_000
"""From when on it is said that central applies nothing, and how wrong a clock may be."""
_REFUSED = {
    "revoked": say("This station was signed off"),
    "credentials": say("Central does not know this station"),
    "old_primary": say("That central is out of service"),
}


def line_chip(line: Line) -> Chip:
    """What is to be said of the line to central; the first of these that holds, the one that stops most first."""
    if line.refused:
        words = _REFUSED.get(line.refused, say("Central takes nothing from here"))
        return Chip("cloud-off", _with_queue(words, line.queued), Tone.ERROR)
    if not line.online:
        return Chip("cloud-off", _with_queue(_offline(line), line.queued), Tone.WARN)
    if line.must_update:
        words = say("Central must be updated") if line.must_update == "central" else say("This station must be updated")
        return Chip("cloud-check", words, Tone.WARN)
    if line.forked:
        return Chip("cloud-check", say("This station has a twin"), Tone.WARN)
    if line.behind_s >= BEHIND_S:
        return Chip("cloud-check", say("Central is behind"), Tone.WARN)
    if abs(line.clock_offset_ms) > CLOCK_MS:
        minutes = abs(line.clock_offset_ms) // 60_000
        words = (
            say("The clock is {n} min slow", n=minutes)
            if line.clock_offset_ms > 0
            else say("The clock is {n} min fast", n=minutes)
        )
        return Chip("cloud-check", words, Tone.WARN)
    if line.fetching or line.queued > MANY:
        return Chip("cloud-check", _with_queue(say("Catching up"), line.queued if line.queued > MANY else 0))
    return Chip("cloud-check", say("Synced"))


MANY = 200
"""Queued facts that are more than what is just on its way: one push carries as many."""


def is_told(line: Line) -> tuple[object, ...]:
    """Whatever changes what the chip says, save the time that goes on while all is well."""
    shown = line_chip(line)
    return (shown, line.online, line.refused)


def _offline(line: Line) -> Text:
    if line.since is None:
        return say("Offline")
    return say("Offline since {time}", time=line.since.astimezone().strftime("%H:%M"))


def _with_queue(words: Text, queued: int) -> Text:
    return say("{what}, {n} queued", what=words, n=queued) if queued else words


def _screen_states(screen: ScreenSettings) -> Iterator[DeviceState]:
    from app.equipment import DeviceState

    theme: Text = THEME_NAMES[screen.theme]
    yield DeviceState("sound", "sound", "ok", say("{n} %", n=screen.volume))
    motion = say("without motion") if screen.reduce_motion else NOTHING
    size = say("{n} ‰ of its own size", n=screen.width_permille) if screen.width_permille != 1000 else NOTHING
    details = [part for part in (theme, size, motion) if part]
    yield DeviceState("screen", "screen", "ok", _joined(details))


def _joined(parts: list[Text]) -> Text:
    whole = parts[0]
    for part in parts[1:]:
        whole = say("{a}, {b}", a=whole, b=part)
    return whole


def local_minute(clock: Clock) -> str:
    """What the header's clock shows."""
    return clock.now().astimezone().strftime("%H:%M")
