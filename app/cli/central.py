"""`packbay central`: central on PostgreSQL, for whoever administers the server (docs/floor.md)."""

from __future__ import annotations

import json
from typing import Any

from app.cli import exceptions
from app.cli.admin import add_url, keep_server, refused, server_of, told
from app.cli.base import Commands, central, command_of
from app.cli.dumps import add_dumps
from app.cli.history import add_verify
from app.cli.moving import add_move
from app.clock import SystemClock
from app.db import reading
from app.db.founding import found
from app.settings import Home, home
from app.sync.standing import CentralStanding, standing
from app.text import say


def add(commands: Commands) -> None:
    """Adds `central`."""
    group = commands.add_parser("central", help="central on PostgreSQL: make it, bring it up to date, see how it is")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    made = command_of(acts, "init", "makes central in an empty database of a PostgreSQL server", _init)
    add_url(made)
    newer = command_of(acts, "upgrade", "brings central's tables and rights up to this program", _upgrade)
    add_url(newer)
    add_move(acts)
    add_dumps(acts)
    add_verify(acts)
    command_of(acts, "status", "stations, backlog, feed and what waits for a person", _status)
    waits = command_of(acts, "exceptions", "what central set aside, and what it was told of streams", exceptions.run)
    exceptions.arguments(waits)


def _init(options: Any) -> int:
    place = home(options.home)
    if place.server_file.exists():
        raise refused(
            say("This home belongs to a server already ({file})", file=str(place.server_file)),
            do=(say("To renew it: packbay central upgrade"), say("For another one: use a home of its own")),
            unchanged=say("Nothing was made"),
        )
    admin = server_of(options)
    with told(admin):
        founded = found(admin)
    assert founded.worker is not None
    kept = keep_server(place, founded.worker)
    if options.json:
        print(json.dumps({"database": admin.database, "worker": founded.worker.user, "server_file": str(kept),
                          "large_objects_closed": founded.large_objects_closed}))  # fmt: skip
        return 0
    print(f"Central is made in {admin.database}. The worker's way in is in {kept} (for this user alone).")
    _about_large_objects(founded.large_objects_closed)
    print('Next: start `packbay worker`, and invite stations: packbay station invite --name "Pack 01"')
    return 0


def _upgrade(options: Any) -> int:
    admin = server_of(options)
    with told(admin):
        founded = found(admin, renew=False)
    if options.json:
        print(json.dumps({"database": admin.database, "large_objects_closed": founded.large_objects_closed}))
        return 0
    print(f"{admin.database} is as this program needs it.")
    _about_large_objects(founded.large_objects_closed)
    return 0


def _about_large_objects(closed: bool) -> None:
    if not closed:
        print("Only a superuser can take large objects from everybody: docs/floor.md has the statement.")


# ---- status ---------------------------------------------------------------------------------------------------------


def _status(options: Any) -> int:
    place: Home = home(options.home)
    with central(options) as database, reading(database) as session:
        found = standing(session, SystemClock().now())
        where = database.where
    if options.json:
        print(json.dumps({"central": where} | found.summary()))
        return 0
    print(f"central  {where}" + ("" if place.server() else " (one machine)"))
    _print(found)
    return 0


def _print(found: CentralStanding) -> None:
    print(f"feed     {found.feed_rows:,} rows, head {found.feed_head:,}; facts {found.facts:,}")
    backup = "never" if found.backup_age_s is None else f"{found.backup_age_s // 3600} h ago"
    print(f"backup   {backup}")
    print(f"waits    {found.backlog:,} facts to apply, {found.open_asks} questions, {found.exceptions} exceptions")
    print(f"{'station':<12} {'name':<20} {'seen':>10} {'program':>10} {'to apply':>9} {'clock':>9}  state")
    for one in found.stations:
        seen = "never" if one.seen_s is None else f"{one.seen_s} s ago"
        clock = f"{one.clock_offset_ms / 1000:+.1f} s"
        line = f"{one.code:<12} {one.name:<20} {seen:>10} {one.program or '-':>10} {one.backlog:>9,} {clock:>9}"
        print(f"{line}  {one.state}")
