"""The lines of an icon as points, for paper: a printer draws strokes, it knows no SVG.

Reads the elements that Lucide icons are made of. Curves become short straight lines; arcs follow the conversion of
SVG 1.1, appendix F.6.5.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as Tree
from collections.abc import Iterator
from functools import cache

from ui.icons import FOLDER, names

Point = tuple[float, float]
Stroke = tuple[Point, ...]
_TOKENS = re.compile(r"[MmLlHhVvCcSsQqTtAaZz]|-?(?:\d+\.\d*|\.\d+|\d+)(?:e-?\d+)?")
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_FLAGS = re.compile(r"[01]")
STEPS = 10


@cache
def strokes(name: str) -> tuple[Stroke, ...]:
    """The strokes of an icon in a square of 24 units, the origin in the upper left corner. ValueError: no such icon."""
    if name not in names():
        raise ValueError(f"there is no icon {name!r} in {FOLDER}")
    root = Tree.fromstring((FOLDER / f"{name}.svg").read_text("utf-8"))
    found: list[Stroke] = []
    for element in root:
        found += _element(element.tag.rpartition("}")[2], element.attrib)
    return tuple(stroke for stroke in found if stroke)


def as_text(name: str) -> str:
    """The strokes as one word a stroke: `x,y x,y;x,y …`, the form that `documents.CommandEntry.icon` has."""
    return ";".join(" ".join(f"{x:.2f},{y:.2f}" for x, y in stroke) for stroke in strokes(name))


def _element(tag: str, attributes: dict[str, str]) -> list[Stroke]:
    def number(key: str, default: float = 0.0) -> float:
        return float(attributes.get(key, default))

    match tag:
        case "path":
            return list(_path(attributes["d"]))
        case "circle" | "ellipse":
            rx, ry = number("rx", number("r")), number("ry", number("r"))
            return [_ellipse(number("cx"), number("cy"), rx, ry)]
        case "line":
            return [((number("x1"), number("y1")), (number("x2"), number("y2")))]
        case "polyline" | "polygon":
            values = [float(v) for v in re.split(r"[ ,]+", attributes["points"].strip())]
            points = tuple(zip(values[::2], values[1::2], strict=True))
            return [points + points[:1] if tag == "polygon" else points]
        case "rect":
            corner = number("rx", number("ry"))
            return [_rectangle(number("x"), number("y"), number("width"), number("height"), corner)]
        case _:
            raise ValueError(f"an icon holds <{tag}>, which no printer draws")


def _ellipse(cx: float, cy: float, rx: float, ry: float) -> Stroke:
    turns = [2 * math.pi * i / (3 * STEPS) for i in range(3 * STEPS + 1)]
    return tuple((cx + rx * math.cos(t), cy + ry * math.sin(t)) for t in turns)


def _rectangle(x: float, y: float, w: float, h: float, r: float) -> Stroke:
    points: list[Point] = []
    for cx, cy, start in (
        (x + w - r, y + r, -90),
        (x + w - r, y + h - r, 0),
        (x + r, y + h - r, 90),
        (x + r, y + r, 180),
    ):
        for i in range(STEPS + 1 if r else 1):
            angle = math.radians(start + 90 * i / STEPS)
            points.append((cx + r * math.cos(angle), cy + r * math.sin(angle)))
    return (*points, points[0])


# ---- paths ----------------------------------------------------------------------------------------------------------


def _path(data: str) -> Iterator[Stroke]:
    points: list[Point] = []
    here = start = control = (0.0, 0.0)
    for command, values in _commands(data):
        relative, letter = command.islower(), command.upper()
        if letter == "M":
            if len(points) > 1:
                yield tuple(points)
            here = start = _at(values, here, relative=relative)
            points = [here]
        elif letter == "Z":
            points.append(start)
            here = start
        else:
            bend, control = _segment(letter, values, here, control, relative=relative)
            points += bend
            here = bend[-1]
        if letter not in "CSQT":
            control = here
    if len(points) > 1:
        yield tuple(points)


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    """Each command with its numbers; a command that is left out repeats the one before."""
    command, position = "", 0
    values: list[float] = []
    while (found := _TOKENS.search(data, position)) is not None:
        position, token = found.end(), found.group()
        if token.isalpha():
            command, values = token, []
            if token in "Zz":
                yield token, []
            continue
        is_flag = command in "Aa" and len(values) in (3, 4)
        if is_flag and (flag := _FLAGS.match(token)) is not None:  # flags may stand without a blank behind them
            position = found.start() + flag.end()
            token = flag.group()
        values.append(float(token))
        if len(values) == _ARGUMENTS[command.upper()]:
            yield command, values
            values = []
            command = {"M": "L", "m": "l"}.get(command, command)


def _at(values: list[float], here: Point, *, relative: bool) -> Point:
    x, y = values[-2], values[-1]
    return (here[0] + x, here[1] + y) if relative else (x, y)


def _segment(
    letter: str, values: list[float], here: Point, control: Point, *, relative: bool
) -> tuple[list[Point], Point]:
    """The points of one segment without its first, and the control point that a smooth curve goes on from."""
    dx, dy = here if relative else (0.0, 0.0)
    match letter:
        case "H":
            return [(values[0] + dx, here[1])], here
        case "V":
            return [(here[0], values[0] + dy)], here
        case "L":
            return [(values[0] + dx, values[1] + dy)], here
        case "A":
            end = (values[5] + dx, values[6] + dy)
            return _arc(here, end, values[0], values[1], values[2], bool(values[3]), bool(values[4])), end
        case "Q":
            middle = (values[0] + dx, values[1] + dy)
            return _bend(here, middle, (values[2] + dx, values[3] + dy)), middle
        case "T":
            middle = (2 * here[0] - control[0], 2 * here[1] - control[1])
            return _bend(here, middle, (values[0] + dx, values[1] + dy)), middle
        case _:
            pairs = [(values[i] + dx, values[i + 1] + dy) for i in range(0, len(values), 2)]
            if letter == "S":
                pairs = [(2 * here[0] - control[0], 2 * here[1] - control[1]), *pairs]
            return _curve(here, *pairs), pairs[1]


def _bend(a: Point, middle: Point, d: Point) -> list[Point]:
    """A quadratic curve: the cubic one with the same shape."""
    b = (a[0] + 2 / 3 * (middle[0] - a[0]), a[1] + 2 / 3 * (middle[1] - a[1]))
    c = (d[0] + 2 / 3 * (middle[0] - d[0]), d[1] + 2 / 3 * (middle[1] - d[1]))
    return _curve(a, b, c, d)


def _curve(a: Point, b: Point, c: Point, d: Point) -> list[Point]:
    found = []
    for i in range(1, STEPS + 1):
        t, u = i / STEPS, 1 - i / STEPS
        weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        x = sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True))
        y = sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True))
        found.append((x, y))
    return found


def _arc(a: Point, b: Point, rx: float, ry: float, turn: float, large: bool, sweep: bool) -> list[Point]:
    """An elliptic arc from `a` to `b` (SVG 1.1, F.6.5): its centre is found from its ends."""
    if a == b or not rx or not ry:
        return [b]
    phi = math.radians(turn)
    cos, sin = math.cos(phi), math.sin(phi)
    hx, hy = (a[0] - b[0]) / 2, (a[1] - b[1]) / 2
    x, y = cos * hx + sin * hy, cos * hy - sin * hx
    grow = math.sqrt(max(1.0, (x / rx) ** 2 + (y / ry) ** 2))
    rx, ry = rx * grow, ry * grow
    rest = (rx * ry) ** 2 - (rx * y) ** 2 - (ry * x) ** 2
    root = math.sqrt(max(0.0, rest / ((rx * y) ** 2 + (ry * x) ** 2))) * (-1 if large == sweep else 1)
    ox, oy = root * rx * y / ry, -root * ry * x / rx
    cx, cy = cos * ox - sin * oy + (a[0] + b[0]) / 2, sin * ox + cos * oy + (a[1] + b[1]) / 2
    start = math.atan2((y - oy) / ry, (x - ox) / rx)
    span = math.atan2((-y - oy) / ry, (-x - ox) / rx) - start
    if sweep and span < 0:
        span += 2 * math.pi
    elif not sweep and span > 0:
        span -= 2 * math.pi
    found = []
    for i in range(1, STEPS + 1):
        t = start + span * i / STEPS
        px, py = rx * math.cos(t), ry * math.sin(t)
        found.append((cos * px - sin * py + cx, sin * px + cos * py + cy))
    return found
