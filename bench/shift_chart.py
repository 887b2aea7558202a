"""Bars beside each other, as SVG: one row a name, one column of bars a measure. Reads on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

ROW, TOP, LABELS, COLUMN, GAP = 26, 40, 400, 230, 70
INKS = ("#c2571a", "#2a6fb0")
STYLE = (
    "text{font:14px sans-serif;fill:#1b1b1b}.head{font-weight:600}@media(prefers-color-scheme:dark){text{fill:#eee}}"
)


def drawn(labels: Sequence[str], columns: Sequence[tuple[str, Sequence[float]]]) -> str:
    """The picture. Each column of bars has its own scale, from zero to its largest value."""
    width, height = LABELS + len(columns) * (COLUMN + GAP), TOP + ROW * len(labels) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape(", ".join(name for name, _ in columns))}"><style>{STYLE}</style>'
    ]
    for n, label in enumerate(labels):
        parts.append(f'<text x="{LABELS - 12}" y="{_base(n)}" text-anchor="end">{escape(label)}</text>')
    for at, (name, values) in enumerate(columns):
        left, most = LABELS + at * (COLUMN + GAP), max([*values, 1e-9])
        parts.append(f'<text class="head" x="{left}" y="24">{escape(name)}</text>')
        for n, value in enumerate(values):
            wide = COLUMN * value / most
            top = TOP + n * ROW + 4
            parts.append(
                f'<rect x="{left}" y="{top}" width="{wide:.1f}" height="{ROW - 8}" fill="{INKS[at % len(INKS)]}"/>'
            )
            shown = f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
            parts.append(f'<text x="{left + wide + 6:.1f}" y="{_base(n)}">{shown}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _base(n: int) -> int:
    """The base line of the words of a row."""
    return TOP + n * ROW + 18
