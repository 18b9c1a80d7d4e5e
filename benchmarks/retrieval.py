"""Measure how well clauses are found, on data that nobody on this project wrote.

    python -m benchmarks.retrieval --shared ../shared/benchmarks

R@10 is the share of the relevant clauses among the first ten, MRR the mean of 1/rank of the first relevant
one (0 beyond ten), R@1 how often the first is relevant. Questions without a relevant clause are left out.
Hearth is the code of `knowledge/index.py`, with the document as one more grouping, since these sets hold
many. The first run embeds 22,000 clauses, which takes some minutes.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm  # type: ignore[import-untyped]  # its types are a package of their own

from knowledge.clauses import Clause
from knowledge.embedding import Embedder
from knowledge.index import wording
from knowledge.ranking import Scores, best_first, fuse, lift_by_company, number_groups
from knowledge.word_index import WordIndex

CACHE = Path(".build/benchmarks")
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Task:
    """Questions over a corpus; `known` is the best figure that was known of it."""

    name: str
    corpora: tuple[str, ...]
    queries: str
    with_scenario: bool
    known: str


TASKS = (
    Task(
        "ObliQA",
        ("obliqa/corpus.jsonl",),
        "obliqa/queries_dev.jsonl",
        with_scenario=False,
        known="0.7 MiniLM + 0.3 BM25: R@10 .859",
    ),
    Task(
        "ConditionalQA",
        ("conditionalqa/corpus.jsonl",),
        "conditionalqa/queries_dev.jsonl",
        with_scenario=True,
        known="0.7 MiniLM + 0.3 BM25: R@10 .812, MRR .739",
    ),
    Task(
        "ConditionalQA + pool",
        ("conditionalqa/corpus.jsonl", "conditionalqa/corpus_pool.jsonl"),
        "conditionalqa/queries_dev.jsonl",
        with_scenario=True,
        known="",
    ),
    Task(
        "ConditionalQA, pool's questions",
        ("conditionalqa/corpus.jsonl", "conditionalqa/corpus_pool.jsonl"),
        "conditionalqa/queries_train_pool.jsonl",
        with_scenario=True,
        known="",
    ),
    Task(
        "ShARC",
        ("sharc/corpus.jsonl",),
        "sharc/queries_dev_full.jsonl",
        with_scenario=False,
        known="BM25: R@1 .633",
    ),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one way of finding reaches on one task."""

    recall_at_10: float
    mean_reciprocal_rank: float
    recall_at_1: float
    questions: int


def main() -> None:
    """Print one table: each task, by words alone, by meaning alone, and Hearth's way."""
    parser = argparse.ArgumentParser(description="Measure how well clauses are found on outside data.")
    parser.add_argument(
        "--shared", type=Path, default=Path("../shared/benchmarks"), help="folder of the data"
    )
    shared = parser.parse_args().shared
    if not shared.is_dir():
        parser.error(f"{shared} is no folder. Give the folder that holds obliqa, conditionalqa and sharc.")
    embedder = Embedder.load(CACHE / "models")
    print(f"{'':32}{'':8}{'R@10':>7}{'MRR':>7}{'R@1':>7}{'n':>7}  known before")
    for task in TASKS:
        for way, reached in measure(task, shared, embedder).items():
            print(
                f"{task.name:32}{way:8}{reached.recall_at_10:7.3f}{reached.mean_reciprocal_rank:7.3f}"
                f"{reached.recall_at_1:7.3f}{reached.questions:7}  {task.known if way == 'Hearth' else ''}"
            )


def measure(task: Task, shared: Path, embedder: Embedder) -> dict[str, Figures]:
    """Return the figures of each way of finding on one task."""
    lines = [line for corpus in task.corpora for line in _lines(shared / corpus)]
    clauses = [as_clause(line) for line in lines]
    queries = [line for line in _lines(shared / task.queries) if line["relevant"]]
    asked = [_asked(line, with_scenario=task.with_scenario) for line in queries]
    position = {clause.id: at for at, clause in enumerate(clauses)}
    relevant = [{position[one] for one in line["relevant"]} for line in queries]

    texts = [wording(clause) for clause in clauses]
    words = WordIndex(texts)
    meaning = embedded(asked, embedder) @ embedded(texts, embedder).T
    sections = number_groups((line["doc_id"], line["heading"]) for line in lines)
    documents = number_groups(line["doc_id"] for line in lines)

    by_words = [words.scores(question) for question in asked]
    by_hearth = [
        lift_by_company(fuse(row, shared_words), sections, documents)
        for row, shared_words in zip(meaning, by_words, strict=True)
    ]
    return {
        "BM25": figures(by_words, relevant),
        "MiniLM": figures(list(meaning), relevant),
        "Hearth": figures(by_hearth, relevant),
    }


def as_clause(line: dict[str, Any]) -> Clause:
    """Return a line of a corpus as a clause; a page's address is no title."""
    title = line.get("title", "")
    headings = ("" if "://" in title else title, line["heading"])
    return Clause(line["passage_id"], line["text"], tuple(heading for heading in headings if heading))


def figures(rankings: Sequence[Scores], relevant: Sequence[set[int]]) -> Figures:
    """Return the figures of one score per clause and question."""
    recall, reciprocal, first = [], [], []
    for scores, wanted in zip(rankings, relevant, strict=True):
        hits = [rank for rank, at in enumerate(best_first(scores)[:10], 1) if at in wanted]
        recall.append(len(hits) / len(wanted))
        reciprocal.append(1 / hits[0] if hits else 0.0)
        first.append(bool(hits) and hits[0] == 1)
    return Figures(float(np.mean(recall)), float(np.mean(reciprocal)), float(np.mean(first)), len(recall))


def embedded(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Return one vector for each text, kept in the cache for the next run."""
    made_from = hashlib.sha256("\0".join((embedder.model, *texts)).encode()).hexdigest()
    path = CACHE / f"{made_from[:24]}.npy"
    if not path.exists():
        vectors = np.stack([embedder.embed(text) for text in tqdm(texts, desc="Embedding", leave=False)])
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part.npy")
        np.save(unfinished, vectors)
        unfinished.replace(path)
    kept: Vectors = np.load(path)
    return kept


def _asked(line: dict[str, Any], *, with_scenario: bool) -> str:
    return " ".join((line["scenario"], line["question"])) if with_scenario else line["question"]


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    main()
