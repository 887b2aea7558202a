"""A file of an older program becomes that of this one in a single transaction, or stays what it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from app.clock import FakeClock
from app.db import Database, migrate, open_database, schema
from app.db.schema import alembic_config, triggers_of
from app.sync.keeper import Keeper

SIDES = ("central", "station")
GROWS = '''"""The fact table is copied, as SQLite needs it for most changes, and another table comes."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None


def upgrade() -> None:
    with op.batch_alter_table("fact", recreate="always") as batch:
        batch.add_column(sa.Column("glove", sa.String(8), nullable=False, server_default="left"))
    op.create_table("newcomer", sa.Column("id", sa.Integer, primary_key=True))
    {then}
'''


@pytest.fixture(params=SIDES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = open_database(tmp_path / "file.sqlite", request.param)
    yield made
    made.close()


def objects(database: Database) -> dict[tuple[str, str], str]:
    """Everything in the file by kind and name, as SQLite keeps it."""
    with database.read.connect() as connection:
        rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
        return {(kind, name): sql for kind, name, sql in rows}


def rows(database: Database, sql: str) -> list[tuple[object, ...]]:
    with database.read.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql).all()]


def plant(folder: Path, then: str = "") -> Path:
    """The project's migrations with one more behind them."""
    target = folder / "migrations"
    shutil.copytree(schema._HERE, target, ignore=shutil.ignore_patterns("__pycache__"))
    head = ScriptDirectory(str(target)).get_current_head()
    (target / "versions" / "v9999_grows.py").write_text(GROWS.format(head=head, then=then))
    return target


def test_from_every_version_there_was_one_gets_to_the_same_file(tmp_path: Path) -> None:
    for side in SIDES:
        fresh = open_database(tmp_path / f"fresh-{side}.sqlite", side)
        migrate(fresh)
        expected = objects(fresh)
        fresh.close()
        for number, revision in enumerate(ScriptDirectory(str(schema._HERE)).walk_revisions()):
            old = open_database(tmp_path / f"old-{side}-{number}.sqlite", side)
            with old.write.begin() as connection:
                command.upgrade(alembic_config(connection, side), revision.revision)
            migrate(old)
            assert objects(old) == expected, f"{side} from {revision.revision}"
            old.close()


def test_a_table_that_views_look_at_can_be_changed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a file in use
    migrate(database)
    before = objects(database)
    if database.side == "station":
        Keeper(database, FakeClock(), "PICK01", "Pick 01")
    facts = rows(database, "SELECT fact_id, data FROM fact")

    # when a program with one more migration opens it
    monkeypatch.setattr(schema, "_HERE", plant(tmp_path))
    migrate(database)

    # then the table has grown, the facts are there, and views and guards are as before
    after = objects(database)
    assert rows(database, "SELECT fact_id, data FROM fact") == facts
    assert "glove" in after["table", "fact"]
    assert after.keys() - before.keys() == {("table", "newcomer")}
    assert before.keys() <= after.keys()
    assert {name: sql for (kind, name), sql in after.items() if kind == "trigger"} == triggers_of(database.side)
    assert rows(database, "SELECT count(*) FROM v_fact") == [(len(facts),)]


def test_a_migration_that_breaks_leaves_the_file_as_it_was(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(database)
    before = objects(database)
    monkeypatch.setattr(schema, "_HERE", plant(tmp_path, then="op.execute('SELECT * FROM nowhere')"))

    with pytest.raises(Exception, match="no such table: nowhere"):
        migrate(database)

    assert objects(database) == before
    assert rows(database, "SELECT version_num FROM alembic_version") != [("9999",)]
