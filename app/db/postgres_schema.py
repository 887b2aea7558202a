"""What a schema needs on PostgreSQL beside its tables: the guards, a few of SQLite's functions, the views.

The views are one text for both engines: the functions that SQLite has and PostgreSQL lacks lie in a schema of their own
and say what they say there. Which text a view was made from stands in its comment, for PostgreSQL keeps no text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, text

from app.db.postgres import FUNCTIONS

OLDEST = 150_000
"""PostgreSQL 15: the oldest server that is tried."""
MIGRATION_LOCK = 0x50424D47


class NotOurs(Exception):
    """The database can't be central's as it is; the words say why and what to do."""


def begin_migration(connection: Connection, known: frozenset[str]) -> None:
    """Waits until nobody else migrates this database, and makes sure that it is ours or empty.

    `known` are the revisions of this program. Raises `NotOurs`; nothing was changed then.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    version = int(connection.scalar(text("SELECT current_setting('server_version_num')")) or 0)
    if version < OLDEST:
        raise NotOurs(f"the server is PostgreSQL {version // 10_000}: {OLDEST // 10_000} or newer is needed")
    if (encoding := connection.scalar(text("SELECT current_setting('server_encoding')"))) != "UTF8":
        raise NotOurs(f"the database keeps text as {encoding}: create it with ENCODING 'UTF8'")
    revision = revision_of(connection)
    if revision and revision not in known:
        raise NotOurs(f"the database is of another or a newer program (revision {revision}): this one can't read it")
    if not revision and (strangers := _things(connection)):
        some = ", ".join(strangers[:5]) + (" …" if len(strangers) > 5 else "")
        raise NotOurs(f"the database is not empty and not ours: it holds {some}; name an empty one")


def revision_of(connection: Connection) -> str:
    """The revision of the schema, "" for an empty database or one that is not ours."""
    there = "SELECT to_regclass('public.alembic_version') IS NOT NULL AND to_regclass('public.feed_head') IS NOT NULL"
    if not connection.scalar(text(there)):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM public.alembic_version")) or "")


_THINGS = """
SELECT format('%s.%s', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1"""


def _things(connection: Connection) -> list[str]:
    """Tables, views and sequences of whoever uses this database, but for those of extensions."""
    return list(connection.scalars(text(_THINGS)))


def guards_of(tables: Iterable[str]) -> dict[str, str]:
    """`trigger name -> CREATE TRIGGER …`: a row that is there is never changed or deleted, by nobody.

    Once a statement, so that TRUNCATE is refused too; ALWAYS, so that no session switches it off for itself.
    """
    return {
        f"{table}_append_only": (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTIONS}.refuse_change()"
        )
        for table in tables
    }


_BODIES = (
    f"CREATE SCHEMA IF NOT EXISTS {FUNCTIONS}",
    f"GRANT USAGE ON SCHEMA {FUNCTIONS} TO PUBLIC",
    f"""CREATE OR REPLACE FUNCTION {FUNCTIONS}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$""",
    f"""CREATE OR REPLACE FUNCTION {FUNCTIONS}.hex(bytea) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT upper(encode(coalesce($1, ''), 'hex')) $$""",
    f"""CREATE OR REPLACE FUNCTION {FUNCTIONS}.json_valid(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RETURN $1::json IS NOT NULL; EXCEPTION WHEN OTHERS THEN RETURN false; END $$""",
    f"""CREATE OR REPLACE FUNCTION {FUNCTIONS}.json_extract(text, text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE json_typeof(found) WHEN 'string' THEN found #>> '{{}}' WHEN 'null' THEN NULL ELSE found::text END
FROM (SELECT $1::json -> substr($2, 3)) AS looked(found) $$""",
    f"""CREATE OR REPLACE FUNCTION {FUNCTIONS}.joined(text, text, text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN $1 IS NULL THEN $2 WHEN $2 IS NULL THEN $1 ELSE $1 || $3 || $2 END $$""",
    f"CREATE OR REPLACE AGGREGATE {FUNCTIONS}.group_concat(text, text) (SFUNC = {FUNCTIONS}.joined, STYPE = text)",
)


def install_on_server(connection: Connection, tables: Iterable[str], views: Mapping[str, str]) -> bool:
    """Writes functions, guards and views anew where they differ from what they should be; whether any did.

    A view that is made anew has lost what was granted on it: whoever grants does so afterwards.
    """
    guards, changed = guards_of(tables), False
    there = _installed(connection)
    wanted = {name: _digest(sql) for name, sql in (*guards.items(), *views.items())} | {"": _digest("".join(_BODIES))}
    if there.get("") != wanted[""]:
        for sql in _BODIES:
            connection.exec_driver_sql(_plain(sql))
        _remember(connection, f"SCHEMA {FUNCTIONS}", wanted[""])
        changed = True
    uninstall_on_server(connection, {name for name, digest in there.items() if name and wanted.get(name) != digest})
    for name, sql in guards.items():
        if there.get(name) != wanted[name]:
            table = name.removesuffix("_append_only")
            connection.exec_driver_sql(sql)
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
            _remember(connection, f"TRIGGER {name} ON {table}", wanted[name])
            changed = True
    for name, sql in views.items():
        if there.get(name) != wanted[name]:
            connection.exec_driver_sql(_plain(f"CREATE VIEW {name} AS {sql}"))
            _remember(connection, f"VIEW {name}", wanted[name])
            changed = True
    return changed


_INSTALLED = f"""
SELECT name, what, substr(said, 9) FROM (
  SELECT c.relname, 'VIEW ' || c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
  UNION ALL
  SELECT t.tgname, 'TRIGGER ' || t.tgname || ' ON ' || c.relname, obj_description(t.oid, 'pg_trigger')
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
  UNION ALL
  SELECT '', '', obj_description(to_regnamespace('{FUNCTIONS}'), 'pg_namespace')
) AS found(name, what, said) WHERE said LIKE 'packbay %'"""


def _installed(connection: Connection) -> dict[str, str]:
    """Our views and triggers by name, with the digest of the text that they were made from; "" for the functions."""
    return {name: digest for name, _, digest in connection.execute(text(_INSTALLED))}


def uninstall_on_server(connection: Connection, names: set[str] | None = None) -> None:
    """Takes these of our views and triggers away, or all: a column that a view shows can't be changed."""
    for name, what, _ in connection.execute(text(_INSTALLED)).all():
        if name and (names is None or name in names):
            connection.exec_driver_sql(_plain(f"DROP {what}"))


def _remember(connection: Connection, what: str, digest: str) -> None:
    connection.exec_driver_sql(f"COMMENT ON {what} IS 'packbay {digest}'")


def _digest(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()


def _plain(sql: str) -> str:
    """A statement without values, as the driver takes it: a percent sign means itself."""
    return sql.replace("%", "%%")
