"""A whole station on simulated devices in this process: real ptys, a real TCP printer, the real runner.

Used by `packbay play`, by tests and by training. A scan is written into the scanner's pty and travels the whole way.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from app.clock import SystemClock
from app.settings import Home
from app.view import View
from devices.config import Devices, PrinterTarget, ScalePort, ScannerPort
from devices.simulated.printer import VirtualZplPrinter
from devices.simulated.scale import VirtualScale
from devices.simulated.scanner import VirtualScanner
from reports.zpl_fields import fields
from ui.config import StationConfig
from ui.end_states import rows
from ui.runner import Runner
from ui.unsteady import UnsteadyLine

PATIENCE_S = 20.0
PULL_S = 0.1
"""A hand needs longer than this to pull the trigger on the same code again; what is faster is one pull, read twice."""
MakeRunner = Callable[[Home, StationConfig, Callable[[View], None]], Runner]
"""Makes the runner of a station: without a window, or (`ui.kiosk.Kiosk`) behind one."""


def _headless(home: Home, config: StationConfig, on_view: Callable[[View], None]) -> Runner:
    return Runner(home, config, on_view, clock=SystemClock())


class SimulatedStation:
    """A station whose scanner, scale, label printer and paper tray are simulated.

    with SimulatedStation(home) as station:
        station.scan("U7Q2…")         # -> "order", the tone that the hand hears
        station.view.kind             # -> "home"
    """

    def __init__(
        self,
        home: Home,
        *,
        code: str = "PACK02",
        name: str = "Pack 02",
        settle_s: float = 0.05,
        make_runner: MakeRunner | None = None,
    ) -> None:
        self._make_runner = make_runner or _headless
        self.home = home.make()
        self.devices = home.root / "devices"
        self.devices.mkdir(exist_ok=True)
        self.scanner = VirtualScanner(self.devices / "scanner", log=self.devices / "scans.jsonl")
        self.scale = VirtualScale(self.devices / "scale", settle_s=settle_s)
        self.printer = VirtualZplPrinter(0, folder=self.devices / "labels")
        self.config = StationConfig(code, name, self._config())
        self.views: list[View] = []
        self.touches = 0
        self._pulled = ("", 0.0)
        self._changed = threading.Condition()
        self.runner = self._runner()

    def _config(self) -> Devices:
        paper = self.devices / "paper"
        paper.mkdir(exist_ok=True)
        return Devices(
            scanners=(ScannerPort("scanner", str(self.devices / "scanner")),),
            scales=(ScalePort("scale", str(self.devices / "scale")),),
            printers=(
                PrinterTarget("labels", self.printer.url, "label"),
                PrinterTarget("paper", f"file://{paper}", "paper"),
            ),
        )

    def _runner(self) -> Runner:
        return self._make_runner(self.home, self.config, self._on_view)

    def _on_view(self, view: View) -> None:
        with self._changed:
            self.views.append(view)
            self._changed.notify_all()

    # -- life ---------------------------------------------------------------------------------------------------------

    def __enter__(self) -> SimulatedStation:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the runner and waits until the devices are open and the mirror is there."""
        self.runner.start()
        self.wait(lambda _: all(port.health == "ok" for port in self.runner.ports.health()))
        self._wait_for_mirror()
        self.settle()

    def _wait_for_mirror(self) -> None:
        if self.runner.central_there is not None:  # what a server has is not to be looked at in a file
            return
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            published = rows(self.home.central_file, "SELECT coalesce(max(seq), 0) AS n FROM feed")[0]["n"]
            if rows(self.home.station_file, "SELECT feed_seq AS n FROM itself")[0]["n"] >= published:
                return
            time.sleep(0.01)
        raise TimeoutError("the mirror did not catch up with central")

    def stop(self) -> None:
        """Stops the runner and takes the devices away."""
        self.runner.stop()
        for device in (self.scanner, self.scale):
            with suppress(OSError):
                device.unplug()
        self.printer.switch_off()

    def restart(self) -> None:
        """Stops and starts the station's program; the devices stay plugged in."""
        self.runner.stop()
        self.runner = self._runner()
        self.start()

    def line(self, mood: str) -> None:
        """Makes the line to central like that (`UnsteadyLine`), and waits until the station has noticed."""
        talk = self.runner.courier.talk
        if not isinstance(talk.central, UnsteadyLine):
            talk.central = UnsteadyLine(talk.central)
        talk.central.set(mood)
        talk.hang_up()
        self.settle()

    # -- acts of a hand -----------------------------------------------------------------------------------------------

    def scan(self, code: str) -> str:
        """Pulls the trigger and waits for the beep: accepted, step, order, wrong, attention; "" when none came."""
        before, at = self._pulled
        if before == code:
            time.sleep(max(0.0, at + PULL_S - time.monotonic()))
        self.scanner.scan(code)
        self._pulled = (code, time.monotonic())
        return self.scanner.wait_answer(PATIENCE_S) or ""

    def touch(self, word: str) -> None:
        """Puts a finger on the button of a command."""
        self.touches += 1
        self.runner.touch(word)

    def key(self, key: str) -> None:
        """A key of the screen's keypad: a character, `BACK` or `ENTER`."""
        self.touches += 1
        self.runner.key(key)
        self.settle()

    def label_code(self) -> str:
        """The tracking number on the label that was printed last (the lower barcode)."""
        printed = self.printer.printed()
        if not printed:
            raise ValueError("no label was printed yet")
        bars = [f for f in fields(printed[-1].data) if f.kind == "code128"]
        return max(bars, key=lambda bar: bar.y).data

    # -- looking ------------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """What the screen shows now."""
        return self.views[-1]

    def wait(self, wanted: Callable[[View], bool], seconds: float = PATIENCE_S) -> View:
        """Waits until the screen shows what is wanted; TimeoutError says what it shows instead."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self.views) and wanted(self.views[-1]), seconds):
                raise TimeoutError(f"the screen shows {self.views[-1].kind if self.views else 'nothing'}")
            return self.views[-1]

    def settle(self) -> None:
        """Waits until nothing is under way between station and central."""
        self.runner.settle(PATIENCE_S)


def scans_log(folder: Path) -> Path:
    """The scanner's own log of what it sent: one JSON object a line."""
    return folder / "devices" / "scans.jsonl"
