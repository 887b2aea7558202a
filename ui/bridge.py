"""The one way from the work thread to the screen: a queued signal. And back: what was seen, what was touched."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from app.view import View


class Bridge(QObject):
    """`show` may be called from any thread; `arrived` is delivered on the Qt thread, in order."""

    arrived = Signal(object)
    _queued = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._queued.connect(self.arrived, Qt.ConnectionType.QueuedConnection)

    def show(self, view: View) -> None:
        """Hands a View to the screen and returns at once."""
        self._queued.emit(view)
