"""What must be installed on the machine."""

from __future__ import annotations

import shutil

from tests.postgres import debian_version

PROGRAMS = {
    "patroni": "patroni",
    "etcd": "etcd-server",
    "etcdctl": "etcd-client",
    "openssl": "openssl",
    "env": "coreutils",
}
"""Programs, and the Debian packages that bring them."""


def missing() -> list[str]:
    """The Debian packages to install, those that bring what is not here."""
    found = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    try:
        debian_version()
    except LookupError:
        found.append("postgresql-15")
    return found
