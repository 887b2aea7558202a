"""Letters in words: four languages complete, nobody's name can mislead, a broken text of the site holds up nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifiers.base import EVENTS, LANGUAGES, Goods, Letter, Message, ParcelNews, masked, mime, postal, tidy
from app.notifiers.base.words import MOST, OURS, SUFFIXES, in_words
from tests.reports.hostile import PAYLOADS

NOWHERE = Path("/nonexistent")
MUGS = Goods(2, "Ceramic mug 350 ml", "Speckled grey")
LETTER = Letter(
    event="shipped",
    language="en",
    shop="Tea & Mug",
    order_number="10482",
    recipient="Lena Özdemir 🎈",
    parcels=(
        ParcelNews(1, "Nordpost", "Parcel", "PB41", "https://nordpost.example/t?n=PB41&l=1", (MUGS,)),
        ParcelNews(2, "Nordpost", "Parcel", "PB42", "", (Goods(1, "Tea tin 100 g"),)),
    ),
    missing=(Goods(1, "Candle", "Amber"),),
    sender=("Tea & Mug Ltd", "Hafenstraße 12", "20457 Hamburg"),
    contact="hello@teamug.example",
)


class Seen(HTMLParser):
    """What stands on a page: its text, its tags, where it leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "background")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_a_letter_in_english_word_for_word() -> None:
    words = in_words(LETTER, NOWHERE)

    assert words.subject == "Your order 10482 is on its way"
    assert words.text == (
        "Hello Lena Özdemir 🎈,\n"
        "\n"
        "We have packed your order and handed it to the carrier. This is what is in it:\n"
        "\n"
        "Parcel 1: Nordpost, Parcel\n"
        "Tracking number PB41\n"
        "Follow the parcel: https://nordpost.example/t?n=PB41&l=1\n"
        "  2 × Ceramic mug 350 ml, Speckled grey\n"
        "\n"
        "Parcel 2: Nordpost, Parcel\n"
        "Tracking number PB42\n"
        "  1 × Tea tin 100 g\n"
        "\n"
        "Not with this delivery:\n"
        "  1 × Candle, Amber\n"
        "We will get in touch with you about it.\n"
        "\n"
        "This message was written by our shipping desk’s computer. Questions? Write to hello@teamug.example\n"
        "\n"
        "Tea & Mug Ltd\n"
        "Hafenstraße 12\n"
        "20457 Hamburg\n"
    )
    assert words.broken == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_words_in_every_language(event: str, language: str) -> None:
    words = in_words(replace(LETTER, event=event, language=language), NOWHERE)
    seen = Seen(words.page)

    for part in (words.text, seen.text):
        for said in ("Lena Özdemir 🎈", "Nordpost", "PB41", "Ceramic mug 350 ml", "Candle", "Hafenstraße 12"):
            assert said in part, said
    assert "10482" in words.subject
    assert "10482" in seen.text
    assert "https://nordpost.example/t?n=PB41&l=1" in words.text
    assert seen.links == ["https://nordpost.example/t?n=PB41&l=1", "mailto:hello@teamug.example"]
    assert f'<html lang="{language}">' in words.page


def test_each_language_has_words_of_its_own() -> None:
    for event in EVENTS:
        said = [in_words(replace(LETTER, event=event, language=language), NOWHERE) for language in LANGUAGES]
        assert len({words.subject for words in said}) == len({words.text for words in said}) == len(LANGUAGES)


def test_our_texts_fetch_nothing_and_run_nothing() -> None:
    page = in_words(LETTER, NOWHERE).page
    seen = Seen(page)
    assert seen.tags.isdisjoint({"img", "script", "link", "iframe", "form", "object", "video", "base"})
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_name_becomes_mark_up_or_a_header(payload: str) -> None:
    name = tidy(payload)
    goods = (Goods(1, name, name),)
    letter = replace(
        LETTER, recipient=name, shop=name, order_number=name, sender=(name,), missing=goods,
        parcels=(ParcelNews(1, name, name, name, "", goods, name, name, name),),
    )  # fmt: skip
    words = in_words(letter, NOWHERE)
    assert Seen(words.page).tags <= Seen(in_words(LETTER, NOWHERE).page).tags
    mail = message_from_bytes(mime(_mail(words.subject, words.text, words.page, name)), policy=policy.default)
    assert [address.addr_spec for address in mail["To"].addresses] == ["lena@example.org"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["hello@teamug.example"]


@given(st.text(max_size=80))
def test_any_text_makes_a_mail_with_the_headers_that_are_meant(text: str) -> None:
    name = tidy(text)
    data = mime(_mail(name or "x", text.replace("\r", " ") + "\n", "<p></p>\n", name))
    head = data.split(b"\r\n\r\n", 1)[0]
    assert not re.search(rb"(?<!\r)\n", data)
    assert [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))] == [
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"X-Auto-Response-Suppress",
        b"MIME-Version", b"Content-Type", b"Content-Language",
    ]  # fmt: skip
    assert mime(_mail("x", "y\n", "z\n", "")) == mime(_mail("x", "y\n", "z\n", ""))


def _mail(subject: str, text: str, page: str, name: str) -> Message:
    return Message(
        message_id="<1@teamug.example>", at=datetime(2026, 3, 2, tzinfo=UTC), sender="hello@teamug.example",
        sender_name=name, to="lena@example.org", to_name=name, subject=subject, text=text, page=page,
    )  # fmt: skip


def test_names_are_tidied() -> None:
    assert tidy("Le\r\nna\x00 \u202eevil\u202c  Oz\u0308\ud800") == "Le na evil Oz\u0308?".replace("z\u0308", "z̈")
    joined = "نیم\u200cفاصله 👨\u200d👩\u200d👧"  # noqa: RUF001
    assert tidy(joined) == joined
    assert len(tidy("x" * 5000)) == 500


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (" Lena@Example.ORG ", "Lena@example.org"),
        ("lena@müller.example", "lena@xn--mller-kva.example"),
        ("a+b'c@x.example", "a+b'c@x.example"),
        ("", ""),
        ("lena", ""),
        ("lena@", ""),
        ("@example.org", ""),
        ("a b@example.org", ""),
        ("lena@example.org\r\nRCPT TO:<x@y.z>", ""),
        ("lena@example.org, tom@example.org", ""),
        ("<lena@example.org>", ""),
        ("léna@example.org", ""),
        (".lena@example.org", ""),
        ("le..na@example.org", ""),
        ("x" * 65 + "@example.org", ""),
    ],
)
def test_only_one_sound_address_goes_on_an_envelope(address: str, found: str) -> None:
    assert postal(address) == found


def test_an_address_is_shown_masked() -> None:
    assert masked("lena@example.org") == "l***@example.org"


# ---- the site's own texts -------------------------------------------------------------------------------------------


def test_a_text_of_the_site_takes_the_place_of_ours_alone(tmp_path: Path) -> None:
    (tmp_path / "shipped.en.txt").write_text("Moin {{ recipient }}, {{ parcels[0].tracking }}!\n", encoding="utf-8")
    words = in_words(LETTER, tmp_path)
    ours = in_words(LETTER, NOWHERE)
    assert words.text == "Moin Lena Özdemir 🎈, PB41!\n"
    assert (words.subject, words.page, words.broken) == (ours.subject, ours.page, ())


def test_one_word_list_or_the_layout_can_be_changed_alone(tmp_path: Path) -> None:
    own = (OURS / "words.en.txt").read_text(encoding="utf-8").replace("Parcel", "Box")
    (tmp_path / "words.en.txt").write_text(own, encoding="utf-8")
    words = in_words(LETTER, tmp_path)
    assert "Box 1" in words.text
    assert "Box 1" in Seen(words.page).text
    assert words.broken == ()


BROKEN = {
    "a line that is no template": "{% if %}",
    "a value that no letter has": "{{ credit_card }}",
    "a part that no parcel has": "{{ parcels[7].tracking }}",
    "a way out of the sandbox": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "a method": "{{ shop.upper() }}",
    "a format with a width": "{{ '{:>999999999}'.format(1) }}",
    "a filter that unmakes escaping": "{{ recipient|safe }}",
    "a text times a number": "{{ 'x' * 999999999 }}",
    "a number that fills the memory": "{{ 9 ** 9 ** 9 }}",
    "a percent with a width": "{{ '%999999999d' % 1 }}",
    "a loop from nothing": "{% for i in range(9) %}{% endfor %}",
    "a file that is not there": "{% include 'nowhere.txt' %}",
    "a file above": "{% include '../central.toml' %}",
    "a template that calls itself": "{% include 'shipped.en.txt' %}",
    "more than anybody writes": "x" * (MOST // 4 + 1),
    "more than anybody reads": "{% for a in parcels %}{% for b in parcels %}{% for c in parcels %}"
    + "x" * 40_000
    + "{% endfor %}{% endfor %}{% endfor %}",
    "a division by nothing": "{{ 1 / 0 }}",
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_broken_text_is_named_and_ours_goes_out(what: str, suffix: str, tmp_path: Path) -> None:
    (tmp_path / "central.toml").write_text("secret", encoding="utf-8")
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / f"shipped.en.{suffix}").write_text(
        BROKEN[what].replace("shipped.en.txt", f"shipped.en.{suffix}"), encoding="utf-8"
    )

    words = in_words(LETTER, folder)

    ours = in_words(LETTER, NOWHERE)
    assert (words.subject, words.text, words.page) == (ours.subject, ours.text, ours.page)
    assert [name for name, _ in words.broken] == [f"shipped.en.{suffix}"]


def test_a_text_that_is_no_text_at_all_is_named(tmp_path: Path) -> None:
    (tmp_path / "shipped.en.html").write_bytes(b"\xff\xfe\x00kaputt")
    words = in_words(LETTER, tmp_path)
    assert [name for name, _ in words.broken] == ["shipped.en.html"]
    assert words.page == in_words(LETTER, NOWHERE).page


def test_a_broken_layout_of_the_site_does_not_break_what_stands_on_it(tmp_path: Path) -> None:
    (tmp_path / "layout.html").write_text("{{ nothing }}", encoding="utf-8")
    words = in_words(LETTER, tmp_path)
    assert words.page == in_words(LETTER, NOWHERE).page
    assert [name for name, _ in words.broken] == ["shipped.en.html"]


def test_a_text_is_read_again_when_it_was_changed(tmp_path: Path) -> None:
    path = tmp_path / "shipped.en.subject"
    path.write_text("First {{ order_number }}", encoding="utf-8")
    first = in_words(LETTER, tmp_path).subject
    path.write_text("Second and longer {{ order_number }}", encoding="utf-8")
    import os

    os.utime(path, (1, 1))
    assert (first, in_words(LETTER, tmp_path).subject) == ("First 10482", "Second and longer 10482")


def test_nobody_has_words_for_what_is_no_event() -> None:
    with pytest.raises(KeyError, match="no words for lottery in en"):
        in_words(replace(LETTER, event="lottery"), NOWHERE)
    with pytest.raises(KeyError, match="no words for shipped in xx"):
        in_words(replace(LETTER, language="xx"), NOWHERE)
