"""`[mail]` in central.toml: how this site gives mails away. Read with care: what is wrong is named, nothing is guessed.

Secrets never stand in it: it names a file that only its owner can read.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path

from app.errors import Problem, Refused
from app.notifiers.base.message import postal
from app.text import say

FILE = "central.toml"
_MOST = 4096


class BadMailConfig(Refused):
    """`[mail]` can't be used as it stands. Mails wait until it can."""


def bad(why: str) -> BadMailConfig:
    """A refusal that says what is wrong in central.toml."""
    what = say("[mail] in {file}: {why}", file=FILE, why=why)
    do = (say("Mend it: docs/mails.md describes every line"), say("Then: packbay mails test ADDRESS"))
    return BadMailConfig(Problem("BadMailConfig", what, do=do, unchanged=say("No mail was sent; all wait.")))


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of `[mail]`; each is asked for once, and `done` names those that nobody asked for."""

    lines: Mapping[str, object]
    asked: set[str] = field(default_factory=set)

    def text(self, name: str, default: str = "", *, allowed: tuple[str, ...] = ()) -> str:
        """A text; "" or the default where there is none."""
        self.asked.add(name)
        value = self.lines.get(name, default)
        if not isinstance(value, str) or any(ord(c) < 32 for c in value):
            raise bad(f"{name} must be a text in quotes")
        if allowed and value not in allowed:
            raise bad(f"{name} is {value!r}; it may be {', '.join(allowed)}")
        return value

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number."""
        self.asked.add(name)
        value = self.lines.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise bad(f"{name} must be a whole number from {least} to {most}")
        return value

    def done(self) -> None:
        """Refuses lines that mean nothing: a misspelt one must not be passed over."""
        strange = sorted(set(self.lines) - self.asked)
        if strange:
            raise bad(f"{strange[0]} is not known; known are {', '.join(sorted(self.asked))}")


@dataclass(frozen=True, slots=True)
class MailConfig:
    """What all ways have in common; `table` has the lines of the chosen way. Addresses are as `postal` gives them."""

    way: str
    sender: str
    sender_name: str
    reply_to: str
    table: Table

    @property
    def domain(self) -> str:
        """Ours, for the ids of mails."""
        return self.sender.rpartition("@")[2]


def read_config(folder: Path) -> MailConfig | None:
    """`[mail]` of a home's central.toml; None without one. Raises `BadMailConfig`."""
    try:
        values = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise bad(f"the file can't be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise bad(f"it is no TOML ({error})") from None
    mail = values.get("mail")
    if mail is None:
        return None
    if not isinstance(mail, dict):
        raise bad("it must be a table")
    return _config(Table(mail))


def _config(table: Table) -> MailConfig:
    name, address = parseaddr(table.text("from"))
    sender = postal(address)
    if not sender:
        raise bad("from must be the address that mails come from, such as hello@example.org")
    reply = table.text("reply_to")
    if reply and not postal(reply):
        raise bad("reply_to is not an address")
    return MailConfig(table.text("way", "smtp"), sender, name, postal(reply) if reply else "", table)


def read_secret(path: Path) -> str:
    """The first line of a file that only its owner can read. Raises `BadMailConfig`; the secret is in no message."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            data = file.read(_MOST + 1)
    except OSError as error:
        raise bad(f"password_file {path.name} can't be read ({error.strerror})") from None
    if not stat.S_ISREG(found.st_mode) or found.st_uid not in (os.geteuid(), 0):
        raise bad(f"password_file {path.name} must be a file of this user")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise bad(f"password_file {path.name} can be read by others: chmod 600 {path.name}")
    try:
        secret = data.decode().splitlines()[0].rstrip() if len(data) <= _MOST else ""
    except (UnicodeDecodeError, IndexError):
        secret = ""
    if not secret:
        raise bad(f"password_file {path.name} holds no password in its first line")
    return secret
