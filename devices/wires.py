"""The one place that opens things: a device path, a USB device by its numbers, a serial server on the network.

A wire is a file descriptor that never blocks; who reads and writes it uses `os.read` and `os.write`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import termios
from typing import Protocol

import serial
from serial.tools import list_ports

from app.text import NOTHING, Text, say
from devices.config import LineSettings

PARITIES = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}


class WireLost(OSError):
    """A wire cannot be opened, or broke. `detail` is a short phrase for a chip, `advice` what a person can do."""

    def __init__(self, number: int, detail: str, advice: Text = NOTHING) -> None:
        super().__init__(number, detail)
        self.detail = detail
        self.advice = advice


class Wire(Protocol):
    """An open way to a device."""

    @property
    def connecting(self) -> bool:
        """Whether the other end has not agreed yet: wait until the descriptor is writable, then `finish`."""

    def fileno(self) -> int:
        """The descriptor, without blocking."""

    def finish(self) -> None:
        """Ends connecting; raises OSError when the other end refused."""

    def close(self) -> None:
        """Gives the device free; never raises, never waits for bytes that nobody takes."""


def open_wire(url: str, line: LineSettings) -> Wire:
    """Opens `url` for this process alone. Raises WireLost.

    `/dev/…` a device path (best a name under /dev/serial/by-id, which survives re-plugging);
    `usb://VID:PID[:SERIAL]` the first USB serial device with these numbers (hexadecimal);
    `hwgrep://REGEX` the first device whose path, description or hardware id matches;
    `socket://ADDRESS:PORT` a serial server in raw TCP mode.
    """
    try:
        if url.startswith("socket://"):
            return SocketWire(url.removeprefix("socket://"))
        return SerialWire(_path(url), line)
    except (OSError, ValueError, termios.error) as error:
        raise lost(error, url) from error


def lost(error: BaseException, url: str) -> WireLost:
    """What an error of the system means for the person beside the device."""
    if isinstance(error, WireLost):
        return error
    number = getattr(error, "errno", None) or 0
    if number in (errno.EAGAIN, errno.EBUSY):
        advice = say("{url} is held by another program: close it (fuser -v {url} names it).", url=url)
        return WireLost(number, "port in use", advice)
    if number in (errno.EACCES, errno.EPERM):
        advice = say("This user may not open {url}: add it to the group dialout and sign in again.", url=url)
        return WireLost(number, "no permission", advice)
    if number in (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT):
        advice = say("Nothing answers at {url}: check its power, its cable and the address.", url=url)
        return WireLost(number, "not reachable", advice)
    if number in (errno.ENOTTY, errno.EISDIR) or isinstance(error, ValueError) or not number:
        advice = say("{url} is not a serial port: check the url in station.toml.", url=url)
        return WireLost(number or errno.ENOTTY, "not a serial port", advice)
    advice = say("{url} is not there: plug the device in; it is taken up again by itself.", url=url)
    return WireLost(number, "unplugged", advice)


def _path(url: str) -> str:
    if url.startswith("usb://"):
        vid, pid, *number = url.removeprefix("usb://").split(":", 2)
        wanted = (int(vid, 16), int(pid, 16))
        for port in list_ports.comports():
            if (port.vid, port.pid) == wanted and (not number or port.serial_number == number[0]):
                return str(port.device)
    elif url.startswith("hwgrep://"):
        try:
            found = next(iter(list_ports.grep(url.removeprefix("hwgrep://"))), None)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        if found is not None:
            return str(found.device)
    else:
        return url
    raise OSError(errno.ENODEV, "no such device", url)


class SerialWire:
    """A tty, locked for this process; what had arrived before it was opened is dropped, for nobody saw an answer."""

    connecting = False

    def __init__(self, path: str, line: LineSettings) -> None:
        self._port = serial.Serial(
            path,
            baudrate=line.baud,
            bytesize=line.data_bits,
            parity=PARITIES[line.parity],
            stopbits=line.stop_bits,
            timeout=0,
            write_timeout=0,
            exclusive=True,
        )

    def fileno(self) -> int:
        return int(self._port.fileno())

    def finish(self) -> None:
        """A tty is there at once."""

    def close(self) -> None:
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(self._port.fileno(), termios.TCOFLUSH)
        with contextlib.suppress(OSError):
            self._port.close()


class SocketWire:
    """A TCP connection that is made without waiting for it."""

    def __init__(self, place: str) -> None:
        host, _, port = place.rpartition(":")
        host = host.strip("[]")
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        failed = self._socket.connect_ex((host, int(port)))
        self.connecting = failed == errno.EINPROGRESS
        if failed and not self.connecting:
            self._socket.close()
            raise OSError(failed, os.strerror(failed))

    def fileno(self) -> int:
        return self._socket.fileno()

    def finish(self) -> None:
        failed = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed:
            raise OSError(failed, os.strerror(failed))
        self.connecting = False

    def close(self) -> None:
        self._socket.close()
