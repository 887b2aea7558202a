"""`packbay central backup` and `restore` of a server: pg_dump and pg_restore, with what they forget (docs/floor.md).

A dump holds no roles: a restore makes central's roles anew and gives the worker a new secret. Stations whose roles the
server still has go on as they are; on another server each is invited anew under its code.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from app.cli.admin import add_url, keep_server, refused, server_of, told
from app.cli.base import Commands, central, command_of
from app.clock import SystemClock
from app.db import central_write, open_server
from app.db.founding import found, make_room
from app.db.rights import Roles
from app.settings import Server, home
from app.sync.standing import note_backup
from app.text import say, verbatim
from app.work.service.numbers import skip_numbers


def add_dumps(acts: Commands) -> None:
    """Adds `backup` and `restore`."""
    made = command_of(acts, "backup", "the server's database as one file, while all go on working", _backup)
    made.add_argument("file", type=Path, metavar="FILE")
    back = command_of(
        acts, "restore", "a backup into an empty database; stations tell again what it does not know", _restore
    )
    back.add_argument("file", type=Path, metavar="FILE")
    add_url(back)


def _backup(options: Any) -> int:
    server = home(options.home).server()
    if server is None:
        raise refused(say("This home has its central in a file"), do=(say("packbay backup FILE makes a copy of it"),))
    if options.file.exists():
        raise refused(say("{file} is there already: a backup never replaces another", file=str(options.file)))
    part = options.file.with_name(options.file.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.close(descriptor)
    _run("pg_dump", server, "--format=custom", "--enable-row-security", "--no-owner", f"--file={part}")
    part.replace(options.file)
    with central(options) as database, central_write(database) as session:
        note_backup(session, SystemClock().now())
    size = options.file.stat().st_size
    if options.json:
        print(json.dumps({"file": str(options.file), "bytes": size}))
    else:
        print(f"{options.file}: {size / 1e6:.1f} MB of {server.name}. Names and addresses are in it: lock it up.")
    return 0


def _restore(options: Any) -> int:
    place = home(options.home)
    admin = server_of(options)
    if not options.file.is_file():
        raise refused(say("{file} is no file", file=str(options.file)))
    if (name := _database_of(options.file)) != admin.database:
        raise refused(
            say("It is a backup of the database {name}", name=name),
            why=say("The roles of stations are named after it"), do=(say("Restore it into one of that name"),),
        )  # fmt: skip
    with told(admin):
        make_room(admin)
    owner = Roles(admin.database).owner
    _run("pg_restore", admin, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
         f"--role={owner}", f"--dbname={admin.database}", str(options.file))  # fmt: skip
    with told(admin):
        founded = found(admin)
    assert founded.worker is not None
    keep_server(place, founded.worker)
    database = open_server(founded.worker)
    try:
        with central_write(database) as session:
            gaps = skip_numbers(session)
    finally:
        database.close()
    if options.json:
        print(json.dumps({"database": admin.database, "server_file": str(place.server_file), "skipped_numbers": gaps}))
    else:
        print(f"{admin.name} is what it was. The worker's new way in is in {place.server_file}.")
        print("Numbers leave a gap, for parcels since the backup have some; stations tell again what it does not know.")
    return 0


def _database_of(file: Path) -> str:
    """The name of the database that was dumped, as the dump says it."""
    listed = _run("pg_restore", None, "--list", str(file))
    return next((line.split("dbname:")[1].strip() for line in listed.splitlines() if "dbname:" in line), "?")


def _run(program: str, server: Server | None, *words: str) -> str:
    """Runs one of PostgreSQL's own programs; the secret goes by its environment, never by a word."""
    if shutil.which(program) is None:
        raise refused(
            say("{program} is not here", program=program),
            do=(say("Install PostgreSQL's client programs, of the server's version or newer"),),
            unchanged=say("Nothing was written"),
        )
    environment = os.environ | (_environment(server) if server else {})
    done = subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise refused(
            say("{program} did not do it", program=program), why=verbatim(" ".join(done.stderr.split())[:400]),
            unchanged=say("What was begun is not to be used"),
        )  # fmt: skip
    return done.stdout


def _environment(server: Server) -> dict[str, str]:
    said = {"PGHOST": server.host, "PGPORT": server.port, "PGUSER": server.user, "PGDATABASE": server.database,
            "PGSSLMODE": "prefer" if server.local else server.sslmode, "PGSSLROOTCERT": server.sslrootcert,
            "PGSSLCERT": server.sslcert, "PGSSLKEY": server.sslkey, "PGPASSWORD": server.password}  # fmt: skip
    return {name: value for name, value in said.items() if value}
