"""`packbay central exceptions`: what central set aside and what it was told of streams and clocks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.cli.base import central
from app.db import central_write, reading
from app.errors import Problem, Refused
from app.floor.service.aside import as_json, looked_at, put_aside, try_again, waiting
from app.text import say


def arguments(command: Any) -> None:
    """The options of the command: what to do with which one; without any it lists."""
    command.add_argument("--again", metavar="ID", help="try this record once more, and those of its stream before it")
    command.add_argument("--drop", metavar="ID", help="put this record aside for good; needs --why")
    command.add_argument("--seen", metavar="ID", help="it was looked at: do not show it any more")
    command.add_argument("--why", default="", metavar="WORDS", help="why a record is put aside")


def run(options: Any) -> int:
    """Lists, or does one act; 2 when there is no such thing."""
    now = datetime.now(UTC)
    with central(options) as database:
        if options.drop and not options.why:
            raise Refused(Problem("NoReason", say("A record is put aside with a reason"), do=(say("Say it: --why"),)))
        with central_write(database) as session:
            if options.again:
                _must_be_there(try_again(session, _id(options.again)))
            if options.drop:
                _must_be_there(put_aside(session, _id(options.drop), person_id=None, why=options.why, now=now))
            if options.seen:
                _must_be_there(looked_at(session, _id(options.seen), now=now))
        with reading(database) as session:
            rows, unseen = waiting(session)
    if options.json:
        print(as_json(rows))
        return 0
    for row in rows:
        print(f"{row['id']}  {row['at'][:16]}  {row['status'] or row['sort']:<10} {row['kind']:<16} {row['station']}")
        print(f"    {row['reason']}")
    print(f"{len(rows) + unseen} wait for a person" if rows else "Central could do everything.")
    return 0


def _must_be_there(was_there: bool) -> None:
    if not was_there:
        raise Refused(Problem("NotThere", say("Nothing of that id waits"), do=(say("List them first"),)))


def _id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Refused(Problem("NotThere", say("{id} is no id", id=text))) from None
