"""A label printer on TCP that behaves as the manuals say: it takes formats, prints them one by one, and is silent
whenever a person is needed at its paper or its head.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from devices.simulated.waiting import heard

STATUS_QUESTION = b"~HS"


@dataclass(frozen=True, slots=True)
class Printed:
    """One label that came out: its number (1, 2, …), its bytes from ^XA to ^XZ, when, and its file if there is one."""

    n: int
    data: bytes
    mono_ns: int
    file: Path | None


class VirtualZplPrinter:
    """A printer on 127.0.0.1. Usable as a context manager; on from the start.

    `port` 0 takes a free one (`port` and `url` say which). Labels go to `folder` as `0001.zpl` …, and to `on_print`
    on the printer's thread. `seconds_per_label` is how long one takes. Fault switches: `paper_out`, `head_open`,
    `pause`, `roll` (labels left before paper is out by itself), `cut_after` (hangs up after so many bytes).
    """

    def __init__(
        self,
        port: int = 0,
        *,
        folder: Path | None = None,
        seconds_per_label: float = 0.0,
        on_print: Callable[[Printed], None] | None = None,
    ) -> None:
        self._folder = folder
        self._seconds_per_label = seconds_per_label
        self._on_print = on_print
        self._state = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._printed: list[Printed] = []
        self._paper_out = self._head_open = self._paused = False
        self._off = threading.Event()
        self._off.set()
        self._in_format = False
        self._roll: int | None = None
        self._cut_after: int | None = None
        self._received = 0
        self._wanted_port = port
        self.switch_on()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.switch_off()

    @property
    def port(self) -> int:
        """The TCP port; the same after switching off and on."""
        return self._wanted_port

    @property
    def url(self) -> str:
        """What a station's configuration says."""
        return f"tcp://127.0.0.1:{self._wanted_port}"

    @property
    def formats_waiting(self) -> int:
        """Formats received and not printed."""
        with self._state:
            return len(self._waiting)

    def printed(self, since: int = 0) -> tuple[Printed, ...]:
        """The labels that came out after number `since`."""
        with self._state:
            return tuple(self._printed[since:])

    def wait_printed(self, count: int, timeout: float) -> tuple[Printed, ...]:
        """Every label once there are `count`, or whatever there is when the time is over."""
        with self._state:
            self._state.wait_for(lambda: len(self._printed) >= count, timeout)
            return tuple(self._printed)

    def paper_out(self, is_out: bool) -> None:
        """Takes the paper out, or puts a new roll in; what waited is printed then."""
        with self._state:
            self._paper_out = is_out
            self._roll = None
            self._state.notify_all()

    def head_open(self, is_open: bool) -> None:
        """Opens or closes the print head."""
        with self._state:
            self._head_open = is_open
            self._state.notify_all()

    def pause(self, is_paused: bool) -> None:
        """The PAUSE key: it answers, takes formats and prints none."""
        with self._state:
            self._paused = is_paused
            self._state.notify_all()

    def roll(self, labels: int) -> None:
        """Puts in a roll that ends after so many labels."""
        with self._state:
            self._roll, self._paper_out = labels, labels == 0
            self._state.notify_all()

    def cut_after(self, received: int | None) -> None:
        """Dies (hangs up hard) as soon as it has received so many bytes in all from now on; None: never."""
        with self._state:
            self._cut_after, self._received = received, 0

    def switch_on(self) -> None:
        """Listens on its port; nothing happens when it is on."""
        if not self._off.is_set():
            return
        self._socket = socket.create_server(("127.0.0.1", self._wanted_port))
        self._wanted_port = int(self._socket.getsockname()[1])
        self._stop_out, self._stop_in = socket.socketpair()
        self._off.clear()
        self._threads = [
            threading.Thread(target=self._listen, name="printer-port", daemon=True),
            threading.Thread(target=self._work, name="printer-head", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def switch_off(self) -> None:
        """Loses its memory and vanishes from the network."""
        if self._off.is_set():
            return
        with self._state:
            self._off.set()
            self._waiting.clear()
            self._state.notify_all()
        self._stop_in.close()
        for thread in self._threads:
            thread.join()
        self._stop_out.close()
        self._socket.close()

    # ---- the port: one client at a time, like the real ones -------------------------------------------------------

    def _listen(self) -> None:
        while self._readable(self._socket):
            client, _ = self._socket.accept()
            with client, contextlib.suppress(OSError):
                self._serve(client)

    def _readable(self, waited_for: socket.socket) -> bool:
        """Waits for `waited_for`; False when the printer was switched off meanwhile."""
        return self._stop_out.fileno() not in heard(waited_for.fileno(), self._stop_out.fileno())

    def _serve(self, client: socket.socket) -> None:
        held = b""
        while self._readable(client):
            data = client.recv(65536)
            if not data or self._dies(client, len(data)):
                break
            held = self._take(held + data, client)
        self._in_format = False

    def _dies(self, client: socket.socket, length: int) -> bool:
        self._received += length
        if self._cut_after is None or self._received < self._cut_after:
            return False
        self._cut_after = None
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return True

    def _take(self, held: bytes, client: socket.socket) -> bytes:
        """Answers status questions where they stand, takes whole formats; what is left has no end yet."""
        while True:
            question, end = held.find(STATUS_QUESTION), held.find(b"^XZ")
            if question >= 0 and (end < 0 or question < end):
                held = held[:question] + held[question + len(STATUS_QUESTION) :].lstrip(b"\r\n")
                self._in_format = b"^XA" in held[:question]
                self._answer(client)
            elif end >= 0:
                begin = held.find(b"^XA")
                if 0 <= begin < end:
                    self._receive(held[begin : end + 3])
                held = held[end + 3 :]
            else:
                self._in_format = b"^XA" in held
                # A question or a command may be cut in two: only what can never become one is forgotten.
                return held if self._in_format else held[-3:]

    def _receive(self, label: bytes) -> None:
        with self._state:
            self._waiting.append(label)
            self._state.notify_all()

    def _answer(self, client: socket.socket) -> None:
        with self._state:
            if self._paper_out or self._head_open:
                return
            lines = (
                f"030,0,{self._paused:d},1218,{len(self._waiting):03d},0,{self._in_format:d},0,000,0,0,0",
                "001,0,0,0,1,2,6,0,00000000,1,000",
                "1234,0",
            )
        client.sendall(b"".join(b"\x02" + line.encode("ascii") + b"\x03\r\n" for line in lines))

    # ---- the head: prints what waits -----------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._state:
                self._state.wait_for(lambda: self._off.is_set() or (self._waiting and self._can_print()))
            if self._off.wait(self._seconds_per_label):
                return
            with self._state:
                if not self._waiting or not self._can_print():
                    continue
                fresh = self._come_out(self._waiting.popleft())
                self._state.notify_all()
            if self._on_print is not None:
                self._on_print(fresh)

    def _can_print(self) -> bool:
        return not (self._paper_out or self._head_open or self._paused)

    def _come_out(self, label: bytes) -> Printed:
        number = len(self._printed) + 1
        file = None
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._folder / f"{number:04d}.zpl"
            file.write_bytes(label)
        printed = Printed(number, label, time.monotonic_ns(), file)
        self._printed.append(printed)
        if self._roll is not None:
            self._roll -= 1
            self._paper_out = self._roll <= 0
        return printed
