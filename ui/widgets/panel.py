"""The base of every painted part, and the table that says which widget shows which panel."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ClassVar, Generic, TypeVar, cast

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import CARD_RADIUS, Surface
from ui.widgets.canvas import Canvas, ControlMark, Look
from ui.widgets.strokes import Sheet, region_of

P = TypeVar("P")
CARD = Surface("surface", "ink", "ink2", "line")


class PanelWidget(QWidget, Generic[P]):
    """Shows one frozen value; when another comes, only what looks different is painted.

    A subclass implements `draw`, and `least_height` and `stretch` for the layout. `paints` counts repaints.
    """

    touched = Signal(str)
    keyed = Signal(str)
    share: ClassVar[float] = 1.0  # of the width, beside another panel
    stretch: ClassVar[float] = 1.0  # of the height that is left over in a column
    beneath: ClassVar[float] = 0.42  # of the left column, when it stands under the hero

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self.panel: P | None = None
        self.paints = 0
        self.joined_above = False
        self.joined_below = False
        self._pressed = ""
        self._sheet: Sheet | None = None
        self._ahead: tuple[P, tuple[object, ...], Sheet] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @classmethod
    def least_height(cls, look: Look, panel: P, width: float) -> float:
        """The least height in pixels at which all of `panel` can be read."""
        return look.theme.px(88)

    def show_panel(self, panel: P) -> None:
        """Takes the value; nothing happens when it equals the one that is shown."""
        if panel == self.panel:
            return
        self.panel = panel
        self.redraw()

    def prepare(self, panel: P, size: QSize) -> None:
        """Draws for itself what may be shown next; nothing of it is seen. Only for a part that stays where it is."""
        if self._sheet is None or not self.isVisible() or size != self.size() or panel == self.panel:
            return
        shown, self.panel = self.panel, panel
        try:
            self._ahead = panel, self.posture(), self._drawn()
        finally:
            self.panel = shown

    def forget(self) -> None:
        """Draws and paints all of it anew, whether it changed or not."""
        self._sheet = None
        self.update()

    def posture(self) -> tuple[object, ...]:
        """What its look depends on beside its value."""
        return self.size(), self.joined_above, self.joined_below, self._pressed

    def redraw(self) -> None:
        """Something about it changed: it is drawn anew, and painted where that looks different."""
        before, self._sheet = self._sheet, None
        if before is None or not self.isVisible():
            self.update()
            return
        ahead, self._ahead = self._ahead, None
        is_prepared = ahead is not None and ahead[0] is self.panel and ahead[1] == self.posture()
        self._sheet = ahead[2] if ahead is not None and is_prepared else self._drawn()
        areas = self._sheet.changed_from(before)
        if areas is None:
            self.update()
        elif areas:
            self.update(region_of(areas))

    def join(self, *, above: bool, below: bool) -> None:
        """Makes one card of this panel and its neighbour: no round corners and no gap between them."""
        if (above, below) != (self.joined_above, self.joined_below):
            self.joined_above, self.joined_below = above, below
            self.redraw()

    def surface(self, panel: P) -> Surface:
        return CARD

    def radius(self) -> float:
        return CARD_RADIUS

    def outline(self, panel: P) -> float:
        """The width of the card's edge in u; 0 for none."""
        return 1.4

    def draw(self, canvas: Canvas, panel: P, rect: QRectF) -> None:
        raise NotImplementedError

    def targets(self, panel: P) -> list[tuple[QRectF, str]]:
        """The parts that can be tapped and the command each stands for."""
        return []

    # ---- Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paints += 1
        if self.panel is None:
            return
        if self._sheet is None or self.look.ledger is not None:
            self._sheet = self._drawn()
        painter = QPainter(self)
        self._sheet.paint(painter, self.look, event.region())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._sheet = None

    def _drawn(self) -> Sheet:
        """All strokes of what is shown now; with an open ledger they are written down."""
        assert self.panel is not None
        sheet, rect = Sheet(), QRectF(self.rect())
        origin = QPointF(self.mapTo(self.window(), QPoint(0, 0)))
        canvas = Canvas(sheet, self.look, origin, rect, self.devicePixelRatioF())
        self._ground(canvas, self.panel, rect)
        self.draw(canvas, self.panel, rect)
        ledger = self.look.ledger
        if ledger is not None:
            for area, command in self.targets(self.panel):
                place = area.translated(origin)
                ledger.controls.append(
                    ControlMark(command, type(self).__name__, (place.x(), place.y(), place.width(), place.height()))
                )
        return sheet

    def _ground(self, canvas: Canvas, panel: P, rect: QRectF) -> None:
        """The card itself, and the ground of the window in its four corners: nothing large is painted twice."""
        surface, radius, edge = self.surface(panel), self.radius(), self.outline(panel)
        if surface.fill == "bg" and not edge:
            canvas.fill(rect, "bg")
            return
        corner = int(canvas.u(radius)) + 1
        right, bottom = int(rect.width()) - corner, int(rect.height()) - corner
        canvas.bars(tuple((x, y, corner, corner) for x in (0, right) for y in (0, bottom)), "bg")
        spill = canvas.u(radius) + 4
        whole = rect.adjusted(0, -spill if self.joined_above else 0, 0, spill if self.joined_below else 0)
        canvas.box(whole, radius, surface.fill, surface.line if edge else None, edge)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press(self._hit(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, hit = self._pressed, self._hit(event.position())
        self._press("")
        if pressed and pressed == hit:
            self.tapped(pressed)

    def tapped(self, target: str) -> None:
        """A finger went down and up on this target: a command, unless the part says otherwise (keys do)."""
        self.touched.emit(target)

    def _press(self, command: str) -> None:
        if command != self._pressed:
            self._pressed = command
            self.redraw()

    @property
    def pressed(self) -> str:
        return self._pressed

    def _hit(self, point: QPointF) -> str:
        if self.panel is None:
            return ""
        return next((command for area, command in self.targets(self.panel) if area.contains(point)), "")


_WIDGETS: dict[type, type[PanelWidget[object]]] = {}
W = TypeVar("W", bound=type)


def shows(panel_type: type) -> Callable[[W], W]:
    """Registers the widget class that shows `panel_type`. Two for one type stop the start."""

    def register(widget: W) -> W:
        if panel_type in _WIDGETS:
            raise RuntimeError(f"Two widgets show {panel_type.__name__}: {_WIDGETS[panel_type].__name__} and {widget}.")
        _WIDGETS[panel_type] = cast("type[PanelWidget[object]]", widget)
        return widget

    return register


def widget_for(panel_type: type) -> type[PanelWidget[object]]:
    """The widget class for a panel type. KeyError: no file in ui/widgets shows it."""
    if panel_type not in _WIDGETS:
        read_all()
    return _WIDGETS[panel_type]


def shown_types() -> frozenset[type]:
    read_all()
    return frozenset(_WIDGETS)


@cache
def read_all() -> None:
    """Finds the widgets of all panels, each by its file. The first picture has none, and does not wait for them."""
    folder = Path(__file__).parent
    for module in pkgutil.iter_modules([str(folder)]):
        importlib.import_module(f"ui.widgets.{module.name}")
