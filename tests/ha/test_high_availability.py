"""What the trial concludes, what it fills in, and that nothing of it stays."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.ha.cluster import TEMPLATES, filled
from bench.ha.guard import Guard, at_work_in
from bench.ha.play import way_back
from bench.ha.verdict import Acts, Blow, acts_between, chip_outage_s, table

GOOD = Blow(
    "kill", True, "n1", "n2", 21.0, 22.5, Acts(90, 30.0), Acts(400, 41.0), 300, 0, 0, "pg_rewind", 9.0,
)  # fmt: skip


def test_a_blow_that_cost_nothing_is_well() -> None:
    assert GOOD.amiss() == []


@pytest.mark.parametrize(
    ("blow", "words"),
    [
        (replace(GOOD, lost=2, again=2), "kill: 2 acknowledged facts were lost in synchronous mode"),
        (replace(GOOD, synchronous=False), "kill: nothing was lost in asynchronous mode: the blow shows nothing"),
        (replace(GOOD, synchronous=False, lost=9, again=8), "kill: of 9 lost facts 8 came back"),
        (replace(GOOD, new="n1"), "kill: n1 leads as before"),
        (replace(GOOD, during=Acts(0, 0.0)), "kill: nobody recorded anything during the outage"),
        (replace(GOOD, during=Acts(9, 2_500.0)), "kill: a hand waited for 2.5 s"),
        (replace(GOOD, refused_by=0), "kill: no station refused the old leader"),
    ],
)
def test_what_must_not_be_is_said(blow: Blow, words: str) -> None:
    assert blow.amiss() == [words]


def test_the_table_has_a_column_for_each_figure() -> None:
    head, row = table([GOOD])
    assert head.split()[:3] == ["leader", "mode", "nodes"]
    assert re.split(r"\s{2,}", row) == [
        "kill", "synchronous", "n1 > n2", "21.0", "22.5", "0", "41 (30)", "400", "300", "0", "0", "pg_rewind, 9 s",
    ]  # fmt: skip


def test_acts_count_that_were_in_hand_between_two_moments(tmp_path: Path) -> None:
    # given acts before, across the beginning, within, and after; and a line that is being written
    file = tmp_path / "acts"
    file.write_text("100 50\n180 40\n250 9000000\n900 10\n95")
    assert acts_between([file], 200, 800) == Acts(2, 9.0)


def test_an_outage_goes_from_the_last_success_to_the_first_one_after_it() -> None:
    said: list[dict[str, Any]] = [
        {"pid": 1}, {"line": False, "since": 100.0}, {"line": False, "since": 100.0}, {"line": True, "since": 121.5},
    ]  # fmt: skip
    assert chip_outage_s(said) == 21.5
    assert chip_outage_s([{"line": True, "since": 1.0}]) == 0.0


def test_a_template_wants_every_value() -> None:
    wanted = set(re.findall(r"\$\{(\w+)\}", (TEMPLATES / "patroni.yml").read_text()))
    values: dict[str, object] = dict.fromkeys(wanted, "x")
    assert "${" not in filled("patroni.yml", values)
    with pytest.raises(KeyError, match="authority"):
        filled("patroni.yml", {name: value for name, value in values.items() if name != "authority"})


def test_the_way_back_is_read_from_the_log() -> None:
    assert way_back("INFO: running pg_rewind from n2") == "pg_rewind"
    assert way_back("INFO: trying to bootstrap from leader 'n2'") == "a new copy"
    assert way_back("INFO: no action. I am (n1), a secondary") == "following on"


def test_what_works_in_the_folder_ends_with_its_guard(tmp_path: Path) -> None:
    # given a guard, a process in its folder, and one beside it
    inside, folder = tmp_path / "trial" / "n1", tmp_path / "trial"
    inside.mkdir(parents=True)
    ours, other = (subprocess.Popen(["sleep", "60"], cwd=place) for place in (inside, tmp_path))
    try:
        guard = Guard(folder)
        assert list(at_work_in(folder)) == [ours.pid]

        # when its owner lets go
        guard.close()

        # then what was inside is gone, with the folder, and nothing else
        assert ours.wait(10) == -9
        assert not folder.exists()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait(10)
        ours.kill()
        ours.wait(10)
