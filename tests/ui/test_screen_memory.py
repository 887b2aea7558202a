"""What a screen is set to is kept, and a broken file never keeps a station from starting."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.view import ScreenSettings
from ui.screen_memory import FILE, NARROWEST, VOLUMES, WIDEST, ScreenMemory


def test_what_was_set_is_there_after_a_restart(tmp_path: Path) -> None:
    memory = ScreenMemory(tmp_path)
    for act in ("theme", "theme", "softer", "wider", "motion"):
        assert memory.act(act)

    assert ScreenMemory(tmp_path).settings == ScreenSettings("hc", 70, 1004, reduce_motion=True)


def test_whoever_starts_the_kiosk_may_name_the_theme(tmp_path: Path) -> None:
    ScreenMemory(tmp_path).act("theme")

    assert ScreenMemory(tmp_path).settings.theme == "dark"
    assert ScreenMemory(tmp_path, "hc").settings.theme == "hc"


def test_softer_goes_round_and_is_never_silent(tmp_path: Path) -> None:
    memory = ScreenMemory(tmp_path)

    heard = []
    for _ in range(5):
        memory.act("softer")
        heard.append(memory.settings.volume)

    assert heard == [70, 40, 15, 100, 70]
    assert min(VOLUMES) > 0


def test_the_true_size_has_an_end_in_both_directions(tmp_path: Path) -> None:
    memory = ScreenMemory(tmp_path)
    for _ in range(80):
        memory.act("much_wider")
    assert memory.settings.width_permille == WIDEST
    for _ in range(80):
        memory.act("much_narrower")
    assert memory.settings.width_permille == NARROWEST
    memory.act("narrower")
    assert memory.settings.width_permille == NARROWEST


def test_another_act_is_not_known(tmp_path: Path) -> None:
    assert not ScreenMemory(tmp_path).act("test_print")


@given(
    kept=st.binary(max_size=80) | st.sampled_from([b"[]", b"null", b'{"theme": 7, "volume": 0, "width_permille": "x"}'])
)
def test_no_file_keeps_a_station_from_starting(kept: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("home")
    (root / FILE).write_bytes(kept)

    memory = ScreenMemory(root)

    assert memory.settings == ScreenSettings()
    assert memory.act("theme")


def test_theme_and_mute_say_what_they_did(tmp_path: Path) -> None:
    memory = ScreenMemory(tmp_path)

    assert [str(memory.commanded(word)) for word in ("THEME", "MUTE", "UNDO")] == ["Theme: dark", "Sound at 70 %", ""]
