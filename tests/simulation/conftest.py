"""A central and a station in a folder of the test."""

from tests.sync.conftest import central, clock, even, station

__all__ = ["central", "clock", "even", "station"]
