"""Makes the static TTFs of this folder out of the variable fonts of Fontsource: `python build.py NODE_MODULES OUT`.

Fontsource cuts a family into one file a script range; Qt wants whole static faces, because a variable font is set
too thin at small sizes by some rasterisers. So each wanted weight is instantiated from the `latin` and from the
`latin-ext` file, both are merged, and the name table is rewritten so that every face sits in one family by weight.
Needs fontTools and brotli (development tools only; the application never runs this).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold", 800: "ExtraBold"}
FAMILIES = {
    "next": ("Atkinson Hyperlegible Next", (400, 500, 600, 700, 800)),
    "mono": ("Atkinson Hyperlegible Mono", (500, 700)),
}


def instance(source: Path, weight: int, folder: Path) -> Path:
    """One weight of one script range as a static TTF in `folder`."""
    font = TTFont(source)
    static = instancer.instantiateVariableFont(font, {"wght": weight}, inplace=False)
    for table in ("STAT", "MVAR", "HVAR", "avar", "DSIG"):
        if table in static:
            del static[table]
    static.flavor = None
    target = folder / f"{source.stem}-{weight}.ttf"
    static.save(target)
    return target


def rename(font: TTFont, family: str, weight: int) -> None:
    """Writes the name table and OS/2 class of one static face."""
    style = WEIGHTS[weight]
    plain = weight in (400, 700)
    full = f"{family} {style}"
    names = {
        1: family if plain else full,
        2: style if plain else "Regular",
        4: full,
        6: full.replace(" ", "") if plain else f"{family.replace(' ', '')}-{style}",
        16: family,
        17: style,
    }
    table = font["name"]
    for record in [r for r in table.names if r.nameID in (1, 2, 3, 4, 6, 16, 17, 21, 22, 25)]:
        table.removeNames(nameID=record.nameID)
    for number, value in {**names, 3: f"packbay:{names[6]}"}.items():
        table.setName(value, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    bold = weight == 700
    font["OS/2"].fsSelection = (font["OS/2"].fsSelection & ~0x61) | (0x20 if bold else 0x40)
    font["head"].macStyle = 1 if bold else 0


def build(modules: Path, out: Path) -> None:
    """All faces of both families into `out`."""
    with tempfile.TemporaryDirectory() as scratch:
        for short, (family, weights) in FAMILIES.items():
            package = modules / f"@fontsource-variable/atkinson-hyperlegible-{short}" / "files"
            for weight in weights:
                ranges = [
                    instance(package / f"atkinson-hyperlegible-{short}-{r}-wght-normal.woff2", weight, Path(scratch))
                    for r in ("latin", "latin-ext")
                ]
                font = Merger().merge([str(r) for r in ranges])
                rename(font, family, weight)
                font["head"].modified = font["head"].created  # the same bytes every time
                font.recalcTimestamp = False
                font.save(out / f"{family.replace(' ', '')}-{WEIGHTS[weight]}.ttf")


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
