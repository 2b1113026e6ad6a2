"""The tables. Times are ms since the epoch; JSON columns hold the plain form of the lifecycle's records."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the token: the token itself is not kept
    Column("username", String(255), nullable=False),
    Column("admin", Boolean, nullable=False),
    Column("application", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("username", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    Column("idempotency_key", String(255)),
    Column("fingerprint", String(64), nullable=False),  # of the request, to tell a repeated one from another
    Column("document", JSON, nullable=False),  # the job file as it counts, secrets masked
    Column("secrets", LargeBinary, nullable=False),  # what was masked, encrypted
    Column("virtual_cluster", String(255), nullable=False),
    Column("priority", String(32)),
    Column("total_gpus", Integer, nullable=False),
    Column("total_tasks", Integer, nullable=False),
    Column("total_roles", Integer, nullable=False),
    Column("submitted_at", BigInteger, nullable=False),
    Column("stop_requested", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("user_retries", Integer, nullable=False),
    Column("platform_retries", Integer, nullable=False),
    Column("retry_at", BigInteger),
    Column("launched_at", BigInteger),
    Column("completed_at", BigInteger),
    Column("exit_code", Integer),
    Index("uq_jobs_username_name", "username", "name", unique=True),
    Index("uq_jobs_username_idempotency_key", "username", "idempotency_key", unique=True),
    Index("ix_jobs_state", "state"),
    Index("ix_jobs_submitted_at", "submitted_at"),
)

job_attempts = Table(
    "job_attempts",
    metadata,
    Column("job_id", String(32), ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("launched_at", BigInteger),
    Column("completed_at", BigInteger),
    Column("network", JSON),
    Column("outcome", JSON),
)

task_attempts = Table(
    "task_attempts",
    metadata,
    Column("uid", String(32), primary_key=True),
    Column("job_id", String(32), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("job_attempt", Integer, nullable=False),
    Column("role", String(255), nullable=False),
    Column("task_index", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("node", String(255)),
    Column("address", String(64)),
    Column("created_at", BigInteger, nullable=False),
    Column("placed_at", BigInteger),
    Column("launched_at", BigInteger),
    Column("completed_at", BigInteger),
    Column("exit", JSON),
    Column("diagnosis", JSON),
    Index("ix_task_attempts_job", "job_id", "job_attempt"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job_id", String(32), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("task_uid", String(32)),
    Column("at", BigInteger, nullable=False),
    Column("warning", Boolean, nullable=False),
    Column("code", Text, nullable=False),
    Column("params", JSON, nullable=False),
    Index("ix_events_job_id", "job_id"),
)
