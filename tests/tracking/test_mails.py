"""One mail an event, once by intent: whatever is repeated, pulled out, or away."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app.db import central_write
from app.ids import stable_id
from app.models import Effect, Order
from app.tracking.service import drop_mails, opt_out, retry_mails, send_mails
from tests.engines import open_central, stranger
from tests.notifiers.servers import PASSWORD, Running, free_port, server, write_config, write_password
from tests.tracking.house import Site

ROOT = Path(__file__).parents[2]
Expect = Callable[[str], None]


@pytest.fixture
def post(site: Site) -> Iterator[Running]:
    """A mail server that the site's central.toml names."""
    with server(signs_in=True) as running:
        write_config(site.root, running.port, user="packbay", password_file="mail.password")
        write_password(site.root)
        yield running


def text_of(running: Running, number: int = -1) -> str:
    part = running.post.mails[number].get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


# ---- when it is told ------------------------------------------------------------------------------------------------


def test_the_last_box_of_an_order_makes_one_mail_that_names_them_all(site: Site, post: Running) -> None:
    # given an order for two boxes
    site.order("10482", ("MUG", 2), ("SOAP", 1))
    site.setting("tracking_url", json.dumps({"table": "https://nordpost.example/t?n={tracking}"}))

    # when the first is closed nobody is told yet, when the second is, one mail goes
    site.pack("10482", (1, 2))
    assert (site.post(), site.states()) == (0, {})
    site.pack("10482", (2, 1), box=2)
    assert (site.post(), site.states()) == (1, {"confirmed": 1})

    # then it says what lies where, and the timeline says that it went, without the address
    assert post.post.envelopes == [("hello@teamug.example", ["lena@example.org"])]
    assert str(post.post.mails[0]["Subject"]) == "Ihre Bestellung 10482 ist unterwegs"
    assert text_of(post) == (
        "Guten Tag Lena Özdemir,\n\nwir haben Ihre Bestellung gepackt und dem Versanddienst übergeben. Das ist darin:\n"
        "\nPaket 1: Tea & Mug, Parcel\nSendungsnummer PB0000001001\n"
        "Sendung verfolgen: https://nordpost.example/t?n=PB0000001001\n  2 × Ceramic mug 350 ml\n"
        "\nPaket 2: Tea & Mug, Parcel\nSendungsnummer PB0000001002\n"
        "Sendung verfolgen: https://nordpost.example/t?n=PB0000001002\n  1 × Soap bar 90 g\n"
        "\nDiese Nachricht hat der Rechner unseres Versands geschrieben. "
        "Fragen? Schreiben Sie an hello@teamug.example\n"
        "\nTea & Mug\n"
    )
    assert site.story("10482", "mail") == ["Mail sent to l***@example.org: on its way"]
    assert site.post() == 0


def test_a_short_order_is_told_what_is_not_in_the_box_and_a_later_box_gets_a_mail_of_its_own(
    site: Site, post: Running
) -> None:
    # given an order of which one soap is short
    site.order("10482", ("MUG", 2), ("SOAP", 2, 1))
    site.pack("10482", (1, 2), (2, 1))
    site.post()
    assert "Nicht in dieser Lieferung:\n  1 × Soap bar 90 g\n" in text_of(post)

    # when the missing soap leaves after all
    site.pack("10482", (2, 1), box=2)
    site.post()

    # then a second mail names the second box alone, and nothing is missing any more
    assert len(post.post.mails) == 2
    assert "PB0000001002" in text_of(post)
    assert "PB0000001001" not in text_of(post)
    assert "Nicht in dieser Lieferung" not in text_of(post)


def test_facts_that_are_told_again_tell_nobody_again(site: Site, post: Running) -> None:
    site.order("10482", ("MUG", 2), ("SOAP", 1))
    site.pack("10482", (1, 2))
    site.pack("10482", (2, 1), box=2)

    site.draw_again()
    site.post()
    site.draw_again()
    site.post()

    assert site.states() == {"confirmed": 1}
    assert len(post.post.mails) == 1


@pytest.mark.parametrize(
    ("country", "settings", "language", "subject"),
    [
        ("AT", {}, "de", "Ihre Bestellung 10482 ist unterwegs"),
        ("MX", {}, "es", "Su pedido 10482 está en camino"),
        ("PL", {}, "pl", "Zamówienie 10482 jest w drodze"),
        ("FR", {}, "en", "Your order 10482 is on its way"),
        ("FR", {"mail_language": "de"}, "de", "Ihre Bestellung 10482 ist unterwegs"),
        ("FR", {"mail_languages": '{"FR": "es"}'}, "es", "Su pedido 10482 está en camino"),
        ("DE", {"mail_languages": '{"DE": "xx"}'}, "de", "Ihre Bestellung 10482 ist unterwegs"),
        ("", {"mail_languages": "not json"}, "en", "Your order 10482 is on its way"),
    ],
)
def test_people_are_written_to_in_their_language(
    country: str, settings: dict[str, str], language: str, subject: str, site: Site, post: Running
) -> None:
    for name, value in settings.items():
        site.setting(name, value)
    site.order("10482", ("MUG", 1), country=country)
    site.pack("10482", (1, 1))
    site.post()
    [mail] = post.post.mails
    assert (str(mail["Subject"]), mail["Content-Language"]) == (subject, language)


def test_a_gift_is_told_to_who_gave_it_and_never_to_who_gets_it(site: Site, post: Running) -> None:
    site.order("1", ("MUG", 1), email="", ship_email="surprised@example.org", gift=True)
    site.order("2", ("MUG", 1), email="", ship_email="lena@example.org")
    site.pack("1", (1, 1))
    site.pack("2", (1, 1))
    site.post()
    assert [to for _, [to] in post.post.envelopes] == ["lena@example.org"]
    assert [(m.order_number, m.said) for m in site.mails("dropped")] == [("1", "the order has no mail address")]


def test_the_site_says_of_what_people_are_told(site: Site, post: Running) -> None:
    site.setting("mail_events", "none")
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    site.post()
    assert site.states() == {}


# ---- what is not told any more --------------------------------------------------------------------------------------


def test_a_label_that_is_voided_before_its_mail_went_takes_the_mail_with_it(site: Site, post: Running) -> None:
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    site.void("10482")
    assert site.states() == {"dropped": 1}

    # and its next label is news again
    site.label("10482")
    site.shut("10482")
    site.post()
    assert site.states() == {"confirmed": 1, "dropped": 1}
    assert "PB0000001002" in text_of(post)


def test_one_void_box_of_two_is_left_out(site: Site, post: Running) -> None:
    site.order("10482", ("MUG", 2))
    site.pack("10482", (1, 1))
    site.pack("10482", (1, 1), box=2)
    site.void("10482", box=2)
    site.post()
    assert "PB0000001001" in text_of(post)
    assert "PB0000001002" not in text_of(post)


def test_a_cancelled_order_and_an_address_that_wants_none_are_not_written_to(site: Site, post: Running) -> None:
    for number in ("1", "2"):
        site.order(number, ("MUG", 1), email=f"Lena{number}@example.org")
        site.pack(number, (1, 1))
    with site.write() as session:
        session.execute(update(Order).where(Order.number == "1").values(state="cancelled"))
        assert opt_out(session, address="LENA2@EXAMPLE.ORG", now=site.clock.now())
        assert not opt_out(session, address="lena2@example.org", now=site.clock.now())

    site.post()

    assert [(m.order_number, m.said) for m in site.mails()] == [
        ("2", "the address wants no mails"), ("1", "the order was cancelled"),
    ]  # fmt: skip
    assert post.post.mails == []
    with closing(sqlite3.connect(stranger(site.central))) as connection:
        assert not [row for row in connection.execute("SELECT * FROM mail_opt_out") if b"lena2" in str(row).encode()]
    with site.write() as session:
        assert opt_out(session, address="lena2@example.org", now=site.clock.now(), wanted=True)


def test_what_nobody_could_tell_for_a_week_is_told_no_more(site: Site) -> None:
    # given a site that sets mails up late
    site.order("old", ("MUG", 1))
    site.pack("old", (1, 1))
    site.clock.advance(8 * 86400)
    site.order("new", ("MUG", 1))
    site.pack("new", (1, 1))
    assert (site.post(), site.states()) == (0, {"intent": 2})

    # when there is a server at last
    with server() as running:
        write_config(site.root, running.port)
        site.post()

    assert [(m.order_number, m.state) for m in site.mails()] == [("new", "confirmed"), ("old", "dropped")]


def test_mails_sleep_at_night_by_the_sites_own_clock(site: Site, post: Running) -> None:
    site.setting("mail_quiet", "22:00-07:00")
    site.setting("time_zone", "Europe/Berlin")
    site.order("10482", ("MUG", 1))
    site.clock.advance(8 * 3600)  # 21:07 in UTC, 22:07 in Berlin
    site.pack("10482", (1, 1))

    assert (site.post(), site.states()) == (0, {"intent": 1})
    site.clock.advance(8 * 3600 + 52 * 60)  # 06:59
    assert site.post() == 0
    site.clock.advance(60)
    assert (site.post(), site.states()) == (1, {"confirmed": 1})


def test_quiet_hours_that_nobody_can_read_are_said_once_and_silence_nobody(
    site: Site, post: Running, expected_log: Expect
) -> None:
    expected_log("mail_quiet is passed over: 'at night' is not like 22:00-07:00")
    site.setting("mail_quiet", "at night")
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    site.post()
    assert site.states() == {"confirmed": 1}


# ---- servers that are away, refuse, or say nothing ------------------------------------------------------------------


def test_a_server_that_is_away_delays_and_loses_nothing(site: Site, expected_log: Expect) -> None:
    # given three parcels and nobody at the other end
    expected_log("mails wait: ConnectionRefusedError")
    port = free_port()
    write_config(site.root, port)
    for number in ("1", "2", "3"):
        site.order(number, ("MUG", 1))
        site.pack(number, (1, 1))

    # when it is away for hours
    for _ in range(60):
        site.post()
        site.clock.advance(120)
    assert site.states() == {"intent": 3}
    assert [kind for kind, _ in site.incidents()] == ["mail_server"]
    assert site.story("1", "mail") == []

    # then all go when it is back, each once, and the office need not look any more
    with server(port=port) as running:
        site.clock.advance(600)
        site.post()
    assert site.states() == {"confirmed": 3}
    assert len(running.post.mails) == 3
    assert site.incidents() == []


def test_an_outage_asks_the_server_less_and_less_often(site: Site, expected_log: Expect) -> None:
    expected_log("mails wait: 421")
    with server() as running:
        running.post.recipient = "421 4.3.2 closing down"
        write_config(site.root, running.port)
        site.order("10482", ("MUG", 1))
        site.pack("10482", (1, 1))
        for _ in range(720):
            site.post()
            site.clock.advance(5)
    [mail] = site.mails("intent")
    assert 12 <= mail.attempts <= 24  # in an hour: after 5 s, 10 s, 20 s … 5 min


def test_a_wrong_password_waits_for_the_office_and_is_in_no_row_and_no_log(
    site: Site, post: Running, expected_log: Expect, caplog: pytest.LogCaptureFixture
) -> None:
    expected_log("mails wait: 535 5.7.8 Authentication credentials invalid")
    write_password(site.root, "wrong-canary-0815")
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    site.post()
    assert site.states() == {"intent": 1}

    write_password(site.root)
    site.clock.advance(600)
    site.post()
    assert site.states() == {"confirmed": 1}
    site.central.close()
    held = b"".join(p.read_bytes() for p in site.root.glob("central.sqlite*")) + caplog.text.encode()
    site.open()
    assert b"canary" not in held
    assert PASSWORD.encode() not in held


def test_a_config_that_is_wrong_is_said_once_and_mails_wait(site: Site, expected_log: Expect) -> None:
    expected_log(r"mails wait: \[mail\] in central.toml: host must name the mail server")
    (site.root / "central.toml").write_text("[mail]\nfrom = 'hello@teamug.example'\n", encoding="utf-8")
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    for _ in range(5):
        site.post()
        site.clock.advance(1)
    assert site.states() == {"intent": 1}
    assert len(site.incidents("mail_server")) == 1


def test_a_refused_recipient_is_named_and_holds_up_nobody(site: Site, post: Running) -> None:
    site.order("1", ("MUG", 1), email="nobody@example.org")
    site.order("2", ("MUG", 1))
    site.pack("1", (1, 1))
    post.post.recipient = "550 5.1.1 <nobody@example.org> no such mailbox"
    site.post()
    post.post.recipient = "250 OK"
    site.pack("2", (1, 1))
    site.post()

    assert [(m.order_number, m.state, m.to, m.said) for m in site.mails()] == [
        ("2", "confirmed", "l***@example.org", "250 OK queued"),
        ("1", "refused", "n***@example.org", "550 5.1.1 <n***@example.org> no such mailbox"),
    ]
    assert site.incidents() == [("mail_refused", "550 5.1.1 <n***@example.org> no such mailbox")]
    assert site.story("1", "mail") == [
        "Mail to n***@example.org was refused: 550 5.1.1 <n***@example.org> no such mailbox"
    ]


def test_later_means_later_and_in_the_end_no(site: Site, post: Running) -> None:
    post.post.recipient = "450 4.2.1 greylisted"
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    site.post()
    [mail] = site.mails("intent")
    assert mail.next_at is not None
    assert timedelta(seconds=48) <= mail.next_at - site.clock.now() <= timedelta(seconds=72)

    # it comes back within the hour
    post.post.recipient = "250 OK"
    site.clock.advance(80)
    site.post()
    assert site.states() == {"confirmed": 1}

    # another never comes back
    post.post.recipient = "450 4.2.1 greylisted"
    site.order("2", ("MUG", 1))
    site.pack("2", (1, 1))
    for _ in range(6 * 6):
        site.post()
        site.clock.advance(5 * 3600)
    assert [m.said for m in site.mails("refused")] == ["given up after 5 days: 450 4.2.1 greylisted"]


def test_a_line_that_breaks_after_the_mail_is_asked_about_and_sent_again_with_the_same_id(
    site: Site, post: Running
) -> None:
    # given a server that hangs up where it should say yes
    post.post.drops = True
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    site.post()
    for _ in range(10):
        site.clock.advance(3600)
        site.post()
    [mail] = site.mails()
    assert (mail.state, mail.attempts) == ("unknown", 1)
    [(kind, detail)] = site.incidents()
    assert (kind, f"packbay mails retry {mail.id.hex()}" in detail) == ("mail_unknown", True)

    # when the office sends it again
    post.post.drops = False
    with site.write() as session:
        assert retry_mails(session, names=[mail.id.hex()[:28]], states=(), now=site.clock.now()) == 1
    site.post()

    # then it is the same mail by its id, and the matter is settled
    assert site.states() == {"confirmed": 1}
    assert post.post.mails[0]["Message-ID"] == f"<{mail.id.hex()}@teamug.example>"
    assert site.incidents() == []


def test_a_site_may_prefer_two_mails_to_none_but_not_for_ever(site: Site, post: Running) -> None:
    site.setting("mail_unknown", "resend")
    post.post.drops = True
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    for _ in range(10):
        site.post()
        site.clock.advance(3600)
    [mail] = site.mails()
    assert (mail.state, mail.attempts) == ("unknown", 4)
    assert [kind for kind, _ in site.incidents()] == ["mail_unknown"]


# ---- crashes, and two at once ---------------------------------------------------------------------------------------

SENDER = """
import sys
from pathlib import Path
from app.clock import FakeClock
from app.db import open_database, open_server
from app.settings import Home
from app.tracking.service import send_mails
home = Home(Path(sys.argv[1]))
server = home.server()
database = open_server(server) if server else open_database(home.central_file, "central")
for _ in range(int(sys.argv[2])):
    send_mails(database, FakeClock(), home)
database.close()
"""


def start_sender(site: Site, rounds: int = 1) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", SENDER, str(site.root), str(rounds)], cwd=ROOT, env=environment)


def test_a_plug_pulled_while_the_server_thinks_leaves_a_mail_that_is_asked_about(site: Site, post: Running) -> None:
    # given a process that has given the whole mail away and waits for the answer
    post.post.release = threading.Event()
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    sender = start_sender(site)
    assert post.post.came.wait(30)
    assert site.states() == {"sent": 1}

    # when it is killed, and another one starts
    sender.send_signal(signal.SIGKILL)
    sender.wait(30)
    post.post.release.set()
    site.post()

    # then nothing goes by itself a second time
    assert site.states() == {"unknown": 1}
    assert [kind for kind, _ in site.incidents()] == ["mail_unknown"]
    assert site.post() == 0


def test_a_mail_of_another_machine_is_left_alone_until_its_lease_ends(site: Site, post: Running) -> None:
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    [mail] = site.mails()
    body = {"event": "shipped", "parcels": [], "message_id": "<x@y.example>", "to": "l***@x.example", "by": "other:/x"}
    with site.write() as session:
        session.execute(
            update(Effect)
            .where(Effect.id == mail.id)
            .values(state="sent", attempts=1, next_at=site.clock.now() + timedelta(minutes=9), request=json.dumps(body))
        )
    assert (site.post(), site.states()) == (0, {"sent": 1})
    site.clock.advance(10 * 60)
    assert (site.post(), site.states()) == (1, {"unknown": 1})


def test_two_processes_send_each_mail_once(site: Site, post: Running) -> None:
    for n in range(6):
        site.order(str(n), ("MUG", 1), email=f"lena{n}@example.org")
        site.pack(str(n), (1, 1))
    senders = [start_sender(site, rounds=20) for _ in range(2)]
    assert [sender.wait(60) for sender in senders] == [0, 0]
    site.post()
    assert site.states() == {"confirmed": 6}
    assert sorted(to for _, [to] in post.post.envelopes) == sorted(f"lena{n}@example.org" for n in range(6))


def test_a_slow_server_holds_up_neither_facts_nor_other_writers(site: Site, post: Running) -> None:
    # given a server that takes a mail and says nothing
    post.post.release = threading.Event()
    site.order("1", ("MUG", 1))
    site.order("2", ("MUG", 1))
    site.pack("1", (1, 1))
    done: list[int] = []

    def duty() -> None:
        database = open_central(site.home.central_file)
        done.append(send_mails(database, site.clock, site.home))
        database.close()

    thread = threading.Thread(target=duty)
    thread.start()
    assert post.post.came.wait(30)

    # when the floor goes on meanwhile
    began = time.monotonic()
    site.pack("2", (1, 1))
    impatient = open_central(site.home.central_file, busy_ms=50)
    with central_write(impatient) as session:
        session.execute(update(Order).where(Order.number == "2").values(note="written meanwhile"))
    impatient.close()
    took = time.monotonic() - began

    # then it did not wait for the server, and a second round does not either
    assert site.states() == {"sent": 1, "intent": 1}
    assert site.post() == 0
    assert took < 5
    post.post.release.set()
    thread.join(60)
    assert done == [2]
    assert site.states() == {"confirmed": 2}


# ---- texts and the office -------------------------------------------------------------------------------------------


def test_a_broken_text_of_the_site_is_told_once_and_holds_up_nothing(
    site: Site, post: Running, expected_log: Expect
) -> None:
    expected_log(r"the site's text mails/shipped\.de\.txt is broken, ours is used: line 2: ")
    (site.root / "mails").mkdir()
    (site.root / "mails" / "shipped.de.txt").write_text("Moin\n{{ }}\n", encoding="utf-8")
    for number in ("1", "2"):
        site.order(number, ("MUG", 1))
        site.pack(number, (1, 1))
    site.post()
    assert site.states() == {"confirmed": 2}
    assert text_of(post).startswith("Guten Tag Lena Özdemir,")
    [(kind, detail)] = site.incidents()
    assert (kind, detail.split(":")[0]) == ("mail_text", "mails/shipped.de.txt")


def test_an_event_without_words_is_refused_and_was_never_sent(site: Site, post: Running, expected_log: Expect) -> None:
    expected_log("has no words")
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    with site.write() as session:
        body = {"event": "lottery", "parcels": [[stable_id("parcel", "10482", "1").hex(), "PB0000001001"]]}
        session.execute(update(Effect).values(request=json.dumps(body)))
    site.post()
    assert site.states() == {"refused": 1}
    assert post.post.mails == []


def test_the_office_drops_what_it_will_not_send(site: Site) -> None:
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    with site.write() as session:
        assert drop_mails(session, before=site.clock.now(), now=site.clock.now()) == 0
        later = site.clock.now() + timedelta(seconds=1)
        assert drop_mails(session, before=later, now=later) == 1
    assert site.states() == {"dropped": 1}


def test_nothing_that_is_due_costs_one_look_at_the_database(site: Site, post: Running) -> None:
    assert site.post() == 0
    assert not (site.root / "mails.lock").exists()
