"""All that is measured on one copy of a server with years of facts.

Each part is a function of the running site and a folder that yields figures; `server` runs them on one copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.figures import Said
from bench.server.apply import apply
from bench.server.noise import noise
from bench.server.push import push
from bench.server.races import races
from bench.server.site import FACTS, site

NOISE, SMALL_NOISE = 200_000, 20_000


def server(folder: Path, facts: int = FACTS) -> Iterator[Said]:
    """All of them; on a site with little history (to try the bench out) without what takes long."""
    large = facts >= FACTS
    with site(facts) as there:
        yield from there.sizes()
        yield from push(there, folder, large=large)
        yield from apply(there, folder)
        yield from races(there, folder)
        yield from noise(there, folder, facts=NOISE if large else SMALL_NOISE)
