"""`packbay people`: PINs that nobody sees, badges that are random, people who leave."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.barcodes import is_sound
from app.cli import main
from app.settings import Home, home
from app.work.rules import is_right_pin
from app.work.service.pepper import pepper_of

PEOPLE = "staff_number,name,role,language,label_code\n1003,Mia Lange,lead,de,BADGE-MIA\n1001,Ana Moreno,picker,en,\n"


@pytest.fixture
def site(packbay_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Home:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    assert main(["import", "people", str(tmp_path / "people.csv")]) == 0
    capsys.readouterr()
    return home()


def rows(site: Home, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(site.central_file)) as connection:
        return connection.execute(sql).fetchall()


def set_pin(monkeypatch: pytest.MonkeyPatch, pin: str, number: str = "1003") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{pin}\n"))
    return main(["people", "pin", number, "--stdin"])


def test_a_pin_is_set_and_neither_said_nor_kept_as_it_is(
    site: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_pin(monkeypatch, "271828") == 0

    out = capsys.readouterr()
    assert "271828" not in out.out + out.err
    ((person, kept),) = rows(site, "SELECT person_id, hash FROM person_pin")
    pepper = pepper_of(site)
    assert pepper is not None
    assert is_right_pin(pepper, person, "271828", kept)
    assert rows(site, "SELECT topic FROM feed WHERE topic = 'person_pin'") == [("person_pin",)]
    assert rows(site, "SELECT json_extract(body, '$.act') FROM v_fact WHERE kind = 'StaffChanged'") == [("pin",)]


def test_a_pin_by_hand_is_asked_twice(
    site: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answers, status in ((["271828", "271829"], 2), (["271828", "271828"], 0)):
        monkeypatch.setattr("getpass.getpass", lambda _, told=answers: told.pop(0))
        assert main(["people", "pin", "1003"]) == status
    assert "The two were not the same" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "pin", "words"), [
    ("1003", "123456", "a run on the keypad"), ("1003", "710039", "staff number"), ("9", "271828", "Nobody has"),
    ("1003", "", "six digits"),
])  # fmt: skip
def test_what_is_no_pin_is_refused(
    site: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: str, pin: str, words: str
) -> None:
    assert set_pin(monkeypatch, pin, number) == 2

    said = capsys.readouterr().err
    assert words in said
    assert not pin or pin not in said
    assert rows(site, "SELECT 1 FROM person_pin") == []


def test_without_the_key_no_new_one_is_made_while_there_are_pins(
    site: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_pin(monkeypatch, "271828")
    site.pepper_file.unlink()

    assert set_pin(monkeypatch, "592647", "1001") == 2
    assert "The key of the PINs is missing" in capsys.readouterr().err
    assert main(["people", "pin", "1003", "--remove"]) == 0
    assert set_pin(monkeypatch, "592647", "1001") == 0


def test_pins_of_another_key_are_not_joined_by_new_ones(
    site: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_pin(monkeypatch, "271828")
    site.pepper_file.write_bytes(b"k" * 32)

    assert set_pin(monkeypatch, "592647", "1001") == 2
    assert "Other PINs were set with another key" in capsys.readouterr().err


def test_a_new_badge_is_random_and_the_old_one_means_nothing(site: Home, capsys: pytest.CaptureFixture[str]) -> None:
    codes = []
    for _ in range(3):
        capsys.readouterr()
        assert main(["people", "badge", "1003", "--new", "--json"]) == 0
        codes.append(json.loads(capsys.readouterr().out)["code"])
        badges = (
            "SELECT c.value FROM code c JOIN person p ON p.id = c.subject "
            "WHERE c.kind = 'badge' AND p.staff_number = '1003'"
        )
        assert rows(site, badges) == [(codes[-1],)]

    assert len(set(codes)) == 3
    assert all(is_sound(code) and len(code) == 18 and "1003" not in code for code in codes)
    gone = "SELECT count(*) FROM feed WHERE topic = 'code' AND body = ''"
    assert rows(site, gone) == [(3,)]


def test_who_leaves_has_no_badge_no_pin_and_no_sign_in(
    site: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_pin(monkeypatch, "271828")
    capsys.readouterr()

    assert main(["people", "leave", "1003"]) == 0

    assert main(["people", "list", "--json"]) == 0
    people = json.loads(capsys.readouterr().out.splitlines()[-1])["people"]
    assert people[1] == {
        "staff_number": "1003", "name": "Mia Lange", "role": "lead", "language": "de", "active": False,
        "has_pin": False, "badges": 0, "failures": 0, "locked_until": None,
    }  # fmt: skip
    assert main(["people", "badge", "1003", "--new"]) == 2
    assert set_pin(monkeypatch, "271828") == 2


def test_unlock_wants_to_know_whom(site: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert [main(["people", "unlock", *who]) for who in ([], ["1003"], ["--stations"], ["1003", "--stations"])] == [
        2, 0, 0, 2,
    ]  # fmt: skip
    assert "Give a staff number, or --stations" in capsys.readouterr().err
