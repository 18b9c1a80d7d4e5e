"""Refit: a pack made for one version of a policy, for the next; what rests on changed words is unreviewed."""

from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.changes import compared
from knowledge.clauses import Policy
from knowledge.pack import REVIEW

Data = dict[str, Any]  # a pack as its TOML says it


def refitted(data: Data, old: Policy, new: Policy) -> tuple[Data, tuple[str, ...]]:
    """Return a pack's data for a new version, and the topics that a person has to review again.

    Where a clause has only another number, its rows are cited by the new one: that is no change. A topic that
    rests on a clause that is worded otherwise or gone says `reviewed = false`; then it quotes. What is said
    beside a changed clause, and what is corrected of it, is left out. A clause that the old version did not
    have belongs to no topic yet.
    """
    pairs = [(change.before, change.after) for change in compared(old, new) if change.before]
    moved = {before.id: after.id for before, after in pairs if before and after}
    same = {before.id for before, after in pairs if before and after and before.hash == after.hash}
    for clause in old.clauses:  # the sign-off is compared with nothing
        if clause.id not in moved and any(other.hash == clause.hash for other in new.clauses):
            moved[clause.id] = next(other.id for other in new.clauses if other.hash == clause.hash)
            same.add(clause.id)
        elif clause.id.startswith("meta") and any(other.id == clause.id for other in new.clauses):
            moved[clause.id] = clause.id
    again = []
    topics = []
    for topic in data["topic"]:
        rests_on = {*topic.get("why", ()), *(one for row in topic["row"] for one in _named(row))}
        kept = _topic(topic, moved)
        if not rests_on <= same:
            kept["reviewed"] = False
            kept["row"] = [{key: value for key, value in row.items() if key != REVIEW} for row in kept["row"]]
            again.append(str(topic["id"]))
        topics.append(kept)
    notes = {moved[one]: words for one, words in data.get("notes", {}).items() if one in same}
    norms = {}
    for norm, correction in data.get("norms", {}).items():
        clause, _, number = norm.rpartition("/")
        if clause in same:
            norms[f"{moved[clause]}/{number}"] = correction
    fitted = {**data, "topic": topics}
    tables = {"notes": notes, "norms": norms}
    return fitted | {key: kept for key, kept in tables.items() if key in data}, tuple(again)


def _named(row: Mapping[str, Any]) -> Sequence[str]:
    return (*row.get("cite", ()), *row.get("near", ()))


def _topic(topic: Mapping[str, Any], moved: Mapping[str, str]) -> Data:
    kept = {**topic, "row": [_moved(row, moved) for row in topic["row"]]}
    return _moved(kept, moved)


def _moved(entry: Mapping[str, Any], moved: Mapping[str, str]) -> Data:
    """Return a row or a topic with the clauses that it names by their new numbers, without those gone."""
    return {
        key: [moved[one] for one in value if one in moved] if key in ("cite", "near", "why") else value
        for key, value in entry.items()
    }
