"""Approvals for benches without a database: people with PINs in plain values, and a lock that the test turns."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.approval import Approver, PinChecked
from app.ids import stable_id
from app.text import Text
from app.work.facts import Approved, PinAccepted, PinRefused

HERE = stable_id("station", "HERE")


@dataclass
class Leads:
    """`people`: who may approve, by id, with their PIN ("" for none). Nobody by default: each gate stays at its badge.

    `may` names the rights that they hold, None for all. `wait` is how many seconds no PIN is heard.
    """

    people: dict[bytes, tuple[str, str]] = field(default_factory=dict)
    may: frozenset[str] | None = None
    wait: int = 0
    checked: list[tuple[bytes, str]] = field(default_factory=list)

    def approver(self, person_id: bytes, right: str) -> Approver | None:
        if person_id not in self.people:
            return None
        name, pin = self.people[person_id]
        return Approver(person_id, name, self.may is None or right in self.may, bool(pin))

    def wait_s(self, person_id: bytes = b"") -> int:
        return self.wait

    def check(self, person_id: bytes, pin: str, right: str, act: Text) -> PinChecked:
        self.checked.append((person_id, right))
        if self.people[person_id][1] == pin:
            return PinChecked(True, (PinAccepted(person_id, HERE),), Approved(person_id, right, str(act)))
        return PinChecked(False, (PinRefused(person_id, HERE, b"", 0),))
