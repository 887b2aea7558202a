"""server.toml and the address of a server: read whole or refused in one sentence, and no secret in any repr."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import Home, Server, SettingsWrong

WHOLE = 'host = "db.site.lan"\nport = 5433\ndatabase = "packbay"\nuser = "pack02"\npassword = "s3cret"\n'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def write(home: Home, text: str, mode: int = 0o600) -> None:
    home.server_file.write_text(text)
    home.server_file.chmod(mode)


def test_a_home_without_the_file_has_no_server(home: Home) -> None:
    assert home.server() is None


def test_the_file_is_read_and_the_secret_shown_to_nobody(home: Home) -> None:
    write(home, WHOLE)

    found = home.server()

    assert found == Server("db.site.lan", "packbay", "pack02", "5433", "s3cret", "verify-full")
    assert ("s3cret" in repr(found), found.name) == (False, "pack02@db.site.lan:5433/packbay")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(home: Home, mode: int) -> None:
    write(home, WHOLE, mode)

    with pytest.raises(SettingsWrong, match="chmod 600"):
        home.server()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("host = ", "no TOML"),
        ('host = "a"\ndatabase = "b"\n', "lacks user"),
        (WHOLE.replace("5433", '"5433,5434"'), "1 hosts and 2 ports"),
        (WHOLE + 'colour = "red"\n', "colour can't be understood"),
        (WHOLE + 'dev_insecure = "yes"\n', "dev_insecure can't be understood"),
    ],
)
def test_what_is_not_understood_is_refused_without_its_secret(home: Home, text: str, why: str) -> None:
    write(home, text)

    with pytest.raises(SettingsWrong, match=why) as refused:
        home.server()

    assert "s3cret" not in str(refused.value)


def test_a_secret_of_systemd_goes_first(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home, WHOLE)
    (tmp_path / "packbay-server").write_text("other\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    found = home.server()

    assert found is not None
    assert found.password == "other"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://ann:p%40ss@db:5433/pb", Server("db", "pb", "ann", "5433", "p@ss")),
        ("postgres://ann@a,b:5433/pb?sslmode=verify-ca", Server("a,b", "pb", "ann", "5432,5433", sslmode="verify-ca")),
        ("postgresql://ann@/pb?host=/run/pg&port=5499", Server("/run/pg", "pb", "ann", "5499")),
    ],
)
def test_an_address_is_read(url: str, expected: Server) -> None:
    assert Server.of_url(url) == expected


@pytest.mark.parametrize("url", ["sqlite:///x", "postgresql://db/pb", "postgresql://a@db/pb?colour=red"])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsWrong):
        Server.of_url(url)


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_a_server_that_proves_nothing_is_trouble(mode: str) -> None:
    url = f"postgresql://ann@db/pb?sslmode={mode}"

    assert "verify-full" in Server.of_url(url).trouble()
    assert Server.of_url(url, dev_insecure=True).trouble() == ""
    assert Server.of_url(f"postgresql://ann@/pb?host=/run/pg&sslmode={mode}").trouble() == ""


def test_several_servers_are_typed_each_with_its_port_and_asked_in_turn() -> None:
    there = Server.of_url("postgresql://clerk@db1:5431,db2,[::1]:5433/packbay?sslrootcert=ca.pem")

    assert there.each == (("db1", "5431"), ("db2", "5432"), ("[::1]", "5433"))
    assert there.typed() == "postgresql://db1:5431,db2:5432,[::1]:5433/packbay"
    assert Server.of_url(there.typed(user="clerk")).each == there.each
    assert [there.beginning_with(first).host for first in (0, 1, 5)] == [
        "db1,db2,[::1]",
        "db2,[::1],db1",
        "[::1],db1,db2",
    ]
    assert there.beginning_with(4).port == "5432,5433,5431"


def test_one_port_may_stand_for_all_servers() -> None:
    assert Server("a,b", "packbay", "clerk", "5433").typed() == "postgresql://a:5433,b:5433/packbay"
    assert Server("/run/postgresql", "packbay", "clerk").typed() == "postgresql:///packbay"
