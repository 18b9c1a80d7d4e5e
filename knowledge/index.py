"""The index of one policy version: kept in Chroma, searched by meaning and by words.

Each organisation and policy version has its own collection, named after them and the model, and it is
compared with the policy clause by clause; so an index of an old version is never searched.

Chroma's folder cannot be shared by two processes: merely opening it writes to it. So a process holds it only
while the index is opened, under a lock for which a second one waits, takes the vectors out and lets go. Then
`hearth ask` works while the web chat runs, any thread may search, and the search is exact: for 10,000 clauses
it takes about a millisecond.
"""

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from knowledge.clauses import Clause, Policy, fingerprint
from knowledge.embedding import TextEmbedder
from knowledge.parties import heading_parties
from knowledge.ranking import best_first, fuse, lift_by_company, number_groups
from knowledge.word_index import WordIndex

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

BATCH = 256  # clauses written or read at once; what a kill can cost, about two seconds' work
WAIT_SECONDS = 600  # for another process that builds an index in the same folder


class IndexFolderError(Exception):
    """The folder for the index cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause that was found.

    `dense` is the cosine between question and clause (-1 to 1) and means the same in every search; `score`
    only orders the hits of one search.
    """

    clause: Clause
    dense: float
    score: float


class ClauseIndex:
    """Finds the clauses of one policy version. May be shared between threads."""

    def __init__(self, policy: Policy, embedder: TextEmbedder, vectors: NDArray[np.float32]) -> None:
        """Hold the policy's clauses and their vectors, one row each in document order."""
        self._clauses = policy.clauses
        self._embedder = embedder
        self._vectors = vectors
        self._words = WordIndex([wording(clause) for clause in self._clauses])
        self._sections = number_groups(clause.headings for clause in self._clauses)
        self._by_role = any(
            heading_parties(heading, policy.organisation)
            for heading in {heading for clause in self._clauses for heading in clause.headings}
        )

    def search(self, question: str, count: int, roles: Sequence[str] = ()) -> list[Hit]:
        """Return the `count` nearest clauses, best first.

        `roles` are what the person is ("volunteer"): said before the question, they bring the clauses of the
        right section up where headings name roles; elsewhere they would only bring up whatever names one. A
        question without words finds the clauses in document order.
        """
        asked = f"{', '.join(roles)}: {question}" if roles and self._by_role else question
        dense = self._vectors @ self._embedder.embed(asked)
        scores = lift_by_company(fuse(dense, self._words.scores(asked)), self._sections)
        return [
            Hit(self._clauses[at], float(dense[at]), float(scores[at])) for at in best_first(scores)[:count]
        ]


def wording(clause: Clause) -> str:
    """Return the words by which a clause is found: the headings above it, then its text.

    The policy's title is left out: the same for every clause, it only blurs them (measured on the one small
    policy: all citations in three .65 with it, .76 without).
    """
    return "\n".join((*clause.headings, clause.text))


def open_index(
    policy: Policy, embedder: TextEmbedder, folder: Path, *, progress: bool = False
) -> ClauseIndex:
    """Return the policy's index, built or completed first where it has to be.

    `folder` is made if needed and may hold the indexes of many policies. `progress` shows a bar while clauses
    are embedded. Building survives a kill: what is kept is compared with the policy, clause by clause, and
    only what is missing is added. A damaged store is thrown away and built again. Raises IndexFolderError
    where the folder cannot be used.
    """
    from chromadb.errors import ChromaError

    try:
        with _alone(folder):
            vectors = _vectors(policy, embedder, folder / "chroma", progress=progress)
    except (OSError, sqlite3.OperationalError, ChromaError) as error:
        raise IndexFolderError(
            f"{folder} cannot hold the index ({error}). Check that you may write there and have room. "
            "If it is locked, another Hearth is building its index there: wait for it."
        ) from error
    return ClauseIndex(policy, embedder, vectors)


def collection_name(policy: Policy, model: str) -> str:
    """Return the name of the collection for a policy version and a model, within Chroma's rules for names."""
    made_from = "\n".join((policy.organisation, policy.slug, policy.version, model))
    readable = re.sub(r"[^a-z0-9]+", "-", policy.slug.lower()).strip("-")[:40].strip("-") or "policy"
    return f"{readable}-{hashlib.sha256(made_from.encode()).hexdigest()[:24]}"


def _vectors(policy: Policy, embedder: TextEmbedder, store: Path, *, progress: bool) -> NDArray[np.float32]:
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.errors import ChromaError

    try:
        return _stored_vectors(policy, embedder, store, progress=progress)
    except ChromaError:
        SharedSystemClient.clear_system_cache()  # Chroma would give the broken store out again
        shutil.rmtree(store)  # everything in it can be made again from the policies
        return _stored_vectors(policy, embedder, store, progress=progress)


def _stored_vectors(
    policy: Policy, embedder: TextEmbedder, store: Path, *, progress: bool
) -> NDArray[np.float32]:
    with _client(store) as client:
        collection = client.get_or_create_collection(
            collection_name(policy, embedder.model),
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
            metadata={"policy": policy.slug, "version": policy.version, "model": embedder.model},
        )
        _complete(collection, policy.clauses, embedder, progress=progress)
        ids = [clause.id for clause in policy.clauses]
        return np.concatenate(
            [_kept_vectors(collection, ids[start : start + BATCH]) for start in range(0, len(ids), BATCH)]
        )


def _client(store: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(store, settings=Settings(anonymized_telemetry=False))
    return cast("Client", client)  # its declared type has no close()


def _complete(
    collection: "Collection", clauses: Sequence[Clause], embedder: TextEmbedder, *, progress: bool
) -> None:
    """Make the collection hold these clauses and no others."""
    from tqdm import tqdm  # type: ignore[import-untyped]  # its types are a package of their own

    wanted = {clause.id: fingerprint(wording(clause)) for clause in clauses}
    kept = _kept_hashes(collection)
    if surplus := [clause_id for clause_id, hashed in kept.items() if wanted.get(clause_id) != hashed]:
        collection.delete(ids=surplus)
    missing = [clause for clause in clauses if kept.get(clause.id) != wanted[clause.id]]
    with tqdm(
        total=len(missing), desc="Indexing the policy", unit="clause", disable=not (progress and missing)
    ) as bar:
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            vectors = []
            for clause in batch:
                vectors.append(embedder.embed(wording(clause)))
                bar.update()
            collection.add(
                ids=[clause.id for clause in batch],
                embeddings=np.stack(vectors),
                documents=[clause.text for clause in batch],
                metadatas=[{"hash": wanted[clause.id]} for clause in batch],
            )


def _kept_hashes(collection: "Collection") -> Mapping[str, str]:
    kept = collection.get(include=["metadatas"])
    return {
        clause_id: str((metadata or {}).get("hash"))
        for clause_id, metadata in zip(kept["ids"], kept["metadatas"] or [], strict=True)
    }


def _kept_vectors(collection: "Collection", ids: list[str]) -> NDArray[np.float32]:
    """Return the vectors in the order of the ids; Chroma gives them in an order of its own."""
    kept = collection.get(ids=ids, include=["embeddings"])
    rows = {clause_id: row for row, clause_id in enumerate(kept["ids"])}
    vectors = np.asarray(kept["embeddings"], dtype=np.float32)
    return vectors[[rows[clause_id] for clause_id in ids]]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder: other processes and threads wait here. The lock ends with its holder, however it ends.

    The lock is SQLite's: the standard library has no other that works on every system.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / "lock", timeout=WAIT_SECONDS, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield
