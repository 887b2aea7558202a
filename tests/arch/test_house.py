"""The rules of the house, held over the whole tree; each is first shown to catch a planted offence."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.arch import house
from tests.arch.house import PACKAGES, project_files, read, sources

HERE = Path("app/picking/queries.py")

MODELS = """
class Base(DeclarativeBase): ...
class Order(Base):
    __tablename__ = "order"
class Line(Base):
    __tablename__: str = "line"
class RushOrder(Order): ...
class Money: ...
"""


# ---- each rule catches what it is for -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["app/util.py", "app/helpers/x.py", "ui/Misc.py", "devices/common/a.py", "ui/manager.py"]
)
def test_a_module_named_after_nothing_is_caught(name: str) -> None:
    assert len(house.banned_names(Path(name))) == 1


def test_a_module_named_after_its_subject_passes() -> None:
    assert house.banned_names(Path("app/picking/rules/route.py")) == []


def test_a_file_of_701_lines_is_caught_and_one_of_700_passes() -> None:
    assert house.too_long(HERE, "\n" * 701) == ["app/picking/queries.py: 701 lines, 700 at most"]
    assert house.too_long(HERE, "\n" * 700) == []


def test_a_module_without_docstring_is_caught() -> None:
    assert house.without_docstring(HERE, "x = 1\n") == ["app/picking/queries.py: has no docstring"]
    assert house.without_docstring(HERE, '"""Why it is here."""\nx = 1\n') == []


@pytest.mark.parametrize("name", ["app/picking/tables.py", "app/floor/screens/home.py"])
def test_a_stranger_in_a_stage_is_caught(name: str) -> None:
    assert len(house.strangers_in_a_stage(Path(name))) == 1


@pytest.mark.parametrize(
    "name",
    [
        "app/picking/__init__.py",
        "app/picking/rules/route.py",
        "app/picking/facts.py",
        "app/models/orders.py",
        "app/cli/orders.py",
    ],
)
def test_what_belongs_into_a_stage_passes(name: str) -> None:
    assert house.strangers_in_a_stage(Path(name)) == []


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("eval(x)", "calls eval"),
        ("def f():\n  exec(x)", "calls exec"),
        ("import pickle", "imports pickle"),
        ("from shelve import open", "imports shelve.open"),
        ("os.system(x)", "calls os.system"),
        ("subprocess.run(x, shell=True)", "runs a command through a shell"),
        ("run(x, shell=flag)", "runs a command through a shell"),
    ],
)
def test_a_way_from_data_to_code_is_caught(code: str, what: str) -> None:
    assert [line.split(": ")[1] for line in house.dangerous(HERE, code)] == [what]


def test_a_dialog_that_is_run_and_a_plain_command_pass() -> None:
    assert house.dangerous(HERE, "dialog.exec()\nre.compile(x)\nsubprocess.run([a], shell=False)") == []


@pytest.mark.parametrize(
    "call",
    [
        'text(f"SELECT {x}")',
        'sa.text("SELECT %s" % x)',
        'text("SELECT " + x)',
        'text("SELECT {}".format(x))',
        'literal_column(f"{x}")',
        'session.execute(f"DELETE FROM {x}")',
        'cursor.executescript("DROP TABLE " + x)',
    ],
)
def test_sql_that_is_put_together_is_caught(call: str) -> None:
    assert len(house.composed_sql(HERE, f"import sqlalchemy as sa\nfrom sqlalchemy import text\n{call}")) == 1


def test_bound_sql_passes_and_only_db_may_compose_what_it_runs_raw() -> None:
    bound = 'from sqlalchemy import text\ntext("SELECT :x")\nsession.execute(select(a + b), {"x": 1})\n'
    raw = 'connection.execute(f"PRAGMA busy_timeout={int(x)}")\n'

    assert house.composed_sql(HERE, bound) == []
    assert house.composed_sql(Path("app/db/engine.py"), raw) == []
    assert len(house.composed_sql(HERE, raw)) == 1
    assert house.composed_sql(Path("ui/window.py"), 'painter.text(f"{x}")') == []


@pytest.mark.parametrize(
    "code",
    [
        "from PySide6.QtCharts import QChart",
        "from PySide6 import QtMultimedia",
        "import PySide6.QtWebEngineCore",
        "from PySide6.QtWidgets import QFileDialog",
        "QtGui.QDesktopServices.openUrl(u)",
    ],
)
def test_qt_that_is_not_for_a_kiosk_is_caught(code: str) -> None:
    assert len(house.stray_qt(HERE, code, house.essential_qt())) == 1


def test_qt_of_the_essentials_passes() -> None:
    code = "from PySide6.QtWidgets import QLabel\nfrom PySide6 import QtSvg, QtGui\nimport PySide6.QtCore"

    assert house.stray_qt(HERE, code, house.essential_qt()) == []
    assert {"QtCore", "QtGui", "QtWidgets", "QtSvg", "QtTest"} <= house.essential_qt()


def test_a_package_that_is_there_by_luck_is_caught() -> None:
    code = "import json, serial.tools\nfrom markupsafe import escape\nfrom app import text\nfrom . import neighbour\n"

    assert house.undeclared(HERE, code, ["pyserial>=3.5", "Mako"]) == [
        "app/picking/queries.py:2: markupsafe is declared nowhere in pyproject.toml"
    ]


def test_tables_are_found_with_what_inherits_from_them() -> None:
    assert house.mapped_classes([MODELS]) == {"Order", "Line", "RushOrder"}


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("def open_orders(s) -> list[Order]: ...", "open_orders gives out Order"),
        ("def one(s) -> 'Order | None': ...", "one gives out Order"),
        ("def one(s) -> tuple[int, orders.Line]: ...", "one gives out Line"),
        ("def rows(s) -> Sequence[Row[tuple[int]]]: ...", "rows gives out Row"),
        ("def one(s): ...", "one does not say what it returns"),
        ("@dataclass(frozen=True)\nclass Stop:\n  order: Order", "Stop holds Order"),
        ("@dataclass\nclass Stop:\n  number: int", "Stop is not a frozen dataclass"),
    ],
)
def test_a_row_that_leaves_a_query_is_caught(code: str, complaint: str) -> None:
    # given a module of queries that knows the tables
    known = "from app.models.orders import Order\nfrom app.models import orders\nfrom sqlalchemy import Row, select\n"

    # when it is judged, then the one offence is named
    found = house.rows_given_out(HERE, known + code, house.mapped_classes([MODELS]))
    assert [line.split(": ", 1)[1] for line in found] == [complaint]


def test_a_value_may_have_the_name_of_a_table() -> None:
    code = (
        "from app.models import orders as t\nfrom sqlalchemy import select\n"
        "@dataclass(frozen=True, slots=True)\nclass Order:\n  number: str\n"
        "def open_orders(s) -> tuple[Order, ...]: ...\ndef _rows(s) -> list[t.Order]: ..."
    )

    assert house.rows_given_out(HERE, code, house.mapped_classes([MODELS])) == []


def test_fonts_and_icons_without_licence_are_caught() -> None:
    alone = [Path("ui/fonts/A.ttf"), Path("ui/icons/x.svg"), Path("reports/fonts/B.otf"), Path("reports/fonts/OFL.txt")]

    assert house.without_licence(alone) == [
        "ui/fonts: fonts without their licence",
        "ui/icons: icons without their licence",
    ]
    assert house.without_licence([*alone, Path("ui/fonts/OFL-A.txt"), Path("ui/icons/LICENSE.txt")]) == []


# `~` stands for the slash, so that this file may be judged by the rule.
@pytest.mark.parametrize("word", ["~work~main/app", "see `~farm~x`", "open('~home~me/x')", "a/." + "library~x"])
def test_a_path_of_one_machine_is_caught(word: str) -> None:
    assert len(house.machine_words(Path("README.md"), f"first\n{word.replace('~', '/')}\n")) == 1


@pytest.mark.parametrize("word", ["app/work/service.py", "app.work", "PACKBAY_HOME/logs", "https://x.org/a"])
def test_a_path_of_the_project_passes(word: str) -> None:
    assert house.machine_words(Path("README.md"), word) == []


def test_a_server_in_what_sets_up_is_caught() -> None:
    assert house.fixed_addresses(Path("requirements/x.txt"), "--index-url https://x.example/simple\na==1") == [
        "requirements/x.txt:1: names a server"
    ]
    lock = '{"resolved": "https://x.example/a.tgz"}'
    assert house.fixed_addresses(Path("a/package-lock.json"), lock) == ["a/package-lock.json:1: names a server"]
    assert house.fixed_addresses(Path("a/package-lock.json"), '{"funding": "https://x.example"}') == []


def test_a_command_that_does_not_exist_is_caught() -> None:
    makefile = "run: setup-run ## x\n\t@echo\nsetup-run:\n"

    assert house.unknown_targets(Path("README.md"), "Type `make run`, then\n\n    make fly\n", makefile) == [
        "README.md: there is no `make fly`"
    ]
    shown = "`packbay play x`\n\n    packbay sing\n    .venv/bin/packbay fly --high\nand packbay itself\n"
    assert house.unknown_commands(Path("README.md"), shown, "usage: packbay {play,import}") == [
        "README.md: there is no `packbay fly`",
        "README.md: there is no `packbay sing`",
    ]


@pytest.mark.parametrize(
    "code",
    ["from unittest import mock", "import unittest.mock", "@pytest.mark.xfail\ndef f(): ...", "pytest.skip('later')"],
)
def test_a_test_that_proves_nothing_is_caught(code: str) -> None:
    assert len(house.softened(Path("tests/test_x.py"), code)) == 1


# ---- the tree keeps each rule ---------------------------------------------------------------------------------------


def test_no_module_is_named_after_nothing() -> None:
    assert [c for p in sources(*PACKAGES, "tests", "bench") for c in house.banned_names(p)] == []


def test_no_file_is_longer_than_700_lines() -> None:
    # A migration is a record of one day, written once by a tool and never worked on again.
    judged = [p for p in sources(*PACKAGES) if p.parts[:4] != ("app", "db", "migrations", "versions")]
    assert [c for p in judged for c in house.too_long(p, read(p))] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [c for p in sources(*PACKAGES) for c in house.without_docstring(p, read(p))] == []


def test_stages_have_their_five_rooms_and_no_other() -> None:
    assert [c for p in project_files() for c in house.strangers_in_a_stage(p)] == []


def test_no_data_becomes_code() -> None:
    assert [c for p in sources(*PACKAGES) for c in house.dangerous(p, read(p))] == []


def test_no_sql_is_put_together() -> None:
    assert [c for p in sources(*PACKAGES) for c in house.composed_sql(p, read(p))] == []


def test_only_the_essentials_of_qt_and_no_way_out_of_the_kiosk() -> None:
    assert [c for p in sources(*PACKAGES) for c in house.stray_qt(p, read(p), house.essential_qt())] == []


def test_every_package_that_is_imported_is_declared() -> None:
    settings = tomllib.loads(read(Path("pyproject.toml")))
    run, test = settings["project"]["dependencies"], settings["dependency-groups"]["test"]
    test = test + settings["dependency-groups"]["node"]

    modules = [p for p in sources(*PACKAGES) if p not in _SCRIPTS]
    assert [c for p in modules for c in house.undeclared(p, read(p), run)] == []
    assert [c for p in [*_SCRIPTS, *sources("tests", "bench")] for c in house.undeclared(p, read(p), run + test)] == []


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {p.parent for p in sources(*PACKAGES) if p not in _SCRIPTS}

    assert sorted(f for f in folders if f / "__init__.py" not in project_files()) == []


# Run once by hand, beside what they made; no part of the program.
_SCRIPTS = (Path("ui/fonts/build.py"),)


def test_no_row_leaves_a_query() -> None:
    mapped = house.mapped_classes(read(p) for p in sources("app") if p.parts[1] == "models")
    queries = [p for p in sources("app") if "queries" in (p.stem, *p.parts) and p.parts[1] in house.STAGES]
    assert [c for p in queries for c in house.rows_given_out(p, read(p), mapped)] == []


def test_fonts_and_icons_lie_beside_their_licences() -> None:
    assert house.without_licence(project_files()) == []


def test_no_file_knows_one_machine() -> None:
    judged = [p for p in project_files() if p.suffix in _TEXT or p.name == "Makefile" or p.parts[0] == ".ci"]
    assert [c for p in judged for c in house.machine_words(p, read(p))] == []


_TEXT = frozenset(".py .md .toml .txt .cfg .ini .json .yml .yaml .js .mjs .svg .po .pot .sh .csv .mako".split())


def test_set_up_names_no_server() -> None:
    judged = [
        p
        for p in project_files()
        if p.parts[0] in (".ci", "requirements") or p.name in ("Makefile", "package-lock.json", ".npmrc", "pip.conf")
    ]
    assert len(judged) >= 6
    assert [c for p in judged for c in house.fixed_addresses(p, read(p))] == []


def _documents() -> list[Path]:
    return [p for p in project_files() if p.suffix == ".md" and p.parts[0] in ("README.md", "docs")]


def test_every_make_target_that_a_document_shows_exists() -> None:
    makefile = read(Path("Makefile"))

    assert _documents() != []
    assert [c for p in _documents() for c in house.unknown_targets(p, read(p), makefile)] == []


def test_every_command_that_a_document_shows_exists() -> None:
    command = [str(Path(sys.executable).with_name("packbay")), "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert [c for p in _documents() for c in house.unknown_commands(p, read(p), said)] == []


def test_no_test_is_softened() -> None:
    judged = [p for p in sources("tests") if p.parts[1] != "arch"]
    assert [c for p in judged for c in house.softened(p, read(p))] == []
