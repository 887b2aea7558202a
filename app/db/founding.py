"""Making central on PostgreSQL: roles, schema, rights, in an empty database; and the same again after each new program.

Run by whoever administers the server (its role may make roles). What it makes belongs to `<db>_owner`; the worker's way
in is returned, with a secret that nobody has seen.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError

from app.db.engine import Database, open_server
from app.db.postgres_schema import NotOurs, begin_migration
from app.db.rights import Roles, close_large_objects, grant, make_roles
from app.db.schema import migrate, newest_revision
from app.settings import Server


@dataclass(frozen=True, slots=True)
class Founded:
    """What was made: the worker's way in (None when it has one already) and what only a superuser could have closed."""

    worker: Server | None
    large_objects_closed: bool


def found(admin: Server, *, renew: bool = True) -> Founded:
    """Makes central in the database that `admin` names, or brings what is there up to date.

    With `renew` the worker gets a new secret. `NotOurs` when the database holds something else, is too old or may not
    be changed by this role; nothing is changed then but roles that nobody can log in with.
    """
    roles = Roles(admin.database)
    with said(), _opened(admin) as database, database.write.begin() as connection:
        _must_be_able(connection)
        make_roles(connection, roles)
        closed = close_large_objects(connection)
    with said(), as_owner(admin) as database:
        migrate(database)
        with database.write.begin() as connection:
            grant(connection, roles)
    return Founded(_renew(admin, roles) if renew else None, closed)


def make_room(admin: Server) -> None:
    """Makes the roles in an empty database, for what a backup brings. `NotOurs` when it is not empty."""
    with said(), _opened(admin) as database, database.write.begin() as connection:
        _must_be_able(connection)
        begin_migration(connection, frozenset())
        make_roles(connection, Roles(admin.database))
        close_large_objects(connection)


@contextmanager
def as_owner(admin: Server) -> Iterator[Database]:
    """Central as its owner: what is made in it is the owner's."""
    with _opened(admin) as database:
        _become(database.write, Roles(admin.database).owner)
        yield database


def check_revision(database: Database) -> None:
    """Whether this program and the server's schema fit. `NotOurs` with what is to be done when they do not."""
    with said(), database.read.connect() as connection:
        there = str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")
    if there < newest_revision():
        raise NotOurs(
            f"central is of an older program (revision {there}): packbay central upgrade brings it up to date"
        )
    if there > newest_revision():
        raise NotOurs(f"central is of a newer program (revision {there}): this one is to be brought up to date")


@contextmanager
def said() -> Iterator[None]:
    """What the server refuses, in its own words; no value and no secret is among them."""
    try:
        yield
    except DBAPIError as error:
        raise NotOurs(" ".join(str(error.orig).split())) from None


def _must_be_able(connection: Connection) -> None:
    may = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    if not connection.scalar(text(may)):
        who = connection.scalar(text("SELECT current_user"))
        raise NotOurs(f"{who} may not make roles: name an administrator, or ALTER ROLE {who} CREATEROLE")


def _renew(admin: Server, roles: Roles) -> Server:
    secret = secrets.token_urlsafe(32)
    with _opened(admin) as database, database.write.begin() as connection:
        driver: Any = connection.connection.driver_connection
        verifier = driver.pgconn.encrypt_password(secret.encode(), roles.worker.encode(), b"scram-sha-256").decode()
        connection.exec_driver_sql(f"ALTER ROLE {roles.worker} PASSWORD '{verifier}'")
    return replace(admin, user=roles.worker, password=secret, sslcert="", sslkey="")


@contextmanager
def _opened(admin: Server) -> Iterator[Database]:
    database = open_server(admin, connections=1)
    try:
        yield database
    finally:
        database.close()


def _become(engine: Engine, owner: str) -> None:
    """What is made from now on belongs to the owner."""

    @event.listens_for(engine, "connect")
    def _as_owner(connection: Any, _entry: object) -> None:
        connection.execute(f"SET ROLE {owner}")
        connection.commit()
