"""The walk from one kiosk to a floor that lies beside the program still says what the program understands.

`deploy/try-floor` needs a server and a minute; here its shape is held, so that it does not rot between two walks.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from ui.main import build_parser

ROOT = Path(__file__).parents[2]
SCRIPTS = ("try-floor", "compare-central")
STAND_INS = {"$url": "postgresql://p@localhost/site", "$stations_url": "postgresql://localhost/site", "$what": "orders"}


def commands() -> list[str]:
    """Every line of the walk that calls the program, without what the shell does around it."""
    text = (ROOT / "deploy" / "try-floor").read_text()
    found = re.findall(r'"\$packbay" ([^\n|&>]*)', text)
    return [line.strip() for line in found]


def words_of(command: str) -> list[str]:
    words = shlex.split(command.removesuffix(")").replace('"${weak[@]}"', "--dev-insecure"))
    known = [STAND_INS.get(word, word) for word in words]
    return [re.sub(r"\$\{?\w+\}?", "x", word) for word in known]


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_are_shell_and_can_be_run(name: str) -> None:
    script = ROOT / "deploy" / name

    done = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert script.stat().st_mode & 0o111


def test_the_walk_calls_the_program_often_enough_to_be_one() -> None:
    assert len(commands()) >= 10
    acts = {tuple(words_of(line)[:2]) for line in commands()}
    assert {("central", "move"), ("station", "invite"), ("station", "join"), ("station", "revoke")} <= acts


@pytest.mark.parametrize("command", commands())
def test_each_command_of_the_walk_is_one_that_the_program_knows(command: str) -> None:
    words = words_of(command)

    options = build_parser(words).parse_args(words)

    assert options is not None


def test_the_files_that_the_walk_reads_are_there() -> None:
    text = (ROOT / "deploy" / "try-floor").read_text()
    scans = ROOT / "tests" / "journeys" / "scans"

    assert (scans / "seven-stages.scan").exists()
    for what in re.findall(r"for what in (.*); do", text)[0].split():
        assert (scans / "seven" / f"{what}.csv").exists()
    assert "deploy/compare-central" in text
