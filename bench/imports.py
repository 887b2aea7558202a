"""How fast orders come in, beside SQLAlchemy Core's executemany of the very rows that they leave, and how much memory
a file of ten times the size takes.

python -m bench.imports                       the figures as `python -m bench --only import` prints them
python -m bench.imports --child FILE HOME     one import in a process of its own; prints its peak of resident memory
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import func, insert, select

from app.channels import read_orders
from app.cli import main as packbay
from app.clock import SystemClock
from app.db import Database, central_write, migrate, open_database, reading, tables_of
from app.inventory.service import import_layout, import_products, import_stock
from app.processing.service.arrivals import AT_ONCE, release_waiting, take_in
from bench.figures import HEAD, Figure
from bench.order_files import CENTS, SKUS, write_orders

ORDERS, TIMES = 10_000, 3
KINDS = ("plain", "shopify")
SMALL, LARGE = 10 * 1024 * 1024, 100 * 1024 * 1024
NOW = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)

Rows = dict[str, list[dict[str, object]]]


def imports(folder: Path, orders: int = ORDERS, times: int = TIMES) -> Iterator[Figure]:
    """Ours and executemany in turns, the ratio of each turn, and the release of what came in."""
    template = empty_site(folder / "empty.sqlite", orders)
    template.close()
    for kind in KINDS:
        file = write_orders(folder, kind, orders=orders)
        ours, theirs, released = [], [], []
        for turn in range(times):
            mine, bare = (_copy(template, folder / f"{kind}-{turn}-{side}.sqlite") for side in ("ours", "bare"))
            ours.append(_ms(partial(receive, mine, file)))
            rows = left_rows(mine, bare)
            theirs.append(_ms(partial(executemany, bare, rows)))
            _compare(kind, counts(mine), counts(bare))
            released.append(_ms(partial(release_waiting, mine, SystemClock())))
            for database in (mine, bare):
                database.close()
                database.path.unlink()
        ratios = tuple(a / b for a, b in zip(ours, theirs, strict=True))
        yield Figure(f"{orders} orders received and checked, {kind}", tuple(ours))
        yield Figure("  executemany of the same rows", tuple(theirs))
        yield Figure("  ratio (times, not milliseconds)", ratios)
        yield Figure("  release of these orders", tuple(released))


def memory(folder: Path, small: int = SMALL, large: int = LARGE) -> Iterator[Figure]:
    """The peak of resident memory of `packbay import orders` for a file and for one of ten times its size."""
    for kind in KINDS:
        peaks = []
        for size in (small, large):
            peaks.append(peak_of_import(write_orders(folder, kind, size=size), folder / f"{kind}-{size}"))
            yield Figure(f"peak of memory (MB), {size // 1024 // 1024} MB of {kind}", (peaks[-1] / 1024,))
        yield Figure("  ratio (times, not milliseconds)", (peaks[1] / peaks[0],))


def _ms(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return (time.perf_counter() - begin) * 1000


def _copy(database: Database, path: Path) -> Database:
    shutil.copy(database.path, path)
    return open_database(path, "central")


def empty_site(path: Path, units: int) -> Database:
    """A central that knows the products and has so many orders' worth of stock, in half as many as are wanted."""
    database = open_database(path, "central")
    migrate(database)
    products = "sku,name,weight_g\n" + "".join(f"{sku},Product {sku},300\n" for sku in SKUS)
    layout = "kind,name,type,x_mm,y_mm,y0_mm,y1_mm\naisle,A,,3000,,2000,20000\n"
    layout += "".join(f"bin,A-{sku},pick,3000,{3000 + i * 1000},,\n" for i, sku in enumerate(SKUS))
    stock = "sku,bin,quantity\n" + "".join(f"{sku},A-{sku},{min(units, 900_000)}\n" for sku in CENTS)
    with central_write(database) as session:
        import_products(session, products.encode(), file="products.csv")
        import_layout(session, layout.encode(), file="layout.csv")
    with central_write(database) as session:
        import_stock(session, stock.encode(), file="stock.csv", now=NOW)
    return database


def receive(database: Database, file: Path) -> None:
    """What `packbay import orders` does before it releases."""
    entries = read_orders(file)
    while batch := list(islice(entries, AT_ONCE)):
        with central_write(database) as session:
            result = take_in(session, batch, source=file.name, now=NOW)
        if result.refused:
            raise ValueError(f"{file.name}: {result.errors[0]}")


def left_rows(database: Database, before: Database) -> Rows:
    """Every row that the orders left in the database: what `before` has not."""
    found: Rows = {}
    for table in tables_of("central"):
        key = [c.name for c in table.primary_key.columns]
        with reading(before) as session:
            known = {tuple(row) for row in session.execute(select(*table.primary_key.columns))}
        with reading(database) as session:
            rows = [dict(row) for row in session.execute(select(table)).mappings()]
        if new := [row for row in rows if tuple(row[name] for name in key) not in known]:
            found[table.name] = new
    return found


def executemany(database: Database, rows: Rows) -> None:
    """The peer: Core's executemany, one statement a table, all in one transaction."""
    by_name = {table.name: table for table in tables_of("central")}
    with database.write.begin() as connection:
        for name, of_table in rows.items():
            connection.execute(insert(by_name[name]), of_table)


def counts(database: Database) -> dict[str, int]:
    """Rows by SELECT, of the tables that have some."""
    with reading(database) as session:
        found = {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables_of("central")}
    return {name: n for name, n in found.items() if n and name != "feed_head"}


def _compare(kind: str, ours: dict[str, int], theirs: dict[str, int]) -> None:
    if ours != theirs:
        raise ValueError(f"not the same rows: {ours} and {theirs}")
    print(f"{kind}: rows by SELECT, on both sides: {ours}", file=sys.stderr)


# ---- memory ---------------------------------------------------------------------------------------------------------


def peak_of_import(file: Path, home: Path) -> int:
    """Kilobytes that a process at most had in memory while it imported a file into a fresh home."""
    command = [sys.executable, "-m", "bench.imports", "--child", str(file), str(home)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    shutil.rmtree(home)
    return int(said.splitlines()[-1])


def _child(file: Path, home: Path) -> int:
    settings = home.parent / f"{home.name}-settings.csv"
    settings.write_text("name,value\nrelease_on_import,no\n")
    packbay(["import", "settings", str(settings), "--home", str(home)])
    status = packbay(["import", "orders", str(file), "--home", str(home), "--json"])
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return status


def main(argv: list[str]) -> int:
    if argv[:1] == ["--child"]:
        return _child(Path(argv[1]), Path(argv[2]))
    print(HEAD)
    with tempfile.TemporaryDirectory(prefix="packbay-bench-") as folder:
        for bench in (imports, memory):
            for figure in bench(Path(folder)):
                print(figure.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
