"""A plugin is found by its file, and a broken one is named."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import devices.scales
import devices.scanners
from devices.discovery import BrokenPlugin, discover
from devices.ports import SCALE_PROTOCOLS, SCANNER_PROTOCOLS
from devices.printing import TRANSPORTS
from devices.scales.base import ScaleProtocol
from devices.scanners.base import ScannerProtocol


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty plugin package `plugged_in_a_test`."""
    folder = tmp_path / "plugged_in_a_test"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "base.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("plugged_in_a_test")]:
        del sys.modules[name]


def test_the_protocols_of_this_version() -> None:
    assert list(SCANNER_PROTOCOLS) == ["serial_text"]
    assert list(SCALE_PROTOCOLS) == ["mt_sics", "nci"]
    assert sorted(TRANSPORTS) == ["file", "lp", "tcp"]


def test_a_new_file_is_all_it_takes(package: Path) -> None:
    (package / "morse.py").write_text("NUMBER = 7\n")
    (package / "arrow.py").write_text("NUMBER = 3\n")
    found = discover(import_module("plugged_in_a_test"), "NUMBER", int, frozenset({"base"}))
    assert found == {"arrow": 3, "morse": 7}


def test_a_plugin_without_the_agreed_name_is_named(package: Path) -> None:
    (package / "morse.py").write_text("NUMER = 7\n")
    with pytest.raises(BrokenPlugin) as failure:
        discover(import_module("plugged_in_a_test"), "NUMBER", int, frozenset({"base"}))
    assert str(failure.value) == "plugged_in_a_test.morse: expected NUMBER to be a int, got NoneType"


def test_a_plugin_that_cannot_be_imported_is_named_with_its_reason(package: Path) -> None:
    (package / "morse.py").write_text("import not_there_at_all\n")
    with pytest.raises(BrokenPlugin) as failure:
        discover(import_module("plugged_in_a_test"), "NUMBER", int, frozenset({"base"}))
    assert str(failure.value) == (
        "plugged_in_a_test.morse: cannot be imported: ModuleNotFoundError: No module named 'not_there_at_all'"
    )


def test_what_ports_offers_is_what_lies_there() -> None:
    assert discover(devices.scanners, "PROTOCOL", ScannerProtocol, frozenset({"base"})) == SCANNER_PROTOCOLS
    assert discover(devices.scales, "PROTOCOL", ScaleProtocol, frozenset({"base", "settle"})) == SCALE_PROTOCOLS
