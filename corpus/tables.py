"""The tables of the catalogue; `corpus/migrations/` makes them, a test holds both against each other."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

documents = sa.Table(
    "corpus_documents",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("short_title", sa.Text, nullable=False, index=True),
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
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("confidence", sa.String(20), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    # Who ended it: '' the source itself, 'version:<id>' a newer version that we hold, else the person who repealed it.
    sa.Column("ended_by", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("provenance", sa.JSON, nullable=False),
    sa.Column("warnings", sa.JSON, nullable=False),
    sa.Column("quality", sa.Float, nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
)

passages = sa.Table(
    "corpus_passages",
    metadata,
    sa.Column("id", sa.String(120), primary_key=True),
    sa.Column("document_id", sa.ForeignKey("corpus_documents.id", ondelete="CASCADE"), nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("article", sa.Text, nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("headings", sa.JSON, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.UniqueConstraint("document_id", "ordinal"),
    sa.UniqueConstraint("document_id", "article"),
)

# What a document is made under and which articles it cites (corpus/links.py); made anew with its passages.
links = sa.Table(
    "corpus_links",
    metadata,
    sa.Column("document_id", sa.ForeignKey("corpus_documents.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("title", sa.Text, nullable=False, index=True),
    sa.Column("article", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
)

log = sa.Table(
    "corpus_log",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("document_id", sa.String(80), nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)

revision = sa.Table("corpus_revision", metadata, sa.Column("value", sa.Integer, nullable=False))
