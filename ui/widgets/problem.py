"""An error: what it is, why, what to do, and what did not happen. It stays until a correct act ends it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from app.text import count, say
from app.view import ProblemHero, Tone
from ui.theme import BUTTON_RADIUS, HERO_PADDING, HERO_RADIUS, HERO_SURFACES, Style, Surface
from ui.widgets.canvas import Canvas
from ui.widgets.panel import PanelWidget
from ui.widgets.typeset import Fitted

DO_THIS = say("Do this")
CLEAR, SCAN_CLEAR = say("Clear"), say("scan CLEAR")
FOOT, QUEUE, OCTAGON, DISC = 122.0, 60.0, 108.0, 44.0
CLEAR_WIDTH, STRIP_MARGIN = 190.0, 12.0
VERB, SECOND = Style("body", 700), Style("cap", 500)


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

    def targets(self, panel: ProblemHero) -> list[tuple[QRectF, str]]:
        """The way out by touch. It stands where no button of a work screen ever stands."""
        return [(self._clear_place(panel, QRectF(self.rect())), "CLEAR")]

    def _clear_place(self, panel: ProblemHero, rect: QRectF) -> QRectF:
        theme = self.look.theme
        words = max(theme.width(self.look.say(CLEAR), VERB), theme.width(self.look.say(SCAN_CLEAR), SECOND))
        width = max(theme.px(CLEAR_WIDTH), theme.button_width, round(words + theme.px(20 + 34 + 12 + 20)))
        margin, height = theme.px(STRIP_MARGIN), theme.button_height
        bottom = rect.bottom() - (theme.px(QUEUE) if panel.queued else 0) - margin
        return QRectF(round(rect.right() - margin - width), round(bottom - height), width, height)

    def _foot_least(self) -> float:
        """The strip is as high as its button asks for."""
        return max(self.look.theme.px(FOOT), self.look.theme.button_height + 2 * self.look.theme.px(STRIP_MARGIN))

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
        beside_clear = self._clear_place(panel, rect).left() - u(20) - body.left()
        why = canvas.look.fit(sentence, Style(level.foot, 600), beside_clear, u(150), 4) if sentence else None
        foot = (u(QUEUE) if panel.queued else 0) + max(self._foot_least(), why.height + u(20) if why else 0)
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
        """Why and what did not happen, as prose: each ends with a full stop before the next begins."""
        said = [words for words in (canvas.say(panel.why), canvas.say(panel.unchanged)) if words]
        return " ".join(words if words[-1] in ".!?…" else f"{words}." for words in said)

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
        canvas.rule(0, rect.top(), rect.width(), ink)
        clear = self._clear_place(panel, QRectF(self.rect()))
        self._clear(canvas, panel, clear)
        if plan.why is not None:
            area = QRectF(pad, rect.top(), clear.left() - u(20) - pad, bottom - rect.top())
            words, style = self._sentence(canvas, panel), plan.why.style
            canvas.words(area, words, style, ink, lines=4, floor=style.u, role="unchanged")

    def _clear(self, canvas: Canvas, panel: ProblemHero, rect: QRectF) -> None:
        u, colours = canvas.u, self.surface(panel)
        fill, ink = (colours.ink, colours.fill) if self.pressed else (colours.fill, colours.ink)
        canvas.box(rect, BUTTON_RADIUS, fill, colours.ink, 2.4)
        size = u(34)
        canvas.icon("hand", QRectF(rect.left() + u(20), rect.center().y() - size / 2, size, size), ink)
        x = rect.left() + u(20) + size + u(12)
        width, middle = rect.right() - x - u(8), rect.center().y()
        canvas.words(QRectF(x, middle - u(32), width, u(34)), canvas.say(CLEAR), VERB, ink)
        canvas.words(QRectF(x, middle + u(1), width, u(30)), canvas.say(SCAN_CLEAR), SECOND, ink)

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
