"""`packbay layout`: looks whether a layout file is in order, and writes it in the other form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.cli.base import Commands, command_of
from app.errors import Problem, Refused
from app.picking.rules.graph import check
from app.picking.rules.layout import Finding
from app.picking.rules.layout_text import Fault, Read, read_csv, read_json, to_csv, to_json
from app.text import Text, say, verbatim


def add(commands: Commands) -> None:
    """Adds `layout`."""
    group = commands.add_parser("layout", help="layout files: check, convert")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    checked = command_of(acts, "check", "bins that nobody can reach, and names and codes that are there twice", _check)
    checked.add_argument("file", type=Path, metavar="FILE")
    turned = command_of(acts, "convert", "writes a layout as CSV or JSON, as the name of the new file says", _convert)
    turned.add_argument("file", type=Path, metavar="FILE")
    turned.add_argument("into", type=Path, metavar="NEW")


def layout_of(path: Path) -> Read:
    """The layout of a file and what was left out of it. `Refused` where it is none."""
    text = path.read_text(encoding="utf-8-sig")
    try:
        return read_json(text) if text.lstrip().startswith("{") else read_csv(text)
    except ValueError as error:
        raise unusable(say("{file} is no layout: {why}", file=verbatim(str(path)), why=verbatim(str(error)))) from None


def _check(options: Any) -> int:
    held = layout_of(options.file)
    findings = check(held.layout)
    if options.json:
        faults = [_told(fault) for fault in held.faults]
        found = [{"what": f.what, "kind": f.kind, "name": f.name, "other": f.other} for f in findings]
        print(json.dumps({"bins": len(held.layout.bins), "faults": faults, "findings": found}, ensure_ascii=False))
    else:
        _say_check(held, findings)
    return 1 if held.faults or findings else 0


def _told(fault: Fault) -> dict[str, object]:
    return {
        "row": fault.row, "kind": fault.kind, "name": fault.name, "field": fault.field, "value": fault.value,
        "expected": str(fault.expected),
    }  # fmt: skip


_WORDS = {
    "same_name": "{kind} {name}: another one has the same name",
    "same_code": "{kind} {name}: has the same code as {other}",
    "unreachable": "{kind} {name}: no way leads there",
    "no_way_out": "{kind} {name}: no way leads from there to where walks end",
}


def _say_check(held: Read, findings: Sequence[Finding]) -> None:
    for fault in held.faults:
        print(fault)
    for f in findings:
        print(_WORDS[f.what].format(kind=f.kind, name=f.name, other=f.other))
    layout, wrong = held.layout, len(held.faults) + len(findings)
    print(
        f"{len(layout.bins)} bins, {len(layout.aisles)} aisles, {len(layout.cross_aisles)} cross-aisles, "
        f"{len(layout.paths)} paths, {len(layout.doors)} doors: {f'{wrong} things wrong' if wrong else 'all in order'}"
    )


def _convert(options: Any) -> int:
    held = layout_of(options.file)
    text = to_json(held.layout) if options.into.suffix.lower() == ".json" else to_csv(held.layout)
    options.into.write_text(text, encoding="utf-8")
    if options.json:
        print(json.dumps({"written": str(options.into), "refused": len(held.faults)}))
    else:
        for fault in held.faults:
            print(fault)
        print(f"{options.into}: written, {len(held.faults)} parts left out")
    return 1 if held.faults else 0


def unusable(what: Text) -> Refused:
    """Nothing can be done with what was given."""
    return Refused(Problem("Unusable", what, do=(say("Look at packbay route --help"),)))
