"""The hero of the sign-in screen: one sentence, the name of the station, and a badge under a beam."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from app.view import Hero, NameDatum
from ui.theme import HERO_PADDING, HERO_RADIUS, Style, Surface, hero_surface
from ui.widgets.canvas import Canvas
from ui.widgets.panel import PanelWidget

BADGE = "id-card"
"""The icon whose place is taken by the drawing; any other (a clock: "One moment") is drawn large."""
BARS = (2, 1, 1, 3, 1, 2, 3, 1, 1, 2, 2, 1, 3, 1, 2, 1, 1, 2, 3)


class WelcomePanel(PanelWidget[Hero]):
    def surface(self, panel: Hero) -> Surface:
        return hero_surface(self.look.theme, panel.tone)

    def radius(self) -> float:
        return HERO_RADIUS

    def outline(self, panel: Hero) -> float:
        return 0

    def draw(self, canvas: Canvas, panel: Hero, rect: QRectF) -> None:
        u, colours = canvas.u, self.surface(panel)
        pad = u(HERO_PADDING + 28)
        badge_width = min(rect.width() * 0.30, rect.height() * 0.58)
        badge = QRectF(rect.right() - pad - badge_width - u(20), 0, badge_width, badge_width * 1.36)
        badge.moveTop((rect.height() - badge.height()) / 2)
        if panel.icon == BADGE:
            self._badge(canvas, badge, colours)
        else:
            side = badge.width() * 0.86
            place = QRectF(badge.center().x() - side / 2, badge.center().y() - side / 2, side, side)
            canvas.icon(panel.icon, place, colours.line, 1.2)
        self._sentences(canvas, panel, QRectF(pad, pad, badge.left() - u(64) - pad, rect.height() - 2 * pad), colours)

    def _sentences(self, canvas: Canvas, panel: Hero, rect: QRectF, colours: Surface) -> None:
        u = canvas.u
        name = canvas.say(panel.datum.name) if isinstance(panel.datum, NameDatum) else ""
        beside = canvas.say(panel.datum.second) if isinstance(panel.datum, NameDatum) else ""
        imperative, second = canvas.say(panel.imperative), canvas.say(panel.second)
        title, small, large = Style(92, 700), Style("lead", 500), Style("large", 600)
        parts = [(name, large, colours.ink, "datum", 2), (beside, small, colours.ink2, "", 2)]
        parts += [(imperative, title, colours.ink, "imperative", 3), (second, small, colours.ink2, "", 3)]
        parts = [part for part in parts if part[0]]
        fits = [
            canvas.look.fit(words, style, rect.width(), rect.height() * 0.5, lines, 25)
            for words, style, _, _, lines in parts
        ]
        gap = u(18)
        y = rect.top() + (rect.height() - sum(f.height for f in fits) - gap * (len(fits) - 1)) / 2
        for (words, _, token, role, lines), fitted in zip(parts, fits, strict=True):
            area = QRectF(rect.left(), y, rect.width() + 1, fitted.height)
            kind = "name" if role == "datum" else "sentence"
            canvas.words(area, words, fitted.style, token, lines=lines, floor=fitted.style.u, kind=kind, role=role)
            y += fitted.height + gap

    def _badge(self, canvas: Canvas, badge: QRectF, colours: Surface) -> None:
        """A badge on its strap, with the beam of a scanner across its barcode. A drawing: it holds no words."""
        ink, soft = colours.ink, colours.line
        w, h = badge.width(), badge.height()
        slot = QRectF(badge.center().x() - w * 0.11, badge.top() + h * 0.045, w * 0.22, h * 0.03)
        strap = [
            QPointF(slot.left() + w * 0.02, slot.center().y()),
            QPointF(slot.right() - w * 0.02, slot.center().y()),
        ]
        strap += [QPointF(slot.right() + w * 0.02, 0), QPointF(slot.left() - w * 0.02, 0)]
        canvas.box(badge, 22, colours.fill, ink, 4)
        canvas.polygon(strap, soft)
        canvas.box(slot, 6, colours.fill, ink, 3)
        face = w * 0.34
        canvas.icon("user-round", QRectF(badge.center().x() - face / 2, badge.top() + h * 0.14, face, face), ink, 1.7)
        for index, width in enumerate((0.46, 0.30)):
            bar = QRectF(
                badge.center().x() - w * width / 2, badge.top() + h * (0.475 + 0.06 * index), w * width, h * 0.026
            )
            canvas.box(bar, 4, soft)
        x, unit = badge.left() + w * 0.17, w * 0.66 / sum(BARS)
        for index, modules in enumerate(BARS):
            if index % 2 == 0:
                bar = QRectF(x, badge.top() + h * 0.66, modules * unit, h * 0.22)
                canvas.fill(bar, ink)
            x += modules * unit
        reach = w * 0.16
        y = badge.top() + h * 0.77
        beam = QRectF(badge.left() - reach, y - canvas.u(3), w + 2 * reach, canvas.u(6))
        canvas.box(beam, 3, "#FF5A4E" if not canvas.theme.high_contrast else "#C40000")
