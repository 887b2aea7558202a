"""A whole bench of simulated devices in a process of its own, driven by JSON lines.

    python -m devices.simulated --dir DIR [--printer-port N] [--style generic] [--unit g] [--settle-s 0.6]
                                [--scale-protocol mt_sics] [--label-s 0] [--roll N]

The station finds the scanner at DIR/scanner, the scale at DIR/scale and the printer on the port. DIR/scans.jsonl is
the scanner's own log, DIR/labels/NNNN.zpl is what the printer printed.

**Out** comes one JSON object a line. Events (key `event`) come by themselves:

    {"event": "ready", "scanner": PATH, "scale": PATH, "printer": "tcp://127.0.0.1:PORT", "pid": PID}
    {"event": "beep", "tone": "accepted", "n": 3, "mono_ns": NS}     n: the oldest scan without an answer, 0 if none
    {"event": "printed", "n": 1, "file": PATH, "bytes": 812, "mono_ns": NS}

**In** goes one JSON object a line: one act, and if wanted an `"id"` that comes back with the answer. Every line is
answered once, in order: `{"ok": true, …}` or `{"ok": false, "error": "…"}`.

    {"scan": "4006381333931"}              -> {"ok": true, "n": 3}; options aim, suffix, prefix, gs, stx_etx, encoding
    {"scan": "…", "double_ms": 40}         the trigger twice, so many milliseconds apart; n is the second
    {"scan": "…", "wait_s": 5}             -> {"ok": true, "n": 3, "answer": "accepted"} (null: no beep in time)
    {"noise": "00ff1b"}                    bytes in hexadecimal from the scanner
    {"load": 1284}                         what lies on the scale, in grams
    {"mute": true}                         the scale is switched off (and on)
    {"unplug": "scanner"}, {"plug": "scanner"}      also "scale"; "printer" is switched off and on
    {"paper_out": true}, {"head_open": true}, {"pause": true}      and false
    {"roll": 20}                           a new roll of so many labels
    {"cut_after": 100}                     the printer dies after so many more bytes
    {"printed": 4}                         -> {"ok": true, "printed": [{"n": 5, …}, …]}: labels after number 4
    {"status": true}                       -> {"ok": true, "sent": 3, "beeps": 2, "printed": 1, "waiting": 0}
    {"quit": true}                         ends it; so does the end of the input
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TextIO

from devices.simulated.printer import Printed, VirtualZplPrinter
from devices.simulated.scale import VirtualScale
from devices.simulated.scanner import SPEECH, Beep, VirtualScanner

Json = Mapping[str, object]
WRAPPING = {"suffix": "\r", "prefix": "", "gs": "\x1d"}


class Bench:
    """The three devices and the meaning of each line."""

    def __init__(self, folder: Path, out: TextIO, options: argparse.Namespace) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._out = out
        self._out_lock = threading.Lock()
        self.scanner = VirtualScanner(
            folder / "scanner", style=options.style, log=folder / "scans.jsonl", on_beep=self._on_beep
        )
        self.scale = VirtualScale(
            folder / "scale", unit=options.unit, settle_s=options.settle_s, protocol=options.scale_protocol
        )
        self.printer = VirtualZplPrinter(
            options.printer_port,
            folder=folder / "labels",
            seconds_per_label=options.label_s,
            on_print=lambda printed: self._say({"event": "printed", **_printed(printed)}),
        )
        if options.roll is not None:
            self.printer.roll(options.roll)
        self._plugs: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
            "scanner": (self.scanner.plug, self.scanner.unplug),
            "scale": (self.scale.plug, self.scale.unplug),
            "printer": (self.printer.switch_on, self.printer.switch_off),
        }

    def run(self, lines: Iterable[str]) -> None:
        """Obeys until the input ends or says quit; then takes the devices away."""
        self._say(
            {
                "event": "ready",
                "scanner": self.scanner.path,
                "scale": self.scale.path,
                "printer": self.printer.url,
                "pid": os.getpid(),
            }
        )
        try:
            for line in lines:
                if line.strip() and self._obey(line):
                    break
        finally:
            self.scanner.unplug()
            self.scale.unplug()
            self.printer.switch_off()

    def _obey(self, line: str) -> bool:
        """Does one line and answers it; True for quit."""
        order: Json = {}
        try:
            order = json.loads(line)
            if not isinstance(order, dict):
                raise TypeError("expected a JSON object")
            answer = {"ok": True, **self._act(order)}
        except (ValueError, TypeError, KeyError, OSError) as error:
            answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
            order = order if isinstance(order, dict) else {}
        self._say({**({"id": order["id"]} if "id" in order else {}), **answer})
        return bool(order.get("quit"))

    def _act(self, order: Json) -> dict[str, object]:
        acts: dict[str, Callable[[Json], dict[str, object] | None]] = {
            "scan": self._scan,
            "noise": lambda order: self.scanner.send(bytes.fromhex(str(order["noise"]))),
            "load": lambda order: self.scale.load(_whole(order["load"])),
            "mute": lambda order: self.scale.mute(bool(order["mute"])),
            "plug": lambda order: self._plugs[str(order["plug"])][0](),
            "unplug": lambda order: self._plugs[str(order["unplug"])][1](),
            "paper_out": lambda order: self.printer.paper_out(bool(order["paper_out"])),
            "head_open": lambda order: self.printer.head_open(bool(order["head_open"])),
            "pause": lambda order: self.printer.pause(bool(order["pause"])),
            "roll": lambda order: self.printer.roll(_whole(order["roll"])),
            "cut_after": lambda order: self.printer.cut_after(_whole(order["cut_after"])),
            "printed": lambda order: {
                "printed": [_printed(each) for each in self.printer.printed(_whole(order["printed"]))]
            },
            "status": lambda _: self._status(),
            "quit": lambda _: None,
        }
        wanted = [name for name in acts if name in order]
        if len(wanted) != 1:
            raise ValueError(f"expected one of {', '.join(acts)}")
        return acts[wanted[0]](order) or {}

    def _scan(self, order: Json) -> dict[str, object]:
        text = str(order["scan"])
        number = self._pull(text, order)
        if "double_ms" in order:
            time.sleep(_whole(order["double_ms"]) / 1000)
            number = self._pull(text, order)
        if "wait_s" not in order:
            return {"n": number}
        return {"n": number, "answer": self.scanner.wait_answer(float(str(order["wait_s"])))}

    def _pull(self, text: str, order: Json) -> int:
        wrap = {name: str(order.get(name, usual)).encode("latin-1") for name, usual in WRAPPING.items()}
        return self.scanner.scan(
            text,
            suffix=wrap["suffix"],
            prefix=wrap["prefix"],
            gs=wrap["gs"],
            aim=str(order.get("aim", "")),
            stx_etx=bool(order.get("stx_etx", False)),
            encoding=str(order.get("encoding", "latin-1")),
        )

    def _status(self) -> dict[str, object]:
        return {
            "sent": self.scanner.sent,
            "beeps": len(self.scanner.beeps),
            "printed": len(self.printer.printed()),
            "waiting": self.printer.formats_waiting,
        }

    def _on_beep(self, beep: Beep) -> None:
        self._say({"event": "beep", "tone": beep.tone, "n": beep.n, "mono_ns": beep.mono_ns})

    def _say(self, record: Json) -> None:
        with self._out_lock:
            self._out.write(json.dumps(record) + "\n")
            self._out.flush()


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"expected a whole number, got {value!r}")
    return int(value)


def _printed(printed: Printed) -> dict[str, object]:
    return {
        "n": printed.n,
        "file": str(printed.file) if printed.file else None,
        "bytes": len(printed.data),
        "mono_ns": printed.mono_ns,
    }


def main(arguments: list[str] | None = None) -> int:
    """The command; ends with 0 when its input does."""
    parser = argparse.ArgumentParser(
        prog="python -m devices.simulated", description="Simulated scanner, scale and printer, driven by JSON lines."
    )
    parser.add_argument("--dir", type=Path, required=True, help="folder for the links, the log and the labels")
    parser.add_argument("--printer-port", type=int, default=0, help="TCP port of the printer (0: a free one)")
    parser.add_argument("--style", choices=sorted(SPEECH), default="generic", help="how the scanner is told to beep")
    parser.add_argument("--scale-protocol", choices=("mt_sics", "nci"), default="mt_sics", help="what the scale speaks")
    parser.add_argument("--unit", choices=("g", "kg", "lb", "oz"), default="g", help="what the scale shows")
    parser.add_argument("--settle-s", type=float, default=0.6, help="how long the scale moves after a change")
    parser.add_argument("--label-s", type=float, default=0.0, help="how long one label takes to print")
    parser.add_argument("--roll", type=int, default=None, help="labels on the roll (default: endless)")
    options = parser.parse_args(arguments)
    Bench(options.dir, sys.stdout, options).run(sys.stdin)
    return 0
