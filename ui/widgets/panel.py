"""The base of every painted part, and the table that says which widget shows which panel."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Generic, TypeVar, cast

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import CARD_RADIUS, Surface
from ui.widgets.canvas import Canvas, ControlMark, Look
from ui.widgets.strokes import Area, Sheet, region_of

P = TypeVar("P")
Posture = tuple[object, ...]
CARD = Surface("surface", "ink", "ink2", "line")


@dataclass(frozen=True, slots=True)
class _Ahead(Generic[P]):
    """A part as it may look next: its strokes, where they differ from those on `before`, and a picture of them."""

    panel: P
    posture: Posture
    sheet: Sheet
    before: Sheet | None
    areas: list[Area] | None
    picture: QPixmap | None


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
        self._posed: Posture = ()  # in which posture the sheet was drawn
        self._ahead: _Ahead[P] | None = None
        self._copy: QPixmap | None = None  # of the whole sheet, until it is painted
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

    def prepare(self, panel: P, size: QSize, *, picture: bool = False) -> None:
        """Draws for itself what may be shown next; nothing of it is seen. Only for a part that stays where it is, or
        is not seen now. With a `picture` it is painted as well, so that it only has to be copied to the screen."""
        if panel == self.panel or size != self.size() or self.look.ledger is not None or self.is_ahead(panel):
            return
        before = self._sheet if self.isVisible() else None
        if before is None and not picture:
            return
        shown, self.panel = self.panel, panel
        try:
            sheet, posture = self._drawn(), self.posture()
        finally:
            self.panel = shown
        areas = sheet.changed_from(before) if before is not None else None
        painted = self._painted(sheet) if picture and areas != [] else None
        self._ahead = _Ahead(panel, posture, sheet, before, areas, painted)

    def _painted(self, sheet: Sheet) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        sheet.paint(painter, self.look, QRegion(self.rect()))
        painter.end()
        return picture

    def is_ahead(self, panel: P) -> bool:
        """Whether this value was prepared for, as the part stands now."""
        ahead = self._ahead
        return ahead is not None and ahead.panel == panel and ahead.posture == self.posture()

    def let_go(self) -> None:
        """Forgets what was prepared."""
        self._ahead = None

    def forget(self) -> None:
        """Draws and paints all of it anew, whether it changed or not."""
        self._sheet = self._copy = None
        self.update()

    def posture(self) -> Posture:
        """What its look depends on beside its value."""
        return self.size(), self.joined_above, self.joined_below, self._pressed

    def redraw(self) -> None:
        """Something about it changed: it is drawn anew, and painted where that looks different."""
        before, posture = self._sheet, self.posture()
        ahead, self._ahead = self._ahead, None
        self._sheet = self._copy = None
        if ahead is not None and ahead.panel == self.panel and ahead.posture == posture:
            self._sheet, self._copy, self._posed = ahead.sheet, ahead.picture, posture
        if before is None or not self.isVisible():
            self.update()
            return
        if self._sheet is None or ahead is None:
            self._sheet = self._drawn()
        if ahead is not None and self._sheet is ahead.sheet and before is ahead.before:
            areas = ahead.areas
        else:
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
            self._sheet, self._copy = self._drawn(), None
        picture, self._copy = self._copy, None
        painter = QPainter(self)
        if picture is None:
            self._sheet.paint(painter, self.look, event.region())
        else:
            _put_copy(picture, painter, event.region())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._posed != self.posture():  # a part that is shown again at the size it was drawn for is told as well
            self._sheet = self._copy = None

    def _drawn(self) -> Sheet:
        """All strokes of what is shown now; with an open ledger they are written down."""
        assert self.panel is not None
        self._posed = self.posture()
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


def _put_copy(picture: QPixmap, painter: QPainter, region: QRegion) -> None:
    """Copies what was painted ahead to where it is to be seen."""
    ratio = picture.devicePixelRatio()
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    for place in region:  # type: ignore[attr-defined]  # a region is its rectangles
        rect = QRectF(place)
        painter.drawPixmap(rect, picture, QRectF(rect.topLeft() * ratio, rect.size() * ratio))


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
