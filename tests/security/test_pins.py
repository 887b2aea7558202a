"""PINs: what is kept tells nothing without the key, weak ones are refused, and the key is for one pair of eyes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.errors import Refused
from app.settings import Home
from app.work.rules import Pepper, hash_pin, is_right_pin, is_under, weakness_of
from app.work.rules.pins import MEMORY_KIB, PARALLELISM, TIME_COST
from app.work.service.pepper import make_pepper, pepper_of

PERSON, OTHER = b"\x01" * 16, b"\x02" * 16
PEPPER, WRONG = Pepper(bytes(range(32))), Pepper(bytes(range(1, 33)))


def test_the_right_pin_is_right_and_no_other_is() -> None:
    kept = hash_pin(PEPPER, PERSON, "271828")

    assert is_right_pin(PEPPER, PERSON, "271828", kept)
    assert not is_right_pin(PEPPER, PERSON, "271829", kept)
    assert not is_right_pin(PEPPER, OTHER, "271828", kept)
    assert not is_right_pin(PEPPER, PERSON, "271828", "")
    assert not is_right_pin(PEPPER, PERSON, "271828", kept[:-1])


def test_a_stolen_hash_can_t_be_cracked_without_the_key() -> None:
    """A thief who guesses among four PINs, the right one among them, and lacks nothing but the key."""
    kept = hash_pin(PEPPER, PERSON, "271828")
    guesses = [f"27182{digit}" for digit in range(6, 10)]
    renamed = kept.replace(PEPPER.name, WRONG.name)  # it is not only the name that keeps him out

    cracked = [pin for pin in guesses if is_right_pin(WRONG, PERSON, pin, renamed)]

    assert cracked == []
    assert [pin for pin in guesses if is_right_pin(PEPPER, PERSON, pin, kept)] == ["271828"]


def test_with_the_key_each_try_costs_what_the_parameters_say() -> None:
    """RFC 9106's second recommendation has 3 passes over 64 MiB; measured here 0.15 s, so 10⁶ tries are over 24 h."""
    kept = hash_pin(PEPPER, PERSON, "271828")

    said = re.search(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", kept)

    assert said is not None
    assert tuple(map(int, said.groups())) == (MEMORY_KIB, TIME_COST, PARALLELISM)
    assert (MEMORY_KIB, TIME_COST, PARALLELISM) >= (65_536, 3, 1)
    assert PARALLELISM == 1


def test_the_same_pin_is_kept_differently_each_time() -> None:
    assert hash_pin(PEPPER, PERSON, "271828") != hash_pin(PEPPER, PERSON, "271828")


def test_what_is_kept_fits_its_column_and_holds_neither_pin_nor_key() -> None:
    kept = hash_pin(PEPPER, PERSON, "271828")

    assert len(kept) <= 255
    assert "271828" not in kept
    assert PEPPER.key.hex()[:16] not in kept
    assert (is_under(PEPPER, kept), is_under(WRONG, kept), is_under(None, kept)) == (True, False, False)


@pytest.mark.parametrize(
    "pin",
    ["000000", "111111", "123456", "654321", "012345", "987654", "121212", "123123", "112233", "147258", "123321",
     "010190", "311299", "199012", "121985", "850401", "12345", "1234567", "12345a", "٣٤٥٦٧٨", "", "100300"],
)  # fmt: skip
def test_what_people_try_first_is_refused(pin: str) -> None:
    assert weakness_of(pin, "1003") != ""


@pytest.mark.parametrize("pin", ["271828", "592647", "836572", "947031"])
def test_others_are_good(pin: str) -> None:
    assert weakness_of(pin, "1003") == ""


# ---- the key --------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return Home(tmp_path / "home").make()


def test_the_key_is_made_once_for_this_user_alone(home: Home) -> None:
    assert pepper_of(home) is None

    made = make_pepper(home)

    assert make_pepper(home) == made == pepper_of(home)
    assert home.pepper_file.stat().st_mode & 0o777 == 0o600
    assert len(home.pepper_file.read_bytes()) == 32


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_refused(home: Home, mode: int) -> None:
    make_pepper(home)
    home.pepper_file.chmod(mode)

    with pytest.raises(Refused) as refused:
        pepper_of(home)

    assert refused.value.problem.name == "BadPepper"


@pytest.mark.parametrize("data", [b"", b"short", b"x" * 33])
def test_a_key_that_is_none_is_refused_and_not_replaced(home: Home, data: bytes) -> None:
    home.pepper_file.write_bytes(data)
    home.pepper_file.chmod(0o600)

    with pytest.raises(Refused):
        make_pepper(home)

    assert home.pepper_file.read_bytes() == data


def test_a_link_is_no_key(home: Home, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"k" * 32)
    (tmp_path / "elsewhere").chmod(0o600)
    home.pepper_file.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(Refused):
        pepper_of(home)


def test_a_credential_of_systemd_wins(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_pepper(home)
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "packbay-pepper").write_bytes(b"c" * 32)
    (tmp_path / "credentials" / "packbay-pepper").chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))

    assert pepper_of(home) == Pepper(b"c" * 32)
