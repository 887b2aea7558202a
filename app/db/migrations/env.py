"""Alembic's environment: one line of migrations for both sides; each operation asks `on(side)` whether it is meant."""

from typing import Any

from alembic import context

from app.models import Model

config = context.config
side: str = config.attributes["side"]


def _belongs(thing: Any, _name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return kind != "table" or side in thing.info.get("sides", (side,))


context.configure(
    connection=config.attributes["connection"],
    target_metadata=Model.metadata,
    include_object=_belongs,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
    side=side,
)
with context.begin_transaction():
    context.run_migrations()
