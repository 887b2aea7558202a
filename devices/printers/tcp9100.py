"""A label printer on the network, port 9100 (raw TCP, "JetDirect"): one connection a job, asked before and after.

Whether the connection was made tells two troubles apart: no connection means that the printer is away; a connection
and no answer means that a person is needed, for a ZPL printer keeps silent while paper is out or its head is open.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

from app.errors import Outage, Unavailable
from app.text import say
from devices.printers.base import TAKE_LABEL, Language, PrinterStatus, PrintResult, Transport

SILENCE = "no paper or head open"
CUT_OFF = "connection lost"
POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each part of a job may take, in seconds; a job is over after their sum."""

    connect_s: float = 2.0
    answer_s: float = 1.5
    send_s: float = 10.0
    print_s: float = 5.0


class TcpPrinter:
    """One printer at an address. Calls block up to `Limits` and may come from any thread, one at a time."""

    def __init__(self, name: str, host: str, port: int, language: Language, limits: Limits) -> None:
        self._name = name
        self.address = (host, port)
        self._language = language
        self._limits = limits

    def print(self, data: bytes, media_type: str, job_name: str) -> PrintResult:
        """Sends the job as it is; `media_type` and `job_name` mean nothing to this transport."""
        with self._connect() as connection:
            try:
                before = self._ask(connection)
            except OSError:
                raise self._away("closed the connection before the job") from None
            if before is None:
                return PrintResult("failed", SILENCE)
            if before.problem not in ("", TAKE_LABEL):
                return PrintResult("failed", before.problem, before)
            try:
                connection.settimeout(self._limits.send_s)
                connection.sendall(data)
            except OSError:
                return PrintResult("failed", CUT_OFF, before)
            return self._result(connection)

    def status(self) -> PrinterStatus:
        """How it is now; silence is the complaint `no paper or head open`."""
        with self._connect() as connection:
            try:
                status = self._ask(connection)
            except OSError:
                raise self._away("closed the connection") from None
        return status or PrinterStatus(other=SILENCE)

    def _connect(self) -> socket.socket:
        try:
            return socket.create_connection(self.address, self._limits.connect_s)
        except OSError as error:
            raise self._away(error.strerror or str(error)) from error

    def _away(self, why: str) -> Unavailable:
        host, port = self.address
        return Unavailable(
            Outage(
                self._name,
                say("Printer {name} at {host}:{port}: {why}.", name=self._name, host=host, port=port, why=why),
                say("Jobs wait and print when it is back."),
            )
        )

    def _ask(self, connection: socket.socket) -> PrinterStatus | None:
        """One question; None when nothing comes in time. OSError when the printer hangs up."""
        decoder = self._language.decoder()
        deadline = time.monotonic() + self._limits.answer_s
        connection.settimeout(self._limits.answer_s)
        try:
            connection.sendall(self._language.ask_status)
            while (left := deadline - time.monotonic()) > 0:
                connection.settimeout(left)
                answer = connection.recv(4096)
                if not answer:
                    raise ConnectionResetError(CUT_OFF)
                if statuses := decoder.feed(answer):
                    return statuses[-1]
        except TimeoutError:
            pass
        return None

    def _result(self, connection: socket.socket) -> PrintResult:
        """Asks until everything is out of the printer, something is wrong, or the time for printing is over."""
        deadline = time.monotonic() + self._limits.print_s
        while True:
            try:
                after = self._ask(connection)
            except OSError:
                return PrintResult("sent", CUT_OFF)
            if after is None:
                return PrintResult("sent", SILENCE)
            if after.problem or time.monotonic() >= deadline:
                return PrintResult("printed" if after.is_idle else "sent", after.problem, after)
            if after.is_idle:
                return PrintResult("printed", "", after)
            time.sleep(POLL_S)


def make(name: str, place: str, language: Language) -> TcpPrinter:
    """A printer at `ADDRESS:PORT`; the port may be left out (9100)."""
    place = place.rstrip("/")
    has_port = ":" in place and not place.endswith("]")
    host, _, port = place.rpartition(":") if has_port else (place, "", "9100")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"tcp://{place}: expected tcp://ADDRESS or tcp://ADDRESS:PORT")
    return TcpPrinter(name, host.strip("[]"), int(port), language, Limits())


TRANSPORT = Transport("tcp", make)
