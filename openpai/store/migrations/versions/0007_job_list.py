"""Indexes by which the list of jobs is found, sorted and counted without its rows, which hold whole job files."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    listed = [
        "username", "submitted_at", "state", "stop_requested", "virtual_cluster", "name", "completed_at",
        "total_gpus", "total_tasks", "user_retries", "platform_retries", "preemptions", "priority", "id",
    ]  # fmt: skip
    op.create_index("ix_jobs_list", "jobs", listed)
    op.drop_index("ix_jobs_state", "jobs")
    op.create_index("ix_jobs_state", "jobs", ["state", "stop_requested", "submitted_at", "id"])
