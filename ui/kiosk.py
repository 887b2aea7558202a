"""The kiosk: one window, one runner, one bridge between them. The only place (beside the window) that knows both.

What stands behind the window takes long to read: databases, tables, every task. So the window comes first, with the
picture that the runner would begin with, the doors are opened, and the runner is made on a thread behind them.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread
from typing import IO, TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QMetaObject, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.settings import Home
from app.view import ProblemHero, ScreenSettings, Sound, View
from ui.bridge import Bridge
from ui.config import StationConfig
from ui.doors import Doors
from ui.first_picture import FirstPicture
from ui.pictures import PictureStore
from ui.sounds import Player
from ui.theme import USUAL_DENSITY, Theme, fitting_scale, pixels_per_mm
from ui.translate import Translator
from ui.view_json import view_json
from ui.wedge import WedgeFilter
from ui.widgets.panel import read_all
from ui.window import KioskWindow

if TYPE_CHECKING:  # read behind the first picture
    from ui.runner import Runner

SEEN_AT_LATEST_MS = 40
PAINTED_AT_LATEST_MS = 300
"""A window that is covered paints nothing: the work begins all the same."""
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
    """A window with a runner behind it. `on_view` hears of every View after the window has taken it.

    kiosk.open()      # the window first; the runner is made behind its first picture: what `packbay kiosk` does
    kiosk.start()     # the runner first (whoever needs it in hand at once)
    """

    def __init__(
        self,
        home: Home,
        config: StationConfig,
        screen: Screen,
        views: IO[str] | None = None,
        on_view: Callable[[View], None] | None = None,
        rest: Callable[[int], None] | None = None,
        paints: IO[str] | None = None,
    ) -> None:
        super().__init__()
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self.doors = Doors(home, config, theme=screen.theme)
        self.bridge = Bridge()
        self._config = config
        self._screen = screen
        self._views = views
        self._paints = paints
        self._on_view = on_view
        self._rest = rest
        self._shown = 0
        self._runner: Runner | None = None
        self._making = Lock()
        self._picture: FirstPicture | None = None
        self._maker: Thread | None = None
        self.failure: BaseException | None = None
        """Why the runner could not be made."""
        self._looks = self.doors.screen.settings
        self.window = _window(home, screen, self._looks)
        self._language = self.window.look.translator.language
        self._dimmer = Dimmer(self.window)
        self.player = None if screen.quiet else Player(self._looks.volume)
        self.bridge.rehearsed.connect(self.window.rehearse_view)
        self.bridge.announced.connect(self.window.prepare_view)
        self.bridge.arrived.connect(self._arrived)
        self.window.touched.connect(self.doors.touch)
        wedge = next(iter(config.devices.wedges), None)
        self._keys = WedgeFilter(wedge, self.doors.take, self.doors.key, self.doors.clock)
        self.hear_keys_of(self.window)
        self.window.keyed.connect(self.doors.key)
        self._watch = PaintWatch()
        self._watch.painted.connect(self._painted)
        self.window.installEventFilter(self._watch)
        self._late = QTimer(self, singleShot=True, interval=SEEN_AT_LATEST_MS)
        self._late.timeout.connect(self._painted)

    @property
    def runner(self) -> Runner:
        """The work behind the window, made when it is first asked for (a second)."""
        with self._making:
            if self._runner is None:
                from ui.runner import Runner

                made = Runner(self.doors.home, self._config, self._hand_over, paints=True, doors=self.doors)
                made.prepares, made.rehearses = self.bridge.prepare, self.bridge.rehearse
                made.rest = self._rest or made.rest
                self._runner = made
            return self._runner

    def hear_keys_of(self, window: QWidget) -> None:
        """What is typed (or scanned by a wedge) into this window counts; it is where all keys end, for no part of it
        takes any."""
        window.installEventFilter(self._keys)

    def start(self) -> None:
        """Opens the window and starts the runner behind it."""
        runner = self.runner
        self._show_window()
        runner.start()

    def open(self) -> None:
        """Opens the window with a first picture; behind it the doors, and the runner on a thread.

        When the runner can't be made the event loop ends with 2, and `failure` says why.
        """
        doors = self.doors
        self._picture = FirstPicture(doors.home.station_file, self._config, doors.clock, self._looks, self.bridge.show)
        doors.witness = self._picture.hear
        self._arrived(self._picture.view())
        self._watch.painted.connect(self._open_behind)
        QTimer.singleShot(PAINTED_AT_LATEST_MS, self._open_behind)
        self._show_window()

    def _open_behind(self) -> None:
        """The first picture is painted: now the rest may be read."""
        if self._maker is None:
            self.doors.open()
            self._maker = Thread(target=self._make, name="opening", daemon=True)
            self._maker.start()

    def _make(self) -> None:
        try:
            runner = self.runner
            if self._picture is not None:
                self.doors.witness = None
                self._picture.end()
            runner.start()
            read_all()  # what the first panels and numbers would have to wait for
            Translator().number(0)
        except BaseException as error:  # said where the program ends, in words, as ever
            self.failure = error
            QMetaObject.invokeMethod(self, "_give_up", Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _give_up(self) -> None:
        QCoreApplication.exit(2)

    def _show_window(self) -> None:
        if self.window.property("whole"):
            self.window.full_screen()
        else:
            self.window.show()

    def stop(self) -> None:
        """Stops everything; what was confirmed is on the disk."""
        if self._maker is not None:
            self._maker.join()
        if self._runner is not None:
            self._runner.stop()
        else:
            self.doors.close()
            self.doors.lock.release()
        if self.player:
            self.player.close()
        self.window.removeEventFilter(self._keys)
        self.window.close()

    def _hand_over(self, view: View) -> None:
        if self._views is not None:
            _write(self._views, view_json(view, self.doors.clock.mono_ns()))
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
        if self._paints is not None and self.window.view is not None:
            _write(self._paints, _painting(self.window.view, self.doors.clock.mono_ns()))
        self._late.stop()
        if self._shown and self._runner is not None:
            self._runner.seen(self._shown, self.doors.clock.mono_ns())
            self._shown = 0


def _write(stream: IO[str], line: dict[str, Any]) -> None:
    """One JSON line; whoever read them may be gone."""
    with suppress(BrokenPipeError):
        print(json.dumps(line, ensure_ascii=False), file=stream, flush=True)


def _painting(view: View, mono_ns: int) -> dict[str, Any]:
    """What was painted when: 0 is the serial number of what stands there before the runner."""
    return {
        "serial": view.serial,
        "kind": view.kind,
        "chips": [str(chip.words) for chip in view.header.chips],
        "wanted": [[wanted.kind, wanted.code] for wanted in view.wanted],
        "mono_ns": mono_ns,
        "cpu_ns": time.process_time_ns(),
    }


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
        """Takes the picture when the window has nothing better to do; not of what stands there before the runner."""
        if not view.serial:
            return
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
    paints: Path | None = None,
    rest: Callable[[int], None] | None = None,
) -> int:
    """Opens the kiosk and runs it until it is told to end. `shots`: keep a picture of every kind of screen there.

    `views` and `paints` are files for what is shown and for when it was painted, `rest` is done while nobody works.
    """
    app = application(offscreen=offscreen)
    album = Album(shots) if shots else None
    kiosk = Kiosk(home, config, screen, _stream(views), album.hear if album else None, rest, _stream(paints))
    if album:
        album.window = kiosk.window
    kiosk.open()
    stop_on_signals(app.quit)
    status = app.exec()
    kiosk.stop()
    if kiosk.failure is not None:
        raise kiosk.failure
    return int(status)


def _stream(path: Path | None) -> IO[str] | None:
    return path.open("w", encoding="utf-8") if path else None


def stop_on_signals(stop: Callable[[], None]) -> QTimer:
    """Ends cleanly on SIGINT and SIGTERM: Python's handlers run only when the interpreter does, so it is woken."""
    import signal

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop())
    timer = QTimer(QApplication.instance(), interval=200)
    timer.timeout.connect(lambda: None)
    timer.start()
    return timer
