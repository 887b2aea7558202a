"""A mail as it is given away, and what became of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Protocol

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_SPECIAL = frozenset('()<>[]:;@\\,"')
_HEADERS = (
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
    "Content-Language", "MIME-Version", "Content-Type",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one address. `message_id` ("<…@…>") is fixed before the first try and never changes.

    Addresses are plain ASCII as `postal` gives them; names and texts may be anything.
    """

    message_id: str
    at: datetime
    sender: str
    sender_name: str
    to: str
    to_name: str
    subject: str
    text: str
    page: str
    language: str = "en"
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The server has it and answers for it; `reply` is what it said."""

    reply: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """This mail will never be taken."""

    reply: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """Nothing was given away; later it may work. `for_all`: it is no fault of this mail, the next would fail too."""

    reply: str
    for_all: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """Everything was given away and no answer came: it may have been taken or not."""

    reply: str


Outcome = Taken | Rejected | Postponed | Unclear


class Notifier(Protocol):
    """A way to give mails away. One module of `app.notifiers` each, with `make(table, folder) -> Notifier`."""

    def send(self, message: Message) -> Outcome:
        """Gives one mail away; never raises for what a server, a network or an address does."""


def postal(address: str) -> str:
    """An address as it may stand in an envelope, "" when it is none: one mailbox, ASCII, the domain in lower case.

    International domains are taken in their ASCII form (RFC 5891); mailboxes beyond ASCII need servers that few have.
    """
    mailbox, _, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        return ""
    found = f"{mailbox}@{domain}"
    sound = _ADDRESS.fullmatch(found) is not None and len(found) <= 254 and ".." not in found
    return found if sound and not (mailbox.startswith(".") or mailbox.endswith(".")) else ""


def masked(address: str) -> str:
    """An address as it may stand in a story: "j***@example.org"."""
    mailbox, at, domain = address.partition("@")
    return f"{mailbox[:1]}***{at}{domain}"


def display_name(name: str) -> str:
    """A name as it may stand before an address: without what has a meaning there (RFC 5322, 3.2.3), 60 signs at most.

    Python folds a long quoted name such that it can be read as two addresses; a name that needs no quotes is safe.
    """
    return " ".join("".join(" " if c in _SPECIAL else c for c in name).split())[:60].strip()


def mime(message: Message) -> bytes:
    """The mail as bytes with CR LF: text and page, quoted-printable, the same bytes each time.

    ValueError when anything but the headers meant here would stand at its top.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name(message.sender_name), addr_spec=message.sender)
    mail["To"] = Address(display_name(message.to_name), addr_spec=message.to)
    if message.reply_to:
        mail["Reply-To"] = message.reply_to
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.page, subtype="html", cte="quoted-printable")
    mail["Content-Language"] = message.language
    mail.set_boundary("=_" + sha256(message.message_id.encode()).hexdigest()[:32])
    data = bytes(mail)
    found = BytesHeaderParser(policy=SMTP).parsebytes(data).keys()
    if sorted(found) != sorted(h for h in _HEADERS if h != "Reply-To" or message.reply_to):
        raise ValueError(f"a mail with the headers {', '.join(found)} is not sent")
    return data
