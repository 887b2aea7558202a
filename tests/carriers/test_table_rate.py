"""The built-in carrier: exact cents, band edges, longest prefix, numbers with their check digits."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.barcodes import gs1_check_digit, is_sound
from app.carriers.base import Band, Carrier, Destination, LabelNumbers, Rate, Tariff, ZoneRule
from app.carriers.table_rate import CARRIER, DEMO_PREFIX, cheapest, routing, zones_of
from app.errors import Refused


def bands(service: str, zone: str, *prices: tuple[int, str], carrier: str = "DHL") -> tuple[Band, ...]:
    return tuple(Band(carrier, service, zone, up_to, Decimal(price), "EUR") for up_to, price in prices)


TARIFF = Tariff(
    zones=(
        ZoneRule("DHL", "DE", "", "D1"),
        ZoneRule("DHL", "DE", "18", "D2"),
        ZoneRule("DHL", "DE", "18565", "ISLE"),
        ZoneRule("DHL", "GB", "BT", "NI"),
        ZoneRule("GLS", "DE", "", "1"),
    ),
    bands=(
        *bands("Parcel", "D1", (1000, "3.99"), (2000, "4.19"), (31500, "9.90")),
        *bands("Express", "D1", (31500, "12.90")),
        *bands("Parcel", "ISLE", (31500, "19.99")),
        *bands("Business", "1", (5000, "4.05"), carrier="GLS"),
    ),
)
BERLIN = Destination("DE", "10115")


def prices(weight_g: int, to: Destination = BERLIN) -> list[tuple[str, str]]:
    return [(r.service, str(r.price)) for r in CARRIER.rates(TARIFF, to, weight_g)]


@pytest.mark.parametrize(
    ("weight_g", "expected"),
    [
        (1, [("Parcel", "3.99"), ("Business", "4.05"), ("Express", "12.90")]),
        (1000, [("Parcel", "3.99"), ("Business", "4.05"), ("Express", "12.90")]),
        (1001, [("Business", "4.05"), ("Parcel", "4.19"), ("Express", "12.90")]),
        (2000, [("Business", "4.05"), ("Parcel", "4.19"), ("Express", "12.90")]),
        (2001, [("Business", "4.05"), ("Parcel", "9.90"), ("Express", "12.90")]),
        (5001, [("Parcel", "9.90"), ("Express", "12.90")]),
        (31500, [("Parcel", "9.90"), ("Express", "12.90")]),
    ],
)
def test_a_band_ends_with_its_own_limit(weight_g: int, expected: list[tuple[str, str]]) -> None:
    assert prices(weight_g) == expected


@pytest.mark.parametrize(
    ("postcode", "zone"),
    [("10115", "D1"), ("18055", "D2"), ("18565", "ISLE"), ("185 65", "ISLE"), ("", "D1")],
)
def test_the_longest_beginning_of_the_postcode_decides(postcode: str, zone: str) -> None:
    assert zones_of(TARIFF.zones, Destination("de", postcode))["DHL"] == zone


def test_letters_and_blanks_in_postcodes_do_not_count() -> None:
    assert zones_of(TARIFF.zones, Destination("GB", "bt7 1nn")) == {"DHL": "NI"}
    assert zones_of(TARIFF.zones, Destination("GB", "SW1A 1AA")) == {}


@pytest.mark.parametrize(
    ("to", "weight_g", "name"),
    [
        (Destination("FR", "75001"), 500, "NoZone"),
        (BERLIN, 31501, "TooHeavy"),
        (Destination("GB", "BT7 1NN"), 500, "NoTariff"),
    ],
)
def test_what_is_not_carried_is_refused_by_name(to: Destination, weight_g: int, name: str) -> None:
    with pytest.raises(Refused) as refusal:
        CARRIER.rates(TARIFF, to, weight_g)

    assert refusal.value.problem.name == name


def test_too_heavy_says_both_weights() -> None:
    with pytest.raises(Refused) as refusal:
        CARRIER.rates(TARIFF, BERLIN, 32500)

    problem = refusal.value.problem
    assert (str(problem.what), str(problem.why)) == ("Too heavy: 32.5 kg", "The tariff ends at 31.5 kg.")


def test_the_cheapest_allowed_service_goes() -> None:
    rates = CARRIER.rates(TARIFF, BERLIN, 1500)

    assert cheapest(rates) == Rate("GLS", "Business", "1", Decimal("4.05"), "EUR")
    assert cheapest(rates, ("parcel", "Express")) == Rate("DHL", "Parcel", "D1", Decimal("4.19"), "EUR")
    assert cheapest(rates, ("Overnight",)) is None
    assert cheapest(()) is None


def test_prices_of_two_currencies_are_not_compared() -> None:
    rates = (Rate("A", "a", "1", Decimal(9), "CHF"), Rate("B", "b", "1", Decimal(1), "EUR"))

    assert cheapest(rates) == rates[0]


def test_the_numbers_of_a_label() -> None:
    assert CARRIER.numbers(42, "4012345", BERLIN, "D1") == LabelNumbers(
        serial=42, tracking="PB00000000421", sscc="340123450000000420", routing="DE10115ZD1"
    )


def test_a_site_without_a_prefix_uses_the_one_for_demonstrations() -> None:
    assert CARRIER.numbers(1, "", BERLIN, "D1").sscc.startswith("3" + DEMO_PREFIX)


@given(st.integers(1, 999_999_999), st.sampled_from(["4012345", "952123456", "500010000"]))
def test_every_number_proves_itself_and_is_its_own(serial: int, prefix: str) -> None:
    serial = serial % 10 ** (16 - len(prefix)) or 1
    numbers = CARRIER.numbers(serial, prefix, BERLIN, "D1")

    assert len(numbers.sscc) == 18
    assert gs1_check_digit(numbers.sscc[:-1]) == numbers.sscc[-1]
    assert is_sound(numbers.tracking)
    following = CARRIER.numbers(
        serial + 1 if serial + 1 < 10 ** (16 - len(prefix)) else serial - 1, prefix, BERLIN, "D1"
    )
    assert not {numbers.tracking, numbers.sscc} & {following.tracking, following.sscc}
    assert numbers.routing == following.routing == routing(BERLIN, "D1")


@given(st.integers(1, 40_000), st.integers(0, 4_000))
def test_more_weight_never_costs_less(weight_g: int, more: int) -> None:
    def price(grams: int) -> Decimal:
        try:
            rates = [r for r in CARRIER.rates(TARIFF, BERLIN, grams) if r.service == "Parcel"]
        except Refused:
            return Decimal("Infinity")
        return rates[0].price if rates else Decimal("Infinity")

    assert price(weight_g) <= price(weight_g + more)


def test_the_module_offers_a_carrier() -> None:
    carrier: Carrier = CARRIER
    assert carrier.code == "table"


@pytest.mark.parametrize(("prefix", "serial"), [("40-12345", 1), ("123456789012", 10_000)])
def test_a_prefix_that_leaves_no_room_is_refused(prefix: str, serial: int) -> None:
    with pytest.raises(Refused) as refusal:
        CARRIER.numbers(serial, prefix, BERLIN, "D1")

    assert refusal.value.problem.name == "NoSscc"
