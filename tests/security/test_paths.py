"""A name from outside never leaves its folder, and a picture is never larger than a screen can use."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.paths import MOST_BYTES, BadName, file_name, inside
from app.settings import Home
from devices.printers.base import PDF
from devices.printers.file import FolderPrinter
from ui.labels import print_labels
from ui.pictures import MAX_PIXELS, PictureStore, load

OUTWARD = (
    "../secret", "..", ".", "...", "a/../../secret", "/etc/passwd", "a/b", "a\\b", "..\\secret", "C:\\secret", "C:x",
    "a\0b", "\0", "", " ", "a\nb", "a\r", "a\x1b[2J", "con", "NUL.png", "com1", "x" * (MOST_BYTES + 1), "ä" * 101,
    "name ", " name", "name.", "a\u202egnp.exe", "a\ud800", "~/x?", "a*", "a|b", "<a>", 'a"b', "%00/../x", "..%2f/x",
    "\u2066a", "//host/share", "file:///x", "a:b",
)  # fmt: skip
PLAIN = ("a", "MUG-350.png", "über.pdf", "注文.csv", "x" * MOST_BYTES, ".hidden-is-plain", "a..b", "O'Neil", "%2e%2e")


@pytest.mark.parametrize("name", OUTWARD, ids=ascii)
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadName):
        inside(tmp_path, name)


@pytest.mark.parametrize("name", PLAIN, ids=lambda name: ascii(name)[:30])
def test_a_plain_name_lies_in_its_folder(tmp_path: Path, name: str) -> None:
    assert inside(tmp_path, name) == tmp_path / name


def test_a_link_that_leads_out_is_refused_and_one_that_stays_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    (folder / "deep").mkdir(parents=True)
    (tmp_path / "secret.png").write_text("x")
    (folder / "out.png").symlink_to(tmp_path / "secret.png")
    (folder / "gone.png").symlink_to(tmp_path / "nowhere")
    (folder / "round.png").symlink_to("round.png")
    (folder / "in.png").symlink_to(folder / "deep")

    for name in ("out.png", "gone.png"):
        with pytest.raises(BadName, match="leads out"):
            inside(folder, name)
    assert inside(folder, "in.png") == folder / "in.png"


def test_a_folder_that_is_a_link_itself_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert inside(tmp_path / "link", "a.png") == tmp_path / "link" / "a.png"


@given(st.text(max_size=300))
def test_whatever_the_words_the_name_of_a_file_is_plain(words: str) -> None:
    folder = Path("/nowhere")

    assert inside(folder, file_name(words)).parent == folder


@given(st.text(max_size=120), st.text(max_size=120))
def test_different_words_have_different_names(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) is (one == other)


@given(st.text(max_size=300))
def test_no_name_at_all_gets_out(name: str) -> None:
    folder = Path("/nowhere/folder")
    try:
        path = inside(folder, name)
    except BadName:
        return
    assert path.resolve().parent == folder


# ---- the places where names come in ---------------------------------------------------------------------------------


@pytest.mark.parametrize("job", ["../../out", "/etc/cron.d/x", "a\0b", "x" * 5000, "..", "", "名" * 300])
def test_a_print_job_lies_in_the_printers_folder_whatever_its_name(tmp_path: Path, job: str) -> None:
    folder = tmp_path / "paper"

    FolderPrinter("paper", folder).print(b"%PDF", PDF, job)

    assert [p.parent for p in tmp_path.rglob("*.pdf")] == [folder]


def test_labels_of_things_with_wild_names_lie_in_the_folder_that_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, out = Home(tmp_path / "home"), tmp_path / "labels"
    bins = ["../../etc", "/abs", "A/1", "A.1", "A_1", "x" * 60]
    _import_bins(home, bins)

    assert print_labels(home, "bins", out, zpl=True, only="", as_json=True) == 0

    capsys.readouterr()
    written = list(tmp_path.rglob("*.zpl"))
    assert len(written) == len(bins)
    assert {path.parent for path in written} == {out}


def _import_bins(home: Home, names: list[str]) -> None:
    from app.db import central_write, migrate, open_database
    from app.ids import stable_id
    from app.models import Bin, Code

    database = open_database(home.make().central_file, "central")
    migrate(database)
    with central_write(database) as session:
        for number, name in enumerate(names):
            key = stable_id("bin", name)
            session.add(Bin(id=key, name=name, type="pick", x_mm=0, y_mm=0))
            session.add(Code(value=f"L{number}", kind="bin", subject=key, printed=True))
    database.close()


def png(width: int, height: int) -> bytes:
    """A picture file that says it is so large; its data is one row of nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(50_000, 50_000), (MAX_PIXELS, 2), (2, 2**31 - 1), (2**31 - 1, 2**31 - 1), (0, 5)])
def test_a_bomb_is_no_picture_and_is_not_decoded(qapp: object, tmp_path: Path, size: tuple[int, int]) -> None:
    (tmp_path / "bomb.png").write_bytes(png(*size))

    assert load(tmp_path / "bomb.png") is None


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "a\0b", "out", "..", "x" * 5000, "pic/../secret", ""])
def test_a_picture_key_from_outside_opens_nothing_outside(qapp: object, tmp_path: Path, key: str) -> None:
    from PySide6.QtGui import QImage

    folder = tmp_path / "pictures"
    folder.mkdir()
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(0)
    assert picture.save(str(tmp_path / "secret.png"))
    (folder / "out.png").symlink_to(tmp_path / "secret.png")

    assert not PictureStore(folder).has(key)


def test_a_picture_that_lies_there_is_shown(qapp: object, tmp_path: Path) -> None:
    from PySide6.QtGui import QImage

    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(0)
    assert picture.save(str(tmp_path / "MUG-350.png"))

    assert PictureStore(tmp_path).has("MUG-350")
