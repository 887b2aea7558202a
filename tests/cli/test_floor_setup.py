"""Setting up a floor by the commands that an administrator types, on a real server."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.settings import Home, SettingsWrong
from tests.engines import server
from tests.journeys.site import site
from tests.postgres import PgServer, binaries, debian_version

ROOT = Path(__file__).parents[2]
_number = count(1)


@dataclass
class Admin:
    """Somebody at a console: commands with what is typed into them, and what they printed."""

    pg: PgServer
    database: str
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.pg.port}/{self.database}?sslmode=disable"

    def run(self, home: Path, *words: str, typed: str = "", expect: int = 0) -> str:
        self.patch.setattr("sys.stdin", io.StringIO(typed + "\n"))
        self.capture.readouterr()
        status = main([*words, "--home", str(home)])
        out, err = self.capture.readouterr()
        assert status == expect, (words, out, err)
        assert self.pg.password not in out + err
        return out + err

    def told(self, home: Path, *words: str, typed: str = "") -> Any:
        return json.loads(self.run(home, *words, "--json", typed=typed))

    def init(self, home: Path) -> Any:
        return self.told(
            home, "central", "init", self.url, "--password-stdin", "--dev-insecure", typed=self.pg.password
        )


@pytest.fixture
def admin(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Admin:
    pg, name = server(debian_version()), f"floor{next(_number)}"
    pg.create(name)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PATH", f"{binaries(debian_version())}:{os.environ['PATH']}")
    return Admin(pg, name, capsys, monkeypatch)


def test_a_floor_is_set_up_from_nothing(admin: Admin, tmp_path: Path) -> None:
    # given central made in an empty database; its way in is for this user alone
    office, pack = tmp_path / "office", tmp_path / "pack02"
    made = admin.init(office)
    assert made["worker"] == f"{admin.database}_worker"
    assert stat.S_IMODE((office / "server.toml").stat().st_mode) == 0o600
    # when a station is invited and joins by the code that was printed
    once = admin.told(office, "station", "invite", "--name", "Pack 02")["one_time_code"]
    url = admin.url.replace("postgres@", "")
    joined = admin.told(pack, "station", "join", url, "--name", "Pack 02", "--dev-insecure", typed=once.lower())
    # then it has a secret that nobody typed, and central lists it
    assert (joined["code"], Home(pack).server().user) == ("PACK02", f"{admin.database}_s_pack02")  # type: ignore[union-attr]
    assert once not in (pack / "server.toml").read_text()
    assert admin.told(office, "station", "list")["stations"][0]["state"] == "joined"
    # and when it is sent away it can't come in again, nor with the old code
    assert admin.told(office, "station", "revoke", "PACK02")["code"] == "PACK02"
    assert "password authentication failed" in admin.run(pack, "people", "list", expect=2)
    assert "not good" in admin.run(
        tmp_path / "again", "station", "join", url, "--name", "Pack 02", "--dev-insecure", typed=once, expect=2
    )
    assert admin.told(office, "central", "status")["stations"][0]["state"] == "revoked"
    # and a second invitation under the same code is good
    assert admin.told(office, "station", "invite", "--name", "Pack 02")["one_time_code"] != once


def test_what_can_not_be_central_is_refused_in_one_clear_line(admin: Admin, tmp_path: Path) -> None:
    # given databases that hold something else, that are not there, and a secret in the address
    admin.pg.psql("CREATE TABLE strangers (x int)", admin.database)
    words = ("central", "init", admin.url, "--password-stdin", "--dev-insecure")
    assert "not empty and not ours: it holds public.strangers" in admin.run(
        tmp_path, *words, typed=admin.pg.password, expect=2
    )
    missing = admin.url.replace(admin.database, "nowhere")
    assert 'database "nowhere" does not exist' in admin.run(
        tmp_path, "central", "init", missing, "--password-stdin", "--dev-insecure", typed=admin.pg.password, expect=2
    )
    assert "There is a secret in the address" in admin.run(
        tmp_path, "central", "init", admin.url.replace("@", ":hunter2@"), "--dev-insecure", expect=2
    )
    # then a weak way is refused without its switch, and nothing was written
    assert "would not prove who it is" in admin.run(tmp_path, "central", "init", admin.url, expect=2)
    assert not (tmp_path / "server.toml").exists()


def test_a_site_moves_onto_a_server_and_its_file_stays_as_it_is(admin: Admin, tmp_path: Path) -> None:
    # given a one-machine site
    home = site(tmp_path / "one")
    before = home.central_file.read_bytes()
    # when it is moved
    words = ("central", "move", admin.url, "--password-stdin", "--dev-insecure")
    moved = admin.told(home.root, *words, typed=admin.pg.password)
    # then the two command lines find no difference, and the file is as it was, byte for byte
    compared = subprocess.run(
        [str(ROOT / "deploy/compare-central"), str(home.central_file), admin.url],
        env={**os.environ, "PGPASSWORD": admin.pg.password}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (compared.returncode, compared.stdout.split(":")[-1].strip()) == (0, "0 differences"), compared
    assert home.central_file.read_bytes() == before
    assert moved["rows"] > 200
    # and a difference would be found
    admin.pg.psql("UPDATE stock SET on_hand = on_hand + 1", admin.database)
    again = subprocess.run(
        compared.args, env={**os.environ, "PGPASSWORD": admin.pg.password}, capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert "DIFFERS sums of stock" in again.stdout


def test_a_backup_comes_back_into_an_empty_database(admin: Admin, tmp_path: Path) -> None:
    # given a site on a server, a backup of it and the heads of its history on paper
    home, dump, heads = site(tmp_path / "one"), tmp_path / "site.dump", tmp_path / "heads"
    office = tmp_path / "one-central"
    admin.run(home.root, "central", "move", admin.url, "--password-stdin", "--dev-insecure", typed=admin.pg.password)
    admin.run(office, "central", "verify", "--heads", str(heads))
    admin.run(office, "central", "backup", str(dump))
    assert stat.S_IMODE(dump.stat().st_mode) == 0o600
    assert admin.told(office, "central", "status")["backup_age_s"] is not None
    assert "never replaces another" in admin.run(office, "central", "backup", str(dump), expect=2)
    # when the database is lost and the backup put into an empty one of its name
    back = ("central", "restore", str(dump), admin.url, "--password-stdin", "--dev-insecure")
    assert "can't be central" in admin.run(office, *back, typed=admin.pg.password, expect=2)
    admin.pg.drop([admin.database])
    admin.pg.create(admin.database)
    admin.run(office, *back, typed=admin.pg.password)
    # then history is what it was, and on hand the sum of the ledger
    assert "what the stations wrote" in admin.run(office, "central", "verify", "--against", str(heads))
    assert "On hand is the sum" in admin.run(office, "stock", "verify")
    # and it goes into no database of another name: roles are named after it
    other = admin.url.replace(admin.database, "another")
    assert f"backup of the database {admin.database}" in admin.run(
        office, "central", "restore", str(dump), other, "--password-stdin", "--dev-insecure", typed="x", expect=2
    )


def test_altered_history_is_named_on_the_server(admin: Admin, tmp_path: Path) -> None:
    home = site(tmp_path / "one")
    admin.run(home.root, "central", "move", admin.url, "--password-stdin", "--dev-insecure", typed=admin.pg.password)
    admin.pg.psql("SET session_replication_role = replica; ALTER TABLE fact DISABLE TRIGGER ALL; "
                  "UPDATE fact SET device = 'x' WHERE seq = 7", admin.database)  # fmt: skip
    said = admin.run(tmp_path / "one-central", "central", "verify", expect=1)
    assert "ALTERED OFFICE" in said
    assert "number 7: device differ from what was recorded" in said


def test_a_way_in_that_others_can_read_is_refused(admin: Admin, tmp_path: Path) -> None:
    admin.init(tmp_path)
    (tmp_path / "server.toml").chmod(0o644)
    assert "chmod 600" in admin.run(tmp_path, "central", "status", expect=2)
    with pytest.raises(SettingsWrong, match="chmod 600"):
        Home(tmp_path).server()


def test_systemd_hands_the_secret_in(admin: Admin, tmp_path: Path) -> None:
    # given a secret that systemd put aside, and none in the file
    admin.init(tmp_path / "office")
    secret = Home(tmp_path / "office").server().password  # type: ignore[union-attr]
    file = tmp_path / "office" / "server.toml"
    file.write_text("".join(line + "\n" for line in file.read_text().splitlines() if not line.startswith("password")))
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "packbay-server").write_text(secret + "\n")
    admin.patch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    assert admin.told(tmp_path / "office", "central", "status")["facts"] == 0
    shutil.rmtree(folder)
