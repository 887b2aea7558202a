"""Three stations and a worker that know all three nodes, each station in another order."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from bench.ha.cluster import HOST, Cluster
from tests.floor_of_stations.floor import ServerFloor, Station, command
from tests.postgres import PgServer

CREW = ("STOCK", "PICK", "PACK")
NAME = "packbay"


class Seat(Station):
    """A station that is told three servers, the first one another one at each."""

    floor: ClusterFloor

    def join(self) -> None:
        self.line.close()  # the relays stand in front of the nodes
        once = command(self.floor.office, "station", "invite", "--name", self.code.title(), "--code", self.code)
        command(
            self.home.make(), "station", "join", self.floor.address("", first=CREW.index(self.kind)), "--name",
            self.code.title(), "--code", self.code, typed=once["one_time_code"],
        )  # fmt: skip


class ClusterFloor(ServerFloor):
    """See the module. Everything speaks TLS and is told three hosts; a weaker line is never asked for."""

    def __init__(self, cluster: Cluster, folder: Path, **how: Any) -> None:
        self.cluster = cluster
        super().__init__(cast(PgServer, cluster), folder, crew=(), workers=1, name=NAME, **how)
        self.stations = [Seat(self, f"{kind}01", kind, 0, 1, "--pace", "2") for kind in CREW]
        for station in self.stations:
            station.join()

    @property
    def url(self) -> str:
        return self.address("postgres@")

    def address(self, who: str, first: int = 0) -> str:
        """All three nodes, the first one in front, as it is typed."""
        nodes = [*self.cluster.nodes[first:], *self.cluster.nodes[:first]]
        hosts = ",".join(f"{HOST}:{node.front.port}" for node in nodes)
        return f"postgresql://{who}{hosts}/{self.name}?sslrootcert={self.cluster.papers.folder / 'ca.pem'}"
