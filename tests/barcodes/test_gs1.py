"""What GS1 says of a code: GTINs of every length, element strings, Digital Links, SSCCs, and garbage."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.barcodes import GS, Gs1, gs1, gs1_check_digit, gtin14, is_sscc, sscc

MUG = "04006381333931"


def with_check(digits: str) -> str:
    return digits + gs1_check_digit(digits)


# ---- GTINs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("96385074", "00000096385074"),  # GTIN-8
        ("036000291452", "00036000291452"),  # GTIN-12, a UPC-A
        ("0036000291452", "00036000291452"),  # the same as an EAN-13
        ("4006381333931", MUG),  # GTIN-13
        ("14006381333938", "14006381333938"),  # GTIN-14, a case
        ("04006381333931", MUG),  # GTIN-13 as an ITF-14
    ],
)
def test_a_plain_gtin_of_any_length_has_one_form_of_14_digits(text: str, gtin: str) -> None:
    assert gs1(text) == Gs1(gtin=gtin)
    assert gtin14(text) == gtin


@pytest.mark.parametrize("text", ["4006381333932", "96385075", "036000291453", "14006381333931", "400638133393"])
def test_a_wrong_check_digit_is_no_gtin(text: str) -> None:
    assert gs1(text) is None
    assert gtin14(text) == ""


def test_a_upc_e_is_the_gtin_that_it_shortens() -> None:
    assert gs1("04252614") == Gs1(gtin="00042100005264")
    assert gs1("04252614", "]E4") is None  # the gun says EAN-8, and that it is not


@given(st.sampled_from([7, 11, 12, 13]), st.data())
def test_digits_with_their_check_digit_are_a_gtin_and_with_another_are_not(length: int, data: st.DataObject) -> None:
    digits = data.draw(st.text("0123456789", min_size=length, max_size=length).filter(lambda d: d.strip("0")))
    right = with_check(digits)
    wrong = digits + str((int(right[-1]) + data.draw(st.integers(1, 9))) % 10)

    assert gtin14(right) == right.rjust(14, "0")
    assert gtin14(wrong) == ""


# ---- element strings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("0104006381333931", Gs1(gtin=MUG)),
        ("010400638133393110ABC123", Gs1(gtin=MUG, lot="ABC123")),
        (f"010400638133393117261231{GS}10LOT", Gs1(gtin=MUG, lot="LOT", expiry=date(2026, 12, 31))),
        ("01040063813339311726123110LOT", Gs1(gtin=MUG, lot="LOT", expiry=date(2026, 12, 31))),
        (f"010400638133393110LOT{GS}21SER-9{GS}3712", Gs1(gtin=MUG, lot="LOT", serial="SER-9", count=12)),
        (f"010400638133393121A/B{GS}10%1", Gs1(gtin=MUG, lot="%1", serial="A/B")),
        ("02040063813339313712", Gs1(gtin=MUG, count=12)),
        (f"010400638133393130{'8'}", Gs1(gtin=MUG, count=8)),
        ("0104006381333931172602" + "00", Gs1(gtin=MUG, expiry=date(2026, 2, 28))),  # day 00: the last of the month
        ("10ABC", Gs1(lot="ABC")),
    ],
)
@pytest.mark.parametrize("symbology", ["]C1", "]d2", "]Q3"])
def test_element_strings(text: str, reading: Gs1, symbology: str) -> None:
    assert gs1(text, symbology) == reading


def test_a_scanner_that_sends_no_symbology_is_understood_too() -> None:
    assert gs1(f"010400638133393110LOT{GS}3712") == Gs1(gtin=MUG, lot="LOT", count=12)
    assert gs1("]C1010400638133393110LOT") == Gs1(gtin=MUG, lot="LOT")


@pytest.mark.parametrize(
    "text",
    [
        "0104006381333931172613" + "31",  # month 13
        "0104006381333931" + "1726",  # half a date
        "01040063813339",  # half a GTIN
        "0104006381333931" + "37",  # a count without a number
    ],
)
def test_element_strings_that_are_cut_or_wrong_have_no_reading(text: str) -> None:
    assert gs1(text, "]C1") is None


def test_a_gtin_with_a_wrong_check_digit_in_an_element_string_names_no_item() -> None:
    reading = gs1("010400638133393210LOT", "]C1")

    assert reading is None or reading.gtin == ""


def test_thirteen_digits_that_a_gun_calls_gs1_128_are_no_bare_gtin() -> None:
    assert gs1("4006381333931", "]C1") != Gs1(gtin=MUG)
    assert gs1("4006381333931", "]C0") == Gs1(gtin=MUG)


@pytest.mark.parametrize(
    "link",
    [
        "https://id.gs1.org/01/04006381333931/10/ABC?17=261231",
        "https://example.com/shop/01/04006381333931/10/ABC?17=261231",
    ],
)
def test_a_digital_link_is_read_like_its_element_string(link: str) -> None:
    assert gs1(link) == Gs1(gtin=MUG, lot="ABC", expiry=date(2026, 12, 31))
    assert gs1(link, "]Q1") == gs1(link)


@pytest.mark.parametrize("link", ["https://example.com/", "https://example.com/01/abc", "http://["])
def test_another_link_has_no_reading(link: str) -> None:
    assert gs1(link) is None


# ---- SSCCs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((3, "4012345", 1), "340123450000000017"), ((0, "0614141", 123456789), "006141411234567890")],
)
def test_an_sscc_is_built_and_read(arguments: tuple[int, str, int], code: str) -> None:
    assert sscc(*arguments) == code
    assert gs1(code) == gs1("00" + code) == gs1("00" + code, "]C1") == Gs1(sscc=code)


@given(st.integers(0, 9), st.integers(6, 12), st.data())
def test_every_sscc_of_ours_is_sound_and_no_two_are_the_same(extension: int, length: int, data: st.DataObject) -> None:
    prefix = data.draw(st.text("0123456789", min_size=length, max_size=length))
    serials = data.draw(st.lists(st.integers(0, 10 ** (16 - length) - 1), unique=True, min_size=2, max_size=5))

    codes = [sscc(extension, prefix, serial) for serial in serials]

    assert all(is_sscc(code) and len(code) == 18 for code in codes)
    assert len(set(codes)) == len(serials)


def test_an_sscc_with_a_wrong_check_digit_is_none_with_and_without_its_identifier() -> None:
    wrong = "340123450000000014"

    assert (is_sscc(wrong), gs1(wrong), gs1("00" + wrong, "]C1")) == (False, None, None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((3, "4012345", 10**9), "serial 1000000000 does not fit into 9 digits"),
        ((3, "4012345", -1), "serial -1 does not fit"),
        ((10, "4012345", 1), "leave no place"),
        ((-1, "4012345", 1), "leave no place"),
        ((3, "40a", 1), "leave no place"),
        ((3, "", 1), "leave no place"),
        ((3, "4012345678901234", 1), "leave no place"),
    ],
)
def test_an_sscc_that_can_not_be_is_refused(arguments: tuple[int, str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sscc(*arguments)


# ---- garbage --------------------------------------------------------------------------------------------------------

PIECES = (
    "01 02 00 10 17 21 30 37 310 3103 3922 7003 8005 8008 8110 95012345678903 171332 170000 ]C1 ]d2 https://id.gs1.org/01/"
).split()
ALMOST = st.lists(st.sampled_from([*PIECES, GS]) | st.text("0123456789", max_size=20) | st.text(max_size=4), max_size=8)
SYMBOLOGIES = st.sampled_from(["", "]C1", "]C0", "]d2", "]Q3", "]Q1", "]E0", "]E4", "]I1", "]X0", "]", "]]"])


ANYTHING = st.text(max_size=300) | st.binary(max_size=120).map(lambda raw: raw.decode("latin-1"))


@settings(max_examples=400)
@given(ANYTHING | ALMOST.map("".join), SYMBOLOGIES)
@example("http://[", "]Q1")
@example("0" * 256, "")
@example("²³¹¼", "]C1")
@example("٠١٢٣٤٥٦٧", "")
def test_nothing_that_a_gun_can_send_raises(text: str, symbology: str) -> None:
    reading = gs1(text, symbology)

    assert reading is None or reading != Gs1()
    if reading is not None:
        assert reading.gtin == "" or (len(reading.gtin) == 14 and gtin14(reading.gtin) == reading.gtin)
        assert reading.sscc == "" or is_sscc(reading.sscc)
        assert reading.count >= 0


def test_what_is_longer_than_any_label_is_not_looked_at() -> None:
    assert gs1("01" * 200) is None
