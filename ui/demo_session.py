"""`packbay demo`: the kiosk on a demo warehouse; beside it a window whose barcodes are clicked instead of scanned.

A click goes to the simulated bench, a process of its own, and travels from there through the scanner's pty. What stands
on paper only (the label's number) and what is no scan (the box on the scale) get a row of their own.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from app.settings import Home
from app.text import say
from app.view import ScalePanel, View, Wanted
from reports.zpl_fields import fields
from ui.bench_process import BenchProcess, station_toml
from ui.config import load_config
from ui.demo import BADGES, build
from ui.kiosk import Kiosk, Screen, application, stop_on_signals
from ui.side import SideWindow

SIDE_WIDTH = 560
LOAD = "!load "


class Hands:
    """Does what was clicked, on a thread of its own, so that the window never waits for a device."""

    def __init__(self, bench: BenchProcess) -> None:
        self._bench = bench
        self._acts: SimpleQueue[str | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="hands", daemon=True)
        self._thread.start()

    def do(self, code: str) -> None:
        """A click on a row."""
        self._acts.put(code)

    def close(self) -> None:
        self._acts.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (code := self._acts.get()) is not None:
            if code.startswith(LOAD):
                self._bench.do(load=int(code.removeprefix(LOAD)))
            else:
                self._bench.do(scan=code)


class Paper:
    """The label that came out of the printer last, as somebody at the bench can see it."""

    def __init__(self) -> None:
        self.tracking = ""

    def hear(self, event: dict[str, Any]) -> None:
        """Hears of every printed label."""
        if event["event"] == "printed":
            bars = [f for f in fields(Path(event["file"]).read_bytes()) if f.kind == "code128"]
            self.tracking = max(bars, key=lambda bar: bar.y).data if bars else ""


def reachable(view: View, paper: Paper) -> View:
    """The view with what can be done beside scanning: the paper's code, the box on and off the scale, the badge."""
    wanted = [replace(w, code=paper.tracking) if w.kind == "label" and not w.code else w for w in view.wanted]
    if view.kind == "sign-in":
        wanted += [Wanted("badge", say("Badge of {name}", name=name), code) for name, code in BADGES.items()]
    for panel in view.object:
        if isinstance(panel, ScalePanel) and panel.low_g is not None and panel.high_g is not None:
            wanted += _scale_rows(view.kind, panel, (panel.low_g + panel.high_g) // 2)
    if view.kind == "pack.closed":
        wanted.insert(0, Wanted("box", say("Take the box off the scale"), f"{LOAD}0"))
    return replace(view, wanted=tuple(wanted))


def _scale_rows(kind: str, panel: ScalePanel, right: int) -> list[Wanted]:
    if kind != "pack.weigh":
        return []
    rows = [Wanted("box", say("Put the box on the scale: {grams} g", grams=right), f"{LOAD}{right}")]
    if panel.grams:
        rows.append(Wanted("box", say("Take the box off the scale"), f"{LOAD}0"))
    return rows


def run_demo(home: Home, orders: int, seed: int, screen: Screen) -> int:
    """Opens the demo and runs it until the window closes."""
    if not home.central_file.exists():
        print("Building the demo warehouse …")
        build(home.make(), orders=orders, seed=seed)
    app = application()
    paper = Paper()
    bench = BenchProcess(home.root / "devices", "--settle-s", "0.4", on_event=paper.hear)
    hands = Hands(bench)
    try:
        home.config_file.write_text(station_toml("PACK02", "Pack 02", bench, home.root / "paper"), encoding="utf-8")
        _open(home, screen, paper, hands)
        print(f"The demo lives in {home.root}. Click the barcodes in the side window.")
        return int(app.exec())
    finally:
        _close()
        hands.close()
        bench.close()


_open_windows: list[tuple[Kiosk, SideWindow]] = []


def _open(home: Home, screen: Screen, paper: Paper, hands: Hands) -> None:
    app = application()
    place = app.primaryScreen().availableGeometry()
    size = screen.size or (min(place.width() - SIDE_WIDTH, 1920), min(place.height(), 1080))
    kiosk = Kiosk(home, load_config(home.config_file), replace(screen, size=size))
    side = SideWindow(kiosk.window.look)
    side.resize(SIDE_WIDTH, size[1])
    kiosk.bridge.arrived.connect(lambda view: side.show_view(reachable(view, paper)))
    side.clicked.connect(hands.do)
    kiosk.hear_keys_of(side)
    kiosk.window.move(place.left(), place.top())
    side.move(place.left() + size[0], place.top())
    kiosk.start()
    side.show()
    _open_windows.append((kiosk, side))
    stop_on_signals(app.quit)


def _close() -> None:
    while _open_windows:
        kiosk, side = _open_windows.pop()
        side.close()
        kiosk.stop()
