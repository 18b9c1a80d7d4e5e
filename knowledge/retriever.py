"""Finding clauses as langchain parts, for whoever wants to plug them elsewhere. Nothing in Hearth needs it.

Importing this loads langchain, which takes a second or more; so it is imported by nobody else.
"""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from knowledge.embedding import TextEmbedder
from knowledge.index import ClauseIndex


class ClauseRetriever(BaseRetriever):
    """Returns the clauses nearest to a question as documents, best first.

    A document's text is the clause, word for word; its metadata are `clause` (how it is cited), `headings`,
    `hash`, `dense` and `score` (see `knowledge.index.Hit`). `roles` are what the person is ("volunteer").
    """

    index: ClauseIndex
    count: int = 5
    roles: tuple[str, ...] = ()

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        del run_manager  # nothing to report between question and answer
        return [
            Document(
                hit.clause.text,
                metadata={
                    "clause": hit.clause.id,
                    "headings": list(hit.clause.headings),
                    "hash": hit.clause.hash,
                    "dense": hit.dense,
                    "score": hit.score,
                },
            )
            for hit in self.index.search(query, self.count, self.roles)
        ]


class EmbeddingsOf(Embeddings):
    """An embedder of Hearth's as langchain's `Embeddings`, for langchain-chroma and others."""

    def __init__(self, embedder: TextEmbedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector for each text."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Return the text's vector."""
        vector: list[float] = self._embedder.embed(text).tolist()
        return vector
