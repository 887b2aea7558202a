"""How a home stands in the end, read from the documented views as a stranger would: with sqlite3 and nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from app.settings import Home


def rows(file: Path, query: str) -> list[dict[str, Any]]:
    """The rows of a query on one of the two files, as dictionaries; the file is opened read-only."""
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    try:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]
    finally:
        connection.close()


def end_states(home: Home) -> dict[str, Any]:
    """Orders, parcels, paper and facts as the views show them."""
    return {
        "orders": rows(home.central_file, "SELECT number, state, units, short, holds FROM v_order ORDER BY number"),
        "parcels": rows(
            home.central_file,
            "SELECT order_number, state, tracking, sscc, weight_g, box, price, currency, units, closed_by_code "
            "FROM v_parcel ORDER BY opened_at",
        ),
        "prints": rows(home.central_file, "SELECT kind, state, copies, order_number FROM v_print ORDER BY queued_at"),
        "facts": rows(
            home.station_file, "SELECT kind, count(*) AS n FROM v_fact WHERE NOT voided GROUP BY kind ORDER BY kind"
        ),
        "scan_log": rows(
            home.station_file, "SELECT outcome, count(*) AS n FROM v_scan GROUP BY outcome ORDER BY outcome"
        ),
    }
