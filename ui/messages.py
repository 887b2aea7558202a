"""Every sentence of the house that a person at a kiosk may read, gathered from the code into gettext catalogues.

`packbay messages` writes `ui/translations/packbay.pot` and brings every language's catalogue up to date: what is
translated stays, new sentences come in without a translation, gone ones go. The code is read, not run: what `say` and
`count` get must be literal, else it could never be translated.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from ui.translate import DOMAIN, FOLDER

ROOT = Path(__file__).parents[1]
HOUSES = ("app", "devices", "reports", "ui")
TERMINAL_ONLY = (
    "app/cli", "app/channels", "app/db", "ui/doctor", "ui/main.py", "ui/play.py", "devices/checks.py", "ui/shots.py",
    "app/inventory/service/master.py", "app/inventory/service/codes.py", "app/inventory/service/layout.py",
    "app/inventory/service/products.py", "app/inventory/service/stock.py", "app/inventory/service/totes.py",
    "app/inventory/service/boxes.py", "app/inventory/service/receipts.py", "app/inventory/service/reorder.py",
    "app/shipping/service/tariff.py", "app/floor/service/people.py", "app/floor/service/site.py",
    "app/receipt/service/keeping.py", "ui/shift",
)  # fmt: skip
"""What is only ever read in a terminal, where the language is English."""
FREE = frozenset(("ui/chips.py",))
"""May pass on words that devices chose: those stand there in `DETAILS`."""
TEMPLATE = FOLDER / f"{DOMAIN}.pot"


class NotLiteral(Exception):
    """A sentence that is put together by code: nobody could translate it."""


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """A sentence, with its second form where it has one, and where it stands."""

    one: str
    many: str
    file: str

    @property
    def key(self) -> str | tuple[str, str]:
        """What gettext calls its id."""
        return (self.one, self.many) if self.many else self.one


def messages(root: Path = ROOT) -> list[Message]:
    """All sentences in the order of their words; each once, with the first file that has it."""
    found: dict[tuple[str, str], Message] = {}
    for house in HOUSES:
        for path in sorted((root / house).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if not name.startswith(TERMINAL_ONLY):
                for message in _in_file(path.read_text(encoding="utf-8"), name):
                    found.setdefault((message.one, message.many), message)
    singles = {m.one for m in found.values() if m.many}
    return sorted(m for m in found.values() if m.many or m.one not in singles)


def _in_file(text: str, name: str) -> Iterator[Message]:
    tree = ast.parse(text)
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for scope in (*scopes, tree):
        known = _assigned(scope)
        for call in _calls(scope):
            try:
                for one, many in _forms(call, known):
                    if one:
                        yield Message(one, many, name)
            except NotLiteral:
                if name not in FREE:
                    raise NotLiteral(
                        f"{name}:{call.lineno}: a sentence must be a literal: {ast.unparse(call)}"
                    ) from None


def _calls(scope: ast.AST) -> Iterator[ast.Call]:
    """The calls of `say` and `count` in a scope, without those of functions within."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and _says(node.func.id, len(node.args)):
            yield node
        yield from _calls(node)


def _says(name: str, arguments: int) -> bool:
    """Whether this call makes a sentence: other functions called `count` have fewer arguments."""
    return arguments >= {"say": 1, "count": 3}.get(name, 99)


def _assigned(scope: ast.AST) -> dict[str, list[str]]:
    """Names of a function that stand for literals: `one, many = "{n} unit", "{n} units"`."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            values = value.elts if isinstance(value, ast.Tuple) else [value]
            for name, each in zip(names, values, strict=False):
                if isinstance(name, ast.Name) and isinstance(each, ast.Constant) and isinstance(each.value, str):
                    found.setdefault(name.id, []).append(each.value)
    return found


def _forms(node: ast.Call, known: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    assert isinstance(node.func, ast.Name)
    if node.func.id == "say":
        yield from ((each, "") for each in _literals(node.args[0], known))
    else:
        yield from zip(_literals(node.args[1], known), _literals(node.args[2], known), strict=True)


def _literals(node: ast.expr, known: dict[str, list[str]]) -> list[str]:
    """The strings that an argument can be: a literal, one of two, or a name that stands for one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_literals(node.body, known), *_literals(node.orelse, known)]
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    raise NotLiteral


# ---- catalogues -----------------------------------------------------------------------------------------------------


def template(found: list[Message]) -> Catalog:
    """The catalogue without translations."""
    made = Catalog(
        domain=DOMAIN, project="Packbay", fuzzy=False, header_comment="# The sentences of Packbay's screens."
    )
    for message in found:
        made.add(message.key, locations=[(message.file, None)])  # type: ignore[list-item]  # no lines: they move
    return made


def catalogue_of(path: Path, language: str) -> Catalog:
    """A language's catalogue as its file has it."""
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def update(found: list[Message], folder: Path = FOLDER) -> dict[str, int]:
    """Writes the template and every catalogue; how many sentences each language lacks."""
    fresh = template(found)
    _write(folder / f"{DOMAIN}.pot", fresh)
    lacking = {}
    for path in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        language = path.parent.parent.name
        old = catalogue_of(path, language)
        new = Catalog(language, DOMAIN, old.header_comment, "Packbay", fuzzy=False)
        for message in found:
            known = old.get(message.one)
            string = known.string if known is not None and isinstance(known.id, tuple) == bool(message.many) else None
            new.add(message.key, string, locations=[(message.file, None)])  # type: ignore[list-item]
        _write(path, new)
        lacking[language] = sum(not is_translated(m.string) for m in new if m.id)
    return lacking


def is_translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    """Whether every form is there."""
    return all(string) if isinstance(string, tuple | list) else bool(string)


def _write(path: Path, catalogue: Catalog) -> None:
    """Byte for byte the same for the same sentences: no dates, no line numbers."""
    data = io.BytesIO()
    write_po(data, catalogue, width=110, sort_output=False, omit_header=False, include_lineno=False)
    lines = [line for line in data.getvalue().decode().splitlines() if not line.startswith(_DATED)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


_DATED = (
    '"POT-Creation-Date', '"PO-Revision-Date', '"Last-Translator', '"Language-Team', '"Generated-By',
    '"Report-Msgid-Bugs-To',
)  # fmt: skip
