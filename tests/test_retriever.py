"""Langchain can use Hearth's clauses and Hearth's model."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda
from langchain_core.vectorstores import InMemoryVectorStore

from knowledge.clauses import Clause, Policy, Section
from knowledge.embedding import Embedder
from knowledge.index import ClauseIndex, open_index
from knowledge.retriever import ClauseRetriever, EmbeddingsOf

CLAUSES = (
    Clause("1.1", "Volunteers do not add families as friends.", ("1. Volunteers",)),
    Clause("2.1", "Staff do not add families as friends.", ("2. Staff",)),
    Clause("2.2", "Photographs need consent.", ("2. Staff",)),
)


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return Embedder.load(tmp_path_factory.mktemp("models"))


@pytest.fixture
def index(embedder: Embedder, tmp_path: Path) -> ClauseIndex:
    sections = (Section("1", "1. Volunteers", CLAUSES[:1]), Section("2", "2. Staff", CLAUSES[1:]))
    return open_index(Policy("p", "Sample", "Sample", "v1", sections, None, None), embedder, tmp_path)


def test_a_clause_comes_as_a_document_with_its_source(index: ClauseIndex) -> None:
    (document,) = ClauseRetriever(index=index, count=1).invoke("may we post pictures?")
    assert document.page_content == "Photographs need consent."
    assert document.metadata["clause"] == "2.2"
    assert document.metadata["headings"] == ["2. Staff"]
    assert document.metadata["hash"] == CLAUSES[2].hash
    assert 0 < document.metadata["dense"] < 1


@pytest.mark.parametrize(("role", "clause"), [("volunteer", "1.1"), ("staff", "2.1")])
def test_the_role_is_passed_on(index: ClauseIndex, role: str, clause: str) -> None:
    documents = ClauseRetriever(index=index, count=1, roles=(role,)).invoke("may I friend a family?")
    assert [document.metadata["clause"] for document in documents] == [clause]


def test_the_retriever_works_in_a_chain(index: ClauseIndex) -> None:
    def cited(documents: list[Document]) -> list[str]:
        return [document.metadata["clause"] for document in documents]

    chain = ClauseRetriever(index=index, count=3) | RunnableLambda(cited)
    assert sorted(chain.invoke("friends")) == ["1.1", "2.1", "2.2"]


async def test_the_retriever_may_be_awaited(index: ClauseIndex) -> None:
    assert len(await ClauseRetriever(index=index, count=2).ainvoke("friends")) == 2


def test_the_model_may_serve_another_store(embedder: Embedder) -> None:
    store = InMemoryVectorStore(EmbeddingsOf(embedder))
    store.add_texts([clause.text for clause in CLAUSES])
    (document,) = store.similarity_search("pictures of children", k=1)
    assert document.page_content == "Photographs need consent."


def test_both_ways_to_embed_give_the_models_vector(embedder: Embedder) -> None:
    vector = embedder.embed("friends")
    np.testing.assert_array_equal(EmbeddingsOf(embedder).embed_documents(["friends"]), [vector])
    np.testing.assert_array_equal(EmbeddingsOf(embedder).embed_query("friends"), vector)


def test_langchain_is_not_loaded_by_searching() -> None:
    code = (
        "import sys, knowledge.index; sys.exit('langchain_core' in sys.modules or 'chromadb' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603  # our own code
