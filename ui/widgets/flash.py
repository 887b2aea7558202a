"""The flash of the hero after a good scan: 120 ms of ok fill, then 80 ms of cross-fade. It never delays anything.

While it is held nothing shines through: what lies beneath is painted when it begins to fade, and not with the scan.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.icons import icon_pixmap
from ui.theme import HERO_RADIUS
from ui.widgets.canvas import Look

HOLD_MS, FADE_MS = 120, 80


class Flash(QWidget):
    """Lies over the hero; the next View is already shown and drawn beneath it. Touches go through."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._fade = QVariantAnimation(self)
        self._fade.setDuration(HOLD_MS + FADE_MS)
        self._fade.setStartValue(float(HOLD_MS + FADE_MS))
        self._fade.setEndValue(0.0)
        self._fade.valueChanged.connect(self._faded)
        self._fade.finished.connect(self.hide)
        self.hide()

    def start(self, rect: QRectF) -> None:
        """Flashes over `rect`; a flash that still runs begins anew."""
        self._fade.stop()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setGeometry(rect.toRect())
        self.show()
        self.raise_()
        self._fade.start()

    def end(self) -> None:
        self._fade.stop()
        self.hide()

    def _faded(self, _left: object) -> None:
        if self.opacity() < 1:
            self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
            self.update()

    def opacity(self) -> float:
        """1 while it is held, then falling to 0."""
        left = self._fade.currentValue()
        return min(1.0, float(left) / FADE_MS) if isinstance(left, float) else 0.0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._look.theme
        radius = theme.px(HERO_RADIUS)
        if self.testAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent):
            self._ground(painter, int(radius) + 1)
        else:
            painter.setOpacity(self.opacity())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("ok_fill"))
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        side = min(self.width(), self.height()) * 0.42
        pixmap = icon_pixmap("check", round(side), theme.hex("on_ok_fill"), 2.6)
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter.drawPixmap(place, pixmap, QRectF(pixmap.rect()))
        painter.end()

    def _ground(self, painter: QPainter, corner: int) -> None:
        """The ground of the window where it is seen, in the four corners: nothing large is painted twice."""
        for x in (0, self.width() - corner):
            for y in (0, self.height() - corner):
                painter.fillRect(x, y, corner, corner, self._look.theme.colour("bg"))
