"""The walk on the floor plan: what was walked thin and grey, the leg to walk now thick, what comes later dashed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from app.view import FloorPlan, MapStop, RackShape, RouteMap
from ui.theme import PADDING, Style
from ui.widgets.canvas import CENTRE, RIGHT, Canvas, Look
from ui.widgets.panel import PanelWidget, shows

NAME_STRIP, END_STRIP = 36.0, 36.0  # u, above and below the floor
LEAST_SPAN_MM = (15_500, 12_000)  # a shorter leg is not magnified further: five aisles across
MOST_SPAN_MM = (21_500, 26_000)  # a longer one comes in from the edge: its end must be read from two metres
MARGIN_MM = (1_700, 900)  # beside and above the walk
EDGE_MM = 1_000  # how far the window may reach over the edge of the floor
STOPS_AHEAD = 2
NEAR_MM = 800  # a stop this near to the walk lies on it
MOST_STRETCH = 1.7  # how much one axis may be stretched against the other to fill the card
CACHED = 4
"""Floors in sight that are kept as pictures: one is about 3 MB, and a walk stays in one for many stops."""
CACHED_RACKS = 200


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the floor that is shown, mm, and where. y grows upwards on the floor, downwards on the screen."""

    x: float
    y: float
    w: float
    h: float
    area: QRectF

    def point(self, x_mm: float, y_mm: float) -> QPointF:
        return QPointF(
            self.area.left() + (x_mm - self.x) / self.w * self.area.width(),
            self.area.bottom() - (y_mm - self.y) / self.h * self.area.height(),
        )

    def rect(self, rack: RackShape) -> QRectF:
        """The shape of a rack on the screen."""
        area = self.area
        across, up = area.width() / self.w, area.height() / self.h
        top = area.bottom() - (rack.y_mm + rack.h_mm - self.y) * up
        return QRectF(area.left() + (rack.x_mm - self.x) * across, top, rack.w_mm * across, rack.h_mm * up)

    def holds(self, x_mm: float, y_mm: float) -> bool:
        return self.x <= x_mm <= self.x + self.w and self.y <= y_mm <= self.y + self.h


def choose_window(route: RouteMap, area: QRectF) -> Window:
    """The leg, the target and the next stops fill the card; never more than the floor, never turned.

    A walk that is too long to be drawn large keeps its end and what comes next; its beginning is cut off.
    """
    xs, ys = _interesting(route)
    end = _target(route, xs, ys)
    low_x, high_x = _at_most(min(xs) - MARGIN_MM[0], max(xs) + MARGIN_MM[0], end[0], MOST_SPAN_MM[0])
    low_y, high_y = _at_most(min(ys) - MARGIN_MM[1], max(ys) + MARGIN_MM[1], end[1], MOST_SPAN_MM[1])
    low_x, width = _at_least(low_x, high_x, LEAST_SPAN_MM[0])
    low_y, height = _at_least(low_y, high_y, LEAST_SPAN_MM[1])
    ratio = (area.width() / width) / (area.height() / height)
    if ratio > MOST_STRETCH:
        low_x, width = _at_least(low_x, low_x + width, width * ratio / MOST_STRETCH)
    elif ratio < 1 / MOST_STRETCH:
        low_y, height = _at_least(low_y, low_y + height, height / (ratio * MOST_STRETCH))
    grid = grid_of(route.plan)
    low_x = _inside(low_x, width, *grid.width(xs))
    low_y = _inside(low_y, height, *grid.rows)
    return Window(low_x, low_y, width, height, area)


def _interesting(route: RouteMap) -> tuple[list[float], list[float]]:
    xs: list[float] = [x for x, _ in route.leg]
    ys: list[float] = [y for _, y in route.leg]
    for rack in (route.target, route.wrong):
        if rack is not None:
            xs += [rack.x_mm, rack.x_mm + rack.w_mm]
            ys += [rack.y_mm, rack.y_mm + rack.h_mm]
    coming = sorted((stop for stop in route.stops if stop.state == "later"), key=lambda stop: stop.number)
    for stop in [s for s in route.stops if s.state == "now"] + coming[:STOPS_AHEAD]:
        xs.append(stop.x_mm)
        ys.append(stop.y_mm)
    for x, y in _way_to(route.later, coming[0] if coming else None):
        xs.append(x)
        ys.append(y)
    if route.here is not None:
        xs.append(route.here[0])
        ys.append(route.here[1])
    if not xs:
        return [0, route.plan.width_mm], [0, route.plan.height_mm]
    return xs, ys


def _way_to(later: tuple[tuple[int, int], ...], stop: MapStop | None) -> tuple[tuple[int, int], ...]:
    """The part of the later walk that leads to the next stop, so that its turns are in sight."""
    if stop is None:
        return ()
    for index, ((x0, y0), (x1, y1)) in enumerate(pairwise(later)):
        near_x = min(x0, x1) - NEAR_MM <= stop.x_mm <= max(x0, x1) + NEAR_MM
        if near_x and min(y0, y1) - NEAR_MM <= stop.y_mm <= max(y0, y1) + NEAR_MM:
            return later[: index + 1]
    return ()


def _target(route: RouteMap, xs: list[float], ys: list[float]) -> tuple[float, float]:
    """Where the leg ends."""
    return route.leg[-1] if route.leg else (sum(xs) / len(xs), sum(ys) / len(ys))


def _at_most(low: float, high: float, kept: float, span: float) -> tuple[float, float]:
    """Shortens an interval to `span`: it keeps the place `kept`, with no more than three quarters on either side."""
    if high - low <= span:
        return low, high
    if high - kept <= span * 0.75:
        return high - span, high
    if kept - low <= span * 0.75:
        return low, low + span
    return kept - span / 2, kept + span / 2


def _at_least(low: float, high: float, span: float) -> tuple[float, float]:
    """Widens an interval around its middle to at least `span`; (low, span)."""
    width = high - low
    return (low, width) if width >= span else (low - (span - width) / 2, span)


Bays = tuple[tuple[int, int], ...]
"""Racks that stand behind one another: (y, height) of each, mm, from south to north."""


@dataclass(frozen=True, slots=True)
class Column:
    """The racks along one side of an aisle. On most floors all aisles have the very same `bays`."""

    x_mm: int
    w_mm: int
    bays: Bays


@dataclass(frozen=True, slots=True)
class Grid:
    """The racks of a plan by columns, so that a window of a large floor asks only for those in sight."""

    plan: FloorPlan
    columns: tuple[Column, ...]
    first_x: float
    last_x: float
    rows: tuple[float, float]
    """From the lower ends of the aisles to the upper ones: what lies outside is seldom walked."""

    def width(self, xs: list[float]) -> tuple[float, float]:
        """From the first rack to the last one, and as far as the walk itself goes."""
        if not self.plan.racks:
            return 0, self.plan.width_mm
        return min(self.first_x, *xs), max(self.last_x, *xs)


_GRIDS: list[Grid] = []


def grid_of(plan: FloorPlan) -> Grid:
    """The grid of a plan; that of the last one is kept, for every View of a walk carries the same plan."""
    if not _GRIDS or _GRIDS[0].plan is not plan:
        _GRIDS[:] = [_grid(plan)]
    return _GRIDS[0]


def _grid(plan: FloorPlan) -> Grid:
    columns: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for rack in plan.racks:
        columns.setdefault((rack.x_mm, rack.w_mm), []).append((rack.y_mm, rack.h_mm))
    same: dict[Bays, Bays] = {}
    every = [*(aisle.x_mm for aisle in plan.aisles), *(r.x_mm for r in plan.racks)]
    by_side = {side: tuple(sorted(bays)) for side, bays in columns.items()}
    last = [*(aisle.x_mm for aisle in plan.aisles), *(r.x_mm + r.w_mm for r in plan.racks)]
    ends = [y for aisle in plan.aisles for y in (aisle.y0_mm, aisle.y1_mm)]
    return Grid(
        plan,
        tuple(Column(x, w, same.setdefault(b, b)) for (x, w), b in sorted(by_side.items())),
        min(every, default=0),
        max(last, default=0),
        (min(ends), max(ends)) if ends else (0, plan.height_mm),
    )


def _inside(low: float, span: float, first: float, last: float) -> float:
    """Moves an interval into the floor (and its margin), or to its middle when it is larger."""
    if span >= last - first + 2 * EDGE_MM:
        return (first + last - span) / 2
    return min(max(low, first - EDGE_MM), last + EDGE_MM - span)


@shows(RouteMap)
class RouteCard(PanelWidget[RouteMap]):
    stretch: ClassVar[float] = 4.0
    beneath: ClassVar[float] = 0.5

    def __init__(self, look: Look, parent: object | None = None) -> None:
        super().__init__(look, parent)  # type: ignore[arg-type]
        self._floors: dict[tuple[object, ...], QPixmap] = {}
        self._racks: dict[tuple[int, int, float], QPixmap] = {}

    @classmethod
    def least_height(cls, look: Look, panel: RouteMap, width: float) -> float:
        return look.theme.px(280)

    def draw(self, canvas: Canvas, panel: RouteMap, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        self._head(canvas, panel, QRectF(pad, u(10), rect.width() - 2 * pad, u(38)))
        card = QRectF(pad, u(56), rect.width() - 2 * pad, rect.height() - u(56) - (u(8) if self.joined_below else pad))
        canvas.box(card, 8, "map")
        words = panel.start or panel.end
        area = card.adjusted(u(6), u(NAME_STRIP), -u(6), -u(END_STRIP) if words else -u(8))
        window = choose_window(panel, area)
        with canvas.within(card, 8):
            self._floor(canvas, panel.plan, window)
            self._names(canvas, panel, window, card)
            self._marked(canvas, panel, window)
            with canvas.within(window.area.adjusted(-u(6), -u(2), u(6), u(2))):
                self._paths(canvas, panel, window)
            self._stops(canvas, panel, window)
            if words:
                self._ends(canvas, panel, window, card)

    def _head(self, canvas: Canvas, panel: RouteMap, rect: QRectF) -> None:
        u = canvas.u
        distance, style = canvas.say(panel.distance), Style("body", 600)
        width = min(canvas.width(distance, style), rect.width() * 0.6)
        canvas.words(QRectF(rect.right() - width, rect.top(), width + 1, rect.height()), distance, style, "ink2", RIGHT)
        area = QRectF(rect.left(), rect.top(), rect.width() - width - u(14), rect.height())
        canvas.words(area, canvas.say(panel.title), Style("lead", 700), "ink")

    # ---- what stands still

    def _floor(self, canvas: Canvas, plan: FloorPlan, window: Window) -> None:
        """The racks, painted once for each window of each layout version."""
        ratio = self.devicePixelRatioF()
        key = (plan.version, window.x, window.y, window.w, window.h, window.area.width(), window.area.height(), ratio)
        floor = self._floors.get(key)
        if floor is None:
            if len(self._floors) >= CACHED:
                self._floors.clear()
            floor = self._floors[key] = self._paint_floor(plan, window, ratio)
        canvas.pixmap(window.area, floor)

    def _paint_floor(self, plan: FloorPlan, window: Window, ratio: float) -> QPixmap:
        """One picture of a rack for each size and one of a column for each kind, set down at whole pixels: a floor has
        hundreds of racks in sight, and all its aisles are nearly alike."""
        theme, area = self.look.theme, window.area
        pixmap = QPixmap(max(1, round(area.width() * ratio)), max(1, round(area.height() * ratio)))
        pixmap.fill(theme.colour("map"))
        painter = QPainter(pixmap)
        across, gap = pixmap.width() / window.w, 0.8 * theme.scale * ratio
        strips: dict[tuple[int, int], QPixmap] = {}
        for column in grid_of(plan).columns:
            if column.x_mm >= window.x + window.w or column.x_mm + column.w_mm <= window.x:
                continue
            left = round((column.x_mm - window.x) * across + gap)
            width = max(1, round((column.x_mm + column.w_mm - window.x) * across - gap) - left)
            kind = id(column.bays), width  # those that are equal are one
            if kind not in strips:
                strips[kind] = self._strip(column.bays, width, pixmap.height(), window, ratio)
            painter.drawPixmap(left, 0, strips[kind])
        painter.end()
        return pixmap

    def _strip(self, bays: Bays, width: int, height: int, window: Window, ratio: float) -> QPixmap:
        """One column of racks as far as the window shows it; `width` and `height` in device pixels."""
        strip = QPixmap(width, height)
        strip.fill(self.look.theme.colour("map"))
        painter = QPainter(strip)
        up, gap = height / window.h, 0.8 * self.look.theme.scale * ratio
        for y, tall in bays:
            if y < window.y + window.h and y + tall > window.y:
                top = round(height - (y + tall - window.y) * up + gap)
                bottom = round(height - (y - window.y) * up - gap)
                painter.drawPixmap(0, top, self._rack(width, max(1, bottom - top), ratio))
        painter.end()
        return strip

    def _rack(self, width: int, height: int, ratio: float) -> QPixmap:
        """A rack of so many device pixels."""
        rack = self._racks.get((width, height, ratio))
        if rack is None:
            if len(self._racks) >= CACHED_RACKS:
                self._racks.clear()
            rack = self._racks[width, height, ratio] = QPixmap(width, height)
            rack.fill(self.look.theme.colour("map"))
            painter = QPainter(rack)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.look.theme.colour("rack"))
            corner = self.look.theme.px(2) * ratio
            painter.drawRoundedRect(QRectF(0, 0, width, height), corner, corner)
            painter.end()
        return rack

    def _names(self, canvas: Canvas, panel: RouteMap, window: Window, card: QRectF) -> None:
        """Aisle names above their aisles; the current one always, its neighbours where there is room."""
        u = canvas.u
        seen = [a for a in panel.plan.aisles if window.x <= a.x_mm <= window.x + window.w]
        taken: list[tuple[float, float]] = []
        for aisle in sorted(seen, key=lambda a: (a.name != panel.aisle, a.x_mm)):
            current = aisle.name == panel.aisle
            style = Style("cap", 800 if current else 500, tabular=False)
            width = canvas.width(aisle.name, style)
            middle = window.point(aisle.x_mm, 0).x()
            left = min(max(middle - width / 2, card.left() + u(4)), card.right() - width - u(4))
            if any(left < end + u(8) and start < left + width + u(8) for start, end in taken):
                continue
            taken.append((left, left + width))
            area = QRectF(left, card.top() + u(3), width + 1, u(NAME_STRIP - 6))
            canvas.words(area, aisle.name, style, "ink" if current else "ink3", kind="code")

    def _marked(self, canvas: Canvas, panel: RouteMap, window: Window) -> None:
        edge = canvas.u(3)
        if panel.wrong is not None:
            shape = window.rect(panel.wrong).adjusted(-edge, -edge, edge, edge)
            canvas.box(shape, 4, "err_fill", "err", 2.4)
            size = min(shape.width(), shape.height(), canvas.u(26))
            place = QRectF(shape.center().x() - size / 2, shape.center().y() - size / 2, size, size)
            canvas.icon("x", place, "on_err_fill", 3.4)
        if panel.target is not None:
            shape = window.rect(panel.target).adjusted(-edge, -edge, edge, edge)
            canvas.box(shape, 4, "route", "ink", 2.6)

    # ---- what moves

    def _paths(self, canvas: Canvas, panel: RouteMap, window: Window) -> None:
        def points(places: tuple[tuple[float, float], ...]) -> list[QPointF]:
            return [window.point(x, y) for x, y in places]

        for piece in in_sight(panel.walked, window):
            canvas.path(points(piece), "walked", 3.2)
        for piece in in_sight(panel.later, window):
            canvas.path(points(piece), "route", 3.2, (2.2, 1.2), flat=True)  # round ends cost six times as much
        for colour, width in (("map", 13.0), ("route", 7.0)):
            for piece in in_sight(panel.leg, window):
                canvas.path(points(piece), colour, width)

    def _stops(self, canvas: Canvas, panel: RouteMap, window: Window) -> None:
        u = canvas.u
        inside = [stop for stop in panel.stops if window.holds(stop.x_mm, stop.y_mm)]
        for stop in inside:
            if stop.state == "done":
                self._done(canvas, window.point(stop.x_mm, stop.y_mm))
        now = [stop for stop in inside if stop.state == "now"]
        later = sorted((s for s in inside if s.state == "later"), key=lambda stop: stop.number)
        taken = [window.point(stop.x_mm, stop.y_mm) for stop in now]
        for stop in later:
            place = window.point(stop.x_mm, stop.y_mm)
            place.setX(min(max(place.x(), window.area.left() + u(15)), window.area.right() - u(15)))
            centre = free_place(place, taken, u(38))
            if centre is None:
                continue
            taken.append(centre)
            self._later(canvas, stop, centre)
        if panel.here is not None:
            centre, r = window.point(*panel.here), u(11)
            canvas.box(QRectF(centre.x() - r, centre.y() - r, 2 * r, 2 * r), 11, "route", "map", 3)
        for stop in now:
            centre, r = window.point(stop.x_mm, stop.y_mm), u(19)
            disc = QRectF(centre.x() - r, centre.y() - r, 2 * r, 2 * r)
            canvas.box(disc, 19, "route", "map", 3)
            canvas.words(disc, str(stop.number), Style(24, 800), "on_accent", CENTRE, kind="figure")

    def _done(self, canvas: Canvas, centre: QPointF) -> None:
        r = canvas.u(9)
        canvas.box(QRectF(centre.x() - r, centre.y() - r, 2 * r, 2 * r), 9, "map", "walked", 2)
        half = r * 0.7
        canvas.icon("check", QRectF(centre.x() - half, centre.y() - half, 2 * half, 2 * half), "ink3", 3.4)

    def _later(self, canvas: Canvas, stop: MapStop, centre: QPointF) -> None:
        r = canvas.u(17)
        disc = QRectF(centre.x() - r, centre.y() - r, 2 * r, 2 * r)
        canvas.box(disc, 17, "surface", "route", 2.4)
        canvas.words(disc, str(stop.number), Style("cap", 700), "ink", CENTRE, kind="figure")

    def _ends(self, canvas: Canvas, panel: RouteMap, window: Window, card: QRectF) -> None:
        """Where the walk began and where it ends, under the place when it is in sight."""
        u, style = canvas.u, Style("cap", 500)
        start, end = canvas.say(panel.start), canvas.say(panel.end)
        first = panel.walked[0] if panel.walked else panel.leg[0] if panel.leg else None
        last = panel.later[-1] if panel.later else panel.leg[-1] if panel.leg else None
        taken = card.left()
        for words, place in sorted(((start, first), (end, last)), key=lambda pair: pair[1] or (0, 0)):
            if not words or place is None or not window.x <= place[0] <= window.x + window.w:
                continue
            if abs(place[1] - window.y) > window.h * 0.35:
                continue
            width = canvas.width(words, style)
            left = window.point(*place).x() - width / 2
            left = min(max(left, taken + u(10)), card.right() - width - u(10))
            if left < taken + u(6):
                continue
            canvas.words(QRectF(left, card.bottom() - u(END_STRIP), width + 1, u(END_STRIP - 4)), words, style, "ink3")
            taken = left + width


def in_sight(walk: tuple[tuple[int, int], ...], window: Window) -> list[tuple[tuple[float, float], ...]]:
    """The pieces of a walk that come into the window, cut off beside it: a long way costs no more than what is seen."""
    low_x, high_x = window.x - NEAR_MM, window.x + window.w + NEAR_MM
    low_y, high_y = window.y - NEAR_MM, window.y + window.h + NEAR_MM
    pieces: list[list[tuple[float, float]]] = [[]]
    for (x0, y0), (x1, y1) in pairwise(walk):
        if max(x0, x1) < low_x or min(x0, x1) > high_x or max(y0, y1) < low_y or min(y0, y1) > high_y:
            if pieces[-1]:
                pieces.append([])
            continue
        begin = (min(max(x0, low_x), high_x), min(max(y0, low_y), high_y))
        end = (min(max(x1, low_x), high_x), min(max(y1, low_y), high_y))
        if pieces[-1] and pieces[-1][-1] != begin:
            pieces.append([])
        pieces[-1] += [end] if pieces[-1] else [begin, end]
    return [tuple(piece) for piece in pieces if piece]


def free_place(wanted: QPointF, taken: list[QPointF], apart: float) -> QPointF | None:
    """The place itself, or one beside it that keeps its distance from those taken; None when all are too near."""
    for dx, dy in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (0, 2), (0, -2)):
        place = QPointF(wanted.x() + dx * apart * 0.75, wanted.y() + dy * apart * 0.75)
        if all(abs(place.x() - t.x()) ** 2 + abs(place.y() - t.y()) ** 2 >= apart**2 * 0.95 for t in taken):
            return place
    return None
