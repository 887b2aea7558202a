"""A floor is set up as its administrator does it: the real commands, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from app.barcodes import own_code
from app.db import open_server
from app.settings import Home, Server
from ui.demo import furnish
from ui.shift.errands import Office
from ui.shift.line import CutLine, Target

LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


@dataclass(frozen=True, slots=True)
class Seat:
    """A place to work: the station's code and name, its home, who works there, and its line to the server.

    `line` is None where a relay would not be the server that its certificate names.
    """

    code: str
    name: str
    home: Home
    badge: str
    tray: str
    line: CutLine | None


def command(home: Home, *words: str, typed: str = "") -> dict[str, Any]:
    """Runs `packbay … --json` on a home with this typed into it. RuntimeError with its one clear line when refused."""
    ended = subprocess.run(
        [sys.executable, "-m", "ui.main", *words, "--home", str(home.root), "--json"],
        input=typed + "\n", capture_output=True, text=True, check=False,
        env={name: value for name, value in os.environ.items() if name != "PGPASSWORD"},
    )  # fmt: skip
    if ended.returncode:
        raise RuntimeError(f"packbay {' '.join(words[:2])}: {ended.stderr.strip() or ended.stdout.strip()}")
    said: dict[str, Any] = json.loads(ended.stdout.strip().splitlines()[-1])
    return said


def found_central(admin: Server, office: Home) -> dict[str, Any]:
    """`packbay central init` in the empty database that the administrator names."""
    weak = ("--dev-insecure",) if admin.dev_insecure else ()
    return command(office.make(), "central", "init", url_of(admin), "--password-stdin", *weak, typed=admin.password)


def bring_the_goods_in(office: Home, orders: int, seed: int, stations: int) -> None:
    """The demo warehouse and its orders, with a pack place, a badge and a name for each station."""
    server = office.server()
    assert server is not None
    folder = office.root / "demo"
    folder.mkdir(exist_ok=True)
    database = open_server(server, connections=1)
    try:
        furnish(database, office, orders=orders, seed=seed)
    finally:
        database.close()
    tables = {
        "layout": ["kind,name,type,x_mm,y_mm", *(f"bin,{name_of(n)},pack,{33_600 + 1_000 * n},2000"
                                                 for n in range(3, stations + 1))],
        "stations": ["code,name,place", *(f"{code_of(n)},{name_of(n)},{name_of(n)}" for n in range(1, stations + 1))],
        "people": ["staff_number,name,role,label_code",
                   *(f"{2000 + n},Packer {n},packer,{badge_of(n)}" for n in range(1, stations + 1))],
    }  # fmt: skip
    for what, lines in tables.items():
        if len(lines) == 1:
            continue
        file = folder / f"{what}-of-the-shift.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if not Office(office).do("import", what, str(file)):
            raise RuntimeError(f"{file} was not taken in")


def code_of(number: int) -> str:
    return f"PACK{number:02}"


def name_of(number: int) -> str:
    return f"Pack {number:02}"


def badge_of(number: int) -> str:
    return own_code(f"USHIFT{number:010}")


def join_station(admin: Server, office: Home, folder: Path, number: int) -> Seat:
    """`packbay station invite` in the office, `packbay station join` at the station, over a line of its own."""
    code, name = code_of(number), name_of(number)
    once = command(office, "station", "invite", "--name", name, "--code", code)["one_time_code"]
    line, there = _line_of(admin)
    place = Home((folder / code.lower()).absolute()).make()
    weak = ("--dev-insecure",) if there.dev_insecure else ()
    command(
        place, "station", "join", url_of(replace(there, user="")), "--name", name, "--code", code, *weak, typed=once
    )
    return Seat(code, name, place, badge_of(number), own_code(f"S{code}TRAY"), line)


def _line_of(admin: Server) -> tuple[CutLine | None, Server]:
    """A relay to the server, and the server as it is reached through it."""
    target: Target
    if admin.local:
        target = f"{admin.host}/.s.PGSQL.{admin.port}"
    elif admin.host in LOOPBACK:
        target = (admin.host, int(admin.port))
    else:
        return None, admin
    line = CutLine(target)
    if admin.local:
        return line, replace(admin, host="127.0.0.1", port=str(line.port), sslmode="prefer", dev_insecure=True)
    return line, replace(admin, port=str(line.port))


def url_of(server: Server) -> str:
    """The address without a secret, as it is typed."""
    more = {"host": server.host, "port": server.port} if server.local else {}
    more |= {"sslmode": server.sslmode, "sslrootcert": server.sslrootcert}
    said = urlencode({name: value for name, value in more.items() if value})
    return server.typed(user=server.user) + (f"?{said}" if said else "")
