"""What left, and what it cost, to the cent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from app.db import migrate, open_database, reading, station_write
from app.ids import stable_id
from app.models import BoxType, Parcel, ParcelLine
from app.shipping.queries import OutgoingParcel, Postage, parcels_of_order, postage

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
ORDER = stable_id("order", "1")


def parcel(name: str, number: int = 1, **values: object) -> Parcel:
    return Parcel(
        **{
            "id": stable_id("parcel", name), "order_id": ORDER, "number": number, "state": "closed", "carrier": "DHL",
            "service": "Parcel", "tracking": name, "sscc": "", "price": Decimal("0.10"), "currency": "EUR",
            "closed_at": NOW, "weight_g": 410, **values,
        }
    )  # fmt: skip


def test_parcels_and_postage(tmp_path: Path) -> None:
    # given two closed boxes of an order, one that was taken back, one of yesterday and one in another currency
    database = open_database(tmp_path / "x.sqlite", "station")
    migrate(database)
    box = stable_id("box", "M")
    with station_write(database) as session:
        session.add(BoxType(id=box, code="M", name="Box M", length_mm=1, width_mm=1, height_mm=1, tare_g=1, max_g=1))
        session.add_all(
            [
                parcel("A", box_type_id=box),
                parcel("B", 2, price=Decimal("0.20")),
                parcel("C", 3, state="void", price=None),
                parcel("D", order_id=stable_id("order", "2"), closed_at=NOW - timedelta(days=1)),
                parcel("E", order_id=stable_id("order", "3"), currency="CHF", price=Decimal("9.05")),
            ]
        )
        for line, units in (("x", 2), ("y", 1)):
            key = {"parcel_id": stable_id("parcel", "A"), "order_line_id": stable_id(line), "sku_id": stable_id(line)}
            session.add(ParcelLine(**key, quantity=units))

    # when they are read
    with reading(database) as session:
        parcels = parcels_of_order(session, ORDER)
        cost = postage(session, NOW - timedelta(hours=1))
    database.close()

    # then the boxes are there with their units, and money is summed exactly per currency
    assert parcels[0] == OutgoingParcel(
        stable_id("parcel", "A"), 1, "closed", "Box M", 3, 410, "DHL", "Parcel", "A", "", Decimal("0.10"), "EUR", NOW
    )
    assert [p.tracking for p in parcels] == ["A", "B"]
    assert cost == (Postage("DHL", "CHF", 1, Decimal("9.05")), Postage("DHL", "EUR", 2, Decimal("0.30")))
