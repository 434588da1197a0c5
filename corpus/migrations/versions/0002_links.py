"""Links between instruments.

Why: a repeal must name the instruments made under what ends and those that cite its articles. They are read from the
passages, so what is stored already gets its links here and need not be taken in again.
"""

import sqlalchemy as sa
from alembic import op

from corpus import links
from corpus.model import Passage

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    table = op.create_table(
        "corpus_links",
        sa.Column("document_id", sa.String(80), sa.ForeignKey("corpus_documents.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("article", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
    )
    op.create_index("ix_corpus_links_title", "corpus_links", ["title"])
    connection = op.get_bind()
    for document_id, title in connection.execute(sa.text("SELECT id, title FROM corpus_documents")).all():
        query = sa.text("SELECT article, text, kind FROM corpus_passages WHERE document_id = :id ORDER BY ordinal")
        passages = [
            Passage("", document_id, title, article, text, kind)
            for article, text, kind in connection.execute(query, {"id": document_id})
        ]
        rows = [
            {"document_id": document_id, "ordinal": ordinal, "kind": str(link.kind), "place": link.place}
            | {"title": link.to.title, "article": link.to.article}
            for ordinal, link in enumerate(links.find(title, passages))
        ]
        if rows:
            connection.execute(sa.insert(table), rows)


def downgrade() -> None:
    op.drop_table("corpus_links")
