"""The office's commands about mails, and the thread of central that sends them by itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.clock import FakeClock
from app.sync.duties import Place, do_duties, duties
from tests.notifiers.servers import PASSWORD, Running, server, write_config, write_password
from tests.tracking.house import START, Site
from ui.courier import DutyThread


@pytest.fixture
def post(site: Site) -> Iterator[Running]:
    with server(signs_in=True) as running:
        write_config(site.root, running.port, user="packbay", password_file="mail.password")
        write_password(site.root)
        yield running


@pytest.fixture(autouse=True)
def _at_that_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands look at the same clock as the site."""
    monkeypatch.setattr("app.cli.mails.SystemClock", lambda: FakeClock(START))


def run(site: Site, capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, dict[str, Any]]:
    status = main(["mails", *map(str, words), "--home", str(site.root), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_trial_goes_or_says_why_not(site: Site, post: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(site, capsys, "test", "ada@example.org") == (0, {"sent": True, "said": "250 OK queued"})
    [mail] = post.post.mails
    assert (str(mail["To"]), str(mail["From"])) == ("ada@example.org", "Tea & Mug <hello@teamug.example>")

    write_password(site.root, "wrong-canary-0815")
    assert main(["mails", "test", "ada@example.org", "--home", str(site.root)]) == 2
    said = capsys.readouterr()
    assert said.err == "packbay: It did not go: 535 5.7.8 Authentication credentials invalid.\n"
    assert run(site, capsys, "test", "nobody")[0] == 2

    (site.root / "central.toml").unlink()
    status, said_json = run(site, capsys, "test", "ada@example.org")
    assert (status, said_json["error"].split(".")[0]) == (2, "central")
    assert "has no [mail], so this site sends no mails" in said_json["error"]


def test_mails_are_listed_without_addresses_and_sent_again(
    site: Site, post: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    # given one that was refused and one that waits
    post.post.recipient = "550 5.1.1 unknown"
    site.order("1", ("MUG", 1))
    site.pack("1", (1, 1))
    site.post()
    site.order("2", ("MUG", 1), email="tom@example.org")
    site.pack("2", (1, 1))

    # when they are listed
    status, said = run(site, capsys, "list")
    assert main(["mails", "list", "--state", "refused", "--home", str(site.root)]) == 0
    words = capsys.readouterr().out

    # then states and masked addresses are there
    assert (status, said["by_state"]) == (0, {"intent": 1, "refused": 1})
    assert [(m["order"], m["event"], m["state"], m["to"], m["attempts"], m["said"]) for m in said["mails"]] == [
        ("2", "shipped", "intent", "", 0, ""), ("1", "shipped", "refused", "l***@example.org", 1, "550 5.1.1 unknown"),
    ]  # fmt: skip
    assert "order 1 " in words
    assert "lena@" not in words
    assert PASSWORD not in words

    # and the refused one goes when the office says so
    post.post.recipient = "250 OK"
    assert run(site, capsys, "retry", "--state", "refused") == (0, {"mails": 1})
    assert run(site, capsys, "send") == (0, {"mails": 2, "by_state": {"confirmed": 2}})
    assert run(site, capsys, "retry", said["mails"][0]["id"]) == (
        2, {"error": f"Mail {said['mails'][0]['id']} is sent. It was not sent again."},
    )  # fmt: skip
    assert run(site, capsys, "retry", "ffffffff")[0] == 2


def test_an_address_is_taken_off_and_put_back(site: Site, post: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(site, capsys, "optout", "lena@example.org") == (0, {"changed": True, "opted_out": True})
    assert run(site, capsys, "optout", "Lena@Example.org") == (0, {"changed": False, "opted_out": True})
    site.order("1", ("MUG", 1))
    site.pack("1", (1, 1))
    assert run(site, capsys, "send")[1]["by_state"] == {"dropped": 1}
    assert run(site, capsys, "optout", "lena@example.org", "--undo") == (0, {"changed": True, "opted_out": False})


def test_the_words_can_be_looked_at_before_anybody_gets_them(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (site.root / "mails").mkdir()
    (site.root / "mails" / "shipped.pl.html").write_text("{{ oops }}", encoding="utf-8")
    status, said = run(site, capsys, "preview", "--out", tmp_path / "out")
    assert (status, list(said["broken"])) == (1, ["shipped.pl.html"])
    assert len(list((tmp_path / "out").iterdir())) == 24
    assert "Tea &amp; Mug" in (tmp_path / "out" / "shipped.en.html").read_text(encoding="utf-8")


def test_mails_are_dropped_by_their_age(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.order("1", ("MUG", 1))
    site.pack("1", (1, 1))
    assert run(site, capsys, "drop", "--before", "2026-03-02T00:00:00Z") == (0, {"mails": 0})
    assert run(site, capsys, "drop", "--before", "2026-03-03T00:00:00Z") == (0, {"mails": 1})


def test_scans_come_in_by_the_command(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.order("1", ("MUG", 1))
    site.pack("1", (1, 1))
    (tmp_path / "scans.csv").write_text(
        "tracking,at,status\nPB0000001001,2026-03-02T15:00:00Z,Zugestellt\nPB9,2026-03-02T15:00:00Z,Zugestellt\n",
        encoding="utf-8",
    )
    status = main(["import", "tracking", str(tmp_path / "scans.csv"), "--home", str(site.root), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert (status, said["created"], said["refused"], said["errors"][0]["row"]) == (1, 1, 1, 3)
    assert site.parcel("1").tracking_state == "delivered"


def test_central_sends_by_itself(site: Site, post: Running) -> None:
    assert {"mails", "scans"} <= set(duties())
    site.order("1", ("MUG", 1))
    site.pack("1", (1, 1))
    moved = threading.Event()
    thread = DutyThread(Place(site.central, site.clock, site.home), moved.set, "OUTSIDE")
    thread.start()
    assert moved.wait(30)
    thread.stop()
    assert site.states() == {"confirmed": 1}
    failing: set[str] = set()
    do_duties(Place(site.central, site.clock, site.home), failing)
    assert not failing & {"mails", "scans"}
