"""Everything that is PostgreSQL's own: how it is connected to, and how its types stand for ours.

What is different there is told to SQLAlchemy once, by a dialect of our own, so that tables, migrations and queries are
the same on both engines: a whole number has 64 bits as in SQLite, text has no limit and the order of its bytes (no
collation of an operating system, whose updates break indexes), and a sum of whole numbers is a whole number.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from app.settings import Server

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 3
"""How long a server may take to answer at all; libpq makes 2 of 1."""
CONNECTIONS = 2
"""A station's: one at work, one that listens. Its role may have three (SYNC 7)."""
WAIT_SECONDS = 10
"""How long somebody waits for a connection that another thread of this process has."""

FUNCTIONS = "packbay_sqlite"
"""The schema of the functions that SQLite has and PostgreSQL lacks (app/db/postgres_schema.py)."""
SITE_LOCK = 0x5042
"""The class of the lock under which one transaction at a time decides for a site ("PB"); the second key is the site."""


PUSHED, TOLD = "facts", "feed"
"""Channels of NOTIFY: a station added something, central wrote something. Hints: who hears none asks every second."""
WARNED = "packbay_warned"
"""In a connection's `info`: what the server warned of since this was last looked at."""
PING_AFTER_S = 2.0
"""A connection that nobody used for so long is asked whether it lives before it is given out. One that answered a
moment ago is not: what it would be asked for fails in the same way, and whoever works with a server tries again."""
_USED = "packbay_used"


class _Types(PGTypeCompiler):
    """Names of types: as wide as SQLite's."""

    def visit_INTEGER(self, type_: Any, **kw: Any) -> str:
        return "BIGINT"

    def visit_VARCHAR(self, type_: Any, **kw: Any) -> str:
        return self.visit_TEXT(type_, **kw)

    def visit_TEXT(self, type_: Any, **kw: Any) -> str:
        return "TEXT" if kw.get("type_expression") is None else 'TEXT COLLATE "C"'  # the latter for a column


class Dialect(PGDialect_psycopg):
    """psycopg with our types."""

    type_compiler_cls = _Types
    supports_statement_cache = True
    use_insertmanyvalues_wo_returning = True  # many rows are one statement, not many in a pipeline


registry.register("postgresql.packbay", __name__, "Dialect")


class Sockets:
    """The sockets of a pool's connections, to cut them off from any thread when the server does not answer."""

    def __init__(self) -> None:
        self._open: WeakKeyDictionary[Any, socket.socket] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def keep(self, connection: psycopg.Connection[Any]) -> None:
        """A copy of the descriptor: it stays this connection's even when that is closed and its number given away."""
        kept = socket.socket(fileno=socket.dup(connection.fileno()))
        with self._lock:
            self._open[connection] = kept

    def forget(self, connection: psycopg.Connection[Any]) -> None:
        """The connection is closed."""
        with self._lock:
            kept = self._open.pop(connection, None)
        if kept is not None:
            kept.close()

    def connections(self) -> tuple[psycopg.Connection[Any], ...]:
        """Those that are open now."""
        with self._lock:
            return tuple(self._open)

    def cut(self, connection: psycopg.Connection[Any] | None = None) -> None:
        """Whoever waits for an answer on this one (on any of them) gets an error now."""
        with self._lock:
            for kept in [kept for one, kept in self._open.items() if connection is None or one is connection]:
                with suppress(OSError):
                    kept.shutdown(socket.SHUT_RDWR)


def server_engine(server: Server, *, connections: int = CONNECTIONS) -> tuple[Engine, Sockets]:
    """A pool of at most so many connections, and their sockets. Nothing is connected yet.

    ValueError when the server would be spoken to over TCP without being known for sure (see `Server.trouble`).
    """
    if trouble := server.trouble():
        raise ValueError(trouble)
    engine = create_engine(
        URL.create("postgresql+packbay"),
        connect_args=arguments_of(server),
        hide_parameters=True,  # values of rows, names and addresses among them, stand in no error and no log
        isolation_level="READ COMMITTED",
        pool_size=connections,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        pool_use_lifo=True,  # the one that was used last has the most statements prepared
    )
    sockets = Sockets()

    @event.listens_for(engine, "connect")
    def _connected(connection: psycopg.Connection[Any], entry: ConnectionPoolEntry) -> None:
        connection.adapters.register_loader("numeric", _number_loader())
        connection.add_notice_handler(partial(_warned, entry))
        entry.info[_USED] = time.monotonic()
        sockets.keep(connection)

    @event.listens_for(engine, "checkout")
    def _given_out(connection: psycopg.Connection[Any], entry: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - entry.info[_USED] >= PING_AFTER_S:
            _must_live(connection)

    @event.listens_for(engine, "checkin")
    def _given_back(_connection: object, entry: ConnectionPoolEntry) -> None:
        entry.info[_USED] = time.monotonic()

    @event.listens_for(engine, "close")
    def _closed(connection: psycopg.Connection[Any], _entry: ConnectionPoolEntry) -> None:
        sockets.forget(connection)

    event.listen(engine, "close_detached", sockets.forget)
    return engine, sockets


def _must_live(connection: psycopg.Connection[Any]) -> None:
    """Tells the pool of a connection that is dead: it makes another one."""
    import psycopg

    try:
        connection.autocommit = True  # one message, and no transaction that stays open
        connection.execute(";")
        connection.autocommit = False
    except psycopg.Error as error:
        raise DisconnectionError("the connection is dead") from error


def _warned(entry: ConnectionPoolEntry, notice: psycopg.errors.Diagnostic) -> None:
    if notice.severity_nonlocalized == "WARNING":
        entry.info[WARNED] = notice.sqlstate


def arguments_of(server: Server) -> dict[str, Any]:
    """How psycopg is to connect: it gives up when nobody answers, and talks to nobody who can't be written to."""
    parts = {
        "host": server.host, "port": server.port, "dbname": server.database, "user": server.user,
        "password": server.password, "sslmode": server.sslmode, "sslrootcert": server.sslrootcert,
        "sslcert": server.sslcert, "sslkey": server.sslkey,
    }  # fmt: skip
    if server.password and server.sslmode == "verify-full" and not server.local:
        parts["channel_binding"] = "require"  # whoever stands between can't pass the proof of the secret on
    return {name: value for name, value in parts.items() if value} | {
        "connect_timeout": CONNECT_SECONDS, "tcp_user_timeout": 6_000,
        "keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3,
        "target_session_attrs": "read-write", "application_name": "packbay", "client_encoding": "utf8",
        "options": f"-c timezone=UTC -c search_path=public,{FUNCTIONS}",
    }  # fmt: skip


def _number_loader() -> type:
    """NUMERIC comes in as an exact amount, but as an int where it has no decimal places: a sum of units is one."""
    from decimal import Decimal

    from psycopg.adapt import Buffer, Loader

    class Number(Loader):
        def load(self, data: Buffer) -> Decimal | int:
            text = bytes(data).decode()
            return int(text) if text.lstrip("-").isdigit() else Decimal(text)

    return Number


STATES = frozenset({"40001", "40P01", "55P03", "25006", "25P03", "57014"})
"""Serialization, deadlock, a lock not had in time, a standby, an idle transaction ended, a statement ended."""
CLASSES = ("08", "53", "57P", "58", "XX")
"""Connection, resources (disk, memory, connections), shutdown and start, the system, damage."""


def is_servers_fault(error: BaseException | None) -> bool:
    """Whether the server or the way to it failed and not what was to be written, by the code it gave."""
    import psycopg

    if not isinstance(error, psycopg.Error):
        return False
    state = error.sqlstate
    if state is None:  # it never got as far as an answer: not reached, cut off, or ours alone (a value it can't take)
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return state in STATES or state.startswith(CLASSES)
