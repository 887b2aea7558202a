"""`packbay central verify`: whether history is what the stations wrote (docs/floor.md)."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.cli.admin import refused
from app.cli.base import Commands, central, command_of
from app.db import reading
from app.inventory.queries import differences
from app.sync.verifying import Altered, Verified, compare, heads_text, verify
from app.text import say, verbatim


def add_verify(acts: Commands) -> None:
    """Adds `verify`."""
    verified = command_of(
        acts, "verify", "checks every chain of facts and names the first altered row of each", _verify
    )
    verified.add_argument("--heads", type=Path, metavar="FILE", help="write the chains' heads: keep them elsewhere")
    verified.add_argument("--against", type=Path, metavar="FILE", help="compare with heads that were written before")


def _verify(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        found = verify(session, _bar(options))
        wrong = list(found.altered)
        if options.against:
            wrong += _against(session, options.against)
        places = len(differences(session))
    if options.heads:
        options.heads.write_text(heads_text(found.heads), encoding="utf-8")
    _tell(options, found, wrong, places)
    return 1 if wrong or places else 0


def _against(session: Any, file: Path) -> list[Altered]:
    try:
        return list(compare(session, file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise refused(say("{file} holds no heads", file=str(file)), why=verbatim(str(error))) from None


def _tell(options: Any, found: Verified, wrong: list[Altered], places: int) -> None:
    if options.json:
        said = {"facts": found.facts, "streams": len(found.heads), "altered": [asdict(one) for one in wrong]}
        print(json.dumps(said | {"ledger_differs": places}))
        return
    print(f"{found.facts:,} facts in {len(found.heads)} streams")
    for one in wrong:
        print(f"ALTERED {one.station}, stream {one.incarnation}, number {one.seq}: {one.what}")
    if places:
        print(f"On hand is not the sum of the ledger in {places} places: packbay stock verify names them")
    if not wrong and not places:
        print("History is what the stations wrote, and on hand is the sum of the ledger")


def _bar(options: Any) -> Any:
    shown = sys.stderr.isatty() and not options.json

    def tick(done: int) -> None:
        if shown:
            print(f"\r{done:>14,} facts", end="", file=sys.stderr, flush=True)

    return tick
