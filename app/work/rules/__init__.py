"""Pure rules of work that every stage shares: who may approve what, what a good PIN is, how long a wrong one waits, in
which language a customer is written to."""

from app.work.rules.languages import WRITTEN, language_for
from app.work.rules.pins import Pepper, hash_pin, is_right_pin, is_under, weakness_of
from app.work.rules.rights import RIGHTS, ROLES, roles_of
from app.work.rules.waits import LOCKED_AFTER, seconds_left, wait_after

__all__ = [
    "LOCKED_AFTER", "RIGHTS", "ROLES", "WRITTEN", "Pepper", "hash_pin", "is_right_pin", "is_under", "language_for",
    "roles_of", "seconds_left", "wait_after", "weakness_of",
]  # fmt: skip
