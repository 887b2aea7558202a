"""`packbay diagrams`: every workflow drawn from its own transition table, so that a picture can't be out of date."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from app.workflow import Cell, Workflow
from ui.rooms import workflows


def write_diagrams(out: Path) -> int:
    """Writes one page a workflow and an index; returns the exit status."""
    out.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (out / name).write_text(text, encoding="utf-8")
    print(f"{len(pages())} pages in {out}")
    return 0


def pages() -> dict[str, str]:
    """Every page by its file name."""
    found = workflows()
    made = {f"{kind}.md": page(workflow) for kind, workflow in sorted(found.items())}
    rows = [f"| [{kind}]({kind}.md) | {_first_sentence(w)} |" for kind, w in sorted(found.items())]
    head = "# Workflows\n\nDrawn by `packbay diagrams` from the tables of the program; a test holds them to it.\n\n"
    made["README.md"] = head + "| workflow | the walk |\n|---|---|\n" + "\n".join(rows) + "\n"
    return made


def page(workflow: Workflow[Any]) -> str:
    """The page of one workflow: its sentence, a state diagram (Mermaid), and the whole table."""
    steps = list(workflow.steps)
    arrows = "\n".join(f"    {line}" for line in _arrows(workflow, steps[0]))
    rows = "\n".join(_rows(workflow))
    return (
        f"# {workflow.kind}\n\n{_first_sentence(workflow)}\n\n"
        f"```mermaid\nstateDiagram-v2\n{arrows}\n```\n\n"
        "UNDO, CLEAR, HELP, HOME, OUT, badges, double reads and refusals mean the same in every workflow and are not "
        "drawn.\n\n| step | event | handler | may lead to |\n|---|---|---|---|\n" + rows + "\n"
    )


def _first_sentence(workflow: Workflow[Any]) -> str:
    words = " ".join((inspect.getdoc(type(workflow)) or "").split())
    if words.startswith("See the module"):
        words = " ".join((inspect.getdoc(inspect.getmodule(type(workflow))) or "").split("\n\n")[0].split())
    return words


def _arrows(workflow: Workflow[Any], first: Enum) -> Iterator[str]:
    yield f"[*] --> {first.value}"
    labels: dict[tuple[str, str], set[str]] = {}
    for (step, event), cell in workflow.table.items():
        for following in cell.to:
            if following is not step:
                labels.setdefault((step.value, following.value), set()).add(_event(event))
    for (step_name, following_name), events in sorted(labels.items()):
        yield f"{step_name} --> {following_name}: {', '.join(sorted(events))}"


def _rows(workflow: Workflow[Any]) -> Iterator[str]:
    order = {step: number for number, step in enumerate(workflow.steps)}

    def place(item: tuple[tuple[Enum, type], Cell]) -> tuple[int, str]:
        (step, event), _ = item
        return order[step], event.__name__

    for (step, event), cell in sorted(workflow.table.items(), key=place):
        to = ", ".join(s.value for s in cell.to if s is not step) or "stays, or ends"
        yield f"| {step.value} | {_event(event)} | `{cell.name}` | {to} |"


def _event(event: type) -> str:
    return event.__name__.removesuffix("Read").lower() if event.__name__.endswith("Read") else event.__name__
