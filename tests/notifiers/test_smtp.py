"""Mails to real servers: what arrives, what is never given away, and what each answer means."""

from __future__ import annotations

import logging
import socket
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.notifiers import post_office
from app.notifiers.base import BadMailConfig, Message, Outcome, Postponed, Rejected, Taken, Unclear
from tests.notifiers.servers import free_port, heard, scripted, server, write_config, write_password

# The server of the tests warns of what our side refuses; implicit TLS is none in its eyes.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
LETTER = Message(
    message_id="<0190a1b2@teamug.example>",
    at=datetime(2026, 3, 2, 13, 7, tzinfo=UTC),
    sender="hello@teamug.example",
    sender_name="Tea & Mug",
    to="lena@example.org",
    to_name="Lena Özdemir 🎈",
    subject="Ihre Bestellung 10482 ist unterwegs – schön!",
    text="Guten Tag,\n.\n..a line with a dot\n" + "lang " * 400 + "\nשלום\n",  # noqa: RUF001
    page="<p>Grüße 🎈</p>\n",
    language="de",
    reply_to="questions@teamug.example",
)


def send(home: Path, letter: Message = LETTER) -> Outcome:
    office = post_office(home)
    assert office is not None
    return office.way.send(letter)


# ---- what arrives ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_arrives_over_tls_as_it_was_meant(security: str, tmp_path: Path) -> None:
    # given a server that wants a password
    with server(security=security, signs_in=True) as running:
        write_config(tmp_path, running.port, security=security, user="packbay", password_file="mail.password")
        write_password(tmp_path)

        # when a mail is given to it
        outcome = send(tmp_path)

    # then it took it, with every letter of it
    assert outcome == Taken("250 OK queued")
    assert running.post.signed_in == ["packbay"]
    assert running.post.envelopes == [("hello@teamug.example", ["lena@example.org"])]
    [mail] = running.post.mails
    assert {name: str(mail[name]) for name in ("From", "To", "Subject", "Reply-To", "Message-ID", "Date")} == {
        "From": "Tea & Mug <hello@teamug.example>",
        "To": "Lena Özdemir 🎈 <lena@example.org>",
        "Subject": "Ihre Bestellung 10482 ist unterwegs – schön!",
        "Reply-To": "questions@teamug.example",
        "Message-ID": "<0190a1b2@teamug.example>",
        "Date": "Mon, 02 Mar 2026 13:07:00 +0000",
    }
    assert mail["Auto-Submitted"] == "auto-generated"
    text, page = mail.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert page.get_content().replace("\r\n", "\n") == LETTER.page
    assert [part.get_content_type() for part in (mail, text, page)] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip


def test_a_server_for_development_needs_no_tls_and_gets_no_password(tmp_path: Path) -> None:
    with server(security="none-for-development") as running:
        write_config(tmp_path, running.port, security="none-for-development", ca_file=None)
        assert send(tmp_path) == Taken("250 OK queued")

    write_config(tmp_path, 25, security="none-for-development", user="packbay", password_file="mail.password")
    with pytest.raises(BadMailConfig, match="a password never goes over a line without TLS"):
        post_office(tmp_path)


# ---- who is not trusted ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("certificate", "ca", "words"),
    [
        ("elsewhere", "ca.pem", "Hostname mismatch"),
        ("expired", "ca.pem", "certificate has expired"),
        ("localhost", "other-ca.pem", "unable to get local issuer certificate"),
        ("localhost", None, "unable to get local issuer certificate"),
    ],
)
def test_a_server_that_is_not_who_it_should_be_gets_nothing(
    security: str, certificate: str, ca: str | None, words: str, tmp_path: Path
) -> None:
    with server(security=security, certificate=certificate, signs_in=True) as running:
        write_config(
            tmp_path, running.port, security=security, ca_file=ca, user="packbay", password_file="mail.password"
        )
        (tmp_path / "other-ca.pem").write_bytes((Path(__file__).parents[1] / "data/mail/other-ca.pem").read_bytes())
        write_password(tmp_path)
        outcome = send(tmp_path)

    assert isinstance(outcome, Postponed)
    assert outcome.for_all
    assert words in outcome.reply
    assert (running.post.mails, running.post.signed_in) == ([], [])


def test_a_server_without_starttls_gets_nothing_not_even_the_address(tmp_path: Path) -> None:
    said: list[bytes] = []

    def no_tls(caller: socket.socket) -> None:
        caller.sendall(b"220 plain\r\n")
        while True:
            said.append(heard(caller))
            caller.sendall(b"250-plain\r\n250 SIZE 1000000\r\n")

    with scripted(no_tls) as port:
        write_config(tmp_path, port)
        outcome = send(tmp_path)

    assert outcome == Postponed("the server offers no STARTTLS; nothing goes to it in the clear", for_all=True)
    assert {line.split()[0].upper() for line in said} <= {b"EHLO", b"QUIT"}


# ---- what answers mean ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"recipient": "550 5.1.1 no such mailbox"}, Rejected("550 5.1.1 no such mailbox")),
        ({"recipient": "450 4.2.1 greylisted"}, Postponed("450 4.2.1 greylisted")),
        ({"end": "554 5.7.1 looks like spam"}, Rejected("554 5.7.1 looks like spam")),
        ({"end": "451 4.3.0 disk full"}, Postponed("451 4.3.0 disk full")),
        ({"sender": "553 5.7.1 not your address"}, Postponed("553 5.7.1 not your address", for_all=True)),
        ({"recipient": "421 4.3.2 closing down"}, Postponed("421 4.3.2 closing down", for_all=True)),
    ],
)
def test_each_answer_means_one_thing(answers: dict[str, str], outcome: Outcome, tmp_path: Path) -> None:
    with server() as running:
        for name, answer in answers.items():
            setattr(running.post, name, answer)
        write_config(tmp_path, running.port)
        assert send(tmp_path) == outcome
    assert running.post.mails == []


def test_a_wrong_password_is_no_fault_of_the_mail_and_is_repeated_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with server(signs_in=True) as running:
        write_config(tmp_path, running.port, user="packbay", password_file="mail.password")
        write_password(tmp_path, "wrong-canary-0815")
        outcome = send(tmp_path)

    assert outcome == Postponed("535 5.7.8 Authentication credentials invalid", for_all=True)
    assert "wrong-canary-0815" not in caplog.text + repr(outcome) + repr(post_office(tmp_path))


def test_a_server_that_is_away_takes_nothing(tmp_path: Path) -> None:
    write_config(tmp_path, free_port())
    outcome = send(tmp_path)
    assert isinstance(outcome, Postponed)
    assert outcome.for_all
    assert "ConnectionRefusedError" in outcome.reply


def test_a_line_that_breaks_after_the_whole_mail_leaves_it_unclear(tmp_path: Path) -> None:
    with server() as running:
        running.post.drops = True
        write_config(tmp_path, running.port)
        assert isinstance(send(tmp_path), Unclear)


def test_a_line_that_breaks_within_the_mail_has_given_nothing_away(tmp_path: Path) -> None:
    def hang_up(caller: socket.socket) -> None:
        for answer in (b"220 x\r\n", b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n"):
            caller.sendall(answer)
            heard(caller)
        caller.sendall(b"451 4.3.0 not now\r\n")

    with scripted(hang_up) as port:
        write_config(tmp_path, port, security="none-for-development", ca_file=None)
        assert send(tmp_path) == Postponed("451 4.3.0 not now")


def test_a_server_that_never_greets_costs_no_more_than_its_time(tmp_path: Path) -> None:
    done = threading.Event()
    with scripted(lambda caller: done.wait(30) and None) as port:
        write_config(tmp_path, port, timeout_s=1)
        began = time.monotonic()
        outcome = send(tmp_path)
        took = time.monotonic() - began
        done.set()
    assert outcome == Postponed("the server does not answer in time", for_all=True)
    assert took < 15


def test_a_server_that_babbles_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, the answer never ends: only the watch over the whole ends it."""
    monkeypatch.setattr("app.notifiers.smtp.ANSWER_SECONDS", 0)
    cut = threading.Event()

    def babble(caller: socket.socket) -> None:
        caller.sendall(b"220 x\r\n")
        heard(caller)
        try:
            while not cut.wait(0.05):
                caller.sendall(b"250-x\r\n")
        except OSError:
            cut.set()
            raise

    with scripted(babble) as port:
        write_config(tmp_path, port, security="none-for-development", ca_file=None, timeout_s=1)
        outcome = send(tmp_path)
        cut.set()
    assert isinstance(outcome, Postponed)
    assert outcome.for_all


def test_what_no_mail_can_be_made_of_is_refused_and_nothing_is_sent(tmp_path: Path) -> None:
    from dataclasses import replace

    with server() as running:
        write_config(tmp_path, running.port)
        outcome = send(tmp_path, replace(LETTER, subject="hello\r\nBcc: everybody@example.org"))
    assert isinstance(outcome, Rejected)
    assert running.post.mails == []
