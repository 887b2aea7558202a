"""The kiosk's window: takes whole Views, sends touches and keys. It has no state of the work, and stops no scan.

The keys are those of the keypad and keyboard that a View shows. Those of a real keyboard do nothing here: a scan that
arrives as key strokes is not read by widgets, and an Enter must never press anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.view import ProblemHero, View
from ui.pictures import PictureStore
from ui.screens.frame import Frame, lay_out
from ui.theme import Theme
from ui.translate import Translator
from ui.widgets.action import ActionButton
from ui.widgets.canvas import Look
from ui.widgets.echo import EchoBar
from ui.widgets.flash import Flash
from ui.widgets.header import HeaderBar
from ui.widgets.hero import HeroPanel
from ui.widgets.panel import PanelWidget, widget_for
from ui.widgets.problem import ProblemPanel
from ui.widgets.progress import ProgressBar
from ui.widgets.welcome import WelcomePanel

MOST_ACTIONS = 4
KEYS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride, QEvent.Type.Shortcut)


@dataclass(frozen=True, slots=True)
class _Place:
    """A part of the window: what it is called, the widget that shows it, its value, where, and whether it is joined to
    the parts above and below."""

    name: str
    kind: type[PanelWidget[Any]]
    value: object
    rect: QRectF
    joins: tuple[bool, bool] | None = None


def _places_of(view: View, frame: Frame) -> Iterator[_Place]:
    yield _Place("header", HeaderBar, view.header, frame.header)
    if frame.progress is not None and view.progress is not None:
        yield _Place("progress", ProgressBar, view.progress, frame.progress)
    if isinstance(view.hero, ProblemHero):
        yield _Place("hero-problem", ProblemPanel, view.hero, frame.hero)
    elif view.kind == "sign-in":
        yield _Place("hero-welcome", WelcomePanel, view.hero, frame.hero)
    else:
        yield _Place("hero", HeroPanel, view.hero, frame.hero)
    for place, panels in (("object", frame.object), ("context", frame.context)):
        for index, placed in enumerate(panels):
            name, joins = type(placed.panel).__name__, (placed.joined_above, placed.joined_below)
            yield _Place(f"{place}-{index}:{name}", widget_for(type(placed.panel)), placed.panel, placed.rect, joins)
    if frame.echo is not None and view.echo is not None:
        yield _Place("echo", EchoBar, view.echo, frame.echo)
    for index, (action, rect) in enumerate(zip(view.actions[:MOST_ACTIONS], frame.actions, strict=False)):
        yield _Place(f"action-{index}", ActionButton, action, rect)


class KioskWindow(QWidget):
    """Shows one View at a time. `touched` carries the command word of what was tapped ("UNDO").

    `keyed` carries a key of the keypad or keyboard on the screen: a character, `BACK` or `ENTER`.
    A panel is repainted only when its frozen value differs from the one before.
    """

    touched = Signal(str)
    keyed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        translator: Translator | None = None,
        pictures: PictureStore | Path | None = None,
        *,
        reduce_motion: bool = False,
    ) -> None:
        super().__init__()
        store = pictures if isinstance(pictures, PictureStore) else PictureStore(pictures)
        self.look = Look(theme, translator or Translator(), store, reduce_motion)
        self.view: View | None = None
        self._laid_out: tuple[View, QSize, tuple[_Place, ...]] | None = None
        self._framed: tuple[tuple[object, ...], QSize, Frame] | None = None
        self._likely: Iterator[_Place] = iter(())
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._rehearse_on)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setWindowTitle("Packbay")
        self._parts: dict[str, PanelWidget[object]] = {}
        self._spares: dict[str, PanelWidget[object]] = {}
        """Hidden twins, each drawn ahead at a size that its part does not have yet: they change places then."""
        self._flash = Flash(self.look, self)

    # ---- what it shows

    def rehearse_view(self, view: View) -> None:
        """Draws and paints for itself, one part at a time, what will most likely be shown after the next scan.

        Nothing is seen of it. When it comes it is only copied to the screen.
        """
        for part in (*self._parts.values(), *self._spares.values()):
            part.let_go()
        self._likely = _places_of(view, self._frame(view))
        self._turn.start()

    def _rehearse_on(self) -> None:
        place = next(self._likely, None)
        if place is None:
            self._turn.stop()
            return
        part, rect = self._part(self._parts, place), place.rect.toRect()
        if not part.isHidden() and part.size() != rect.size():
            part = self._part(self._spares, place)  # one that is seen keeps its size
        if part.isHidden():
            part.setGeometry(rect)
            if place.joins is not None:
                part.join(above=place.joins[0], below=place.joins[1])
        part.prepare(place.value, rect.size(), picture=True)

    def prepare_view(self, view: View) -> None:
        """Draws what is to be shown next for itself: nothing is seen of it, and `show_view` will be quicker."""
        self._turn.stop()
        for place in self._places(view):
            part = self._parts.get(place.name)
            if part is not None:
                part.prepare(place.value, place.rect.toRect().size())

    def show_view(self, view: View) -> None:
        """Shows a whole View. What did not change is not touched."""
        before, self.view = self.view, view
        self._arrange()
        if before == view:
            return
        self._flash.end()  # what flashed was the View before: nothing may lie over this one, an error least of all
        if view.flash:
            self._start_flash()

    def restyle(
        self,
        theme: Theme | None = None,
        translator: Translator | None = None,
        *,
        reduce_motion: bool | None = None,
    ) -> None:
        """Another theme, scale, language or motion: every part is made anew, the View stays."""
        old = self.look
        still = old.reduce_motion if reduce_motion is None else reduce_motion
        self.look = Look(theme or old.theme, translator or old.translator, old.pictures, still)
        for part in (*self._parts.values(), *self._spares.values()):
            part.hide()
            part.deleteLater()
        self._parts.clear()
        self._spares.clear()
        self._turn.stop()
        self._laid_out = self._framed = None
        self._flash.end()
        self._flash.deleteLater()
        self._flash = Flash(self.look, self)
        self._arrange()
        self.update()

    def settle(self) -> None:
        """Ends the flash at once (before a picture of the window is taken)."""
        self._flash.end()

    def full_screen(self) -> None:
        """Takes the whole screen without a frame."""
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.showFullScreen()

    @property
    def flashing(self) -> bool:
        return self._flash.isVisible()

    def parts(self) -> dict[str, PanelWidget[object]]:
        """The visible parts by their place ("header", "hero", "context-0:Lines" …)."""
        return {place: part for place, part in self._parts.items() if not part.isHidden()}

    def part_at(self, point: QPoint) -> PanelWidget[object] | None:
        return next((p for p in self.parts().values() if p.geometry().contains(point)), None)

    # ---- arranging

    def _arrange(self) -> None:
        view = self.view
        if view is None or self.width() < 100 or self.height() < 100:
            return
        places = self._places(view)
        for place in places:
            self._put(place)
        wanted = {place.name for place in places}
        for name, part in self._parts.items():
            part.setVisible(name in wanted)

    def _places(self, view: View) -> tuple[_Place, ...]:
        """Every part of a View with its place in this window; those of the last View are kept."""
        if self._laid_out is None or self._laid_out[0] is not view or self._laid_out[1] != self.size():
            self._laid_out = view, self.size(), tuple(_places_of(view, self._frame(view)))
        return self._laid_out[2]

    def _frame(self, view: View) -> Frame:
        """Where everything of a View has its place; the last answer is kept, for what was rehearsed comes again."""
        size, echoes = self.size(), view.echo is not None
        what = view.kind, view.hero, view.object, view.context, view.actions, view.progress is None, echoes
        if self._framed is None or self._framed[0] != what or self._framed[1] != size:
            self._framed = what, size, lay_out(view, self.look, QSizeF(self.width(), self.height()))
        return self._framed[2]

    def _put(self, place: _Place) -> None:
        part, rect = self._part(self._parts, place), place.rect.toRect()
        spare = self._spares.get(place.name)
        if spare is not None and part.size() != rect.size() == spare.size() and spare.is_ahead(place.value):
            part.hide()
            self._parts[place.name], self._spares[place.name] = spare, part
            part = spare
        part.setGeometry(rect)
        part.show_panel(place.value)
        if place.joins is not None:
            part.join(above=place.joins[0], below=place.joins[1])

    def _part(self, among: dict[str, PanelWidget[object]], place: _Place) -> PanelWidget[object]:
        """The widget of this place, made when it is first needed; it is hidden then."""
        part = among.get(place.name)
        if part is None:
            part = among[place.name] = place.kind(self.look, self)
            part.touched.connect(self.touched)
            part.keyed.connect(self.keyed)
        return part

    def _start_flash(self) -> None:
        hero = next((part for place, part in self.parts().items() if place.startswith("hero")), None)
        if hero is not None and not self.look.reduce_motion and not isinstance(hero, ProblemPanel):
            self._flash.start(QRectF(hero.geometry()))

    # ---- Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.look.theme.colour("bg"))
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() in KEYS:
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return event.type() in KEYS

    def focusNextPrevChild(self, forward: bool) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return QSize(1280, 800)
