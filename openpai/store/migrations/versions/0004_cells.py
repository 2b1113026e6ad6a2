"""The cells of tasks, and how often they had to give way."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("jobs") as table:
        table.add_column(sa.Column("preemptions", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("task_attempts") as table:
        table.add_column(sa.Column("cells", sa.JSON()))
        table.add_column(sa.Column("preemptions", sa.Integer(), nullable=False, server_default="0"))
