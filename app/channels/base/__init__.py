"""What all imports share: the canonical order, errors that name row and field, typed reading of JSON and of tables.

A channel is one module of `app.channels` with a `CHANNEL` that fulfils the protocol `Channel`; it knows only this
package. Master data (products, bins, people …) is read with the same tables and reports the same errors.
"""

from app.channels.base.fields import Fields, clean, country_code, normal_key
from app.channels.base.jsons import elements, json_keys, load_json, member
from app.channels.base.orders import (
    Channel,
    Entry,
    ImportedCustomer,
    ImportedLine,
    ImportedOrder,
    gift_words,
)
from app.channels.base.results import BadFile, ImportResult, NotOrders, RowError, Tally, bad_file, not_orders
from app.channels.base.tables import Columns, Table, TableRow, header_of, read_table

__all__ = [
    "BadFile", "Channel", "Columns", "Entry", "Fields", "ImportResult", "ImportedCustomer", "ImportedLine",
    "ImportedOrder", "NotOrders", "RowError", "Table", "TableRow", "Tally", "bad_file", "clean", "country_code",
    "elements", "gift_words", "header_of", "json_keys", "load_json", "member", "normal_key", "not_orders", "read_table",
]  # fmt: skip
