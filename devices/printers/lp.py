"""A printer behind a queue of this machine's print system (CUPS), through the commands `lp` and `lpstat`.

Only argument lists, never a shell; the job goes in through standard input, so nothing is left on the disk.
"""

from __future__ import annotations

import os
import re
import subprocess

from app.errors import Outage, Unavailable
from app.text import say
from devices.printers.base import PDF, Language, PrinterStatus, PrintResult, Transport

LIMIT_S = 20.0
QUEUE = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,126}")
MAX_TITLE = 60


class LpPrinter:
    """One queue. A job taken by the queue is `sent`: the print system does not tell when paper came out."""

    def __init__(self, name: str, queue: str, limit_s: float) -> None:
        self._name = name
        self._queue = queue
        self._limit_s = limit_s

    def print(self, data: bytes, media_type: str, job_name: str) -> PrintResult:
        """Queues the job: PDF as a document, everything else byte for byte (`-o raw`)."""
        options = [] if media_type == PDF else ["-o", "raw"]
        try:
            done = self._run(["lp", "-d", self._queue, "-t", _title(job_name), *options, "-"], data)
        except subprocess.TimeoutExpired:
            return PrintResult("sent", "queue did not answer")
        if done.returncode:
            return PrintResult("failed", _first_line(done.stderr) or "queue refused the job")
        return PrintResult("sent")

    def status(self) -> PrinterStatus:
        """Whether the queue is enabled."""
        try:
            done = self._run(["lpstat", "-p", self._queue], b"")
        except subprocess.TimeoutExpired as error:
            raise self._away("the print system does not answer") from error
        if done.returncode:
            raise self._away(_first_line(done.stderr) or "no such queue")
        said = done.stdout.decode("utf-8", errors="replace")
        return PrinterStatus(paused=" disabled" in said.partition("\n")[0], other="")

    def _run(self, arguments: list[str], data: bytes) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                arguments,
                input=data,
                capture_output=True,
                timeout=self._limit_s,
                check=False,
                env={**os.environ, "LC_ALL": "C"},
            )
        except (FileNotFoundError, PermissionError) as error:
            raise self._away(f"the command {arguments[0]} is missing (package cups-client)") from error

    def _away(self, why: str) -> Unavailable:
        detail = say("Printer {name}, queue {queue}: {why}.", name=self._name, queue=self._queue, why=why)
        return Unavailable(Outage(self._name, detail, say("Jobs wait and print when it is back.")))


def _title(job_name: str) -> str:
    """A title for the queue's list: letters, digits and a few signs, not empty."""
    return re.sub(r"[^\w .#-]", "_", job_name, flags=re.ASCII)[:MAX_TITLE].strip() or "packbay"


def _first_line(said: bytes) -> str:
    return said.decode("utf-8", errors="replace").strip().partition("\n")[0][:120]


def make(name: str, place: str, language: Language) -> LpPrinter:
    """A printer on the queue `place`; the language is the print system's own business."""
    queue = place.rstrip("/")
    if not QUEUE.fullmatch(queue):
        raise ValueError(f"lp://{place}: expected lp://QUEUE with a queue name as `lpstat -e` lists it")
    return LpPrinter(name, queue, LIMIT_S)


TRANSPORT = Transport("lp", make)
