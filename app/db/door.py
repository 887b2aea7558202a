"""How a station comes in and is sent away: invitation, joining, revocation (see `app.db.rights`).

An invitation is a role that can log in for an hour with a secret that stands on paper, and can do one thing: join.
Joining puts a new secret in its place, which the station alone knows; so the one on paper works once. Central never
sees either of them, only their SCRAM verifiers.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db.postgres import arguments_of
from app.db.rights import Roles
from app.ids import stable_id
from app.settings import Server

MINUTES = 60
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""None that looks like another one."""
_GROUPS, _GROUP = 4, 5


class Shut(Exception):
    """The door stays shut; the words say why."""


@dataclass(frozen=True, slots=True)
class Login:
    """A station's way in, as the worker sees it."""

    role: str
    code: str
    name: str
    station_id: bytes
    invited_at: datetime
    invited_until: datetime | None
    joined_at: datetime | None
    revoked_at: datetime | None


def one_time_code() -> str:
    """20 letters in four groups, 99 bits: nobody guesses it in the hour that it is good for."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def plain_code(typed: str) -> str:
    """What a person typed, as it was printed: case, blanks and hyphens do not matter. `Shut` when it can be none."""
    letters = "".join(c for c in typed.upper() if c not in " -\t\n")
    if len(letters) != _GROUPS * _GROUP or set(letters) - set(_LETTERS):
        raise Shut(f"a one-time code has {_GROUPS * _GROUP} letters and figures; this has {len(letters)}")
    return "-".join(letters[i : i + _GROUP] for i in range(0, len(letters), _GROUP))


def invite(session: Session, roles: Roles, code: str, name: str, *, minutes: int = MINUTES) -> str:
    """Makes a role for the station `code` and returns the one-time code it joins with. `Shut` when it is here already.

    Inviting anew before it has joined, or after it was revoked, takes the former one-time code away.
    """
    once, role = one_time_code(), roles.login_of(code)
    call = text("SELECT packbay_door.invite(:role, :code, :name, :station, :verifier, :minutes)")
    verifier = _verifier(_driver(session), once, role)
    values = {"role": role, "code": code, "name": name, "station": stable_id("station", code), "verifier": verifier}
    _call(session, call, {**values, "minutes": minutes})
    return once


def revoke(session: Session, code: str) -> int:
    """Sends a station away for good: no login any more, its connections ended. Returns how many those were."""
    return int(_call(session, text("SELECT packbay_door.revoke(:code)"), {"code": code}) or 0)


def logins(session: Session) -> list[Login]:
    """Every station that was ever invited, by code."""
    return [Login(*row) for row in session.execute(_LOGINS)]


_LOGINS = text(
    "SELECT role, code, name, station_id, invited_at, invited_until, joined_at, revoked_at "
    "FROM packbay_door.login ORDER BY code"
)


@dataclass(frozen=True, slots=True)
class Joined:
    """A station that came in: its way to the server with a secret of its own, its code and name, how it is hidden.

    `tls` is PostgreSQL's own word for it (`pg_stat_ssl`): "TLSv1.3, TLS_AES_256_GCM_SHA384", "" for none.
    """

    server: Server
    code: str
    name: str
    tls: str


def join(server: Server, once: str) -> Joined:
    """Comes in with a one-time code.

    `server.user` is the station's role. `Shut` when the code is not (or no longer) good, and when the server can't be
    reached or is not the one that it should be.
    """
    import psycopg

    secret = secrets.token_urlsafe(32)
    with _connected(replace(server, password=once)) as connection:
        verifier = _verifier(connection, secret, server.user)
        try:
            row = connection.execute("SELECT code, name FROM packbay_door.join(%s)", (verifier,)).fetchone()
        except psycopg.errors.InsufficientPrivilege as error:
            raise Shut(str(error.diag.message_primary)) from None
        assert row is not None
        line = connection.execute(_TLS).fetchone()
    return Joined(replace(server, password=secret), str(row[0]), str(row[1]), ", ".join(filter(None, line or ())))


_TLS = "SELECT version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@contextmanager
def _connected(server: Server) -> Iterator[Any]:
    import psycopg

    if trouble := server.trouble():
        raise Shut(trouble)
    try:
        connection = psycopg.connect(**arguments_of(server))
    except psycopg.OperationalError as error:
        words = " ".join(str(error).split())
        if "password authentication failed" in words or "not permitted to log in" in words:
            words = "this one-time code is not good: mistyped, used, run out, or for a station of another name"
        raise Shut(words) from None
    with connection:
        yield connection


def _driver(session: Session) -> Any:
    return session.connection().connection.driver_connection


def _verifier(connection: Any, secret: str, role: str) -> str:
    """What the server keeps of a secret: it can check it with this, and not find it out."""
    return str(connection.pgconn.encrypt_password(secret.encode(), role.encode(), b"scram-sha-256").decode())


def _call(session: Session, statement: Any, values: dict[str, Any]) -> Any:
    """Calls one of the door's functions. `Shut` with its own words when it refuses."""
    try:
        return session.execute(statement, values).scalar()
    except DBAPIError as error:
        diagnosis = getattr(error.orig, "diag", None)
        if getattr(error.orig, "sqlstate", "") in ("23505", "02000", "P0002", "42501"):
            raise Shut(str(diagnosis.message_primary if diagnosis else error.orig)) from None
        raise
