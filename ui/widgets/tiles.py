"""The tasks of the home screen: icon, word, and how much of it waits."""

from __future__ import annotations

import math
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF

from app.view import Tile, Tiles
from ui.theme import CARD_RADIUS, GUTTER, TILE_MM, Style, Surface
from ui.widgets.canvas import Canvas, Look
from ui.widgets.panel import PanelWidget, shows

GROUND = Surface("bg", "ink", "ink2", "line")
TITLE_HEIGHT, NARROW = 44.0, 400.0


@shows(Tiles)
class TileGrid(PanelWidget[Tiles]):
    """Every tile is at least 60 × 30 mm. The grid has as few rows as that allows."""

    stretch: ClassVar[float] = 3.0
    beneath: ClassVar[float] = 0.60

    @classmethod
    def least_height(cls, look: Look, panel: Tiles, width: float) -> float:
        columns = grid_columns(look, panel, width)
        rows = math.ceil(max(1, len(panel.tiles)) / columns)
        tile = max(look.theme.px(140), look.theme.mm(TILE_MM[1]))
        return rows * tile + (rows - 1) * look.theme.px(GUTTER) + (look.theme.px(TITLE_HEIGHT) if panel.title else 0)

    def surface(self, panel: Tiles) -> Surface:
        return GROUND

    def outline(self, panel: Tiles) -> float:
        return 0

    def targets(self, panel: Tiles) -> list[tuple[QRectF, str]]:
        return [(area, tile.command) for area, tile in self._places(panel) if tile.command]

    def _places(self, panel: Tiles) -> list[tuple[QRectF, Tile]]:
        theme = self.look.theme
        gap, top = theme.px(GUTTER), theme.px(TITLE_HEIGHT) if panel.title else 0.0
        columns = grid_columns(self.look, panel, self.width())
        rows = math.ceil(max(1, len(panel.tiles)) / columns)
        width = (self.width() - gap * (columns - 1)) / columns
        height = min((self.height() - top - gap * (rows - 1)) / rows, theme.px(260))
        return [
            (QRectF((i % columns) * (width + gap), top + (i // columns) * (height + gap), width, height), tile)
            for i, tile in enumerate(panel.tiles)
        ]

    def draw(self, canvas: Canvas, panel: Tiles, rect: QRectF) -> None:
        if panel.title:
            area = QRectF(0, 0, rect.width(), canvas.u(TITLE_HEIGHT - 8))
            canvas.words(area, canvas.say(panel.title), Style("body", 600), "ink2")
        for area, tile in self._places(panel):
            self._tile(canvas, tile, area)

    def _tile(self, canvas: Canvas, tile: Tile, rect: QRectF) -> None:
        u = canvas.u
        down = bool(tile.command) and self.pressed == tile.command
        line = "control" if tile.command else "line"
        canvas.box(rect, CARD_RADIUS, "pressed" if down else "button", line, 1.8)
        if rect.width() < u(NARROW):
            self._narrow(canvas, tile, rect)
            return
        size, pad = u(52), u(24)
        number = "" if tile.number is None else str(tile.number)
        style = Style(72, 700)
        waits = bool(tile.number)
        right = rect.right() - pad
        if number:
            width = canvas.width(number, style)
            foot = rect.center().y() + canvas.theme.metrics(style).capHeight() / 2
            canvas.line(QPointF(right - width, foot), number, style, "ink" if waits else "ink3", kind="figure")
            right -= width + u(16)
        token = "accent" if waits or tile.number is None else "ink3"
        canvas.icon(tile.icon, QRectF(rect.left() + pad, rect.center().y() - size / 2, size, size), token)
        x = rect.left() + pad + size + u(20)
        self._words(canvas, tile, QRectF(x, rect.top() + u(8), right - x, rect.height() - u(16)), waits)

    def _narrow(self, canvas: Canvas, tile: Tile, rect: QRectF) -> None:
        """Icon and number on top, the word on the whole width below: the words of other languages are long."""
        u, pad = canvas.u, canvas.u(20)
        waits = bool(tile.number)
        token = "accent" if waits or tile.number is None else "ink3"
        top = QRectF(rect.left() + pad, rect.top() + u(10), rect.width() - 2 * pad, (rect.height() - u(16)) * 0.52)
        size = min(u(50), top.height())
        canvas.icon(tile.icon, QRectF(top.left(), top.center().y() - size / 2, size, size), token)
        if tile.number is not None:
            number, style = str(tile.number), Style(min(64.0, top.height() / canvas.theme.scale), 700)
            foot = top.center().y() + canvas.theme.metrics(style).capHeight() / 2
            left = top.right() - canvas.width(number, style)
            canvas.line(QPointF(left, foot), number, style, "ink" if waits else "ink3", kind="figure")
        area = QRectF(top.left(), top.bottom(), top.width() + u(4), rect.bottom() - top.bottom() - u(6))
        self._words(canvas, tile, area, waits)

    def _words(self, canvas: Canvas, tile: Tile, rect: QRectF, waits: bool) -> None:
        word, second = canvas.say(tile.word), canvas.say(tile.second)
        strong, quiet = Style(34, 700), Style("cap", 500)
        below = canvas.look.fit(second, quiet, rect.width(), rect.height() * 0.5, 2).height if second else 0.0
        above = canvas.look.fit(word, strong, rect.width(), rect.height() - below, 2, 21, 26).height
        top = rect.top() + (rect.height() - above - below) / 2
        token = "ink" if waits or tile.number is None else "ink2"
        canvas.words(QRectF(rect.left(), top, rect.width(), above), word, strong, token, lines=2, single_to=26)
        canvas.words(QRectF(rect.left(), top + above, rect.width(), below), second, quiet, "ink2", lines=2)


def grid_columns(look: Look, panel: Tiles, width: float) -> int:
    """At most three columns (four from eight tiles on), each at least 60 mm wide."""
    wanted = 4 if len(panel.tiles) >= 8 else 3 if len(panel.tiles) >= 3 else max(1, len(panel.tiles))
    least = max(look.theme.mm(TILE_MM[0]), look.theme.px(270))
    gap = look.theme.px(GUTTER)
    return max(1, min(wanted, int((width + gap) // (least + gap))))
