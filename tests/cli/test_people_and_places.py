"""People, stations, settings and the tariff by their commands."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.barcodes import is_sound, own_code
from app.cli import main
from app.settings import home

pytestmark = pytest.mark.usefixtures("packbay_home")


def rows(sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home().central_file)) as connection:
        return list(connection.execute(sql))


def bring(folder: Path, what: str, text: str) -> int:
    (folder / f"{what}.csv").write_text(text, "utf-8")
    return main(["import", what, str(folder / f"{what}.csv")])


def test_a_person_gets_a_random_badge_once(tmp_path: Path) -> None:
    # given a person without a badge, imported twice
    people = "staff_number,name,role,language\n1001,Ana Moreno,picker,es\n"
    assert bring(tmp_path, "people", people) == 0
    [(code,)] = rows("SELECT value FROM code WHERE kind = 'badge'")
    assert bring(tmp_path, "people", people) == 0

    # then there is one badge of 80 random bits that says nothing of the person
    assert rows("SELECT value FROM code WHERE kind = 'badge'") == [(code,)]
    assert is_sound(str(code))
    assert len(str(code)) == 18
    assert "1001" not in str(code)
    assert rows("SELECT staff_number, name, role, language, active FROM person") == [
        ("1001", "Ana Moreno", "picker", "es", 1)
    ]


def test_the_sites_own_badges_are_kept_and_a_staff_number_is_no_badge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "staff_number,name,label_code\n1001,Ana,CHIP-77AB\n1002,Bo,1002\n1003,Cy,CHIP-77AB\n"
    assert bring(tmp_path, "people", table) == 1
    assert rows("SELECT value FROM code WHERE kind = 'badge'") == [("CHIP-77AB",)]
    assert capsys.readouterr().err == (
        "  people.csv, row 3, label_code: '1002' is not a badge code: a staff number can be guessed\n"
        "  people.csv, row 4, label_code: 'CHIP-77AB' is not a code of its own: another badge has it already\n"
    )


def test_a_station_gets_a_label_and_one_for_its_tray(tmp_path: Path) -> None:
    assert bring(tmp_path, "layout", "kind,name,type,x_mm,y_mm\nbin,Pack 02,pack,1,1\n") == 0
    assert bring(tmp_path, "stations", "code,name,place\nPACK02,Pack 02,Pack 02\nPACK03,Pack 03,nowhere\n") == 1
    assert rows("SELECT code, name, place_id = (SELECT id FROM bin) FROM station") == [("PACK02", "Pack 02", 1)]
    assert sorted(rows("SELECT kind, value FROM code WHERE kind IN ('station', 'tray')")) == [
        ("station", own_code("SPACK02")), ("tray", own_code("SPACK02TRAY")),
    ]  # fmt: skip


def test_the_tariff_is_zones_and_bands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tariff = (
        "kind,carrier,zone,country,postcode_prefix,service,up_to_g,price,currency\n"
        "zone,table,DE1,DE,,,,,\nzone,table,ISL,DE,25,,,,\nband,table,DE1,,,Parcel,2000,5.20,eur\n"
        "zone,table,DE1,,,,,,\nband,table,DE1,,,Parcel,5000,-1,EUR\n"
    )
    assert bring(tmp_path, "tariff", tariff) == 1
    assert bring(tmp_path, "tariff", tariff) == 1
    assert rows("SELECT country, postcode_prefix, zone FROM zone ORDER BY 2") == [
        ("DE", "", "DE1"),
        ("DE", "25", "ISL"),
    ]
    assert rows("SELECT service, zone, up_to_g, price, currency FROM tariff_band") == [
        ("Parcel", "DE1", 2000, "5.20", "EUR")
    ]
    said = capsys.readouterr()
    assert "tariff.csv, row 5, country: '' is not a country (ISO 3166 code or English name)" in said.err
    assert "tariff.csv, row 6, price: '-1' is not an amount such as 4.90" in said.err
    assert said.out.splitlines()[-1] == "tariff.csv: 0 new, 0 changed, 3 as before, 2 refused"


def test_words_of_the_site(tmp_path: Path) -> None:
    assert bring(tmp_path, "settings", "name,value\nshop_name,Nordlicht\n") == 0
    assert bring(tmp_path, "settings", "name,value\nshop_name,Südlicht\n") == 0
    assert rows("SELECT name, value FROM site_setting") == [("shop_name", "Südlicht")]
