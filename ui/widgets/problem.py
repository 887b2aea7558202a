"""An error: what it is, why, what to do, and what did not happen. It stays until a correct act ends it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from app.text import count, say
from app.view import ProblemHero, Tone
from ui.theme import HERO_PADDING, HERO_RADIUS, HERO_SURFACES, Style, Surface
from ui.widgets.canvas import Canvas
from ui.widgets.panel import PanelWidget
from ui.widgets.typeset import Fitted

DO_THIS = say("Do this")
FOOT, QUEUE, OCTAGON, DISC = 84.0, 60.0, 108.0, 44.0


@dataclass(frozen=True, slots=True)
class Level:
    """How tight the panel is set: sizes in u of title, acts and foot; whether "Do this" stands above the acts."""

    title: float
    act: float
    foot: float
    heading: bool


LEVELS = (
    Level(56, 38, 25, True),
    Level(48, 34, 25, True),
    Level(42, 30, 25, True),
    Level(38, 27, 25, False),
    Level(34, 25, 21, False),
    Level(32, 21, 21, False),
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Heights in pixels of the three parts, and the words as they will be set."""

    level: Level
    head: float
    foot: float
    picture: float
    fits: bool
    title: Fitted
    detail: Fitted | None
    why: Fitted | None
    acts: tuple[Fitted, ...]


class ProblemPanel(PanelWidget[ProblemHero]):
    def surface(self, panel: ProblemHero) -> Surface:
        return HERO_SURFACES[Tone.ERROR]

    def radius(self) -> float:
        return HERO_RADIUS

    def outline(self, panel: ProblemHero) -> float:
        return 0

    def draw(self, canvas: Canvas, panel: ProblemHero, rect: QRectF) -> None:
        plan = self._plan(canvas, panel, rect)
        body = self._body(canvas, rect)
        foot = rect.bottom() - plan.foot
        self._foot(canvas, panel, QRectF(0, foot, rect.width(), plan.foot), plan)
        self._head(canvas, panel, QRectF(body.left(), body.top(), body.width(), plan.head), plan)
        top = body.top() + plan.head + canvas.u(24)
        self._acts(canvas, panel, QRectF(body.left(), top, body.width(), foot - top), plan)

    def _body(self, canvas: Canvas, rect: QRectF) -> QRectF:
        pad = canvas.u(HERO_PADDING)
        return rect.adjusted(pad, pad, -pad, 0)

    def _plan(self, canvas: Canvas, panel: ProblemHero, rect: QRectF) -> _Plan:
        """The roomiest setting that can be read whole: type gives way first, then the heading, the picture last."""
        plan = None
        for picture in (True, False) if panel.picture else (False,):
            for level in LEVELS:
                plan = self._measure(canvas, panel, rect, level, picture)
                if plan.fits:
                    return plan
        assert plan is not None
        return plan

    def _measure(self, canvas: Canvas, panel: ProblemHero, rect: QRectF, level: Level, picture: bool) -> _Plan:
        u, body = canvas.u, self._body(canvas, rect)
        beside = body.width() - u(OCTAGON + 20)
        title = canvas.look.fit(
            canvas.say(panel.what), Style(level.title, 800), beside, u(200), 2, 30, level.title - 10
        )
        detail_style = Style(min(30, level.act), 600)
        detail = canvas.look.fit(canvas.say(panel.detail), detail_style, beside, u(90), 2) if panel.detail else None
        head = max(u(OCTAGON), title.height + (detail.height if detail else 0))
        sentence = self._sentence(canvas, panel)
        why = canvas.look.fit(sentence, Style(level.foot, 600), body.width(), u(150), 4) if sentence else None
        foot = (u(QUEUE) if panel.queued else 0) + (max(u(FOOT), why.height + u(28)) if why else u(24))
        room = rect.height() - body.top() - head - u(24) - foot - u(12)
        side = min(room, body.width() * 0.38) if picture else 0.0
        width = body.width() - (side + u(32) if picture else 0) - u(DISC + 16)
        above = u(50) if level.heading and panel.do else 0.0
        acts = [
            canvas.look.fit(canvas.say(act), Style(level.act, 700), width, u(400), 4, level.act) for act in panel.do
        ]
        used = above + sum(max(a.height, u(DISC)) for a in acts) + u(16) * max(0, len(acts) - 1)
        whole = not any(f.elided for f in (title, *acts, *([why] if why else [])))
        fits = whole and used <= room and (not picture or side >= u(130))
        return _Plan(level, head, foot, side, fits, title, detail, why, tuple(acts))

    def _sentence(self, canvas: Canvas, panel: ProblemHero) -> str:
        return " ".join(words for words in (canvas.say(panel.why), canvas.say(panel.unchanged)) if words)

    def _foot(self, canvas: Canvas, panel: ProblemHero, rect: QRectF, plan: _Plan) -> None:
        """Why, what did not happen, and the scans that wait."""
        u, ink = canvas.u, self.surface(panel).ink
        pad, bottom = u(HERO_PADDING), rect.bottom()
        if panel.queued:
            bottom -= u(QUEUE)
            waiting = count(panel.queued, "{n} scan waits behind this", "{n} scans wait behind this")
            canvas.rule(0, bottom, rect.width(), ink)
            size = u(30)
            canvas.icon("layers", QRectF(pad, bottom + (u(QUEUE) - size) / 2, size, size), ink)
            area = QRectF(pad + size + u(14), bottom, rect.width() - 2 * pad - size - u(14), u(QUEUE))
            canvas.words(area, canvas.say(waiting), Style("body", 600), ink, lines=2)
        if plan.why is not None:
            canvas.rule(0, rect.top(), rect.width(), ink)
            area = QRectF(pad, rect.top(), rect.width() - 2 * pad, bottom - rect.top())
            words, style = self._sentence(canvas, panel), plan.why.style
            canvas.words(area, words, style, ink, lines=4, floor=style.u, role="unchanged")

    def _head(self, canvas: Canvas, panel: ProblemHero, rect: QRectF, plan: _Plan) -> None:
        u, ink = canvas.u, self.surface(panel).ink
        size = u(OCTAGON)
        stroke = 2.6 if canvas.theme.high_contrast else 2.0
        canvas.icon("octagon-x", QRectF(rect.left() - u(4), rect.top(), size, size), ink, stroke)
        x, width = rect.left() + size + u(20), rect.width() - size - u(20)
        below = plan.detail.height if plan.detail else 0.0
        top = rect.top() + (rect.height() - plan.title.height - below) / 2
        title = plan.title.style
        area = QRectF(x, top, width + 1, plan.title.height)
        canvas.words(area, canvas.say(panel.what), title, ink, lines=2, floor=title.u, role="imperative")
        if plan.detail:
            area = QRectF(x, top + plan.title.height, width + 1, below)
            style = plan.detail.style
            canvas.words(area, canvas.say(panel.detail), style, ink, lines=2, floor=style.u, kind="name")

    def _acts(self, canvas: Canvas, panel: ProblemHero, rect: QRectF, plan: _Plan) -> None:
        u, colours = canvas.u, self.surface(panel)
        x, y = rect.left(), rect.top()
        if plan.picture:
            canvas.picture(QRectF(x, y, plan.picture, plan.picture), panel.picture, panel.picture, radius=14)
            x += plan.picture + u(32)
        if plan.level.heading and panel.do:
            canvas.words(QRectF(x, y, rect.right() - x, u(40)), canvas.say(DO_THIS), Style("lead", 500), colours.ink)
            y += u(50)
        for index, (act, fitted) in enumerate(zip(panel.do, plan.acts, strict=True)):
            disc = u(DISC)
            circle = QRectF(x, y + (max(fitted.leading, disc) - disc) / 2, disc, disc)
            canvas.number(circle, str(index + 1), colours.ink, colours.fill, 800)
            height = max(fitted.height, disc)
            area = QRectF(x + disc + u(16), y, rect.right() - x - disc - u(15), height)
            canvas.words(area, canvas.say(act), fitted.style, colours.ink, lines=4, floor=fitted.style.u, role="act")
            y += height + u(16)
