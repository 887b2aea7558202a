"""The hero: the one imperative of a screen and the one datum it needs, readable from two metres."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from app.view import CodeDatum, CountDatum, Hero, NameDatum, Picture, Rack, StepMark
from ui.theme import HERO_PADDING, HERO_RADIUS, SIZES, Style, Surface, hero_surface
from ui.widgets.canvas import CENTRE, RIGHT, Canvas
from ui.widgets.panel import PanelWidget
from ui.widgets.strokes import edges
from ui.widgets.typeset import balanced

STEPS_HEIGHT = 84.0
LARGEST_CODE, SMALLEST_CODE = 230.0, 84.0
HYPHEN, HYPHEN_ROOM = 24.0, 50.0
LEAST_NAME = 48.0
LEAST_PAIR = 128.0


class HeroPanel(PanelWidget[Hero]):
    def surface(self, panel: Hero) -> Surface:
        return hero_surface(self.look.theme, panel.tone)

    def radius(self) -> float:
        return HERO_RADIUS

    def outline(self, panel: Hero) -> float:
        return 6 if self.surface(panel).fill.endswith("_soft") else 0

    def draw(self, canvas: Canvas, panel: Hero, rect: QRectF) -> None:
        u, colours = canvas.u, self.surface(panel)
        pad = u(HERO_PADDING)
        foot = rect.bottom() - (u(STEPS_HEIGHT) if panel.steps else u(24))
        if panel.steps:
            steps, area = panel.steps, QRectF(0, foot, rect.width(), u(STEPS_HEIGHT))
            canvas.once(("steps", steps, edges(area), colours), lambda: self._steps(canvas, steps, area, colours))
        right = rect.right() - pad
        if isinstance(panel.aside, Rack):
            width = min(rect.width() * 0.255, u(300))
            place = QRectF(right - width, u(26), width, foot - u(26) - u(12))
            rack = panel.aside
            canvas.once(("rack", rack, edges(place), colours), lambda: draw_rack(canvas, rack, place, colours))
            right = place.left() - u(28)
            head_right = right
        elif isinstance(panel.aside, Picture):
            head_right = self._caption(canvas, panel.aside, right, colours)
            place = self._picture_place(canvas, rect, right, foot)
            beside = place.left() - u(36)
            below = self._imperative(canvas, panel, QRectF(pad, 0, head_right - pad, 0), colours, beside)
            self._picture(canvas, panel.aside, place)
            self._datum(canvas, panel, QRectF(pad, below, place.left() - u(40) - pad, foot - below), colours)
            return
        else:
            head_right = right
        below = self._imperative(canvas, panel, QRectF(pad, 0, head_right - pad, foot), colours)
        self._datum(canvas, panel, QRectF(pad, below, right - pad, foot - below), colours)

    # ---- the imperative

    def _imperative(
        self, canvas: Canvas, panel: Hero, rect: QRectF, colours: Surface, beside: float | None = None
    ) -> float:
        """Draws icon, imperative and the quiet line under it; returns where the datum may begin.

        The first line may run up to `rect`; what stands lower ends at `beside` (where a picture begins).
        """
        u = canvas.u
        size = u(40)
        x = rect.x() + size + u(14)
        width = rect.right() - x
        words = canvas.say(panel.imperative)
        style = Style("title", 700) if panel.datum is not None else Style("big", 700)
        lines = 2 if panel.datum is not None else 3
        single = 34 if panel.datum is not None else None
        fitted = canvas.look.fit(words, style, width, u(190), lines, 30, single)
        narrow = width if beside is None else min(width, beside - x)
        if len(fitted.lines) > 1:
            width = narrow
            style = Style(33, 700) if panel.datum is not None else style
            fitted = canvas.look.fit(words, style, width, u(190), lines, 30, single)
        top = u(20)
        height = max(fitted.height, u(48))
        if panel.datum is None and rect.height() > 0:
            top = max(top, (rect.height() - height) / 2 - (u(16) if panel.second else 0))
        first = top + (height - fitted.height) / 2 + fitted.leading / 2  # the middle of the first line
        canvas.icon(panel.icon, QRectF(rect.x(), first - size / 2, size, size), colours.ink)
        area = QRectF(x, top, width, height)
        canvas.words(area, words, style, colours.ink, lines=lines, floor=30, single_to=single, role="imperative")
        below = top + height
        second = canvas.say(panel.second)
        if second:
            quiet = canvas.look.fit(second, Style("body", 500), narrow, u(70), 2)
            place = QRectF(x, below + u(2), narrow, quiet.height)
            canvas.words(place, second, Style("body", 500), colours.ink2, lines=2)
            below = place.bottom()
        return below + u(12)

    # ---- the datum

    def _datum(self, canvas: Canvas, panel: Hero, rect: QRectF, colours: Surface) -> None:
        if isinstance(panel.datum, CodeDatum):
            draw_code(canvas, panel.datum, rect, colours)
        elif isinstance(panel.datum, CountDatum):
            draw_count(canvas, panel.datum, rect, colours)
        elif isinstance(panel.datum, NameDatum):
            draw_name(canvas, panel.datum, rect, colours)

    # ---- picture and steps

    def _caption(self, canvas: Canvas, picture: Picture, right: float, colours: Surface) -> float:
        """The caption above the picture, at the height of the imperative; returns where the imperative must end."""
        u = canvas.u
        words = canvas.say(picture.caption)
        if not words:
            return right - u(12)
        style = Style("body", 500)
        width = min(canvas.width(words, style), u(240))
        canvas.words(QRectF(right - width, u(20), width, u(48)), words, style, colours.ink2, RIGHT, lines=2)
        return right - width - u(24)

    def _picture_place(self, canvas: Canvas, rect: QRectF, right: float, foot: float) -> QRectF:
        u = canvas.u
        top = u(84)
        side = min(foot - top - u(14), rect.width() * 0.34)
        return QRectF(right - side, top + (foot - u(14) - top - side) / 2, side, side)

    def _picture(self, canvas: Canvas, picture: Picture, place: QRectF) -> None:
        canvas.picture(place, picture.key, picture.key)
        if picture.ticked:
            canvas.tick(QPointF(place.left() + canvas.u(9), place.top() + canvas.u(9)), canvas.u(30))

    def _steps(self, canvas: Canvas, steps: tuple[StepMark, ...], rect: QRectF, colours: Surface) -> None:
        u = canvas.u
        canvas.rule(0, rect.top(), rect.width(), "hero_rule" if colours.fill == "hero" else colours.line)
        pad, disc = u(HERO_PADDING), u(42)
        labels = [canvas.say(step.label) for step in steps]
        styles = [Style("body", 700 if step.state == "now" else 500) for step in steps]
        room = (rect.width() - 2 * pad + u(18)) / len(steps)
        wanted = [
            disc + u(12) + canvas.width(label, style) + u(18) for label, style in zip(labels, styles, strict=True)
        ]
        equal = all(width <= room for width in wanted)
        scale = min(1.0, (rect.width() - 2 * pad + u(18)) / sum(wanted))
        x = pad
        for index, (step, label, style) in enumerate(zip(steps, labels, styles, strict=True)):
            width = room if equal else wanted[index] * scale
            circle = QRectF(x, rect.top() + (rect.height() - disc) / 2, disc, disc)
            now, done = step.state == "now", step.state == "done"
            if done:
                canvas.box(circle, 21, None, colours.ink2, 2)
                inner = circle.adjusted(disc * 0.22, disc * 0.22, -disc * 0.22, -disc * 0.22)
                canvas.icon("check", inner, colours.ink2, 3)
            elif now:
                canvas.number(circle, str(index + 1), colours.ink, colours.fill, 800)
            else:
                canvas.number(circle, str(index + 1), None, colours.ink2, 600)
            area = QRectF(circle.right() + u(12), rect.top(), width - disc - u(12) - u(12), rect.height())
            canvas.words(area, label, style, colours.ink if now else colours.ink2, lines=2, single_to=23)
            x += width


def draw_code(canvas: Canvas, datum: CodeDatum, rect: QRectF, colours: Surface) -> None:
    """A place in giant type: its parts with short strokes between them, a caption under each."""
    captions = [canvas.say(caption) for _, caption in datum.parts]
    named = any(captions)
    tight = rect.height() < canvas.u(130)
    caption_style = Style("body" if tight else "lead", 500)
    below = canvas.u(34 if tight else 42) if named else 0.0
    style, parts = _code_size(canvas, datum, captions, caption_style, rect, below)
    metrics = canvas.theme.metrics(style)
    height = metrics.capHeight()
    top = rect.top() + max(0.0, (rect.height() - height - below) * (0.42 if named else 0.48))
    x = rect.left() - style.u * 0.03 * canvas.theme.scale
    foot = top + height
    for index, (code, width) in enumerate(parts):
        canvas.line(QPointF(x, foot), code, style, colours.ink, kind="code", role="datum")
        if captions[index]:
            room = width + canvas.u(HYPHEN_ROOM) - canvas.u(8) if index < len(parts) - 1 else rect.right() - x
            area = QRectF(
                x + style.u * 0.03 * canvas.theme.scale,
                foot + canvas.u(6 if tight else 10),
                max(room, width),
                canvas.u(30 if tight else 36),
            )
            canvas.words(area, captions[index], caption_style, colours.ink2)
        x += width
        if index < len(parts) - 1:
            _hyphen(canvas, x, foot - height / 2, colours)
            x += canvas.u(HYPHEN_ROOM)


def _hyphen(canvas: Canvas, x: float, y: float, colours: Surface) -> None:
    start = x + canvas.u((HYPHEN_ROOM - HYPHEN) / 2)
    ends = [QPointF(start, round(y)), QPointF(start + canvas.u(HYPHEN), round(y))]
    canvas.path(ends, colours.ink2, canvas.u(5) / canvas.theme.scale)


def _code_size(
    canvas: Canvas, datum: CodeDatum, captions: list[str], caption_style: Style, rect: QRectF, below: float
) -> tuple[Style, list[tuple[str, float]]]:
    """The largest size at which all parts fit; a part is at least as wide as its caption."""
    gaps = canvas.u(HYPHEN_ROOM) * (len(datum.parts) - 1)
    size = min(LARGEST_CODE, (rect.height() - below) / 0.69 / canvas.theme.scale)
    natural = sum(canvas.width(code, Style(size, 800, tabular=False)) for code, _ in datum.parts)
    if natural + gaps > rect.width():  # type is as wide as it is large: begin two steps above where it will end
        size -= 2 * max(0, int((size - size * (rect.width() - gaps) / natural) / 2) - 2)
    while True:
        style = Style(size, 800, tabular=False)
        widths = [canvas.width(code, style) for code, _ in datum.parts]
        for index, caption in enumerate(captions[:-1]):
            least = canvas.width(caption, caption_style) - canvas.u(HYPHEN_ROOM) + canvas.u(10)
            widths[index] = max(widths[index], least)
        if sum(widths) + gaps <= rect.width() or size <= SIZES["lead"]:
            return style, [(code, width) for (code, _), width in zip(datum.parts, widths, strict=True)]
        size -= 2


def draw_count(canvas: Canvas, datum: CountDatum, rect: QRectF, colours: Surface) -> None:
    """A giant number (its unit smaller, after a space) with a few words on its baseline."""
    u = canvas.u
    size = min(LARGEST_CODE, rect.height() * 0.66 / 0.668 / canvas.theme.scale)
    words, beside = canvas.say(datum.words), Style("big", 600)
    value, _, unit = canvas.say(datum.value).partition(" ")
    while True:
        style = Style(size, 700, tabular=False)  # it stands alone: nothing is to be lined up with it
        small = Style(max(38.0, size * 0.6), 700)
        after = u(8) + canvas.width(unit, small) if unit else 0.0
        number = canvas.width(value, style) + after
        room = rect.width() - number - u(24)
        lines = balanced(canvas.theme, words, beside, room) if words else []
        low = rect.height() < u(LEAST_PAIR)  # a second line would stand on the imperative
        if (unit or low) and canvas.width(words, beside) <= room:  # figure, unit and words read as one line
            lines = [words]
        widest = max((canvas.width(line, beside) for line in lines), default=0.0)
        if widest <= room:
            break
        if beside.u > 30:
            beside = beside.at(beside.u - 2)
        elif size > 84:
            size -= 4
        else:
            break
    height = canvas.theme.metrics(style).capHeight()
    foot = rect.top() + (rect.height() - height) / 2 + height
    bearing = canvas.theme.metrics(style).leftBearing(value[0]) if value else 0.0
    canvas.line(QPointF(rect.left() - bearing, foot), value, style, colours.ink, kind="figure", role="datum")
    if unit:  # beside its figure, always on the same line
        canvas.line(QPointF(rect.left() + number - canvas.width(unit, small), foot), unit, small, colours.ink)
    x = rect.left() + number + u(20)
    leading = beside.u * 0.92 * canvas.theme.scale
    for index, line in enumerate(reversed(lines)):
        canvas.line(QPointF(x, foot - index * leading), line, beside, colours.ink)


def draw_name(canvas: Canvas, datum: NameDatum, rect: QRectF, colours: Surface) -> None:
    """A name in large type on at most two lines, and a quieter line under it."""
    u = canvas.u
    second = canvas.say(datum.second)
    quiet = Style("lead", 500)
    below = canvas.look.fit(second, quiet, rect.width(), u(84), 2).height + u(6) if second else 0.0
    words = canvas.say(datum.name)
    if rect.height() - below - u(14) < u(LEAST_NAME):  # the name goes before what is said of it
        second, below = "", 0.0
    room = rect.height() - below - u(14)
    fitted = canvas.look.fit(words, Style(104, 800), rect.width(), room, 2, 34, 60)
    top = rect.top() + max(0.0, (rect.height() - fitted.height - below) * 0.4)
    area = QRectF(rect.left(), top, rect.width(), fitted.height)
    canvas.words(area, words, fitted.style, colours.ink, lines=2, floor=fitted.style.u, kind="name", role="datum")
    if second:
        place = QRectF(rect.left(), top + fitted.height + u(6), rect.width(), below - u(6))
        canvas.words(place, second, quiet, colours.ink2, lines=2)


def draw_rack(canvas: Canvas, rack: Rack, rect: QRectF, colours: Surface) -> None:
    """The elevation of the rack: levels from top to bottom, one cell lit with an arrow."""
    u = canvas.u
    gutter, foot = u(30), u(30)
    row = min((rect.height() - foot) / max(1, len(rack.levels)), u(54))
    top = rect.top() + (rect.height() - foot - row * len(rack.levels)) / 2
    column = (rect.width() - gutter) / max(1, len(rack.bays))
    for level_index, level in enumerate(rack.levels):
        lit_level = level == rack.level
        style, token = (
            Style("cap", 700 if lit_level else 500, tabular=False),
            colours.ink if lit_level else colours.ink2,
        )
        area = QRectF(rect.left() - u(4), top + level_index * row, gutter, row)
        canvas.words(area, level, style, token, CENTRE, kind="code")
        for bay_index, bay in enumerate(rack.bays):
            cell = QRectF(rect.left() + gutter + bay_index * column, top + level_index * row, column, row)
            _cell(canvas, cell, lit=lit_level and bay == rack.bay, colours=colours)
    for bay_index, bay in enumerate(rack.bays):
        lit = bay == rack.bay
        area = QRectF(rect.left() + gutter + bay_index * column, top + len(rack.levels) * row, column, foot)
        style = Style("cap", 700 if lit else 500)
        canvas.words(area, bay, style, colours.ink if lit else colours.ink2, CENTRE, kind="code")


def _cell(canvas: Canvas, cell: QRectF, *, lit: bool, colours: Surface) -> None:
    gap = canvas.u(3)
    inner = cell.adjusted(gap, gap, -gap, -gap)
    if not lit:
        canvas.box(inner, 4, None, colours.line, 1.8)
        return
    edge = canvas.u(2)
    canvas.box(inner.adjusted(-edge, -edge, edge, edge), 5, colours.ink)
    size = min(inner.height() * 0.84, inner.width() * 0.8)
    place = QRectF(inner.center().x() - size / 2, inner.center().y() - size / 2, size, size)
    canvas.icon("arrow-down-to-dot", place, colours.fill, 2.6)
