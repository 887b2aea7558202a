"""The language of the printer: what is built is what is read, and a stranger never speaks it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.faces import Weight
from reports.lettering import Style, set_line
from reports.raster import Bitmap, filled, line_bitmap
from reports.surface import Box
from reports.zpl import LONGEST_FIELD, Format, escape, printers_own
from reports.zpl_fields import Field, bitmap_rows, commands, fields, read_code128, unescape
from tests.reports.hostile import PAYLOADS, SCRIPTS

STYLE = Style(Weight.BOLD, 12, 8)


@given(st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.sampled_from(PAYLOADS[:150])))
def test_an_escaped_value_is_harmless_and_comes_back_whole(text: str) -> None:
    escaped = escape(text)
    assert re.fullmatch(r"(?:[ -\]`-}]|_[0-9A-F]{2})*", escaped)
    assert unescape(escaped, "_") == text


def test_a_value_longer_than_a_field_is_refused() -> None:
    assert len(escape("é" * (LONGEST_FIELD // 2))) == LONGEST_FIELD * 3
    with pytest.raises(ValueError, match="at most 3072 bytes; this one has 3073"):
        escape("x" * 3073)


def test_a_format_is_its_fields() -> None:
    sheet = Format(100, 50)
    sheet.text(Box(10, 5, 80, 8), "Straße ^XZ ~JR _5E", STYLE)
    sheet.fill(Box(10, 20, 80, 0.5))
    sheet.frame(Box(10, 22, 20, 10), 0.5)
    sheet.shape([(40, 22), (50, 22), (45, 30)])
    assert fields(sheet.finished()) == [
        Field(80, 72, "text", "Straße ^XZ ~JR _5E"),
        Field(80, 160, "box", "639,4,4"),
        Field(80, 176, "box", "160,80,4"),
        Field(320, 176, "graphic", "10×64"),
    ]
    assert sheet.finished().startswith(
        b"^XA^CI28^PW799^LL400^LH0,0\n^FT80,72^A0N,34,34^FH_^FDStra_C3_9Fe _5EXZ _7EJR _5F5E^FS"
    )


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_the_printer_lacks_is_sent_as_a_picture(script: str) -> None:
    sheet = Format(100, 50)
    sheet.text(Box(5, 5, 90, 8), SCRIPTS[script], STYLE)
    found = fields(sheet.finished())
    if printers_own(SCRIPTS[script]):
        assert [field.kind for field in found] == ["text"]
        return
    assert {field.kind for field in found} == {"graphic"}
    graphic = next(data for name, data in commands(sheet.finished()) if name == "GF")
    ink = sum(int.from_bytes(row, "big").bit_count() for row in bitmap_rows(graphic))
    assert ink > 200


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20), st.integers(1, 40))
def test_pictures_survive_their_compression(rows: list[int], repeat: int) -> None:
    bitmap = Bitmap(64 * repeat, tuple(sum(row << (64 * i) for i in range(repeat)) for row in rows))
    sheet = Format(100, 50)
    sheet._graphic(0, 0, bitmap)
    graphic = next(data for name, data in commands(sheet.finished()) if name == "GF")
    assert bitmap_rows(graphic) == [bitmap.row_bytes(row) for row in bitmap.rows]


def test_filling_follows_the_winding_of_contours() -> None:
    square = [(0.0, 0.0), (8.0, 0.0), (8.0, 8.0), (0.0, 8.0)]
    hole = [(2.0, 2.0), (2.0, 6.0), (6.0, 6.0), (6.0, 2.0)]
    assert filled([square, hole], 8, 8).rows == (255, 255, 195, 195, 195, 195, 255, 255)
    assert filled([square, hole[::-1]], 8, 8).rows == (255,) * 8


def test_a_letter_looks_like_itself() -> None:
    bitmap = line_bitmap(set_line("|", Weight.EXTRABOLD), 40, 40, 34, 100)
    widths = {row.bit_count() for row in bitmap.rows[12:30]}
    assert max(widths) - min(widths) <= 1
    assert all(width >= 5 for width in widths)


@pytest.mark.parametrize(
    ("zpl", "words"),
    [
        ("^XA^FO1,1^FDx^FS", "found 1 and 0"),
        ("^XA^XZ^XA^XZ", "found 2 and 2"),
        ("^XA~JR^XZ", "Commands that no label of ours has: JR."),
        ("^XA^FO1,1^FDx^FS^JUF^XZ", "Commands that no label of ours has: JU."),
    ],
)
def test_a_job_that_is_not_one_label_of_ours_is_named(zpl: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        fields(zpl)


def test_zebras_own_example_of_changing_sets_is_understood() -> None:
    assert read_code128(">;382436>6CODE128>752375152")[1].startswith("382436CODE128")
    assert read_code128(">:AB>51234>6C>0><>=") == ("code128", "AB1234C>^~")
