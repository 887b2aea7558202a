"""The kiosk as it is, in a process of its own, telling when it has painted.

    python -m bench.kiosk HOME SCANNER SIZE [--where]

SCANNER is the device that the scanner is at. It prints `opened PRAGMAS` and after each painting one line of words:
`view SERIAL SOUND KIND NANOSECONDS WANTED PORTS`; the moment is CLOCK_MONOTONIC, `-` stands for nothing, SOUND is that
of all Views that this picture shows (the screen may paint two at once). With `--where` a line `where JSON` comes
before it: the moments at the seams since the picture before (`bench.seams`).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from app.settings import Home
from app.view import Sound, View
from bench.bare import PRAGMAS
from bench.seams import Seams
from devices.config import Devices, PrinterTarget, ScannerPort
from ui.config import StationConfig
from ui.kiosk import Kiosk, PaintWatch, Screen, application, stop_on_signals
from ui.tidy import Tidy


def main(root: Path, scanner: str, size: str, *, where: bool = False) -> int:
    app = application(offscreen=True)
    width, height = (int(n) for n in size.split("x"))
    paper = root / "paper"
    paper.mkdir(exist_ok=True)
    printers = (
        PrinterTarget("labels", f"file://{paper}", "label"),
        PrinterTarget("paper", f"file://{paper}", "paper"),
    )
    config = StationConfig("PACK02", "Pack 02", Devices((ScannerPort("scanner", scanner),), (), printers))
    last: list[View] = []
    seams: Seams | None = None
    kiosk = Kiosk(Home(root), config, Screen("day", (width, height), quiet=True), on_view=last.append)

    def told() -> None:
        at = time.monotonic_ns()
        if last:
            view, heard = last[-1], [view.sound for view in last if view.sound]
            last.clear()
            if seams is not None:
                print("where", seams.told(at), flush=True)
            print(_line(view, heard[-1] if heard else Sound.NONE, at), flush=True)

    with kiosk.runner.keeper.files.write.connect() as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
    if where:
        seams = Seams(kiosk)
    print("opened", json.dumps(pragmas), flush=True)
    kiosk.runner.rest = Tidy().rest
    watch = PaintWatch()  # hears it before the kiosk does: what is let go when a picture is there is not the picture
    kiosk.window.installEventFilter(watch)
    watch.painted.connect(told)
    kiosk._late.timeout.connect(told)  # a View that looks like the one before
    kiosk.start()
    stop_on_signals(app.quit)
    status = app.exec()
    kiosk.stop()
    return int(status)


def _line(view: View, sound: Sound, at: int) -> str:
    wanted = (view.wanted[0].code if view.wanted else "") or "-"
    ports = "open" if any(str(chip.words) == "Scanner" for chip in view.header.chips) else "-"
    return " ".join(("view", str(view.serial), sound.name, view.kind, str(at), wanted, ports))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], where="--where" in sys.argv))
