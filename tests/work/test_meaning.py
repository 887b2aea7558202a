"""What a code means here: one table decides, what is ambiguous is asked, what is unknown is said."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app import events
from app.barcodes import GS, command_code, own_code, sscc
from app.db import open_database, reading, station_write
from app.events import Scan
from app.ids import BinId, PersonId, SkuId, stable_id
from app.models import Bin, BoxType, Cart, Code, OrderBrief, Parcel, Person, Sku, StationRow, Tote
from app.text import say, verbatim
from app.work.queries import describe, meaning
from tests.sync.sides import template

AT = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)
MUG, TEA = SkuId(stable_id("sku", "MUG")), SkuId(stable_id("sku", "TEA"))
BIN, TOTE, CART = BinId(stable_id("bin", "B1204C")), stable_id("tote", "0412"), stable_id("cart", "08")
JONAS, BOX, ORDER = PersonId(stable_id("person", "7")), stable_id("box", "M"), stable_id("order", "10482")
STATION, PARCEL = stable_id("station", "PACK02"), stable_id("parcel", "1")
BADGE = own_code("U7Q2MZ41KX0T9B5H3D")
SSCC = sscc(3, "4012345", 77)

CODES: list[tuple[str, str, bytes, int]] = [
    ("04006381333931", "item", MUG, 1),
    ("14006381333938", "item", MUG, 6),
    ("00000096385074", "item", TEA, 1),
    ("TEA-SUPPLIER-1", "item", TEA, 1),
    (own_code("LB1204C"), "bin", BIN, 1),
    ("B12-04-C", "bin", BIN, 1),
    (own_code("T0412"), "tote", TOTE, 1),
    (own_code("K08"), "cart", CART, 1),
    (BADGE, "badge", JONAS, 1),
    (own_code("BXM"), "box", BOX, 1),
    (own_code("O10482"), "order", ORDER, 1),
    (own_code("SPACK02"), "station", STATION, 1),
    (own_code("STRAY02"), "tray", STATION, 1),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror with one thing of each class and its codes."""
    path = tmp_path_factory.mktemp("meaning") / "station.sqlite"
    shutil.copy(template("station"), path)
    database = open_database(path, "station")
    with station_write(database) as session:
        session.add_all(
            [
                Sku(id=MUG, sku="MUG-350-SG", name="Ceramic mug", variant="sage"), Sku(id=TEA, sku="TEA-1", name="Tea"),
                Bin(id=BIN, name="B12-04-C", aisle="B12", bay="04", level="C", x_mm=0, y_mm=0),
                Tote(id=TOTE, name="T-0412", order_id=ORDER), Cart(id=CART, name="Cart 08"),
                Person(id=JONAS, staff_number="7", name="Jonas W."),
                StationRow(id=STATION, code="PACK02", name="Pack 02"),
                BoxType(id=BOX, code="M", name="Box M", length_mm=1, width_mm=1, height_mm=1, tare_g=1, max_g=1),
                OrderBrief(order_id=ORDER, number="10482", state="picked"),
                Parcel(id=PARCEL, order_id=ORDER, tracking="PB0000000077", sscc=SSCC),
            ]
        )  # fmt: skip
        session.add_all(
            Code(value=value, kind=kind, subject=subject, units=units) for value, kind, subject, units in CODES
        )
    database.close()
    return path


@pytest.fixture
def session(files: Path, tmp_path: Path) -> Iterator[Session]:
    """That mirror, to be changed by one test."""
    shutil.copy(files, tmp_path / "station.sqlite")
    database = open_database(tmp_path / "station.sqlite", "station")
    with station_write(database) as session:
        yield session
    database.close()


@pytest.fixture
def read(session: Session) -> Callable[..., events.Read]:
    """`read("4006381333931")`: what this scan means."""

    def scan(text: str, symbology: str = "") -> events.Read:
        session.flush()
        return meaning(session, Scan(text, "gun", AT, 5, 3, symbology))

    return scan


def seen(text: str) -> dict[str, Any]:
    return {"text": text, "at": AT, "mono_ns": 5, "device": "gun", "number": 3}


# ---- every class ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "fields"),
    [
        (command_code("UNDO"), events.CommandRead, {"word": "UNDO"}),
        (own_code("QTY12"), events.QuantityRead, {"units": 12}),
        (own_code("OPT2"), events.ChoiceRead, {"choice": 2}),
        (own_code("RSN4"), events.ReasonRead, {"reason": 4}),
        (own_code("GRD1"), events.GradeRead, {"grade": 1}),
        (BADGE, events.BadgeRead, {"person_id": JONAS}),
        (own_code("LB1204C"), events.BinRead, {"bin_id": BIN}),
        (own_code("T0412"), events.ToteRead, {"tote_id": TOTE}),
        (own_code("K08"), events.CartRead, {"cart_id": CART}),
        (own_code("BXM"), events.BoxTypeRead, {"box_type_id": BOX}),
        (own_code("O10482"), events.OrderRead, {"order_id": ORDER}),
        (own_code("SPACK02"), events.StationRead, {"station_id": STATION, "tray": False}),
        (own_code("STRAY02"), events.StationRead, {"station_id": STATION, "tray": True}),
        ("4006381333931", events.ItemRead, {"sku_id": MUG, "units": 1}),
        ("PB0000000077", events.ParcelRead, {"parcel_id": PARCEL}),
        (SSCC, events.ParcelRead, {"parcel_id": PARCEL}),
        ("00" + SSCC, events.ParcelRead, {"parcel_id": PARCEL}),
    ],
)
def test_each_class_is_read_as_what_it_is(
    text: str, kind: type[events.Read], fields: dict[str, Any], read: Callable[..., events.Read]
) -> None:
    assert read(text) == kind(**fields, **seen(text))


@pytest.mark.parametrize(
    ("text", "units"),
    [("4006381333931", 1), ("04006381333931", 1), ("14006381333938", 6), ("0114006381333938", 6), ("96385074", 1)],
)
def test_a_gtin_of_any_form_is_its_item_and_a_case_counts_its_pieces(
    text: str, units: int, read: Callable[..., events.Read]
) -> None:
    found = read(text)

    assert isinstance(found, events.ItemRead)
    assert (found.sku_id, found.units) == (TEA if text == "96385074" else MUG, units)


def test_gs1_tells_lot_expiry_serial_and_count_in_one_scan(read: Callable[..., events.Read]) -> None:
    text = f"010400638133393117261231{GS}10LOT-7{GS}21S1{GS}3712"

    assert read(text, "]C1") == events.ItemRead(
        sku_id=MUG, units=12, lot="LOT-7", expiry=date(2026, 12, 31), serial="S1", **seen(text)
    )


def test_a_count_multiplies_the_pieces_of_a_case(read: Callable[..., events.Read]) -> None:
    found = read("01140063813339383703", "]C1")

    assert isinstance(found, events.ItemRead)
    assert found.units == 18


@pytest.mark.parametrize(("text", "kind"), [("B12-04-C", events.BinRead), ("TEA-SUPPLIER-1", events.ItemRead)])
def test_a_code_that_the_site_had_before_counts_as_much_as_ours(
    text: str, kind: type[events.Read], read: Callable[..., events.Read]
) -> None:
    assert isinstance(read(text), kind)


# ---- who is first ---------------------------------------------------------------------------------------------------


def test_a_command_outranks_whatever_has_its_code(session: Session, read: Callable[..., events.Read]) -> None:
    session.add(Code(value=command_code("UNDO"), kind="item", subject=TEA))

    assert isinstance(read(command_code("UNDO")), events.CommandRead)


def test_a_badge_outranks_its_namesakes(session: Session, read: Callable[..., events.Read]) -> None:
    session.add(Code(value=BADGE, kind="item", subject=TEA))
    session.add(Code(value=BADGE, kind="bin", subject=BIN))

    assert read(BADGE) == events.BadgeRead(person_id=JONAS, **seen(BADGE))


def test_what_is_in_the_table_outranks_a_parcels_number(session: Session, read: Callable[..., events.Read]) -> None:
    session.add(Code(value="PB0000000077", kind="item", subject=TEA))

    assert isinstance(read("PB0000000077"), events.ItemRead)


def test_two_real_meanings_are_asked_in_an_order_that_stays(session: Session, read: Callable[..., events.Read]) -> None:
    session.add(Code(value="B12-04-C", kind="item", subject=TEA))

    found = read("B12-04-C")

    assert found == events.AmbiguousRead(
        meanings=(
            events.BinRead(bin_id=BIN, **seen("B12-04-C")),
            events.ItemRead(sku_id=TEA, **seen("B12-04-C")),
        ),
        **seen("B12-04-C"),
    )


def test_two_products_with_one_code_are_asked(session: Session, read: Callable[..., events.Read]) -> None:
    session.add(Code(value="04006381333931", kind="item", subject=TEA))

    found = read("4006381333931")

    assert isinstance(found, events.AmbiguousRead)
    assert {m.sku_id for m in found.meanings if isinstance(m, events.ItemRead)} == {MUG, TEA}


def test_the_same_meaning_twice_is_one(session: Session, read: Callable[..., events.Read]) -> None:
    session.add(Code(value="4006381333931", kind="item", subject=MUG))

    assert isinstance(read("4006381333931"), events.ItemRead)


def test_a_bin_whose_own_code_reads_like_a_gtin_is_a_bin(session: Session, read: Callable[..., events.Read]) -> None:
    """GTIN-8s of no item: sites number their bins so."""
    session.add(Code(value="12345670", kind="bin", subject=BIN))

    assert isinstance(read("12345670"), events.BinRead)


# ---- what nobody knows ----------------------------------------------------------------------------------------------


def other_check(code: str) -> str:
    return code[:-1] + ("7" if code[-1] != "7" else "8")


@pytest.mark.parametrize("text", ["", "?", "5012345678900", "LZ9999Z9", "x" * 256, "Ω", "'; DROP TABLE code; --"])
def test_an_unknown_code_is_kept_as_it_was_read(text: str, read: Callable[..., events.Read]) -> None:
    assert read(text) == events.UnknownRead(reason="", **seen(text))


@pytest.mark.parametrize(
    "code", [command_code("UNDO"), own_code("QTY5"), own_code("LB1204C"), own_code("T0412"), BADGE]
)
def test_a_damaged_label_of_ours_is_called_so_and_never_guessed(code: str, read: Callable[..., events.Read]) -> None:
    damaged = other_check(code)

    assert read(damaged) == events.UnknownRead(reason="check", **seen(damaged))


def test_a_sites_code_that_looks_like_a_damaged_card_of_ours_is_the_sites(
    session: Session, read: Callable[..., events.Read]
) -> None:
    looks_like = other_check(own_code("QTY100"))
    session.add(Code(value=looks_like, kind="item", subject=TEA))

    assert isinstance(read(looks_like), events.ItemRead)


def test_an_empty_scan_is_no_parcel_without_a_number(session: Session, read: Callable[..., events.Read]) -> None:
    session.add(Parcel(id=stable_id("parcel", "2"), order_id=ORDER))

    assert isinstance(read(""), events.UnknownRead)


# ---- in words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what", "detail"),
    [
        ("4006381333931", "That is Ceramic mug", "sage · MUG-350-SG"),
        ("96385074", "That is Tea", "TEA-1"),
        ("B12-04-C", "That is bin B12-04-C", ""),
        (own_code("T0412"), "That is tote T-0412", "It holds order 10482"),
        (own_code("K08"), "That is Cart 08", ""),
        (BADGE, "That is the badge of Jonas W.", ""),
        (own_code("BXM"), "That is Box M", ""),
        (own_code("O10482"), "That is order 10482", ""),
        (own_code("SPACK02"), "That is Pack 02", ""),
        (own_code("STRAY02"), "That is the rework tray of Pack 02", ""),
        ("PB0000000077", "That is a shipping label", "PB0000000077"),
        (command_code("PARK"), "PARK does nothing here", ""),
        (own_code("QTY3"), "A quantity card follows an item", ""),
        (own_code("RSN2"), "That card is not asked for here", ""),
        ("{0}", "Nobody here knows this code", "{0}"),
    ],
)
def test_every_read_is_said_in_words(
    text: str, what: str, detail: str, session: Session, read: Callable[..., events.Read]
) -> None:
    words = describe(session, read(text))

    assert tuple(str(word) for word in words) == (what, detail)


def test_a_damaged_label_is_said_with_its_code(session: Session, read: Callable[..., events.Read]) -> None:
    code = other_check(own_code("LB1204C"))

    assert describe(session, read(code)) == (
        say("That label is damaged"),
        say("Its check character is wrong: {code}", code=code),
    )
    assert describe(session, read("?")) == (say("Nobody here knows this code"), verbatim("?"))


def test_a_look_does_not_need_the_writers_lock(files: Path) -> None:
    database = open_database(files, "station", busy_ms=10)
    with station_write(database), reading(database) as look:
        assert isinstance(meaning(look, Scan("B12-04-C", "gun", AT, 5)), events.BinRead)
    database.close()
