"""105,335 lines of a real shop with all their dirt: every row is accounted for."""

from __future__ import annotations

import csv
import gzip
import shutil
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from app.channels.base import ImportedOrder, RowError
from app.channels.plain_csv import PlainCsv, load_mapping
from app.clock import FakeClock
from app.db import Database
from app.processing.service.arrivals import FileIntake
from tests.central_home import rows as select
from tests.channels.streams import read_file

ORDERS = Path(__file__).parents[1] / "data" / "orders" / "online_retail_2010-12_2011-02.csv.gz"
MAPPING = """
channel = "retail"
currency = "GBP"
no_shipping = ["POST", "DOT", "M", "m", "C2", "D", "S", "BANK CHARGES", "AMAZONFEE", "gift_0001_20", "gift_0001_30",
  "gift_0001_40", "gift_0001_50"]
[columns]
order = "InvoiceNo"
sku = "StockCode"
item = "Description"
quantity = "Quantity"
placed_at = "InvoiceDate"
unit_price = "UnitPrice"
customer_id = "CustomerID"
country = "Country"
"""

Raw = list[dict[str, str]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The table, unpacked, and its mapping."""
    folder = tmp_path_factory.mktemp("retail")
    with gzip.open(ORDERS) as packed, (folder / "retail.csv").open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    (folder / "mapping.toml").write_text(MAPPING)
    return folder / "retail.csv", folder / "mapping.toml"


@pytest.fixture(scope="module")
def read(files: tuple[Path, Path]) -> tuple[list[ImportedOrder], list[RowError]]:
    return read_file(PlainCsv(load_mapping(files[1])), files[0])


@pytest.fixture(scope="module")
def raw(files: tuple[Path, Path]) -> Raw:
    with files[0].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_bad(row: dict[str, str]) -> bool:
    """What cannot be an order line: less than nothing, or a country that is none."""
    return int(row["Quantity"]) < 0 or row["Country"] == "Channel Islands"


def test_every_invoice_is_either_an_order_or_named(read: tuple[list[ImportedOrder], list[RowError]], raw: Raw) -> None:
    # given what the table holds
    good, errors = read
    bad = {row["InvoiceNo"] for row in raw if is_bad(row)}

    # then an invoice with a bad row is refused, and all others are orders, each once
    assert Counter(order.external_id for order in good) == Counter({r["InvoiceNo"] for r in raw} - bad)
    assert {error.order for error in errors} == bad
    assert len(good) + len(bad) == 4894


def test_every_bad_row_is_named_by_row_field_value_and_what_was_expected(
    read: tuple[list[ImportedOrder], list[RowError]], raw: Raw
) -> None:
    # given the rows whose quantity is below nought; the header is row 1
    negative = {(n, row["InvoiceNo"], row["Quantity"]) for n, row in enumerate(raw, 2) if int(row["Quantity"]) < 0}

    # then each is told, once, and beside them only countries
    told = [e for e in read[1] if e.field == "Quantity"]
    assert Counter((e.row, e.order, e.value) for e in told) == Counter(negative)
    assert {str(e.expected) for e in told} == {"a whole number from 0 to 1000000"}
    assert {(e.field, e.value) for e in read[1] if e.field != "Quantity"} == {("Country", "Channel Islands")}


def test_every_good_row_is_a_line_with_its_exact_price(
    read: tuple[list[ImportedOrder], list[RowError]], raw: Raw
) -> None:
    bad = {row["InvoiceNo"] for row in raw if is_bad(row)}
    wanted = Counter(
        (r["InvoiceNo"], r["StockCode"].strip(), r["Description"].strip(), int(r["Quantity"]), Decimal(r["UnitPrice"]))
        for r in raw
        if r["InvoiceNo"] not in bad
    )
    assert wanted == Counter(
        (order.external_id, line.sku, line.name, line.quantity, line.unit_price)
        for order in read[0]
        for line in order.lines
    )


def test_postage_and_fees_do_not_ship_and_guests_have_no_number(
    read: tuple[list[ImportedOrder], list[RowError]], raw: Raw
) -> None:
    no_goods = set(tomllib.loads(MAPPING)["no_shipping"])
    still = {line.sku for order in read[0] for line in order.lines if not line.ships}
    assert {"POST", "DOT", "M", "C2"} <= still <= no_goods
    guests = {row["InvoiceNo"] for row in raw if not row["CustomerID"]}
    nameless = {o.external_id for o in read[0] if o.customer is not None and not o.customer.external_id}
    assert nameless == guests & {order.external_id for order in read[0]}


def test_the_first_hundreds_go_into_the_database_once(
    files: tuple[Path, Path], central: Database, tmp_path: Path
) -> None:
    # given the first 2,000 lines of the table
    with files[0].open("rb") as table, (tmp_path / "part.csv").open("wb") as part:
        part.writelines(line for _, line in zip(range(2001), table, strict=False))
    channel = PlainCsv(load_mapping(files[1]))

    # when they are imported twice
    def bring_in() -> tuple[int, int, int]:
        intake = FileIntake(central, FakeClock(), "part.csv")
        with (tmp_path / "part.csv").open("rb") as stream:
            for _ in intake.steps(channel.read(stream, "part.csv")):
                pass
        return intake.result.created, intake.result.unchanged, intake.result.refused

    created, unchanged, refused = bring_in()
    assert unchanged == 0
    assert bring_in() == (0, created, refused)

    # then each order, line and customer is there once
    good, errors = read_file(channel, tmp_path / "part.csv")
    assert (created, refused) == (len(good), len({e.order for e in errors}))
    assert select(central, "SELECT count(*) FROM sales_order") == [(created,)]
    assert select(central, "SELECT count(*) FROM order_line") == [(sum(len(o.lines) for o in good),)]
    named = {o.customer.external_id for o in good if o.customer and o.customer.external_id}
    guests = sum(1 for o in good if o.customer and not o.customer.external_id)
    assert select(central, "SELECT count(*) FROM customer") == [(len(named) + guests,)]
