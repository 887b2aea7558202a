"""Where a home lies and what is in it. `PACKBAY_HOME` wins; else the platform's data folder."""

from __future__ import annotations

import os
import stat
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit


class SettingsWrong(ValueError):
    """A file of settings can't be used as it is; the words say what to do about it, and hold no secret."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where central's PostgreSQL is and who we are there. The secret is in no `repr`.

    `host` and `port` may name several servers, parted by commas (the one that can be written to is taken); a `host`
    that begins with "/" is the folder of a Unix socket. `sslmode` is libpq's; over TCP anything weaker than
    verify-full needs `dev_insecure`, which is for trying things out on one's own machine.
    """

    host: str
    database: str
    user: str
    port: str = "5432"
    password: str = field(default="", repr=False)
    sslmode: str = "verify-full"
    sslrootcert: str = ""
    sslcert: str = ""
    sslkey: str = ""
    dev_insecure: bool = False

    @property
    def local(self) -> bool:
        """Whether it is reached by a Unix socket: there nobody can listen, and no certificate is asked for."""
        return all(host.startswith("/") for host in self.host.split(","))

    @property
    def each(self) -> tuple[tuple[str, str], ...]:
        """Host and port of every server that is named; one port may stand for all of them, as libpq has it."""
        hosts, ports = self.host.split(","), self.port.split(",")
        return tuple(zip(hosts, ports * len(hosts) if len(ports) == 1 else ports, strict=True))

    def beginning_with(self, first: int) -> Self:
        """The same servers in a turned order: the one of this number, counted round and round, is asked first."""
        first %= len(self.each)
        hosts, ports = zip(*self.each[first:], *self.each[:first], strict=True)
        return replace(self, host=",".join(hosts), port=",".join(ports))

    def typed(self, *, user: str = "") -> str:
        """Where it is as a person types it, `postgresql://h1:p1,h2:p2/database`, for `user` and without a secret."""
        where = ",".join(f"{host}:{port}" for host, port in self.each)
        return f"postgresql://{user and user + '@'}{'' if self.local else where}/{self.database}"

    @property
    def name(self) -> str:
        """What people call it: without a secret."""
        return f"{self.user}@{self.host}:{self.port}/{self.database}"

    def trouble(self) -> str:
        """Why this server must not be spoken to, "" when it may."""
        if self.local or self.dev_insecure or self.sslmode == "verify-full":
            return ""
        return f"sslmode {self.sslmode} does not prove that this is {self.host}: verify-full does"

    @classmethod
    def of_url(cls, url: str, *, user: str = "", dev_insecure: bool = False) -> Self:
        """Reads `postgresql://user:secret@host:port/database?sslmode=…`. SettingsWrong when it is none.

        `user` is who it is where the URL names nobody. Without a host in its middle the URL says
        `?host=/folder/of/the/socket`.
        """
        scheme, _, rest = url.partition("://")
        if scheme not in ("postgresql", "postgres"):
            raise SettingsWrong("the address of a server begins with postgresql://")
        middle = rest[: min(found for mark in "/?#" if (found := f"{rest}#".find(mark)) >= 0)]
        parts = urlsplit(f"{scheme}://host{rest[len(middle) :]}")  # it knows one host only, and refuses [::1] in a list
        who, _, where = middle.rpartition("@")
        named, _, password = who.partition(":")
        hosts = [one.rpartition(":") if _has_port(one) else (one, "", "") for one in where.split(",") if one]
        said: dict[str, Any] = {
            "host": ",".join(unquote(host) for host, _, _ in hosts),
            "port": ",".join(port or "5432" for _, _, port in hosts) or "5432",
            "database": unquote(parts.path.strip("/")),
            "user": unquote(named) or user,
            "password": unquote(password),
        }
        more = dict(parse_qsl(parts.query))
        if unknown := more.keys() - {one.name for one in fields(cls)}:
            raise SettingsWrong(f"the address of a server knows no {', '.join(sorted(unknown))}")
        return cls._made(said | more | {"dev_insecure": dev_insecure})

    @classmethod
    def of_table(cls, said: dict[str, Any], where: str) -> Self:
        """Reads the values of a settings file that is called `where`."""
        kinds = {one.name: bool if one.name == "dev_insecure" else str for one in fields(cls)}
        said = {name: str(value) if name == "port" else value for name, value in said.items()}
        if wrong := [name for name, value in said.items() if not isinstance(value, kinds.get(name, type(None)))]:
            raise SettingsWrong(f"{where}: {', '.join(sorted(wrong))} can't be understood")
        if secret := _credential("packbay-server"):
            said["password"] = secret
        return cls._made(said)

    @classmethod
    def _made(cls, said: dict[str, Any]) -> Self:
        missing = [name for name in ("host", "database", "user") if not said.get(name)]
        if missing:
            raise SettingsWrong(f"the server lacks {', '.join(missing)}")
        made = cls(**said)
        hosts, ports = made.host.count(",") + 1, made.port.count(",") + 1
        if ports not in (1, hosts):
            raise SettingsWrong(f"the server has {hosts} hosts and {ports} ports")
        return made


def _credential(name: str) -> str:
    """What systemd put aside for this service (LoadCredential=), "" when there is nothing."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    try:
        return (Path(folder) / name).read_text(encoding="utf-8").strip() if folder else ""
    except FileNotFoundError:
        return ""


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and not host.endswith("]")


@dataclass(frozen=True, slots=True)
class Home:
    """One folder that holds both databases, the spool and the logs of one machine."""

    root: Path

    @property
    def central_file(self) -> Path:
        return self.root / "central.sqlite"

    @property
    def station_file(self) -> Path:
        return self.root / "station.sqlite"

    @property
    def spool(self) -> Path:
        """Bytes on their way to a printer, one file a print job."""
        return self.root / "spool"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def pictures(self) -> Path:
        """Product pictures, `<key>.png`; a product without one has a designed empty state."""
        return self.root / "pictures"

    @property
    def config_file(self) -> Path:
        """Devices and station name (TOML); see docs/devices.md."""
        return self.root / "station.toml"

    @property
    def server_file(self) -> Path:
        """Which server is central and with which secret (TOML, for this user alone); missing on a single machine."""
        return self.root / "server.toml"

    def server(self) -> Server | None:
        """The server that is central for this home, None when central is a file of it.

        A secret that systemd hands in (the credential "packbay-server") goes before the one in the file. SettingsWrong
        when the file can be read by others or is not understood.
        """
        try:
            mode = self.server_file.stat().st_mode
        except FileNotFoundError:
            return None
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise SettingsWrong(
                f"{self.server_file} holds a secret and others may read it: chmod 600 {self.server_file}"
            )
        try:
            said = tomllib.loads(self.server_file.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsWrong(f"{self.server_file} is no TOML: {type(error).__name__}") from None
        return Server.of_table(said, str(self.server_file))

    @property
    def pepper_file(self) -> Path:
        """The key of the PINs, for this user alone; never in a database (docs/security.md)."""
        return self.root / "pepper"

    def make(self) -> Home:
        """Creates the folders, private to this user."""
        for folder in (self.root, self.spool, self.logs, self.pictures):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self


def home(root: str | os.PathLike[str] | None = None) -> Home:
    """The home named by the argument, by `PACKBAY_HOME`, or the platform's data folder (in this order)."""
    chosen = root or os.environ.get("PACKBAY_HOME")
    if chosen:
        return Home(Path(chosen).expanduser().absolute())
    from platformdirs import user_data_path  # a station is told where its home is, and shows itself that much sooner

    return Home(user_data_path("packbay"))
