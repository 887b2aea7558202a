"""How long wrong PINs wait: NIST SP 800-63B 5.2.2 allows a hundred failures in a row, PCI DSS 4.0 8.3.4 ten.

Time is counted by the machine's monotonic clock since the last wrong PIN, never by the clock on the wall: setting that
forward opens nothing, setting it back keeps nobody out. Within one boot this holds over restarts of the program; after
a boot, and at another station, the wait is counted from when this station first knew of it.
"""

from __future__ import annotations

FREE_TRIES = 4
"""So many wrong PINs in a row cost nothing: fingers slip."""
FIRST_WAIT_S = 30
LOCKED_AFTER = 10
LOCKED_S = 30 * 60
"""From the tenth on: until a supervisor clears it, or half an hour; then one more try each half hour."""


def wait_after(failures: int) -> int:
    """Seconds until the next PIN is heard after so many wrong ones in a row: 30 from the fifth, doubling."""
    if failures <= FREE_TRIES:
        return 0
    if failures >= LOCKED_AFTER:
        return LOCKED_S
    return int(FIRST_WAIT_S * 2 ** (failures - FREE_TRIES - 1))


def seconds_left(failures: int, waited_ns: int) -> int:
    """What is left of the wait, in whole seconds rounded up; a time that seems to run backwards counts as none."""
    left_ns = wait_after(failures) * 1_000_000_000 - max(0, waited_ns)
    return max(0, -(-left_ns // 1_000_000_000))
