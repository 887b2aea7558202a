"""Stories of every kind of decision at central, told once more on both servers: what they say of a file holds there.

The tests are those of the stages, with another central. `PACKBAY_TEST_CENTRAL=postgres pytest tests/…` runs the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.db import Database
from tests.central_home import shop
from tests.engines import drop, fresh
from tests.inventory.test_deliveries_and_reorder import test_twice_is_once_and_a_dry_run_changes_nothing
from tests.inventory.test_promises import (
    test_the_lot_that_expires_first_is_promised_first,
    test_threads_never_promise_more_than_there_is_and_refuse_nothing_wrongly,
)
from tests.postgres import versions
from tests.processing.test_release import (
    test_an_order_tells_its_story,
    test_cancelling_before_picking_gives_everything_back,
    test_import_then_release_makes_pick_work,
    test_units_that_are_nowhere_are_short_held_and_an_incident,
)
from tests.receipt.test_orders_in import (
    test_a_changed_order_is_an_update_with_both_versions_kept,
    test_an_order_comes_in_with_everything_that_belongs_to_it,
    test_an_order_the_database_refuses_is_named_and_leaves_nothing_behind,
    test_importing_twice_changes_not_one_row,
)
from tests.work.test_central_decides import (
    test_a_claim_is_told_to_everybody,
    test_an_office_act_that_fails_leaves_nothing,
    test_twelve_stations_that_ask_at_once_share_the_work_without_a_double,
)

__all__ = [
    "shop",
    "test_a_changed_order_is_an_update_with_both_versions_kept",
    "test_a_claim_is_told_to_everybody",
    "test_an_office_act_that_fails_leaves_nothing",
    "test_an_order_comes_in_with_everything_that_belongs_to_it",
    "test_an_order_tells_its_story",
    "test_an_order_the_database_refuses_is_named_and_leaves_nothing_behind",
    "test_cancelling_before_picking_gives_everything_back",
    "test_import_then_release_makes_pick_work",
    "test_importing_twice_changes_not_one_row",
    "test_the_lot_that_expires_first_is_promised_first",
    "test_threads_never_promise_more_than_there_is_and_refuse_nothing_wrongly",
    "test_twelve_stations_that_ask_at_once_share_the_work_without_a_double",
    "test_twice_is_once_and_a_dry_run_changes_nothing",
    "test_units_that_are_nowhere_are_short_held_and_an_incident",
]


@pytest.fixture(params=versions())
def central(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty central on a server of each version."""
    database = fresh(request.param)
    yield database
    drop(database)
