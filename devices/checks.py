"""What can be said of a device from outside, without a running station: opened once, asked once, closed again."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from app.errors import Unavailable
from app.text import NOTHING, Text, say
from devices.config import PrinterTarget, ScalePort, ScannerPort
from devices.ports import SCALE_PROTOCOLS
from devices.printing import open_printer
from devices.ready import readable, writable
from devices.wires import Wire, WireLost, lost, open_wire

ANSWER_S = 1.5


@dataclass(frozen=True, slots=True)
class Checked:
    """How a device answered: `health` ok, attention or away; what it said, and what to do."""

    health: str
    words: Text
    act: Text = NOTHING


def check_scanner(port: ScannerPort) -> Checked:
    """Opens the port. What a scanner sends can only be seen when somebody scans."""
    try:
        wire = open_wire(port.url, port.line)
    except OSError as error:
        return _lost(error, port.url)
    wire.close()
    return Checked("ok", say("can be opened"), say("Scan something: the device page shows what arrives"))


def check_scale(port: ScalePort) -> Checked:
    """Opens the port and asks for one weight."""
    try:
        wire = open_wire(port.url, port.line)
    except OSError as error:
        return _lost(error, port.url)
    try:
        return _weighed(port, wire)
    except OSError as error:
        return _lost(error, port.url)
    finally:
        wire.close()


def _weighed(port: ScalePort, wire: Wire) -> Checked:
    protocol = SCALE_PROTOCOLS[port.protocol]
    decoder, until = protocol.decoder(), time.monotonic() + ANSWER_S
    if wire.connecting:
        writable([wire.fileno()], ANSWER_S)
        wire.finish()
    if protocol.request:
        os.write(wire.fileno(), protocol.request)
    while (left := until - time.monotonic()) > 0 and readable([wire.fileno()], left):
        readings = decoder.feed(os.read(wire.fileno(), 4096))
        if readings and readings[-1].grams is not None:
            return Checked("ok", say("shows {grams} g", grams=readings[-1].grams))
        if readings and readings[-1].problem != "busy":
            return Checked(
                "attention", say("{problem}", problem=readings[-1].problem), say("Empty the pan and zero it")
            )
    if decoder.noise:
        return Checked("attention", say("answers what {protocol} does not know", protocol=port.protocol),
                       say("Set the protocol in the scale, or `protocol` in station.toml"))  # fmt: skip
    return Checked("attention", say("does not answer"), say("Switch it on; check cable, speed and protocol"))


def _lost(error: OSError, url: str) -> Checked:
    why = error if isinstance(error, WireLost) else lost(error, url)
    if why.detail == "port in use":
        return Checked("ok", say("is in use, by a running kiosk or another program"), why.advice)
    return Checked("away", say("{detail}", detail=why.detail), why.advice)


def check_printer(target: PrinterTarget) -> Checked:
    """Asks the printer how it is."""
    try:
        problem = open_printer(target).status().problem
    except Unavailable as away:
        return Checked("away", away.outage.detail, say("Power, cable, address; then try again"))
    if problem:
        return Checked("attention", say("{problem}", problem=problem), say("Jobs wait and come out by themselves"))
    return Checked("ok", say("is ready"))
