"""The print thread: drains the rows of print jobs, asks `reports` for bytes, hands them to a printer.

A job is printed once: the row is left alone until the work thread has recorded what became of it. Printers of one
medium stand in the order of `station.toml`: the first that can takes the job, so a neighbour takes over while one has
no paper or is away. Only a job that certainly came out nowhere goes to the next one. Where nobody can, they are asked
every two seconds; as soon as one can, the job goes out by itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from app.barcodes import command_code, own_code
from app.clock import Clock
from app.documents import CommandCard, CommandEntry, PackingSlip, ShippingLabel, ToteLabel
from app.errors import Unavailable
from app.events import DeviceChanged
from app.packing.queries import document_for
from app.sync.keeper import Keeper
from devices.config import PrinterTarget
from devices.printers.base import PDF, TAKE_LABEL, ZPL, Printer, PrintResult
from devices.printing import open_printer
from ui.quiet import Quiet

log = logging.getLogger(__name__)
RETRY_S = 2.0
MEDIA = {"slip": "paper", "label": "label", "reprint": "label", "awaiting": "label"}


@dataclass(frozen=True, slots=True)
class PrintDone:
    """What became of a print job: a job for the work thread. `state`: sent, failed. `printer` is who has it."""

    job_id: bytes
    state: str
    problem: str
    printer: str = ""


@dataclass(frozen=True, slots=True)
class TestPage:
    """A page by hand, to see that a printer prints: not a job, so it is in no list and never tried again."""

    printer: str


@dataclass(slots=True)
class Output:
    """One printer and what it takes."""

    target: PrinterTarget
    printer: Printer
    health: str = "ok"
    detail: str = ""

    @property
    def media_type(self) -> str:
        return ZPL if self.target.media == "label" and self.target.url.startswith("tcp://") else PDF


def render(document: PackingSlip | ShippingLabel | ToteLabel, media_type: str) -> bytes:
    """The bytes of a document for a printer of this language."""
    from reports.labels import shipping_label_pdf, shipping_label_zpl, tote_label_pdf, tote_label_zpl  # at first print
    from reports.slips import packing_slip

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
        quiet: Quiet | None = None,
    ) -> None:
        self._quiet = quiet or Quiet()
        self._keeper = keeper
        self._spool = spool
        self._clock = clock
        self._deliver = deliver
        self._outputs = tuple(Output(target, open_printer(target)) for target in targets)
        self._failing: set[bytes] = set()
        """Jobs that no printer could take, and of which that was said."""
        self._pages: SimpleQueue[TestPage] = SimpleQueue()
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

    def test(self, printer: str) -> None:
        """Prints a test page at this very printer; from any thread."""
        self._pages.put(TestPage(printer))
        self._wake.set()

    def is_busy(self) -> bool:
        """Whether a job is queued or in hand that a printer can take."""
        media = {output.target.media for output in self._outputs}
        served = {job for job, kind in self._keeper.queued_prints() if MEDIA.get(kind, "paper") in media}
        return bool((served | self._in_hand) - self._failing)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            held = set(self._in_hand)  # before the look at the rows: what is recorded meanwhile looks queued there
            for job_id, kind in self._queued():
                if job_id not in held and job_id not in self._in_hand and not self._stopping:
                    self._quiet.wait()  # drawing a label takes as long as answering several scans
                    self._try(job_id, kind)
            self._print_pages()
            self._look_after_the_ill()
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
        media = MEDIA.get(kind, "paper")
        outputs = [output for output in self._outputs if output.target.media == media]
        first = ""
        for output in outputs:
            if output.health != "ok" and not self._is_well(output):
                first = first or output.detail
                continue
            result = self._print(output, self._bytes_of(job_id, output), f"{kind}-{job_id.hex()}")
            self._say_health(output, result.problem)
            if result.state != "failed":
                self._failing.discard(job_id)
                self._hand_over(PrintDone(job_id, "sent", result.problem, output.target.name))
                return
            first = first or result.problem
        if outputs and job_id not in self._failing:
            self._failing.add(job_id)
            self._hand_over(PrintDone(job_id, "failed", first))

    def _bytes_of(self, job_id: bytes, output: Output) -> bytes:
        with self._keeper.look() as look:
            document = look.read(document_for, job_id)
        data = render(document, output.media_type)
        suffix = "zpl" if output.media_type == ZPL else "pdf"
        (self._spool / f"{job_id.hex()}.{suffix}").write_bytes(data)
        return data

    def _print_pages(self) -> None:
        with suppress(Empty):
            while True:
                page = self._pages.get_nowait()
                for output in self._outputs:
                    if output.target.name == page.printer:
                        self._say_health(output, self._print(output, _test_page(output), "test").problem)

    def _look_after_the_ill(self) -> None:
        """Asks printers that could not take a job, so that their chip turns grey when they can again."""
        for output in self._outputs:
            if output.health != "ok" and not self._stopping:
                self._is_well(output)

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
            problem = output.printer.status().problem
        except Unavailable as away:
            problem = str(away.outage.detail) or "away"
        self._say_health(output, problem)
        return problem in ("", TAKE_LABEL)

    def _say_health(self, output: Output, problem: str) -> None:
        health = "attention" if problem else "ok"
        if (health, problem) != (output.health, output.detail):
            output.health, output.detail = health, problem
            now, mono_ns = self._clock.now(), self._clock.mono_ns()
            self._deliver(DeviceChanged(output.target.name, "printer", health, problem, now, mono_ns))


def _test_page(output: Output) -> bytes:
    """A label or a sheet that says which printer this is, with a code to scan it by."""
    if output.target.media == "label":
        return render(ToteLabel(own_code("TEST"), f"Test {output.target.name}"), output.media_type)
    from reports.labels import command_card

    entries = (CommandEntry(command_code("HELP"), "HELP", f"Test {output.target.name}"),)
    return command_card.render(CommandCard("Test", entries))
