"""What the database itself refuses: every role × table × verb that is not allowed is tried, and refused by PostgreSQL.

What is allowed is written down here by hand, beside the code that grants it. A forbidden statement must end with
SQLSTATE 42501, and the same statement must work for the owner: else it was refused for another reason.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from app.clock import SystemClock
from app.db import open_database, open_server
from app.db.door import Shut, invite, join, revoke
from app.db.founding import found, make_room
from app.db.rights import Roles
from app.ids import stable_id
from app.settings import Server
from app.sync.applier import work_off
from app.sync.central import SqlCentral
from app.sync.keeper import Keeper
from app.sync.wire import Cursor, Greeting, Mark, WireAsk
from tests.engines import server
from tests.postgres import PgServer, debian_version, versions

REFUSED, RESTRICTED = "42501", "23001"
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "COPY", "REFERENCES", "TRIGGER")
APPEND_ONLY = {"fact", "movement"}
STATION_READS = {"fact", "fact_again", "station_mark", "station_seen", "ask", "answer", "feed", "feed_head",
                 "cluster_mark", "alembic_version"}  # fmt: skip
STATION_ADDS = {"fact", "fact_again", "station_mark", "station_seen", "ask"}
STATION_KEEPS = {"station_mark", "station_seen"}
_number = count(1)


@dataclass(frozen=True)
class Site:
    """A database with its roles, two stations that joined, one that is only invited and one that was sent away."""

    pg: PgServer
    roles: Roles
    logins: dict[str, tuple[str, str]]  # who -> role, secret

    def connect(self, who: str) -> psycopg.Connection[tuple[Any, ...]]:
        role, secret = self.logins[who]
        url = self.pg.url(role, secret, self.roles.database, sslmode="disable")
        return psycopg.connect(url, autocommit=True)

    def owner(self) -> psycopg.Connection[tuple[Any, ...]]:
        connection = self.pg.connect(self.roles.database)
        connection.execute(f"SET ROLE {self.roles.owner}")
        return connection

    def tables(self) -> dict[str, list[str]]:
        """Every table of ours with its columns."""
        with closing(self.pg.connect(self.roles.database)) as connection:
            rows = connection.execute(
                "SELECT table_schema || '.' || table_name, array_agg(column_name::text ORDER BY ordinal_position) "
                "FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) "
                "WHERE table_schema IN ('public', 'packbay_door') AND table_type = 'BASE TABLE' GROUP BY 1 ORDER BY 1"
            ).fetchall()
        return {str(name).removeprefix("public."): list(columns) for name, columns in rows}


def made(pg: PgServer) -> Site:
    """A site as `packbay central init` and `packbay station join` make it."""
    roles = Roles(f"site{next(_number)}")
    pg.create(roles.database)
    founded = found(Server.of_url(pg.url(database=roles.database)))
    assert founded.large_objects_closed
    assert founded.worker is not None
    pg.psql(f"CREATE ROLE {roles.database}_lists LOGIN PASSWORD 'l' "
            f"IN ROLE {roles.reader}")  # fmt: skip
    logins = {"worker": (roles.worker, founded.worker.password), "reader": (f"{roles.database}_lists", "l")}
    worker = open_server(_server(pg, roles, *logins["worker"]))
    for who in ("PACK01", "PACK02", "INVITED", "GONE"):
        with Session(worker.write) as session:
            once = invite(session, roles, who, who.title())
            session.commit()
        logins[who] = (roles.login_of(who), once)
        if who != "INVITED":
            joined = join(_server(pg, roles, roles.login_of(who), ""), once)
            assert (joined.code, joined.name, joined.tls) == (who, who.title(), "")
            logins[who] = (joined.server.user, joined.server.password)
    with Session(worker.write) as session:
        assert revoke(session, "GONE") <= 1  # the connection on which it joined may be ending still
        session.commit()
    worker.close()
    return Site(pg, roles, logins)


def _server(pg: PgServer, roles: Roles, role: str, secret: str) -> Server:
    url = pg.url(role, secret or "-", roles.database, sslmode="disable")
    return Server.of_url(url, dev_insecure=True)


@pytest.fixture(scope="module", params=versions())
def site(request: pytest.FixtureRequest) -> Site:
    return made(server(request.param))


def statement(table: str, verb: str, columns: list[str]) -> str:
    """A statement that needs the right to `verb` on this table and touches no row."""
    column, table = f'"{columns[0]}"', table if "." in table else f"public.{table}"
    return {
        "SELECT": f"SELECT count(*) FROM (SELECT * FROM {table} LIMIT 1) AS few",
        "INSERT": f"INSERT INTO {table} SELECT * FROM {table} WHERE false",
        "UPDATE": f"UPDATE {table} SET {column} = {column} WHERE false",
        "DELETE": f"DELETE FROM {table} WHERE false",
        "TRUNCATE": f"TRUNCATE {table}",
        "COPY": f"COPY {table} TO STDOUT",
        "REFERENCES": f"CREATE TABLE public.strange (x int, FOREIGN KEY (x) REFERENCES {table})",
        "TRIGGER": f"CREATE TRIGGER strange BEFORE INSERT ON {table} EXECUTE FUNCTION packbay_sqlite.refuse_change()",
    }[verb]


BREAKOUTS = (
    "SET ROLE {owner}", "SET ROLE {worker}", "SET ROLE postgres", "SET SESSION AUTHORIZATION {owner}",
    "CREATE TABLE public.strange (x int)", "CREATE TEMP TABLE strange (x int)", "CREATE SCHEMA strange",
    "CREATE ROLE strange", "ALTER ROLE {worker} PASSWORD 'mine'", "ALTER ROLE {other} NOLOGIN",
    "GRANT {worker} TO CURRENT_USER", "SELECT lo_create(0)", "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_read_file('/etc/passwd')", "SELECT pg_ls_dir('/')", "SELECT pg_read_binary_file('postgresql.conf')",
    "COPY public.fact TO '/tmp/strange'", "COPY public.ask FROM PROGRAM 'id'", "COPY public.ask FROM '/etc/passwd'",
    "SELECT * FROM pg_authid", "SELECT pg_terminate_backend({pid})", "SELECT packbay_door.revoke('PACK02')",
    "SELECT packbay_door.invite('{database}_s_x', 'X', 'X', 'x', 'SCRAM-SHA-256$x', 5)",
    "SELECT packbay_door.join('SCRAM-SHA-256$x')", "ALTER TABLE public.fact DISABLE TRIGGER ALL",
    "ALTER TABLE public.fact DISABLE ROW LEVEL SECURITY", "DROP POLICY packbay_read ON public.fact",
    "SET session_replication_role = replica", "CREATE FUNCTION public.strange() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER SYSTEM SET fsync = off",
    "SELECT email FROM public.address", "SELECT pg_switch_wal()", "CREATE PUBLICATION strange FOR ALL TABLES",
)  # fmt: skip
"""Ways out of what a station may; each is refused as not allowed."""


def allowed(who: str, table: str, verb: str) -> bool:
    """What each role may, as it is meant."""
    if who == "worker":
        if table == "packbay_door.login" or table == "alembic_version":
            return verb in ("SELECT", "COPY")
        return verb in ("SELECT", "COPY", "INSERT") or (verb in ("UPDATE", "DELETE") and table not in APPEND_ONLY)
    if who in ("PACK01", "PACK02"):
        # INSERT … SELECT asks for all columns and UPDATE for the first: of marks a station may write a few columns only
        if verb in ("SELECT", "COPY"):
            return table in STATION_READS
        return verb == "INSERT" and table in STATION_ADDS - {"station_seen"}
    return False


def outcome(connection: psycopg.Connection[tuple[Any, ...]], sql: str) -> str:
    """The SQLSTATE with which it was refused, "" when it was not; nothing of it stays."""
    try:
        if sql.startswith("ALTER SYSTEM"):  # which no transaction may hold
            connection.execute(sql)
            return ""
        with connection.transaction(force_rollback=True):
            if sql.startswith("COPY") and sql.endswith("STDOUT"):
                with connection.cursor().copy(sql) as data:
                    for _ in data:
                        pass
            else:
                connection.execute(sql)
    except psycopg.Error as error:
        return str(error.sqlstate)
    return ""


@pytest.mark.parametrize("who", ["worker", "reader", "PACK01", "INVITED"])
def test_every_forbidden_cell_of_the_matrix_is_refused(site: Site, who: str) -> None:
    # given all tables, and which of them are mirrored whole (a station may read those)
    tables = site.tables()
    assert len(tables) > 60
    whole = _mirrored_whole()
    seen = {True: 0, False: 0}
    wrong = []
    with closing(site.connect(who)) as connection:
        for table, columns in tables.items():
            for verb in VERBS:
                may = allowed(who, table, verb) or (who == "PACK01" and verb in ("SELECT", "COPY") and table in whole)
                # when the role tries it
                got = outcome(connection, statement(table, verb, columns))
                seen[may] += 1
                if got != ("" if may else REFUSED):
                    wrong.append((table, verb, may, got))
    # then each cell is as it is meant, and most are forbidden
    assert wrong == []
    assert seen[False] > 100


def test_the_owner_is_refused_nothing_of_that_but_changes_of_history(site: Site) -> None:
    # given every statement that was refused to somebody
    with closing(site.owner()) as owner:
        for table, columns in site.tables().items():
            for verb in VERBS[:6]:
                # when the owner says the same
                got = outcome(owner, statement(table, verb, columns))
                # then it works; only of facts and movements nothing is changed or deleted
                history = table in APPEND_ONLY and verb in ("UPDATE", "DELETE", "TRUNCATE")
                assert got == (RESTRICTED if history else ""), (table, verb)


def _mirrored_whole() -> set[str]:
    from app.db.feed import is_mirrored
    from app.models import Model

    return {t.name for t in Model.metadata.sorted_tables if is_mirrored(t) and not t.info.get("private")}


@pytest.mark.parametrize("who", ["PACK01", "INVITED"])
def test_a_station_finds_no_way_around_its_rights(site: Site, who: str) -> None:
    roles = site.roles
    with closing(site.connect("worker")) as worker, closing(site.connect(who)) as connection:
        names = {
            "owner": roles.owner, "worker": roles.worker, "database": roles.database,
            "other": roles.login_of("PACK02"), "pid": worker.info.backend_pid,
        }  # fmt: skip
        tried = {sql.format(**names): outcome(connection, sql.format(**names)) for sql in BREAKOUTS}
        if who == "INVITED":  # the door is what it is invited to: an invitation is used up by one join
            del tried["SELECT packbay_door.join('SCRAM-SHA-256$x')"]
    assert {sql: state for sql, state in tried.items() if state != REFUSED} == {}


def test_a_setting_does_not_make_another_station_of_it(site: Site) -> None:
    with closing(site.connect("PACK01")) as connection:
        before = connection.execute("SELECT packbay_door.station()").fetchone()
        connection.execute("SET app.site = '2'")
        connection.execute("SET packbay.station = 'PACK02'")
        assert connection.execute("SELECT packbay_door.station()").fetchone() == before


def test_one_that_was_sent_away_does_not_come_in_again(site: Site) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"not permitted to log in|password authentication failed"):
        site.connect("GONE")


def test_an_invitation_works_once(site: Site) -> None:
    # given one that is invited: it can join and nothing else
    role, once = site.logins["INVITED"]
    joined = join(_server(site.pg, site.roles, role, ""), once)
    # when the same code is tried again
    with pytest.raises(Shut, match="not good"):
        join(_server(site.pg, site.roles, role, ""), once)
    # then only the secret that the station made itself lets it in
    url = site.pg.url(joined.server.user, joined.server.password, site.roles.database, sslmode="disable")
    with closing(psycopg.connect(url)) as connection:
        assert connection.execute("SELECT packbay_door.station()").fetchone() == (stable_id("station", joined.code),)


def test_an_invitation_runs_out(site: Site) -> None:
    worker = open_server(_server(site.pg, site.roles, *site.logins["worker"]))
    with Session(worker.write) as session:
        once = invite(session, site.roles, "LATE", "Late", minutes=0)
        session.commit()
    worker.close()
    with pytest.raises(Shut, match="not good"):
        join(_server(site.pg, site.roles, site.roles.login_of("LATE"), ""), once)


def test_a_station_sees_and_writes_no_row_of_another(site: Site) -> None:
    # given a fact, an ask, an answer and marks of PACK02, and feeds of two sites
    other, mine = stable_id("station", "PACK02"), stable_id("station", "PACK01")
    with closing(site.pg.connect(site.roles.database)) as admin:
        admin.execute(_FACT, (b"f" * 16, other))
        admin.execute("INSERT INTO station_mark VALUES (%s, %s, 5, 'x', 0)", (other, b"i" * 16))
        for number in (1, 2):
            admin.execute("INSERT INTO feed VALUES (%s, 900000, %s, 'sku', '', '')", (number, b"e" * 16))
    with closing(site.connect("PACK01")) as connection:
        # when PACK01 looks, and tries to write as PACK02
        assert connection.execute("SELECT count(*) FROM fact").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM station_mark").fetchone() == (0,)
        assert connection.execute("SELECT site FROM feed").fetchall() == [(1,)]
        assert connection.execute("UPDATE station_mark SET pushed_seq = 0").rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(_FACT, (b"g" * 16, other))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute("INSERT INTO station_mark VALUES (%s, %s, 5, 'x', 5)", (mine, b"i" * 16))
        # then its own fact goes in, unless it is larger than any fact
        connection.execute(_FACT, (b"h" * 16, mine))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(_FACT.replace("'{}'", "repeat('x', 64001)").replace("7", "8"), (b"k" * 16, mine))


_FACT = (
    "INSERT INTO fact (fact_id, station_id, incarnation, seq, kind, version, event_group, at, device, scan_number, "
    "scan_text, chain, data) VALUES (%s, %s, 'i', 7, 'k', 1, 0, now(), '', 0, '', 'c', '{}')"
)


@pytest.mark.parametrize("version", versions())
def test_an_administrator_need_not_be_a_superuser(version: int) -> None:
    # given somebody who may make roles and owns an empty database
    pg, number = server(version), next(_number)
    pg.psql(f"CREATE ROLE admin{number} LOGIN CREATEROLE PASSWORD 'a'")
    pg.psql(f"CREATE DATABASE plain{number} OWNER admin{number}")
    roles = Roles(f"plain{number}")
    # when central is founded there, and founded again
    founded = found(_server(pg, roles, f"admin{number}", "a"))
    again = found(_server(pg, roles, f"admin{number}", "a"), renew=False)
    # then the worker gets in and invites, and what only a superuser can close is said
    assert (founded.large_objects_closed, again.worker) == (False, None)
    assert founded.worker is not None
    worker = open_server(founded.worker)
    with Session(worker.write) as session:
        once = invite(session, roles, "PACK01", "Pack 01")
        session.commit()
        joined = join(_server(pg, roles, roles.login_of("PACK01"), ""), once).server
        assert joined.user == f"plain{number}_s_pack01"
        assert revoke(session, "PACK01") <= 1
    worker.close()


def test_a_database_may_be_called_by_a_word_of_sql() -> None:
    pg = server(debian_version())
    made = Server.of_url(pg.url(database=pg.create("order")))

    make_room(made)

    connect = "SELECT has_database_privilege('order_worker', 'order', 'CONNECT')"
    assert pg.psql(connect, "order") == "t"
    pg.drop(["order"])


def test_the_protocol_needs_no_more_than_a_station_may(site: Site, tmp_path: Path) -> None:
    # given a station of PACK02's role with its own file, and the worker
    clock = SystemClock()
    line = open_server(_server(site.pg, site.roles, *site.logins["PACK02"]))
    worker = open_server(_server(site.pg, site.roles, *site.logins["worker"]))
    central = SqlCentral(line, clock)
    keeper = Keeper(open_database(tmp_path / "station.sqlite", "station"), clock, "PACK02", "Pack 02")
    me, out, request = keeper.station.station_id, keeper.outgoing(), b"r" * 16
    # when it greets, pushes a fact and a question, and the worker works
    welcome = central.hello(Greeting(me, keeper.incarnation, Mark(0, b""), out.cursor))
    ask = WireAsk(request, "numbers", '{"kind":"sscc"}', None, clock.now().isoformat())
    pushed = central.push(me, keeper.incarnation, out.facts, (ask,))
    assert (welcome.mark.seq, pushed.seq) == (0, 1)
    assert work_off(worker, clock) == 2
    # then it gets its own fact back, the answer, and a whole snapshot; and pushing again changes nothing
    pulled = central.pull(me, Cursor(0, b""), (request,))
    assert [answer.request_id for answer in pulled.answers] == [request]
    assert "applied" in {row.topic for row in pulled.rows}
    assert "station" in {part.topic for part in central.snapshot(me, keeper.incarnation)}
    assert central.push(me, keeper.incarnation, out.facts, (ask,)) == pushed
    keeper.close()
    for database in (line, worker):
        database.close()
