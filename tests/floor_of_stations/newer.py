"""The next program, as far as its tables go: `python -m tests.floor_of_stations.newer FOLDER [--end ...] WORDS …`.

It has all migrations of this program and one more, made for the test, in a folder of its own. It may be told to end,
or to end its server's process, by kill -9 right before its n-th statement.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from app.db import schema
from ui import main as program

NEWEST = "0003"
TABLES = 24
"""How many tables the next program has more; each with a column in an old one."""
_SCRIPT = f'''
"""What the next program needs; made for a test."""

import sqlalchemy as sa
from alembic import context, op

revision, down_revision, branch_labels, depends_on = "{NEWEST}", "0002", None, None


def upgrade() -> None:
    if context.config.attributes["side"] != "central":
        return
    for number in range({TABLES}):
        name = f"newer_{{number}}"
        op.create_table(name, sa.Column("id", sa.Integer(), primary_key=True), sa.Column("said", sa.Text()))
        op.add_column("sales_order", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        op.execute(f"UPDATE sales_order SET newer_{{number}} = {{number}}")
    op.add_column("tote", sa.Column("newer", sa.Integer(), nullable=False, server_default="0"))
'''


def migrations_of(folder: Path) -> Path:
    """This program's migrations and the new one, in that folder."""
    there = Path(schema.__file__).parent / "migrations"
    shutil.copytree(there, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / f"v{NEWEST}_newer.py").write_text(_SCRIPT, encoding="utf-8")
    return folder


def _end_at(whom: str, at: int) -> None:
    sent = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def _count(connection: Any, *_words: object) -> None:
        nonlocal sent
        sent += 1
        if sent == at:
            backend = connection.connection.driver_connection.info.backend_pid
            print(f"kill -9 of {whom}", backend if whom == "backend" else os.getpid(), file=sys.stderr, flush=True)
            os.kill(backend if whom == "backend" else os.getpid(), signal.SIGKILL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("migrations", type=Path)
    parser.add_argument("--kill", choices=("process", "backend"))
    parser.add_argument("--at", type=int, default=0)
    options, words = parser.parse_known_args()
    schema._HERE = options.migrations
    if options.kill:
        _end_at(options.kill, options.at)
    return program.main(words)


if __name__ == "__main__":
    sys.exit(main())
