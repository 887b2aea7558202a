"""Several people on one floor: a tote is in one pair of hands at a time, whatever any screen says."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ui.shift.person import Person

AT_REST = frozenset(("home", "pack.closed"))
"""Screens on which the next tote begins another task."""
LOOK_S, FIRST_DAY_S = 0.4, 120.0


class Totes:
    """Where totes really are: free and empty, in somebody's hands, or standing with goods in them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: dict[str, str] = {}
        self._full: set[str] = set()

    def take_full(self, code: str, who: str) -> bool:
        """Takes a tote with goods in it; False when somebody else has it in hand, or nobody has put it down yet."""
        with self._lock:
            if self._holder.get(code, who) != who or code not in self._full:
                return False
            self._holder[code] = who
            return True

    def take_empty(self, codes: Sequence[str], who: str) -> str | None:
        """Takes the first of these totes that is free and empty."""
        with self._lock:
            for code in codes:
                if code not in self._holder and code not in self._full:
                    self._holder[code] = who
                    self._full.add(code)  # from now on there may be something in it
                    return code
            return None

    def grab(self, code: str, who: str) -> bool:
        """Takes this very tote, which the task in hand asks for; False when somebody else has it."""
        with self._lock:
            if self._holder.get(code, who) != who:
                return False
            self._holder[code] = who
            self._full.add(code)
            return True

    def put_down(self, who: str, is_empty: Callable[[str], bool]) -> None:
        """This person has free hands again; `is_empty` says of each tote whether there was nothing left in it."""
        with self._lock:
            for code in [code for code, holder in self._holder.items() if holder == who]:
                del self._holder[code]
                if is_empty(code):
                    self._full.discard(code)


class CrewMember(Person):
    """One of several people. Goes home when the whole floor has nothing left to do (`over`)."""

    def __init__(self, totes: Totes, station_file: Path, over: Callable[[], bool], **how: Any) -> None:
        super().__init__(**how)
        self._totes, self._file, self._over = totes, station_file, over
        self.who = str(how["badge"])

    def sign_in(self) -> None:
        """Waits until the station knows who works here: on its first day it has to hear of everybody first."""
        end = time.monotonic() + FIRST_DAY_S
        while not self._rows(f"SELECT 1 FROM code c JOIN person p ON p.id = c.subject WHERE c.value = '{self.badge}'"):
            if time.monotonic() > end:
                raise TimeoutError(f"the station did not hear of badge {self.badge}")
            time.sleep(LOOK_S)
        super().sign_in()

    def work_together(self, restart_after: int | None) -> None:
        """Until nothing is left anywhere. `restart_after`: pull the plug once, after so many closed boxes."""
        while True:
            view = self.station.view
            if not self._look(view):
                if view["kind"] in AT_REST and self._over():
                    return
                self.station.wait_calm(LOOK_S)
            if restart_after is not None and self.done.orders >= restart_after and view["kind"].startswith("pick"):
                restart_after = None
                self._count("restart")
                self.station.restart()

    def _work_on(self, kind: str, wanted: list[dict[str, Any]]) -> bool:
        if kind not in AT_REST:
            tote = next((w["code"] for w in wanted[:1] if w["kind"] == "tote"), None)
            return (tote is None or self._totes.grab(tote, self.who)) and super()._work_on(kind, wanted)
        self._totes.put_down(self.who, self._is_empty)
        for code in [w["code"] for w in wanted if w["kind"] == "tote"]:
            if self._totes.take_full(code, self.who):
                return self.scan(code)
        code = self._totes.take_empty(self._free(), self.who) if self._there_is_work() else None
        if code is None:
            return False
        self.scan(code)
        return self.station.wait_calm(LOOK_S)["kind"] not in AT_REST  # else there was nothing to pick just now

    def _free(self) -> list[str]:
        """Totes that are free by the books and (so says `Totes`) on the floor; everybody begins at another place."""
        sql = "SELECT c.value FROM code c JOIN tote t ON t.id = c.subject WHERE c.kind = 'tote' AND t.state = 'free'"
        found = sorted(code for (code,) in self._rows(sql))
        self.random.shuffle(found)
        return found

    def _is_empty(self, code: str) -> bool:
        """Whether a tote out of these very hands is free by the books of this station: they know what was done here."""
        sql = f"SELECT t.state FROM code c JOIN tote t ON t.id = c.subject WHERE c.value = '{code}' AND c.kind = 'tote'"
        return [state for (state,) in self._rows(sql)] == ["free"]

    def _there_is_work(self) -> bool:
        return bool(self._rows("SELECT 1 FROM order_brief WHERE state IN ('released', 'picking') LIMIT 1"))

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a person sees who looks around: this station's own picture of the floor."""
        with closing(sqlite3.connect(f"{self._file.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()
