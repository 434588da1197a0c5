"""What the chat model has cost, a row a day.

Why: a budget that each process counts for itself is spent as often as there are processes, and anew after each restart.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "bot_spending",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("micros", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("bot_spending")
