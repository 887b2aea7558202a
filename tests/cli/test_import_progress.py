"""Long imports: a bar where a person looks on and nowhere else, a dry run beside the floor, a file that breaks off."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.cli.progress import EVERY_NS, Progress, size_words
from app.settings import home
from bench.imports import peak_of_import
from bench.order_files import write_orders
from tests.central_home import LAYOUT, PRODUCTS, line, table

pytestmark = pytest.mark.usefixtures("packbay_home")
RUN = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main(sys.argv[1:]))"]


class Terminal:
    """A terminal that remembers what was drawn."""

    def __init__(self, tty: bool = True) -> None:
        self.tty = tty
        self.drawn = ""

    def isatty(self) -> bool:
        return self.tty

    def write(self, text: str) -> int:
        self.drawn += text
        return len(text)

    def flush(self) -> None:
        pass


def test_the_line_says_bytes_orders_and_rate_and_goes_away() -> None:
    # given a file of 100 MB and a clock
    now = [0]
    terminal: Any = Terminal()
    with Progress("orders.json", 100_000_000, out=terminal, mono_ns=lambda: now[0]) as progress:
        # when 43,120 orders were read within 20 seconds
        for n in range(43_120):
            now[0] = (n + 1) * 20_000_000_000 // 43_120
            progress.seen(43_000_000 * (n + 1) // 43_120)
        assert progress.line() == (
            "orders.json [##########..............]  43% of 100 MB, 43 120 orders, 2 156 a second"
        )
        drawn = terminal.drawn.count("\r")

    # then it was drawn ten times a second at most, and is gone
    assert drawn <= 20_000_000_000 / EVERY_NS
    assert terminal.drawn.endswith(" \r")


def test_in_a_narrow_window_the_name_gives_way() -> None:
    line = Progress("a-very-long-name-of-a-file.json", 1000, mono_ns=lambda: 0).line(70)
    assert line == "a-very-… [........................]   0% of 1 kB, 0 orders, 0 a second"


@pytest.mark.parametrize(("tty", "shown"), [(False, True), (True, False)])
def test_nothing_is_drawn_where_nobody_looks(tty: bool, shown: bool) -> None:
    terminal: Any = Terminal(tty)
    now = iter(range(0, 10**12, 10**9))
    with Progress("x", 10, shown=shown, out=terminal, mono_ns=lambda: next(now)) as progress:
        for position in range(10):
            progress.seen(position)
    assert terminal.drawn == ""


@pytest.mark.parametrize(("size", "words"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "2 kB"), (10**8, "100 MB")])
def test_a_size_in_words(size: int, words: str) -> None:
    assert size_words(size) == words


def test_on_a_real_terminal_the_bar_is_on_stderr_only(tmp_path: Path) -> None:
    # given a terminal as stderr
    file = write_orders(tmp_path, "woocommerce", orders=400)
    here, there = pty.openpty()
    try:
        words = [*RUN, "import", "orders", str(file)]
        drawn = subprocess.run(words, stdout=subprocess.PIPE, stderr=there, check=True, text=True)
        os.set_blocking(here, False)
        bars = os.read(here, 1 << 20).decode()
        os.write(there, b".")
        subprocess.run([*words, "--json"], stdout=subprocess.PIPE, stderr=there, check=True)
        silent = os.read(here, 1 << 20)
    finally:
        os.close(here)
        os.close(there)

    # then the bar grows there, stdout has the result alone, and with --json there is none
    assert re.search(r"\rwoocomm\S+ \[#*\.*\] +\d+% of \d+ kB, \d+ orders, [\d ]+ a second", bars)
    assert drawn.stdout.startswith("woocommerce-400.json: 400 new, ")
    assert silent == b"."


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, data in (("layout", LAYOUT), ("products", PRODUCTS)):
        (tmp_path / f"{name}.csv").write_bytes(data)
        assert main(["import", name, str(tmp_path / f"{name}.csv")]) == 0
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    status = main([*map(str, words), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_dry_run_is_made_on_a_copy_and_leaves_nothing(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # given a file of more orders than one transaction takes, in which one comes twice and changed
    (files / "orders.csv").write_bytes(table(*(line(str(n)) for n in range(450)), line("7", "TEA")))
    (files / "more.csv").write_bytes(table(line("7", "CHOC")))
    before = home().central_file.read_bytes()

    # when it is tried out
    status, said = run(capsys, "import", "orders", files / "orders.csv", files / "more.csv", "--dry-run")

    # then it says what would happen, and not a byte is different
    assert (status, said["created"], said["updated"], said["dry_run"]) == (0, 450, 1, True)
    assert home().central_file.read_bytes() == before
    assert not list(home().root.glob("try-*"))


def test_a_file_that_breaks_off_says_what_went_in(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_orders(files, "shopify", orders=250)
    file.write_bytes(file.read_bytes()[:-60])

    status, said = run(capsys, "import", "orders", file)
    assert main(["import", "orders", str(file)]) == 1

    problem = "The file is cut off in line 250; orders before that: 249"
    assert (status, said["created"], said["refused"], said["files"][0]["problem"]) == (1, 249, 1, problem)
    assert capsys.readouterr().out.splitlines()[:2] == [
        "shopify-250.json: 0 new, 0 changed, 249 as before, 1 refused", f"shopify-250.json: refused: {problem}",
    ]  # fmt: skip


def test_products_that_come_let_orders_go_at_once(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "orders.csv").write_bytes(table(line("1", "NEW"), line("2", "NEW"), line("3", "OTHER")))
    main(["import", "orders", str(files / "orders.csv")])
    (files / "new.csv").write_text("sku,name\nNEW,New\n")

    status, said = run(capsys, "import", "products", files / "new.csv")

    assert (status, said["created"], said["released"], said["held"]) == (0, 1, 0, 2)
    [order] = run(capsys, "order", "show", "1")[1]["orders"]
    assert [hold["kind"] for hold in order["open_holds"]] == ["stock"]
    assert order["order_lines"][0]["known"]


def test_a_file_of_ten_times_the_size_takes_no_more_memory_in_a_process_of_its_own(tmp_path: Path) -> None:
    small, large = (write_orders(tmp_path, "woocommerce", size=size) for size in (80_000, 800_000))
    assert peak_of_import(large, tmp_path / "large") <= 1.2 * peak_of_import(small, tmp_path / "small")
