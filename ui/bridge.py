"""The one way from the work thread to the screen: a queued signal. And back: what was seen, what was touched."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from app.view import View


class Bridge(QObject):
    """`rehearse`, `prepare` and `show` may be called from any thread; all are delivered on the Qt thread, in order."""

    announced = Signal(object)
    arrived = Signal(object)
    rehearsed = Signal(object)
    _likely = Signal(object)
    _soon = Signal(object)
    _queued = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._likely.connect(self.rehearsed, Qt.ConnectionType.QueuedConnection)
        self._soon.connect(self.announced, Qt.ConnectionType.QueuedConnection)
        self._queued.connect(self.arrived, Qt.ConnectionType.QueuedConnection)

    def rehearse(self, view: View) -> None:
        """Tells the screen what it will most likely be given after the next scan."""
        self._likely.emit(view)

    def prepare(self, view: View) -> None:
        """Tells the screen what it will be given next, unless something fails."""
        self._soon.emit(view)

    def show(self, view: View) -> None:
        """Hands a View to the screen and returns at once."""
        self._queued.emit(view)
