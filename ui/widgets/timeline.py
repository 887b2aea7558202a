"""What happened, from the newest down: when, what, who and where."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF

from app.text import count
from app.view import Moment, Timeline
from ui.theme import PADDING, Style
from ui.widgets.canvas import Canvas, Look
from ui.widgets.panel import PanelWidget, shows

HEAD, LEAST_ROW, MORE, WHERE, AIR = 56.0, 62.0, 44.0, 28.0, 12.0
WHEN, QUIET = Style("body", 600), Style("cap", 500)


@shows(Timeline)
class TimelineCard(PanelWidget[Timeline]):
    """Each entry is as high as its words need; what does not fit is counted."""

    stretch: ClassVar[float] = 3.0
    beneath: ClassVar[float] = 0.5

    @classmethod
    def least_height(cls, look: Look, panel: Timeline, width: float) -> float:
        return look.theme.px(HEAD + LEAST_ROW * min(3, max(1, len(panel.moments))))

    def draw(self, canvas: Canvas, panel: Timeline, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        title = QRectF(pad, u(10), rect.width() - 2 * pad, u(40))
        canvas.words(title, canvas.say(panel.title), Style("lead", 700), "ink", lines=2)
        when, rows = self._columns(canvas, panel, rect)
        spine = pad + when + u(28)
        left = spine + u(26)
        self._spine(canvas, rows, spine)
        y = u(HEAD)
        for index, (moment, height) in enumerate(rows):
            area = QRectF(pad, y, rect.width() - 2 * pad, height)
            self._moment(canvas, moment, area, spine, first=index == 0)
            y += height
        rest = len(panel.moments) - len(rows)
        if rest:
            area = QRectF(left, y, rect.right() - pad - left, min(u(MORE), rect.height() - y))
            canvas.words(
                area, canvas.say(count(rest, "and {n} earlier", "and {n} earlier")), Style("body", 500), "ink2"
            )

    def _columns(self, canvas: Canvas, panel: Timeline, rect: QRectF) -> tuple[float, list[tuple[Moment, float]]]:
        """How wide the times are, and the entries with their heights: an old day that is not shown takes no room."""
        u, pad = canvas.u, canvas.u(PADDING)
        likely = panel.moments[: max(1, int(rect.height() // u(LEAST_ROW)))]
        best: tuple[float, list[tuple[Moment, float]]] = (0.0, [])
        for when in sorted({canvas.width(canvas.say(moment.when), WHEN) for moment in likely}):
            room = rect.width() - 2 * pad - when - u(28) - u(26)
            rows = self._fitting(canvas, panel, room, rect.height() - u(HEAD) - u(8))
            wide = [canvas.width(canvas.say(moment.when), WHEN) > when for moment, _ in rows]
            shown = rows[: wide.index(True)] if True in wide else rows
            if len(shown) > len(best[1]):
                best = (when, shown)
        return best

    def _fitting(self, canvas: Canvas, panel: Timeline, width: float, room: float) -> list[tuple[Moment, float]]:
        """The entries that fit with their heights; when some are left out there is room to say how many."""
        heights = [self._height(canvas, moment, width, first=i == 0) for i, moment in enumerate(panel.moments)]
        if sum(heights) <= room:
            return list(zip(panel.moments, heights, strict=True))
        room -= canvas.u(MORE)
        rows: list[tuple[Moment, float]] = []
        for moment, height in zip(panel.moments, heights, strict=True):
            if rows and sum(h for _, h in rows) + height > room:
                break
            rows.append((moment, height))
        return rows

    def _height(self, canvas: Canvas, moment: Moment, width: float, *, first: bool) -> float:
        u = canvas.u
        words = canvas.look.fit(canvas.say(moment.words), _strong(first=first), width, u(120), 4, 21, 25).height
        return max(words + (u(WHERE) if _where(moment) else 0.0) + u(AIR), u(LEAST_ROW))

    def _spine(self, canvas: Canvas, rows: list[tuple[Moment, float]], x: float) -> None:
        if len(rows) < 2:
            return
        u, heights = canvas.u, [height for _, height in rows]
        top = u(HEAD) + heights[0] / 2
        bottom = u(HEAD) + sum(heights[:-1]) + heights[-1] / 2
        canvas.rule(x - u(1.5), top, bottom - top, "control", upright=True, width=3)

    def _moment(self, canvas: Canvas, moment: Moment, rect: QRectF, spine: float, *, first: bool) -> None:
        u = canvas.u
        token = "ink" if first else "ink2"
        when = QRectF(rect.left(), rect.top(), spine - rect.left() - u(14), rect.height())
        canvas.words(when, canvas.say(moment.when), WHEN, token, kind="figure")
        centre, radius = QPointF(spine, rect.center().y()), u(10 if first else 8)
        disc = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        canvas.box(disc, 10, "accent" if first else "surface", None if first else "control", 3)
        x = spine + u(26)
        width = rect.right() - x
        words, where, strong = canvas.say(moment.words), _where(moment), _strong(first=first)
        below = u(WHERE) if where else 0.0
        fitted = canvas.look.fit(words, strong, width, u(120), 4, 21, 25)
        top = rect.top() + (rect.height() - fitted.height - below) / 2
        canvas.words(QRectF(x, top, width, u(120)), words, strong, "ink", lines=4, floor=21, single_to=25, valign=0)
        canvas.words(QRectF(x, top + fitted.height, width, below), where, QUIET, "ink2", kind="name")


def _strong(*, first: bool) -> Style:
    return Style("body", 700 if first else 500)


def _where(moment: Moment) -> str:
    return " · ".join(part for part in (moment.who, moment.where) if part)
