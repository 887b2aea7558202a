"""PINs: what a good one is, and how it is kept so that a stolen database does not tell it.

Kept is argon2id (RFC 9106) over HMAC-SHA-256(pepper, person ‖ PIN). The pepper is 32 random bytes that lie in no
database: without it there is nothing to try PINs against, with it each try costs what one check costs here.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

PIN_DIGITS = 6
PEPPER_BYTES = 32
TIME_COST, MEMORY_KIB, PARALLELISM = 3, 65_536, 1
"""Measured 0.15 s a check on one core of two: a million PINs are 41 hours on one of them (at 0.1 s 27.8 hours)."""
_FORM = "packbay1"


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher, Type  # only where a PIN is typed or set: a station starts without it

    return PasswordHasher(TIME_COST, MEMORY_KIB, PARALLELISM, hash_len=32, salt_len=16, type=Type.ID)


@dataclass(frozen=True, slots=True)
class Pepper:
    """The key outside the database. `name` tells one key from another and nothing about it."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != PEPPER_BYTES:
            raise ValueError(f"a pepper has {PEPPER_BYTES} bytes, not {len(self.key)}")

    @property
    def name(self) -> str:
        return hmac.new(self.key, b"packbay pepper", hashlib.sha256).hexdigest()[:8]


def _keyed(pepper: Pepper, person_id: bytes, pin: str) -> bytes:
    return hmac.new(pepper.key, person_id + pin.encode(), hashlib.sha256).digest()


def hash_pin(pepper: Pepper, person_id: bytes, pin: str) -> str:
    """What is kept of a PIN: the name of the pepper and the argon2id string (about 110 characters)."""
    return f"${_FORM}${pepper.name}{_hasher().hash(_keyed(pepper, person_id, pin))}"


def is_under(pepper: Pepper | None, kept: str) -> bool:
    """Whether a kept PIN was made with this pepper: with another one no PIN would ever be right."""
    return pepper is not None and kept.startswith(f"${_FORM}${pepper.name}$")


def is_right_pin(pepper: Pepper, person_id: bytes, pin: str, kept: str) -> bool:
    """Whether this is the PIN. Takes as long for a wrong one as for the right one."""
    if not is_under(pepper, kept):
        return False
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(kept.removeprefix(f"${_FORM}${pepper.name}"), _keyed(pepper, person_id, pin))
    except (VerificationError, InvalidHashError):
        return False


def weakness_of(pin: str, staff_number: str = "") -> str:
    """Why a PIN is refused, in a few words for whoever sets it; "" when it is good.

    Refused is what people try first: one digit or one pair again and again, runs, keypad columns, dates, and the
    staff number.
    """
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        return "a PIN has six digits"
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    if len(set(pin)) < 3 or any(pin == pin[:n] * (PIN_DIGITS // n) for n in (1, 2, 3)):
        return "it repeats itself"
    if pin[:3] == pin[3:][::-1]:
        return "it is a mirror of itself"
    if steps in ({1}, {9}) or pin in ("147258", "258369", "159357", "123321", "112233", "741852", "852963"):
        return "it is a run on the keypad"
    if _is_date(pin):
        return "it is a date: those are tried first"
    digits = "".join(c for c in staff_number if c.isdigit())
    if len(digits) >= 3 and digits in pin:
        return "the staff number is in it"
    return ""


def _is_date(pin: str) -> bool:
    """Whether it reads as a day of birth (DDMMYY, MMDDYY, YYMMDD of 1940 to 2015) or a month of it (MMYYYY, YYYYMM)."""
    a, b, c = int(pin[:2]), int(pin[2:4]), int(pin[4:])
    for day, month, year in ((a, b, c), (b, a, c), (c, b, a)):
        if 1 <= day <= 31 and 1 <= month <= 12 and (year >= 40 or year <= 15):
            return True
    return any(1 <= m <= 12 and 1940 <= y <= 2035 for m, y in ((a, int(pin[2:])), (c, int(pin[:4]))))
