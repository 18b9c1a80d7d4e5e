"""Measure the answers on the matrix: four wordings for every row of every decision table.

    python -m benchmarks.matrix

Prints how often the verdict is the row's, per topic, and every miss. An unsafe permission is "allowed" where
the row says something else.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from adapters.main import build_answerer
from adapters.settings import from_environment
from knowledge.answers import Answer, Answerer
from knowledge.pack import Verdict
from knowledge.reading import Role

MATRIX = Path(__file__).parent.parent / "tests" / "data" / "matrix.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """A question that should land in one row: `row` counts from 1; `role` is "unknown" for no role."""

    id: str
    topic: str
    row: int
    role: str
    question: str
    verdict: Verdict

    @property
    def roles(self) -> tuple[Role, ...]:
        """The sender's roles as the tables take them."""
        return tuple(role for role in get_args(Role) if role == self.role)


@dataclass(frozen=True, slots=True)
class Asked:
    """A line with the answer that it got."""

    line: Line
    answer: Answer

    @property
    def right(self) -> bool:
        """Whether the verdict is the row's."""
        return self.answer.verdict == self.line.verdict

    @property
    def unsafe(self) -> bool:
        """Whether a permission was told that the row does not give."""
        return self.answer.verdict == "allowed" and not self.right

    def __str__(self) -> str:
        mark = "UNSAFE" if self.unsafe else "      "
        reading = self.answer.reading
        facts = (f"{fact} {s.value} {s.confidence:.2f}" for fact, s in reading.facts.items())
        read = f"{reading.topic}, {reading.who} towards {reading.whom}, {reading.form}; {', '.join(facts)}"
        told = f"{self.line.verdict} told as {self.answer.verdict}"
        return f"{mark} {self.line.id:22} {self.line.role}: {self.line.question}\n{'':8}{told} ({read})"


def load_matrix() -> list[Line]:
    """Return the lines of the matrix, in the order of the pack."""
    return [Line(**json.loads(text)) for text in MATRIX.read_text(encoding="utf-8").splitlines()]


def ask_all(answerer: Answerer, lines: Iterable[Line]) -> list[Asked]:
    """Return the answer to every line, each question a conversation of its own."""
    return [Asked(line, answerer.ask(line.question, line.roles)) for line in lines]


def agreement(asked: Sequence[Asked]) -> float:
    """Return the share of right verdicts (0 to 1)."""
    return sum(one.right for one in asked) / len(asked)


def by_topic(asked: Iterable[Asked]) -> dict[str, list[Asked]]:
    """Return the answers under their topics."""
    return {topic: list(some) for topic, some in groupby(asked, key=lambda one: one.line.topic)}


def main() -> None:
    """Print the agreement per topic, the misses, and the whole."""
    with TemporaryDirectory() as folder:
        answerer = build_answerer(from_environment({"HEARTH_DATA": folder}))
        asked = ask_all(answerer, load_matrix())
    for topic, some in by_topic(asked).items():
        unsafe = sum(one.unsafe for one in some)
        print(f"{topic:28}{agreement(some):6.2f} of {len(some):3}" + (f", {unsafe} unsafe" if unsafe else ""))
    print(*(one for one in asked if not one.right), sep="\n")
    unsafe = sum(one.unsafe for one in asked)
    print(f"verdict {agreement(asked):.3f} of {len(asked)}, unsafe permissions {unsafe}")


if __name__ == "__main__":
    main()
