"""How far a long command is: one line on stderr that is drawn over and over, where a person looks on."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

EVERY_NS = 100_000_000
BAR = 24
_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"), (1, "bytes"))


def size_words(size: int) -> str:
    """A number of bytes as people write it."""
    scale, unit = next((u for u in _UNITS if size >= u[0]), _UNITS[-1])
    return f"{size / scale:.0f} {unit}"


class Progress:
    """The line of one file: bytes read of all, how many orders, how many a second; `of_rows` counts rows alone.

    Silent unless `out` is a terminal; `shown=False` silences it there too (with `--json`).
    """

    def __init__(
        self,
        name: str,
        total: int,
        *,
        shown: bool = True,
        out: TextIO | None = None,
        mono_ns: Callable[[], int] = time.monotonic_ns,
        of_rows: bool = False,
    ) -> None:
        self._of_rows = of_rows
        self._name = name
        self._total = max(total, 1)
        self._out = out or sys.stderr
        self._shown = shown and self._out.isatty()
        self._mono_ns = mono_ns
        self._began = self._drawn = mono_ns()
        self._position = 0
        self._width = 0
        self.orders = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._width:
            self._out.write("\r" + " " * self._width + "\r")
            self._out.flush()

    def seen(self, position: int) -> None:
        """One more order was read; the file is read up to here."""
        self.orders += 1
        self._position = position
        if self._shown and self._mono_ns() - self._drawn >= EVERY_NS:
            self._draw()

    @property
    def position(self) -> int:
        """How far the file is in."""
        return self._position

    def reached(self, row: int) -> None:
        """A part of a table is in, up to this row."""
        self.orders = self._position = row
        if self._shown and self._mono_ns() - self._drawn >= EVERY_NS:
            self._draw()

    def line(self, columns: int = 0) -> str:
        """The line as it is drawn, in so many columns: the file's name gives way."""
        share = min(self._position / self._total, 1.0)
        full = round(share * BAR)
        spent = max(self._mono_ns() - self._began, 1) / 1e9
        rate = f"{self.orders / spent:,.0f}".replace(",", " ")
        done = f"{self.orders:,}".replace(",", " ")
        bar = "#" * full + "." * (BAR - full)
        rest = f" [{bar}] {share:4.0%} of {size_words(self._total)}, {done} orders, {rate} a second"
        if self._of_rows:
            total = f"{self._total:,}".replace(",", " ")
            rest = f" [{bar}] {share:4.0%} of {total} rows, {rate} a second"
        room = columns - len(rest) if columns else len(self._name)
        name = self._name if len(self._name) <= room else self._name[: max(room - 1, 0)] + "…"
        return (name + rest)[: columns or None]

    def _draw(self) -> None:
        line = self.line(shutil.get_terminal_size().columns - 1)
        self._out.write("\r" + line.ljust(self._width))
        self._out.flush()
        self._drawn, self._width = self._mono_ns(), len(line)
