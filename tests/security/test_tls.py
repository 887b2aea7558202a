"""A station speaks to its own server or to nobody: wrong name, wrong authority and no TLS are refused."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db import open_server
from app.db.door import Shut, invite, join
from app.db.founding import found
from app.db.rights import Roles
from app.settings import Server
from tests.postgres import HBA_TLS, PgServer, Tls, debian_version, own

NAME = "site"


@dataclass(frozen=True)
class Papers:
    """Certificates: an authority and a server's for 127.0.0.1, another authority, and a client's."""

    folder: Path

    def openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def authority(self, name: str) -> str:
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                     "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")  # fmt: skip
        return str(self.folder / f"{name}.pem")

    def signed(self, name: str, subject: str, by: str, alternative: str = "") -> None:
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", subject,
                     "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
        extra: list[str] = []
        if alternative:
            (self.folder / f"{name}.ext").write_text(f"subjectAltName={alternative}\n")
            extra = ["-extfile", f"{name}.ext"]
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial",
                     "-days", "2", "-out", f"{name}.pem", *extra)  # fmt: skip
        (self.folder / f"{name}.key").chmod(0o600)


@dataclass(frozen=True)
class Floor:
    pg: PgServer
    papers: Papers
    worker: Server

    def invited(self, code: str) -> tuple[Server, str]:
        """The way of a station that has a one-time code, and the code."""
        database = open_server(self.worker)
        with Session(database.write) as session:
            once = invite(session, Roles(NAME), code, code)
            session.commit()
        database.close()
        return replace(self.worker, user=Roles(NAME).login_of(code), password=""), once


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    papers = Papers(tmp_path_factory.mktemp("papers"))
    ours = papers.authority("ours")
    papers.authority("strangers")
    papers.signed("server", "/CN=central", "ours", "IP:127.0.0.1")
    pg = PgServer(debian_version())
    keys = pg.folder / "keys"
    keys.mkdir()
    for name in ("server.pem", "server.key", "ours.pem"):
        (keys / name).write_bytes((papers.folder / name).read_bytes())
        (keys / name).chmod(0o600)
        own(keys / name)
    own(keys)
    pg._ssl = Tls(keys / "server.pem", keys / "server.key", keys / "ours.pem")
    pg._hba = ("hostssl site site_s_cert01 127.0.0.1/32 cert map=stations", *HBA_TLS)
    with pg:
        (pg.data / "pg_ident.conf").write_text("stations  station-cert01  site_s_cert01\n")
        pg.configure()
        pg.create(NAME)
        admin = Server.of_url(pg.url("postgres", pg.password, NAME, sslrootcert=ours))
        founded = found(admin)
        assert founded.worker is not None
        yield Floor(pg, papers, founded.worker)


def test_a_station_joins_over_tls_that_proves_the_server(floor: Floor) -> None:
    way, once = floor.invited("PACK01")
    joined = join(way, once)
    assert joined.tls.startswith("TLSv1.3, TLS_")
    assert joined.server.sslmode == "verify-full"


def test_a_server_of_another_name_is_refused(floor: Floor) -> None:
    way, once = floor.invited("PACK02")
    with pytest.raises(Shut, match=r'server certificate for "127.0.0.1".* does not match host name "localhost"'):
        join(replace(way, host="localhost"), once)


def test_a_server_that_a_stranger_vouches_for_is_refused(floor: Floor) -> None:
    way, once = floor.invited("PACK03")
    with pytest.raises(Shut, match="certificate verify failed"):
        join(replace(way, sslrootcert=str(floor.papers.folder / "strangers.pem")), once)


def test_a_server_without_tls_is_refused(floor: Floor, tmp_path: Path) -> None:
    with PgServer(debian_version()) as plain:
        way = replace(floor.worker, port=str(plain.port), user="postgres", password=plain.password)
        database = open_server(way)
        with pytest.raises(OperationalError, match="server does not support SSL, but SSL was required"):
            database.write.connect()
        database.close()


def test_a_weaker_way_needs_the_switch_for_trying_out(floor: Floor) -> None:
    weak = replace(floor.worker, sslmode="require")
    with pytest.raises(ValueError, match=r"does not prove that this is 127\.0\.0\.1: verify-full does"):
        open_server(weak)
    # with it the line is still hidden, but nobody knows by whom it is answered
    database = open_server(replace(weak, dev_insecure=True))
    with database.write.connect() as connection:
        assert connection.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
    database.close()


def test_the_server_itself_takes_nobody_without_tls(floor: Floor) -> None:
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(floor.pg.url(floor.worker.user, floor.worker.password, NAME, sslmode="disable"))


def test_a_certificate_of_its_own_can_stand_for_the_secret(floor: Floor) -> None:
    # given a station that joined, and a certificate for it by the site's authority
    floor.pg.psql("CREATE ROLE site_s_cert01 LOGIN IN ROLE site_station", NAME)
    floor.papers.signed("cert01", "/CN=station-cert01", "ours")
    own = {"sslcert": str(floor.papers.folder / "cert01.pem"), "sslkey": str(floor.papers.folder / "cert01.key")}
    # when it comes with that and no secret, then it is in; without it is not
    database = open_server(replace(floor.worker, user="site_s_cert01", password="", **own))
    with database.write.connect() as connection:
        assert connection.scalar(text("SELECT session_user")) == "site_s_cert01"
    database.close()
    without = open_server(replace(floor.worker, user="site_s_cert01", password="x"))
    with pytest.raises(OperationalError):
        without.write.connect()
    without.close()
