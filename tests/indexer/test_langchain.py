from datetime import date

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from indexer.langchain import EnvEmbeddings, IndexRetriever


def test_embeddings(encoder):
    embeddings = EnvEmbeddings(encoder)
    assert isinstance(embeddings, Embeddings)
    assert embeddings.embed_documents(["水", "气"])[0] == pytest.approx(encoder.passages(["水"])[0].tolist())
    assert embeddings.embed_query("水") == pytest.approx(encoder.query("水").tolist())


def test_our_own_encoder_by_name():
    assert len(EnvEmbeddings().embed_query("排污")) == 256


def test_retriever(index, today, wuhan):
    retriever = IndexRetriever(index=lambda: index, on=today, region=wuhan, k=3)
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("冇得排污证罚几多")
    assert len(documents) == 3
    assert documents[0].metadata["label"] == "《生态环境法典》第一千一百零二条"
    assert documents[0].metadata["status"] == "现行有效"
    assert documents[0].metadata["stands_for"] == ["《生态环境法典》第一千一百零二条"]


def test_day_and_region_of_one_call(index, today):
    retriever = IndexRetriever(index=lambda: index, on=today)
    labels = [document.metadata["label"] for document in retriever.invoke("未取得排污许可证", on=date(2026, 1, 1))]
    assert "《水污染防治法》第八十三条" in labels


async def _ask(retriever):
    return await retriever.ainvoke("排污许可证")


def test_asynchronously(index, today):
    import asyncio

    assert asyncio.run(_ask(IndexRetriever(index=lambda: index, on=today)))
