"""The album of screens: which pictures are taken when somebody asks for a few of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ui.shots import LOOKS, SCENES, Photographer, Verdict, is_asked_for, screen_of

SCENE = "CMDHOME1\n!shot 02-home\nT0412T\n!shot 12-pack\nT0413T\n"


@pytest.mark.parametrize(
    ("only", "asked"),
    [
        ("", True),
        ("pack", True),
        ("pack dark", True),
        ("pack hc", False),
        ("hc, dark 1280", True),
        ("12-pack-day", False),
    ],
)
def test_words_mean_one_picture_and_commas_mean_either(only: str, asked: bool) -> None:
    assert is_asked_for("12-pack-dark-1280x800", only) is asked


def test_a_scene_is_played_to_its_last_picture_that_is_asked_for(tmp_path: Path) -> None:
    def lines(only: str) -> list[str]:
        return Photographer(tmp_path, only, ("en", "de"), Verdict()).needed(SCENE)

    assert [len(lines(only)) for only in ("", "home", "pack hc", "pick", "home de")] == [4, 2, 4, 0, 2]


def test_a_screen_is_taken_in_every_look_and_once_in_every_other_language(tmp_path: Path) -> None:
    names = Photographer(tmp_path, "", ("en", "de", "pl"), Verdict()).names("02-home")

    assert len(names) == len(LOOKS) + 2
    assert {name for name, *_ in names} >= {"02-home-dark-1920x1080", "02-home-pl-1280x800"}


def test_no_two_screens_of_the_scenes_have_one_number() -> None:
    screens = [screen_of(line) for scene in SCENES.glob("*.scan") for line in scene.read_text().splitlines()]
    numbers = Counter(screen.split("-")[0] for screen in screens if screen)

    assert [number for number, times in numbers.items() if times > 1] == []
