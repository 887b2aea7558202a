"""The import contracts of pyproject.toml: kept by the tree, and each one broken on purpose by a planted import.

The planted house is a skeleton of the final tree, so rooms that are not built yet are judged already.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.arch.house import PACKAGES, ROOT, STAGES

STAGE_ROOMS = ("workflows/pick", "service", "facts", "queries", "rules/route")
ROOMS = (
    *("cli", "sync/push", "db/engine", "models/orders", "workflow", "approval", "facts"),
    *("view", "documents", "text", "events", "errors", "barcodes", "settings", "ids", "clock"),
    *("tables", "archive", "paths", "redaction"),
    *("carriers/base", "carriers/table", "carriers/fleet", "channels/base", "channels/shop", "notifiers/base"),
    *(f"{stage}/{room}" for stage in sorted(STAGES) for room in STAGE_ROOMS),
)
HOUSE = (
    *(f"app/{room}" for room in ROOMS),
    *("devices/ports", "devices/scanners/base", "devices/scanners/ssi", "devices/scanners/lines"),
    *("devices/scales/base", "devices/printers/base"),
    *("reports/barcodes", "reports/slips/base", "reports/slips/packing", "reports/labels/base", "reports/labels/zpl"),
    *("ui/main", "ui/runner", "ui/window", "ui/screens/home"),
)

# What is allowed, and must not be taken for an offence.
SOUND = (
    ("ui/window", "PySide6.QtWidgets"),
    ("ui/runner", "app.picking.workflows.pick"),
    ("ui/runner", "devices.ports"),
    ("ui/runner", "reports.slips.packing"),
    ("devices/ports", "serial"),
    ("devices/ports", "app.clock"),
    ("devices/scanners/ssi", "devices.scanners.base"),
    ("devices/scanners/ssi", "app.events"),
    ("reports/slips/packing", "app.documents"),
    ("reports/barcodes", "barcode"),
    ("reports/slips/packing", "reportlab.pdfgen"),
    ("reports/barcodes", "uharfbuzz"),
    ("app/events", "app.ids"),
    ("app/errors", "app.text"),
    ("app/models/orders", "sqlalchemy"),
    ("app/picking/queries", "app.models.orders"),
    ("app/picking/workflows/pick", "app.picking.service"),
    ("app/picking/service", "app.work.service"),
    ("app/returns/service", "app.inventory.service"),
    ("app/sync/push", "app.picking.facts"),
    ("app/cli", "app.floor.service"),
    ("app/carriers/table", "app.carriers.base"),
    ("app/db/engine", "alembic"),
)

# One offence for each contract and each kind of it: (contract, module, what it imports).
OFFENCES = (
    ("houses", "app/picking/service", "devices.ports"),
    ("houses", "devices/ports", "reports.barcodes"),
    ("houses", "reports/barcodes", "ui.runner"),
    ("qt", "devices/ports", "PySide6.QtCore"),
    ("sql", "ui/runner", "sqlalchemy"),
    ("sql", "ui/screens/home", "app.models.orders"),
    ("sql", "app/picking/workflows/pick", "app.models.orders"),
    ("sql", "app/picking/rules/route", "sqlalchemy.orm"),
    ("migrations", "app/cli", "alembic"),
    ("ports", "ui/runner", "serial"),
    ("drawing", "ui/window", "reportlab.pdfgen"),
    ("drawing", "app/documents", "barcode"),
    ("vocabulary", "devices/ports", "app.settings"),
    ("vocabulary", "devices/scanners/ssi", "app.packing.queries"),
    ("vocabulary", "reports/slips/packing", "app.workflow"),
    ("floors", "app/inventory/service", "app.picking.queries"),
    ("floors", "app/returns/service", "app.tracking.queries"),
    ("floors", "app/text", "app.view"),
    ("floors", "app/a_new_room", ""),
    ("stages", "app/picking/rules/route", "app.picking.queries"),
    ("stages", "app/packing/service", "app.packing.workflows.pick"),
    ("plugins", "app/carriers/table", "app.carriers.fleet"),
    ("plugins", "devices/scanners/ssi", "devices.scanners.lines"),
    ("plugins", "reports/labels/zpl", "reports.slips.packing"),
    ("cycles", "devices/scales/base", "devices.ports"),
)  # fmt: skip
# The other half of the planted cycle.
CYCLE = ("devices/ports", "devices.scales.base")


def build_house(root: Path, imports: tuple[tuple[str, str], ...]) -> None:
    """A skeleton of the final tree with these imports in it, under the contracts of the project."""
    lines: dict[str, list[str]] = {module: [] for module in HOUSE}
    for module, imported in imports:
        lines.setdefault(module, []).extend([f"import {imported}"] if imported else [])
    for module, code in lines.items():
        file = root / f"{module}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(code))
        for folder in file.relative_to(root).parents:
            if folder.parts:
                (root / folder / "__init__.py").touch()
    (root / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())


def judge(root: Path) -> tuple[dict[str, bool], str]:
    """{name of the contract: whether it is kept} as import-linter finds it in this folder, and all that it says."""
    # Beside the linter's own packages only the folder is on the path, not the project that is installed there too.
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as c; c()",
            "--no-cache",
            "--no-logo",
        ],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = run.stdout + run.stderr
    kept = {m[1].strip(): m[2] == "KEPT" for m in re.finditer(r"^(.+?) (KEPT|BROKEN)\b", said, re.MULTILINE)}
    assert (run.returncode == 0) == (bool(kept) and all(kept.values())), said
    return kept, said


def contract_names() -> dict[str, str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["id"]: contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


def test_the_tree_keeps_every_contract() -> None:
    kept, said = judge(ROOT)

    assert kept == dict.fromkeys(contract_names().values(), True), said


def test_the_planted_house_keeps_every_contract_while_nobody_offends(tmp_path: Path) -> None:
    build_house(tmp_path, SOUND)

    kept, said = judge(tmp_path)

    assert kept == dict.fromkeys(contract_names().values(), True), said


def test_every_contract_has_a_planted_offence() -> None:
    assert {contract for contract, _, _ in OFFENCES} == set(contract_names())


@pytest.mark.parametrize("turn", range(3))
def test_every_planted_offence_is_named_by_its_contract(tmp_path: Path, turn: int) -> None:
    # given a sound house with every third offence in it (all at once would hide behind each other)
    offences = OFFENCES[turn::3]
    planted = [(module, imported) for _, module, imported in offences]
    cycle = [CYCLE] if any(contract == "cycles" for contract, _, _ in offences) else []
    build_house(tmp_path, (*SOUND, *planted, *cycle))

    # when it is judged
    kept, said = judge(tmp_path)

    # then each contract that was offended is broken, and its report names the offender
    names = contract_names()
    for contract, module, imported in offences:
        assert kept[names[contract]] is False, f"{contract} did not see {module} -> {imported}\n{said}"
        report = said.partition("Broken contracts")[2].partition(f"\n{names[contract]}\n")[2]
        report = re.split(rf"\n(?:{'|'.join(re.escape(n) for n in names.values())})\n", report)[0]
        named = module.split("/")[1] if contract == "cycles" else module.split("/")[-1]  # cycles are told by sibling
        assert named in report, f"{contract} does not name {module}\n{report}"


def test_the_houses_are_the_ones_that_are_judged() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert sorted(settings["tool"]["importlinter"]["root_packages"]) == sorted(PACKAGES)
