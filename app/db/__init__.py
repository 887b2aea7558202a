"""Engines, transactions, the schema of each side, and the marks from which the feed is written."""

from app.db.engine import (
    Database,
    before_statements,
    central_push,
    central_write,
    glancing,
    is_machines_fault,
    now_of,
    open_database,
    open_server,
    reading,
    station_write,
)
from app.db.feed import changed, insert_rows, pack_row, unpack_row, write_feed
from app.db.parts import Parts, central_in_parts
from app.db.prepared import Prepared, one_of, set_row, tables_in
from app.db.remembering import remembered
from app.db.schema import migrate, tables_of

__all__ = [
    "Database", "Parts", "Prepared", "before_statements", "central_in_parts", "central_push", "central_write",
    "changed", "glancing", "insert_rows", "is_machines_fault", "migrate", "now_of", "one_of", "open_database",
    "open_server", "pack_row", "reading", "remembered", "set_row", "station_write", "tables_in", "tables_of",
    "unpack_row", "write_feed",
]  # fmt: skip
