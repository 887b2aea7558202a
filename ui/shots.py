"""`packbay shots`: pictures of the running window after listed scan files, with what was measured on them.

One station works through `ui/scenes/*.scan` on simulated devices, behind the real window, off-screen. At each
`!shot NAME` the window is grabbed in three themes and two sizes, and once in each other language. Beside every PNG lies
a JSON with its texts and rectangles; contrast and clipping are measured on the pixels. Exit status 1 names every text
that is too faint or cut.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from app.settings import Home
from app.view import View
from ui.config import StationConfig
from ui.demo import build
from ui.elsewhere import scanned_elsewhere
from ui.kiosk import Kiosk, Screen, application
from ui.measure import Shot, overlaps, shot
from ui.play import BadLine, Player
from ui.runner import Runner
from ui.simulated import SimulatedStation
from ui.theme import Theme, fitting_scale
from ui.translate import SOURCE, Translator, languages

SCENES = Path(__file__).parent / "scenes"
THEMES = ("day", "dark", "hc")
SIZES = ((1280, 800), (1920, 1080))
LOOKS = tuple((theme, size) for theme in THEMES for size in SIZES)
LEAST_CONTRAST, LEAST_INK = 7.0, 0.96
"""Of a single thin figure that falls between two pixels, 0.968 was measured: nothing of it was covered."""
MAY_BE_ELIDED = ("name", "code")
"""Names and codes of the site may end in dots after two lines; a sentence of ours never does."""


@dataclass(slots=True)
class Verdict:
    """What was measured: pictures taken, and every fault in words."""

    pictures: int = 0
    faults: list[str] = field(default_factory=list)


class Photographer(QObject):
    """Grabs the window on the Qt thread while the player waits on its own."""

    wanted = Signal(str)
    finished = Signal()

    def __init__(self, out: Path, only: str, languages: tuple[str, ...], verdict: Verdict) -> None:
        super().__init__()
        self._out, self._only, self._languages, self.verdict = out, only, languages, verdict
        self._done = threading.Event()
        self.kiosk: Kiosk | None = None
        self.wanted.connect(self._grab, Qt.ConnectionType.QueuedConnection)
        self.finished.connect(application().quit, Qt.ConnectionType.QueuedConnection)

    def take(self, words: list[str]) -> None:
        """`!shot NAME`, called on the player's thread."""
        self._done.clear()
        self.wanted.emit(words[0])
        self._done.wait(60)

    def names(self, screen: str) -> list[tuple[str, str, str, tuple[int, int]]]:
        """The pictures to take of a screen: (name, language, theme, size), those alone that `only` asks for."""
        looks = (
            (language, theme, size)
            for language in self._languages
            for theme, size in (LOOKS if language == SOURCE else LOOKS[:1])
        )
        named = (
            (f"{screen}-{theme if language == SOURCE else language}-{size[0]}x{size[1]}", language, theme, size)
            for language, theme, size in looks
        )
        return [one for one in named if is_asked_for(one[0], self._only)]

    def needed(self, scene: str) -> list[str]:
        """The lines of a scene up to its last screen that is asked for, none when no screen of it is."""
        lines = scene.splitlines()
        last = max((n for n, line in enumerate(lines, 1) if (word := screen_of(line)) and self.names(word)), default=0)
        return lines[:last]

    def _grab(self, name: str) -> None:
        try:
            self._grab_all(name)
        except Exception as error:  # a picture that could not be taken is a fault, not a smaller album
            self.verdict.faults.append(f"{name}: {type(error).__name__}: {error}")
            raise
        finally:
            self._done.set()

    def _grab_all(self, name: str) -> None:
        assert self.kiosk is not None
        window = self.kiosk.window
        assert window.view is not None
        for picture, language, theme, (width, height) in self.names(name):
            window.resize(width, height)
            window.restyle(Theme(theme, fitting_scale(width, height)), Translator(language))
            path = self._out / f"{picture}.png"
            taken = shot(window, window.view, path)
            self.verdict.pictures += 1
            self.verdict.faults += [f"{path.name}: {fault}" for fault in faults(taken)]


def screen_of(line: str) -> str:
    """The name that a line of a scene photographs under, "" for any other line."""
    act, _, name = line.partition(" ")
    return name.strip() if act == "!shot" else ""


def is_asked_for(picture: str, only: str) -> bool:
    """Whether `only` means this picture: some of its parts (parted by commas) has all of its words in the name.

    So "pack dark 1920" means every pack screen in the dark at 1920 pixels, and "" every picture.
    """
    return any(all(word in picture for word in part.split()) for part in only.split(","))


def faults(taken: Shot) -> list[str]:
    """What a reader of this picture would miss: faint and cut texts, sentences that end in dots, texts that cross."""
    measured = taken.measured()
    crossed = overlaps(text.mark.capitals for text in measured)
    at = {text.mark.capitals: text.mark.text for text in measured}
    found = [f"{at[a]!r} and {at[b]!r} stand on each other" for a, b in crossed]
    for text in measured:
        mark = text.mark
        if text.contrast < LEAST_CONTRAST:
            found.append(f"contrast {text.contrast:.1f} of {mark.text!r}")
        if mark.clipped or text.found < LEAST_INK:
            found.append(f"only {text.found:.2f} of {mark.text!r} can be seen")
        if mark.elided and mark.kind not in MAY_BE_ELIDED:
            found.append(f"the sentence {mark.text!r} is cut")
    return found


class Session:
    """One scene: a fresh home, a station behind the window, a scan file.

    Besides what `packbay play` knows, a scene has `!shot NAME` and `!elsewhere CODE …`: scans at another station, whose
    program ends then.
    """

    def __init__(self, photographer: Photographer) -> None:
        self._photographer = photographer
        self._kiosk: Kiosk | None = None

    def play(self, scene: str, lines: list[str], folder: Path, template: Home) -> Callable[[], None]:
        """Plays the lines of the scene that is called so; returns what to call when it is over."""
        shutil.copytree(template.root, folder)
        station = SimulatedStation(Home(folder), make_runner=self._runner)
        kiosk = self._kiosk
        assert kiosk is not None
        self._photographer.kiosk = kiosk
        kiosk.window.show()
        app = application()
        errors: list[Exception] = []

        def work() -> None:
            try:
                station.start()
                acts = {
                    "shot": self._photographer.take,
                    "elsewhere": lambda codes: scanned_elsewhere(station.home, codes),
                }
                Player(station, acts).play(lines)
            except (BadLine, TimeoutError, RuntimeError) as error:
                errors.append(error)
            finally:
                self._photographer.finished.emit()  # quit() itself may only be called on the Qt thread

        thread = threading.Thread(target=work, name="scene", daemon=True)
        thread.start()
        app.exec()
        thread.join()
        if errors:
            self._photographer.verdict.faults.append(f"{scene}: {errors[0]}")

        def end() -> None:
            station.stop()
            kiosk.window.close()
            kiosk.window.deleteLater()

        return end

    def _runner(self, home: Home, config: StationConfig, on_view: Callable[[View], None]) -> Runner:
        self._kiosk = Kiosk(home, config, Screen("day", SIZES[0], quiet=True), on_view=on_view)
        return self._kiosk.runner


def run_shots(out: Path, only: str, language: str = "") -> int:
    """Takes all pictures: English in every theme and size, the other languages in the smallest; or `language` alone.
    `only` chooses among them by words of their names (`is_asked_for`); scenes without such a picture are not played.
    Exit status 0: nothing too faint, nothing cut; 1: every fault is named; 2: no picture."""
    application(offscreen=True)
    out.mkdir(parents=True, exist_ok=True)
    verdict = Verdict()
    photographer = Photographer(out, only, (language,) if language else languages(), verdict)
    scenes = sorted(SCENES.glob("*.scan"))
    with tempfile.TemporaryDirectory(prefix="packbay-shots-") as folder:
        template = Home(Path(folder) / "template")
        build(template.make())
        for number, scene in enumerate(scenes):
            if lines := photographer.needed(scene.read_text(encoding="utf-8")):
                Session(photographer).play(scene.stem, lines, Path(folder) / f"home-{number}", template)()
            print(f"  {scene.stem}: {verdict.pictures} pictures so far", file=sys.stderr)
    summary: dict[str, Any] = {"pictures": verdict.pictures, "faults": verdict.faults, "out": str(out)}
    print(json.dumps(summary, ensure_ascii=False))
    return 2 if not verdict.pictures else 1 if verdict.faults else 0
