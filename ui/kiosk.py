"""The kiosk: one window, one runner, one bridge between them. The only place (beside the window) that knows both."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.settings import Home
from app.view import ProblemHero, ScreenSettings, Sound, View
from ui.bridge import Bridge
from ui.config import StationConfig
from ui.pictures import PictureStore
from ui.runner import Runner
from ui.sounds import Player
from ui.theme import USUAL_DENSITY, Theme, fitting_scale, pixels_per_mm
from ui.tidy import Tidy
from ui.translate import Translator
from ui.view_json import view_json
from ui.wedge import WedgeFilter
from ui.window import KioskWindow

SEEN_AT_LATEST_MS = 40
SWITCH_INTERVAL_S = 0.001
"""Python's thread switch interval: the usual 5 ms would be felt between a scan and its View."""


@dataclass(frozen=True, slots=True)
class Screen:
    """How the kiosk is started: theme day, dark or hc (high contrast), "" for the one that was kept; a fixed size in
    pixels, or the whole screen."""

    theme: str = ""
    size: tuple[int, int] | None = None
    quiet: bool = False


class PaintWatch(QObject):
    """Tells when a window has painted what it was last given."""

    painted = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.UpdateRequest:
            QTimer.singleShot(0, self.painted.emit)
        return False


class Dimmer(QWidget):
    """A shade over the whole window while nobody is there; touches go through it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self, dim: bool) -> None:
        """Covers the window or leaves it."""
        if dim:
            self.setGeometry(self._window.rect())
            self.raise_()
        self.setVisible(dim)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(0, 0, 0, 150))
        painter.end()


class Kiosk(QObject):
    """A runner behind a window. `on_view` hears of every View after the window has taken it."""

    def __init__(
        self,
        home: Home,
        config: StationConfig,
        screen: Screen,
        views: IO[str] | None = None,
        on_view: Callable[[View], None] | None = None,
    ) -> None:
        super().__init__()
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self.bridge = Bridge()
        self._screen = screen
        self._views = views
        self._on_view = on_view
        self._shown = 0
        self.runner = Runner(home, config, self._hand_over, paints=True, theme=screen.theme)
        self._looks = self.runner.screen.settings
        self.window = _window(home, screen, self._looks)
        self._language = self.window.look.translator.language
        self._dimmer = Dimmer(self.window)
        self.player = None if screen.quiet else Player(self._looks.volume)
        self.bridge.arrived.connect(self._arrived)
        self.window.touched.connect(self.runner.touch)
        wedge = next(iter(config.devices.wedges), None)
        self._keys = WedgeFilter(wedge, self.runner.queue.put, self.runner.key, self.runner.clock)
        QCoreApplication.instance().installEventFilter(self._keys)  # type: ignore[union-attr]  # there is one: a window
        self.window.keyed.connect(self.runner.key)
        self._watch = PaintWatch()
        self._watch.painted.connect(self._painted)
        self.window.installEventFilter(self._watch)
        self._late = QTimer(self, singleShot=True, interval=SEEN_AT_LATEST_MS)
        self._late.timeout.connect(self._painted)

    def start(self) -> None:
        """Opens the window and starts the runner behind it."""
        if self.window.property("whole"):
            self.window.full_screen()
        else:
            self.window.show()
        self.runner.start()

    def stop(self) -> None:
        """Stops everything; what was confirmed is on the disk."""
        self.runner.stop()
        if self.player:
            self.player.close()
        QCoreApplication.instance().removeEventFilter(self._keys)  # type: ignore[union-attr]
        self.window.close()

    def _hand_over(self, view: View) -> None:
        if self._views is not None:
            with suppress(BrokenPipeError):
                print(
                    json.dumps(view_json(view, self.runner.clock.mono_ns()), ensure_ascii=False),
                    file=self._views,
                    flush=True,
                )
        self.bridge.show(view)

    def _restyle(self, settings: ScreenSettings) -> None:
        """The person turned something about the screen: what changed is done, and nothing else."""
        before, self._looks = self._looks, settings
        if self.player and settings.volume != before.volume:
            self.player.set_volume(settings.volume)
        if replace(settings, volume=before.volume) != before:
            self.window.restyle(theme_for(self._screen, settings), reduce_motion=settings.reduce_motion)

    def _arrived(self, view: View) -> None:
        if view.screen is not None and view.screen != self._looks:
            self._restyle(view.screen)
        if view.header.language and view.header.language != self._language:
            self._language = view.header.language
            self.window.restyle(translator=Translator(self._language))
        self.window.show_view(view)
        self._keys.view = view
        if view.dim or self._dimmer.isVisible():
            self._dimmer.cover(view.dim)
        self._shown = view.serial
        self._late.start()
        if self.player and view.sound is not Sound.NONE:
            self.player.play(view.sound)
        if self._on_view is not None:
            self._on_view(view)

    def _painted(self) -> None:
        self._late.stop()
        if self._shown:
            self.runner.seen(self._shown, self.runner.clock.mono_ns())
            self._shown = 0


def theme_for(screen: Screen, settings: ScreenSettings) -> Theme:
    """The theme in the person's settings for the screen that is there, or for the window that was asked for."""
    trim = settings.width_permille / 1000
    if screen.size is not None:
        return Theme(settings.theme, fitting_scale(*screen.size), USUAL_DENSITY * trim)
    panel = application().primaryScreen()
    density = pixels_per_mm(panel.physicalSize(), panel.size().width())
    return Theme.for_screen(panel, settings.theme, px_per_mm=density * trim)


def _window(home: Home, screen: Screen, settings: ScreenSettings) -> KioskWindow:
    size = screen.size
    if size is None:
        available = application().primaryScreen().size()
        size = (available.width(), available.height())
    pictures = PictureStore(home.pictures)
    window = KioskWindow(theme_for(screen, settings), Translator(), pictures, reduce_motion=settings.reduce_motion)
    window.setProperty("whole", screen.size is None)
    window.resize(*size)
    return window


def application(*, offscreen: bool = False) -> QApplication:
    """The one QApplication of this process."""
    if offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(["packbay"])


class Album(QObject):
    """Keeps a picture of each kind of screen the first time it is shown."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._names = {path.stem[3:] for path in folder.glob("*.png")}  # a station that restarts goes on with it
        self.window: KioskWindow | None = None

    def hear(self, view: View) -> None:
        """Takes the picture when the window has nothing better to do."""
        problem = f"-{view.hero.name}" if isinstance(view.hero, ProblemHero) else ""
        name = f"{view.kind.replace('.', '-')}{problem}"
        if name not in self._names and self.window is not None:
            self._names.add(name)
            self.window.settle()
            self.window.grab().save(str(self._folder / f"{len(self._names):02d}-{name}.png"))


def run_kiosk(
    home: Home,
    config: StationConfig,
    screen: Screen,
    *,
    offscreen: bool,
    views: Path | None = None,
    shots: Path | None = None,
) -> int:
    """Opens the kiosk and runs it until it is told to end. `shots`: keep a picture of every kind of screen there."""
    app = application(offscreen=offscreen)
    stream = views.open("w", encoding="utf-8") if views else None
    album = Album(shots) if shots else None
    kiosk = Kiosk(home, config, screen, stream, album.hear if album else None)
    kiosk.runner.rest = Tidy().rest
    if album:
        album.window = kiosk.window
    kiosk.start()
    stop_on_signals(app.quit)
    status = app.exec()
    kiosk.stop()
    return int(status)


def stop_on_signals(stop: Callable[[], None]) -> QTimer:
    """Ends cleanly on SIGINT and SIGTERM: Python's handlers run only when the interpreter does, so it is woken."""
    import signal

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop())
    timer = QTimer(QApplication.instance(), interval=200)
    timer.timeout.connect(lambda: None)
    timer.start()
    return timer
