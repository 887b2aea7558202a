"""The print thread: one job, one label; a neighbour takes over; nothing comes out twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import insert

from app.clock import SystemClock
from app.db import open_database, station_write
from app.events import DeviceChanged
from app.ids import new_id, stable_id
from app.models import OrderBrief, PrintJob
from app.sync.keeper import Keeper
from app.sync.station import Cause
from app.work.facts import PrintMoved
from devices.config import PrinterTarget
from devices.simulated import VirtualZplPrinter
from ui.spooler import PrintDone, Spooler

ORDER = stable_id("order", "10482")
PATIENCE_S = 30.0


@dataclass
class Desk:
    """The work thread's part, and what was heard."""

    keeper: Keeper
    spooler: Spooler | None = None
    done: list[PrintDone] = field(default_factory=list)
    health: list[tuple[str, str, str]] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, event: object) -> None:
        with self.news:
            if isinstance(event, PrintDone):
                self.done.append(event)
                with self.keeper.act() as transaction:
                    cause = Cause(at=SystemClock().now(), group=transaction.next_group())
                    fact = PrintMoved(event.job_id, event.state, event.problem, event.printer)
                    transaction.record((fact,), cause)
                assert self.spooler is not None
                self.spooler.recorded(event.job_id)
            elif isinstance(event, DeviceChanged):
                self.health.append((event.device, event.health, event.detail))
            self.news.notify_all()

    def until(self, is_so: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(is_so, PATIENCE_S), (self.done, self.health)

    def print_job(self) -> bytes:
        """Queues the paper of a box that awaits its label."""
        job_id = new_id()
        with station_write(self.keeper._database) as session:
            session.execute(
                insert(PrintJob).values(
                    id=job_id, kind="awaiting", order_id=ORDER, station_id=self.keeper.station.station_id,
                    state="queued", queued_at=SystemClock().now(),
                )
            )  # fmt: skip
        assert self.spooler is not None
        self.spooler.kick()
        return job_id

    def states(self, job_id: bytes) -> list[tuple[str, str, str]]:
        return [(each.state, each.problem, each.printer) for each in self.done if each.job_id == job_id]


@pytest.fixture
def left() -> Iterator[VirtualZplPrinter]:
    with VirtualZplPrinter() as printer:
        yield printer


@pytest.fixture
def right() -> Iterator[VirtualZplPrinter]:
    with VirtualZplPrinter() as printer:
        yield printer


@pytest.fixture
def desk(left: VirtualZplPrinter, right: VirtualZplPrinter, tmp_path: Path) -> Iterator[Desk]:
    keeper = Keeper(open_database(tmp_path / "station.sqlite", "station"), SystemClock(), "PACK02", "Pack 02")
    with station_write(keeper._database) as session:
        session.execute(insert(OrderBrief).values(order_id=ORDER, number="10482", state="packing"))
    made = Desk(keeper)
    targets = (PrinterTarget("left", left.url), PrinterTarget("right", right.url))
    (tmp_path / "spool").mkdir()
    made.spooler = Spooler(keeper, targets, tmp_path / "spool", SystemClock(), made.hear)
    made.spooler.start()
    yield made
    made.spooler.stop()
    keeper.close()


def test_the_first_printer_of_the_file_prints_and_says_so(
    desk: Desk, left: VirtualZplPrinter, right: VirtualZplPrinter
) -> None:
    job = desk.print_job()

    desk.until(lambda: bool(desk.states(job)))
    assert desk.states(job) == [("sent", "", "left")]
    assert (len(left.printed()), len(right.printed())) == (1, 0)
    with desk.keeper.look() as look:
        assert look.read(lambda session: session.get_one(PrintJob, job).printer) == "left"


def test_a_neighbour_takes_over_without_paper_and_gives_back(
    desk: Desk, left: VirtualZplPrinter, right: VirtualZplPrinter
) -> None:
    left.paper_out(True)
    first = desk.print_job()
    desk.until(lambda: bool(desk.states(first)))

    left.paper_out(False)
    desk.until(lambda: ("left", "ok", "") in desk.health)
    second = desk.print_job()
    desk.until(lambda: bool(desk.states(second)))

    assert desk.states(first) == [("sent", "", "right")]
    assert desk.states(second) == [("sent", "", "left")]
    assert desk.health == [("left", "attention", "no paper or head open"), ("left", "ok", "")]
    assert (len(left.printed()), len(right.printed())) == (1, 1)


def test_a_neighbour_takes_over_from_one_that_is_switched_off(
    desk: Desk, left: VirtualZplPrinter, right: VirtualZplPrinter
) -> None:
    left.switch_off()

    jobs = [desk.print_job() for _ in range(3)]

    desk.until(lambda: len(desk.done) == 3)
    assert [desk.states(job) for job in jobs] == [[("sent", "", "right")]] * 3
    assert len(right.printed()) == 3


def test_where_nobody_can_the_job_waits_and_comes_out_once(
    desk: Desk, left: VirtualZplPrinter, right: VirtualZplPrinter
) -> None:
    left.paper_out(True)
    right.paper_out(True)
    job = desk.print_job()
    desk.until(lambda: bool(desk.states(job)))
    assert not desk.spooler.is_busy()  # type: ignore[union-attr]

    right.paper_out(False)
    desk.until(lambda: len(desk.states(job)) == 2)

    assert desk.states(job) == [("failed", "no paper or head open", ""), ("sent", "", "right")]
    assert (len(left.printed()), len(right.printed())) == (0, 1)


def test_a_job_that_may_have_come_out_goes_to_no_other_printer(
    desk: Desk, left: VirtualZplPrinter, right: VirtualZplPrinter
) -> None:
    left.cut_after(60)  # it hangs up with the job half taken: nobody can say whether it comes out
    job = desk.print_job()
    desk.until(lambda: bool(desk.states(job)))

    following = desk.print_job()
    desk.until(lambda: bool(desk.states(following)))

    assert desk.states(job) == [("sent", "connection lost", "left")]
    assert len(right.printed()) == (1 if desk.states(following)[0][2] == "right" else 0)


def test_the_last_label_of_a_roll_is_the_last_job_of_its_printer(
    desk: Desk, left: VirtualZplPrinter, right: VirtualZplPrinter
) -> None:
    left.roll(1)
    first = desk.print_job()
    desk.until(lambda: bool(desk.states(first)))
    second = desk.print_job()
    desk.until(lambda: bool(desk.states(second)))

    assert (desk.states(first)[0][2], desk.states(second)[0][2]) == ("left", "right")
    assert (len(left.printed()), len(right.printed())) == (1, 1)


def test_a_test_page_is_no_job(desk: Desk, left: VirtualZplPrinter, right: VirtualZplPrinter) -> None:
    heard = threading.Event()
    right._on_print = lambda _printed: heard.set()

    desk.spooler.test("right")  # type: ignore[union-attr]

    assert heard.wait(PATIENCE_S)
    assert b"Test right" in right.printed()[0].data
    assert desk.done == []
