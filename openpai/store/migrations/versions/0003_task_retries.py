"""Retries of single tasks, what their attempts waited for, stops with an end, jobs that are run again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("rerun_at", sa.BigInteger()))
    with op.batch_alter_table("task_attempts") as table:
        table.add_column(sa.Column("platform_retries", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("due_at", sa.BigInteger()))
        table.add_column(sa.Column("pulled", sa.JSON()))
        table.add_column(sa.Column("stopping_at", sa.BigInteger()))
        table.add_column(sa.Column("kill_at", sa.BigInteger()))
