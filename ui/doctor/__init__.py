"""`packbay doctor`: looks at the machine, the files and everything with a plug, and says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.settings import Home
from app.text import Text
from ui.doctor import files, machine, plugs
from ui.doctor.finding import Finding

MARKS = {"ok": "ok  ", "attention": "look", "away": "BAD "}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the visit: its name, and what it finds."""

    name: str
    look: Callable[[Home], Iterable[Finding]]


PARTS = (Part("machine", machine.look), Part("files", files.look), Part("devices", plugs.look))


def run_doctor(home: Home, *, as_json: bool, say: Callable[[str], None] = print) -> int:
    """Prints what each part finds. 0: all well, 1: something wants a look."""
    found = [(part.name, finding) for part in PARTS for finding in part.look(home)]
    if as_json:
        rows = [
            {"part": part, "what": f.what, "health": f.health, "words": str(f.words), "act": str(f.act)}
            for part, f in found
        ]
        say(json.dumps({"findings": rows}, ensure_ascii=False))
    else:
        for _, finding in found:
            say(_line(finding))
        ill = sum(finding.health != "ok" for _, finding in found)
        say("All is well." if not ill else f"{ill} of {len(found)} want a look.")
    return int(any(finding.health != "ok" for _, finding in found))


def _line(finding: Finding) -> str:
    act: Text | str = finding.act if finding.health != "ok" else ""
    return f"{MARKS[finding.health]}  {finding.what}: {finding.words}{f'. {act}' if act else ''}"
