"""Documents, their passages, the log and the revision.

Why: the catalogue is the one truth about what may be cited; files and the index can be made again from it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "corpus_documents",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("short_title", sa.Text, nullable=False),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("doc_no", sa.Text, nullable=False),
        sa.Column("region", sa.String(80), nullable=False),
        sa.Column("publish_date", sa.Date),
        sa.Column("effective_date", sa.Date),
        sa.Column("ended_on", sa.Date),
        sa.Column("superseded_by", sa.Text, nullable=False),
        sa.Column("repealed", sa.Boolean, nullable=False),
        sa.Column("trust", sa.String(20), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("confidence", sa.String(20), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("ended_by", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("provenance", sa.JSON, nullable=False),
        sa.Column("warnings", sa.JSON, nullable=False),
        sa.Column("quality", sa.Float, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
    )
    op.create_index("ix_corpus_documents_short_title", "corpus_documents", ["short_title"])
    op.create_index("ix_corpus_documents_sha256", "corpus_documents", ["sha256"])
    op.create_table(
        "corpus_passages",
        sa.Column("id", sa.String(120), primary_key=True),
        sa.Column("document_id", sa.String(80), sa.ForeignKey("corpus_documents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("article", sa.Text, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("headings", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.UniqueConstraint("document_id", "ordinal"),
        sa.UniqueConstraint("document_id", "article"),
    )
    op.create_table(
        "corpus_log",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("document_id", sa.String(80), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("ix_corpus_log_document_id", "corpus_log", ["document_id"])
    revision_table = op.create_table("corpus_revision", sa.Column("value", sa.Integer, nullable=False))
    op.bulk_insert(revision_table, [{"value": 0}])


def downgrade() -> None:
    for name in ("corpus_revision", "corpus_log", "corpus_passages", "corpus_documents"):
        op.drop_table(name)
