"""A line between a station and its server that somebody may cut: a relay on TCP that forwards, refuses or swallows."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from contextlib import suppress

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: closing resets the connection, as a cable that is cut and put back does."""
Target = tuple[str, int] | str
"""Where the server listens: host and port, or the path of its Unix socket."""


class CutLine:
    """Listens on a port of 127.0.0.1 and forwards to the server; `port` is what a station is told.

    `cut`: what is open is reset, what comes is reset. `swallow`: bytes go nowhere and nobody is told (a black hole);
    what was swallowed comes after `mend`, as TCP would send it again.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._mood = "whole"
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._bell, self._ring = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name=f"line-{self.port}", daemon=True)
        self._thread.start()

    @property
    def whole(self) -> bool:
        """Whether bytes go through."""
        return self._mood == "whole"

    def cut(self) -> None:
        self._become("cut")

    def swallow(self) -> None:
        self._become("hole")

    def mend(self) -> None:
        self._become("whole")

    def close(self) -> None:
        """Ends the line and everything on it."""
        self._become("closed")
        self._thread.join(10)

    def _become(self, mood: str) -> None:
        self._mood = mood
        self._ring.send(b"!")

    # ---- the thread

    def _run(self) -> None:
        while self._mood != "closed":
            for key, _ in self._selector.select():
                thing = key.fileobj
                assert isinstance(thing, socket.socket)
                if thing is self._bell:
                    self._bell.recv(64)
                    self._turn()
                elif thing is self._listener:
                    self._meet()
                elif thing in self._pairs:
                    self._forward(thing)
        self._drop_all()
        for own in (self._listener, self._bell, self._ring):
            own.close()
        self._selector.close()

    def _turn(self) -> None:
        """Does what the new mood asks for."""
        if self._mood == "cut":
            self._drop_all()
        for one in self._pairs:
            with suppress(KeyError):
                self._selector.unregister(one)
        if self._mood == "whole":
            for one in self._pairs:
                self._selector.register(one, selectors.EVENT_READ)

    def _meet(self) -> None:
        caller, _ = self._listener.accept()
        if self._mood == "cut":
            _reset(caller)
            return
        try:
            server = _connect(self._target)
        except OSError:
            _reset(caller)
            return
        self._pairs |= {caller: server, server: caller}
        if self.whole:
            for one in (caller, server):
                self._selector.register(one, selectors.EVENT_READ)

    def _forward(self, source: socket.socket) -> None:
        try:
            data = source.recv(65_536)
            if data:
                self._pairs[source].sendall(data)
        except OSError:
            data = b""
        if not data:
            self._drop(source)

    def _drop_all(self) -> None:
        while self._pairs:
            self._drop(next(iter(self._pairs)))

    def _drop(self, one: socket.socket) -> None:
        for end in (one, self._pairs[one]):
            self._pairs.pop(end, None)
            with suppress(KeyError, ValueError):
                self._selector.unregister(end)
            _reset(end)


def _connect(target: Target) -> socket.socket:
    if isinstance(target, tuple):
        return socket.create_connection(target, timeout=3)
    made = socket.socket(socket.AF_UNIX)
    made.connect(target)
    return made


def _reset(one: socket.socket) -> None:
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    one.close()
