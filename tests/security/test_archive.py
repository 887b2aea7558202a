"""An archive that somebody changed does no harm: it is refused, and nothing is outside the folder."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.archive import MANIFEST, BadArchive, Manifest, pack, read_manifest, unpack

WHEN: dict[str, Any] = {"made_at": "2026-03-02T13:07:00+00:00", "version": "1", "revision": "0002", "secrets": False}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "a").write_bytes(b"central" * 1000)
    (tmp_path / "b").write_bytes(b"png")
    pack(tmp_path / "x.zip", [("central.sqlite", tmp_path / "a"), ("pictures/MUG.png", tmp_path / "b")], **WHEN)
    return tmp_path / "x.zip"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def change(path: Path, entries: Callable[[dict[str, bytes]], None], manifest: Callable[[dict[str, Any]], None]) -> None:
    """Writes the archive anew with other bytes or another manifest."""
    with zipfile.ZipFile(path) as old:
        held = {name: old.read(name) for name in old.namelist() if name != MANIFEST}
        said = json.loads(old.read(MANIFEST))
    entries(held)
    manifest(said)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in held.items():
            new.writestr(name, data)
        new.writestr(MANIFEST, json.dumps(said))


def nothing(_: Any) -> None:
    """Leaves it as it is."""


def test_what_is_packed_is_unpacked(archive: Path, folder: Path) -> None:
    ticks: list[tuple[int, int]] = []

    manifest = unpack(archive, folder, lambda done, total: ticks.append((done, total)))

    assert manifest == read_manifest(archive)
    assert (folder / "central.sqlite").read_bytes() == b"central" * 1000
    assert (folder / "pictures" / "MUG.png").read_bytes() == b"png"
    assert ticks[-1] == (manifest.size, manifest.size) == (7003, 7003)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert archive.stat().st_size < 2000


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/evil", "a/../../evil", "..", "a/b/c", "pictures/../../evil", "C:\\evil", "a\\..\\evil", "nul",
     "pictures/", "", "a\0b", "pictures/\u202egnp", "x" * 400, "//evil"],
)  # fmt: skip
def test_no_entry_leaves_the_folder(archive: Path, folder: Path, name: str) -> None:
    def rename(held: dict[str, bytes]) -> None:
        held[name or "nameless"] = held.pop("central.sqlite")

    change(archive, rename, lambda said: said["entries"][0].update(name=name))
    before = {p for p in folder.parent.rglob("*") if not p.is_relative_to(folder)}

    with pytest.raises(BadArchive):
        unpack(archive, folder)

    assert {p for p in folder.parent.rglob("*") if not p.is_relative_to(folder)} == before


def test_an_entry_that_the_manifest_does_not_list_stays_in_the_archive(archive: Path, folder: Path) -> None:
    change(archive, lambda held: held.update({"../evil": b"x", "more": b"y"}), nothing)

    unpack(archive, folder)

    assert sorted(p.name for p in folder.parent.rglob("*") if p.is_file()) == [
        "MUG.png",
        "a",
        "b",
        "central.sqlite",
        "x.zip",
    ]


@pytest.mark.parametrize(
    ("entries", "manifest", "words"),
    [
        (lambda held: held.update({"central.sqlite": b"CENTRAL" * 1000}), nothing, "digest"),
        (lambda held: held.update({"central.sqlite": b"c"}), nothing, "size"),
        (lambda held: held.pop("central.sqlite"), nothing, "damaged"),
        (nothing, lambda said: said["entries"][0].update(size=10), "size"),
        (nothing, lambda said: said["entries"][0].update(size=-1), "size below nothing"),
        (nothing, lambda said: said["entries"][0].update(size=1 << 62), "free"),
        (nothing, lambda said: said["entries"].append(said["entries"][0]), "twice"),
        (nothing, lambda said: said.update(format=2), "format"),
        (nothing, lambda said: said.pop("version"), "no backup"),
        (nothing, lambda said: said.update(entries=7), "no backup"),
    ],
)
def test_what_was_changed_is_refused(
    archive: Path, folder: Path, entries: Callable[[Any], None], manifest: Callable[[Any], None], words: str
) -> None:
    change(archive, entries, manifest)

    with pytest.raises(BadArchive, match=words):
        unpack(archive, folder)


def test_a_bomb_is_not_unpacked_beyond_what_its_manifest_says(archive: Path, folder: Path) -> None:
    change(archive, lambda held: held.update({"central.sqlite": b"\0" * 50_000_000}), nothing)

    with pytest.raises(BadArchive, match="size"):
        unpack(archive, folder)

    assert sum(p.stat().st_size for p in folder.rglob("*")) == 0


def test_a_link_in_an_archive_becomes_a_plain_file(archive: Path, folder: Path, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    target = b"/etc/passwd"
    import hashlib

    with zipfile.ZipFile(archive) as old:
        said = json.loads(old.read(MANIFEST))
    said["entries"] = [{"name": "link", "size": len(target), "sha256": hashlib.sha256(target).hexdigest()}]
    with zipfile.ZipFile(archive, "w") as new:
        new.writestr(info, target)
        new.writestr(MANIFEST, json.dumps(said))

    unpack(archive, folder)

    assert not (folder / "link").is_symlink()
    assert (folder / "link").read_bytes() == target


@given(st.binary(max_size=200))
@settings(max_examples=50)
def test_bytes_that_are_no_archive_are_said_to_be_none(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "x.zip"
        path.write_bytes(data)
        with pytest.raises(BadArchive):
            read_manifest(path)


@given(st.integers(0, 3000), st.integers(0, 255))
@settings(max_examples=80)
def test_one_changed_byte_is_noticed_or_harmless(position: int, value: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "a").write_bytes(bytes(range(256)) * 8)
        whole = pack(root / "x.zip", [("central.sqlite", root / "a")], **WHEN)
        data = bytearray((root / "x.zip").read_bytes())
        data[position % len(data)] = value
        (root / "x.zip").write_bytes(bytes(data))
        (root / "out").mkdir()
        try:
            found: Manifest = unpack(root / "x.zip", root / "out")
        except BadArchive:
            return
        assert found.entries == whole.entries
        assert (root / "out" / "central.sqlite").read_bytes() == bytes(range(256)) * 8


def test_a_backup_that_can_t_be_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")

    with pytest.raises(FileNotFoundError):
        pack(tmp_path / "x.zip", [("a", tmp_path / "a"), ("b", tmp_path / "gone")], **WHEN)

    assert [p.name for p in tmp_path.iterdir()] == ["a"]
