"""How a new protocol is found: by lying in the package. The same ten lines for scanners, scales and printers."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

Plugin = TypeVar("Plugin")


class BrokenPlugin(Exception):
    """A module of a plugin package cannot be imported or lacks the agreed name; the start stops here."""


def discover(package: ModuleType, name: str, kind: type[Plugin], besides: frozenset[str]) -> dict[str, Plugin]:
    """Every module of `package` (but `besides`) by its file name, with what it offers under the agreed `name`."""
    found: dict[str, Plugin] = {}
    for info in sorted(iter_modules(package.__path__), key=lambda each: each.name):
        if info.name in besides:
            continue
        where = f"{package.__name__}.{info.name}"
        try:
            plugin = getattr(import_module(where), name, None)
        except Exception as error:
            raise BrokenPlugin(f"{where}: cannot be imported: {type(error).__name__}: {error}") from error
        if not isinstance(plugin, kind):
            raise BrokenPlugin(f"{where}: expected {name} to be a {kind.__name__}, got {type(plugin).__name__}")
        found[info.name] = plugin
    return found
