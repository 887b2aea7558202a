"""Who may do what at central's PostgreSQL: roles, grants, row-level security, and the door by which stations come in.

Five kinds of roles, named after the database (roles belong to the whole cluster):

- `<db>_owner` owns everything and can't log in; it makes the roles of stations;
- `<db>_worker` logs in for `packbay worker` and the office's commands: reads and writes all rows, but never changes or
  deletes a fact or a movement;
- `<db>_station` is what every station may: add facts and asks, read feed and answers of its site, keep its own marks;
- `<db>_s_pack02` logs in for one station and is a member of it;
- `<db>_reader` is what people with a list of their own may: the views.

Which station somebody is follows from `session_user`, the name that was proven at login: no setting and no SET ROLE
changes it. The table of names lies in a schema of its own (`packbay_door`) beside the functions that change it; they
run with the owner's rights, and only the worker (`invite`, `revoke`) and an invited station (`join`) may call them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, text

from app.db.feed import is_mirrored, told_columns
from app.models import Model

DOOR = "packbay_door"
FACT_BYTES = 64_000
"""The most that a station may write as one fact, in bytes; a little less than it may say of one (SYNC 3)."""
APPEND_ONLY = ("fact", "movement")
STATION_CONNECTIONS, WORKER_CONNECTIONS = 4, 40
"""A station has two, one of which only listens; and two more while the server has not noticed yet that those were cut,
or while another machine runs on a copy of it: else the one that listens keeps the other one out."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the roles of one database. ValueError when its name is none that a role can begin with."""

    database: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.database):
            raise ValueError(
                f"the database {self.database!r} can't give its name to roles: small letters, digits and _ (at most 32)"
            )

    @property
    def owner(self) -> str:
        return f"{self.database}_owner"

    @property
    def worker(self) -> str:
        return f"{self.database}_worker"

    @property
    def station(self) -> str:
        return f"{self.database}_station"

    @property
    def reader(self) -> str:
        return f"{self.database}_reader"

    @property
    def groups(self) -> tuple[str, ...]:
        return (self.owner, self.worker, self.station, self.reader)

    def login_of(self, code: str) -> str:
        """The role of the station with this code ("PACK02")."""
        name = f"{self.database}_s_{re.sub(r'[^a-z0-9]', '_', code.lower())}"
        if len(name) > 63:
            raise ValueError(f"the code {code!r} is too long for the name of a role")
        return name


OWN_ROWS: dict[str, tuple[str, ...]] = {
    "fact": ("SELECT", "INSERT"),
    "fact_again": ("SELECT", "INSERT"),
    "station_mark": ("SELECT", "INSERT", "UPDATE (pushed_seq, pushed_chain)"),
    "station_seen": ("SELECT", "INSERT", "UPDATE (seen_at, app, schema, clock_offset_ms)"),
    "ask": ("SELECT", "INSERT"),
    "answer": ("SELECT",),
}
"""What a station may with the rows that carry its own `station_id`, and with no others."""
OF_SITE = ("feed", "feed_head")
"""What it may read of its own site."""
OPEN = ("cluster_mark",)
"""What it may read whole, beside the mirrored tables without their private columns."""
_CHECKS = {
    "fact": f" AND octet_length(data) <= {FACT_BYTES}",
    "fact_again": f" AND octet_length(data) <= {FACT_BYTES}",
    "ask": f" AND octet_length(body) <= {FACT_BYTES}",
    "station_mark": " AND applied_seq = 0",
    "station_seen": " AND revoked_at IS NULL",
}
"""What a row must be besides when a station adds it."""


def make_roles(connection: Connection, roles: Roles) -> None:
    """Makes the roles that are missing and lets nobody else into the database. Needs CREATEROLE (or a superuser).

    Whoever does this becomes a member of the owner, so that it can make the schema in the owner's name.
    """
    there = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    kinds = {roles.owner: "NOLOGIN CREATEROLE", roles.worker: f"LOGIN CONNECTION LIMIT {WORKER_CONNECTIONS}"}
    for name in roles.groups:
        if name not in there:
            _run(connection, f"CREATE ROLE {name} {kinds.get(name, 'NOLOGIN')}")
    if not connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
        _run(connection, f"GRANT {roles.owner} TO CURRENT_USER")
    _run(connection, f"GRANT {roles.station} TO {roles.owner} WITH ADMIN OPTION")  # who joins becomes a member of it
    for setting, value in _PATIENCE.items():
        _run(connection, f"ALTER ROLE {roles.worker} SET {setting} = '{value}'")
    database = f'"{roles.database}"'  # it may be a word of SQL ("order")
    for statement in (
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {roles.worker}, {roles.station}, {roles.reader}",
        f"GRANT CONNECT ON DATABASE {database} TO {roles.owner} WITH GRANT OPTION",
        f"GRANT CREATE ON DATABASE {database} TO {roles.owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {roles.owner}",
        f"GRANT USAGE ON SCHEMA public TO {roles.worker}, {roles.station}, {roles.reader}",
    ):
        _run(connection, statement)


_PATIENCE = {"idle_in_transaction_session_timeout": "60s", "tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2",
             "tcp_keepalives_count": "3"}  # fmt: skip
_STATION_PATIENCE = {
    "statement_timeout": "8s", "lock_timeout": "3s", "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3", "tcp_user_timeout": "6s",
}  # fmt: skip


def close_large_objects(connection: Connection) -> bool:
    """Takes from everybody what PostgreSQL gives to everybody: large objects. Only a superuser can; says whether."""
    if not connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")):
        return False
    named = connection.scalars(
        text(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace "
            "AND (proname LIKE 'lo\\_%' OR proname IN ('loread', 'lowrite'))"
        )
    ).all()
    for function in named:
        _run(connection, f"REVOKE EXECUTE ON FUNCTION pg_catalog.{function} FROM PUBLIC")
    return True


def grant(connection: Connection, roles: Roles) -> None:
    """Gives each role what it may and takes away everything else; to be run as the owner after each migration."""
    tables = [t for t in Model.metadata.sorted_tables if "central" in t.info["sides"]]
    views = connection.scalars(text("SELECT viewname FROM pg_views WHERE schemaname = 'public'")).all()
    for statement in (*_door(roles), *_schema(roles, views), *_worker(roles, tables), *_stations(roles, tables)):
        _run(connection, statement)


def _schema(roles: Roles, views: Sequence[str]) -> Iterator[str]:
    everybody = f"{roles.worker}, {roles.station}, {roles.reader}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {everybody}"
    yield f"GRANT USAGE ON SCHEMA packbay_sqlite TO {roles.worker}, {roles.reader}"
    yield f"GRANT SELECT ON alembic_version TO {roles.worker}, {roles.station}"
    for view in sorted(views):
        yield f"GRANT SELECT ON {view} TO {roles.worker}, {roles.reader}"


def _worker(roles: Roles, tables: Iterable[Table]) -> Iterator[str]:
    for table in tables:
        verbs = "SELECT, INSERT" if table.name in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        yield f"GRANT {verbs} ON {_q(table.name)} TO {roles.worker}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {roles.worker}"


def _stations(roles: Roles, tables: Sequence[Table]) -> Iterator[str]:
    columns = {t.name: [_q(c.name) for c in t.columns] for t in tables}
    for table in filter(is_mirrored, tables):
        told = ", ".join(_q(name) for name in told_columns(table))
        yield f"GRANT SELECT ({told}) ON {_q(table.name)} TO {roles.station}"
    for name in (*OF_SITE, *OPEN):
        yield f"GRANT SELECT ON {name} TO {roles.station}"
    for name, verbs in OWN_ROWS.items():
        for verb in verbs:
            yield f"GRANT {_verb(name, verb, columns[name])} ON {name} TO {roles.station}"
    yield from _policies(roles)


def _verb(table: str, verb: str, columns: Sequence[str]) -> str:
    """INSERT names its columns where central notes something in the row: no station begins with that."""
    if verb == "INSERT" and table == "station_seen":
        named = ", ".join(c for c in columns if c != _q("revoked_at"))
        return f"INSERT ({named})"
    return verb


def _policies(roles: Roles) -> Iterator[str]:
    """Row by row: a station its own, its site's feed; owner and worker all. FORCE: the owner has no other way in."""
    mine = f"station_id = (SELECT {DOOR}.station())"
    ours = f"site = (SELECT {DOOR}.site())"
    for name in (*OWN_ROWS, *OF_SITE):
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
        yield from _policy(name, "central", f"TO {roles.owner}, {roles.worker} USING (true) WITH CHECK (true)")
        whose = mine if name in OWN_ROWS else ours
        yield from _policy(name, "read", f"FOR SELECT TO {roles.station} USING ({whose})")
    for name, verbs in OWN_ROWS.items():
        if "INSERT" in verbs:
            check = f"{mine}{_CHECKS[name]}"
            yield from _policy(name, "add", f"FOR INSERT TO {roles.station} WITH CHECK ({check})")
        if any(verb.startswith("UPDATE") for verb in verbs):
            yield from _policy(name, "keep", f"FOR UPDATE TO {roles.station} USING ({mine}) WITH CHECK ({mine})")


def _policy(table: str, name: str, rest: str) -> Iterator[str]:
    yield f"DROP POLICY IF EXISTS packbay_{name} ON {table}"
    yield f"CREATE POLICY packbay_{name} ON {table} {rest}"


def _door(roles: Roles) -> Iterator[str]:
    """The table of logins and what may be done with it."""
    path = "SET search_path = pg_catalog, pg_temp"
    yield f"CREATE SCHEMA IF NOT EXISTS {DOOR}"
    yield f"REVOKE ALL ON SCHEMA {DOOR} FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA {DOOR} TO {roles.worker}, {roles.station}"
    yield f"""CREATE TABLE IF NOT EXISTS {DOOR}.login (
  role name PRIMARY KEY, code text NOT NULL UNIQUE, name text NOT NULL, station_id bytea NOT NULL UNIQUE,
  site bigint NOT NULL DEFAULT 1, invited_at timestamptz NOT NULL DEFAULT clock_timestamp(), invited_until timestamptz,
  joined_at timestamptz, revoked_at timestamptz)"""
    yield f"REVOKE ALL ON {DOOR}.login FROM PUBLIC, {roles.station}"
    yield f"GRANT SELECT ON {DOOR}.login TO {roles.worker}"
    for what, kind in (("station_id", "bytea"), ("site", "bigint")):
        yield f"""CREATE OR REPLACE FUNCTION {DOOR}.{what.removesuffix("_id")}() RETURNS {kind} LANGUAGE sql STABLE
SECURITY DEFINER {path} AS $$ SELECT {what} FROM {DOOR}.login WHERE role = session_user AND revoked_at IS NULL $$"""
    yield f"""CREATE OR REPLACE FUNCTION {DOOR}.invite(
  _role name, _code text, _name text, _station bytea, _verifier text, _minutes int)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER {path} AS $$
BEGIN
  IF _role NOT LIKE '{roles.database}\\_s\\_%' THEN
    RAISE EXCEPTION '% is no name for a station''s role', _role USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF _verifier NOT LIKE 'SCRAM-SHA-256$%' THEN
    RAISE EXCEPTION 'the secret must come as a SCRAM verifier' USING ERRCODE = 'invalid_password';
  END IF;
  IF EXISTS (SELECT FROM {DOOR}.login WHERE role = _role AND joined_at IS NOT NULL AND revoked_at IS NULL) THEN
    RAISE EXCEPTION 'station % has joined already', _code USING ERRCODE = 'unique_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = _role) THEN
    EXECUTE format('CREATE ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION', _role);
    EXECUTE format('GRANT %I TO %I', _role, '{roles.owner}');
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), _role);
  END IF;
  EXECUTE format('ALTER ROLE %I LOGIN CONNECTION LIMIT {STATION_CONNECTIONS} PASSWORD %L VALID UNTIL %L',
                 _role, _verifier, clock_timestamp() + make_interval(mins => _minutes));
{_settings_of_a_station()}
  INSERT INTO {DOOR}.login AS l (role, code, name, station_id, invited_until)
  VALUES (_role, _code, _name, _station, clock_timestamp() + make_interval(mins => _minutes))
  ON CONFLICT (role) DO UPDATE SET name = excluded.name, invited_at = clock_timestamp(),
    invited_until = excluded.invited_until, joined_at = NULL, revoked_at = NULL;
END $$"""
    yield f"""CREATE OR REPLACE FUNCTION {DOOR}.join(_verifier text)
RETURNS TABLE (code text, name text, station_id bytea) LANGUAGE plpgsql SECURITY DEFINER {path} AS $$
BEGIN
  IF _verifier NOT LIKE 'SCRAM-SHA-256$%' THEN
    RAISE EXCEPTION 'the secret must come as a SCRAM verifier' USING ERRCODE = 'invalid_password';
  END IF;
  UPDATE {DOOR}.login AS l SET joined_at = clock_timestamp(), invited_until = NULL
  WHERE l.role = session_user AND l.joined_at IS NULL AND l.revoked_at IS NULL AND l.invited_until > clock_timestamp();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'this invitation was used, has run out or was taken back' USING ERRCODE = 'insufficient_privilege';
  END IF;
  EXECUTE format('ALTER ROLE %I PASSWORD %L VALID UNTIL %L', session_user, _verifier, 'infinity');
  EXECUTE format('GRANT %I TO %I', '{roles.station}', session_user);
  RETURN QUERY SELECT l.code, l.name, l.station_id FROM {DOOR}.login AS l WHERE l.role = session_user;
END $$"""
    yield f"""CREATE OR REPLACE FUNCTION {DOOR}.revoke(_code text)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER {path} AS $$
DECLARE who name; ended int;
BEGIN
  UPDATE {DOOR}.login AS l SET revoked_at = clock_timestamp(), invited_until = NULL
  WHERE l.code = _code RETURNING l.role INTO who;
  IF who IS NULL THEN
    RAISE EXCEPTION 'no station has the code %', _code USING ERRCODE = 'no_data_found';
  END IF;
  EXECUTE format('ALTER ROLE %I NOLOGIN PASSWORD NULL', who);
  EXECUTE format('REVOKE %I FROM %I', '{roles.station}', who);
  SELECT count(*) INTO ended FROM (
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE usename = who AND datname = current_database()) AS gone;
  RETURN ended;
END $$"""
    for function, whose in (
        ("station()", f"{roles.station}, {roles.worker}, {roles.owner}"),
        ("site()", f"{roles.station}, {roles.worker}, {roles.owner}"),
        ("invite(name, text, text, bytea, text, int)", roles.worker),
        ("revoke(text)", roles.worker),
    ):
        yield f"REVOKE ALL ON FUNCTION {DOOR}.{function} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {DOOR}.{function} TO {whose}"
    # An invited station is no member of anything yet: it may come as far as the door, and call this one function.
    yield f"GRANT USAGE ON SCHEMA {DOOR} TO PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION {DOOR}.join(text) TO PUBLIC"


def _settings_of_a_station() -> str:
    return "\n".join(
        f"  EXECUTE format('ALTER ROLE %I SET {setting} = ''{value}''', _role);"
        for setting, value in _STATION_PATIENCE.items()
    )


def _q(name: str) -> str:
    return f'"{name}"'


def _run(connection: Connection, statement: str) -> None:
    """A statement without values, as the driver takes it: a percent sign means itself."""
    connection.exec_driver_sql(statement.replace("%", "%%"))
