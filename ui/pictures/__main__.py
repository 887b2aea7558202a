"""Draws the packaged product pictures: `python -m ui.pictures [FOLDER]`. Our own work, given away under CC0 1.0."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QGuiApplication

from ui.pictures import KEYS_FILE, PACKAGED, home, kitchen, wear
from ui.pictures.brush import Board

CATALOGUE: dict[str, Callable[[Board], None]] = {
    "apron-green": kitchen.apron,
    "beanie-mustard": lambda b: wear.beanie(b, "#D69B2D", "#B87C1B"),
    "beanie-navy": lambda b: wear.beanie(b, "#2F4A73", "#24395A"),
    "book-atlas": lambda b: home.book(b, "#234E70", "#F2E3C0"),
    "book-garden": lambda b: home.book(b, "#5C7A3A", "#F4E9CF"),
    "bottle-blue": lambda b: kitchen.bottle(b, "#2E6F9E"),
    "bottle-sage": lambda b: kitchen.bottle(b, "#7F9C83"),
    "bowl-white": lambda b: kitchen.bowl(b, "#E9E5DC", "#B8C4C6"),
    "brush-set": home.brush_set,
    "cable-usb": wear.cable,
    "candle-amber": lambda b: home.candle(b, "#CF8A42", "#7A4A1E"),
    "candle-sage": lambda b: home.candle(b, "#8DA58A", "#3F5A3E"),
    "chocolate-dark": lambda b: kitchen.chocolate(b, "#6B2138", "#F2E3C9"),
    "chocolate-milk": lambda b: kitchen.chocolate(b, "#2F6F8F", "#F6EEDC"),
    "coffee-bag": lambda b: kitchen.coffee_bag(b, "#34302C", "#EBDDC2"),
    "cutting-board": kitchen.board,
    "gloves-plum": wear.gloves,
    "headphones": wear.headphones,
    "honey-jar": kitchen.honey,
    "kettle-copper": kitchen.kettle,
    "knife-chef": kitchen.knife,
    "lamp-table": home.lamp,
    "mug-blue": lambda b: kitchen.mug(b, "#4F7FA8", "#DCE8F2"),
    "mug-grey": lambda b: kitchen.mug(b, "#A9B5BD", "#56626C"),
    "mug-rust": lambda b: kitchen.mug(b, "#B5613C", "#F0D8C6"),
    "notebook-green": lambda b: home.notebook(b, "#1F5B57", "#17443F", "#E3A93C"),
    "notebook-red": lambda b: home.notebook(b, "#A33A3A", "#7C2A2A", "#2B3238"),
    "pen-set": home.pens,
    "plant-pot": home.plant_pot,
    "poster-tube": home.poster_tube,
    "power-bank": wear.power_bank,
    "puzzle-box": home.puzzle,
    "scarf-wool": lambda b: wear.scarf(b, "#D8C6A3", "#A98A5E"),
    "shirt-navy": lambda b: wear.shirt(b, "#2B3F63", "#E9D7B8"),
    "soap-lavender": lambda b: home.soap(b, "#B6A5CF", "#D2C6E4", "#9B87B9"),
    "soap-rose": lambda b: home.soap(b, "#E8B7A6", "#F2CFC2", "#D99A85"),
    "socks-striped": lambda b: wear.socks(b, "#4E7A8C", "#E9D7B8"),
    "tea-tin": lambda b: kitchen.tea_tin(b, "#A03048", "#3E7C4A"),
    "tea-tin-green": lambda b: kitchen.tea_tin(b, "#3F6B4C", "#8AA84A"),
    "tote-bag": home.tote,
    "towel-linen": lambda b: kitchen.towel(b, "#DCD3C0", "#6E8FA3"),
    "vase-white": home.vase,
}


def main(folder: Path = PACKAGED) -> None:
    application = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    folder.mkdir(parents=True, exist_ok=True)
    for key, draw in CATALOGUE.items():
        board = Board()
        draw(board)
        board.done().save(str(folder / f"{key}.png"))
    if folder == PACKAGED:
        KEYS_FILE.write_text("\n".join(CATALOGUE) + "\n", "utf-8")
    del application


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGED)
