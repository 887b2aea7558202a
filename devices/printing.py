"""From a line of the configuration to a printer: its transport by the URL, its language by what lies in it."""

from __future__ import annotations

import devices.printers
from devices.config import ConfigError, PrinterTarget
from devices.discovery import discover
from devices.printers.base import Printer, Transport
from devices.printers.zpl import LANGUAGE

TRANSPORTS = {
    each.scheme: each
    for each in discover(devices.printers, "TRANSPORT", Transport, frozenset({"base", "zpl"})).values()
}


def open_printer(target: PrinterTarget) -> Printer:
    """The printer of a target; nothing is connected yet. Raises ConfigError for a URL that no transport takes.

    Its calls block (each within a limit of its own), so use it on a print thread.
    """
    scheme, _, place = target.url.partition("://")
    if scheme not in TRANSPORTS:
        raise ConfigError(f"printer {target.name}", "url", target.url, f"one of {', '.join(TRANSPORTS)}://…")
    try:
        return TRANSPORTS[scheme].make(target.name, place, LANGUAGE)
    except ValueError as error:
        raise ConfigError(f"printer {target.name}", "url", target.url, str(error).partition("expected ")[2]) from error
