"""Diff: what changed between two versions of a policy, clause by clause, and which pack rows rest on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from knowledge.changes import compared
from knowledge.clauses import Clause, Policy
from knowledge.pack import Pack

Kind = Literal["added", "removed", "changed", "renumbered"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A clause that is not the same in both versions.

    `likeness` is the share of words in common, 0 to 1. A clause that was only renumbered says the same.
    """

    kind: Kind
    before: Clause | None
    after: Clause | None
    likeness: float


def differences(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """Return what differs, in the new version's order, then what was removed."""
    pairs = ((change.before, change.after) for change in compared(old, new))
    return tuple(found for before, after in pairs if (found := _difference(before, after)))


def _difference(before: Clause | None, after: Clause | None) -> Difference | None:
    if before is None or after is None:
        return Difference("added" if before is None else "removed", before, after, 0.0)
    if before.hash == after.hash:
        return None if before.id == after.id else Difference("renumbered", before, after, 1.0)
    words = SequenceMatcher(None, before.text.split(), after.text.split(), autojunk=False)
    return Difference("changed", before, after, words.ratio())


def marked_words(before: str, after: str) -> str:
    """Return the new words in one line, what was taken out as [-…-], what was put in as {+…+}."""
    old, new = before.split(), after.split()
    return " ".join(_marked(old, new))


def _marked(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for kind, at, to, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from new[start:end]
            continue
        if at < to:
            yield f"[-{' '.join(old[at:to])}-]"
        if start < end:
            yield f"{{+{' '.join(new[start:end])}+}}"


def rows_to_review(pack: Pack, found: Sequence[Difference]) -> tuple[str, ...]:
    """Return the rows of the old version's pack that rest on a clause that was changed or taken out.

    A clause that has only another number is the same: its rows are cited by the new one.
    """
    touched = {one.before.id: one.kind for one in found if one.before and one.kind != "renumbered"}
    return tuple(
        f"topic {topic.id}, row {number}: {clause} was {touched[clause]}"
        for topic in pack.topics.values()
        for number, row in enumerate(topic.rows, 1)
        for clause in row.cite
        if clause in touched
    )
