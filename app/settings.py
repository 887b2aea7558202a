"""Where a home lies and what is in it. `PACKBAY_HOME` wins; else the platform's data folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path


@dataclass(frozen=True, slots=True)
class Home:
    """One folder that holds both databases, the spool and the logs of one machine."""

    root: Path

    @property
    def central_file(self) -> Path:
        return self.root / "central.sqlite"

    @property
    def station_file(self) -> Path:
        return self.root / "station.sqlite"

    @property
    def spool(self) -> Path:
        """Bytes on their way to a printer, one file a print job."""
        return self.root / "spool"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def pictures(self) -> Path:
        """Product pictures, `<key>.png`; a product without one has a designed empty state."""
        return self.root / "pictures"

    @property
    def config_file(self) -> Path:
        """Devices and station name (TOML); see docs/devices.md."""
        return self.root / "station.toml"

    @property
    def pepper_file(self) -> Path:
        """The key of the PINs, for this user alone; never in a database (docs/security.md)."""
        return self.root / "pepper"

    def make(self) -> Home:
        """Creates the folders, private to this user."""
        for folder in (self.root, self.spool, self.logs, self.pictures):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self


def home(root: str | os.PathLike[str] | None = None) -> Home:
    """The home named by the argument, by `PACKBAY_HOME`, or the platform's data folder (in this order)."""
    chosen = root or os.environ.get("PACKBAY_HOME")
    return Home(Path(chosen).expanduser().absolute() if chosen else user_data_path("packbay"))
