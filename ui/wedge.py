"""Keys for the whole application: a scanner that types becomes scans; nothing else that is pressed does anything.

No widget ever has the keyboard: every key press ends here, whatever has focus. What a person types goes on only while a
keypad, a form or a keyboard is on the screen.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

from app.clock import Clock
from app.events import Scan
from app.view import Form, Keyboard, Keypad, View
from devices.wedge import Burst, Wedge, WedgeEvent, WedgePort

MS = 1_000_000
NAMED = {
    Qt.Key.Key_Return: "ENTER",
    Qt.Key.Key_Enter: "ENTER",
    Qt.Key.Key_Tab: "TAB",
    Qt.Key.Key_Backtab: "TAB",
    Qt.Key.Key_Backspace: "BACK",
}
CHORDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
SILENT = (Qt.Key.Key_Shift, Qt.Key.Key_CapsLock, Qt.Key.Key_AltGr, Qt.Key.Key_NumLock, Qt.Key.Key_Mode_switch)
"""Keys that change others and are none by themselves."""
TYPED_INTO = (Keypad, Form, Keyboard)
KEY_EVENTS = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride, QEvent.Type.Shortcut}
)


class WedgeFilter(QObject):
    """Installed on the window, where all keys end.

    `scan` gets codes, `typed` the keys of a person while `view` can use them. Without a wedge (`port` None) fast keys
    are keys like all others.
    """

    def __init__(
        self, port: WedgePort | None, scan: Callable[[Scan], None], typed: Callable[[str], None], clock: Clock
    ) -> None:
        super().__init__()
        self._name = port.name if port else ""
        self._wedge = Wedge(port or WedgePort("keyboard", gap_ms=0))
        self._scan = scan
        self._typed = typed
        self._clock = clock
        self._number = 0
        self._offset_ns: int | None = None
        self.view: View | None = None
        self._silence = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._silence.timeout.connect(self._is_silent)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes every key away."""
        kind = event.type()
        if kind not in KEY_EVENTS:
            return False
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            self._pressed(event)
        return True

    def _pressed(self, event: QKeyEvent) -> None:
        if event.key() in SILENT:
            return
        named = NAMED.get(Qt.Key(event.key())) if event.key() in NAMED else None
        key = named or event.text() or f"KEY {event.key():x}"
        self._tell(self._wedge.key(key, self._when(event), chord=bool(event.modifiers() & CHORDS)))
        due = self._wedge.due()
        if due is not None:
            self._silence.start(self._wait_ms())

    def _when(self, event: QKeyEvent) -> int:
        """When the key was pressed: by the window system where it says so, for this thread may have been busy."""
        now = self._clock.mono_ns()
        if not event.timestamp():
            return now
        pressed = event.timestamp() * MS
        if self._offset_ns is None or pressed + self._offset_ns > now:
            self._offset_ns = now - pressed
        return pressed + self._offset_ns

    def _wait_ms(self) -> int:
        due = self._wedge.due()
        return 0 if due is None else max(1, (due - self._clock.mono_ns()) // MS + 1)

    def _is_silent(self) -> None:
        self._tell(self._wedge.idle(self._clock.mono_ns()))
        if self._wedge.due() is not None:
            self._silence.start(self._wait_ms())

    def _tell(self, events: list[WedgeEvent]) -> None:
        for event in events:
            if isinstance(event, Burst):
                if self._name:
                    self._number += 1
                    at = self._clock.now()
                    symbology = event.frame.symbology
                    self._scan(Scan(event.frame.text, self._name, at, self._clock.mono_ns(), self._number, symbology))
            elif self.view is not None and _takes_keys(self.view):
                self._typed(event.key)


def _takes_keys(view: View) -> bool:
    return any(isinstance(panel, TYPED_INTO) for panel in (*view.object, *view.context))
