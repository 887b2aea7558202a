"""A long table of master data goes in part by part: whoever waits for central gets it in between."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.cli import imports
from app.cli.progress import Progress
from app.db import Database, central_in_parts, central_write
from app.db.parts import FIRST_ROWS, MOST_ROWS
from app.errors import Refused
from app.inventory.queries import differences
from app.inventory.service import import_products, import_stock
from app.models import SiteSetting
from tests.central_home import NOW, _template, central, rows, shop

__all__ = ["_template", "central", "shop"]
ROWS = 1_200


def table(rows: int, *, name: str = "Thing") -> bytes:
    return "".join(["sku,name,barcodes\n", *(f"S{n:05},{name} {n},C-{n:05}\n" for n in range(1, rows + 1))]).encode()


def bring_in(
    database: Database, data: bytes, *, told: Callable[[int], None] = lambda row: None,
    pause: Callable[[float], None] = lambda s: None,
) -> Any:  # fmt: skip
    with central_in_parts(database, told=told, pause=pause) as session:
        return import_products(session, data, file="p.csv")


def number(database: Database, sql: str) -> int:
    ((found,),) = rows(database, sql)
    assert isinstance(found, int)
    return found


def known(database: Database) -> int:
    return number(database, "SELECT count(*) FROM sku")


def test_between_two_parts_others_decide_at_central(central: Database) -> None:
    # given somebody who writes at central whenever the import lets him
    ends: list[int] = []
    seen: list[int] = []

    def somebody(_: float) -> None:
        with central_write(central) as session:
            session.merge(SiteSetting(name="somebody", value=str(len(seen))))
        seen.append(known(central))

    # when a long table is imported
    before = known(central)
    result = bring_in(central, table(ROWS), told=ends.append, pause=somebody)

    # then he got in after each part, and no part was longer than it may be
    assert (result.created, result.errors) == (ROWS, ())
    assert len(seen) == len(ends) - 1 >= 2
    assert seen[0] - before == FIRST_ROWS or seen[0] - before < FIRST_ROWS
    assert max(later - sooner for sooner, later in pairwise([1, *ends])) <= MOST_ROWS
    assert ends == sorted(ends)
    # and each part told the stations of its rows when it was over
    assert number(central, "SELECT count(*) FROM feed WHERE topic = 'code'") >= ROWS


def test_what_is_in_stays_when_an_import_is_broken_off_and_again_is_once(central: Database) -> None:
    reached: list[int] = []
    before = known(central)

    def breaks(row: int) -> None:
        reached.append(row)
        if len(reached) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_in(central, table(ROWS), told=breaks)
    there = known(central) - before
    assert there == reached[-1] - 1  # the first row of the file is its head

    again = bring_in(central, table(ROWS))
    assert (again.unchanged, again.created, again.errors) == (there, ROWS - there, ())
    assert bring_in(central, table(ROWS)).unchanged == ROWS


def test_good_rows_of_every_part_go_in_and_bad_ones_are_named(central: Database) -> None:
    # given a row without a name in the first part, and one late in the file that was there already
    lines = table(ROWS).decode().splitlines()
    lines[5], lines[ROWS - 10] = "S00005,,", lines[3]

    result = bring_in(central, "\n".join(lines).encode())

    assert (result.created, result.refused) == (ROWS - 2, 2)
    assert [error.row for error in result.errors] == [6, ROWS - 9]
    assert "row 4 has it already" in str(result.errors[1])


def test_stock_in_parts_keeps_the_ledger_whole(shop: Database) -> None:
    """What each part says is recorded in it, once."""
    bring_in(shop, table(ROWS))
    ((place,),) = rows(shop, "SELECT name FROM bin WHERE type = 'pick' ORDER BY name LIMIT 1")
    said = ["sku,bin,quantity", *(f"S{n:05},{place},{n}" for n in range(1, ROWS + 1))]
    for created in (ROWS, 0):
        with central_in_parts(shop, pause=lambda s: None) as session:
            result = import_stock(session, "\n".join(said).encode(), file="s.csv", now=NOW)
        assert (result.created, result.errors) == (created, ())

    assert rows(shop, "SELECT sum(on_hand) FROM stock s JOIN sku k ON k.id = s.sku_id WHERE k.sku LIKE 'S0%'") == [
        (ROWS * (ROWS + 1) // 2,)
    ]
    assert number(shop, "SELECT count(*) FROM fact WHERE kind = 'StockSet'") >= ROWS
    with central_write(shop) as session:
        assert differences(session) == ()


def test_the_command_says_how_far_it_came(central: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: object, row: int) -> None:
        monkeypatch.setattr(Progress, "position", row)
        raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "reached", breaks)
    options = type("Options", (), {"json": True, "dry_run": False})

    with pytest.raises(Refused) as refused:
        imports._bring_in(import_products, central, table(ROWS), "p.csv", options, whole=False)

    assert str(refused.value.problem.what) == f"p.csv: broken off; rows up to {known(central) + 1} are in"
    assert str(refused.value.problem.do[0]) == "Import the same file again: what is in stays as it is"
