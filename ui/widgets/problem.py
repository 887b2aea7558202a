"""An error: what it is, why, what to do, and what did not happen. It stays until a correct act ends it."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from app.text import count, say
from app.view import ProblemHero, Tone
from ui.theme import HERO_PADDING, HERO_RADIUS, HERO_SURFACES, Style, Surface
from ui.widgets.canvas import Canvas
from ui.widgets.panel import PanelWidget

DO_THIS = say("Do this")
FOOT = 84.0


class ProblemPanel(PanelWidget[ProblemHero]):
    def surface(self, panel: ProblemHero) -> Surface:
        return HERO_SURFACES[Tone.ERROR]

    def radius(self) -> float:
        return HERO_RADIUS

    def outline(self, panel: ProblemHero) -> float:
        return 0

    def draw(self, canvas: Canvas, panel: ProblemHero, rect: QRectF) -> None:
        u = canvas.u
        body = rect.adjusted(u(HERO_PADDING), u(HERO_PADDING), -u(HERO_PADDING), 0)
        body.setBottom(self._foot(canvas, panel, rect))
        top = self._head(canvas, panel, body)
        self._acts(canvas, panel, QRectF(body.left(), top, body.width(), body.bottom() - top))

    def _foot(self, canvas: Canvas, panel: ProblemHero, rect: QRectF) -> float:
        """What did not happen, and the scans that wait; returns where the rest must end."""
        u, ink = canvas.u, self.surface(panel).ink
        sentences = " ".join(words for words in (canvas.say(panel.why), canvas.say(panel.unchanged)) if words)
        style, bottom = Style("body", 600), rect.bottom()
        width = rect.width() - 2 * u(HERO_PADDING)
        if panel.queued:
            bottom -= u(60)
            waiting = count(panel.queued, "{n} scan waits behind this", "{n} scans wait behind this")
            canvas.rule(0, bottom, rect.width(), ink)
            size = u(30)
            canvas.icon("layers", QRectF(u(HERO_PADDING), bottom + (u(60) - size) / 2, size, size), ink)
            x = u(HERO_PADDING) + size + u(14)
            area = QRectF(x, bottom, rect.right() - x - u(14), u(60))
            canvas.words(area, canvas.say(waiting), style, ink, lines=2)
        if sentences:
            fitted = canvas.look.fit(sentences, style, width, u(130), 4)
            height = max(u(FOOT), fitted.height + u(30))
            bottom -= height
            canvas.rule(0, bottom, rect.width(), ink)
            area = QRectF(u(HERO_PADDING), bottom, width, height)
            canvas.words(area, sentences, style, ink, lines=4, role="unchanged")
        return bottom

    def _head(self, canvas: Canvas, panel: ProblemHero, body: QRectF) -> float:
        u, ink = canvas.u, self.surface(panel).ink
        size = u(108)
        canvas.icon("octagon-x", QRectF(body.left() - u(4), body.top(), size, size), ink, 2.6 if canvas.theme.high_contrast else 2.0)
        x = body.left() + size + u(20)
        width = body.right() - x
        what, detail = canvas.say(panel.what), canvas.say(panel.detail)
        title, quiet = Style(56, 700), Style("lead", 500)
        fitted = canvas.look.fit(what, title, width, u(140), 2, 34, 44)
        below = canvas.look.fit(detail, quiet, width, u(80), 2, 25).height if detail else 0.0
        height = max(size, fitted.height + below)
        top = body.top() + (height - fitted.height - below) / 2
        canvas.words(
            QRectF(x, top, width, fitted.height), what, title, ink, lines=2, floor=34, single_to=44, role="imperative"
        )
        if detail:
            area = QRectF(x, top + fitted.height, width, below)
            canvas.words(area, detail, quiet, ink, lines=2, floor=25, kind="name")
        return body.top() + height + u(24)

    def _acts(self, canvas: Canvas, panel: ProblemHero, rect: QRectF) -> None:
        u, colours = canvas.u, self.surface(panel)
        x = rect.left()
        if panel.picture:
            side = min(rect.height() - u(24), rect.width() * 0.38)
            canvas.picture(QRectF(x, rect.top() + u(6), side, side), panel.picture, panel.picture, radius=14)
            x += side + u(32)
        if not panel.do:
            return
        heading, style = Style("lead", 500), Style("title", 600)
        disc = u(44)
        width = rect.right() - x - disc - u(16)
        acts = [canvas.say(act) for act in panel.do]
        room = rect.height() - u(48) - u(16) * len(acts)
        size = style.u
        fits = [canvas.look.fit(act, style, width, room, 4, 25) for act in acts]
        while sum(f.height for f in fits) > room and size > 25:
            size -= 1
            fits = [canvas.look.fit(act, style.at(size), width, room, 4, 25) for act in acts]
        smallest = min((f.style.u for f in fits), default=size)
        fits = [canvas.look.fit(act, style.at(smallest), width, room, 4, 25) for act in acts]
        canvas.words(QRectF(x, rect.top(), width, u(40)), canvas.say(DO_THIS), heading, colours.ink)
        y = rect.top() + u(50)
        for index, (act, fitted) in enumerate(zip(acts, fits, strict=True)):
            circle = QRectF(x, y + (fitted.leading - disc) / 2, disc, disc)
            canvas.number(circle, str(index + 1), colours.ink, colours.fill, 800)
            area = QRectF(x + disc + u(16), y, width + 1, fitted.height)
            canvas.words(area, act, fitted.style, colours.ink, lines=4, floor=fitted.style.u, role="act")
            y += max(fitted.height, disc) + u(16)
