"""The tables. Times are ms since the epoch; sa.JSON columns hold the plain form of the lifecycle's records."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

metadata = sa.MetaData(
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
    Column("digest", sa.String(64), primary_key=True),  # SHA-256 of the token: the token itself is not kept
    Column("username", sa.String(255), nullable=False),
    Column("admin", sa.Boolean, nullable=False),
    Column("application", sa.Boolean, nullable=False),
    Column("created_at", sa.BigInteger, nullable=False),
)

# All that the list of jobs is sorted and filtered by: an index has it, for the rows hold whole job files.
_LISTED = (
    "username", "submitted_at", "state", "stop_requested", "virtual_cluster", "name", "completed_at",
    "total_gpus", "total_tasks", "user_retries", "platform_retries", "preemptions", "priority", "id",
)  # fmt: skip

jobs = Table(
    "jobs",
    metadata,
    Column("id", sa.String(32), primary_key=True),
    Column("username", sa.String(255), nullable=False),
    Column("name", sa.String(255), nullable=False),
    Column("idempotency_key", sa.String(255)),
    Column(
        "fingerprint", sa.String(64), nullable=False
    ),  # of the request, to tell a repeated one from another
    Column("document", sa.JSON, nullable=False),  # the job file as it counts, secrets masked
    Column("secrets", sa.LargeBinary, nullable=False),  # what was masked, encrypted
    Column("virtual_cluster", sa.String(255), nullable=False),
    Column("priority", sa.String(32)),
    Column("total_gpus", sa.Integer, nullable=False),
    Column("total_tasks", sa.Integer, nullable=False),
    Column("total_roles", sa.Integer, nullable=False),
    Column("submitted_at", sa.BigInteger, nullable=False),
    Column("stop_requested", sa.Boolean, nullable=False),
    Column("state", sa.String(16), nullable=False),
    Column("attempt", sa.Integer, nullable=False),
    Column("user_retries", sa.Integer, nullable=False),
    Column("platform_retries", sa.Integer, nullable=False),
    Column("retry_at", sa.BigInteger),
    Column("launched_at", sa.BigInteger),
    Column("completed_at", sa.BigInteger),
    Column("exit_code", sa.Integer),
    Column("images", sa.JSON),  # image as written → what it was locked to at submission
    Column("rerun_at", sa.BigInteger),
    Column("preemptions", sa.Integer, nullable=False),
    Index("uq_jobs_username_name", "username", "name", unique=True),
    Index("uq_jobs_username_idempotency_key", "username", "idempotency_key", unique=True),
    Index("ix_jobs_state", "state", "stop_requested", "submitted_at", "id"),
    Index("ix_jobs_list", *_LISTED),
    Index("ix_jobs_submitted_at", "submitted_at"),
)

job_attempts = Table(
    "job_attempts",
    metadata,
    Column("job_id", sa.String(32), ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("attempt", sa.Integer, primary_key=True),
    Column("created_at", sa.BigInteger, nullable=False),
    Column("launched_at", sa.BigInteger),
    Column("completed_at", sa.BigInteger),
    Column("network", sa.JSON),
    Column("outcome", sa.JSON),
)

task_attempts = Table(
    "task_attempts",
    metadata,
    Column("uid", sa.String(32), primary_key=True),
    Column("job_id", sa.String(32), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("job_attempt", sa.Integer, nullable=False),
    Column("role", sa.String(255), nullable=False),
    Column("task_index", sa.Integer, nullable=False),
    Column("attempt", sa.Integer, nullable=False),
    Column("state", sa.String(16), nullable=False),
    Column("node", sa.String(255)),
    Column("address", sa.String(64)),
    Column("created_at", sa.BigInteger, nullable=False),
    Column("placed_at", sa.BigInteger),
    Column("launched_at", sa.BigInteger),
    Column("completed_at", sa.BigInteger),
    Column("exit", sa.JSON),
    Column("diagnosis", sa.JSON),
    Column("platform_retries", sa.Integer, nullable=False),
    Column("due_at", sa.BigInteger),
    Column("pulled", sa.JSON),
    Column("stopping_at", sa.BigInteger),
    Column("kill_at", sa.BigInteger),
    Column("cells", sa.JSON),
    Column("preemptions", sa.Integer, nullable=False),
    Index("ix_task_attempts_job", "job_id", "job_attempt"),
)

events = Table(
    "events",
    metadata,
    Column("id", sa.Integer, primary_key=True, autoincrement=True),
    Column("job_id", sa.String(32), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("task_uid", sa.String(32)),
    Column("at", sa.BigInteger, nullable=False),
    Column("warning", sa.Boolean, nullable=False),
    Column("code", sa.Text, nullable=False),
    Column("params", sa.JSON, nullable=False),
    Index("ix_events_job_id", "job_id"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("scope", sa.String(16), primary_key=True),  # user, group or default
    Column("owner", sa.String(255), primary_key=True),  # name of the user or group; "" for default
    Column("registry", sa.String(255), primary_key=True),  # host[:port]; docker.io for Docker Hub
    Column("username", sa.String(255), nullable=False),
    Column("secret", sa.LargeBinary, nullable=False),  # the password, encrypted
    Column("updated_at", sa.BigInteger, nullable=False),
)

groups = Table(
    "groups",
    metadata,
    Column("name", sa.String(255), primary_key=True),
    Column("description", sa.Text, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_name", sa.String(255), ForeignKey("groups.name", ondelete="CASCADE"), primary_key=True),
    Column("username", sa.String(255), primary_key=True),
    Index("ix_group_members_username", "username"),
)

image_uses = Table(
    "image_uses",
    metadata,
    Column("image_id", sa.String(80), primary_key=True),  # sha256:… of the configuration
    Column(
        "used_at", sa.BigInteger, nullable=False
    ),  # when a task of ours was started with it, or it was pulled
)

image_removals = Table(
    "image_removals",
    metadata,
    Column("id", sa.Integer, primary_key=True, autoincrement=True),
    Column("at", sa.BigInteger, nullable=False),
    Column("image_id", sa.String(80), nullable=False),
    Column("names", sa.JSON, nullable=False),
    Column("size_bytes", sa.BigInteger, nullable=False),
    Column("used_at", sa.BigInteger, nullable=False),
    Column("reason", sa.String(64), nullable=False),  # a code of the messages
    Index("ix_image_removals_at", "at"),
)

node_marks = Table(
    "node_marks",
    metadata,
    Column("node", sa.String(255), primary_key=True),
    Column("mark", sa.String(16), nullable=False),  # see `cluster.health.Mark`
    Column("username", sa.String(255), nullable=False),  # the admin who wished it
    Column("at", sa.BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", sa.String(64), primary_key=True),  # SHA-256 of what the browser holds
    Column("username", sa.String(255), nullable=False),
    Column("admin", sa.Boolean, nullable=False),
    Column("expires_at", sa.BigInteger, nullable=False),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("digest", sa.String(64), primary_key=True),  # SHA-256 of the code in the link
    Column("username", sa.String(255), nullable=False),
    Column("admin", sa.Boolean, nullable=False),
    Column("expires_at", sa.BigInteger, nullable=False),
)
