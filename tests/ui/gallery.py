"""Hand-built Views of every screen, and a script that photographs them: `python -m tests.ui.gallery OUTDIR [NAME…]`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.text import say
from app.view import (
    ScalePanel,
    View,
)
from tests.ui.gallery_keys import KEYS_GALLERY
from tests.ui.gallery_look_up import LOOK_UP_GALLERY
from tests.ui.gallery_pack import (
    BOX,
    GIFT,
    LINES,
    ORDER,
    PACK_40,
    PACK_CLOSED,
    PACK_ITEMS,
    PACK_LONG_STATION,
    PACK_NO_PAPER,
    PACK_NO_PICTURE,
    PACK_OFFLINE,
    PACK_OPEN,
    PACK_PRINTING,
    PACK_SCAN_LABEL,
    PACK_TOO_MANY,
    PACK_WEIGHT,
    PACK_WRONG,
    WRONG_GERMAN,
)
from tests.ui.gallery_pick import MUG, PICK_BIN, PICK_DONE, PICK_GERMAN, PICK_ITEM, PICK_PUT, PICK_SHORT, WRONG_BIN
from tests.ui.gallery_rest import (
    HELP_VIEW,
    HOME,
    HOME_EMPTY,
    HOME_FULL,
    OFFERS,
    ORDER_SHOWN,
    SCRIPTS,
    SIGN_IN,
    SIGN_IN_WAIT,
)

__all__ = [
    "GALLERY",
    "GIFT",
    "HOME",
    "LINES",
    "OFFERS",
    "ORDER",
    "PACK_ITEMS",
    "PACK_WRONG",
    "PICK_BIN",
    "PICK_ITEM",
    "PICK_PUT",
    "SIZES",
    "THEMES",
    "WRONG_BIN",
]

THEMES = ("day", "dark", "hc")
SIZES = ((1280, 800, 1.0, 4.92), (1920, 1080, 1.22, 5.56))

GALLERY: dict[str, View] = {
    "sign-in": SIGN_IN,
    "sign-in-wait": SIGN_IN_WAIT,
    "home": HOME,
    "home-empty": HOME_EMPTY,
    "home-full": HOME_FULL,
    "help": HELP_VIEW,
    "pick-bin": PICK_BIN,
    "pick-item": PICK_ITEM,
    "pick-put": PICK_PUT,
    "pick-short": PICK_SHORT,
    "pick-wrong-bin": WRONG_BIN,
    "pick-done": PICK_DONE,
    "pick-german": PICK_GERMAN,
    "pick-scripts": SCRIPTS,
    "pick-note": replace(PICK_BIN, object=(replace(MUG, note=say("Look-alike: compare the last digits")),)),
    "pack-open": PACK_OPEN,
    "pack-items": PACK_ITEMS,
    "pack-40-lines": PACK_40,
    "pack-no-picture": PACK_NO_PICTURE,
    "pack-wrong-item": PACK_WRONG,
    "pack-wrong-german": WRONG_GERMAN,
    "pack-too-many": PACK_TOO_MANY,
    "pack-weight-off": PACK_WEIGHT,
    "pack-no-reading": replace(PACK_ITEMS, object=(BOX, ScalePanel(None, False, None, None))),
    "pack-label-printing": PACK_PRINTING,
    "pack-scan-label": PACK_SCAN_LABEL,
    "pack-no-paper": PACK_NO_PAPER,
    "pack-closed": PACK_CLOSED,
    "pack-offline": PACK_OFFLINE,
    "pack-long": PACK_LONG_STATION,
    "pack-offers": OFFERS,
    "order": ORDER_SHOWN,
    **KEYS_GALLERY,
    **LOOK_UP_GALLERY,
}


def main(folder: Path, chosen: list[str]) -> None:
    """Writes NAME-THEME-WIDTHxHEIGHT.png and its JSON for all (or the named) Views."""
    from PySide6.QtWidgets import QApplication

    from ui.measure import offscreen_window, shot
    from ui.theme import Theme
    from ui.window import KioskWindow

    application = QApplication.instance() or QApplication(sys.argv[:1])
    for theme in THEMES:
        for width, height, scale, density in SIZES:
            window = offscreen_window(KioskWindow(Theme(theme, scale, density)), width, height)
            for name, view in GALLERY.items():
                if not chosen or name in chosen:
                    shot(window, view, folder / f"{name}-{theme}-{width}x{height}.png")
            window.close()
    del application


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
