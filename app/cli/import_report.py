"""What an import says of itself: counts on stdout, what was refused on stderr, or all of it as one JSON object."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.channels.base import ImportResult, RowError
from app.text import Text

COUNTS = ("created", "updated", "unchanged", "refused", "late")
_WORDS = ("new", "changed", "as before", "refused", "too late")


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file: what came of it, and why it (or the rest of it) was refused as a whole."""

    file: str
    result: ImportResult
    problem: Text | None = None


def report(files: Sequence[FileReport], options: Any, moved: Mapping[str, int]) -> int:
    """Says what happened and gives the exit status; `moved` counts orders released and held."""
    total = sum((f.result for f in files), ImportResult())
    if options.json:
        print(json.dumps(_values(files, total, moved, dry_run=options.dry_run), ensure_ascii=False))
    else:
        _print(files, total, moved, dry_run=options.dry_run)
    nothing = bool(total.refused or total.late) and not total.done
    if nothing and len(files) == 1 and files[0].problem is not None:
        print(f"packbay: {files[0].file}: {files[0].problem}", file=sys.stderr)
    return 2 if nothing else 1 if total.refused or total.late else 0


def _values(
    files: Sequence[FileReport], total: ImportResult, moved: Mapping[str, int], *, dry_run: bool
) -> dict[str, object]:
    return {
        **{name: getattr(total, name) for name in COUNTS},
        **moved,
        "dry_run": dry_run,
        "files": [
            {
                "file": f.file,
                **{name: getattr(f.result, name) for name in COUNTS},
                "problem": str(f.problem) if f.problem else None,
            }
            for f in files
        ],
        "errors": [error_values(error) for error in total.errors],
        "warnings": [str(warning) for warning in total.warnings],
    }


def error_values(error: RowError) -> dict[str, object]:
    """One bad row by its parts."""
    return {
        "file": error.file, "row": error.row, "order": error.order, "field": error.field, "value": error.value,
        "expected": str(error.expected),
    }  # fmt: skip


def _print(files: Sequence[FileReport], total: ImportResult, moved: Mapping[str, int], *, dry_run: bool) -> None:
    for f in files:
        if f.problem is None or f.result.done:
            print(f"{f.file}: {count_words(f.result)}")
        if f.problem is not None and (len(files) > 1 or f.result.done):
            print(f"{f.file}: refused: {f.problem}")
    for line in (*total.warnings, *total.errors):
        print(f"  {line}", file=sys.stderr)
    if len(files) > 1:
        print(f"together: {count_words(total)}")
    if moved:
        print(f"released to pick: {moved['released']}, held: {moved['held']}")
    if dry_run:
        print("dry run: nothing was changed")


def count_words(result: ImportResult) -> str:
    """The counts in words; `too late` only where there are some."""
    counts = [f"{getattr(result, name)} {word}" for name, word in zip(COUNTS, _WORDS, strict=True)]
    return ", ".join(counts if result.late else counts[:-1])
