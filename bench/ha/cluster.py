"""Three nodes on loopback: etcd, Patroni and PostgreSQL as a site has them, with a cable to each that can be cut.

A node is a folder, two processes that are ours (its Patroni and the server that this starts), and relays in front of
everything that others reach it by, or it reaches others by: `front` for stations, `back` for the other servers, `rest`
for Patroni among itself, three to etcd. So a node is cut off without any right on the machine's network. etcd stands
beside them, as on machines of its own.
"""

from __future__ import annotations

import json
import secrets
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote, urlencode

import psycopg

from bench.ha.guard import at_work_in, send
from tests.postgres import as_user, binaries, debian_version, own
from ui.shift.line import CutLine

HOST = "127.0.0.1"
TTL_S = 20
TEMPLATES = Path(__file__).parents[2] / "deploy" / "ha"
NODES = ("n1", "n2", "n3")
PATIENCE_S = 90.0
_CLEAN = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


def filled(template: str, values: dict[str, object]) -> str:
    """A template of deploy/ha with a site's own values. KeyError names one that is missing."""
    return Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(values)


def ports(count: int) -> list[int]:
    """So many ports of 127.0.0.1 that nobody listens at just now, all different, and none that was given before.

    They lie below those that the system gives to whoever connects: a node that is down keeps its own.
    """
    found: list[int] = []
    while len(found) < count:
        port = secrets.choice(range(15_000, 32_000))
        with suppress(OSError):
            if port not in _GIVEN:
                socket.create_server((HOST, port)).close()
                found.append(port)
                _GIVEN.add(port)
    return found


_GIVEN: set[int] = set()


def until(look: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
    """Looks again and again until there is something. TimeoutError with what did not come."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.05)
    return found


class Papers:
    """An authority and one certificate for 127.0.0.1, made by openssl and good for two days."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        self._openssl("req", "-x509", *curve, "-days", "2", "-subj", "/CN=trial", "-keyout", "ca.key", "-out", "ca.pem")
        self._openssl("req", *curve, "-subj", "/CN=central", "-keyout", "server.key", "-out", "server.csr")
        (folder / "names").write_text(f"subjectAltName=IP:{HOST}\n", encoding="ascii")
        self._openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                      "-days", "2", "-out", "server.pem", "-extfile", "names")  # fmt: skip
        (folder / "server.key").chmod(0o600)
        for name in ("server.key", "server.pem", "ca.pem"):
            own(folder / name)

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


class Node:
    """One machine of the cluster. Made without starting anything but its relays."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        self.name, self.cluster = name, cluster
        self.folder = cluster.folder / name
        self.folder.mkdir()
        own(self.folder)
        self.port, self._rest = ports(2)
        self.front, self.back, self.rest = (CutLine((HOST, port)) for port in (self.port, self.port, self._rest))
        self._etcd = [CutLine((HOST, port)) for port in cluster.etcd_ports]
        values = cluster.values | {
            "name": name, "folder": self.folder, "data": self.data,
            "rest_listen": f"{HOST}:{self._rest}", "rest_address": f"{HOST}:{self.rest.port}",
            "pg_listen": f"{HOST}:{self.port}", "pg_address": f"{HOST}:{self.back.port}",
            "etcd_hosts": ",".join(f"{HOST}:{line.port}" for line in self._etcd),
        }  # fmt: skip
        config = self.folder / "patroni.yml"
        config.write_text(filled("patroni.yml", values), encoding="utf-8")
        config.chmod(0o600)
        own(config)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What Patroni and its server wrote."""
        return self.folder / "log"

    def pids(self) -> list[int]:
        """All processes of this node that there are."""
        return sorted(at_work_in(self.folder))

    def start(self) -> None:
        """Starts Patroni, which does the rest."""
        self._spawn("patroni", str(self.folder / "patroni.yml"))

    def start_bare(self) -> None:
        """Somebody starts the server by hand, with nobody who asks who leads."""
        self._spawn(str(self.cluster.programs / "postgres"), "-D", str(self.data))

    def _spawn(self, *words: str) -> None:
        with self.log.open("ab") as log:
            self.cluster.spawned.append(subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_CLEAN | {"HOME": str(self.folder)},
                start_new_session=True, **(as_user() | {"cwd": self.folder}),
            ))  # fmt: skip

    # ---- blows

    def kill(self) -> list[int]:
        """kill -9 of Patroni and of its server with all of its processes, until none is left."""
        killed: list[int] = []
        while there := send(iter(self.pids()), signal.SIGKILL):
            killed += [pid for pid in there if pid not in killed]
            time.sleep(0.02)
        for process in self.cluster.spawned:
            if process.pid in killed:
                process.wait(10)  # one that is dead and not waited for looks to Patroni like one at work
        return killed

    def freeze(self) -> list[int]:
        return send(iter(self.pids()), signal.SIGSTOP)

    def cut_off(self) -> None:
        """Nothing comes to it or from it any more, and nobody is told."""
        for line in (self.front, self.back, self.rest, *self._etcd):
            line.swallow()

    def join_again(self) -> None:
        for line in (self.front, self.back, self.rest, *self._etcd):
            line.mend()

    def close(self) -> None:
        for line in (self.front, self.back, self.rest, *self._etcd):
            line.close()

    # ---- looking

    def ask(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]] | None:
        """A question to this very server, not through any relay; None when it does not answer."""
        words = {"connect_timeout": "2", "options": "-cstatement_timeout=3s"}
        with suppress(psycopg.Error), psycopg.connect(self.cluster.dsn(self.port, database, **words)) as connection:
            return connection.execute(sql.encode()).fetchall()
        return None

    @property
    def leads(self) -> bool:
        return self.ask("SELECT 1 WHERE NOT pg_is_in_recovery()") == [(1,)]

    def rest_call(self, path: str, change: dict[str, Any] | None = None) -> Any:
        """Patroni's own word; None when it does not answer."""
        body = None if change is None else json.dumps(change).encode()
        request = urllib.request.Request(
            f"http://{HOST}:{self._rest}{path}", data=body, method="GET" if body is None else "PATCH"
        )
        with suppress(OSError, ValueError), urllib.request.urlopen(request, timeout=3) as answer:
            return json.load(answer)
        return None


class Cluster:
    """Three members of etcd and three nodes in a folder. `pg`'s words of a floor on a server are its words, too."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.programs = folder, binaries(debian_version())
        own(folder)
        self.password = secrets.token_urlsafe(12)
        self.papers = Papers(folder / "papers")
        self.spawned: list[subprocess.Popen[bytes]] = []
        self.etcd_ports = ports(3)
        self._etcd_peers = ports(3)
        self.values: dict[str, object] = {
            "scope": "packbay", "etcd_behind_proxies": "true", "watchdog": '"off"', "ttl": TTL_S,
            "programs": self.programs, "secret": self.password, "secret_replication": secrets.token_urlsafe(12),
            "secret_etcd": secrets.token_urlsafe(12),
            "secret_rewind": secrets.token_urlsafe(12), "network": f"{HOST}/32",
            "certificate": self.papers.folder / "server.pem", "key": self.papers.folder / "server.key",
            "authority": self.papers.folder / "ca.pem",
        }  # fmt: skip
        self.nodes = [Node(name, self) for name in NODES]

    # ---- life

    def start(self) -> None:
        """etcd, then the first node, then the others as copies of it."""
        self._start_etcd()
        self.nodes[0].start()
        until(lambda: self.nodes[0].leads, "the first node leads")
        for node in self.nodes[1:]:
            node.start()
        self.wait_until_whole(synchronous=True)

    def _start_etcd(self) -> None:
        urls = [f"http://{HOST}:{port}" for port in self._etcd_peers]
        members = ",".join(f"etcd{n + 1}={url}" for n, url in enumerate(urls))
        for n, port in enumerate(self.etcd_ports):
            place = self.folder / f"etcd{n + 1}"
            place.mkdir()
            own(place)
            values: dict[str, object] = {
                "name": place.name, "data": place / "data", "client_url": f"http://{HOST}:{port}", "peer_url": urls[n],
                "members": members, "scope": "packbay",
            }  # fmt: skip
            (place / "etcd.conf.yml").write_text(filled("etcd.conf.yml", values), encoding="utf-8")
            with (place / "log").open("ab") as log:
                self.spawned.append(subprocess.Popen(
                    ["etcd", "--config-file", str(place / "etcd.conf.yml")], stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, env=_CLEAN, start_new_session=True, **(as_user() | {"cwd": place}),
                ))  # fmt: skip
        until(lambda: all(map(_healthy, self.etcd_ports)), "etcd answers")
        self._ask_for_names()

    def _ask_for_names(self) -> None:
        """etcd takes Patroni's word alone, about this cluster alone."""
        root = secrets.token_urlsafe(12)
        for words in (
            f"user add root:{root}", "user grant-role root root", f"user add patroni:{self.values['secret_etcd']}",
            "role add patroni", "role grant-permission patroni --prefix=true readwrite /service/packbay/",
            "user grant-role patroni patroni", "auth enable",
        ):  # fmt: skip
            subprocess.run(
                ["etcdctl", f"--endpoints=http://{HOST}:{self.etcd_ports[0]}", *words.split()], check=True,
                capture_output=True, env=_CLEAN | {"ETCDCTL_API": "3"},
            )  # fmt: skip

    def close(self) -> None:
        """Everything ends at once; it is to be thrown away."""
        for node in self.nodes:
            node.kill()
            node.close()
        send(at_work_in(self.folder), signal.SIGKILL)
        for process in self.spawned:
            process.wait(10)

    # ---- who leads

    @property
    def leader(self) -> Node:
        """Who leads just now. LookupError while nobody does."""
        for node in self.nodes:
            if node.leads:
                return node
        raise LookupError("nobody leads")

    def wait_until_whole(self, *, synchronous: bool, seconds: float = PATIENCE_S) -> None:
        """One leads, two follow its stream; in synchronous mode one of them is waited for by every commit."""
        states = "SELECT count(*), count(*) FILTER (WHERE sync_state = 'sync') FROM pg_stat_replication " \
                 "WHERE state = 'streaming' AND application_name IN ('n1', 'n2', 'n3')"  # fmt: skip

        def look() -> bool:
            for node in self.nodes:
                if node.leads:
                    rows = node.ask(states)
                    return rows is not None and rows[0][0] == 2 and (rows[0][1] > 0) == synchronous
            return False

        until(look, "a leader and two that follow it", seconds)

    def configure(self, change: dict[str, Any]) -> None:
        """Changes what all nodes agree on, as `patronictl edit-config` does. RuntimeError when it is not taken."""
        if self.leader.rest_call("/config", change) is None:
            raise RuntimeError(f"the nodes did not take {change}")

    # ---- as a server

    def dsn(self, port: int, database: str, **more: str) -> str:
        words = {"sslmode": "verify-full", "sslrootcert": str(self.papers.folder / "ca.pem"), **more}
        return f"postgresql://postgres:{quote(self.password)}@{HOST}:{port}/{database}?{urlencode(words)}"

    @property
    def port(self) -> int:
        return self.leader.port

    @property
    def running(self) -> bool:
        return any(node.leads for node in self.nodes)

    @property
    def pid(self) -> int:
        """The leader's server."""
        return int((self.leader.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])

    def url(self, *, host: str = HOST, database: str = "postgres") -> str:
        """The leader's address; `host` is this machine, whatever it is called."""
        return self.dsn(self.leader.port, database)

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """The superuser's connection to the leader, not through a relay. OperationalError while nobody leads."""
        try:
            return psycopg.connect(self.url(database=database), autocommit=True, connect_timeout=3)
        except LookupError as error:
            raise psycopg.OperationalError(str(error)) from None

    def create(self, database: str) -> str:
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE template0'.encode())
        return database


def _healthy(port: int) -> bool:
    """Whether this member answers and all have agreed on their version: at first it is "3.0", too old."""
    with suppress(OSError, ValueError), urllib.request.urlopen(f"http://{HOST}:{port}/version", timeout=2) as answer:
        said = json.load(answer)
        return bool(said["etcdcluster"].split(".")[:2] == said["etcdserver"].split(".")[:2])
    return False
