"""The first schema: tokens, jobs and their attempts, task attempts, events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(255), nullable=False),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("application", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("username", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("idempotency_key", sa.String(255)),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("virtual_cluster", sa.String(255), nullable=False),
        sa.Column("priority", sa.String(32)),
        sa.Column("total_gpus", sa.Integer(), nullable=False),
        sa.Column("total_tasks", sa.Integer(), nullable=False),
        sa.Column("total_roles", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("user_retries", sa.Integer(), nullable=False),
        sa.Column("platform_retries", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.BigInteger()),
        sa.Column("launched_at", sa.BigInteger()),
        sa.Column("completed_at", sa.BigInteger()),
        sa.Column("exit_code", sa.Integer()),
    )
    op.create_index("uq_jobs_username_name", "jobs", ["username", "name"], unique=True)
    op.create_index("uq_jobs_username_idempotency_key", "jobs", ["username", "idempotency_key"], unique=True)
    op.create_index("ix_jobs_state", "jobs", ["state"])
    op.create_index("ix_jobs_submitted_at", "jobs", ["submitted_at"])
    op.create_table(
        "job_attempts",
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("attempt", sa.Integer(), primary_key=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("launched_at", sa.BigInteger()),
        sa.Column("completed_at", sa.BigInteger()),
        sa.Column("network", sa.JSON()),
        sa.Column("outcome", sa.JSON()),
    )
    op.create_table(
        "task_attempts",
        sa.Column("uid", sa.String(32), primary_key=True),
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("job_attempt", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(255), nullable=False),
        sa.Column("task_index", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("node", sa.String(255)),
        sa.Column("address", sa.String(64)),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", sa.BigInteger()),
        sa.Column("launched_at", sa.BigInteger()),
        sa.Column("completed_at", sa.BigInteger()),
        sa.Column("exit", sa.JSON()),
        sa.Column("diagnosis", sa.JSON()),
    )
    op.create_index("ix_task_attempts_job", "task_attempts", ["job_id", "job_attempt"])
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("task_uid", sa.String(32)),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("warning", sa.Boolean(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
    )
    op.create_index("ix_events_job_id", "events", ["job_id"])
