"""A serial cable that can be pulled: a pty whose far end lies under a link, like /dev/serial/by-id."""

from __future__ import annotations

import contextlib
import os
import threading
import tty
from collections.abc import Callable
from pathlib import Path

from devices.simulated.waiting import heard, takes


class Cable:
    """One end of a cable. `heard(bytes)` is called on a thread of the cable with what the station sends.

    `link` is where the station finds it; without one, `path` is the pty itself and changes with every plug.
    """

    def __init__(self, link: Path | None, heard: Callable[[bytes], None]) -> None:
        self._link = link
        self._heard = heard
        self._lock = threading.Lock()
        self._master = self._slave = -1
        self._stop_out, self._stop_in = -1, -1
        self._thread: threading.Thread | None = None
        self._pty = ""

    @property
    def path(self) -> str:
        """What the station opens."""
        return str(self._link) if self._link is not None else self._pty

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self._master >= 0

    def plug(self) -> None:
        """A new pty under the old link; nothing happens when it is in already."""
        with self._lock:
            if self._master >= 0:
                return
            self._master, self._slave = os.openpty()
            tty.setraw(self._slave)
            os.set_blocking(self._master, False)
            self._pty = os.ttyname(self._slave)
            self._stop_out, self._stop_in = os.pipe()
            if self._link is not None:
                self._point(self._link)
            self._thread = threading.Thread(target=self._listen, name="cable", daemon=True)
            self._thread.start()

    def unplug(self) -> None:
        """The device vanishes: the link is gone and whoever has it open reads an error."""
        with self._lock:
            if self._master < 0 or self._thread is None:
                return
            if self._link is not None:
                self._link.unlink(missing_ok=True)
            os.close(self._stop_in)
        self._thread.join()
        with self._lock:
            for descriptor in (self._master, self._slave, self._stop_out):
                os.close(descriptor)
            self._master = self._slave = -1

    def write(self, data: bytes) -> None:
        """Sends all bytes; OSError when the cable is out or the station has not read for two seconds."""
        while data:
            with self._lock:
                if self._master < 0:
                    raise OSError("the cable is unplugged")
                master = self._master
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(master, data) :]
                    continue
            if not takes(master, 2.0):
                raise OSError("the station does not read")

    def _point(self, link: Path) -> None:
        """Puts the link in place in one step, so that nobody ever finds half of it."""
        link.parent.mkdir(parents=True, exist_ok=True)
        fresh = link.with_name(f".{link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self._pty)
        fresh.replace(link)

    def _listen(self) -> None:
        while True:
            if self._stop_out in heard(self._master, self._stop_out):
                return
            with contextlib.suppress(BlockingIOError):
                self._heard(os.read(self._master, 4096))
