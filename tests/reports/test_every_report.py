"""What holds for every report, those of tomorrow included: they are found by discovery, not by a list."""

from __future__ import annotations

import builtins
import io
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from itertools import chain, cycle
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents import (
    BadgeLabel,
    BinLabel,
    CommandCard,
    Document,
    Manifest,
    PackingSlip,
    ReorderList,
    ReturnForm,
    ShippingLabel,
    ToteLabel,
)
from reports.discovery import PDF, ZPL, Report, all_reports, printed, report_for
from reports.faces import Weight, face
from reports.faces import chain as faces_of_weight
from reports.zpl_fields import fields as fields_of
from tests.reports.hostile import PAYLOADS
from tests.reports.reading import Counted, codes, pictures
from tests.reports.samples import (
    badge,
    bin_label,
    command_card,
    every_kind,
    manifest,
    return_form,
    shipping_label,
    slip,
    tote_label,
)

CODES = {"order_code", "code", "tracking", "sscc", "routing"}
CASES = [
    pytest.param(report, document, id=f"{report.name}-{number}")
    for report in all_reports()
    for number, document in enumerate(every_kind())
    if type(document) is report.document
]
ROOT = Path(__file__).parents[2]


def test_every_kind_of_document_can_be_printed() -> None:
    slips = {PackingSlip, Manifest, ReorderList, ReturnForm}
    kinds = {ShippingLabel, BinLabel, ToteLabel, BadgeLabel, CommandCard, *slips}
    assert {report.document for report in all_reports() if report.media_type == PDF} == kinds
    assert {report.document for report in all_reports() if report.media_type == ZPL} == {
        ShippingLabel,
        BinLabel,
        ToteLabel,
    }
    assert {type(document) for document in every_kind()} == kinds
    assert len({(report.document, report.media_type) for report in all_reports()}) == len(all_reports())


@pytest.mark.parametrize(("report", "document"), CASES)
def test_every_barcode_reads_back(report: Report, document: Document, counted: Counted) -> None:
    data = report.render(document)
    values = list(report.barcodes(document))
    if report.media_type == ZPL:
        found = [field.data for field in fields_of(data) if "128" in field.kind]
        assert found == values
        counted(f"{report.name} (fields)", len(found))
        return
    pages = [[value for _, value in codes(picture)] for picture in pictures(data)]
    if report.document in (PackingSlip, Manifest, ReorderList, ReturnForm):
        assert pages == [values] * len(pages)
    else:
        assert sorted(chain.from_iterable(pages)) == sorted(values)
    counted(report.name, sum(map(len, pages)))


@pytest.mark.parametrize(("report", "document"), CASES)
def test_the_same_document_is_the_same_bytes(report: Report, document: Document) -> None:
    assert report.render(document) == report.render(document)


def test_the_bytes_are_the_same_in_another_process() -> None:
    script = (
        "import hashlib\n"
        "from reports.discovery import all_reports\n"
        "from tests.reports.samples import every_kind\n"
        "for document in every_kind():\n"
        "    for report in all_reports():\n"
        "        if report.document is type(document):\n"
        "            print(report.name, hashlib.sha256(report.render(document)).hexdigest())\n"
    )
    runs = []
    for seed, zone in (("1", "UTC"), ("2", "Asia/Kathmandu")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=environment, check=True
        )
        runs.append(done.stdout)
    assert runs[0] == runs[1]
    assert len(runs[0].splitlines()) == len(CASES)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every file and address that is opened, after the faces have been read once."""
    for weight in Weight:
        for name in faces_of_weight(weight):
            face(name)
    for document in every_kind():
        printed(document)
    seen: list[str] = []

    def note(*arguments: object, **_: object) -> object:
        seen.append(str(arguments[:1]))
        raise AssertionError(f"opened {arguments[:1]}")

    for place, name in (
        (builtins, "open"),
        (io, "open"),
        (os, "open"),
        (socket, "socket"),
        (urllib.request, "urlopen"),
        (os, "system"),
        (subprocess, "Popen"),
        (Path, "read_bytes"),
        (Path, "open"),
    ):
        monkeypatch.setattr(place, name, note)
    return seen


def test_no_text_opens_a_file_or_an_address(opened: list[str]) -> None:
    samples = (
        shipping_label(),
        bin_label(),
        tote_label(),
        badge(),
        command_card(entries=2),
        slip(lines=1),
        manifest(parcels=1),
        return_form(lines=1),
    )
    for document in samples:
        for report in all_reports():
            if report.document is type(document):
                _print_all(report, document)
    assert opened == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_no_text_anywhere_raises_anything(data: st.DataObject) -> None:
    text = st.one_of(
        st.text(max_size=80),
        st.text(st.characters(categories=["Cs", "Co", "Cn", "Cc", "Cf", "Mn", "So"]), max_size=40),
        st.sampled_from(PAYLOADS),
    )
    document = data.draw(st.sampled_from(every_kind()))
    filled = cast(Document, _filled(document, iter(lambda: data.draw(text), None)))
    for report in all_reports():
        if report.document is type(document):
            assert report.render(filled) == report.render(filled)


def test_printed_says_what_it_is() -> None:
    label = every_kind()[3]
    assert printed(label, ZPL).media_type == "application/zpl"
    assert printed(label).data == report_for(label).render(label)


def _print_all(report: Report, document: Document) -> None:
    """Prints documents with hostile texts in all fields but codes, until each text has been in one."""
    printed_texts = 0

    def texts() -> Iterator[str]:
        nonlocal printed_texts
        for text in cycle(PAYLOADS):
            printed_texts += 1
            yield text

    source = texts()
    while printed_texts < len(PAYLOADS):
        report.render(cast(Document, _filled(document, source)))


def _filled(value: object, texts: Iterator[str]) -> object:
    if isinstance(value, str):
        return next(texts)
    if isinstance(value, tuple):
        return tuple(_filled(part, texts) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: _filled(getattr(value, field.name), texts) for field in fields(value) if field.name not in CODES
        }
        return replace(value, **changes)
    assert value is None or isinstance(value, bool | int | Decimal)
    return value
