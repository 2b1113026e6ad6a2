"""Images: what a job's are locked to, credentials and the groups that share them, use and removal of images."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("images", sa.JSON()))
    op.create_table(
        "credentials",
        sa.Column("scope", sa.String(16), primary_key=True),
        sa.Column("owner", sa.String(255), primary_key=True),
        sa.Column("registry", sa.String(255), primary_key=True),
        sa.Column("username", sa.String(255), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "groups",
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("description", sa.Text(), nullable=False),
    )
    op.create_table(
        "group_members",
        sa.Column(
            "group_name", sa.String(255), sa.ForeignKey("groups.name", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("username", sa.String(255), primary_key=True),
    )
    op.create_index("ix_group_members_username", "group_members", ["username"])
    op.create_table(
        "image_uses",
        sa.Column("image_id", sa.String(80), primary_key=True),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "image_removals",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("image_id", sa.String(80), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
    )
    op.create_index("ix_image_removals_at", "image_removals", ["at"])
