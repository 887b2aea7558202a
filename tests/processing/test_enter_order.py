"""Orders by phone and at the counter, on a whole station: scanned, searched, typed, placed, released."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from app.barcodes import command_code, own_code
from app.processing.facts import EntryTerms
from app.processing.workflows.draft import DraftLine, EntryState, amount, percent_off, totals, wrong_terms
from app.settings import Home
from app.view import Form, Hero, Listing, Offers, ProblemHero, View
from ui.demo import BADGES, build
from ui.end_states import rows
from ui.simulated import SimulatedStation

T = TypeVar("T")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("template") / "home")
    build(home.make(), orders=6)
    return home


@pytest.fixture
def station(template: Home, tmp_path: Path) -> Iterator[SimulatedStation]:
    shutil.copytree(template.root, tmp_path / "home")
    with SimulatedStation(Home(tmp_path / "home")) as made:
        made.scan(BADGES["office"])
        made.settle()
        made.scan(command_code("NEWORDER"))
        made.settle()
        yield made


def sql(file: Path, query: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in rows(file, query)]


def item_codes(station: SimulatedStation) -> list[str]:
    """Barcodes of two products that lie in some bin."""
    found = sql(
        station.home.central_file,
        "SELECT c.value FROM code c JOIN stock s ON s.sku_id = c.subject WHERE c.kind = 'item' AND c.units = 1 "
        "AND s.on_hand > 5 GROUP BY c.subject ORDER BY c.value LIMIT 2",
    )
    return [str(row[0]).removeprefix("0") for row in found]


def type_words(station: SimulatedStation, words: str, *, enter: bool = True) -> None:
    for key in words:
        station.runner.key(key)
    if enter:
        station.runner.key("ENTER")
    station.settle()


def card(station: SimulatedStation, word: str) -> None:
    """A tap: two equal scans within 0.4 seconds would be one read."""
    station.touch(own_code(word) if word[:3] in ("OPT", "QTY") else word)
    station.settle()


def panel(view: View, kind: type[T]) -> T:
    return next(p for p in (*view.object, *view.context) if isinstance(p, kind))


def fill_address(station: SimulatedStation, *words: str) -> None:
    for number, each in enumerate(words, 1):
        if each:
            card(station, f"OPT{number}")
            type_words(station, each)


def placed(station: SimulatedStation) -> list[tuple[object, ...]]:
    return sql(
        station.home.central_file,
        "SELECT number, state, units, total, currency, holds FROM v_order WHERE channel = 'counter' ORDER BY number",
    )


def through(station: SimulatedStation) -> None:
    """Two mugs at 12.50 for somebody in Dresden, up to the check."""
    station.scan(item_codes(station)[0])
    card(station, "QTY2")
    card(station, "CHANGE")
    type_words(station, "1250")
    card(station, "DONE")
    type_words(station, "Eva Klein", enter=False)
    card(station, "DONE")
    fill_address(station, "", "", "Hauptstr. 7", "01067", "Dresden", "de", "eva@example.org")
    card(station, "DONE")


def test_an_order_is_taken_checked_and_released(station: SimulatedStation) -> None:
    through(station)
    card(station, "OPT1")
    type_words(station, "10")
    card(station, "OPT3")
    type_words(station, "490")
    card(station, "OPT4")
    card(station, "DONE")

    assert station.view.kind == "order-entry.check"
    card(station, "DONE")

    assert station.view.kind == "home"
    assert placed(station) == [("C1001", "released", 2, "27.40", "EUR", None)]
    assert sql(
        station.home.central_file,
        "SELECT a.name, a.line1, a.postcode, a.city, a.country, o.discount, o.shipping, o.payment FROM sales_order o "
        "JOIN address a ON a.id = o.ship_to_id WHERE o.channel = 'counter'",
    ) == [("Eva Klein", "Hauptstr. 7", "01067", "Dresden", "DE", "2.50", "4.90", "paid")]


def test_a_known_customer_is_found_by_a_few_letters_with_the_address(station: SimulatedStation) -> None:
    name, city = sql(
        station.home.central_file,
        "SELECT c.name, a.city FROM sales_order o JOIN customer c ON c.id = o.customer_id "
        "JOIN address a ON a.id = o.ship_to_id WHERE c.name != '' ORDER BY o.number LIMIT 1",
    )[0]
    station.scan(item_codes(station)[0])
    type_words(station, "", enter=False)
    card(station, "CHANGE")
    type_words(station, "5")
    card(station, "DONE")

    type_words(station, str(name)[:5])
    assert station.view.kind == "order-entry.customers"
    titles = [row.title for row in panel(station.view, Listing).rows]
    card(station, f"OPT{[str(title) for title in titles].index(str(name)) + 1}")

    form = panel(station.view, Form)
    assert {field.value for field in form.fields} >= {name, city}


def test_a_product_is_found_by_words_and_chosen(station: SimulatedStation) -> None:
    name = sql(station.home.station_file, "SELECT name FROM sku ORDER BY sku LIMIT 1")[0][0]

    type_words(station, str(name)[:6].lower())
    assert station.view.kind == "order-entry.products"
    offered = [str(offer.words) for offer in panel(station.view, Offers).offers]
    card(station, f"OPT{offered.index(str(name)) + 1}")

    assert [str(row.title) for row in panel(station.view, Listing).rows] == [name]


def test_undo_takes_the_last_line_and_keeps_what_was_typed(station: SimulatedStation) -> None:
    first, second = item_codes(station)
    station.scan(first)
    station.scan(second)
    station.settle()
    type_words(station, "tea", enter=False)

    card(station, "UNDO")

    assert panel(station.view, Form).fields[0].value == "tea"
    type_words(station, "", enter=False)
    for _ in "tea":
        station.runner.key("BACK")
    type_words(station, "")
    assert len(panel(station.view, Listing).rows) == 1


def test_an_address_that_lacks_something_is_taken_and_held_by_name(station: SimulatedStation) -> None:
    station.scan(item_codes(station)[0])
    card(station, "CHANGE")
    type_words(station, "5")
    card(station, "DONE")
    type_words(station, "Eva Klein", enter=False)
    card(station, "DONE")
    fill_address(station, "", "", "Hauptstr.", "1", "Dresden", "de")
    problems = [str(field.problem) for field in panel(station.view, Form).fields if field.problem]
    card(station, "DONE")
    card(station, "OPT4")
    card(station, "DONE")
    card(station, "DONE")

    assert problems[0] == "The house number is missing"
    number, state, *_, holds = placed(station)[0]
    assert (number, state, holds) == ("C1001", "held", "address,address")


def test_a_large_discount_asks_for_somebody_who_may_give_it(station: SimulatedStation) -> None:
    through(station)
    card(station, "OPT1")
    type_words(station, "50")

    card(station, "DONE")

    assert station.view.kind.startswith("approval")
    card(station, "CLEAR")
    assert station.view.kind == "order-entry.terms"


def test_an_empty_order_goes_nowhere(station: SimulatedStation) -> None:
    card(station, "DONE")

    assert isinstance(station.view.hero, ProblemHero)
    assert str(station.view.hero.what) == "There is nothing on this order"


def test_an_item_without_a_price_is_asked_for_it(station: SimulatedStation) -> None:
    station.scan(item_codes(station)[0])
    station.settle()
    station.scan(command_code("DONE"))
    station.settle()

    assert station.view.kind in ("order-entry.price", "order-entry.customer")  # what was sold before has a price
    assert isinstance(station.view.hero, Hero)


STATE = EntryState("EUR", Decimal(19), (DraftLine(b"a", 3, Decimal("3.33")), DraftLine(b"b", 1, Decimal("10"))))


@pytest.mark.parametrize(
    ("discount", "shipping", "expected"),
    [
        ("", "", ("19.99", "0.00", "0.00", "3.19", "19.99")),
        ("10%", "4,90", ("19.99", "2.00", "4.90", "3.65", "22.89")),
        ("5", "0", ("19.99", "5.00", "0.00", "2.39", "14.99")),
        ("99", "0", ("19.99", "19.99", "0.00", "0.00", "0.00")),
    ],
)
def test_totals_are_exact_to_the_cent(discount: str, shipping: str, expected: tuple[str, ...]) -> None:
    from dataclasses import replace

    sums = totals(replace(STATE, terms=EntryTerms(discount, shipping)))

    assert tuple(str(v) for v in (sums.goods, sums.discount, sums.shipping, sums.tax, sums.total)) == expected


def test_yen_have_no_cents_and_a_percentage_is_of_the_goods() -> None:
    from dataclasses import replace

    state = replace(STATE, currency="JPY", lines=(DraftLine(b"a", 3, Decimal(333)),), terms=EntryTerms("10%"))

    assert totals(state).discount == Decimal(100)
    assert round(percent_off(state), 1) == Decimal("10.0")


@pytest.mark.parametrize("words", ["-5", "1e3", "NaN", "Infinity", "5.00001", "abc", "12x", "9" * 12])
def test_what_is_no_amount_is_none(words: str) -> None:
    assert amount(words) is None
    assert str(wrong_terms(words, "")) == "A discount is an amount such as 5.00, or a share such as 10%"
