"""Homes of new stations of a site: joined by the real door, each with its file of secrets."""

from __future__ import annotations

from pathlib import Path

from app.cli.admin import keep_server
from app.settings import Home
from bench.server.site import Site


def home_of(there: Site, folder: Path, code: str) -> Home:
    """Invites a station and joins it, and writes what it needs to come in again."""
    home = Home(folder / code.lower()).make()
    keep_server(home, there.join(code))
    return home


def office_of(there: Site, folder: Path) -> Home:
    """The home of central's worker."""
    home = Home(folder / "office").make()
    keep_server(home, there.worker)
    return home
