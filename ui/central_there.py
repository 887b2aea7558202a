"""Central on a server: the line of this station to it. Who works for central there is `packbay worker`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.clock import Clock
from app.settings import Home

if TYPE_CHECKING:
    from app.sync.server import ServerCentral


def line_to_server(home: Home, clock: Clock) -> ServerCentral | None:
    """The line to the server that this home has joined, None where central is a file of the home. Not connected yet.

    `SettingsWrong` when server.toml can't be used, ValueError when that server would not prove who it is.
    """
    if (server := home.server()) is None:
        return None
    from app.sync.server import ServerCentral  # and with it the driver: only where there is a server

    return ServerCentral(server, clock)
