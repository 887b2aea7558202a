"""What happened, from the newest down: when, what, who and where."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF

from app.text import count
from app.view import Moment, Timeline
from ui.theme import PADDING, Style
from ui.widgets.canvas import Canvas, Look
from ui.widgets.panel import PanelWidget, shows

HEAD, ROW = 56.0, 76.0


@shows(Timeline)
class TimelineCard(PanelWidget[Timeline]):
    stretch: ClassVar[float] = 3.0
    beneath: ClassVar[float] = 0.5

    @classmethod
    def least_height(cls, look: Look, panel: Timeline, width: float) -> float:
        return look.theme.px(HEAD + ROW * min(3, max(1, len(panel.moments))))

    def draw(self, canvas: Canvas, panel: Timeline, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        title = QRectF(pad, u(10), rect.width() - 2 * pad, u(40))
        canvas.words(title, canvas.say(panel.title), Style("lead", 700), "ink", lines=2)
        room = rect.height() - u(HEAD) - u(8)
        fitting = max(1, int(room // u(ROW)))
        shown = panel.moments if len(panel.moments) <= fitting else panel.moments[: max(1, fitting - 1)]
        when = max((canvas.width(m.when, Style("body", 600)) for m in shown), default=0.0)
        spine = pad + when + u(28)
        if len(shown) > 1:
            top = u(HEAD) + u(ROW) / 2
            canvas.rule(spine - u(1.5), top, u(ROW) * (len(shown) - 1), "control", upright=True, width=3)
        for index, moment in enumerate(shown):
            area = QRectF(pad, u(HEAD) + index * u(ROW), rect.width() - 2 * pad, u(ROW))
            self._moment(canvas, moment, area, spine, first=index == 0)
        rest = len(panel.moments) - len(shown)
        if rest:
            area = QRectF(spine + u(26), u(HEAD) + len(shown) * u(ROW), rect.width() - spine - u(44), u(50))
            canvas.words(
                area, canvas.say(count(rest, "and {n} earlier", "and {n} earlier")), Style("body", 500), "ink2"
            )

    def _moment(self, canvas: Canvas, moment: Moment, rect: QRectF, spine: float, *, first: bool) -> None:
        u = canvas.u
        token = "ink" if first else "ink2"
        canvas.words(
            QRectF(rect.left(), rect.top(), spine - rect.left() - u(14), rect.height()),
            moment.when,
            Style("body", 600),
            token,
            kind="figure",
        )
        centre, radius = QPointF(spine, rect.center().y()), u(10 if first else 8)
        disc = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        canvas.box(disc, 10, "accent" if first else "surface", None if first else "control", 3)
        x = spine + u(26)
        words = canvas.say(moment.words)
        where = " · ".join(part for part in (moment.who, moment.where) if part)
        strong, quiet = Style("body", 700 if first else 500), Style("cap", 500)
        below = u(28) if where else 0.0
        room = rect.height() - below
        fitted = canvas.look.fit(words, strong, rect.right() - x, room, 2)
        top = rect.top() + (rect.height() - fitted.height - below) / 2
        canvas.words(QRectF(x, top, rect.right() - x, fitted.height), words, strong, "ink", lines=2)
        canvas.words(QRectF(x, top + fitted.height, rect.right() - x, below), where, quiet, "ink2", kind="name")
