"""The small warehouse of these journeys, taken in through the commands that a site uses: tables beside this file."""

from __future__ import annotations

import atexit
import contextlib
import csv
import io
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from app import cli
from app.settings import Home

TABLES = Path(__file__).parent / "warehouse"
MASTERS = ("settings", "layout", "stations", "products", "totes", "boxes", "policies", "people", "tariff", "stock")
BADGE = "BADGE-MARA"
BY_BIN, BY_PRODUCT = "bin_and_product", "product"


class TableRefused(AssertionError):
    """A table of the test warehouse did not go in as a whole."""


def command(root: Path, *words: str) -> str:
    """Runs a command of the core on a home; what it printed. TableRefused unless it ends with 0."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = cli.main([*words, "--home", str(root), "--json"])
    if status:
        raise TableRefused(f"{words} ended with {status}: {out.getvalue()}")
    return out.getvalue()


def only(table: Path, column: str, wanted: Sequence[str], target: Path) -> Path:
    """The rows of a table that have one of these words in a column."""
    with table.open(encoding="utf-8", newline="") as source, target.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(file, rows.fieldnames or ())
        writer.writeheader()
        writer.writerows(sorted((r for r in rows if r[column] in wanted), key=lambda r: wanted.index(r[column])))
    return target


_FOLDERS: list[Path] = []


def template_folder(prefix: str) -> Path:
    """A fresh folder for what is built once a process and then copied; it goes with the process."""
    if not _FOLDERS:
        atexit.register(remove_templates)
    _FOLDERS.append(Path(mkdtemp(prefix=prefix)))
    return _FOLDERS[-1]


def remove_templates() -> None:
    """Removes all of them; workers of a test run end without the way out that a program has."""
    while _FOLDERS:
        shutil.rmtree(_FOLDERS.pop(), ignore_errors=True)


@cache
def _template(orders: tuple[str, ...], policy: str) -> Path:
    root = template_folder("packbay-site-")
    for name in MASTERS:
        table = TABLES / f"{name}.csv"
        if name == "policies" and policy != BY_BIN:
            table = root / "policies.csv"
            table.write_text((TABLES / "policies.csv").read_text(encoding="utf-8").replace(BY_BIN, policy), "utf-8")
        command(root / "home", "import", name, str(table))
    if orders:
        command(
            root / "home", "import", "orders", str(only(TABLES / "orders.csv", "order", orders, root / "orders.csv"))
        )
    return root / "home"


def site(root: Path, *orders: str, policy: str = BY_BIN) -> Home:
    """A home at `root` with the warehouse and these of its orders, released. Built once a process, then copied."""
    shutil.copytree(_template(orders, policy), root)
    return Home(root).make()
