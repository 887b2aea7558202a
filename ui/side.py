"""The demo's side window: what may be scanned next, as barcodes to click. A click travels through the scanner's pty."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.text import count, say
from app.view import View, Wanted
from ui.theme import CARD_RADIUS, Style, Surface
from ui.widgets.barcode import draw_barcode
from ui.widgets.canvas import CENTRE, RIGHT, Canvas, Look
from ui.widgets.panel import PanelWidget
from ui.widgets.typeset import elide_middle

TITLE, SUBTITLE = say("Scan next"), say("Click a barcode to scan it")
NOTHING_WANTED = say("Nothing to scan now")
ON_PAPER = say("it stands on the printed paper")
MARGIN, HEAD, GAP = 16.0, 84.0, 12.0
LEAST_ROW, MOST_ROW = 104.0, 138.0
GROUND = Surface("bg", "ink", "ink2", "line")
ICONS = {
    "bin": "map-pin",
    "item": "package",
    "tote": "archive",
    "cart": "shopping-cart",
    "place": "map-pin",
    "box": "box",
    "label": "tag",
    "badge": "id-card",
    "order": "receipt",
    "command": "ticket",
    "tray": "inbox",
}


@dataclass(frozen=True, slots=True)
class WantedList:
    """What the side window shows."""

    wanted: tuple[Wanted, ...]


class WantedPanel(PanelWidget[WantedList]):
    """One row a code: picture or icon, words, and the barcode itself on white. Each row can be tapped."""

    def surface(self, panel: WantedList) -> Surface:
        return GROUND

    def outline(self, panel: WantedList) -> float:
        return 0

    def targets(self, panel: WantedList) -> list[tuple[QRectF, str]]:
        return [(area, wanted.code) for area, wanted in self._rows(panel) if wanted.code]

    def _rows(self, panel: WantedList) -> list[tuple[QRectF, Wanted]]:
        u = self.look.theme.px
        room = self.height() - u(HEAD) - u(MARGIN)
        fitting = max(1, int((room + u(GAP)) // (u(LEAST_ROW) + u(GAP))))
        shown = panel.wanted[:fitting]
        height = min((room - u(GAP) * (len(shown) - 1)) / max(1, len(shown)), u(MOST_ROW))
        width = self.width() - 2 * u(MARGIN)
        return [
            (QRectF(u(MARGIN), u(HEAD) + index * (height + u(GAP)), width, height), wanted)
            for index, wanted in enumerate(shown)
        ]

    def draw(self, canvas: Canvas, panel: WantedList, rect: QRectF) -> None:
        u = canvas.u
        width = rect.width() - 2 * u(MARGIN)
        canvas.words(QRectF(u(MARGIN), u(12), width, u(38)), canvas.say(TITLE), Style("lead", 800), "ink")
        rows = self._rows(panel)
        under = SUBTITLE if rows else NOTHING_WANTED
        hidden = len(panel.wanted) - len(rows)
        words = canvas.say(under)
        if hidden:
            words = f"{words}, {canvas.say(count(hidden, 'and {n} more', 'and {n} more'))}"
        canvas.words(QRectF(u(MARGIN), u(48), width, u(28)), words, Style("cap", 500), "ink2")
        for area, wanted in rows:
            self._row(canvas, wanted, area)

    def _row(self, canvas: Canvas, wanted: Wanted, rect: QRectF) -> None:
        u = canvas.u
        down = bool(wanted.code) and self.pressed == wanted.code
        fill, line = ("pressed" if down else "surface", "control") if wanted.code else ("bg", "line")
        canvas.box(rect, CARD_RADIUS, fill, line, 1.8)
        pad = u(12)
        side = rect.height() - 2 * pad
        mark = QRectF(rect.left() + pad, rect.top() + pad, min(side, u(86)), min(side, u(86)))
        mark.moveTop(rect.center().y() - mark.height() / 2)
        if wanted.picture:
            canvas.picture(mark, wanted.picture, wanted.picture)
        else:
            canvas.box(mark, 8, "sunken")
            size = mark.width() * 0.5
            place = QRectF(mark.center().x() - size / 2, mark.center().y() - size / 2, size, size)
            canvas.icon(ICONS.get(wanted.kind, "scan-barcode"), place, "ink3")
        x = mark.right() + u(14)
        self._words(canvas, wanted, QRectF(x, rect.top() + u(6), rect.right() - x - pad, u(34)))
        below = QRectF(x, rect.top() + u(42), rect.right() - x - pad, rect.bottom() - rect.top() - u(42) - pad)
        if not wanted.code:
            canvas.words(below, canvas.say(ON_PAPER), Style("cap", 500), "ink2", lines=2)
        else:
            self._barcode(canvas, wanted.code, below)

    def _words(self, canvas: Canvas, wanted: Wanted, rect: QRectF) -> None:
        times, style = f"× {wanted.units}" if wanted.units > 1 else "", Style("body", 700)
        width = canvas.width(times, style)
        canvas.words(
            QRectF(rect.right() - width - 1, rect.top(), width + 2, rect.height()), times, style, "accent", RIGHT
        )
        area = QRectF(rect.left(), rect.top(), rect.width() - width - canvas.u(10), rect.height())
        canvas.words(area, canvas.say(wanted.words), style, "ink", lines=2, single_to=21, kind="name")

    def _barcode(self, canvas: Canvas, code: str, rect: QRectF) -> None:
        canvas.box(rect, 6, "paper", "line", 1)
        inner = rect.adjusted(canvas.u(4), canvas.u(4), -canvas.u(4), -canvas.u(4))
        mono = Style("cap", 500, mono=True)
        text = canvas.u(24) if inner.height() >= canvas.u(60) else 0.0
        if not draw_barcode(canvas, code, inner.adjusted(0, 0, 0, -text)):
            canvas.words(inner, code, mono, "#0F171E", CENTRE, kind="code", lines=2)
        elif text:
            place = QRectF(inner.left(), inner.bottom() - text, inner.width(), text)
            canvas.words(
                place, elide_middle(canvas.theme, code, mono, inner.width()), mono, "#0F171E", CENTRE, kind="code"
            )


class SideWindow(QWidget):
    """Shows `view.wanted`; `clicked` carries the raw code of the row that was clicked. Keys do nothing here either."""

    clicked = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setWindowTitle("Packbay: scan next")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._panel = WantedPanel(look, self)
        self._panel.show_panel(WantedList(()))
        self._panel.touched.connect(self.clicked)
        layout.addWidget(self._panel)

    def show_view(self, view: View) -> None:
        """Shows what `view` wants; nothing is repainted when that did not change."""
        self._panel.show_panel(WantedList(view.wanted))

    @property
    def panel(self) -> WantedPanel:
        return self._panel

    def sizeHint(self) -> QSize:
        return QSize(420, 800)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._panel.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()
