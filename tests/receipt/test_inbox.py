"""The hot folder's own doings: which files are whole, who takes them, where they end, what a trap can do."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from app.receipt.service.inbox import PATIENCE_NS, SETTLE_NS, Claim, Inbox, ends_whole, opened, state_of

SECOND = 1_000_000_000


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox").make()


def names(inbox: Inbox, mono_ns: int) -> list[str]:
    return [path.name for path in inbox.whole_files(mono_ns)]


def settled(inbox: Inbox) -> list[str]:
    """What is whole after it stood still for long."""
    inbox.whole_files(0)
    return names(inbox, PATIENCE_NS)


def drop(inbox: Inbox, name: str, data: bytes = b"order,sku,quantity\n1,MUG,1\n") -> Path:
    path = inbox.root / name
    path.write_bytes(data)
    return path


def inside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ---- when a file is whole -------------------------------------------------------------------------------------------


def test_a_file_is_whole_when_it_stood_still_between_two_looks(inbox: Inbox) -> None:
    drop(inbox, "a.csv")
    assert names(inbox, 0) == []
    assert names(inbox, SETTLE_NS - 1) == []
    assert names(inbox, SETTLE_NS) == ["a.csv"]


def test_a_file_that_is_still_written_is_left_alone(inbox: Inbox) -> None:
    # given a file that grows with every look
    path = drop(inbox, "a.csv", b"order,sku,quantity\n")
    for second in range(5):
        with path.open("ab") as file:
            file.write(b"1,MUG,1\n")
        assert names(inbox, second * 2 * SECOND) == []

    # when it has stood still, it is whole
    assert names(inbox, 8 * SECOND + SETTLE_NS) == ["a.csv"]


def test_a_file_that_is_replaced_by_one_of_the_same_size_begins_anew(inbox: Inbox) -> None:
    path = drop(inbox, "a.csv")
    assert names(inbox, 0) == []
    other = drop(inbox, "b.tmp")
    other.replace(path)
    assert names(inbox, SETTLE_NS) == []
    assert names(inbox, 2 * SETTLE_NS) == ["a.csv"]


@pytest.mark.parametrize("end", [b'{"orders": [{"id": 1}, ', b"order,sku,quantity\n1,MU"])
def test_a_file_that_ends_in_the_middle_gets_more_patience(inbox: Inbox, end: bytes) -> None:
    drop(inbox, "a.txt", end)
    names(inbox, 0)
    assert names(inbox, SETTLE_NS) == []
    assert names(inbox, PATIENCE_NS) == ["a.txt"]


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (b'{"a": 1}', True), (b'\xef\xbb\xbf[ ]\n\n', True), (b'{"a": 1', False), (b"a,b\n", True), (b"a,b\r\n", True),
        (b"a,b\r", True), (b"a,b", False), ("a,b\n".encode("utf-16"), True), ("a,b".encode("utf-16"), False),
    ],
)  # fmt: skip
def test_how_a_file_ends_says_whether_more_is_to_come(tmp_path: Path, data: bytes, whole: bool) -> None:
    (tmp_path / "f").write_bytes(data)
    assert ends_whole(tmp_path / "f") is whole


def test_an_empty_file_waits(inbox: Inbox) -> None:
    drop(inbox, "a.csv", b"")
    assert settled(inbox) == []
    assert not inbox.is_waiting()


@pytest.mark.parametrize(
    "name",
    [".a.csv", "~a.csv", "~$a.csv", "a.csv~", "a.csv.part", "a.PARTIAL", "a.tmp", "a.csv.filepart", "a.crdownload",
     "mapping.toml", "Mapping.JSON", ".lock"],
)  # fmt: skip
def test_names_of_what_is_not_finished_are_passed_over(inbox: Inbox, name: str) -> None:
    drop(inbox, name)
    assert settled(inbox) == []


def test_what_was_renamed_into_place_is_taken_under_its_new_name(inbox: Inbox) -> None:
    drop(inbox, "a.csv.part").rename(inbox.root / "a.csv")
    assert settled(inbox) == ["a.csv"]


def test_the_oldest_file_comes_first(inbox: Inbox) -> None:
    for age, name in ((5, "b.csv"), (9, "c.csv"), (1, "a.csv")):
        os.utime(drop(inbox, name), ns=(0, 10**18 - age))
    assert settled(inbox) == ["c.csv", "b.csv", "a.csv"]


# ---- traps ----------------------------------------------------------------------------------------------------------


def test_links_pipes_sockets_and_folders_are_never_touched(inbox: Inbox, tmp_path: Path) -> None:
    # given a secret outside, and everything that is no plain file
    secret = tmp_path / "secret.csv"
    secret.write_bytes(b"order,sku,quantity\n1,MUG,1\n")
    (inbox.root / "link.csv").symlink_to(secret)
    (inbox.root / "folder-link").symlink_to(tmp_path)
    (inbox.root / "nowhere.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(inbox.root / "pipe.csv")
    (inbox.root / "folder.csv").mkdir()
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(os.path.relpath(inbox.root / "ear.csv"))

        # then nothing of it is whole, ever, and nothing of it was moved
        assert settled(inbox) == []
    assert secret.exists()
    assert sorted(path.name for path in inbox.root.iterdir() if path.name.endswith(".csv")) == [
        "ear.csv", "folder.csv", "link.csv", "nowhere.csv", "pipe.csv",
    ]  # fmt: skip


def test_a_file_that_became_a_link_between_look_and_claim_is_not_opened(inbox: Inbox, tmp_path: Path) -> None:
    # given a file that was whole and is a link now
    secret = tmp_path / "secret"
    secret.write_text("s")
    path = drop(inbox, "a.csv")
    path.unlink()
    path.symlink_to(secret)

    # when it is claimed, then it can't be opened
    claim = inbox.claim(path)
    assert claim is not None
    with pytest.raises(OSError, match="symbolic link"), opened(claim):
        pass


@pytest.mark.parametrize(
    "name",
    ["ü" * 127, "x" * 255, "x" * 251 + ".csv", "a\nb.csv", "a.csv.", "-rf", "a\udcff.csv", "=1+1.csv", "%00.csv"],
)
def test_any_name_that_a_file_can_have_goes_through(inbox: Inbox, name: str) -> None:
    # given a file of that name, twice
    for _ in range(2):
        drop(inbox, name)
        claim = inbox.claim(inbox.root / name)
        assert claim is not None
        assert claim.shown.encode("utf-8")

        # when it is done
        path = inbox.finish(claim, {"status": "done"}, ["a line"], refused=False)

        # then it lies in done with its report, and nothing else
        assert path.read_bytes().startswith(b"order")
    files = inside(inbox.root / "done")
    assert len(files) == 6
    assert all(len(os.fsencode(name)) <= 255 for name in files)
    reports = [n for n in files if n.endswith(".report.json")]
    assert {json.loads((inbox.root / "done" / n).read_bytes())["file"] for n in reports} == {claim.shown}
    assert inside(inbox.root / "working") == []


def test_a_note_about_where_a_file_came_from_is_one_step_whatever_it_says(inbox: Inbox) -> None:
    (inbox.root / "phone").mkdir()
    claim = inbox.claim(drop(inbox, "phone/a.csv"))
    assert claim is not None
    for evil in ("../..", "/etc", "..", ".", "a/b", "x\0y"):
        (claim.path.parent / ".from").write_text(evil)
        assert [found.folder for found in inbox.left_behind()] == [""]


# ---- claims ---------------------------------------------------------------------------------------------------------


def test_of_two_watchers_one_gets_the_file(inbox: Inbox) -> None:
    path = drop(inbox, "a.csv")
    other = Inbox(inbox.root)
    assert inbox.claim(path) is not None
    assert other.claim(path) is None
    assert len(inside(inbox.root / "working")) == 1


def test_only_one_serves_a_folder_at_a_time(inbox: Inbox) -> None:
    with inbox.alone() as mine, Inbox(inbox.root).alone() as others:
        assert (mine, others) == (True, False)
    with Inbox(inbox.root).alone() as mine:
        assert mine


def test_what_a_crash_left_behind_is_found_with_its_folder_and_its_tries(inbox: Inbox) -> None:
    # given a file of a subfolder that was begun twice
    (inbox.root / "phone").mkdir()
    (inbox.root / "phone" / "mapping.toml").write_text("x")
    claim = inbox.claim(drop(inbox, "phone/a.csv"))
    assert claim is not None
    assert [inbox.count_try(claim), inbox.count_try(claim)] == [1, 2]
    (inbox.root / "working" / "00").mkdir()  # begun, and nothing was claimed yet

    # when somebody else looks
    found = Inbox(inbox.root).left_behind()

    # then it is there, and the empty folder is not
    assert found == [claim]
    assert inbox.mapping(found[0]) == inbox.root / "phone" / "mapping.toml"
    assert inbox.count_try(found[0]) == 3
    assert len(inside(inbox.root / "working")) == 1
    inbox.forgive(claim)
    assert inbox.count_try(claim) == 1


def test_a_file_that_grows_on_after_its_claim_is_put_back(inbox: Inbox) -> None:
    # given a writer who holds his file open
    with (inbox.root / "a.csv").open("wb") as writer:
        writer.write(b"order,sku,quantity\n")
        writer.flush()
        claim = inbox.claim(inbox.root / "a.csv")
        assert claim is not None
        with opened(claim) as stream:
            before = state_of(stream)

            # when he writes on
            writer.write(b"1,MUG,1\n")
            writer.flush()
            assert state_of(stream) != before

    # then it goes back under its name, or beside one that came meanwhile
    inbox.give_back(claim)
    assert (inbox.root / "a.csv").read_bytes() == b"order,sku,quantity\n1,MUG,1\n"
    again = inbox.claim(inbox.root / "a.csv")
    assert again is not None
    drop(inbox, "a.csv")
    inbox.give_back(again)
    assert (inbox.root / "a-2.csv").exists()


def test_a_file_of_a_name_that_was_there_before_gets_a_number(inbox: Inbox) -> None:
    for name in ("a.csv", "a.csv", "b"):
        claim = inbox.claim(drop(inbox, name))
        assert isinstance(claim, Claim)
        inbox.finish(claim, {}, [], refused=True)
    assert inside(inbox.root / "refused") == [
        "a-2.csv", "a-2.csv.report.json", "a.csv", "a.csv.report.json", "b", "b.report.json",
    ]  # fmt: skip


def test_the_folders_are_private(inbox: Inbox) -> None:
    claim = inbox.claim(drop(inbox, "a.csv"))
    assert claim is not None
    path = inbox.finish(claim, {}, ["x"], refused=False)
    assert [oct(folder.stat().st_mode & 0o777) for folder in (inbox.root, path.parent)] == ["0o700", "0o700"]
    assert oct(path.with_name("a.csv.report.json").stat().st_mode & 0o777) == "0o600"
