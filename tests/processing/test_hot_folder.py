"""A hot folder that is served: everything that is dropped ends in `done` or `refused` with a report, once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.clock import FakeClock
from app.db import Database, central_write
from app.errors import Unavailable
from app.floor.service.site import import_settings
from app.models import Incident
from app.processing.service import DUTIES
from app.processing.service.hot_folder import MOST_TRIES, Serving, Taken
from app.receipt.service.inbox import PATIENCE_NS, SETTLE_NS, Inbox
from app.receipt.service.keeping import BadInboxConfig
from app.settings import Home
from bench.order_files import write_orders
from tests.central_home import dump, line, rows, stocked, table

STILL = SETTLE_NS / 1e9


class Folder:
    """A hot folder beside a shop, with a clock that moves only when told to."""

    def __init__(self, database: Database, root: Path) -> None:
        self.database = database
        self.clock = FakeClock()
        self.inbox = Inbox(root).make()
        self.root = root
        self.serving = Serving(database, self.clock, self.inbox, Home(root.parent))

    def drop(self, name: str, data: bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path

    def serve(self, seconds: float = STILL) -> list[Taken]:
        """Looks, waits, and takes what is whole."""
        for _ in self.serving.steps():
            raise AssertionError("nothing is whole at the first look")
        self.clock.advance(seconds)
        return [taken for taken in self.serving.steps() if taken is not None]

    def report(self, where: str) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.root / f"{where}.report.json").read_bytes())
        return found

    def files(self) -> list[str]:
        """Everything below the folder but its lock."""
        found = (path for path in self.root.rglob("*") if path.is_file() and path.name != ".lock")
        return sorted(str(path.relative_to(self.root)) for path in found)


@pytest.fixture
def folder(shop: Database, tmp_path: Path) -> Folder:
    stocked(shop, "MUG,A-near,90", "TEA,B-near,90")
    return Folder(shop, tmp_path / "inbox")


GOOD = table(line("1"), line("2", "TEA"))


def test_a_table_is_taken_in_and_released_and_gets_its_report(folder: Folder) -> None:
    # given a table with a bad row
    folder.drop("orders.csv", table(line("1"), line("2", "TEA"), line("3", quantity=-1), line("4", "NOPE")) + b"\n")

    # when the folder is served
    [taken] = folder.serve()

    # then the good orders are in and on their way, and the report names the bad one
    assert rows(folder.database, "SELECT number, state FROM sales_order ORDER BY 1") == [
        ("1", "released"), ("2", "released"), ("4", "held"),
    ]  # fmt: skip
    assert taken.path == folder.root / "done" / "orders.csv"
    assert folder.files() == ["done/orders.csv", "done/orders.csv.report.json", "done/orders.csv.report.txt"]
    report = folder.report("done/orders.csv")
    times = {"began_at": report.pop("began_at"), "ended_at": report.pop("ended_at")}
    assert times == dict.fromkeys(times, "2026-03-02T13:07:02+00:00")
    assert report == {
        "file": "orders.csv", "folder": "", "status": "partly", "created": 3, "updated": 0, "unchanged": 0,
        "refused": 1, "late": 0, "released": 2, "held": 1, "problem": None, "warnings": [],
        "errors": [
            {
                "file": "orders.csv", "row": 4, "order": "3", "field": "quantity", "value": "-1",
                "expected": "a whole number from 0 to 1000000",
            }
        ],
    }  # fmt: skip
    assert (folder.root / "done" / "orders.csv.report.txt").read_text() == (
        "orders.csv, row 4, order 3, quantity: '-1' is not a whole number from 0 to 1000000\n"
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"refund": {"id": 1}}', "This is a Shopify refund, not an order"),
        (b"a,b\n1,2\n", "This is neither an order export that is known here nor a table with the usual columns"),
        (b"\x00\x01\x02\n", "This is neither an order export that is known here nor a table with the usual columns"),
        (b'{"orders": [{"id": 1, "financial_status": NaN}]}', "Broken JSON in line 1: NaN is no number"),
    ],
)
def test_what_is_no_file_of_orders_is_refused_with_the_reason(folder: Folder, data: bytes, problem: str) -> None:
    folder.drop("x.json", data)
    folder.serve()
    assert folder.files() == ["refused/x.json", "refused/x.json.report.json", "refused/x.json.report.txt"]
    assert str(folder.report("refused/x.json")["problem"]).startswith(problem)
    assert (folder.root / "refused" / "x.json").read_bytes() == data


def test_a_file_in_pieces_is_taken_once_and_whole(folder: Folder) -> None:
    # given a writer who needs five looks
    data = GOOD
    path = folder.drop("orders.csv", b"")
    for at in range(0, len(data), len(data) // 4):
        with path.open("ab") as file:
            file.write(data[at : at + len(data) // 4])
        assert folder.serve(0.5) == []
    with path.open("ab") as file:
        file.write(b"\n")

    # when he is done, then both orders are in
    assert [taken.result.created for taken in folder.serve()] == [2]


def test_a_file_that_was_cut_off_gives_what_is_whole_after_more_patience(folder: Folder, tmp_path: Path) -> None:
    whole = write_orders(tmp_path, "shopify", orders=3).read_bytes()
    folder.drop("cut.json", whole[:-100])
    assert folder.serve() == []
    [taken] = folder.serve(PATIENCE_NS / 1e9)
    assert taken.result.created == 2
    assert str(folder.report("done/cut.json")["problem"]).startswith("The file is cut off in line 3")


def test_a_file_that_grows_while_it_is_taken_is_put_back_and_taken_again(folder: Folder) -> None:
    # given a writer who pauses long enough to be believed, and goes on while his file is taken
    path = folder.drop("orders.csv", table(line("1"), line("2", "TEA")) + b"\n")
    with path.open("ab") as writer:
        for _ in folder.serving.steps():
            pass
        folder.clock.advance(STILL)
        steps = folder.serving.steps()
        next(steps)
        writer.write(line("2", "MUG").encode() + b"\n")
        writer.flush()
        assert [taken for taken in steps if taken is not None] == []

    # when he is done, then the file is taken whole, and nothing is there twice
    assert folder.files() == ["orders.csv"]
    [taken] = folder.serve()
    assert (taken.result.updated, taken.result.unchanged) == (1, 1)
    assert rows(folder.database, "SELECT count(*) FROM order_line") == [(3,)]


def test_a_mapping_beside_the_files_reads_the_tables_of_its_folder(folder: Folder, tmp_path: Path) -> None:
    # given a subfolder with a mapping, a table and an export of a shop
    folder.drop("phone/mapping.toml", b'channel = "phone"\n[columns]\norder = "No"\nsku = "Item"\nquantity = "Qty"\n')
    folder.drop("phone/calls.csv", b"No,Item,Qty\nP1,MUG,1\n")
    folder.drop("phone/shop.json", write_orders(tmp_path, "shopify", orders=1).read_bytes())
    folder.drop("plain.csv", GOOD + b"\n")

    # when the folder is served, then each is read by what it is
    assert {taken.name: taken.result.created for taken in folder.serve()} == {
        "calls.csv": 1, "shop.json": 1, "plain.csv": 2,
    }  # fmt: skip
    assert rows(folder.database, "SELECT channel, count(*) FROM sales_order GROUP BY 1 ORDER BY 1") == [
        ("csv", 2), ("phone", 1), ("shopify", 1),
    ]  # fmt: skip
    assert folder.report("done/calls.csv")["folder"] == "phone"


def test_a_broken_mapping_refuses_its_tables_and_says_so(folder: Folder) -> None:
    folder.drop("phone/mapping.toml", b"[columns]\norder = 1\n")
    folder.drop("phone/calls.csv", b"No,Item,Qty\nP1,MUG,1\n")
    folder.serve()
    assert folder.report("refused/calls.csv")["problem"] == (
        "The mapping says order, which is not known. Known: channel, shop, currency, delimiter, decimal, date_format, "
        "encoding, no_shipping, " + str(folder.report("refused/calls.csv")["problem"]).partition("no_shipping, ")[2]
    )


# ---- crashes --------------------------------------------------------------------------------------------------------


def interrupted(folder: Folder, after: int) -> None:
    """Serves until so many transactions are through, and dies."""
    for _ in folder.serving.steps():
        pass
    folder.clock.advance(STILL)
    steps: Iterator[Taken | None] = folder.serving.steps()
    for _ in range(after):
        assert next(steps) is None
    steps.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("after", [1, 2, 3, 4])
def test_a_crash_in_the_middle_is_made_good_without_doubles(folder: Folder, after: int) -> None:
    # given a file of 450 orders, and a crash after some of its transactions
    lines = [line(str(n), "MUG" if n % 2 else "NOPE") for n in range(450)]
    folder.drop("orders.csv", table(*lines) + b"\n")
    interrupted(folder, after)
    there = rows(folder.database, "SELECT count(*) FROM sales_order")
    assert there == [(min(after * 200, 450),)]

    # when somebody else serves the folder
    other = Folder(folder.database, folder.root)
    [taken] = [taken for taken in other.serving.steps() if taken is not None]

    # then every order is there once, and what can go has gone
    assert taken.result.created + taken.result.unchanged == 450
    assert rows(folder.database, "SELECT count(*) FROM sales_order") == [(450,)]
    assert rows(folder.database, "SELECT state, count(*) FROM sales_order GROUP BY 1 ORDER BY 1") == [
        ("held", 360), ("released", 90),
    ]  # fmt: skip
    assert folder.files() == ["done/orders.csv", "done/orders.csv.report.json"]


def test_what_is_dropped_again_changes_nothing(folder: Folder) -> None:
    folder.drop("orders.csv", GOOD)
    folder.serve(PATIENCE_NS / 1e9)
    before = dump(folder.database)
    folder.drop("orders.csv", GOOD)
    [taken] = folder.serve(PATIENCE_NS / 1e9)
    assert (taken.result.unchanged, taken.path.name) == (2, "orders-2.csv")
    assert dump(folder.database) == before


def test_a_file_that_ends_every_process_is_refused_in_the_end(folder: Folder) -> None:
    folder.drop("orders.csv", table(*(line(str(n)) for n in range(250))) + b"\n")
    interrupted(folder, 1)
    for _ in range(MOST_TRIES - 1):
        next(Folder(folder.database, folder.root).serving.steps())  # and again it dies after one transaction
    [taken] = [taken for taken in Folder(folder.database, folder.root).serving.steps() if taken is not None]
    assert str(taken.problem.what if taken.problem else "") == f"It could not be taken {MOST_TRIES} times"
    assert folder.files()[0] == "refused/orders.csv"


def test_while_another_process_holds_the_database_the_file_waits(folder: Folder, tmp_path: Path) -> None:
    # given somebody who writes for long
    from app.db import open_database

    impatient = open_database(folder.database.path, "central", busy_ms=1)
    served = Folder(impatient, folder.root)
    served.drop("orders.csv", GOOD + b"\n")
    with central_write(folder.database), pytest.raises(Unavailable):
        served.serve()
    assert len(served.files()) == 1

    # when he is done, then the file is taken, as if for the first time
    [taken] = [taken for taken in served.serving.steps() if taken is not None]
    assert taken.result.created == 2
    impatient.close()


# ---- two, and the duty ----------------------------------------------------------------------------------------------


def test_two_watchers_do_not_take_the_same_file(folder: Folder) -> None:
    # given two who saw the same file
    other = Folder(folder.database, folder.root)
    folder.drop("orders.csv", table(*(line(str(n)) for n in range(250))) + b"\n")
    for one in (folder, other):
        for _ in one.serving.steps():
            pass
        one.clock.advance(STILL)

    # when the first is at work, then the other finds nothing to do, not even what seems left behind
    steps = folder.serving.steps()
    next(steps)
    assert list(other.serving.steps()) == []
    assert [taken.result.created for taken in steps if taken is not None] == [250]
    assert list(other.serving.steps()) == []


def test_central_serves_the_folder_of_its_home_or_the_one_that_a_setting_names(shop: Database, tmp_path: Path) -> None:
    # given a home without a hot folder
    home, clock = Home(tmp_path / "home").make(), FakeClock()
    serve = DUTIES["inbox"]
    assert serve(shop, clock, home) == 0
    assert not (home.root / "inbox").exists()

    # when one is made, then what is dropped there is taken
    folder = Folder(shop, home.root / "inbox")
    folder.drop("orders.csv", GOOD + b"\n")
    assert serve(shop, clock, home) == 0
    clock.advance(STILL)
    assert serve(shop, clock, home) > 0
    assert rows(shop, "SELECT count(*) FROM sales_order") == [(2,)]
    assert serve(shop, clock, home) == 0

    # and when a setting names another one, that is served
    other = Folder(shop, tmp_path / "elsewhere")
    with central_write(shop) as session:
        import_settings(session, f"name,value\ninbox,{other.root}\n".encode(), file="s.csv")
    other.drop("more.csv", table(line("3")) + b"\n")
    serve(shop, clock, home)
    clock.advance(STILL)
    serve(shop, clock, home)
    assert rows(shop, "SELECT count(*) FROM sales_order") == [(3,)]


class Ticking(FakeClock):
    """A clock that moves a little whenever somebody looks."""

    def mono_ns(self) -> int:
        self.advance(0.15)
        return super().mono_ns()


def test_the_duty_works_in_small_slices(shop: Database, tmp_path: Path) -> None:
    # given a file of 900 orders
    home, clock = Home(tmp_path / "home").make(), Ticking()
    folder = Folder(shop, home.root / "inbox")
    folder.drop("orders.csv", table(*(line(str(n), "NOPE") for n in range(900))) + b"\n")

    # when the duty is called again and again
    seen = []
    for _ in range(200):
        DUTIES["inbox"](shop, clock, home)
        [(n,)] = rows(shop, "SELECT count(*) FROM sales_order")
        if not seen or seen[-1] != n:
            seen.append(n)
        if (folder.root / "done").exists() and list((folder.root / "done").iterdir()):
            break

    # then no call takes it all
    assert seen[-1] == 900
    assert len(seen) > 2


# ---- how long it is kept --------------------------------------------------------------------------------------------


def days_later(folder: Folder, days: int) -> list[str]:
    """What lies there after so many days, by the clock of the machine that wrote the files."""
    folder.clock = FakeClock(datetime.now(UTC) + timedelta(days=days))
    folder.serving = Serving(folder.database, folder.clock, folder.inbox, Home(folder.root.parent))
    list(folder.serving.steps())
    return folder.files()


@pytest.fixture
def filled(folder: Folder) -> Folder:
    """A file that was taken and one that was refused, both of an old day by the times the shop gave them."""
    for name, data in (("good.csv", table(line("1"))), ("bad.csv", b"nothing\n1\n")):
        os.utime(folder.drop(name, data), (0, 0))
    folder.serve(PATIENCE_NS / 1e9)
    assert {"done/good.csv", "refused/bad.csv"} <= set(folder.files())
    return folder


def test_taken_files_go_after_90_days_and_refused_ones_after_180(filled: Folder) -> None:
    whole = filled.files()

    assert days_later(filled, 89) == whole
    assert days_later(filled, 91) == [name for name in whole if name.startswith("refused/")]
    assert days_later(filled, 181) == []


def test_central_toml_says_how_long_and_nought_is_for_ever(filled: Folder) -> None:
    toml = filled.root.parent / "central.toml"
    toml.write_text("[inbox]\nkeep_done_days = 0\nkeep_refused_days = 7\n")
    kept = [name for name in filled.files() if name.startswith("done/")]

    assert days_later(filled, 8) == kept
    assert days_later(filled, 8_000) == kept


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("keep_done = 3", "keep_done is not known; known are keep_done_days, keep_refused_days"),
        ("keep_done_days = -1", "keep_done_days must be a whole number of days; 0 keeps for ever"),
        ("keep_done_days = true", "keep_done_days must be a whole number of days; 0 keeps for ever"),
    ],
)
def test_what_is_wrong_in_central_toml_is_named_and_nothing_is_deleted(lines: str, why: str, filled: Folder) -> None:
    (filled.root.parent / "central.toml").write_text(f"[inbox]\n{lines}\n")
    whole = filled.files()

    with pytest.raises(BadInboxConfig) as wrong:
        days_later(filled, 900)

    assert str(wrong.value.problem.what) == f"[inbox] in central.toml: {why}"
    assert filled.files() == whole


def test_while_a_clock_that_was_set_is_not_looked_at_nothing_is_deleted(filled: Folder) -> None:
    whole = filled.files()
    with central_write(filled.database) as session:
        session.add(Incident(id=b"c" * 16, kind="clock_jump", detail="", opened_at=filled.clock.now()))

    assert days_later(filled, 900) == whole
