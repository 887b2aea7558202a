"""What all imports share: the canonical order, errors that name row and field, typed reading of JSON and of tables.

A channel is one module of `app.channels` with a `CHANNEL` that fulfils the protocol `Channel`; it knows only this
package. Master data (products, bins, people …) is read with the same tables and reports the same errors.
"""

from app.channels.base.fields import Fields, clean, country_code, normal_key, shown
from app.channels.base.jsons import Piece, Shape, json_keys, json_orders
from app.channels.base.orders import (
    Attributes,
    Channel,
    Entry,
    ImportedCustomer,
    ImportedLine,
    ImportedOrder,
    attributes_of,
    extra_lines,
)
from app.channels.base.results import (
    BadFile,
    BrokenOff,
    ImportResult,
    NotOrders,
    RowError,
    Tally,
    bad_file,
    broken_off,
    not_orders,
    not_whole,
)
from app.channels.base.tables import Columns, OpenTable, Table, TableRow, header_of, read_table
from app.channels.base.texts import ENCODINGS

__all__ = [
    "ENCODINGS", "Attributes", "BadFile", "BrokenOff", "Channel", "Columns", "Entry", "Fields", "ImportResult",
    "ImportedCustomer", "ImportedLine", "ImportedOrder", "NotOrders", "OpenTable", "Piece", "RowError", "Shape",
    "Table", "TableRow", "Tally", "attributes_of", "bad_file", "broken_off", "clean", "country_code", "extra_lines",
    "header_of", "json_keys", "json_orders", "normal_key", "not_orders", "not_whole", "read_table", "shown",
]  # fmt: skip
