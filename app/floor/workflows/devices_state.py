"""What the device page holds: which page is open, and what was read on it."""

from __future__ import annotations

from dataclasses import dataclass

from app.barcodes import own_code
from app.text import Text

TEST_CODE = own_code("TEST1")
"""A code that nothing here has: it is only read back."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A test read: what came, with which scanner, when (local time), what it means here (nothing for the test code)."""

    text: str
    device: str
    time: str
    meaning: Text


@dataclass(frozen=True, slots=True)
class DevicesState:
    """The open page ("" for the list), the device that it is about, what was read on it; `coarse`: large steps.

    `page` counts the pages of the list that is shown, `back` is that of the list of devices behind it.
    """

    open: str = ""
    name: str = ""
    page: int = 0
    back: int = 0
    reads: tuple[ReadBack, ...] = ()
    coarse: bool = False
