"""Proposals are found by their market: each card and each judging asks for those of one, and read all of them.

With 10,000 proposals of 3,000 markets a card's doubts took 22 ms, and what was last doubted of a market 26 ms; with
this index 1.5 ms each (2026-11-21).
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_proposals_market", "proposals", ["market"])


def downgrade() -> None:
    op.drop_index("ix_proposals_market", "proposals")
