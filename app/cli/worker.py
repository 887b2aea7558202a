"""`packbay worker`: central's part, for a server that stations reach (docs/commands.md)."""

from __future__ import annotations

import json
import logging
import signal
import sys
from typing import Any

from app.cli.base import Commands, command_of, server_of
from app.clock import SystemClock
from app.db import migrate, open_database, open_server
from app.errors import Problem, Refused, Unavailable
from app.redaction import RedactingFormatter
from app.settings import home
from app.sync.worker import CONNECTIONS, Worker
from app.text import say

log = logging.getLogger(__name__)


def add(commands: Commands) -> None:
    """Adds the command."""
    words = "work for central: apply what stations pushed, answer them, do what is due by the clock"
    worker = command_of(commands, "worker", words, _worker)
    worker.add_argument("--once", action="store_true", help="do what there is to do now, and end")


def _worker(options: Any) -> int:
    place = home(options.home).make()
    server = server_of(place)
    database = open_server(server, connections=CONNECTIONS) if server else open_database(place.central_file, "central")
    try:
        if server is None:
            migrate(database)
        return _work(Worker(database, SystemClock(), place, server=server), database.where, options)
    finally:
        database.close()


def _work(worker: Worker, where: str, options: Any) -> int:
    if options.once:
        try:
            done = worker.once()
        except Unavailable as error:
            raise Refused(Problem("CentralAway", say("Central is away"), why=error.outage.detail)) from error
        print(json.dumps({"done": done}) if options.json else f"Done: {done}")
        return 0
    _speak()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: worker.stop())
    log.info("working for %s", where)
    worker.run()
    log.info("ended")
    return 0


def _speak() -> None:
    """One line on stderr for what somebody should know; systemd adds the time."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(RedactingFormatter("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[lines], force=True)
    log.setLevel(logging.INFO)
