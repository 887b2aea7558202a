"""`packbay watch` as a process of its own: files in pieces, a killed process, two at once."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from app.cli import main
from app.settings import home
from bench.order_files import write_orders
from tests.central_home import LAYOUT, PRODUCTS, line, table

pytestmark = pytest.mark.usefixtures("packbay_home")
PATIENCE_S = 60


@contextmanager
def watching(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A watcher that runs until the end of the block."""
    command = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main(sys.argv[1:]))"]
    process = subprocess.Popen(
        [*command, "watch", str(folder), "--json", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(true: Callable[[], bool], what: str) -> None:
    """Waits for another process, however slow this machine is now."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.02)


def orders() -> int:
    """Orders of this home, while others write."""
    if not home().central_file.exists():
        return 0
    with closing(sqlite3.connect(home().central_file, timeout=60)) as connection:
        try:
            found: int = connection.execute("SELECT count(*) FROM sales_order").fetchone()[0]
        except sqlite3.OperationalError:  # the tables are only being made
            return 0
        return found


def said(process: subprocess.Popen[str]) -> dict[str, object]:
    """The next line that a watcher prints."""
    assert process.stdout is not None
    found: dict[str, object] = json.loads(process.stdout.readline())
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hot folder of a home with two aisles and three products."""
    for name, data in (("layout", LAYOUT), ("products", PRODUCTS)):
        (tmp_path / f"{name}.csv").write_bytes(data)
        assert main(["import", name, str(tmp_path / f"{name}.csv")]) == 0
    return tmp_path / "inbox"


def test_a_file_that_is_written_in_pieces_is_taken_when_it_is_whole(folder: Path) -> None:
    # given a watcher, and a writer who is slower than it looks
    data = table(*(line(str(n)) for n in range(40))) + b"\n"
    folder.mkdir()
    with watching(folder) as watcher:
        until((folder / "done").is_dir, "the folders")
        with (folder / "orders.csv").open("wb") as writer:
            for at in range(0, len(data), 500):
                writer.write(data[at : at + 500])
                writer.flush()
                time.sleep(0.05)  # this is the writer's pace, nothing waits for it

        # when he is done, then all of it is taken, once
        assert said(watcher) == {
            "file": "orders.csv", "created": 40, "updated": 0, "unchanged": 0, "refused": 0, "late": 0, "released": 0,
            "held": 40, "problem": None,
        }  # fmt: skip
    assert orders() == 40
    assert [path.name for path in folder.iterdir() if path.is_file()] == [".lock"]


def test_a_watcher_that_is_killed_in_the_middle_is_made_good_by_the_next_one(folder: Path, tmp_path: Path) -> None:
    # given a watcher that is killed while it takes a file of 1,400 orders
    folder.mkdir()
    source = write_orders(tmp_path, "woocommerce", orders=1400)
    source.rename(folder / source.name)
    with watching(folder) as watcher:
        until(lambda: orders() > 0, "the first orders")
        watcher.send_signal(signal.SIGKILL)
        watcher.wait()
    there = orders()
    assert 0 < there < 1400
    assert os.listdir(folder / "done") == []  # noqa: PTH208

    # when the next one comes
    with watching(folder, "--once") as watcher:
        report = said(watcher)
        assert watcher.wait(PATIENCE_S) == 0

    # then every order is there once and has been looked at
    assert report["created"] == 1400 - there
    assert report["unchanged"] == there
    assert orders() == 1400
    with closing(sqlite3.connect(home().central_file)) as connection:
        assert connection.execute("SELECT state, count(*) FROM sales_order GROUP BY 1").fetchall() == [("held", 1400)]
    assert sorted(path.name for path in (folder / "done").iterdir()) == [source.name, f"{source.name}.report.json"]
    assert list((folder / "working").iterdir()) == []


def test_two_watchers_share_a_folder(folder: Path) -> None:
    # given two watchers of one folder
    folder.mkdir()
    with watching(folder) as one, watching(folder) as two:
        until((folder / "done").is_dir, "the folders")

        # when six files are dropped
        for n in range(6):
            part = folder / f"{n}.csv.part"
            part.write_bytes(table(*(line(f"{n}-{i}") for i in range(30))) + b"\n")
            part.rename(folder / f"{n}.csv")
        until(lambda: len(list((folder / "done").glob("*.csv"))) == 6, "six files in done")
        until(lambda: len(list((folder / "done").glob("*.report.json"))) == 6, "their reports")
        for watcher in (one, two):
            watcher.send_signal(signal.SIGINT)
        told = [line for watcher in (one, two) for line in watcher.communicate()[0].splitlines()]

    # then each was taken by one of them
    assert sorted(json.loads(words)["file"] for words in told) == [f"{n}.csv" for n in range(6)]
    assert {json.loads(words)["created"] for words in told} == {30}
    assert orders() == 180


def test_once_ends_when_nothing_is_left_and_says_what_was_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", str(folder), "--once"]) == 0
    (folder / "orders.csv").write_bytes(table(line("1"), line("2", quantity=-1)) + b"\n")
    (folder / "refund.json").write_text('{"refund": {"id": 1}}')
    capsys.readouterr()

    assert main(["watch", str(folder), "--once"]) == 1

    told = capsys.readouterr()
    assert told.out.splitlines()[1:] == [
        "orders.csv: 1 new, 0 changed, 0 as before, 1 refused; released to pick: 0, held: 1",
        "refund.json: 0 new, 0 changed, 0 as before, 1 refused",
    ]
    assert told.err == "  refund.json: This is a Shopify refund, not an order\n"
