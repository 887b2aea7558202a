"""`packbay people`: list, PINs, badges, who leaves."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Any

from app.cli.base import Commands, central, command_of
from app.clock import SystemClock
from app.db import central_write, reading
from app.errors import Problem, Refused
from app.settings import home
from app.text import say
from app.work.service.pepper import make_pepper, pepper_of
from app.work.service.staff import (
    leave,
    new_badge,
    pins_kept,
    remove_pin,
    set_pin,
    staff_list,
    unlock,
    unlock_stations,
)


def add(commands: Commands) -> None:
    """Adds `people`."""
    group = commands.add_parser("people", help="people: list, PINs, badges, who leaves")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    command_of(acts, "list", "who works here, who has a PIN, who typed wrong ones", _list)
    pin = command_of(acts, "pin", "sets the PIN of somebody who may approve (asked twice, never shown)", _pin)
    pin.add_argument("staff_number", metavar="STAFF_NUMBER")
    pin.add_argument("--remove", action="store_true", help="take the PIN away")
    pin.add_argument("--stdin", action="store_true", help="read the PIN from the first line of stdin: for scripts")
    unlocked = command_of(
        acts, "unlock", "forgets wrong PINs: of a person, or with --stations of all stations", _unlock
    )
    unlocked.add_argument("staff_number", metavar="STAFF_NUMBER", nargs="?")
    unlocked.add_argument("--stations", action="store_true", help="let all stations take PINs again")
    badge = command_of(acts, "badge", "gives somebody a new random badge; the old ones mean nothing then", _badge)
    badge.add_argument("staff_number", metavar="STAFF_NUMBER")
    badge.add_argument("--new", action="store_true", required=True, help="say that the old badges shall go")
    left = command_of(acts, "leave", "somebody leaves: no sign-in, PIN and badges gone", _leave)
    left.add_argument("staff_number", metavar="STAFF_NUMBER")


def _list(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        rows = staff_list(session)
    if options.json:
        names = ("staff_number", "name", "role", "language", "active", "has_pin", "badges", "failures")
        told = [
            {n: getattr(r, n) for n in names} | {"locked_until": r.locked_until and r.locked_until.isoformat()}
            for r in rows
        ]
        print(json.dumps({"people": told}, ensure_ascii=False))
        return 0
    for r in rows:
        marks = ["PIN" if r.has_pin else "no PIN", f"{r.badges} badges"]
        marks += [f"{r.failures} wrong PINs"] if r.failures else []
        marks += [] if r.active else ["left"]
        print(f"{r.staff_number:<10} {r.name:<28} {r.role:<9} {r.language:<3} {', '.join(marks)}")
    return 0


def _pin(options: Any) -> int:
    number, now = options.staff_number, SystemClock().now()
    if options.remove:
        with central(options) as database, central_write(database) as session:
            there = remove_pin(session, staff_number=number, now=now)
        return _done(options, number, "The PIN is removed" if there else "There was no PIN")
    place = home(options.home).make()
    with central(options) as database:
        with reading(database) as session:
            kept = pins_kept(session)
        if kept and pepper_of(place) is None:
            raise _pepper_is_gone(str(place.pepper_file))
        pin = _pin_from_stdin() if options.stdin else _pin_by_hand()
        with central_write(database) as session:
            set_pin(session, make_pepper(place), staff_number=number, pin=pin, now=now)
    return _done(options, number, "The PIN is set")


def _pepper_is_gone(path: str) -> Refused:
    """A new key would make every PIN that is set already wrong for ever: said, never done by the way."""
    return Refused(
        Problem(
            name="PepperGone",
            what=say("The key of the PINs is missing: {path}", path=path),
            why=say("PINs were set with it."),
            do=(say("Put it back from the backup, or remove all PINs first (packbay people pin --remove)"),),
            unchanged=say("Nothing was changed."),
        )
    )


def _pin_from_stdin() -> str:
    return sys.stdin.readline().strip()


def _pin_by_hand() -> str:
    if not sys.stdin.isatty():
        raise _no_pin("There is no terminal to ask at: use --stdin")
    first = getpass.getpass("New PIN, six digits: ")
    if getpass.getpass("Once more: ") != first:
        raise _no_pin("The two were not the same")
    return first


def _no_pin(words: str) -> Refused:
    return Refused(Problem(name="NoPin", what=say("{words}", words=words), unchanged=say("Nothing was changed.")))


def _unlock(options: Any) -> int:
    if bool(options.staff_number) == bool(options.stations):
        raise _no_pin("Give a staff number, or --stations")
    with central(options) as database, central_write(database) as session:
        now = SystemClock().now()
        if options.stations:
            number = unlock_stations(session, now=now)
            return _done(options, "", f"{number} stations take PINs again")
        unlock(session, staff_number=options.staff_number, now=now)
    return _done(options, options.staff_number, "PINs are taken again")


def _badge(options: Any) -> int:
    with central(options) as database, central_write(database) as session:
        code = new_badge(session, staff_number=options.staff_number, now=SystemClock().now())
    return _done(options, options.staff_number, "The new badge (packbay labels badges prints it)", code=code)


def _leave(options: Any) -> int:
    with central(options) as database, central_write(database) as session:
        leave(session, staff_number=options.staff_number, now=SystemClock().now())
    return _done(options, options.staff_number, "Left: no sign-in, PIN and badges are gone")


def _done(options: Any, number: str, words: str, **more: str) -> int:
    if options.json:
        print(json.dumps({"staff_number": number, "done": words, **more}, ensure_ascii=False))
    else:
        print(": ".join(part for part in (number, words, *more.values()) if part))
    return 0
