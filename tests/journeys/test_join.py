"""The script that judges lost scans is itself judged: it must find a loss, a duplicate and a swap that were planted."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.join import Joined, join, sent_scans

SCRIPT = Path(__file__).with_name("join.py")
SENT = [(f"S{n}", "accepted") for n in range(1, 6)]
KEPT = [text for text, _ in SENT]


def test_what_was_sent_and_kept_in_order_is_whole() -> None:
    assert join(SENT, KEPT) == Joined(5, 5, (), (), (), ())


def test_a_loss_is_found_and_so_is_the_broken_word_of_its_good_beep() -> None:
    assert join(SENT, ["S1", "S2", "S4", "S5"]) == Joined(5, 4, ("S3",), (), (), ("S3",))


def test_a_loss_without_a_beep_is_a_loss_all_the_same() -> None:
    assert join([*SENT, ("S6", "")], KEPT) == Joined(6, 5, ("S6",), (), (), ())


def test_a_duplicate_is_found() -> None:
    assert join(SENT, ["S1", "S2", "S2", "S3", "S4", "S5"]) == Joined(5, 6, (), ("S2",), (), ())


def test_a_swap_is_found() -> None:
    assert join(SENT, ["S1", "S3", "S2", "S4", "S5"]) == Joined(5, 5, (), (), ("S2",), ())


def test_texts_that_are_not_unique_are_refused_for_nothing_could_be_told_by_them() -> None:
    with pytest.raises(ValueError, match="same text"):
        join([("S1", ""), ("S1", "")], ["S1"])


def test_the_log_is_read_by_number_with_the_beep_that_answered(tmp_path: Path) -> None:
    log = tmp_path / "scans.jsonl"
    entries = [
        {"n": 1, "text": "A"}, {"n": 2, "text": "B"}, {"n": 1, "answer": "step"}, {"n": 3, "text": "C"},
        {"n": 2, "answer": "wrong"},
    ]  # fmt: skip
    log.write_text("".join(json.dumps(e) + "\n" for e in entries), "utf-8")
    assert sent_scans(log, first=2) == [("B", "wrong"), ("C", "")]


def test_the_script_imports_nothing_of_the_house() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    names = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    } | {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


def test_the_script_runs_by_itself_and_its_exit_status_says_what_it_found(tmp_path: Path) -> None:
    import sqlite3

    log, file = tmp_path / "scans.jsonl", tmp_path / "station.sqlite"
    log.write_text('{"n": 1, "text": "A"}\n{"n": 2, "text": "B"}\n', "utf-8")
    connection = sqlite3.connect(file)
    connection.executescript(
        "CREATE TABLE v_fact (kind, voided, scan_text, seq, incarnation, event_group);"
        "INSERT INTO v_fact VALUES ('Packed', 0, 'A', 1, 'i', 1), ('Packed', 0, 'A', 2, 'i', 1);"
    )
    connection.close()
    command = [sys.executable, "-I", str(SCRIPT), str(log), str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert json.loads(ended.stdout) == {
        "sent": 2, "kept": 1, "lost": ["B"], "twice": [], "disorder": [], "broken_word": [],
    }  # fmt: skip
