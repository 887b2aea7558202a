"""The print thread: drains the rows of print jobs, asks `reports` for bytes, hands them to a printer.

A job is printed once: the row is left alone until the work thread has recorded what became of it. A printer that can't
take it (no paper, away) is asked every two seconds; as soon as it can, the job goes out by itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.clock import Clock
from app.documents import PackingSlip, ShippingLabel, ToteLabel
from app.errors import Unavailable
from app.events import DeviceChanged
from app.packing.queries import document_for
from app.sync.keeper import Keeper
from devices.config import PrinterTarget
from devices.printers.base import PDF, ZPL, Printer, PrintResult
from devices.printing import open_printer
from reports.labels import shipping_label_pdf, shipping_label_zpl, tote_label_pdf, tote_label_zpl
from reports.slips import packing_slip

log = logging.getLogger(__name__)
RETRY_S = 2.0
MEDIA = {"slip": "paper", "label": "label", "reprint": "label", "awaiting": "label"}


@dataclass(frozen=True, slots=True)
class PrintDone:
    """What became of a print job: a job for the work thread. `state`: sent, failed."""

    job_id: bytes
    state: str
    problem: str


@dataclass(slots=True)
class Output:
    """One printer and what it takes."""

    target: PrinterTarget
    printer: Printer
    health: str = "ok"
    detail: str = ""
    failing: set[bytes] = field(default_factory=set)

    @property
    def media_type(self) -> str:
        return ZPL if self.target.media == "label" and self.target.url.startswith("tcp://") else PDF


def render(document: PackingSlip | ShippingLabel | ToteLabel, media_type: str) -> bytes:
    """The bytes of a document for a printer of this language."""
    if isinstance(document, PackingSlip):
        return packing_slip.render(document)
    if isinstance(document, ToteLabel):
        return tote_label_zpl.render(document) if media_type == ZPL else tote_label_pdf.render(document)
    return shipping_label_zpl.render(document) if media_type == ZPL else shipping_label_pdf.render(document)


class Spooler:
    """Prints what is queued. `deliver` puts a job into the work thread's queue."""

    def __init__(
        self,
        keeper: Keeper,
        targets: tuple[PrinterTarget, ...],
        spool: Path,
        clock: Clock,
        deliver: Callable[[object], None],
    ) -> None:
        self._keeper = keeper
        self._spool = spool
        self._clock = clock
        self._deliver = deliver
        self._outputs: Mapping[str, Output] = {t.media: Output(t, open_printer(t)) for t in reversed(targets)}
        self._in_hand: set[bytes] = set()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="print", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the job in hand."""
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout=15)

    def kick(self) -> None:
        """A job was queued, or one was recorded."""
        self._wake.set()

    def recorded(self, job_id: bytes) -> None:
        """The work thread has recorded what became of this job."""
        self._in_hand.discard(job_id)
        self._wake.set()

    def is_busy(self) -> bool:
        """Whether a job is queued or in hand that a printer can take."""
        failing = {job for output in self._outputs.values() for job in output.failing}
        served = {job for job, kind in self._keeper.queued_prints() if MEDIA.get(kind, "paper") in self._outputs}
        return bool((served | self._in_hand) - failing)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            held = set(self._in_hand)  # before the look at the rows: what is recorded meanwhile looks queued there
            for job_id, kind in self._queued():
                if job_id not in held and job_id not in self._in_hand and not self._stopping:
                    self._try(job_id, kind)
            self._wake.wait(RETRY_S)

    def _queued(self) -> tuple[tuple[bytes, str], ...]:
        try:
            return self._keeper.queued_prints()
        except Exception:  # a file that can't be read now; the next round tries again
            log.exception("the print jobs could not be read")
            return ()

    def _try(self, job_id: bytes, kind: str) -> None:
        """One job; a document that can't be drawn must not hold up those after it."""
        try:
            self._serve(job_id, kind)
        except Exception:
            log.exception("the print job %s could not be made", job_id.hex())

    def _serve(self, job_id: bytes, kind: str) -> None:
        output = self._outputs.get(MEDIA.get(kind, "paper"))
        if output is None:
            return
        if job_id in output.failing and not self._is_well(output):
            return
        with self._keeper.look() as look:
            document = look.read(document_for, job_id)
        data = render(document, output.media_type)
        suffix = "zpl" if output.media_type == ZPL else "pdf"
        (self._spool / f"{job_id.hex()}.{suffix}").write_bytes(data)
        result = self._print(output, data, f"{kind}-{job_id.hex()}")
        self._say_health(output, result)
        if result.state == "failed":
            if job_id not in output.failing:
                output.failing.add(job_id)
                self._hand_over(PrintDone(job_id, "failed", result.problem))
            return
        output.failing.discard(job_id)
        self._hand_over(PrintDone(job_id, "sent", result.problem))

    def _hand_over(self, done: PrintDone) -> None:
        self._in_hand.add(done.job_id)
        self._deliver(done)

    def _print(self, output: Output, data: bytes, name: str) -> PrintResult:
        try:
            return output.printer.print(data, output.media_type, name)
        except Unavailable as away:
            return PrintResult("failed", str(away.outage.detail) or "away")

    def _is_well(self, output: Output) -> bool:
        try:
            return not output.printer.status().problem
        except Unavailable:
            return False

    def _say_health(self, output: Output, result: PrintResult) -> None:
        health = "attention" if result.problem else "ok"
        if (health, result.problem) != (output.health, output.detail):
            output.health, output.detail = health, result.problem
            self._deliver(
                DeviceChanged(
                    output.target.name, "printer", health, result.problem, self._clock.now(), self._clock.mono_ns()
                )
            )
