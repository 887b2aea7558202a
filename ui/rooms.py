"""Finds every workflow in the house: a file in a stage's `workflows`, and it is in the menu and in the diagrams."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

import app
from app.workflow import Workflow


@cache
def workflows() -> dict[str, Workflow[Any]]:
    """All workflows by kind, one instance each. A file that does not import stops the start with its own error."""
    found: dict[str, Workflow[Any]] = {}
    for stage in sorted(m.name for m in pkgutil.iter_modules(app.__path__) if m.ispkg):
        package = importlib.import_module(f"app.{stage}")
        if "workflows" not in {m.name for m in pkgutil.iter_modules(package.__path__)}:
            continue
        inner = importlib.import_module(f"app.{stage}.workflows")
        for module in pkgutil.iter_modules(inner.__path__):
            loaded = importlib.import_module(f"app.{stage}.workflows.{module.name}")
            for thing in vars(loaded).values():
                if (
                    isinstance(thing, type)
                    and issubclass(thing, Workflow)
                    and thing.kind
                    and thing.__module__ == loaded.__name__
                ):
                    if thing.kind in found:
                        raise RuntimeError(f"two workflows are called {thing.kind!r}")
                    found[thing.kind] = thing()
    return found
