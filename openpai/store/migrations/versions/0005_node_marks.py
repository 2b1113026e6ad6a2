"""Nodes that get nothing new, as an admin wishes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "node_marks",
        sa.Column("node", sa.String(255), nullable=False),
        sa.Column("mark", sa.String(16), nullable=False),
        sa.Column("username", sa.String(255), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", name="pk_node_marks"),
    )
