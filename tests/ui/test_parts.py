"""Pictures, icons, words, barcodes, sounds and the side window."""

from __future__ import annotations

import ast
import queue
import subprocess
import sys
import wave
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.barcodes import command_code
from app.text import Day, count, day_of, figure, say, verbatim
from app.view import Sound, View, Wanted
from tests.ui import gallery
from tests.ui.gallery_floor import ROUTE
from tests.ui.gallery_pick import PICK_BIN
from ui.icons import names
from ui.measure import grab, offscreen_window, to_pillow
from ui.pictures import PACKAGED, PictureStore, load, packaged_keys
from ui.side import SideWindow
from ui.sounds import Player
from ui.sounds import make as earcons
from ui.sounds.queue import Jukebox, scaled, serve, trimmed
from ui.theme import SMALLEST, Style, Theme
from ui.translate import Translator, catalogue
from ui.widgets import typeset
from ui.widgets.canvas import Look
from ui.widgets.route import choose_window, free_place
from ui.window import KioskWindow

ROOT = Path(__file__).parents[2]

# ---- pictures and icons


def test_every_key_has_a_square_picture_of_480_pixels() -> None:
    keys = packaged_keys()

    images = [load(PACKAGED / f"{key}.png") for key in keys]

    assert len(keys) >= 24
    assert {(i.width(), i.height()) if i else None for i in images} == {(480, 480)}
    assert {path.stem for path in PACKAGED.glob("*.png")} == set(keys)


def test_the_site_own_picture_wins(qapp: QApplication, tmp_path: Path) -> None:
    Image.new("RGB", (30, 30), (200, 10, 10)).save(tmp_path / "mug-grey.png")

    pixmap = PictureStore(tmp_path).pixmap("mug-grey", 20, 0)

    assert pixmap is not None
    assert pixmap.toImage().pixelColor(10, 10).red() == 200


def test_broken_huge_missing_and_strange_pictures_are_no_pictures(qapp: QApplication, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing of the kind")
    (tmp_path / "empty.png").write_bytes(b"")
    Image.new("1", (20_000, 20_000)).save(tmp_path / "huge.png")
    (tmp_path / "folder.png").mkdir()
    store = PictureStore(tmp_path)

    found = [store.has(key) for key in ("broken", "empty", "huge", "folder", "missing", "../../etc/passwd", "a/b", "")]

    assert found == [False] * 8
    assert load(tmp_path / "huge.png") is None


def icons_named(tree: ast.AST) -> Iterator[str]:
    """The icon of each Action, Tile, Chip, Note or Hero that is written out in a module."""
    places = {"Action": 1, "Tile": 0, "Chip": 0, "Note": 0, "Hero": 1}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places):
            continue
        place = places[node.func.id]
        named = [k.value for k in node.keywords if k.arg == "icon"] + list(node.args[place : place + 1])
        yield from (v.value for v in named if isinstance(v, ast.Constant) and isinstance(v.value, str))


def test_every_icon_that_is_named_exists() -> None:
    folders = [ROOT / "app", ROOT / "ui", ROOT / "tests" / "ui"]
    named = {
        (icon, path.name)
        for folder in folders
        for path in folder.rglob("*.py")
        for icon in icons_named(ast.parse(path.read_text("utf-8")))
    }

    assert {pair for pair in named if pair[0] not in names()} == set()


# ---- words


def test_numbers_follow_the_language() -> None:
    english, german = Translator("en"), Translator("de")

    assert (english.kilograms(1284), german.kilograms(1284)) == ("1.284", "1,284")
    assert (english.weight(90), german.weight(2104)) == ("90\u00a0g", "2,10\u00a0kg")
    assert (english.centimetres(320, 245, 160), german.centimetres(320, 245, 160)) == (
        "32 × 24.5 × 16\u00a0cm",
        "32 × 24,5 × 16\u00a0cm",
    )
    assert german.text(say("{p} EUR", p=Decimal("1284.50"))) == "1.284,50 EUR"


@pytest.mark.parametrize(
    ("language", "whole", "short", "amount"),
    [
        ("en", "24 Dec 2026", "24 Dec", "1,284.50"), ("de", "24. Dez. 2026", "24. Dez.", "1.284,50"),
        ("es", "24 dic 2026", "24 dic", "1.284,50"), ("pl", "24 gru 2026", "24 gru", "1284,50"),
        ("xx", "24 Dec 2026", "24 Dec", "1,284.50"),
    ],
)  # fmt: skip
def test_days_and_amounts_that_stand_alone_follow_the_language(
    language: str, whole: str, short: str, amount: str
) -> None:
    spoken = Translator(language)

    assert spoken.text(day_of("2026-12-24")) == whole
    assert spoken.text(say("Shipped {day}", day=Day(date(2026, 12, 24), year=False))).endswith(short)
    assert spoken.text(figure(Decimal("1284.50"))).replace("\u00a0", "") == amount


def test_a_sentence_is_translated_with_its_plural_and_its_inner_sentences() -> None:
    german = Translator("de")
    inner = say("{a}: {b}", a=say("Scale"), b=count(2, "and {n} more line", "and {n} more lines"))

    assert german.text(inner) == "Waage: und 2 weitere Zeilen"
    assert german.text(count(1, "and {n} more line", "and {n} more lines")) == "und 1 weitere Zeile"
    assert german.text(say("a sentence nobody translated")) == "a sentence nobody translated"
    assert german.text(verbatim("{braces} stay")) == "{braces} stay"


@pytest.mark.parametrize("language", ["xx", "", "de_AT", "not a language", "../de"])
def test_an_unknown_language_still_speaks(language: str) -> None:
    assert Translator(language).text(say("Scale")) in ("Scale", "Waage")


def said_in(path: Path) -> Iterator[tuple[str, str]]:
    """The sentences (and their plurals) that a module of ui says itself."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "count"):
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            yield (texts[0], texts[1] if node.func.id == "count" else "")


def test_every_word_of_the_frame_is_translated_to_german() -> None:
    german = catalogue("de")
    own = {
        pair
        for folder in ("widgets", "screens")
        for path in (ROOT / "ui" / folder).glob("*.py")
        for pair in said_in(path)
    }

    missing = [one for one, many in own if one == (german.ngettext(one, many, 1) if many else german.gettext(one))]

    assert missing == []


# ---- setting type


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    return Theme("day")


@settings(deadline=None, max_examples=60)
@given(words=st.text("abc ÄßłŻ-/漢字", min_size=1, max_size=80), width=st.integers(60, 500), lines=st.integers(1, 3))
def test_fitted_words_stay_inside_and_lose_nothing_unsaid(theme: Theme, words: str, width: int, lines: int) -> None:
    fitted = typeset.fit(theme, words, Style("title", 700), width, 200, lines=lines)

    assert len(fitted.lines) <= lines
    assert fitted.style.u >= SMALLEST
    assert all(theme.width(line, fitted.style) <= width + 1 for line in fitted.lines)
    kept = "".join("".join(fitted.lines).split())
    assert fitted.elided or kept == "".join(words.split())


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("Soap bar 90 g × 2", ["Soap bar", "90 g × 2"]),
        ("1 missing? (96 g)", ["1", "missing?", "(96 g)"]),
        ("Put it into B14-09-B", ["Put it", "into", "B14-09-B"]),
        ("Briefpapier-Geschenkset", ["Briefpapier-", "Geschenkset"]),
        ("32 × 24 × 16 cm", ["32 × 24 × 16 cm"]),
    ],
)
def test_a_figure_keeps_its_unit_and_a_code_its_parts(theme: Theme, words: str, lines: list[str]) -> None:
    style = Style("body", 500)

    assert typeset.wrap(theme, words, style, theme.width("Soap bar", style)) == lines


def test_words_beside_a_figure_do_not_end_a_line_with_a_short_word(theme: Theme) -> None:
    style = Style("big", 600)

    beside = [typeset.balanced(theme, words, style, 300) for words in ("tote to pack", "units to go", "too light")]

    assert beside == [["tote", "to pack"], ["units", "to go"], ["too", "light"]]


def test_a_code_keeps_its_beginning_and_its_end(theme: Theme) -> None:
    shown = typeset.elide_middle(theme, "(01)04006381333931(10)LOT-2026-4471", Style("cap", 500, mono=True), 220)

    assert (shown[:4], shown[-4:], "…" in shown) == ("(01)", "4471", True)


# ---- barcodes on the screen


def test_the_commands_can_be_scanned_off_the_screen(qtbot: QtBot) -> None:
    for scale, width, height in ((1.0, 1280, 800), (1.22, 1920, 1080)):
        window = offscreen_window(KioskWindow(Theme("dark", scale)), width, height)
        qtbot.addWidget(window)

        picture = to_pillow(grab(window, gallery.GALLERY["help"]).image)

        read = {found.text for found in zxingcpp.read_barcodes(picture)}
        assert read >= {
            command_code(word) for word in ("UNDO", "SHORT", "SKIP", "DONE", "HOLD", "HOME", "OUT", "REPRINT")
        }


@pytest.fixture
def side(qtbot: QtBot) -> SideWindow:
    window = SideWindow(Look(Theme("day"), Translator(), PictureStore()))
    qtbot.addWidget(window)
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(420, 800)
    window.show()
    return window


def test_the_side_window_shows_what_is_wanted_and_a_click_says_its_code(side: SideWindow) -> None:
    said: list[str] = []
    side.clicked.connect(said.append)
    side.show_view(PICK_BIN)
    QApplication.processEvents()
    picture = to_pillow(side.grab().toImage())

    QTest.mouseClick(side.panel, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))

    codes = [wanted.code for wanted in PICK_BIN.wanted]
    assert {found.text for found in zxingcpp.read_barcodes(picture)} == set(codes)
    assert said == codes[:1]


def test_what_stands_on_paper_only_cannot_be_clicked(side: SideWindow) -> None:
    said: list[str] = []
    side.clicked.connect(said.append)
    wanted = (Wanted("label", say("The label"), ""), Wanted("item", verbatim("漢字"), "漢字-1"))
    side.show_view(View("x", PICK_BIN.hero, wanted=wanted))
    QApplication.processEvents()

    for y in range(20, 800, 20):
        QTest.mouseClick(side.panel, Qt.MouseButton.LeftButton, pos=QPoint(200, y))

    assert set(said) == {"漢字-1"}


# ---- the map


def test_the_window_of_the_map_holds_the_leg_the_target_and_the_next_stop(theme: Theme) -> None:
    route = ROUTE
    window = choose_window(route, QRectF(0, 0, 400, 330))
    coming = next(stop for stop in route.stops if stop.state == "later")

    assert all(window.holds(x, y) for x, y in (*route.leg, (coming.x_mm, coming.y_mm)))
    assert route.target is not None
    assert window.area.contains(window.rect(route.target))


def test_a_walk_too_long_to_be_read_keeps_its_end(theme: Theme) -> None:
    far = replace(ROUTE, leg=((-60_000, 3_000), *ROUTE.leg), here=(-60_000, 3_000))

    window = choose_window(far, QRectF(0, 0, 400, 330))

    assert window.holds(*far.leg[-1])
    assert not window.holds(-60_000, 3_000)
    assert window.w <= 22_000


def test_stops_in_one_place_are_set_apart(theme: Theme) -> None:
    taken = [QPointF(100, 100)]
    place = free_place(QPointF(101, 102), taken, 38)

    assert place is not None
    assert (place - taken[0]).manhattanLength() >= 36


# ---- sounds


def test_the_packaged_sounds_are_those_the_script_makes(tmp_path: Path) -> None:
    earcons.main(tmp_path)

    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        p.name: p.read_bytes() for p in earcons.FOLDER.iterdir()
    }


def test_no_sound_is_longer_than_400_ms_and_wrong_is_the_loudest() -> None:
    lengths, peaks = {}, {}
    for path in earcons.FOLDER.glob("*.wav"):
        with wave.open(str(path)) as file:
            frames = memoryview(file.readframes(file.getnframes())).cast("h")
            lengths[path.stem], peaks[path.stem] = file.getnframes() / file.getframerate(), max(map(abs, frames))

    assert max(lengths.values()) <= 0.4
    assert max(peaks, key=lambda name: peaks[name]) == "wrong"


def test_volume_scales_the_samples(tmp_path: Path) -> None:
    scaled(earcons.FOLDER / "accepted.wav", tmp_path / "quiet.wav", 50)

    with wave.open(str(earcons.FOLDER / "accepted.wav")) as loud, wave.open(str(tmp_path / "quiet.wav")) as quiet:
        whole, half = (memoryview(f.readframes(f.getnframes())).cast("h") for f in (loud, quiet))
    assert max(half) == pytest.approx(max(whole) / 2, abs=1)


def heard(lines: queue.SimpleQueue[str], folder: Path, after: dict[int, tuple[str, ...]]) -> list[str]:
    """What is played; `after` says which lines come in once so many sounds were heard. Time is always due."""
    played: list[str] = []
    now = [0.0]

    def play(path: Path) -> None:
        played.append(path.stem.split("-")[0])
        for line in after.get(len(played), ()):
            lines.put(line)

    def clock() -> float:
        now[0] += 100
        return now[0]

    serve(lines, Jukebox(play, folder), clock)
    return played


@pytest.mark.timeout(20)
def test_a_call_for_attention_comes_three_times(tmp_path: Path) -> None:
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    lines.put("play attention")

    assert heard(lines, tmp_path, {3: ("",)}) == ["attention"] * 3


@pytest.mark.timeout(20)
def test_a_call_for_attention_ends_with_the_next_sound(tmp_path: Path) -> None:
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    lines.put("play attention")

    assert heard(lines, tmp_path, {1: ("play accepted",), 2: ("",)}) == ["attention", "accepted"]


def test_wrong_is_never_left_out_when_sounds_pile_up() -> None:
    assert trimmed(["accepted", "wrong", "accepted", "step", "accepted"]) == ["wrong", "step", "accepted"]


def test_the_player_never_waits_even_for_a_child_that_does_not_read() -> None:
    player = Player(command=(sys.executable, "-c", "import time; time.sleep(60)"))

    for _ in range(20_000):  # far more than a pipe holds
        player.play(Sound.ACCEPTED)

    child = player._child
    assert child is not None
    child.kill()
    player.close()


def test_without_a_player_there_is_silence_and_no_error() -> None:
    player = Player(command=("/nowhere/at-all",))

    player.play(Sound.WRONG)
    player.play(Sound.NONE)
    player.set_volume(30)
    player.close()


def test_the_child_ends_with_its_input() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "ui.sounds.queue"], input=b"volume 0\nplay accepted\n", timeout=20, cwd=ROOT, check=False
    )

    assert ended.returncode == 0
