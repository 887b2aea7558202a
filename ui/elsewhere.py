"""Another station of the same central, for scenes: it signs in, scans, and its program ends in the middle."""

from __future__ import annotations

import shutil

from app.settings import Home
from ui.simulated import SimulatedStation

CODE, NAME = "PACK01", "Pack 01"
OF_THE_STATION = ("station.sqlite*", "central.sqlite*", "*.lock", "devices", "spool", "elsewhere")
"""What a second station does not share with the first: its own file, its devices, and central, which is linked."""


def scanned_elsewhere(home: Home, codes: list[str]) -> None:
    """Scans `codes` at a second station of the central of `home`; what it began stays open there when it is gone.

    RuntimeError when a scan is refused: the scene would show something else than it says.
    """
    other = home.root / "elsewhere"
    if not other.exists():
        shutil.copytree(home.root, other, ignore=shutil.ignore_patterns(*OF_THE_STATION))
        (other / home.central_file.name).symlink_to(home.central_file)
    with SimulatedStation(Home(other), code=CODE, name=NAME) as station:
        for code in codes:
            if station.scan(code) == "wrong":
                raise RuntimeError(f"{code} was refused at {NAME}")
            station.settle()
