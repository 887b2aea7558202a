"""Bins, totes, badges and command cards."""

from __future__ import annotations

import pytest

from app.documents import CommandCard, CommandEntry
from reports.discovery import ZPL, printed, report_for
from reports.labels import badge as badge_module
from reports.labels import command_card as command_card_module
from reports.zpl_fields import bitmap_rows, commands, fields
from tests.reports.hostile import PAYLOADS
from tests.reports.reading import Counted, codes, pictures, texts
from tests.reports.samples import badge, bin_label, command_card, tote_label


@pytest.mark.parametrize(
    ("label", "size"), [(bin_label(), (100, 50)), (tote_label(), (100, 50)), (badge(), (85.6, 54))]
)
def test_labels_have_the_size_of_their_stock(label: object, size: tuple[float, float]) -> None:
    picture = pictures(printed(label).data, dpi=254)[0]  # type: ignore[arg-type]
    assert picture.size == pytest.approx((size[0] * 10, size[1] * 10), abs=1)


def test_a_bin_shows_its_parts_its_code_and_its_arrow() -> None:
    label = bin_label()
    page = texts(printed(label).data)[0]
    assert "B12 04 C" in page
    assert label.code in page
    kinds = [field.kind for field in fields(printed(label, ZPL).data)]
    assert kinds == ["text", "graphic", "code128", "text"]
    assert [field.kind for field in fields(printed(bin_label(arrow=""), ZPL).data)] == ["text", "code128", "text"]


def test_an_arrow_points_where_it_says() -> None:
    up, down = (_arrow(bin_label(arrow=way)) for way in ("up", "down"))
    widths = [row.bit_count() for row in up]
    assert widths.index(max(widths)) < len(widths) * 0.55
    # Sampled at the middle of dots, the picture upside down differs by a row at most.
    assert [row.bit_count() for row in reversed(down)][1:-1] == pytest.approx(widths[1:-1], abs=4)


def _arrow(label: object) -> list[int]:
    graphic = next(data for name, data in commands(printed(label, ZPL).data) if name == "GF")  # type: ignore[arg-type]
    return [int.from_bytes(row, "big") for row in bitmap_rows(graphic)]


def test_a_bin_without_parts_shows_its_code() -> None:
    label = bin_label(parts=(), arrow="")
    assert texts(printed(label).data)[0].count(label.code) == 2


def test_a_badge_does_not_write_its_code() -> None:
    page = texts(printed(badge()).data)[0]
    assert "Jonas Weber" in page
    assert "Packer" in page
    assert badge().code not in page


@pytest.mark.parametrize("paper", ["A4", "A5"])
def test_every_code_of_a_card_reads_and_none_is_read_with_its_neighbour(paper: str, counted: Counted) -> None:
    card = command_card(entries=40)
    found = [code for picture in pictures(command_card_module.render(card, paper)) for code in codes(picture)]
    assert sorted(found) == sorted(("Code 128", entry.code) for entry in card.entries)
    counted("command card", len(found))


@pytest.mark.parametrize("turn", range(0, len(PAYLOADS), 31))
def test_hostile_words_on_a_card_disturb_no_code(turn: int, counted: Counted) -> None:
    words = [PAYLOADS[(turn + i) % len(PAYLOADS)] for i in range(12)]
    entries = tuple(
        CommandEntry(entry.code, word, word) for entry, word in zip(command_card().entries, words, strict=True)
    )
    card = CommandCard(words[0], entries)
    found = [code for picture in pictures(command_card_module.render(card)) for code in codes(picture)]
    assert sorted(found) == sorted(("Code 128", entry.code) for entry in entries)
    counted("command card", len(found))


def test_an_empty_card_is_still_a_page() -> None:
    assert len(pictures(command_card_module.render(CommandCard("Nobody", ())), dpi=72)) == 1


@pytest.mark.parametrize("text", PAYLOADS[::3])
def test_a_hostile_name_stays_a_name_on_small_labels(text: str) -> None:
    for label, code in ((tote_label(name=text), tote_label().code), (bin_label(parts=(text, text)), bin_label().code)):
        found = fields(printed(label, ZPL).data)
        assert [field.data for field in found if field.kind == "code128"] == [code]
        assert printed(label).data.startswith(b"%PDF-")
    assert badge_module.render(badge(name=text, role=text)).startswith(b"%PDF-")


def test_what_nothing_prints_is_said() -> None:
    with pytest.raises(LookupError, match=r"Nothing prints a BadgeLabel as application/zpl\."):
        report_for(badge(), ZPL)
