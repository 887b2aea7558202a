"""A line that may be cut carries calls beside each other, whole, and ends them as their ends do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from ui.shift.line import CutLine

MUCH = bytes(range(256)) * 32_768
"""8 MiB: more than the sockets of a call hold between them."""


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        yield listener


@pytest.fixture
def line(server: socket.socket) -> Iterator[CutLine]:
    with closing(CutLine(("127.0.0.1", server.getsockname()[1]))) as made:
        yield made


def call(line: CutLine, server: socket.socket) -> tuple[socket.socket, socket.socket]:
    """The two ends of a new call over the line."""
    here = socket.create_connection(("127.0.0.1", line.port), timeout=20)
    there, _ = server.accept()
    there.settimeout(20)
    return here, there


def all_from(one: socket.socket) -> bytes:
    found = bytearray()
    while data := one.recv(65_536):
        found += data
    return bytes(found)


def tell_all(one: socket.socket) -> None:
    one.sendall(MUCH)
    one.close()


def test_a_call_whose_end_does_not_listen_leaves_the_others_alone(line: CutLine, server: socket.socket) -> None:
    # given a call on which the server says much that nobody takes yet
    (slow, teller), (quick, echo) = call(line, server), call(line, server)
    with slow, teller, quick, echo:
        telling = threading.Thread(target=tell_all, args=(teller,), daemon=True)
        telling.start()

        # when another call is used meanwhile
        for word in (b"one", b"two"):
            quick.sendall(word)
            assert echo.recv(16) == word

        # then the first one is whole as well, to its last byte
        assert all_from(slow) == MUCH
        telling.join(20)


def test_who_has_said_all_still_hears_the_answer(line: CutLine, server: socket.socket) -> None:
    here, there = call(line, server)
    with here, there:
        here.sendall(b"question")
        here.shutdown(socket.SHUT_WR)
        assert all_from(there) == b"question"
        there.sendall(b"answer")
        there.close()
        assert all_from(here) == b"answer"


def test_what_was_swallowed_comes_after_mending(line: CutLine, server: socket.socket) -> None:
    here, there = call(line, server)
    with here, there:
        # given a black hole
        line.swallow()
        here.sendall(b"late")
        there.settimeout(0.2)
        with pytest.raises(TimeoutError):
            there.recv(16)

        # when it is mended
        line.mend()

        # then TCP has kept it
        there.settimeout(20)
        assert there.recv(16) == b"late"


def test_cutting_resets_what_is_open_and_what_comes(line: CutLine, server: socket.socket) -> None:
    here, there = call(line, server)
    with here, there:
        line.cut()
        for one in (here, there):
            with pytest.raises(ConnectionResetError):
                one.recv(16)
    with pytest.raises(ConnectionResetError), socket.create_connection(("127.0.0.1", line.port), timeout=20) as late:
        late.recv(16)
