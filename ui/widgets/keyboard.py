"""Letters and digits for a finger, in the layout of the person's language. The only place where words are typed.

A row holds at most eleven keys: so each is 20 mm wide on a screen of 260 mm. Which layer is shown (letters, capitals,
digits) is a matter of the finger alone; what is sent is the character that the key showed.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from app.view import Keyboard
from ui.theme import Surface
from ui.widgets.canvas import Canvas, Look
from ui.widgets.keys import KEY_GAP, KeyFace, draw_key, key_side
from ui.widgets.panel import PanelWidget, shows

GROUND = Surface("bg", "ink", "ink2", "line")
LAYOUTS = MappingProxyType(
    {
        "en": ("qwertyuiop", "asdfghjkl'", "zxcvbnm-.,", ""),
        "de": ("qwertzuiopü", "asdfghjklöä", "yxcvbnmß-.,", ""),
        "es": ("qwertyuiopú", "asdfghjklñü", "zxcvbnmáéíó", "-."),
        "pl": ("qwertyuiopó", "asdfghjklął", "zxcvbnmćęńś", "źż"),
    }
)
"""Three rows of letters, and what stands beside the space bar. A language without a layout gets the English one."""
DIGITS = ("1234567890", "-/.,'&+#()", '@:;!?%*="_', "")
SHIFT, LAYER, SPACE = "SHIFT", "LAYER", " "
LETTERS, FIGURES = "abc", "123"


@shows(Keyboard)
class KeyboardPanel(PanelWidget[Keyboard]):
    """A tap sends a character, `BACK` or `ENTER`; shift and the layer stay on the screen."""

    stretch: ClassVar[float] = 0.0
    beneath: ClassVar[float] = 0.0

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._shift = False
        self._figures = False

    @classmethod
    def least_height(cls, look: Look, panel: Keyboard, width: float) -> float:
        return 4 * key_side(look.theme) + 3 * look.theme.px(KEY_GAP)

    def surface(self, panel: Keyboard) -> Surface:
        return GROUND

    def outline(self, panel: Keyboard) -> float:
        return 0

    def show_panel(self, panel: Keyboard) -> None:
        if panel != self.panel:
            self._shift = False
        super().show_panel(panel)

    def tapped(self, target: str) -> None:
        if target == SHIFT:
            self._shift = not self._shift
        elif target == LAYER:
            self._figures = not self._figures
        else:
            self._shift = False
            self.keyed.emit(target)
        self.redraw()

    def posture(self) -> tuple[object, ...]:
        return *super().posture(), self._shift, self._figures

    def targets(self, panel: Keyboard) -> list[tuple[QRectF, str]]:
        return [(area, face.key) for area, face in self._keys(panel)]

    @property
    def _upper(self) -> bool:
        return self._shift != (self.panel is not None and self.panel.upper)

    def _keys(self, panel: Keyboard) -> list[tuple[QRectF, KeyFace]]:
        rows = DIGITS if self._figures else LAYOUTS.get(panel.language, LAYOUTS["en"])
        u = self.look.theme.px
        gap = u(KEY_GAP)
        height = (self.height() - 3 * gap) / 4
        columns = max(len(row) for row in rows)
        side = (self.width() - gap * (columns - 1)) / columns
        keys = []
        for index, row in enumerate(rows[:3]):
            left = (self.width() - len(row) * side - (len(row) - 1) * gap) / 2
            top = index * (height + gap)
            keys += [
                (QRectF(left + i * (side + gap), top, side, height), self._letter(character))
                for i, character in enumerate(row)
            ]
        return keys + self._last_row(rows[3], 3 * (height + gap), height, side)

    def _letter(self, character: str) -> KeyFace:
        shown = character.upper() if self._upper and character != "ß" else character
        return KeyFace(shown, shown)

    def _last_row(self, extra: str, top: float, height: float, side: float) -> list[tuple[QRectF, KeyFace]]:
        """Shift, the other layer, the space bar among what found no room above, back, enter."""
        gap = self.look.theme.px(KEY_GAP)
        wide = side * 1.5
        faces = [
            (wide, KeyFace(SHIFT, icon="arrow-big-up", lit=self._upper)),
            (wide, KeyFace(LAYER, LETTERS if self._figures else FIGURES)),
            *((side, self._letter(character)) for character in extra),
            (0.0, KeyFace(SPACE, icon="space")),
            (wide, KeyFace("BACK", icon="delete")),
            (wide, KeyFace("ENTER", icon="corner-down-left", strong=True)),
        ]
        bar = self.width() - sum(width for width, _ in faces) - gap * (len(faces) - 1)
        placed, x = [], 0.0
        for width, face in faces:
            taken = width or bar
            placed.append((QRectF(x, top, taken, height), face))
            x += taken + gap
        return placed

    def draw(self, canvas: Canvas, panel: Keyboard, rect: QRectF) -> None:
        for area, face in self._keys(panel):
            draw_key(canvas, face, area, 36, down=self.pressed == face.key)
