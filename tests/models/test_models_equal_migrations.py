"""The tables of a migrated file are those of the models, on both sides; so are triggers and views."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, Text

from app.db import Database, migrate, open_database
from app.db.schema import _HERE, VIEWS, install, newest_revision, tables_of, triggers_of
from app.models import Model

SIDES = ("central", "station")


@pytest.fixture(params=SIDES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = open_database(tmp_path / "file.sqlite", request.param)
    migrate(made)
    yield made
    made.close()


def differences(database: Database, metadata: MetaData) -> list[object]:
    """What a new migration would have to do."""

    def belongs(thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        sides = getattr(thing, "info", {}).get("sides", (database.side,)) if kind == "table" else ()
        return name != "alembic_version" and (kind != "table" or database.side in sides)

    with database.read.connect() as connection:
        options = {"compare_type": True, "include_object": belongs}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def schema(database: Database) -> dict[tuple[str, str], str]:
    """Every object of the file by (kind, name), as SQLite keeps it."""
    with database.read.connect() as connection:
        rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {(kind, name): sql for kind, name, sql in rows}


def test_a_migrated_file_needs_no_further_migration(database: Database) -> None:
    assert differences(database, Model.metadata) == []


def test_a_column_that_no_migration_makes_is_found(database: Database) -> None:
    grown = MetaData(naming_convention=Model.metadata.naming_convention)
    for table in Model.metadata.sorted_tables:
        copy = table.to_metadata(grown)
        if table.name == "code":
            copy.append_column(Column("forgotten", Text))
    Table("never_migrated", grown, Column("id", Text, primary_key=True), info={"sides": SIDES})

    found = str(differences(database, grown))

    assert "forgotten" in found
    assert "never_migrated" in found


def test_each_side_has_its_tables_and_no_other(database: Database) -> None:
    there = {name for kind, name in schema(database) if kind == "table"} - {"alembic_version"}

    assert there == {table.name for table in tables_of(database.side)}


def test_triggers_and_views_are_those_of_the_program(database: Database) -> None:
    there = schema(database)

    assert {n: sql for (kind, n), sql in there.items() if kind == "trigger"} == triggers_of(database.side)
    assert {n: sql for (kind, n), sql in there.items() if kind == "view"} == {
        name: f"CREATE VIEW {name} AS {sql.strip()}" for name, sql in VIEWS[database.side].items()
    }


def test_an_old_view_and_a_stray_trigger_are_written_anew(database: Database) -> None:
    before = schema(database)
    with database.write.begin() as connection:
        connection.exec_driver_sql("DROP VIEW v_stock")
        connection.exec_driver_sql("CREATE VIEW v_stock AS SELECT 1")
        connection.exec_driver_sql("CREATE TRIGGER stray BEFORE DELETE ON bin BEGIN SELECT 1; END")

    with database.write.begin() as connection:
        install(connection, database.side)

    assert schema(database) == before


def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = schema(database)

    migrate(database)

    assert schema(database) == before


def test_the_newest_script_is_known_by_its_name() -> None:
    """So that a start finds out that nothing is to be done without the program that would do it."""
    scripts = ScriptDirectory(str(_HERE))

    assert newest_revision() == scripts.get_current_head()
    assert {script.revision: Path(script.path).name[1:5] for script in scripts.walk_revisions()} == {
        script.revision: script.revision for script in scripts.walk_revisions()
    }
