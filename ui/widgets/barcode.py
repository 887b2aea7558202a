"""Paints a barcode from its modules on whole device pixels, so that a scanner can read it off the screen."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF

from reports.barcodes import code128_modules
from ui.widgets.canvas import Canvas

QUIET_ZONE = 10  # modules of white on both sides (ISO/IEC 15417)


@lru_cache(maxsize=512)
def modules(code: str) -> str:
    """The bars of a Code 128 as "1" (black) and "0"."""
    return code128_modules(code)


def module_width(code: str, width: float) -> int:
    """How many whole pixels a module may be wide in `width` pixels, quiet zones included (0: it does not fit)."""
    return int(width // (len(modules(code)) + 2 * QUIET_ZONE))


def least_width(code: str, unit: int) -> float:
    """The width in pixels at which a module of this code is `unit` pixels wide, quiet zones included."""
    try:
        return float((len(modules(code)) + 2 * QUIET_ZONE) * unit)
    except ValueError:
        return 0.0


def draw_barcode(canvas: Canvas, code: str, rect: QRectF) -> bool:
    """Black bars on white paper, as wide as whole pixels allow. False (and nothing drawn) when the code is too long
    for the place, or holds what Code 128 cannot (a code of the site's own, in another script)."""
    try:
        bars = modules(code)
    except ValueError:
        return False
    unit = module_width(code, rect.width())
    if unit < 1:
        return False
    whole = QRectF(round(rect.x()), round(rect.y()), round(rect.width()), round(rect.height()))
    canvas.fill(whole, "paper")
    x, top, height = round(whole.left() + (whole.width() - len(bars) * unit) / 2), int(whole.top()), int(whole.height())
    canvas.bars(tuple((x + start * unit, top, length * unit, height) for start, length in runs(bars)), "bars")
    return True


def runs(bars: str) -> list[tuple[int, int]]:
    """The black bars as (first module, modules)."""
    found: list[tuple[int, int]] = []
    start = -1
    for index, module in enumerate(bars + "0"):
        if module == "1" and start < 0:
            start = index
        elif module == "0" and start >= 0:
            found.append((start, index - start))
            start = -1
    return found
