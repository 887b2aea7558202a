"""Things to choose from; the n-th is picked by its card (`OPTn`) or by a tap."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF

from app.view import Offer, Offers
from ui.theme import PADDING, Style
from ui.widgets.canvas import CENTRE, Canvas, Look
from ui.widgets.panel import PanelWidget, shows

HEAD, LEAST_ROW, MOST_ROW = 56.0, 98.0, 150.0


@shows(Offers)
class OffersCard(PanelWidget[Offers]):
    """A tap on a row sends the command word `OPT1` … `OPT9`."""

    stretch: ClassVar[float] = 3.0
    beneath: ClassVar[float] = 0.55

    @classmethod
    def least_height(cls, look: Look, panel: Offers, width: float) -> float:
        rows = max(1, len(panel.offers))
        return look.theme.px(HEAD + PADDING + 12 * (rows - 1)) + rows * max(look.theme.px(LEAST_ROW), look.theme.mm(20))

    def targets(self, panel: Offers) -> list[tuple[QRectF, str]]:
        return [(area, f"OPT{offer.number}") for area, offer in self._rows(panel)]

    def _rows(self, panel: Offers) -> list[tuple[QRectF, Offer]]:
        u = self.look.theme.px
        gap, rows = u(12), max(1, len(panel.offers))
        height = min((self.height() - u(HEAD) - u(PADDING) - gap * (rows - 1)) / rows, u(MOST_ROW))
        width = self.width() - 2 * u(PADDING)
        return [
            (QRectF(u(PADDING), u(HEAD) + index * (height + gap), width, height), offer)
            for index, offer in enumerate(panel.offers)
        ]

    def draw(self, canvas: Canvas, panel: Offers, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        title = QRectF(pad, u(10), rect.width() - 2 * pad, u(40))
        canvas.words(title, canvas.say(panel.title), Style("lead", 700), "ink", lines=2)
        for area, offer in self._rows(panel):
            self._offer(canvas, offer, area)

    def _offer(self, canvas: Canvas, offer: Offer, rect: QRectF) -> None:
        u = canvas.u
        down = self.pressed == f"OPT{offer.number}"
        canvas.box(rect, 12, "pressed" if down else "button", "control", 1.8)
        side = u(54)
        key = QRectF(rect.left() + u(18), rect.center().y() - side / 2, side, side)
        canvas.box(key, 12, "accent")
        canvas.words(key, str(offer.number), Style("lead", 800), "on_accent", CENTRE, kind="figure")
        x = key.right() + u(20)
        if offer.picture:
            size = rect.height() - u(24)
            canvas.picture(QRectF(x, rect.top() + u(12), size, size), offer.picture)
            x += size + u(18)
        area = QRectF(x, rect.top() + u(6), rect.right() - x - u(14), rect.height() - u(12))
        words, detail = canvas.say(offer.words), canvas.say(offer.detail)
        strong, quiet = Style("lead", 700), Style("cap", 500)
        below = canvas.look.fit(detail, quiet, area.width(), area.height() * 0.6, 2).height if detail else 0.0
        above = canvas.look.fit(words, strong, area.width(), area.height() - below, 2, 21, 25).height
        top = area.top() + (area.height() - above - below) / 2
        canvas.words(QRectF(x, top, area.width(), above), words, strong, "ink", lines=2, single_to=25)
        canvas.words(QRectF(x, top + above, area.width(), below), detail, quiet, "ink2", lines=2)
