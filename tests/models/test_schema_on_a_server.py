"""The tables of a migrated server are those of the models; nobody changes history; a stranger's database is refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.types import TypeEngine

from app.db import Database, migrate, open_server
from app.db.postgres import Dialect
from app.db.postgres_schema import NotOurs, guards_of
from app.db.schema import APPEND_ONLY, VIEWS, tables_of
from app.models import Model
from app.settings import Server
from tests.engines import drop, fresh, server, server_under
from tests.postgres import PgServer, versions


@pytest.fixture(scope="module", params=versions())
def central(request: pytest.FixtureRequest) -> Iterator[Database]:
    database = fresh(request.param)
    yield database
    drop(database)


@pytest.fixture(params=versions())
def empty(request: pytest.FixtureRequest) -> Iterator[tuple[PgServer, str]]:
    """A server and a database of it with nothing in it."""
    pg = server(request.param)
    yield pg, pg.create("empty")
    pg.drop(["empty"])


def at(pg: PgServer, name: str) -> Database:
    return open_server(Server.of_url(pg.url(database=name)))


def asked(database: Database, sql: str) -> list[tuple[object, ...]]:
    with database.read.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def _differs(_c: object, _there: object, _wanted: object, found: TypeEngine[object], meant: TypeEngine[object]) -> bool:
    """Whether a column has another type than our dialect gives it."""
    return found.compile(dialect=Dialect()) != meant.compile(dialect=Dialect())


def test_a_migrated_server_needs_no_further_migration(central: Database) -> None:
    def belongs(thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        sides = getattr(thing, "info", {}).get("sides", ("central",)) if kind == "table" else ()
        return name != "alembic_version" and (kind != "table" or "central" in sides)

    pg, name = server_under(central), central.where.rpartition("/")[2]
    stranger = create_engine("postgresql+psycopg://", creator=lambda: pg.connect(name))
    with stranger.connect() as connection:
        options = {"compare_type": _differs, "include_object": belongs}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), Model.metadata)
    stranger.dispose()

    assert found == []


def test_it_has_centrals_tables_views_and_guards_and_no_other(central: Database) -> None:
    objects = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = '{}' ORDER BY 1"
    guards = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A' ORDER BY 1"

    assert asked(central, objects.format("r")) == sorted(
        (name,) for name in {t.name for t in tables_of("central")} | {"alembic_version"}
    )
    assert asked(central, objects.format("v")) == sorted((name,) for name in VIEWS["central"])
    assert asked(central, objects.format("S")) == []
    assert asked(central, guards) == sorted((name,) for name in guards_of(APPEND_ONLY["central"]))


def test_numbers_have_64_bits_and_text_the_order_of_its_bytes(central: Database) -> None:
    columns = (
        "SELECT DISTINCT format_type(a.atttypid, a.atttypmod), l.collname FROM pg_attribute a "
        "JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation l ON l.oid = a.attcollation "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 ORDER BY 1"
    )

    assert asked(central, columns) == [
        ("bigint", None), ("boolean", None), ("bytea", None), ("numeric", None), ("text", "C"),
        ("timestamp with time zone", None),
    ]  # fmt: skip


@pytest.mark.parametrize("table", APPEND_ONLY["central"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET at = now()",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "SET session_replication_role = replica; DELETE FROM {}",
        "INSERT INTO {0} SELECT * FROM {0} ON CONFLICT (fact_id) DO UPDATE SET at = now()",
        "MERGE INTO {0} USING {0} AS other ON false WHEN MATCHED THEN DELETE",
    ],
)
def test_history_is_changed_by_nobody(central: Database, table: str, statement: str) -> None:
    if table == "movement":
        statement = statement.replace("(fact_id)", "(fact_id, line)")
    refused = pytest.raises(psycopg.errors.RestrictViolation, match="append-only")
    with server_under(central).connect(central.where.rpartition("/")[2]) as owner, refused:
        owner.execute(statement.format(table).encode())


def test_migrating_twice_changes_nothing(central: Database) -> None:
    made = "SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    before = asked(central, made)

    migrate(central)

    assert asked(central, made) == before


def test_a_database_with_other_things_in_it_is_refused_and_stays_as_it_is(empty: tuple[PgServer, str]) -> None:
    pg, name = empty
    pg.psql("CREATE TABLE invoice (id int); CREATE SCHEMA shop; CREATE TABLE shop.item (id int)", name)
    database = at(pg, name)

    with pytest.raises(NotOurs, match=r"not empty and not ours: it holds public\.invoice, shop\.item"):
        migrate(database)

    assert pg.psql("SELECT count(*) FROM pg_class WHERE relname IN ('alembic_version', 'fact')", name) == "0"
    database.close()


def test_a_database_of_a_newer_program_is_refused(empty: tuple[PgServer, str]) -> None:
    pg, name = empty
    database = at(pg, name)
    migrate(database)
    pg.psql("UPDATE alembic_version SET version_num = '9999'", name)

    with pytest.raises(NotOurs, match="newer program"):
        migrate(database)
    database.close()


def test_two_who_migrate_at_once_wait_for_each_other(empty: tuple[PgServer, str]) -> None:
    pg, name = empty
    databases, failed = [at(pg, name) for _ in range(3)], []

    def run(database: Database) -> None:
        try:
            migrate(database)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert pg.psql("SELECT count(*) FROM alembic_version", name) == "1"
    for database in databases:
        database.close()


@pytest.mark.parametrize("statement", ["CREATE TABLE customer", "CREATE INDEX ix_work_begun", "CREATE VIEW v_refund"])
def test_a_migration_that_is_killed_leaves_nothing(empty: tuple[PgServer, str], statement: str) -> None:
    # given a backend that is ended just before one of the statements
    pg, name = empty
    database, killed = at(pg, name), []

    def kill(connection: Connection, _cursor: object, text: str, *_: object) -> None:
        if text.strip().startswith(statement) and not killed:
            driver = connection.connection.driver_connection
            killed.append(pg.psql(f"SELECT pg_terminate_backend({driver.info.backend_pid}, 5000)"))  # type: ignore[union-attr]

    event.listen(database.write, "before_cursor_execute", kill)

    # when somebody migrates
    with pytest.raises(Exception, match="terminating connection"):
        migrate(database)

    # then nothing is there, and the next one does it
    assert pg.psql("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace", name) == "0"
    migrate(database)
    assert (killed, pg.psql("SELECT count(*) FROM v_stock", name)) == (["t"], "0")
    database.close()
