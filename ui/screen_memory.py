"""What a station's screen is set to: theme, volume, its true size, motion. Kept in the home, over every restart."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from app.text import NOTHING, Text, say
from app.view import ScreenSettings

log = logging.getLogger(__name__)
FILE = "screen.json"
THEMES = ("day", "dark", "hc")
THEME_NAMES = {"day": say("day"), "dark": say("dark"), "hc": say("high contrast")}
VOLUMES = (100, 70, 40, 15)
"""MUTE goes one down and from the softest back to the loudest: a refusal must always be heard."""
NARROWEST, WIDEST = 400, 2500


class ScreenMemory:
    """The settings of one home. `theme` given by whoever started the kiosk wins over what was kept."""

    def __init__(self, root: Path, theme: str = "") -> None:
        self._path = root / FILE
        self.settings = _sound(self._read())
        if theme:
            self.settings = replace(self.settings, theme=theme)

    def act(self, word: str) -> bool:
        """Does one act: theme, softer, motion, wider, narrower, much_wider, much_narrower; False: not known."""
        change = _ACTS.get(word)
        if change is None:
            return False
        self.settings = change(self.settings)
        self._write()
        return True

    def commanded(self, word: str) -> Text:
        """What THEME and MUTE did, in words; nothing for any other. They are about the screen, never about the work."""
        if word == "THEME":
            self.act("theme")
            return say("Theme: {name}", name=THEME_NAMES[self.settings.theme])
        if word == "MUTE":
            self.act("softer")
            return say("Sound at {n} %", n=self.settings.volume)
        return NOTHING

    def _read(self) -> object:
        try:
            return json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.info("%s can't be read, the screen starts as new: %s", self._path, error)
            return {}

    def _write(self) -> None:
        """Whole or not at all; a disk that is full must not stop the work for the sake of a theme."""
        beside = self._path.with_suffix(".part")
        try:
            beside.write_text(json.dumps(asdict(self.settings), sort_keys=True), encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            log.error("the settings of the screen could not be kept: %s", error)


def _sound(kept: object) -> ScreenSettings:
    """The settings that were kept; what makes no sense in them is left out."""
    known = kept if isinstance(kept, dict) else {}
    settings = ScreenSettings()
    if known.get("theme") in THEMES:
        settings = replace(settings, theme=known["theme"])
    if known.get("volume") in VOLUMES:
        settings = replace(settings, volume=known["volume"])
    width = known.get("width_permille")
    if isinstance(width, int) and NARROWEST <= width <= WIDEST:
        settings = replace(settings, width_permille=width)
    return replace(settings, reduce_motion=known.get("reduce_motion") is True)


def _next(of: tuple[object, ...], now: object) -> int:
    return (of.index(now) + 1) % len(of) if now in of else 0


def _theme(settings: ScreenSettings) -> ScreenSettings:
    return replace(settings, theme=THEMES[_next(THEMES, settings.theme)])


def _softer(settings: ScreenSettings) -> ScreenSettings:
    return replace(settings, volume=VOLUMES[_next(VOLUMES, settings.volume)])


def _motion(settings: ScreenSettings) -> ScreenSettings:
    return replace(settings, reduce_motion=not settings.reduce_motion)


def _wide(by: int) -> Callable[[ScreenSettings], ScreenSettings]:
    def change(settings: ScreenSettings) -> ScreenSettings:
        return replace(settings, width_permille=min(max(settings.width_permille + by, NARROWEST), WIDEST))

    return change


_ACTS: dict[str, Callable[[ScreenSettings], ScreenSettings]] = {
    "theme": _theme,
    "softer": _softer,
    "motion": _motion,
    "wider": _wide(4),
    "narrower": _wide(-4),
    "much_wider": _wide(40),
    "much_narrower": _wide(-40),
}
