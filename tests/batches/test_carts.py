"""What fits onto a cart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.picking.rules.carts import MOST, Cart, Fleet, Load, together

amounts = st.integers(0, 50) | st.just(MOST)
limits = st.none() | st.integers(0, 60) | st.just(MOST)


@given(st.builds(Cart, st.just("cart"), limits, limits, limits, limits, limits), st.builds(Load, *[amounts] * 5))
def test_a_load_fits_where_no_measure_is_above_its_limit(cart: Cart, load: Load) -> None:
    pairs = ((cart.orders, load.orders), (cart.units, load.units), (cart.grams, load.grams), (cart.ml, load.ml))
    expected = all(most is None or amount <= most for most, amount in (*pairs, (cart.totes, load.totes)))
    assert Fleet([cart]).fits(load.packed) is expected


@given(st.lists(st.builds(Load, *[st.integers(0, 9)] * 5), max_size=6))
def test_loads_are_added_measure_by_measure(loads: list[Load]) -> None:
    whole = Load(*(sum(getattr(load, name) for load in loads) for name in ("orders", "units", "grams", "ml", "totes")))
    assert together(loads) == whole.packed


def test_one_measure_too_many_is_too_much_and_another_cart_may_take_it() -> None:
    # given a small cart, and one for few heavy things
    small, strong = Cart("small", units=10, grams=5_000), Cart("strong", units=4, grams=90_000)
    fleet = Fleet([small, strong])

    # when loads are light, heavy, and both many and heavy
    loads = [Load(units=10, grams=5_000), Load(units=4, grams=5_001), Load(units=5, grams=5_001)]

    # then the first cart that takes all of it is named
    assert [fleet.cart_for(load.packed) for load in loads] == [small, strong, None]
    assert [fleet.fits(load.packed) for load in loads] == [True, True, False]


def test_a_floor_has_carts_and_a_load_has_bounds() -> None:
    with pytest.raises(ValueError, match="without any cart"):
        Fleet([])
    with pytest.raises(ValueError, match="from 0 to"):
        Load(units=-1)
    with pytest.raises(ValueError, match="from 0 to"):
        Load(grams=MOST + 1)
