"""The stock LangChain recipe, built as its tutorials build it: chunks of 500 with 50 overlap, jieba BM25 and FAISS, fused
by the ensemble retriever with equal weights. It gets the same text, the same encoder and no legal knowledge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from corpus.model import Cite, Passage


def texts(passages: Iterable[Passage]) -> list[tuple[str, list[tuple[int, int, Cite]]]]:
    """:returns: for each document its whole text and the span of each article in it."""
    whole = []
    for _, group in groupby(passages, key=lambda passage: passage.document_id):
        parts: list[str] = []
        spans: list[tuple[int, int, Cite]] = []
        at = 0
        for passage in group:
            part = f"{passage.article}　{passage.text}"
            cites = passage.stands_for or (Cite(passage.title, passage.article),)
            spans += [(at, at + len(part), cite) for cite in cites]
            parts.append(part)
            at += len(part) + 1
        whole.append(("\n".join(parts), spans))
    return whole


class Stock:
    """Built in the constructor; `search` returns the articles that each found chunk covers."""

    def __init__(self, passages: Sequence[Passage], embeddings: Any) -> None:  # noqa: ANN401 - langchain's Embeddings
        import jieba
        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.retrievers import BM25Retriever
        from langchain_community.vectorstores import FAISS
        from langchain_core.documents import Document
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=50, add_start_index=True)
        chunks = []
        for text, spans in texts(passages):
            for chunk in splitter.split_documents([Document(text)]):
                start = chunk.metadata["start_index"]
                end = start + len(chunk.page_content)
                chunk.metadata["cites"] = [cite for low, high, cite in spans if low < end and start < high]
                chunks.append(chunk)
        self.chunks = len(chunks)
        lexical = BM25Retriever.from_documents(chunks, preprocess_func=jieba.lcut, k=10)
        dense = FAISS.from_documents(chunks, embeddings).as_retriever(search_kwargs={"k": 10})
        self._retriever = EnsembleRetriever(retrievers=[lexical, dense], weights=[0.5, 0.5])

    def search(self, question: str, k: int = 10) -> list[tuple[Cite, ...]]:
        return [tuple(document.metadata["cites"]) for document in self._retriever.invoke(question)[:k]]
