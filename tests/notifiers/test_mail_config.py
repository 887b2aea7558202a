"""central.toml: every mistake is named, no secret is in it, none leaks out of where it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.notifiers import post_office, ways
from app.notifiers.base import BadMailConfig, Taken, mime, read_secret
from app.notifiers.folder import Folder
from tests.notifiers.servers import PASSWORD, write_config, write_password
from tests.notifiers.test_smtp import LETTER


def test_a_site_without_mail_sends_none(tmp_path: Path) -> None:
    assert post_office(tmp_path) is None
    (tmp_path / "central.toml").write_text("[other]\nx = 1\n", encoding="utf-8")
    assert post_office(tmp_path) is None


def test_ways_are_found_by_their_files() -> None:
    assert ways() == ("folder", "smtp")


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("[mail", "it is no TOML"),
        ("mail = 3", "it must be a table"),
        ("[mail]\nhost = 'x'", "from must be the address"),
        ("[mail]\nfrom = 'nobody'", "from must be the address"),
        ('[mail]\nfrom = "a@b.example\\r\\nBcc: x@y.example"', "from must be a text in quotes"),
        ("[mail]\nfrom = 'a@b.example'\nreply_to = 'x'\nhost = 'h'", "reply_to is not an address"),
        ("[mail]\nfrom = 'a@b.example'", "host must name the mail server"),
        ("[mail]\nfrom = 'a@b.example'\nhost = 'h'\nsecurity = 'none'", "security is 'none'; it may be starttls, tls"),
        ("[mail]\nfrom = 'a@b.example'\nhost = 'h'\nport = '587'", "port must be a whole number from 1 to 65535"),
        ("[mail]\nfrom = 'a@b.example'\nhost = 'h'\nuser = 'u'", "user and password_file belong together"),
        ("[mail]\nfrom = 'a@b.example'\nhost = 'h'\npassword = 'p'", "password is not known"),
        ("[mail]\nfrom = 'a@b.example'\nway = 'pigeon'", "way is 'pigeon'; it may be folder, smtp"),
        ("[mail]\nfrom = 'a@b.example'\nway = '../x'", "way is '../x'; it may be folder, smtp"),
    ],
)
def test_every_mistake_is_named(lines: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "central.toml").write_text(lines, encoding="utf-8")
    with pytest.raises(BadMailConfig) as refused:
        post_office(tmp_path)
    assert complaint in str(refused.value.problem.what)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_password_that_others_can_read_is_not_used(mode: int, tmp_path: Path) -> None:
    write_config(tmp_path, 1, user="packbay", password_file="mail.password")
    write_password(tmp_path, mode=mode)
    with pytest.raises(BadMailConfig, match=r"can be read by others: chmod 600 mail\.password"):
        read_secret(tmp_path / "mail.password")
    office = post_office(tmp_path)
    assert office is not None
    outcome = office.way.send(LETTER)
    assert "can be read by others" in outcome.reply
    assert PASSWORD not in repr(outcome)


def test_a_password_is_the_first_line_of_a_plain_file(tmp_path: Path) -> None:
    write_password(tmp_path, PASSWORD + "\nand more")
    assert read_secret(tmp_path / "mail.password") == PASSWORD
    write_password(tmp_path, "")
    with pytest.raises(BadMailConfig, match="holds no password"):
        read_secret(tmp_path / "mail.password")
    with pytest.raises(BadMailConfig, match="can't be read"):
        read_secret(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.real", 0o600)
    with pytest.raises(BadMailConfig):
        read_secret(tmp_path)


def test_mails_can_go_into_a_folder_whole_and_the_same_each_time(tmp_path: Path) -> None:
    write_config(
        tmp_path, None, way="folder", folder="out", host=None, security=None, ca_file=None, timeout_s=None
    )  # fmt: skip
    office = post_office(tmp_path)
    assert office is not None
    assert office.way == Folder(tmp_path / "out")

    first, again = office.way.send(LETTER), office.way.send(LETTER)

    [path] = (tmp_path / "out").iterdir()
    assert first == again == Taken(f"written as {path.name}")
    assert path.read_bytes() == mime(LETTER)
