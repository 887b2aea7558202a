"""Finds every report: each module of `reports.slips` and `reports.labels` is one.

A module offers `DOCUMENT` (the class it prints), `MEDIA_TYPE`, `render(document) -> bytes` and `barcodes(document)`,
the values that scanners report of what it prints. A module that does not stops the start, with its name.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import cast

from app.documents import Document, LabelBytes
from reports import labels, slips

PDF = "application/pdf"
ZPL = "application/zpl"


@dataclass(frozen=True, slots=True)
class Report:
    """One way to print one kind of document; `name` is the module's, `labels.bin_label_zpl`."""

    name: str
    document: type
    media_type: str
    render: Callable[[Document], bytes]
    barcodes: Callable[[Document], tuple[str, ...]]


@cache
def all_reports() -> tuple[Report, ...]:
    """Every report, by name."""
    found = [
        _report(f"{package.__name__}.{module.name}")
        for package in (slips, labels)
        for module in pkgutil.iter_modules(package.__path__)
        if module.name != "base"
    ]
    return tuple(sorted(found, key=lambda report: report.name))


def _report(path: str) -> Report:
    module = importlib.import_module(path)
    missing = [name for name in ("DOCUMENT", "MEDIA_TYPE", "render", "barcodes") if not hasattr(module, name)]
    if missing:
        raise RuntimeError(f"{path} is no report: it lacks {', '.join(missing)}.")
    return Report(
        path.removeprefix("reports."),
        cast(type, module.DOCUMENT),
        str(module.MEDIA_TYPE),
        cast("Callable[[Document], bytes]", module.render),
        cast("Callable[[Document], tuple[str, ...]]", module.barcodes),
    )


def report_for(document: Document, media_type: str = PDF) -> Report:
    """The report that prints a document in a printer's language; LookupError when there is none."""
    for report in all_reports():
        if report.document is type(document) and report.media_type == media_type:
            return report
    raise LookupError(f"Nothing prints a {type(document).__name__} as {media_type}.")


def printed(document: Document, media_type: str = PDF) -> LabelBytes:
    """A document, ready for a printer. ValueError for a barcode that can't be printed, LookupError as above."""
    return LabelBytes(media_type, report_for(document, media_type).render(document))
