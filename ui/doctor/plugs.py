"""Everything with a plug, by `station.toml`."""

from __future__ import annotations

from collections.abc import Iterator

from app.settings import Home
from app.text import say, verbatim
from devices.checks import Checked, check_printer, check_scale, check_scanner
from devices.config import ConfigError
from ui.config import load_config
from ui.doctor.finding import Finding


def look(home: Home) -> Iterator[Finding]:
    """Opens each device once."""
    try:
        devices = load_config(home.config_file).devices
    except ConfigError as error:
        yield Finding("station.toml", "away", verbatim(str(error)))
        return
    if not (devices.scanners or devices.wedges):
        act = say("Write a [[scanner]] into {file}; docs/devices.md shows how", file=str(home.config_file))
        yield Finding("Scanners", "attention", say("none is configured"), act)
    for scanner in devices.scanners:
        yield _finding(f"Scanner {scanner.name}", check_scanner(scanner))
    for wedge in devices.wedges:
        yield Finding(f"Scanner {wedge.name}", "ok", say("types like a keyboard; a serial mode is better"))
    for scale in devices.scales:
        yield _finding(f"Scale {scale.name}", check_scale(scale))
    for printer in devices.printers:
        yield _finding(f"Printer {printer.name}", check_printer(printer))


def _finding(what: str, checked: Checked) -> Finding:
    return Finding(what, checked.health, checked.words, checked.act)
