"""`packbay mails`: what customers were told, what waits, what a person must decide; and whether mails go at all."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from app.cli.base import Commands, central, command_of
from app.clock import SystemClock
from app.db import central_write, reading
from app.errors import Problem, Refused
from app.notifiers.base import EVENTS, LANGUAGES, Rejected, Taken
from app.settings import home
from app.text import say
from app.tracking.queries import MailRow, mails, mails_by_state, sample_letter
from app.tracking.service import drop_mails, opt_out, retry_mails, send_mails, send_trial

STATES = ("intent", "sent", "confirmed", "refused", "unknown", "dropped")


def add(commands: Commands) -> None:
    """Adds `mails`."""
    group = commands.add_parser("mails", help="what customers are told: list, test, retry, opt out")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    listed = command_of(acts, "list", "mails, the newest first", _list)
    listed.add_argument("--state", default="", choices=("", *STATES))
    listed.add_argument("--limit", type=int, default=None, help="how many at most")
    tried = command_of(acts, "test", "send one mail now, to see whether mails go at all", _test)
    tried.add_argument("address", metavar="ADDRESS")
    again = command_of(acts, "retry", "send mails again, with the ids that they had", _retry)
    again.add_argument("ids", nargs="*", metavar="ID", help="or the beginning of it; without one --state says which")
    again.add_argument("--state", action="append", choices=("intent", "refused", "unknown", "dropped"), default=None)
    command_of(acts, "send", "send what is due now, once; a running kiosk does so by itself", _send)
    dropped = command_of(acts, "drop", "drop mails that wait and are older than a moment", _drop)
    dropped.add_argument("--before", type=_moment, required=True, metavar="MOMENT", help="ISO 8601")
    out = command_of(acts, "optout", "write to this address no more", _opt_out)
    out.add_argument("address", metavar="ADDRESS")
    out.add_argument("--undo", action="store_true", help="write to it again")
    shown = command_of(acts, "preview", "every text in every language as files, the site's own included", _preview)
    shown.add_argument("--out", type=Path, default=Path("out/mails"), help="the folder for them")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.astimezone()


def _list(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        rows = mails(session, state=options.state, limit=options.limit)
        counts = mails_by_state(session)
    if options.json:
        print(json.dumps({"mails": [_row_json(row) for row in rows], "by_state": counts}, ensure_ascii=False))
        return 0
    for row in rows:
        when = row.done_at or row.next_at or row.made_at
        said = f"  {row.said}" if row.said else ""
        print(
            f"{row.id.hex()}  {row.state:<9} {when:%Y-%m-%d %H:%M}  {row.event:<9} order {row.order_number:<12} "
            f"{row.to or '-'}{said}"
        )
    print(", ".join(f"{n} {state}" for state, n in counts.items()) or "no mails")
    return 0


def _row_json(row: MailRow) -> dict[str, object]:
    return {
        "id": row.id.hex(), "order": row.order_number, "event": row.event, "state": row.state, "to": row.to,
        "attempts": row.attempts, "made_at": row.made_at.isoformat(),
        "next_at": row.next_at.isoformat() if row.next_at else None,
        "done_at": row.done_at.isoformat() if row.done_at else None, "said": row.said,
    }  # fmt: skip


def _test(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        now = SystemClock().now()
        outcome = send_trial(session, root=home(options.home).root, address=options.address, now=now)
    if not isinstance(outcome, Taken):
        refused = say("The server refused it") if isinstance(outcome, Rejected) else say("It did not go")
        raise Refused(Problem("TrialFailed", say("{what}: {said}", what=refused, said=outcome.reply)))
    print(json.dumps({"sent": True, "said": outcome.reply}) if options.json else f"sent: {outcome.reply}")
    return 0


def _retry(options: Any) -> int:
    states = tuple(options.state or ("intent",))
    with central(options) as database, central_write(database) as session:
        n = retry_mails(session, names=options.ids, states=states, now=SystemClock().now())
    return _say(options, n, "due now")


def _send(options: Any) -> int:
    with central(options) as database:
        n = send_mails(database, SystemClock(), home(options.home))
        with reading(database) as session:
            counts = mails_by_state(session)
    if options.json:
        print(json.dumps({"mails": n, "by_state": counts}))
    else:
        print(f"{n} mails moved: {', '.join(f'{c} {state}' for state, c in counts.items()) or 'none there'}")
    return 0


def _drop(options: Any) -> int:
    with central(options) as database, central_write(database) as session:
        n = drop_mails(session, before=options.before, now=SystemClock().now())
    return _say(options, n, "dropped")


def _say(options: Any, n: int, word: str) -> int:
    print(json.dumps({"mails": n}) if options.json else f"{n} mails {word}")
    return 0


def _opt_out(options: Any) -> int:
    with central(options) as database, central_write(database) as session:
        moved = opt_out(session, address=options.address, now=SystemClock().now(), wanted=options.undo)
    if options.json:
        print(json.dumps({"changed": moved, "opted_out": not options.undo}))
    else:
        print("it is written to again" if options.undo else "it is written to no more")
    return 0


def _preview(options: Any) -> int:
    """Exit status 1 when a text of the site's own is broken; it is named, and the file shows what goes out instead."""
    from app.notifiers.base.words import in_words

    options.out.mkdir(parents=True, exist_ok=True)
    broken: dict[str, str] = {}
    with central(options) as database, reading(database) as session:
        for event in EVENTS:
            for language in LANGUAGES:
                words = in_words(sample_letter(session, event, language), home(options.home).root / "mails")
                broken |= dict(words.broken)
                stem = options.out / f"{event}.{language}"
                stem.with_name(f"{stem.name}.txt").write_text(f"{words.subject}\n\n{words.text}", encoding="utf-8")
                stem.with_name(f"{stem.name}.html").write_text(words.page, encoding="utf-8")
    if options.json:
        print(json.dumps({"out": str(options.out), "broken": broken}, ensure_ascii=False))
    else:
        print(f"{len(EVENTS) * len(LANGUAGES)} mails in {options.out}")
        for name, why in broken.items():
            print(f"  mails/{name} is broken, ours is used: {why}")
    return 1 if broken else 0
