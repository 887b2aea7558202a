"""The frame of every screen: header, progress, two columns, echo and actions, in pixels of the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QRectF, QSizeF

from app.view import (
    Action,
    BoxPanel,
    CodeDatum,
    Keyboard,
    Panel,
    ProblemHero,
    RouteMap,
    ScalePanel,
    ThenPanel,
    Tiles,
    View,
)
from ui.theme import BUTTON_GAP, GUTTER, MARGIN
from ui.widgets.action import ActionButton
from ui.widgets.canvas import Look
from ui.widgets.panel import widget_for

HEADER, PROGRESS, FOOT = 60.0, 46.0, 16.0
LEAST_HERO, LEAST_CODE_HERO, LEAST_ECHO = 220.0, 310.0, 360.0
MAP_COLUMN, LIST_COLUMN, TYPED_COLUMN = 0.36, 0.43, 0.56


@dataclass(frozen=True, slots=True)
class Placed:
    """A panel and its rectangle; joined panels make one card."""

    panel: Panel
    rect: QRectF
    joined_above: bool = False
    joined_below: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """All rectangles of one screen. A part that the View leaves out has none."""

    header: QRectF
    progress: QRectF | None
    hero: QRectF
    object: tuple[Placed, ...]
    context: tuple[Placed, ...]
    echo: QRectF | None
    actions: tuple[QRectF, ...]


def lay_out(view: View, look: Look, size: QSizeF) -> Frame:
    """The frame of `view` in a window of `size`. A problem takes the whole left column."""
    u = look.theme.px
    header = QRectF(0, 0, size.width(), u(HEADER))
    left, width = u(MARGIN), size.width() - 2 * u(MARGIN)
    top = header.bottom() + u(6)
    progress = None
    if view.progress is not None:
        progress = QRectF(left, top, width, u(PROGRESS))
        top = progress.bottom() + u(12)
    else:
        top = header.bottom() + u(18)
    bottom = size.height() - u(FOOT)
    echo: QRectF | None = None
    actions: tuple[QRectF, ...] = ()
    if view.echo is not None or view.actions:
        row = QRectF(left, bottom - look.theme.button_height, width, look.theme.button_height)
        echo, actions = bottom_row(view, look, row)
        bottom = row.top() - u(BUTTON_GAP)
    body = QRectF(left, top, width, bottom - top)
    if is_typed(view):
        hero, typed = over_keyboard(view, look, body)
        return Frame(header, progress, hero, typed, (), echo, actions)
    main, side = columns(view, look, body)
    hero, below = left_column(view, look, main)
    beside = [panel for panel in view.context if not isinstance(panel, Keyboard)]
    context = stack(beside, look, side) if side is not None else ()
    return Frame(header, progress, hero, below, context, echo, actions)


def is_typed(view: View) -> bool:
    """Whether words are typed on this screen. Behind a problem the keyboard waits until that is resolved."""
    return not isinstance(view.hero, ProblemHero) and any(
        isinstance(p, Keyboard) for p in (*view.object, *view.context)
    )


def over_keyboard(view: View, look: Look, body: QRectF) -> tuple[QRectF, tuple[Placed, ...]]:
    """The keyboard across the whole screen at the bottom; above it the hero, and beside that what is typed into."""
    panels = (*view.object, *view.context)
    board = next(panel for panel in panels if isinstance(panel, Keyboard))
    gap = look.theme.px(GUTTER)
    height = widget_for(Keyboard).least_height(look, board, body.width())
    keys = Placed(board, QRectF(body.left(), body.bottom() - height, body.width(), height))
    strip = QRectF(body.left(), body.top(), body.width(), body.height() - height - gap)
    others = [panel for panel in panels if panel is not board]
    if not others:
        return strip, (keys,)
    side = round((strip.width() - gap) * TYPED_COLUMN)
    hero = QRectF(strip.left(), strip.top(), strip.width() - gap - side, strip.height())
    typed = Placed(others[0], QRectF(hero.right() + gap, strip.top(), side, strip.height()))
    return hero, (typed, keys)


def columns(view: View, look: Look, body: QRectF) -> tuple[QRectF, QRectF | None]:
    """Hero and object on the left; 64:36 beside a map, 57:43 beside anything else, all of it beside nothing."""
    if not view.context:
        return body, None
    share = MAP_COLUMN if any(isinstance(panel, RouteMap) for panel in view.context) else LIST_COLUMN
    gap = look.theme.px(GUTTER)
    side = round((body.width() - gap) * share)
    main = QRectF(body.left(), body.top(), body.width() - gap - side, body.height())
    return main, QRectF(main.right() + gap, body.top(), side, body.height())


def left_column(view: View, look: Look, area: QRectF) -> tuple[QRectF, tuple[Placed, ...]]:
    """The hero on top; panels under it side by side while they are box and scale, else one above the other."""
    if isinstance(view.hero, ProblemHero) or not view.object:
        return area, ()
    gap = look.theme.px(GUTTER)
    beside = all(isinstance(panel, BoxPanel | ScalePanel) for panel in view.object)
    widths = [area.width()] if not beside else [area.width() / len(view.object)] * len(view.object)
    needs = [widget_for(type(p)).least_height(look, p, widths[0]) for p in view.object]
    need = max(needs) if beside else sum(needs) + gap * (len(needs) - 1)
    share = max((widget_for(type(panel)).beneath for panel in view.object), default=0.0)
    wanted = max(need, (area.height() - gap) * share)
    bare = view.hero.datum is None and view.hero.aside is None and not view.hero.steps
    tiles = any(isinstance(panel, Tiles) for panel in view.object)
    code = isinstance(view.hero.datum, CodeDatum)
    least = look.theme.px(120 if bare else 170 if tiles else LEAST_CODE_HERO if code else LEAST_HERO)
    height = round(min(wanted, area.height() - gap - least))
    hero = QRectF(area.left(), area.top(), area.width(), area.height() - gap - height)
    below = QRectF(area.left(), hero.bottom() + gap, area.width(), height)
    return hero, side_by_side(view.object, look, below) if beside else stack(view.object, look, below)


def side_by_side(panels: Sequence[Panel], look: Look, area: QRectF) -> tuple[Placed, ...]:
    """Panels in one row, as wide as their shares say."""
    gap = look.theme.px(GUTTER)
    total = sum(widget_for(type(panel)).share for panel in panels)
    room, x, placed = area.width() - gap * (len(panels) - 1), area.left(), []
    for panel in panels:
        width = round(room * widget_for(type(panel)).share / total)
        if panel is panels[-1]:
            width = round(area.right() - x)
        placed.append(Placed(panel, QRectF(x, area.top(), width, area.height())))
        x += width + gap
    return tuple(placed)


def stack(panels: Sequence[Panel], look: Look, area: QRectF) -> tuple[Placed, ...]:
    """Panels one above the other: each its least height, the rest shared by those that stretch."""
    if not panels:
        return ()
    gap = look.theme.px(GUTTER)
    joins = [isinstance(a, RouteMap) and isinstance(b, ThenPanel) for a, b in pairwise(panels)]
    kinds = [widget_for(type(panel)) for panel in panels]
    least = [kind.least_height(look, panel, area.width()) for kind, panel in zip(kinds, panels, strict=True)]
    spare = area.height() - sum(least) - gap * (len(panels) - 1 - sum(joins))
    stretch = [kind.stretch for kind in kinds]
    total = sum(stretch)
    if spare > 0 and total > 0:
        least = [height + spare * part / total for height, part in zip(least, stretch, strict=True)]
    elif spare < 0:  # more than fits: those that stretch give way, evenly
        flexible = sum(h for h, s in zip(least, stretch, strict=True) if s) or 1.0
        least = [h + spare * h / flexible if s else h for h, s in zip(least, stretch, strict=True)]
    placed, y = [], area.top()
    for index, (panel, height) in enumerate(zip(panels, least, strict=True)):
        above, below = index > 0 and joins[index - 1], index < len(joins) and joins[index]
        placed.append(Placed(panel, QRectF(area.left(), round(y), area.width(), round(height)), above, below))
        y += height + (0 if below else gap)
    return tuple(placed)


def bottom_row(view: View, look: Look, row: QRectF) -> tuple[QRectF | None, tuple[QRectF, ...]]:
    """The echo takes what the buttons leave; buttons grow narrow before the echo becomes unreadable."""
    gap = look.theme.px(BUTTON_GAP)
    widths = button_widths(view.actions, look, row.width() - (look.theme.px(LEAST_ECHO) + gap if view.echo else 0))
    x, rects = row.right(), []
    for width in reversed(widths):
        rects.append(QRectF(x - width, row.top(), width, row.height()))
        x -= width + gap
    echo = QRectF(row.left(), row.top(), x - row.left(), row.height()) if view.echo is not None else None
    return echo, tuple(reversed(rects))


def button_widths(actions: Sequence[Action], look: Look, room: float) -> list[float]:
    """Each as wide as its words; when they do not fit: tighter, then in proportion, never under the least width."""
    gaps = look.theme.px(BUTTON_GAP) * max(0, len(actions) - 1)
    widths: list[float] = []
    for tight in (False, True):
        widths = [ActionButton.wanted_width(look, action, tight) for action in actions]
        if sum(widths) + gaps <= room:
            return widths
    least = look.theme.button_width
    over = sum(widths) + gaps - room
    slack = sum(width - least for width in widths) or 1.0
    return [round(max(least, width - over * (width - least) / slack)) for width in widths]
