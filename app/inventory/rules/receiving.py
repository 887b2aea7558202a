"""What may be taken in at the dock."""

from __future__ import annotations

from datetime import date, timedelta


def beyond(expected: int, received: int, units: int, tolerance_percent: int) -> int:
    """How many of `units` more are over what was ordered plus its tolerance; 0 when all of them may come.

    The tolerance is rounded down to whole units. A line that was not announced (`expected` 0) has no limit.
    """
    if not expected:
        return 0
    most = expected + expected * tolerance_percent // 100
    return max(min(units, received + units - most), 0)


def shelf_life(expires_on: str, today: date, least_days: int) -> str:
    """Whether goods last long enough: "" when they do, else expired or short. No date lasts for ever."""
    if not expires_on:
        return ""
    try:
        last = date.fromisoformat(expires_on)
    except ValueError:
        return ""
    if last < today:
        return "expired"
    return "short" if last < today + timedelta(days=least_days) else ""


def typed_date(digits: str) -> str:
    """An ISO date of six digits as they stand on goods and in GS1 (YYMMDD; day 00 is the last of the month).

    "" when they are no date. The century is found as GS1 does it (General Specifications, 7.12), seen from 2026.
    """
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return ""
    year, month, day = 2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:])
    try:
        if day == 0:
            following = date(year + month // 12, month % 12 + 1, 1)
            return (following - timedelta(days=1)).isoformat()
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
