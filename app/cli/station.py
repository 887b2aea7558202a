"""`packbay station`: which stations there are, how one comes in and how it is sent away (docs/floor.md)."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Any
from urllib.parse import urlsplit

from app.cli.admin import add_url, keep_server, refused, server_of
from app.cli.base import Commands, central, command_of
from app.clock import SystemClock
from app.db import Database, central_write, reading
from app.db.door import MINUTES, Shut, invite, join, plain_code
from app.db.rights import Roles
from app.settings import Home, home
from app.sync.standing import send_away, standing
from app.text import say, verbatim


def add(commands: Commands) -> None:
    """Adds `station`."""
    group = commands.add_parser("station", help="stations of a floor: invite, join, list, revoke")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    asked = command_of(acts, "invite", "a one-time code by which a new station joins", _invite)
    asked.add_argument("--name", required=True, help='as people say it: "Pack 02"')
    asked.add_argument("--code", help="as on its label: PACK02 (default: the name without blanks, in capitals)")
    asked.add_argument("--minutes", type=int, default=MINUTES, help="how long the code is good (default %(default)s)")
    joined = command_of(acts, "join", "joins this machine as a station; asks for the one-time code", _join)
    add_url(joined, "")
    joined.add_argument("--name", required=True, help="as it was invited")
    joined.add_argument("--code", help="as it was invited")
    gone = command_of(acts, "revoke", "sends a station away: no login, connections ended", _revoke)
    gone.add_argument("code", metavar="CODE")
    command_of(acts, "list", "which stations there are", _list)


def code_of(options: Any) -> str:
    """The station's code; from its name where none is said."""
    code = options.code or "".join(c for c in options.name.upper() if c.isalnum())
    if not code:
        raise refused(say("A station needs a code of letters and figures"), do=(say("Say it by --code"),))
    return str(code)


def _invite(options: Any) -> int:
    code = code_of(options)
    with central(options) as database:
        roles = _roles(database)
        with central_write(database) as session:
            try:
                once = invite(session, roles, code, options.name, minutes=options.minutes)
            except Shut as error:
                raise refused(say("{code} is not invited", code=code), why=verbatim(str(error))) from None
        server = home(options.home).server()
    assert server is not None
    url = server.typed()
    if options.json:
        print(json.dumps({"code": code, "name": options.name, "one_time_code": once, "minutes": options.minutes}))
        return 0
    print(f"One-time code for {options.name} ({code}), good for {options.minutes} minutes and once:\n\n    {once}\n")
    print(f"On that machine:\n\n    packbay station join '{url}?sslrootcert=CA.pem' --name \"{options.name}\"")
    return 0


def _roles(database: Database) -> Roles:
    if not database.is_server:
        raise refused(
            say("This home has its central in a file: nobody else can join it"),
            do=(say("packbay central move URL lifts it onto a server"),),
        )
    return Roles(database.where.rpartition("/")[2])


def _join(options: Any) -> int:
    place: Home = home(options.home)
    if place.server_file.exists():
        raise refused(
            say("This home has joined already ({file})", file=str(place.server_file)),
            do=(say("Use a home of its own, or take that file away first"),), unchanged=say("Nothing was changed"),
        )  # fmt: skip
    code, once = code_of(options), _one_time_code(options)
    server = server_of(options, secret=once, user=_login(options.url, code))
    try:
        joined = join(server, once)
    except Shut as error:
        raise refused(
            say("{name} has not joined", name=options.name), why=verbatim(str(error)),
            do=(say("Ask for a new one-time code: packbay station invite"),), unchanged=say("Nothing was changed"),
        ) from None  # fmt: skip
    mine, code, name = joined.server, joined.code, joined.name
    kept = keep_server(place, mine)
    if not place.config_file.exists():
        said = {"code": code, "name": name}
        lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in said.items())
        place.config_file.write_text("[station]\n" + "".join(lines), encoding="utf-8")
    if options.json:
        print(json.dumps({"code": code, "name": name, "server_file": str(kept), "tls": joined.tls}))
        return 0
    print(f"{name} ({code}) has joined {mine.database} at {mine.host}. Its way in is in {kept} (for this user alone).")
    print(f"The line is hidden from others: {joined.tls}" if joined.tls else "The line is NOT hidden from others.")
    print("Next: packbay doctor, then packbay")
    return 0


def _login(url: str, code: str) -> str:
    """The role of the station with this code in the database that the URL names."""
    try:
        return Roles(urlsplit(url).path.strip("/")).login_of(code)
    except ValueError as error:
        raise refused(say("This address can't be used: {why}", why=str(error))) from None


def _one_time_code(options: Any) -> str:
    typed = getpass.getpass("One-time code: ") if sys.stdin.isatty() else sys.stdin.readline()
    try:
        return plain_code(typed)
    except Shut as error:
        raise refused(say("This is no one-time code"), why=verbatim(str(error))) from None


def _revoke(options: Any) -> int:
    now = SystemClock().now()
    with central(options) as database:
        _roles(database)
        with central_write(database) as session:
            try:
                ended = send_away(session, options.code, now)
            except Shut as error:
                raise refused(say("{code} is not sent away", code=options.code), why=verbatim(str(error))) from None
    if options.json:
        print(json.dumps({"code": options.code, "connections_ended": ended}))
        return 0
    print(f"{options.code} is sent away: it can't log in any more, {ended} of its connections were ended.")
    return 0


def _list(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        found = standing(session, SystemClock().now())
    if options.json:
        print(json.dumps({"stations": found.summary()["stations"]}))
        return 0
    for one in found.stations:
        print(f"{one.code:<12} {one.name:<24} {one.state}")
    return 0
