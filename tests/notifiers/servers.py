"""Real mail servers on this machine: with and without TLS, honest, slow, strict, and gone."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATES = Path(__file__).parents[1] / "data" / "mail"
PASSWORD = "kanarienvogel-4711"


def context_of(name: str) -> ssl.SSLContext:
    """The server's side of TLS with one of the certificates of tests/data/mail."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem")
    return context


@dataclass
class Post:
    """What a server took, and how it answers: change an answer and the next mail gets it."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    sender: str = "250 OK"
    recipient: str = "250 OK"
    end: str = "250 OK queued"
    drops: bool = False
    came: threading.Event = field(default_factory=threading.Event)
    release: threading.Event | None = None
    signed_in: list[str] = field(default_factory=list)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender.startswith("250"):
            envelope.mail_from = address
        return self.sender

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        data = cast(bytes, envelope.original_content)
        self.came.set()
        if self.release is not None:
            await asyncio.to_thread(self.release.wait, 60)
        if self.drops:
            assert server.transport is not None
            server.transport.abort()
            return self.end
        if self.end.startswith("250"):
            self.raw.append(data)
            self.mails.append(cast(EmailMessage, message_from_bytes(data, policy=policy.default)))
            self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        return self.end

    def authenticator(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        if good:
            self.signed_in.append(data.login.decode())
        return AuthResult(success=good, handled=False)


@dataclass(frozen=True)
class Running:
    """A server that listens."""

    post: Post
    port: int


def free_port() -> int:
    """A port at which nobody listens just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(
    *, security: str = "starttls", certificate: str = "localhost", signs_in: bool = False, port: int = 0
) -> Iterator[Running]:
    """A server on a port of its own. `security` as in central.toml; with `signs_in` it takes mails of nobody else."""
    post = Post()
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": port or free_port(), "server_hostname": "localhost"}
    context = None if security == "none-for-development" else context_of(certificate)
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    elif security == "tls":
        options |= {"ssl_context": context}
    if signs_in:
        options |= {
            "authenticator": post.authenticator, "auth_required": True, "auth_require_tls": security == "starttls",
        }  # fmt: skip
    own_log = logging.getLogger("mail.log")  # the server's own: it complains of callers who do not trust it
    own_log.disabled = True
    running = _Quiet(post, **options)
    running.start()
    try:
        yield Running(post, options["port"])
    finally:
        if post.release is not None:
            post.release.set()
        running.stop()
        own_log.disabled = False


class _Quiet(Controller):
    """A controller that finds out by its socket that it listens, not by a mail client that trusts its certificate."""

    def _trigger_server(self) -> None:
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=5)) as client:
            if self.ssl_context is not None:
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                with context.wrap_socket(client) as wrapped:
                    wrapped.recv(100)
            else:
                client.recv(100)


@contextmanager
def scripted(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says just what `talk` says to each who calls, in the clear; its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            with closing(caller):
                try:
                    talk(caller)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        stopping.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def heard(caller: socket.socket, until: bytes = b"\r\n") -> bytes:
    """What a caller says up to the end of a line (or of a mail)."""
    data = b""
    while not data.endswith(until):
        part = caller.recv(4096)
        if not part:
            raise ConnectionError("the caller hung up")
        data += part
    return data


def write_config(home: Path, port: int | None, **changes: str | int | None) -> None:
    """`[mail]` of a home for the server at a port of localhost; None leaves a line out."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "ca.pem").write_bytes((CERTIFICATES / "ca.pem").read_bytes())
    lines: dict[str, str | int | None] = {
        "host": "localhost", "port": port, "security": "starttls", "ca_file": "ca.pem",
        "from": "Tea & Mug <hello@teamug.example>", "timeout_s": 10, **changes,
    }  # fmt: skip
    words = [f"{k} = {v if isinstance(v, int) else chr(34) + v + chr(34)}" for k, v in lines.items() if v is not None]
    (home / "central.toml").write_text("[mail]\n" + "\n".join(words) + "\n", encoding="utf-8")


def write_password(home: Path, secret: str = PASSWORD, mode: int = 0o600) -> None:
    """The file that `password_file` names."""
    path = home / "mail.password"
    path.write_text(secret + "\n", encoding="utf-8")
    path.chmod(mode)
