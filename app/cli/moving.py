"""`packbay central move`: a one-machine site onto a server, with all its history (docs/floor.md)."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from app.cli.admin import add_url, keep_server, refused, server_of, told
from app.cli.backup import beside, nobody_works
from app.cli.base import Commands, command_of
from app.db import central_write, open_database, open_server, reading
from app.db.copies import copy_database
from app.db.door import invite, join
from app.db.lifting import lift
from app.db.rights import Roles
from app.settings import Home, Server, home
from app.sync.standing import station_here
from app.text import say

OFFICE_FILES = ("central.toml", "pepper")
"""What the worker needs of the home beside the database."""


def add_move(acts: Commands) -> None:
    """Adds `move`."""
    moved = command_of(
        acts, "move", "lifts this machine's site onto an empty PostgreSQL; its file stays as it is", _move
    )
    add_url(moved)
    moved.add_argument(
        "--worker-home", type=Path, metavar="FOLDER",
        help="the home of packbay worker, made by this (default: HOME-central beside this home)",
    )  # fmt: skip


def _move(options: Any) -> int:
    place = home(options.home)
    office = Home(options.worker_home or place.root.with_name(f"{place.root.name}-central"))
    _must_be_movable(place, office)
    admin = server_of(options)
    with nobody_works(place), beside(place.root, ".moving") as folder:
        copy_database(place.central_file, folder / "central.sqlite")
        with told(admin):
            worker, counts = lift(folder / "central.sqlite", admin, _bar(options))
    keep_server(office, worker)
    _carry(place, office)
    station = _join_again(place, worker)
    rows = sum(counts.values())
    if options.json:
        print(json.dumps({"database": admin.database, "rows": rows, "tables": counts, "station": station,
                          "worker_home": str(office.root), "file": str(place.central_file)}))  # fmt: skip
        return 0
    print(f"{rows:,} rows of {len(counts)} tables are in {admin.name} now; {place.central_file} was not touched.")
    print(f"Compare both: deploy/compare-central {place.central_file} '{options.url}'")
    if station:
        print(f"{station} has joined: this home's kiosk works with the server from now on.")
    print(f"Start the worker: packbay worker --home {office.root}")
    return 0


def _must_be_movable(place: Home, office: Home) -> None:
    if place.server_file.exists():
        raise refused(say("{home} works with a server already", home=str(place.root)))
    if not place.central_file.exists():
        raise refused(say("There is no central in {home}", home=str(place.root)))
    if office.server_file.exists():
        raise refused(
            say("{home} belongs to a server already", home=str(office.root)), do=(say("Say another by --worker-home"),)
        )


def _bar(options: Any) -> Any:
    """Which table is being copied, on one line, where a person looks on."""
    shown = sys.stderr.isatty() and not options.json

    def tick(table: str, rows: int) -> None:
        if shown:
            print(f"\r{table:<24} {rows:>12,} rows", end="", file=sys.stderr, flush=True)

    return tick


def _carry(place: Home, office: Home) -> None:
    for name in OFFICE_FILES:
        if (place.root / name).is_file() and not (office.root / name).exists():
            shutil.copy2(place.root / name, office.root / name)
    for name in ("mails", "inbox"):
        if (place.root / name).is_dir() and not (office.root / name).exists():
            shutil.copytree(place.root / name, office.root / name, symlinks=True)


def _join_again(place: Home, worker: Server) -> str:
    """Lets the station of this home in at the server; its code, "" when no station was founded here."""
    if not place.station_file.exists():
        return ""
    own = open_database(place.station_file, "station")
    try:
        with reading(own) as session:
            here = station_here(session)
    finally:
        own.close()
    if here is None:
        return ""
    code, name = here
    roles = Roles(worker.database)
    central = open_server(worker, connections=1)
    try:
        with central_write(central) as session:
            once = invite(session, roles, code, name)
    finally:
        central.close()
    as_station = Server.of_table(_parts(worker) | {"user": roles.login_of(code)}, "move")
    keep_server(place, join(as_station, once).server)
    return code


def _parts(worker: Server) -> dict[str, Any]:
    """The way to the server without who goes it."""
    names = ("host", "port", "database", "sslmode", "sslrootcert", "dev_insecure")
    return {name: getattr(worker, name) for name in names}
