"""How a command comes to an administrator's way in: the address as a word, the secret never."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.db.postgres_schema import NotOurs
from app.errors import Problem, Refused
from app.settings import Home, Server, SettingsWrong
from app.text import NOTHING, Text, say, verbatim


def add_url(command: Any, who: str = "ADMIN@") -> None:
    """Adds URL and how the secret comes in."""
    what = f"postgresql://{who}HOST:PORT/DATABASE?sslrootcert=CA.pem, without a secret"
    command.add_argument("url", metavar="URL", help=what)
    command.add_argument("--password-stdin", action="store_true", help="read the secret from the first line of stdin")
    command.add_argument(
        "--dev-insecure", action="store_true",
        help="take a server that does not prove who it is (sslmode weaker than verify-full): for trying out only",
    )  # fmt: skip


def server_of(options: Any, *, secret: str = "", user: str = "") -> Server:
    """The server that the options name, as `user` where they name nobody. `Refused` when it can't be used.

    The secret comes from `secret`, stdin, PGPASSWORD or a prompt, in this order; over a Unix socket or with a client's
    certificate it may be missing.
    """
    try:
        server = Server.of_url(options.url, user=user, dev_insecure=options.dev_insecure)
    except SettingsWrong as error:
        raise refused(say("This address can't be used: {why}", why=str(error))) from None
    if server.password:
        raise refused(
            say("There is a secret in the address"),
            why=say("Everybody on this machine can read the words of a command"),
            do=(say("Leave it out; you are asked for it, or use --password-stdin"),),
        )
    if trouble := server.trouble():
        raise refused(
            say("This server would not prove who it is"), why=verbatim(trouble),
            do=(say("Name its authority's certificate by sslrootcert=…"), say("To try out: --dev-insecure")),
        )  # fmt: skip
    return replace(server, password=secret or _secret(options, server))


def _secret(options: Any, server: Server) -> str:
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    if (known := os.environ.get("PGPASSWORD")) is not None:
        return known
    if server.local or server.sslcert or not sys.stdin.isatty():
        return ""
    return getpass.getpass(f"Secret of {server.name}: ")


def keep_server(place: Home, server: Server) -> Path:
    """Writes server.toml for this user alone, whole or not at all."""
    place.make()
    said = {"host": server.host, "port": server.port, "database": server.database, "user": server.user,
            "password": server.password, "sslmode": server.sslmode, "sslrootcert": _absolute(server.sslrootcert),
            "sslcert": _absolute(server.sslcert), "sslkey": _absolute(server.sslkey)}  # fmt: skip
    told: dict[str, object] = {name: value for name, value in said.items() if value}
    if server.dev_insecure:
        told["dev_insecure"] = True
    new = place.server_file.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in told.items()))
        file.flush()
        os.fsync(file.fileno())
    new.replace(place.server_file)
    return place.server_file


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute()) if path and path != "system" else path


def refused(what: Text, *, why: Text = NOTHING, do: tuple[Text, ...] = (), unchanged: Text = NOTHING) -> Refused:
    """A clear line and nothing done."""
    return Refused(Problem("CentralRefused", what, why=why, do=do, unchanged=unchanged))


@contextmanager
def told(server: Server) -> Iterator[None]:
    """What a server refuses, as one clear line; the secret is in none of them."""
    try:
        yield
    except (NotOurs, ValueError) as error:
        raise refused(
            say("{server} can't be central", server=server.name), why=verbatim(str(error)),
            unchanged=say("No table was made or changed"),
        ) from None  # fmt: skip
