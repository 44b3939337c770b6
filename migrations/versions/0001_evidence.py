"""What was seen: bytes, looks, readings and the rows in them; and the spans made of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Flag, Int, Json, Moment
from migrations.guards import keep_order, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bodies",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("codec", sa.Text(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_bodies"),
        sqlite_strict=True,
    )
    op.create_table(
        "snapshots",
        sa.Column("id", Int, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("seen_at", Int, nullable=False),
        sa.Column("recorded_at", Int, nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("status", Int, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("awaits", Flag, nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body"], ["bodies.sha256"], name="fk_snapshots_body_bodies"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
        sqlite_strict=True,
    )
    op.create_index("ix_snapshots_source_awaits_id", "snapshots", ["source", "awaits", "id"], unique=False)
    op.create_index("ix_snapshots_source_seen_at", "snapshots", ["source", "seen_at"], unique=False)
    op.create_table(
        "acceptances",
        sa.Column("id", Int, nullable=False),
        sa.Column("snapshot", Int, autoincrement=False, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("counted_as", Int, nullable=True),
        sa.ForeignKeyConstraint(["counted_as"], ["snapshots.id"], name="fk_acceptances_counted_as_snapshots"),
        sa.ForeignKeyConstraint(["snapshot"], ["snapshots.id"], name="fk_acceptances_snapshot_snapshots"),
        sa.PrimaryKeyConstraint("id", name="pk_acceptances"),
        sa.UniqueConstraint("snapshot", "person", name="uq_acceptances_snapshot_person"),
        sqlite_strict=True,
    )
    op.create_table(
        "read_blocks",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_read_blocks"),
        sqlite_strict=True,
    )
    op.create_table(
        "readings",
        sa.Column("id", Int, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("read_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("notes", Json(), nullable=False),
        sa.Column("held", Json(), nullable=False),
        sa.ForeignKeyConstraint(["body"], ["bodies.sha256"], name="fk_readings_body_bodies"),
        sa.ForeignKeyConstraint(["read_hash"], ["read_blocks.hash"], name="fk_readings_read_hash_read_blocks"),
        sa.PrimaryKeyConstraint("id", name="pk_readings"),
        sa.UniqueConstraint("body", "source", "read_hash", name="uq_readings_body_source_read_hash"),
        sqlite_strict=True,
    )
    op.create_table(
        "observations",
        sa.Column("id", Int, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_observations"),
        sa.UniqueConstraint("hash", name="uq_observations_hash"),
        sqlite_strict=True,
    )
    op.create_table(
        "reading_rows",
        sa.Column("reading", Int, autoincrement=False, nullable=False),
        sa.Column("position", Int, autoincrement=False, nullable=False),
        sa.Column("observation", Int, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["observation"], ["observations.id"], name="fk_reading_rows_observation_observations"),
        sa.ForeignKeyConstraint(["reading"], ["readings.id"], name="fk_reading_rows_reading_readings"),
        sa.PrimaryKeyConstraint("reading", "position", name="pk_reading_rows"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "timelines",
        sa.Column("id", Int, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("read_hash", sa.Text(), nullable=False),
        sa.Column("last_snapshot", Int, autoincrement=False, nullable=False),
        sa.Column("good_body", sa.Text(), nullable=True),
        sa.Column("good_seen_at", Int, nullable=True),
        sa.Column("spans", Int, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_timelines"),
        sa.UniqueConstraint("source", "read_hash", name="uq_timelines_source_read_hash"),
        sqlite_strict=True,
    )
    op.create_table(
        "spans",
        sa.Column("timeline", Int, autoincrement=False, nullable=False),
        sa.Column("position", Int, autoincrement=False, nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("observation", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("snapshot", Int, autoincrement=False, nullable=False),
        sa.Column("since", Int, nullable=False),
        sa.Column("until", Int, nullable=True),
        sa.Column("ended", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["timeline"], ["timelines.id"], name="fk_spans_timeline_timelines", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("timeline", "position", name="pk_spans"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect(
        op.get_bind(), "bodies", "snapshots", "acceptances", "read_blocks", "readings", "observations", "reading_rows"
    )
    keep_order(op.get_bind())


def downgrade() -> None:
    op.drop_table("spans")
    op.drop_table("timelines")
    op.drop_table("reading_rows")
    op.drop_table("observations")
    op.drop_table("readings")
    op.drop_table("read_blocks")
    op.drop_table("acceptances")
    op.drop_table("snapshots")
    op.drop_table("bodies")
