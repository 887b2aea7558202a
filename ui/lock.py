"""One kiosk a home: the station's file has one writer. The lock goes with the process, however that ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class StationLock:
    """Holds a lock file as long as it lives. ValueError when another process holds it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise ValueError(
                f"another kiosk already runs on the home {path.parent}: close it, or give this one a home of its own "
                "(PACKBAY_HOME)"
            ) from error

    def release(self) -> None:
        """Lets another kiosk in."""
        os.close(self._file)
