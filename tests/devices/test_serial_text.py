"""The framing of serial scanners, case by case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.scanners.base import Frame, Framing
from devices.scanners.serial_text import RAW_LIMIT, SerialText


def read(data: bytes, framing: Framing = Framing()) -> list[tuple[str, str]]:  # noqa: B008
    return [(frame.text, frame.symbology) for frame in SerialText(framing).feed(data)]


@pytest.mark.parametrize(
    ("framing", "data"),
    [
        (Framing(), b"CODE\r"),
        (Framing(), b"CODE\n"),
        (Framing(), b"CODE\r\n"),
        (Framing(), b"\r\n\r\nCODE\r\r"),
        (Framing(suffix="cr"), b"CODE\r"),
        (Framing(suffix="lf"), b"CODE\n"),
        (Framing(suffix="crlf"), b"CODE\r\n"),
        (Framing(suffix="crlf"), b"CO\rDE\r\n"),
        (Framing(suffix="cr"), b"CODE\r\n"),
        (Framing(stx_etx=True), b"\x02CODE\x03"),
        (Framing(stx_etx=True), b"\x02CODE\x03\r\n"),
        (Framing(stx_etx=True), b"junk\x02LOST\x02CODE\x03junk"),
        (Framing(prefix=b"\x01A"), b"\x01ACODE\r"),
        (Framing(prefix=b"\x01A"), b"CODE\r"),
    ],
)
def test_every_wrapping_gives_the_same_code(framing: Framing, data: bytes) -> None:
    assert read(data, framing) == [("CODE", "")]


@pytest.mark.parametrize("aim", ["]E0", "]E4", "]C0", "]C1", "]d2", "]Q3", "]e0", "]A0", "]L2"])
def test_an_aim_identifier_becomes_the_symbology(aim: str) -> None:
    assert read(aim.encode() + b"4006381333931\r") == [("4006381333931", aim)]


def test_what_only_looks_like_an_identifier_is_data_when_the_scanner_sends_none() -> None:
    assert read(b"]E0123\r", Framing(aim="off")) == [("]E0123", "")]
    assert read(b"]-1\r") == [("]-1", "")]
    assert read(b"A]E0\r") == [("A]E0", "")]


def test_a_code_without_the_demanded_identifier_is_dropped() -> None:
    decoder = SerialText(Framing(aim="required"))
    assert decoder.feed(b"123\r]C1456\r]C1\r") == [Frame("456", "]C1")]
    assert decoder.dropped_frames == 2


def test_gs_and_everything_that_stands_for_it_arrives_as_gs() -> None:
    framing = Framing(gs=(b"|", b"<GS>", b"\x1e"))
    assert read(b"]C110A|21B<GS>17C\x1e99D\x1d91E\r", framing) == [("10A\x1d21B\x1d17C\x1d99D\x1d91E", "]C1")]


def test_control_characters_are_dropped_and_counted() -> None:
    decoder = SerialText(Framing(suffix="lf"))
    everything = bytes(range(0x80))
    frames = decoder.feed(everything.replace(b"\n", b"") + b"\n")
    assert frames == [Frame("\x1d" + bytes(range(0x20, 0x7F)).decode())]
    assert decoder.dropped_characters == 31
    assert decoder.feed(b"\x00\x01\x02\n") == []
    assert (decoder.dropped_characters, decoder.dropped_frames) == (34, 1)


def test_without_a_code_page_bytes_above_ascii_are_dropped() -> None:
    decoder = SerialText(Framing())
    assert decoder.feed("Größe\r".encode("latin-1")) == [Frame("Gre")]
    assert decoder.dropped_characters == 2


@pytest.mark.parametrize("page", ["latin-1", "utf-8", "cp1252", "shift_jis", "gb18030"])
def test_a_code_page_is_read_and_its_own_control_characters_are_dropped(page: str) -> None:
    word = "顧客" if page in ("shift_jis", "gb18030") else "Größe"
    assert read((word + "\r").encode(page), Framing(code_page=page)) == [(word, "")]
    assert read(b"\xe2\x80\xaeA\x9b\r", Framing(code_page="utf-8")) == [("A", "")]
    assert read(b"A\x9bB\x85C\r", Framing(code_page="latin-1")) == [("ABC", "")]


@pytest.mark.parametrize(("length", "frames"), [(1, 1), (256, 1), (257, 0), (RAW_LIMIT, 0), (RAW_LIMIT + 9, 0)])
def test_a_code_may_have_256_characters(length: int, frames: int) -> None:
    decoder = SerialText(Framing())
    assert [len(frame.text) for frame in decoder.feed(b"x" * length + b"\rNEXT\r")] == [length] * frames + [4]
    assert decoder.dropped_frames == 1 - frames


def test_the_length_is_counted_without_the_identifier_and_in_characters() -> None:
    assert read(b"]C1" + b"x" * 256 + b"\r") == [("x" * 256, "]C1")]
    assert read(("ü" * 256 + "\r").encode(), Framing(code_page="utf-8")) == [("ü" * 256, "")]


def test_silence_ends_a_frame_only_when_it_is_asked_to() -> None:
    decoder = SerialText(Framing())
    assert decoder.feed(b"ABC") == []
    assert decoder.pending == 3
    assert decoder.flush() == [Frame("ABC")]
    assert (decoder.flush(), decoder.pending, decoder.dropped_frames) == ([], 0, 0)


def test_silence_inside_stx_and_etx_ends_nothing_well() -> None:
    decoder = SerialText(Framing(stx_etx=True, idle_ms=50))
    decoder.feed(b"\x02ABC")
    assert (decoder.flush(), decoder.dropped_frames) == ([], 1)
    assert decoder.feed(b"DEF\x03\x02GHI\x03") == [Frame("GHI")]


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=256))
def test_every_printable_code_arrives_as_it_is(text: str) -> None:
    assert read(text.encode() + b"\r", Framing(aim="off")) == [(text, "")]
