"""Which tests are asked of a bug, and in which order: by the files and the words of its diff, and by nothing else."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bench.mutants.planted import ROOT

PROTOCOL = (
    "tests/simulation/test_found_by_seeds.py",
    *(
        f"tests/sync/test_{name}.py"
        for name in (
            "set_aside",
            "push_and_apply",
            "leases",
            "hello",
            "talk",
            "mirror",
            "retention",
            "feed_and_answers",
        )
    ),
)
"""What is asked of every bug beside the worlds: what floors found before, and the protocol's own tests."""
BY_CHANCE = ("test_mirror.py::test_own_facts_stay_and_everybody_agrees_in_the_end", "123456789")
"""Of these examples by chance only the first is tried: the worlds are full of chance."""
STARTERS = ("servers", "server", "worker", "versions", "stations", "command")
"""How the files of tests that begin with starting other programs end."""
FIRST = 12
"""So many tests come before all others: those that speak of what the diff speaks of."""
NEAR = 2
"""So many files of tests come next."""


def tests_of(places: Mapping[str, set[str]]) -> list[str]:
    """What is asked of a bug: the tests that speak of what it changes, two files of its rooms, then the protocol's.

    A word of the diff, or a name that its files define, counts the more the fewer tests say it.
    """
    rooms = {Path(file).parts[1] for file in places if len(Path(file).parts) > 2 and file.startswith("app/")}
    tests = {name: said for room in sorted(rooms | {"sync"}) for name, said in _said_in(room).items()}
    often = Counter(word for said in tests.values() for word in said)
    words = {word for some in places.values() for word in some} | {name for file in places for name in _defined(file)}
    score = {name: sum(1 / often[word] for word in said & words) for name, said in tests.items()}
    ordered = sorted((name for name in score if score[name]), key=lambda name: (-score[name], name))
    files: dict[str, float] = {}
    for name in ordered:
        file = name.partition("::")[0]
        files[file] = files.get(file, 0) + score[name]
    near = sorted(files.keys() - set(PROTOCOL), key=lambda file: (-files[file], file))
    return [*ordered[:FIRST], *near[:NEAR], *PROTOCOL]


def _defined(file: str) -> list[str]:
    path = ROOT / file
    text = path.read_text(encoding="utf-8") if path.suffix == ".py" and path.exists() else ""
    return re.findall(r"^(?:def|class) ([A-Za-z]\w{3,})", text, re.MULTILINE)


def left_out() -> list[str]:
    """Examples that are not tried, as pytest is told."""
    name, numbers = BY_CHANCE
    return [f"--deselect=tests/sync/{name}[{number}" for number in numbers]


@cache
def _said_in(room: str) -> dict[str, frozenset[str]]:
    """The tests of a room, each with its words. Those that begin with starting servers or programs are left out."""
    found = {}
    for path in sorted((ROOT / "tests" / room).glob("test_*.py")):
        if not path.stem.endswith(STARTERS):
            text = path.read_text(encoding="utf-8")
            for test in _functions(ast.parse(text)):
                said = ast.get_source_segment(text, test) or ""
                found[f"{path.relative_to(ROOT)}::{test.name}"] = frozenset(re.findall(r"[A-Za-z_]\w{3,}", said))
    return found


def _functions(module: ast.Module) -> Sequence[ast.FunctionDef]:
    return [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
