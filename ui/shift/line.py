"""A line between a station and its server that somebody may cut: a relay on TCP that forwards, refuses or swallows."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: closing resets the connection, as a cable that is cut and put back does."""
Target = tuple[str, int] | str
"""Where the server listens: host and port, or the path of its Unix socket."""


@dataclass(eq=False, slots=True)
class _End:
    """One of the two sockets of a call. Neither ever blocks the line: others' calls go over it as well."""

    socket: socket.socket
    other: _End | None = None
    waiting: bytes = b""
    """What came from the other end and this one has not taken yet; until then nothing more is read there."""
    silent: bool = False
    """It has said all it wanted, and the other end was told so."""

    def wants(self) -> int:
        """What the line waits for here, as a selector's events."""
        assert self.other is not None
        reads = not self.silent and not self.other.waiting
        return (selectors.EVENT_READ if reads else 0) | (selectors.EVENT_WRITE if self.waiting else 0)


class CutLine:
    """Listens on a port of 127.0.0.1 and forwards to the server; `port` is what a station is told.

    `cut`: what is open is reset, what comes is reset. `swallow`: bytes go nowhere and nobody is told (a black hole);
    what was swallowed comes after `mend`, as TCP would send it again.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._mood = "whole"
        self._ends: dict[socket.socket, _End] = {}
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
        """Ends the line and everything on it. Again is nothing more."""
        if self._mood == "closed":
            return
        self._become("closed")
        self._thread.join(10)

    def _become(self, mood: str) -> None:
        self._mood = mood
        with suppress(OSError):  # a thread that saw "closed" before has left already
            self._ring.send(b"!")

    # ---- the thread

    def _run(self) -> None:
        while self._mood != "closed":
            for key, events in self._selector.select():
                thing = key.fileobj
                assert isinstance(thing, socket.socket)
                if thing is self._bell:
                    self._bell.recv(64)
                    self._turn()
                elif thing is self._listener:
                    self._meet()
                elif thing in self._ends:
                    self._serve(self._ends[thing], events)
        self._drop_all()
        for own in (self._listener, self._bell, self._ring):
            own.close()
        self._selector.close()

    def _turn(self) -> None:
        """Does what the new mood asks for."""
        if self._mood == "cut":
            self._drop_all()
        for one in self._ends.values():
            self._attend(one)

    def _attend(self, one: _End) -> None:
        """Waits here for what the call wants now, and for nothing while bytes go nowhere."""
        wanted = one.wants() if self.whole else 0
        known = self._selector.get_map().get(one.socket)
        if known is None:
            if wanted:
                self._selector.register(one.socket, wanted)
        elif not wanted:
            self._selector.unregister(one.socket)
        elif known.events != wanted:
            self._selector.modify(one.socket, wanted)

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
        here, there = _End(caller), _End(server)
        here.other, there.other = there, here
        for one in (here, there):
            one.socket.setblocking(False)
            self._ends[one.socket] = one
            self._attend(one)

    def _serve(self, one: _End, events: int) -> None:
        if not self.whole:  # the mood is newer than what the selector said
            return
        try:
            if events & selectors.EVENT_WRITE:
                self._push(one)
            if events & selectors.EVENT_READ and one.socket in self._ends:
                self._pull(one)
        except BlockingIOError:
            return
        except OSError:
            self._drop(one)

    def _pull(self, source: _End) -> None:
        """Takes what this end says and gives it to the other one."""
        assert source.other is not None
        data = source.socket.recv(65_536)
        source.silent = not data
        source.other.waiting = data
        self._push(source.other)

    def _push(self, target: _End) -> None:
        """Sends what this end is ready to take, then the end of what there is to say; over when both have said it."""
        assert target.other is not None
        with suppress(BlockingIOError):
            while target.waiting:
                target.waiting = target.waiting[target.socket.send(target.waiting) :]
        if target.other.silent and not target.waiting:
            with suppress(OSError):
                target.socket.shutdown(socket.SHUT_WR)
            if target.silent and not target.other.waiting:
                self._drop(target, reset=False)
                return
        for one in (target, target.other):
            self._attend(one)

    def _drop_all(self) -> None:
        while self._ends:
            self._drop(next(iter(self._ends.values())))

    def _drop(self, one: _End, *, reset: bool = True) -> None:
        for end in (one, one.other):
            if end is None or self._ends.pop(end.socket, None) is None:
                continue
            with suppress(KeyError, ValueError):
                self._selector.unregister(end.socket)
            if reset:
                _reset(end.socket)
            end.socket.close()


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
