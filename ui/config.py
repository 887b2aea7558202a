"""`station.toml`: who this station is and what is plugged into it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from devices.config import ConfigError, Devices, from_toml


@dataclass(frozen=True, slots=True)
class StationConfig:
    """A station's name and its devices."""

    code: str
    name: str
    devices: Devices

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of devices that are there, as workflows ask for them."""
        media = {"label": "label_printer", "paper": "paper_printer"}
        found = {media[p.media] for p in self.devices.printers}
        return frozenset(found | ({"scale"} if self.devices.scales else set()))

    @property
    def chip_kinds(self) -> tuple[str, ...]:
        """The kinds of devices that have a chip, from left to right."""
        scanners = (*self.devices.scanners, *self.devices.wedges)
        there = (("scanner", scanners), ("scale", self.devices.scales), ("printer", self.devices.printers))
        return tuple(kind for kind, found in there if found)


def load_config(path: Path) -> StationConfig:
    """Reads `station.toml`; without the file a station STATION1 without devices. ConfigError names what is wrong."""
    if not path.exists():
        return StationConfig("STATION1", "Station 1", Devices())
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), "syntax", str(error), "a TOML file in UTF-8") from error
    station = document.get("station", {})
    if not isinstance(station, dict):
        raise ConfigError("[station]", "station", station, "a table with code and name")
    code, name = station.get("code", "STATION1"), station.get("name", "")
    if not (isinstance(code, str) and code.isascii() and code.isalnum() and code == code.upper() and len(code) <= 32):
        raise ConfigError("[station]", "code", code, "up to 32 capital letters and digits")
    if not isinstance(name, str):
        raise ConfigError("[station]", "name", name, "a name of up to 24 characters")
    return StationConfig(code, (name or code)[:24], from_toml(document))
