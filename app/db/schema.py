"""The schema of each side: which tables, which triggers, which views; brought up to date by one Alembic line.

Triggers and views are not seen by Alembic's comparison: they are written anew after every migration and compared by a
test of their own. Views are for strangers with the sqlite3 command line; docs/views.md describes them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table

from app.db.engine import Database
from app.db.postgres_schema import begin_migration, install_on_server, revision_of, uninstall_on_server
from app.models import Model

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent / "migrations"

APPEND_ONLY = {"central": ("fact", "movement"), "station": ("fact",)}
"""Tables whose rows are never changed or deleted, and the uniqueness that INSERT OR REPLACE could break."""
_UNIQUE = {
    "fact": (
        "fact_id = NEW.fact_id OR (station_id = NEW.station_id AND incarnation = NEW.incarnation AND seq = NEW.seq)"
    ),
    "movement": "fact_id = NEW.fact_id AND line = NEW.line",
}

_PLACE = (
    "coalesce((SELECT b_.name FROM bin b_ WHERE b_.id = {0}), "
    "(SELECT 'tote ' || t_.name FROM tote t_ WHERE t_.id = {0}), "
    "(SELECT 'parcel ' || p_.tracking FROM parcel p_ WHERE p_.id = {0}), lower(hex({0})))"
)
_SKU = "(SELECT s_.sku FROM sku s_ WHERE s_.id = {0})"
_PERSON = "(SELECT p_.name FROM person p_ WHERE p_.id = {0})"
_STATION = "(SELECT s_.code FROM station s_ WHERE s_.id = {0})"

_FACT = f"""
SELECT f.seq, {_STATION.format("f.station_id")} AS station, f.kind, f.at, {_PERSON.format("f.actor_id")} AS person,
  f.device, f.scan_number, f.scan_text,
  CASE WHEN json_valid(f.data) THEN json_extract(f.data, '$.body') ELSE f.data END AS body, f.event_group,
  EXISTS (SELECT 1 FROM voiding v WHERE v.fact_id = f.fact_id) AS voided,
  lower(hex(f.task_id)) AS task_id, lower(hex(f.fact_id)) AS fact_id, lower(hex(f.incarnation)) AS incarnation
FROM fact f ORDER BY f.station_id, f.incarnation, f.seq"""
_STOCK = f"""
SELECT {_SKU.format("s.sku_id")} AS sku, {_PLACE.format("s.place_id")} AS place, s.lot, s.status, s.on_hand, s.reserved,
  lower(hex(s.sku_id)) AS sku_id, lower(hex(s.place_id)) AS place_id
FROM stock s"""
_MOVEMENT = f"""
SELECT m.at, {_SKU.format("m.sku_id")} AS sku, {_PLACE.format("m.place_id")} AS place, m.lot, m.status, m.quantity,
  m.reason, m.line, lower(hex(m.fact_id)) AS fact_id, lower(hex(m.sku_id)) AS sku_id, lower(hex(m.place_id)) AS place_id
FROM movement m"""
_ORDER_CENTRAL = """
SELECT o.number, o.channel, o.external_id, o.state, o.placed_at, o.ship_by, o.currency, o.total,
  (SELECT count(*) FROM order_line l WHERE l.order_id = o.id) AS lines,
  (SELECT coalesce(sum(l.quantity - l.cancelled), 0) FROM order_line l WHERE l.order_id = o.id AND l.ships) AS units,
  (SELECT coalesce(sum(l.short), 0) FROM order_line l WHERE l.order_id = o.id) AS short,
  (SELECT group_concat(h.kind, ',') FROM hold h WHERE h.order_id = o.id AND h.released_at IS NULL) AS holds,
  lower(hex(o.id)) AS order_id
FROM sales_order o"""
_ORDER_STATION = """
SELECT b.number, b.state, b.ship_by, b.gift, b.station,
  (SELECT coalesce(sum(l.quantity), 0) FROM brief_line l WHERE l.order_id = b.order_id) AS units,
  lower(hex(b.order_id)) AS order_id
FROM order_brief b"""
_PARCEL = f"""
SELECT (SELECT b.number FROM order_brief b WHERE b.order_id = p.order_id) AS order_number, p.number, p.state,
  p.tracking, p.sscc, p.weight_g, (SELECT b.code FROM box_type b WHERE b.id = p.box_type_id) AS box, p.carrier,
  p.service, p.price, p.currency, p.opened_at, p.closed_at, p.closed_by_code, p.tracking_state,
  (SELECT m.number FROM manifest m WHERE m.id = p.manifest_id) AS manifest,
  (SELECT coalesce(sum(l.quantity), 0) FROM parcel_line l WHERE l.parcel_id = p.id) AS units,
  {_STATION.format("p.station_id")} AS station, lower(hex(p.id)) AS parcel_id, lower(hex(p.order_id)) AS order_id
FROM parcel p"""
_PRINT = f"""
SELECT j.kind, j.state, j.problem, j.copies, j.queued_at, j.printer,
  (SELECT b.number FROM order_brief b WHERE b.order_id = j.order_id) AS order_number,
  (SELECT p.tracking FROM parcel p WHERE p.id = j.parcel_id) AS tracking, {_STATION.format("j.station_id")} AS station,
  lower(hex(j.id)) AS print_job_id, lower(hex(j.parcel_id)) AS parcel_id
FROM print_job j"""
_RECEIPT = f"""
SELECT r.number, r.kind, r.supplier, r.state, r.expected_on, {_SKU.format("l.sku_id")} AS sku, l.quantity, l.received,
  lower(hex(r.id)) AS receipt_id, lower(hex(l.id)) AS receipt_line_id
FROM receipt r LEFT JOIN receipt_line l ON l.receipt_id = r.id"""
_COUNT = f"""
SELECT {_PLACE.format("c.place_id")} AS place, {_SKU.format("c.sku_id")} AS sku, c.reason, c.state, c.opened_at,
  {_PERSON.format("c.first_by")} AS first_by, {_PERSON.format("c.second_by")} AS second_by, c.counted_at, c.settled_at,
  lower(hex(c.id)) AS count_id, lower(hex(c.settled_fact)) AS settled_fact
FROM count_task c"""
_MAIL = """
SELECT (SELECT o.number FROM sales_order o WHERE o.id = e.order_id) AS order_number,
  json_extract(e.request, '$.event') AS event, e.state, json_extract(e.request, '$.to') AS sent_to, e.attempts,
  e.made_at, e.next_at, e.done_at, e.response, json_extract(e.request, '$.message_id') AS message_id,
  lower(hex(e.id)) AS mail_id, lower(hex(e.order_id)) AS order_id
FROM effect e WHERE e.kind = 'mail'"""
_MANIFEST = """
SELECT m.number, m.carrier, m.day, m.parcels, m.weight_g, m.closed_at, m.closed_by,
  (SELECT count(*) FROM parcel p WHERE p.manifest_id = m.id) AS parcels_now, lower(hex(m.id)) AS manifest_id
FROM manifest m"""
_TRACKING = """
SELECT (SELECT o.number FROM parcel p JOIN sales_order o ON o.id = p.order_id WHERE p.id = t.parcel_id) AS order_number,
  (SELECT p.tracking FROM parcel p WHERE p.id = t.parcel_id) AS tracking, t.at, t.status, t.place, t.words, t.raw,
  t.source, lower(hex(t.parcel_id)) AS parcel_id
FROM tracking_event t ORDER BY t.at, t.id"""
_SCAN = """
SELECT id, at, device, number, text, touched, meaning, outcome, reason, workflow, handled_us FROM scan_log"""

_RETURN = f"""
SELECT c.number, (SELECT b.number FROM order_brief b WHERE b.order_id = c.order_id) AS order_number, c.kind, c.state,
  c.wish, (SELECT coalesce(sum(l.announced), 0) FROM return_line l WHERE l.return_id = c.id) AS announced,
  {_SKU.format("i.sku_id")} AS sku, i.quantity, i.lot, i.serial, i.grade, i.disposition,
  CASE WHEN i.id IS NOT NULL THEN {_PLACE.format("i.place_id")} END AS place, i.at AS returned_at, c.opened_at,
  c.closed_at, (SELECT p.tracking FROM parcel p WHERE p.id = c.parcel_id) AS parcel,
  (SELECT b.number FROM order_brief b WHERE b.order_id = c.replacement_id) AS replacement,
  lower(hex(c.id)) AS return_id, lower(hex(i.id)) AS item_id, lower(hex(c.order_id)) AS order_id
FROM return_case c LEFT JOIN return_item i ON i.return_id = c.id AND i.quantity > 0 WHERE c.state <> 'void'"""
_REFUND = f"""
SELECT (SELECT o.number FROM sales_order o WHERE o.id = r.order_id) AS order_number,
  (SELECT c.number FROM return_case c WHERE c.id = r.return_id) AS return_number,
  (SELECT {_SKU.format("i.sku_id")} FROM return_item i WHERE i.id = r.return_item_id) AS sku, r.quantity, r.goods,
  r.discount, r.tax, r.fee, r.shipping, r.amount, r.currency, r.state, r.note, r.computed_at, r.handed_at, r.batch,
  lower(hex(r.id)) AS refund_id, lower(hex(r.return_id)) AS return_id, lower(hex(r.order_id)) AS order_id
FROM refund r"""

VIEWS: dict[str, dict[str, str]] = {
    "central": {
        "v_fact": _FACT, "v_movement": _MOVEMENT, "v_stock": _STOCK, "v_order": _ORDER_CENTRAL, "v_parcel": _PARCEL,
        "v_print": _PRINT, "v_receipt": _RECEIPT, "v_count": _COUNT, "v_mail": _MAIL, "v_manifest": _MANIFEST,
        "v_tracking": _TRACKING, "v_return": _RETURN, "v_refund": _REFUND,
    },
    "station": {
        "v_fact": _FACT, "v_stock": _STOCK, "v_order": _ORDER_STATION, "v_parcel": _PARCEL, "v_print": _PRINT,
        "v_receipt": _RECEIPT, "v_count": _COUNT, "v_manifest": _MANIFEST, "v_scan": _SCAN,
        "v_return": _RETURN,
    },
}  # fmt: skip


def tables_of(side: str) -> list[Table]:
    """The tables that a side has, parents before children."""
    return [t for t in Model.metadata.sorted_tables if side in t.info["sides"]]


KEPT_DAYS = 14
"""For so long a station keeps facts that central has: central may lose them with a disk, and be restored from a backup.

By the times at which central acknowledged them, of which the newest one is now: no clock has a say in it.
"""
_OLD_ENOUGH = (
    "WHEN NOT EXISTS (SELECT 1 FROM outbox o WHERE o.fact_id = OLD.fact_id AND o.acked_at < "
    "strftime('%Y-%m-%dT%H:%M:%fZ', (SELECT n.acked_at FROM outbox n WHERE n.acked_at IS NOT NULL "
    f"ORDER BY n.seq DESC LIMIT 1), '-{KEPT_DAYS} days')) "
)


def triggers_of(side: str) -> dict[str, str]:
    """The triggers of a side: `name -> CREATE TRIGGER …`.

    SQLite's REPLACE deletes silently without firing DELETE triggers unless `recursive_triggers` is on, which a
    stranger's command line has not: so a row that is already there is refused *before* the insert.
    """
    made: dict[str, str] = {}
    for table in APPEND_ONLY[side]:
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            unless = _OLD_ENOUGH if (side, verb) == ("station", "DELETE") else ""
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {unless}BEGIN "
                f"SELECT RAISE(ABORT, '{table} is append-only: {verb} is refused'); END"
            )
        name = f"{table}_no_replace"
        made[name] = (
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {_UNIQUE[table]}) BEGIN "
            f"SELECT RAISE(ABORT, '{table} is append-only: a row with this identity exists'); END"
        )
    return made


def alembic_config(connection: Connection, side: str) -> Config:
    """Alembic's configuration for one side, on an open connection."""
    from alembic.config import Config  # only where a file is brought up: a start every morning does without

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    config.attributes["side"] = side
    return config


def migrate(database: Database) -> None:
    """Brings the schema of a side up to date, in one transaction: all of it or nothing. Others wait meanwhile.

    Raises `NotOurs` for a database of a server that holds something else, or what a newer program wrote.
    """
    with database.write.begin() as connection:
        if database.is_server:
            begin_migration(connection, known_revisions())
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        if _revision(connection) != newest_revision():
            _upgrade(connection, database.side)
        install(connection, database.side)


def _upgrade(connection: Connection, side: str) -> None:
    from alembic import command

    _uninstall(connection)
    command.upgrade(alembic_config(connection, side), "head")


def _revision(connection: Connection) -> str:
    """The revision of this database's schema, "" for a new one."""
    if connection.dialect.name == "postgresql":
        return revision_of(connection)
    there = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if connection.exec_driver_sql(there).first() is None:
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")


def newest_revision() -> str:
    """The revision of the newest script, by the names of the files: `v0002_all_stages.py` is 0002 (a test compares)."""
    return max(known_revisions())


def known_revisions() -> frozenset[str]:
    """The revisions that this program can read: older ones it brings up to date."""
    return frozenset(path.name[1:5] for path in (_HERE / "versions").glob("v[0-9][0-9][0-9][0-9]_*.py"))


def _uninstall(connection: Connection) -> None:
    """Takes triggers and views away: SQLite renames no table that a view looks at, and batch migrations rename."""
    if connection.dialect.name == "postgresql":
        return uninstall_on_server(connection)
    for kind, name in connection.exec_driver_sql(
        "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')"
    ).all():
        connection.exec_driver_sql(f"DROP {kind} {name}")


def install(connection: Connection, side: str) -> None:
    """Writes triggers and views anew where they differ from what they should be."""
    if connection.dialect.name == "postgresql":
        install_on_server(connection, APPEND_ONLY[side], {name: sql.strip() for name, sql in VIEWS[side].items()})
        return
    there = {
        (kind, name): sql
        for kind, name, sql in connection.exec_driver_sql(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"
        )
    }
    wanted = {("trigger", n): sql for n, sql in triggers_of(side).items()}
    wanted |= {("view", n): f"CREATE VIEW {n} AS {sql.strip()}" for n, sql in VIEWS[side].items()}
    for kind, name in there.keys() - wanted.keys():
        connection.exec_driver_sql(f"DROP {kind} {name}")
    for (kind, name), sql in wanted.items():
        if there.get((kind, name)) != sql:
            connection.exec_driver_sql(f"DROP {kind} IF EXISTS {name}")
            connection.exec_driver_sql(sql)
