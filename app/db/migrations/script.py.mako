"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

from alembic import context, op
import sqlalchemy as sa
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    side = context.config.attributes["side"]
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    raise RuntimeError("an older program can't read a newer database: restore the backup instead")
