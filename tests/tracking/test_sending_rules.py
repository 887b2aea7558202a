"""When mails go: quiet hours over midnight and over summer time, waiting that grows, languages."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tracking.rules.sending import LONGEST, SHORTEST, is_quiet, quiet_hours, waiting_time
from app.tracking.rules.statuses import STATUSES, UNKNOWN, normalised, state_of

NIGHT = (time(22), time(7))


def test_quiet_hours_are_read_or_named() -> None:
    assert quiet_hours("22:00-07:00") == quiet_hours("22:00 – 07:00") == NIGHT
    assert quiet_hours("") is quiet_hours("none") is None
    for wrong in ("22-7", "25:00-07:00", "22:00", "22:60-07:00"):
        with pytest.raises(ValueError, match="is not like 22:00-07:00"):
            quiet_hours(wrong)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)))  # noqa: DTZ001
def test_the_wall_clock_alone_says_whether_it_is_night(moment: datetime) -> None:
    local = moment.astimezone(ZoneInfo("Europe/Berlin"))
    assert is_quiet(local, NIGHT) is (local.hour >= 22 or local.hour < 7)
    assert is_quiet(local, (time(12), time(14))) is (12 <= local.hour < 14)
    assert not is_quiet(local, None)


def test_the_night_of_summer_time_is_an_hour_shorter() -> None:
    zone = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 3, 28, 21, tzinfo=UTC)  # 22:00 in winter time
    quiet = [first + timedelta(minutes=m) for m in range(0, 12 * 60)]
    assert sum(is_quiet(moment.astimezone(zone), NIGHT) for moment in quiet) == 8 * 60


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_waiting_grows_and_stays_within_bounds(failures: int, chance: float) -> None:
    waited = waiting_time(failures, chance=chance)
    assert SHORTEST * 0.8 <= waited <= LONGEST * 1.2
    assert waiting_time(failures + 1, chance=0.5) >= waiting_time(failures, chance=0.5)


@pytest.mark.parametrize(
    ("raw", "carrier", "status"),
    [
        ("DELIVERED", "", "delivered"),
        ("In Transit", "", "in_transit"),
        ("in-transit", "gls", "in_transit"),
        ("INWAREHOUSE", "gls", "in_transit"),
        ("INWAREHOUSE", "", UNKNOWN),
        ("transit", "DHL", "in_transit"),
        ("pre-transit", "dhl", "announced"),
        ("DE", "shipengine", "delivered"),
        ("DE", "", UNKNOWN),
        ("AttemptFail", "", "failed_attempt"),
        ("return_to_sender", "", "returning"),
        ("Zugestellt", "", "delivered"),
        ("W drodze", "", "in_transit"),
        ("", "", UNKNOWN),
        ("🎈", "", UNKNOWN),
    ],
)
def test_a_carriers_word_is_one_of_ours_or_unknown(raw: str, carrier: str, status: str) -> None:
    assert normalised(raw, carrier) == status


def test_the_sites_own_table_comes_first() -> None:
    assert normalised("Delivered!", "", {"delivered": "out_for_delivery"}) == "out_for_delivery"


@given(st.lists(st.tuples(st.datetimes(timezones=st.just(UTC)), st.sampled_from((*STATUSES, UNKNOWN))), max_size=12))
def test_the_state_is_that_of_the_newest_event_in_whatever_order_they_come(
    events: list[tuple[datetime, str]],
) -> None:
    state = state_of(events)
    assert state == state_of(reversed(events))
    known = [(at, status) for at, status in events if status != UNKNOWN]
    assert state == "" if not known else (max(at for at, _ in known), state) in known
