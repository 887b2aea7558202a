"""Run under strace by a test: scans, acknowledgements and looks, each between marks that the trace shows.

Usage: python scans_to_be_traced.py FOLDER SCANS
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from app.clock import FakeClock
from app.db import open_database
from app.events import BinRead
from app.ids import BinId, stable_id
from app.picking.facts import BinProved
from app.sync.keeper import Keeper
from app.sync.station import Cause
from app.sync.wire import Mark

PLACE = BinId(stable_id("bin", "B1"))
AT = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)
NULL = os.open("/dev/null", os.O_WRONLY)


def mark(words: str) -> None:
    os.write(NULL, words.encode())


def scan(keeper: Keeper, number: int, *, refused: bool = False) -> None:
    """What a scan writes: its fact, the outbox row, the line of the flight recorder, in one transaction."""
    with keeper.act() as transaction:
        cause = Cause(at=AT, task_id=PLACE, group=transaction.next_group(), device="gun", scan_number=number)
        if not refused:
            transaction.record((BinProved(PLACE),), cause)
        read = BinRead(text="LB1C", at=AT, mono_ns=number, device="gun", number=number, bin_id=PLACE)
        outcome = "refused" if refused else "accepted"
        transaction.log_read(read, outcome=outcome, reason="", workflow="pick", handled_us=1)


def main(folder: str, scans: int) -> None:
    keeper = Keeper(open_database(Path(folder) / "station.sqlite", "station"), FakeClock(), "PICK01", "Pick 01")
    for number in range(1, scans + 1):
        mark(f"scan {number}")
        scan(keeper, number, refused=number % 5 == 0)
        mark("between")
    out = keeper.outgoing()
    for fact in out.facts[:50]:
        mark("relaxed")
        with keeper.act(relaxed=True) as transaction:
            transaction.arrive(Mark(fact.seq, fact.chain), (), None)
        mark("between")
    for _ in range(20):
        mark("look")
        keeper.outgoing()
        keeper.kept()
        mark("between")
    mark("end")
    keeper.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
