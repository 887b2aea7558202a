"""What every command has: a home, `--json`, an exit status, one clear line when nothing was done."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from app.db import Database, migrate, open_database, open_server
from app.db.postgres_schema import NotOurs
from app.documents import Document
from app.errors import Problem, Refused
from app.settings import Home, Server, SettingsWrong, home
from app.text import say, verbatim

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


Printer: TypeAlias = "Callable[[Document], bytes]"
_printers: list[Printer] = []


def print_with(printer: Printer) -> None:
    """Says who draws documents as PDF. The core draws nothing itself: whoever starts the program hands it in."""
    _printers[:] = [printer]


def on_paper(document: Document) -> bytes:
    """A document as PDF, for a command that writes one. `Refused` where nobody draws."""
    if not _printers:
        raise Refused(Problem("NoPaper", say("This program draws no paper"), do=(say("Use the command packbay"),)))
    return _printers[0](document)


def command_of(parent: Commands, name: str, words: str, run: Callable[[Any], int]) -> Any:
    """A command with `--home` and `--json`; `run` gives the exit status, and may raise Refused or OSError."""
    command = parent.add_parser(name, help=words, description=words)
    command.add_argument("--home", type=Path, help="instead of PACKBAY_HOME")
    command.add_argument("--json", action="store_true", help="one JSON object on stdout (docs/imports.md)")
    command.set_defaults(func=_guarded(run))
    return command


def _guarded(run: Callable[[Any], int]) -> Callable[[Any], int]:
    def guarded(options: Any) -> int:
        try:
            return run(options)
        except (Refused, OSError) as error:
            return _give_up(options, _words_of(error))

    return guarded


def _words_of(error: Refused | OSError) -> str:
    if not isinstance(error, Refused):
        return f"{error.filename or 'home'}: {error.strerror or error}"
    problem = error.problem
    parts = (problem.what, problem.why, *problem.do, problem.unchanged)
    return ". ".join(str(p).rstrip(".") for p in parts if p) + "."


def _give_up(options: Any, line: str) -> int:
    if options.json:
        print(json.dumps({"error": line}, ensure_ascii=False))
    print(f"packbay: {' '.join(line.split())}", file=sys.stderr)
    return 2


@contextmanager
def central(options: Any) -> Iterator[Database]:
    """Central of the chosen home: its server where it has one, else its file, made and brought up to date on first use.

    A server is brought up to date by its administrator alone: `Refused` when it does not fit this program.
    """
    place: Home = home(options.home).make()
    server = server_of(place)
    database = open_server(server) if server else open_database(place.central_file, "central")
    try:
        if server:
            _check(database)
        else:
            migrate(database)
        yield database
    finally:
        database.close()


def server_of(place: Home) -> Server | None:
    """The server of a home, None where central is a file. `Refused` when server.toml can't be used."""
    try:
        server = place.server()
    except SettingsWrong as error:
        raise Refused(Problem("ServerWrong", say("The way to central can't be used: {why}", why=str(error)))) from None
    if server and (trouble := server.trouble()):
        raise Refused(Problem("ServerWrong", say("The way to central can't be used: {why}", why=trouble)))
    return server


def _check(database: Database) -> None:
    from app.db.founding import check_revision  # and with it the driver: only where there is a server

    try:
        check_revision(database)
    except NotOurs as error:
        raise Refused(
            Problem("NotOurs", say("{central} can't be used", central=database.where), why=verbatim(str(error)))
        ) from None
