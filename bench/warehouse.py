"""A large warehouse, made in seconds: 100,000 or 1,000,000 SKUs, three codes each, 10,000 open orders, at both sides.

The small tables (people, totes, boxes, tariff) come in as at every site, through `packbay import`. The large ones are
written straight into central's file by Core's executemany, from a seed. The station's mirror is then what a feed would
have made of it: every mirrored table copied whole, the cursor at the head of the feed. The feed itself holds only the
small tables: no scan and no pull ever reads the rows behind its cursor.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, create_engine, insert, select

from app.barcodes import gs1_check_digit, own_code
from app.clock import SystemClock
from app.db import open_database
from app.db.feed import is_mirrored
from app.models import (
    Address,
    Aisle,
    Bin,
    BriefLine,
    Code,
    CrossAisle,
    Feed,
    FeedHead,
    Itself,
    Model,
    Movement,
    Order,
    OrderBrief,
    OrderLine,
    PickLine,
    Reservation,
    Sku,
    Stock,
    Tote,
    Work,
)
from app.settings import Home
from app.sync.keeper import Keeper
from bench.progress import bar
from tests.journeys.site import site

SKUS, MANY_SKUS, ORDERS, BINS, TOTES = 100_000, 1_000_000, 10_000, 40_000, 300
LINES = (1, 1, 2, 2, 3, 3, 4, 5, 6, 8)
"""How many lines an order has: 3.5 on average."""
UNITS = (1, 1, 1, 2, 3)
"""How many units a line has: 1.6 on average."""
AISLES, LEVELS, BAY_MM, AISLE_MM = 40, 5, 1_000, 3_500
AT_ONCE = 20_000
DAY_S = 86_400
NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
PLACES = AISLES * LEVELS * 2
COUNTED = ("sku", "code", "bin", "stock", "sales_order", "order_line", "work", "pick_line", "order_brief", "brief_line")

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Large:
    """A built home and what it holds: rows by table, of central's file and of the station's."""

    root: Path
    central: dict[str, int]
    station: dict[str, int]

    def rows(self) -> str:
        """Both sides by SELECT count(*), in words."""
        sides = (("central", self.central), ("station", self.station))
        return "; ".join(f"{side}: {', '.join(f'{n:,} {t}' for t, n in held.items())}" for side, held in sides)


def file_system(path: Path) -> str:
    """The kind of file system that a path is on, and the device."""
    mounts = [line.split()[:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    over = [m for m in mounts if path.resolve().is_relative_to(m[1])]
    device, _, kind = max(over, key=lambda m: len(m[1]))
    return f"{kind} ({device})"


def large_home(target: Path, skus: int = SKUS, orders: int = ORDERS) -> Large:
    """A fresh home at `target`, copied from the one that was built first (it is kept beside other temporary files)."""
    template = _template(skus, orders)
    shutil.copytree(template / "home", target)
    os.utime(template)
    kept = json.loads((template / "rows.json").read_text(encoding="utf-8"))
    return Large(target, kept["central"], kept["station"])


def _template(skus: int, orders: int) -> Path:
    """The folder of a finished build; a build that was broken off is begun anew."""
    folder = Path(tempfile.gettempdir()) / "packbay-bench" / f"{skus}-{orders}-{_fingerprint()}"
    if not (folder / "rows.json").exists():
        _clear(folder.parent)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        counted = build(folder / "home", skus, orders)
        (folder / "rows.json").write_text(json.dumps(counted), encoding="utf-8")
    return folder


def _clear(kept: Path) -> None:
    """Removes builds of a schema that was changed since: nobody has asked for them for a day."""
    for old in kept.glob("*"):
        if time.time() - old.stat().st_mtime > DAY_S:
            shutil.rmtree(old, ignore_errors=True)


def _fingerprint() -> str:
    """Another schema or another builder is another warehouse."""
    schema = "".join(f"{t.name}{[(c.name, str(c.type)) for c in t.columns]}" for t in Model.metadata.sorted_tables)
    indexes = sorted(str(i) for t in Model.metadata.sorted_tables for i in t.indexes)
    source = Path(__file__).read_text(encoding="utf-8")
    return hashlib.sha256((schema + "".join(indexes) + source).encode()).hexdigest()[:12]


def build(root: Path, skus: int, orders: int, seed: int = 1) -> dict[str, dict[str, int]]:
    """Builds the home; rows by table for each side."""
    home = site(root)
    made = _Made(random.Random(seed), skus)
    engine = create_engine(f"sqlite:///{home.central_file}")
    total = skus * 6 + BINS * 2 + orders * 18
    tick = bar(f"a warehouse of {skus:,} SKUs", total)
    done = 0
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
        made.small = {r.name: r.id for r in connection.execute(select(Bin.name, Bin.id))}
        for model, rows in made.tables(orders):
            for some in _slices(rows):
                connection.execute(insert(model.__table__), some)
                done += len(some)
                tick(min(done, total - 1))
    tick(total)
    engine.dispose()
    _mirror(home)
    return {"central": _counts(home.central_file), "station": _counts(home.station_file)}


def _slices(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while some := list(islice(source, AT_ONCE)):
        yield some


class _Made:
    """Rows from one stream of chance; ids are random bytes, so that no index is filled in its own order."""

    def __init__(self, chance: random.Random, skus: int) -> None:
        self.chance = chance
        self.skus = [chance.randbytes(16) for _ in range(skus)]
        self.bins = [chance.randbytes(16) for _ in range(BINS)]
        self.small: dict[str, bytes] = {}
        self.reserved: dict[int, int] = {}
        self.plan: list[list[tuple[int, int]]] = []

    def tables(self, orders: int) -> Iterator[tuple[type[Model], Iterable[Row]]]:
        """Every table with its rows, in an order in which they can be written."""
        self.plan = [self._order() for _ in range(orders)]
        for lines in self.plan:
            for sku, units in lines:
                self.reserved[sku] = self.reserved.get(sku, 0) + units
        yield Aisle, (self._aisle(n) for n in range(AISLES))
        yield CrossAisle, (self._cross(n) for n in range(3))
        yield Bin, (self._bin(n) for n in range(BINS))
        yield Tote, ({"id": self._tote(n), "name": f"K{n:04d}", "state": "free"} for n in range(TOTES))
        yield Sku, (self._sku(n) for n in range(len(self.skus)))
        yield Code, self._codes()
        yield Stock, (self._stock(n) for n in range(len(self.skus)))
        yield Movement, (self._movement(n) for n in range(len(self.skus)))
        yield from self._orders()

    # ---- the floor

    def _aisle(self, n: int) -> Row:
        return {"id": self._id("aisle", n), "name": f"K{n:02d}", "x_mm": self._x(n), "y0_mm": 0, "y1_mm": self._depth()}

    def _cross(self, n: int) -> Row:
        wide = self._x(AISLES - 1)
        y = n * self._depth() // 2
        return {"id": self._id("cross", n), "name": f"cross {n}", "y_mm": y, "x0_mm": 0, "x1_mm": wide}

    @staticmethod
    def _x(aisle: int) -> int:
        return 12_000 + aisle * AISLE_MM

    @staticmethod
    def _depth() -> int:
        return (BINS // PLACES + 1) * BAY_MM

    def _bin(self, n: int) -> Row:
        bay, rest = divmod(n, PLACES)
        aisle, rest = divmod(rest, LEVELS * 2)
        level, side = divmod(rest, 2)
        name = f"K{aisle:02d}-{bay:03d}-{'ABCDE'[level]}{'LR'[side]}"
        return {
            "id": self.bins[n], "name": name, "type": "pick", "aisle": f"K{aisle:02d}", "bay": f"{bay:03d}",
            "level": f"{'ABCDE'[level]}{'LR'[side]}", "level_no": level + 1, "side": "LR"[side],
            "x_mm": self._x(aisle), "y_mm": (bay + 1) * BAY_MM, "blocked": False,
        }  # fmt: skip

    def _tote(self, n: int) -> bytes:
        return self._id("tote", n)

    @staticmethod
    def _id(kind: str, n: int) -> bytes:
        return hashlib.sha256(f"{kind} {n}".encode()).digest()[:16]

    # ---- goods

    def _sku(self, n: int) -> Row:
        return {
            "id": self.skus[n], "sku": f"K{n:07d}", "name": f"Article {n // 4}", "variant": f"size {n % 4}",
            "weight_g": 20 + n % 900, "length_mm": 40 + n % 160, "width_mm": 30 + n % 90, "height_mm": 10 + n % 60,
            "item_class": "standard", "active": True,
        }  # fmt: skip

    def _codes(self) -> Iterator[Row]:
        """A GTIN on the unit, one on the case of twelve, and the site's own sticker; and a label on every place."""
        for n, sku in enumerate(self.skus):
            yield {"value": "0" + ean13(n), "kind": "item", "subject": sku, "units": 1, "printed": False}
            yield {"value": case14(n), "kind": "item", "subject": sku, "units": 12, "printed": False}
            yield {"value": f"ART{n:07d}", "kind": "item", "subject": sku, "units": 1, "printed": False}
        for n, place in enumerate(self.bins):
            name = str(self._bin(n)["name"]).replace("-", "")
            yield {"value": own_code("L" + name), "kind": "bin", "subject": place, "units": 1, "printed": True}
        for n in range(TOTES):
            code = own_code(f"TK{n:04d}")
            yield {"value": code, "kind": "tote", "subject": self._tote(n), "units": 1, "printed": True}

    def _place(self, sku: int) -> bytes:
        return self.bins[sku * 7919 % BINS]

    def _stock(self, n: int) -> Row:
        return {
            "sku_id": self.skus[n], "place_id": self._place(n), "lot": "", "status": "good",
            "on_hand": self._held(n), "reserved": self.reserved.get(n, 0),
        }  # fmt: skip

    def _held(self, n: int) -> int:
        return 500 + self.reserved.get(n, 0)

    def _movement(self, n: int) -> Row:
        return {
            "fact_id": self._id("movement", n), "line": 0, "sku_id": self.skus[n], "place_id": self._place(n),
            "lot": "", "status": "good", "quantity": self._held(n), "reason": "set", "at": NOW,
        }  # fmt: skip

    # ---- orders

    def _order(self) -> list[tuple[int, int]]:
        skus = self.chance.sample(range(len(self.skus)), self.chance.choice(LINES))
        return [(sku, self.chance.choice(UNITS)) for sku in skus]

    def _orders(self) -> Iterator[tuple[type[Model], Iterable[Row]]]:
        many = range(len(self.plan))
        lines = [(n, i, sku, units) for n in many for i, (sku, units) in enumerate(self.plan[n])]
        yield Address, (self._address(n) for n in many)
        yield Order, (self._sales_order(n) for n in many)
        yield OrderLine, (self._order_line(*line) for line in lines)
        yield OrderBrief, (self._brief(n) for n in many)
        yield BriefLine, (self._brief_line(*line) for line in lines)
        yield (
            Work,
            (
                {"id": self._id("work", n), "kind": "pick", "order_id": self._id("order", n), "state": "ready"}
                for n in many
            ),
        )
        yield PickLine, (self._pick_line(*line) for line in lines)
        yield Reservation, (self._reservation(*line) for line in lines)

    def _address(self, n: int) -> Row:
        return {
            "id": self._id("address", n), "name": f"Ada Buyer {n}", "line1": f"Main Street {n}", "city": "Bremen",
            "postcode": "28195", "country": "DE", "email": f"ada{n}@example.org",
        }  # fmt: skip

    def _sales_order(self, n: int) -> Row:
        at = NOW - timedelta(minutes=len(self.plan) - n)
        return {
            "id": self._id("order", n), "channel": "csv", "external_id": f"{n}", "number": f"{100_000 + n}",
            "state": "released", "placed_at": at, "received_at": at, "updated_at": at, "payment": "paid",
            "ship_to_id": self._id("address", n), "currency": "EUR", "content_hash": bytes(32),
        }  # fmt: skip

    def _order_line(self, n: int, i: int, sku: int, units: int) -> Row:
        return {
            "id": self._id(f"line {n}", i), "order_id": self._id("order", n), "position": i + 1,
            "external_id": f"{i + 1}", "external_sku": f"K{sku:07d}", "sku_id": self.skus[sku],
            "name": f"Article {sku // 4}", "quantity": units,
        }  # fmt: skip

    def _brief(self, n: int) -> Row:
        return {"order_id": self._id("order", n), "number": f"{100_000 + n}", "state": "released", "gift": False}

    def _brief_line(self, n: int, i: int, sku: int, units: int) -> Row:
        return {
            "line_id": self._id(f"line {n}", i), "order_id": self._id("order", n), "sku_id": self.skus[sku],
            "position": i + 1, "quantity": units,
        }  # fmt: skip

    def _pick_line(self, n: int, i: int, sku: int, units: int) -> Row:
        return {
            "id": self._id(f"pick {n}", i), "work_id": self._id("work", n), "order_line_id": self._id(f"line {n}", i),
            "sku_id": self.skus[sku], "place_id": self._place(sku), "quantity": units,
        }  # fmt: skip

    def _reservation(self, n: int, i: int, sku: int, units: int) -> Row:
        return {
            "id": self._id(f"promise {n}", i), "line_id": self._id(f"line {n}", i), "sku_id": self.skus[sku],
            "place_id": self._place(sku), "quantity": units,
        }  # fmt: skip


def ean13(n: int) -> str:
    """The GTIN-13 on a unit of the n-th SKU."""
    body = f"40{n:010d}"
    return body + gs1_check_digit(body)


def case14(n: int) -> str:
    """The GTIN-14 on a case of twelve of it."""
    body = f"1{40:02d}{n:010d}"
    return body + gs1_check_digit(body)


# ---- the mirror -----------------------------------------------------------------------------------------------------


def _mirror(home: Home) -> None:
    """Founds the station PACK02 and gives it what it would have read from the feed; sealed as a station leaves it."""
    _open_and_close(home)
    engine = create_engine(f"sqlite:///{home.station_file}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
        connection.exec_driver_sql(f"ATTACH '{home.central_file}' AS central")
        for table in filter(is_mirrored, Model.metadata.sorted_tables):
            names = ", ".join(f'"{c.name}"' for c in table.columns)
            connection.exec_driver_sql(
                f"INSERT OR REPLACE INTO main.{table.name} ({names}) SELECT {names} FROM central.{table.name}"
            )
        head, event = connection.exec_driver_sql(
            f"SELECT seq, event_id FROM central.{Feed.__tablename__} ORDER BY seq DESC LIMIT 1"
        ).one()
        assert head == connection.exec_driver_sql(f"SELECT head FROM central.{FeedHead.__tablename__}").scalar()
        connection.exec_driver_sql(f"UPDATE {Itself.__tablename__} SET feed_seq = ?, feed_event = ?", (head, event))
        connection.commit()
    engine.dispose()
    home.station_file.with_name(f"{home.station_file.name}-seal").unlink(missing_ok=True)
    _open_and_close(home)


def _open_and_close(home: Home) -> None:
    Keeper(open_database(home.station_file, "station"), SystemClock(), "PACK02", "Pack 02").close()


def _counts(file: Path) -> dict[str, int]:
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        tables = {name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
        found = {name: _count(connection, name) for name in COUNTED if name in tables}
    engine.dispose()
    return found


def _count(connection: Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0)
