"""The published problems of tests/data/routing, with their optima."""

from __future__ import annotations

import csv
import tarfile
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[1] / "data" / "routing"


@cache
def texts(archive: str = "sprp_528") -> dict[str, str]:
    """Name → text of each problem."""
    found = {}
    with tarfile.open(DATA / f"{archive}.tar.xz") as held:
        for member in held.getmembers():
            if member.isfile() and (file := held.extractfile(member)) is not None:
                found[member.name.rpartition("/")[2]] = file.read().decode("cp1252")
    return dict(sorted(found.items()))


def optima(name: str = "sprp_528_optima", column: str = "optimum") -> dict[str, float]:
    """Name → the length of the shortest walk."""
    with (DATA / f"{name}.csv").open() as rows:
        return {row["instance"]: float(row[column]) for row in csv.DictReader(rows) if row[column]}


def in_two_blocks(text: str) -> str:
    """The same problem with a cross-aisle in the middle."""
    return text.replace("single-block", "two-block")
