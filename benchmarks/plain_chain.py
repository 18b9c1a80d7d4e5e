"""The chain that a user would pick instead of Hearth: langchain-chroma over the same model, the top three."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chromadb.config import Settings
from langchain_chroma import Chroma

from knowledge.clauses import Clause
from knowledge.embedding import TextEmbedder
from knowledge.retriever import EmbeddingsOf

TOP = 3
# The cosine below which the chain says "silent": the best for its verdicts on the development questions.
THRESHOLD = 0.30


@dataclass(frozen=True, slots=True)
class PlainAnswer:
    """What the chain can say: the nearest clauses, or that it found none."""

    verdict: str
    citations: tuple[str, ...]


class PlainChain:
    """Answers with the nearest clauses, whatever they say of the act that was asked about."""

    def __init__(self, clauses: Sequence[Clause], embedder: TextEmbedder, folder: Path) -> None:
        """Open the store in `folder`; where it is empty, embed the clauses' texts into it."""
        self._store = Chroma(
            "clauses",
            EmbeddingsOf(embedder),
            persist_directory=str(folder),
            client_settings=Settings(anonymized_telemetry=False, is_persistent=True),
            collection_configuration={"hnsw": {"space": "cosine"}},
        )
        if not self._store.get(limit=1)["ids"]:
            for start in range(0, len(clauses), 1000):
                batch = clauses[start : start + 1000]
                self._store.add_texts([clause.text for clause in batch], ids=[clause.id for clause in batch])

    def answer(self, question: str) -> PlainAnswer:
        """Return the three nearest clauses as information, or "silent" where even the first is far."""
        found = self._store.similarity_search_with_score(question, k=TOP)
        _, distance = found[0]
        if 1 - distance < THRESHOLD:
            return PlainAnswer("silent", ())
        return PlainAnswer("info", tuple(str(document.id) for document, _ in found))
