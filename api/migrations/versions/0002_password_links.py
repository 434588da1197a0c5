"""Links with which somebody sets a new password.

Why: a forgotten password could be given back by nobody, and the only administrator's locked the whole bureau out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "api_password_link",
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["api_person.id"], name=op.f("fk_api_password_link_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_api_password_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_password_link_token_hash")),
    )


def downgrade() -> None:
    op.drop_table("api_password_link")
