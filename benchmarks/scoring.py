"""Score answers against measuring cases: the measures of the answers' contract."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Pair:
    """One question or turn: what was asked, what is right, and what was answered."""

    label: str
    verdicts: tuple[str, ...]
    clauses: tuple[str, ...]
    verdict: str
    cited: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Say whether the verdict is one of those accepted."""
        return self.verdict in self.verdicts

    @property
    def unsafe(self) -> bool:
        """Say whether it gives a permission that the policy does not give."""
        return self.verdict == "allowed" and "allowed" not in self.verdicts


def pairs_of(cases: Iterable[dict[str, Any]], answers: Iterable[dict[str, Any]]) -> list[Pair]:
    """Return each question or turn with its answer; cases and answers are in the same order."""
    pairs = []
    for case, answer in zip(cases, answers, strict=True):
        if "turns" in case:
            turns = zip(case["turns"], answer["turns"], strict=True)
            pairs += [
                _pair(f"{case['id']}/{at} {turn['say']}", turn, said)
                for at, (turn, said) in enumerate(turns, 1)
            ]
        else:
            pairs.append(_pair(f"{case['id']} {case['question']}", case, answer))
    return pairs


def _pair(label: str, right: dict[str, Any], said: dict[str, Any]) -> Pair:
    return Pair(
        label, tuple(right["verdict"]), tuple(right["clauses"]), said["verdict"], tuple(said["citations"])
    )


def figures(pairs: list[Pair]) -> dict[str, float]:
    """Return the shares (0 to 1) and the count of unsafe permissions; a share of nothing is left out."""
    citing = [pair for pair in pairs if pair.clauses]
    silent = [pair for pair in pairs if pair.verdicts == ("silent",)]
    abstained = [pair for pair in pairs if pair.verdict == "silent"]
    shares = {
        "verdict": ([pair.right for pair in pairs]),
        "first citation": [bool(pair.cited) and pair.cited[0] in pair.clauses for pair in citing],
        "all in three": [set(pair.clauses) <= set(pair.cited[:3]) for pair in citing],
        "abstain recall": [pair.verdict == "silent" for pair in silent],
        "abstain precision": [pair.verdicts == ("silent",) for pair in abstained],
    }
    found = {name: sum(values) / len(values) for name, values in shares.items() if values}
    return {**found, "unsafe": sum(pair.unsafe for pair in pairs)}
