"""The index and its encoder behind LangChain's interfaces."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from indexer.encoder import OWN, load
from indexer.hit import Encoder, Hit, Index


class EnvEmbeddings(Embeddings):
    """Any encoder of this room as LangChain Embeddings; questions and passages get the prefixes that the model wants."""

    def __init__(self, encoder: Encoder | str = OWN) -> None:
        """:param encoder: an encoder, or the name of one as in the setting ENVDOCTOR_ENCODER"""
        self._encoder = load(encoder) if isinstance(encoder, str) else encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._encoder.passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._encoder.query(text).tolist()
        return vector


class IndexRetriever(BaseRetriever):
    """The newest index as a LangChain retriever: `IndexRetriever(index=reader.current).invoke("…")`.

    Day and region of the question can also be given to a single call: `invoke("…", on=date(2026, 8, 1))`.
    """

    index: Callable[[], Index]
    on: date | None = None
    region: str = ""
    k: int = 10

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        on: date | None = None,
        region: str | None = None,
    ) -> list[Document]:
        place = self.region if region is None else region
        hits = self.index().search(query, on=on or self.on or date.today(), region=place, k=self.k)
        return [as_document(hit) for hit in hits]


def as_document(hit: Hit) -> Document:
    """:returns: the passage with all that a citation needs in its metadata"""
    passage, document = hit.passage, hit.document
    metadata = {
        "label": passage.label,
        "title": document.title,
        "article": passage.article,
        "kind": passage.kind,
        "headings": list(passage.headings),
        "status": str(hit.status),
        "level": document.level,
        "region": document.region,
        "source": document.source,
        "stands_for": [str(cite) for cite in passage.stands_for],
        "score": hit.score,
    }
    return Document(page_content=passage.text, metadata=metadata, id=passage.id)
