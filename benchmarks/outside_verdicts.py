"""Measure verdicts without a reviewed pack, on data that nobody on this project wrote.

    python -m benchmarks.outside_verdicts --shared ../shared/benchmarks

ConditionalQA asks for yes, no or "it turns on a condition": `knowledge/unreviewed.py` decides, and `required`
or a permission counts as yes, `not_allowed` as no, `depends` as the condition; without a verdict it is
wrong. ShARC asks for yes, no, the next question or "this rule does not say". There the history settles
conditions, so the rule's own are held against it and against the scenario; that part is used only here.
No model is trained on either. Majority and the plain chain's rule (a near clause means yes) stand beside.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.retrieval import CACHE, Vectors, as_clause, embedded
from knowledge.clause_norms import norms_of_clause
from knowledge.clauses import Clause, Policy, Section
from knowledge.embedding import Embedder, load_tokenizer
from knowledge.index import ClauseIndex, wording
from knowledge.message_reader import TrainedReader
from knowledge.norms import norms_of
from knowledge.pack import load_pack
from knowledge.reading import Reading
from knowledge.sentences import sentences_of
from knowledge.unreviewed import NEAR, SHOWN, Unreviewed, decide_unreviewed

KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
PACK = KNOWLEDGE / "policies" / "home-start-herefordshire-ict-and-social-networking.pack.toml"
PLAIN_CHAIN_NEAR = 0.30  # as in plain_chain.py
THREE = ("yes", "no", "conditional")
FOUR = (*THREE, "unanswerable")
# A cosine: a sentence of the scenario nearer than this to a condition settles it. From 0.4 to 0.7 accuracy
# changes by two points.
SETTLES = 0.5


def main() -> None:
    """Print one table for each set."""
    parser = argparse.ArgumentParser(description="Measure verdicts without a reviewed pack.")
    parser.add_argument(
        "--shared", type=Path, default=Path("../shared/benchmarks"), help="folder of the data"
    )
    shared = parser.parse_args().shared
    if not shared.is_dir():
        parser.error(f"{shared} is no folder. Give the folder that holds conditionalqa and sharc.")
    embedder = Embedder.load(CACHE / "models")
    conditional_qa(shared / "conditionalqa", embedder)
    sharc(shared / "sharc", embedder)


# ConditionalQA: a message, a page or all pages, a verdict


def conditional_qa(folder: Path, embedder: Embedder) -> None:
    """Print how often yes, no and conditional are told apart, given the right page and across all pages."""
    reader = TrainedReader.load(KNOWLEDGE / "models", load_tokenizer(), load_pack(PACK))
    own, pool = _lines(folder / "corpus.jsonl"), _lines(folder / "corpus_pool.jsonl")
    print(f"\n{'ConditionalQA, yes / no / conditional':52}{'right':>7}{'given':>7}{'of these':>10}{'n':>6}")
    for name, lines, queries in (
        ("development questions", own, "queries_dev.jsonl"),
        ("pool's questions", own + pool, "queries_train_pool.jsonl"),
    ):
        asked = [line for line in _lines(folder / queries) if line["answer"] in THREE]
        answers = [line["answer"] for line in asked]
        told = {
            "majority": [Counter(answers).most_common(1)[0][0]] * len(asked),
            **_three_way_verdicts(asked, lines, reader, embedder),
        }
        for way, verdicts in told.items():
            right = sum(map(str.__eq__, verdicts, answers))
            given = sum(map(bool, verdicts))
            print(
                f"{name + ', ' + way:52}{right / len(asked):7.3f}{given / len(asked):7.3f}"
                f"{right / max(1, given):10.3f}{len(asked):6}"
            )


def _three_way_verdicts(
    asked: list[dict[str, Any]], lines: list[dict[str, Any]], reader: TrainedReader, embedder: Embedder
) -> dict[str, list[str]]:
    """Return the verdicts of each way; an empty one where none is given."""
    vectors = embedded([wording(as_clause(line)) for line in lines], embedder)
    everything = _Pages(lines, vectors, embedder)
    pages = {
        document: _Pages([lines[at] for at in places], vectors[places], embedder)
        for document, places in _places(lines, {line["doc_id"] for line in asked}).items()
    }
    told: dict[str, list[str]] = {
        "plain chain's rule, right page": [],
        "Hearth, right page": [],
        "Hearth, across pages": [],
    }
    for line in asked:
        text, page = f"{line['scenario']} {line['question']}", pages[line["doc_id"]]
        reading = reader.read(text)
        verdicts = (page.plain(text), page.verdict(text, reading), everything.verdict(text, reading))
        for way, verdict in zip(told.values(), verdicts, strict=True):
            way.append(verdict)
    return told


def _places(lines: list[dict[str, Any]], documents: set[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {document: [] for document in documents}
    for at, line in enumerate(lines):
        if line["doc_id"] in places:
            places[line["doc_id"]].append(at)
    return places


class _Pages:
    """Some pages as one policy without a pack."""

    def __init__(self, lines: Sequence[dict[str, Any]], vectors: Vectors, embedder: Embedder) -> None:
        clauses = tuple(as_clause(line) for line in lines)
        policy = Policy("pages", "GOV.UK", "Pages", "0", (Section("1", "", clauses),), None, None)
        self._index = ClauseIndex(policy, embedder, vectors)
        self._norms = norms_of(policy)

    def plain(self, text: str) -> str:
        """Return yes where a clause is near, as the plain chain reads: whatever is found is affirmed."""
        return "yes" if self._index.search(text, 1)[0].dense >= PLAIN_CHAIN_NEAR else ""

    def verdict(self, text: str, reading: Reading) -> str:
        """Return yes, no or conditional, or nothing where no verdict is given."""
        return _three_way(decide_unreviewed(text, reading, (), self._index.search(text, SHOWN), self._norms))


def _three_way(decided: Unreviewed) -> str:
    if decided.norm is None:
        return ""
    return {"not_allowed": "no", "depends": "conditional"}.get(decided.verdict, "yes")


# ShARC: one rule, what is known of its conditions, a verdict or the next question


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule turns on: `any_suffices` says whether one condition is enough, `met` what follows then."""

    conditions: tuple[str, ...]
    any_suffices: bool
    met: str


def sharc(folder: Path, embedder: Embedder) -> None:
    """Print micro and macro accuracy over yes, no, the next question and "the rule does not say"."""
    clauses = {line["passage_id"]: as_clause(line) for line in _lines(folder / "corpus.jsonl")}
    asked = _lines(folder / "queries_dev_full.jsonl")
    rules = {line["rule_id"]: rule_of(clauses[line["rule_id"]]) for line in asked}
    like = _Likeness(asked, rules, clauses, embedder)
    about = [like.of(line["question"], clauses[line["rule_id"]].text) for line in asked]
    answers = [line["answer"] for line in asked]
    decided = [
        _decided(line, rules[line["rule_id"]], cosine, like)
        for line, cosine in zip(asked, about, strict=True)
    ]
    told = {
        "majority": [Counter(answers).most_common(1)[0][0]] * len(asked),
        "plain chain's rule": ["yes" if cosine >= PLAIN_CHAIN_NEAR else "unanswerable" for cosine in about],
        "the last reply": [_last_reply(line) for line in asked],
        "Hearth": [verdict for verdict, _ in decided],
    }
    columns = f"{'micro':>7}{'macro':>7}" + "".join(f"{answer:>14}" for answer in FOUR)
    print(f"\n{'ShARC, development half, natural mix':40}{columns}")
    for way, verdicts in told.items():
        hits = Counter(answer for answer, said in zip(answers, verdicts, strict=True) if answer == said)
        recall = [hits[answer] / answers.count(answer) for answer in FOUR]
        print(
            f"{way:40}{hits.total() / len(asked):7.3f}{np.mean(recall):7.3f}"
            + "".join(f"{one:14.3f}" for one in recall)
        )
    backs = [
        (line["conditions"][0], condition, of)
        for line, (_, condition) in zip(asked, decided, strict=True)
        if line["answer"] == "conditional" and condition
        for of in (rules[line["rule_id"]].conditions,)
        if len(of) > 1
    ]
    right = sum(
        like.of(wanted, said) >= max(like.of(wanted, one) for one in of) for wanted, said, of in backs
    )
    print(f"asked back where it should be, rule of several: {len(backs)}, the right one: {right}")


class _Likeness:
    """Cosines between the texts of the set, each embedded once."""

    def __init__(
        self,
        asked: Sequence[dict[str, Any]],
        rules: Mapping[str, Rule],
        clauses: Mapping[str, Clause],
        embedder: Embedder,
    ) -> None:
        texts = {text for rule in rules.values() for text in rule.conditions}
        texts |= {clauses[rule].text for rule in rules}
        for line in asked:
            texts |= {line["question"], *line["conditions"], *_sentences(line["scenario_only"])}
            texts |= {turn["follow_up_question"] for turn in line["history"]}
        ordered = sorted(texts)
        self._vectors = dict(zip(ordered, embedded(ordered, embedder), strict=True))

    def of(self, one: str, other: str) -> float:
        return float(self._vectors[one] @ self._vectors[other])


_NEGATION = re.compile(
    r"\b(?:not|no|never|nor|none|without|cannot|unable|unless)\b|n['\u2019]t\b", re.IGNORECASE
)
_IF = re.compile(r"\b(?:if|when|unless|provided)\b[^.;,]*", re.IGNORECASE)
_AND = re.compile(r",?\s+and\s+(?=(?:you|they|he|she|it|your)\b)|,?\s+unless\s+", re.IGNORECASE)


def rule_of(clause: Clause) -> Rule:
    """Return what a rule turns on: its list's items, else its norms' conditions, else what its "if" says."""
    sentences = sentences_of(clause.text)
    if items := tuple(sentence.text for sentence in sentences if sentence.lead):
        lead = next(sentence.lead for sentence in sentences if sentence.lead)
        together = any(re.search(r"\band\W*$", line) for line in clause.text.split("\n"))
        return Rule(items, not together, "no" if _NEGATION.search(lead) else "yes")
    norms = norms_of_clause(clause, "")
    conditions = [phrase for norm in norms for phrase in (*norm.conditions, *norm.exceptions)]
    if not conditions:
        found = _IF.search(clause.text)
        conditions = [found.group() if found else sentences[0].text]
    forbids = any(norm.modality == "forbid" and norm.conditions for norm in norms)
    parts = tuple(part for condition in conditions for part in _AND.split(condition))
    return Rule(parts, any_suffices=False, met="no" if forbids else "yes")


def _decided(line: dict[str, Any], rule: Rule, about: float, like: _Likeness) -> tuple[str, str]:
    """Return the verdict and, with "conditional", the condition that is asked back."""
    if about < NEAR and not line["history"]:
        return "unanswerable", ""
    known = _known(line, rule, like)
    met, unmet = rule.met, "no" if rule.met == "yes" else "yes"
    settles = rule.any_suffices
    if settles in known:
        return (met if settles else unmet), ""
    if None in known:
        return "conditional", rule.conditions[known.index(None)]
    return (unmet if settles else met), ""


def _known(line: dict[str, Any], rule: Rule, like: _Likeness) -> list[bool | None]:
    """Return for each condition whether it holds, None where neither history nor scenario tells."""
    known: list[bool | None] = [None] * len(rule.conditions)
    for turn in line["history"]:
        question, reply = turn["follow_up_question"], turn["follow_up_answer"] == "Yes"
        nearness = [like.of(question, condition) for condition in rule.conditions]
        free = [at for at, value in enumerate(known) if value is None] or range(len(known))
        best = max(free, key=nearness.__getitem__)
        known[best] = reply == (_denies(question) == _denies(rule.conditions[best]))
    for sentence in _sentences(line["scenario_only"]):
        for at, condition in enumerate(rule.conditions):
            if known[at] is None and like.of(sentence, condition) >= SETTLES:
                known[at] = _denies(sentence) == _denies(condition)
    return known


def _denies(text: str) -> bool:
    return len(_NEGATION.findall(text)) % 2 == 1


def _last_reply(line: dict[str, Any]) -> str:
    if not line["history"]:
        return "conditional"
    return "yes" if line["history"][-1]["follow_up_answer"] == "Yes" else "no"


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in re.split(r"(?<=[.!?])\s+", text) if sentence.strip()]


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    main()
