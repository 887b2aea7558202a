"""What the bench prints: put together out of the dossier and the parcel when the paper is due."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from app.barcodes import own_code, sscc
from app.db import reading, station_write
from app.documents import Address, PackingSlip, ShippingLabel, SlipLine, SlipTotal
from app.models import BriefLine, PrintJob, SiteSetting
from app.packing import queries
from tests.packing.kit import PackBench, tote_code

LENA = Address(name="Lena Özdemir", line1="Gasse 1", city="Berlin", postcode="10115", country="DE")
US = Address(name="Tea & Mug", line1="Hof 3", city="Bremen", postcode="28195", country="DE")


@pytest.fixture
def site(bench: PackBench) -> PackBench:
    with station_write(bench.database) as session:
        said = {"line1": "Hof 3", "city": "Bremen", "postcode": "28195", "country": "DE"}
        session.add(SiteSetting(name="ship_from", value=json.dumps(said)))
    return bench


def paper(bench: PackBench, kind: str) -> object:
    [job] = [j for j in bench.rows(PrintJob) if j["kind"] == kind]
    with reading(bench.database) as session:
        return queries.document_for(session, job["id"])


def test_the_slip_says_what_was_ordered_and_what_it_cost(site: PackBench) -> None:
    site.order("10482", ("MUG", 2), ("SOAP", 1), tote="0412")
    site.scan(tote_code("0412"))

    assert paper(site, "slip") == PackingSlip(
        order_number="10482",
        order_code=own_code("O10482"),
        date="2026-03-02",
        shop="Tea & Mug",
        ship_from=US,
        ship_to=LENA,
        lines=(
            SlipLine("MUG", "Ceramic mug 350 ml", "", 2, 2, Decimal("5.00"), Decimal("10.00")),
            SlipLine("SOAP", "Soap bar 90 g", "", 1, 1, Decimal("5.00"), Decimal("5.00")),
        ),
        totals=(
            SlipTotal("Subtotal", Decimal("20.00")),
            SlipTotal("Discount", Decimal("-1.00")),
            SlipTotal("Shipping", Decimal("4.90")),
            SlipTotal("Tax", Decimal("3.20")),
            SlipTotal("Total", Decimal("23.90"), strong=True),
        ),
        currency="EUR",
        box="Box S",
        language="de",
    )


def test_the_slip_speaks_the_language_that_its_customer_is_written_to_in(site: PackBench) -> None:
    with station_write(site.database) as session:
        session.add(SiteSetting(name="mail_languages", value='{"DE": "pl"}'))
    site.order("10482", ("MUG", 1), tote="0412")
    site.scan(tote_code("0412"))

    slip = paper(site, "slip")

    assert isinstance(slip, PackingSlip)
    assert slip.language == "pl"


def test_a_gift_names_no_amount(site: PackBench) -> None:
    site.order("10482", ("MUG", 1), tote="0412", gift=True)
    site.scan(tote_code("0412"))

    slip = paper(site, "slip")

    assert isinstance(slip, PackingSlip)
    assert (slip.gift, slip.gift_message, slip.totals, slip.currency) == (True, "Happy birthday, Lena!", (), "")
    assert [(line.unit_price, line.total) for line in slip.lines] == [(None, None)]


def test_the_slip_says_what_does_not_come(site: PackBench) -> None:
    with station_write(site.database) as session:
        session.add(SiteSetting(name="partial_shipping", value="yes"))
    site.order("10482", ("MUG", 3, 1), tote="0412")
    site.scan(tote_code("0412"))

    slip = paper(site, "slip")

    assert isinstance(slip, PackingSlip)
    assert [(line.ordered, line.shipped) for line in slip.lines] == [(3, 2)]
    assert [r["short"] for r in site.rows(BriefLine)] == [1]


def test_the_label_says_who_carries_it_and_two_codes_that_are_its_own(site: PackBench) -> None:
    site.order("10482", ("MUG", 1), tote="0412")
    site.scan(tote_code("0412"))
    site.item("MUG")
    site.fill()

    assert paper(site, "label") == ShippingLabel(
        carrier="DHL",
        service="Parcel",
        ship_from=US,
        ship_to=LENA,
        tracking=own_code("PB0000001001"),
        sscc=sscc(3, "4012345", 1001),
        routing="DE10115ZD1",
        weight_g=410,
        order_number="10482",
        parcel="1 of 1",
        date="2026-03-02",
        reference="10482",
    )


def test_a_job_that_is_unknown_is_a_key_error(site: PackBench) -> None:
    with reading(site.database) as session, pytest.raises(KeyError):
        queries.document_for(session, b"n" * 16)
