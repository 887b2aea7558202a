"""Mails by SMTP (RFC 5321), over TLS (RFC 3207, RFC 8314) to a server whose certificate is checked, always.

What an answer means depends on when it comes. Until the final dot is on its way the server has promised nothing, so
whatever goes wrong is only postponed; from the dot on, until its answer is here, nobody can know.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.notifiers.base import (
    BadMailConfig,
    Message,
    Outcome,
    Postponed,
    Rejected,
    Table,
    Taken,
    Unclear,
    bad,
    mime,
    read_secret,
)

PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none-for-development": 25}
ANSWER_SECONDS = 60
"""How long the answer to a whole mail may take at least: servers look for spam before they give it."""
_DOTS = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails are given away. `seconds` is how long each step may take; the whole takes twice that and a minute."""

    host: str
    port: int
    security: str
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    seconds: int = 20
    hello: str = "[127.0.0.1]"


@dataclass(frozen=True, slots=True)
class Smtp:
    """See the module's docstring."""

    server: Server

    def send(self, message: Message) -> Outcome:
        try:
            data = mime(message)
        except ValueError as error:
            return Rejected(f"it can't be written as a mail: {error}")
        try:
            with self._line() as line:
                return _give(line, message, data, max(self.server.seconds, ANSWER_SECONDS))
        except BadMailConfig as error:
            return Postponed(str(error.problem.what), for_all=True)
        except (OSError, smtplib.SMTPException) as error:
            return Postponed(_words(error), for_all=True)

    @contextmanager
    def _line(self) -> Iterator[smtplib.SMTP]:
        """A line over which mails may go: connected, its certificate checked, signed in."""
        secret = read_secret(self.server.password_file) if self.server.password_file else ""
        line = self._connected()
        whole = 2 * self.server.seconds + ANSWER_SECONDS
        watch = threading.Timer(whole, _cut, [line])  # a server that sends a byte now and then never times out
        watch.daemon = True
        watch.start()
        try:
            if self.server.security == "starttls":
                line.ehlo()
                line.starttls(context=self._trust())
            line.ehlo()
            if self.server.user:
                line.login(self.server.user, secret)
            yield line
        finally:
            watch.cancel()
            with suppress(OSError, smtplib.SMTPException):
                if line.sock is not None:
                    line.sock.settimeout(1)
                    line.quit()
            line.close()

    def _connected(self) -> smtplib.SMTP:
        s = self.server
        if s.security == "tls":
            context = self._trust()
            return smtplib.SMTP_SSL(s.host, s.port, local_hostname=s.hello, timeout=s.seconds, context=context)
        return smtplib.SMTP(s.host, s.port, local_hostname=s.hello, timeout=s.seconds)

    def _trust(self) -> ssl.SSLContext:
        """The machine's certificate authorities, or the site's own alone; the server's name is compared, always."""
        try:
            return ssl.create_default_context(cafile=self.server.ca_file)
        except OSError as error:
            name = self.server.ca_file.name if self.server.ca_file else "?"
            raise bad(f"ca_file {name} can't be used ({error.strerror or error})") from None


def _give(line: smtplib.SMTP, message: Message, data: bytes, answer_seconds: int) -> Outcome:
    code, reply = line.mail(message.sender)
    if code != 250:
        return _away(code, reply) or Postponed(_said(code, reply), for_all=True)  # it does not like us, not this mail
    code, reply = line.rcpt(message.to)
    if code not in (250, 251):
        return _not_taken(code, reply)
    code, reply = line.docmd("DATA")
    if code != 354:
        return _not_taken(code, reply)
    line.send(_DOTS.sub(b"..", data))
    return _last_word(line, answer_seconds)


def _last_word(line: smtplib.SMTP, seconds: int) -> Outcome:
    """The dot, and the answer to the whole: from here on a silence is no No."""
    try:
        if line.sock is not None:
            line.sock.settimeout(seconds)
        line.send(b".\r\n")
        code, reply = line.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Unclear(_words(error))
    if 200 <= code < 300:
        return Taken(_said(code, reply))
    return _not_taken(code, reply) if 400 <= code < 600 else Unclear(_said(code, reply))


def _not_taken(code: int, reply: bytes) -> Outcome:
    away = _away(code, reply)
    if away is not None:
        return away
    return Rejected(_said(code, reply)) if 500 <= code < 600 else Postponed(_said(code, reply))


def _away(code: int, reply: bytes) -> Postponed | None:
    """Answers that are about the server or about who we are, whatever mail we have: closing (421), sign in first."""
    return Postponed(_said(code, reply), for_all=True) if code in (421, 454, 530, 534, 535, 538) else None


def _said(code: int, reply: bytes) -> str:
    return f"{code} {' '.join(reply.decode('utf-8', 'replace').split())}"[:400]


def _words(error: OSError | smtplib.SMTPException) -> str:
    """What went wrong, in a few words; errors of smtplib repeat no password, only what the server said."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted: {error.verify_message}"
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        return _said(error.smtp_code, reply if isinstance(reply, bytes) else str(reply).encode())
    if isinstance(error, smtplib.SMTPNotSupportedError) and "STARTTLS" in str(error):
        return "the server offers no STARTTLS; nothing goes to it in the clear"
    if isinstance(error, TimeoutError) or "timed out" in str(error):  # smtplib packs the one into the other
        return "the server does not answer in time"
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:400]


def _cut(line: smtplib.SMTP) -> None:
    """Ends a line from outside: who waits at it reads the end. Not by the socket's own method, which TLS overrides."""
    with suppress(OSError):
        if line.sock is not None:
            socket.socket.shutdown(line.sock, socket.SHUT_RDWR)


def make(table: Table, folder: Path) -> Smtp:
    """The way as `[mail]` describes it; paths in it are below the home. Raises `BadMailConfig`."""
    host, security = table.text("host"), table.text("security", "starttls", allowed=tuple(PORTS))
    user, secret = table.text("user"), table.text("password_file")
    if not host:
        raise bad("host must name the mail server")
    if bool(user) != bool(secret):
        raise bad("user and password_file belong together")
    if user and security == "none-for-development":
        raise bad("a password never goes over a line without TLS: security must be starttls or tls")
    trust = table.text("ca_file")
    return Smtp(
        Server(
            host=host,
            port=table.whole("port", PORTS[security], least=1, most=65535),
            security=security,
            user=user,
            password_file=folder / secret if secret else None,
            ca_file=folder / trust if trust else None,
            seconds=table.whole("timeout_s", 20, least=1, most=120),
            hello=table.text("hello", "[127.0.0.1]"),
        )
    )
