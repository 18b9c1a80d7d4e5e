"""The reviewed tables: what the pack decides for every possible reading, written so that a change shows.

    python -m tests.tables     write tests/data/tables.json anew; review its diff before keeping it

A line is [who, towards whom, form, facts, verdict, clauses] and stands for all the cells that it names;
every cell stands on exactly one line. A fact that a line does not name may be anything. `who` is the sender's
role ("unknown": no role known), or the outsider whose act is asked about.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from knowledge.pack import Pack, Row, Topic
from knowledge.reading import FORMS, ROLES, TARGETS, Bearer, Form, Reading, Role, Scored, Settled, Target
from knowledge.verdicts import Decision, decide
from tests.policies import home_start_pack

STORED = Path(__file__).parent / "data" / "tables.json"

Values = tuple[tuple[str, ...], ...]

# Whose act, and the roles of the sender who asks.
SENDERS: Mapping[str, tuple[Bearer, tuple[Role, ...]]] = {
    **{role: ("self", (role,)) for role in ROLES},
    "unknown": ("self", ()),
    **{outsider: (outsider, ()) for outsider in ("family", "other", "scheme")},
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One reading of a topic with the sender's role: `facts` are those that the topic's rows name."""

    who: str
    whom: Target
    form: Form
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is reviewed of a decision: the verdict with what is asked back, and the clauses that decide."""

    verdict: str
    clauses: str


@dataclass(frozen=True, slots=True)
class Box:
    """Cells with one outcome: every combination of the values along the axes (who, whom, form, each fact).

    `corner` is the first of them.
    """

    values: Values
    outcome: Outcome
    corner: Cell


def facts_of(topic: Topic) -> tuple[str, ...]:
    """Return the facts on which the topic's rows turn."""
    return tuple(dict.fromkeys(fact for row in topic.rows for fact in row.facts))


def cells(topic: Topic) -> Iterator[Cell]:
    """Return every reading of the topic."""
    facts = facts_of(topic)
    for who, whom, form in product(SENDERS, TARGETS, FORMS):
        for states in product("yn?", repeat=len(facts)):
            yield Cell(who, whom, form, tuple(zip(facts, states, strict=True)))


def decided(pack: Pack, topic: str, cell: Cell) -> Decision:
    """Return the decision on a cell, through the same door as a message."""
    bearer, roles = SENDERS[cell.who]
    settled = {fact: Settled("y" if state == "y" else "n") for fact, state in cell.facts if state != "?"}
    scored = (Scored(topic, 1.0),)
    reading = Reading(topics=scored, form=cell.form, who=bearer, whom=cell.whom, facts=settled)
    return decide(pack, reading, roles)


def outcome(pack: Pack, topic: str, cell: Cell) -> Outcome:
    """Return what is reviewed of the decision on a cell."""
    decision = decided(pack, topic, cell)
    asked = f", asks {decision.ask}" if decision.ask else ""
    return Outcome(decision.verdict + asked, ", ".join(decision.cite))


def with_rows(pack: Pack, topic: Topic, rows: tuple[Row, ...]) -> Pack:
    """Return the pack with other rows for a topic."""
    return replace(pack, topics={**pack.topics, topic.id: replace(topic, rows=rows)})


def boxes(pack: Pack, topic: Topic) -> list[Box]:
    """Return the topic's whole table in few boxes: cells of one outcome are joined, axis after axis."""
    single = {_values(cell): cell for cell in cells(topic)}
    found = {values: outcome(pack, topic.id, cell) for values, cell in single.items()}
    for axis in (*range(3, 3 + len(facts_of(topic))), 2, 1, 0):
        found = _joined(found, axis)
    return [Box(values, told, single[tuple(value[:1] for value in values)]) for values, told in found.items()]


def _values(cell: Cell) -> Values:
    return ((cell.who,), (cell.whom,), (cell.form,), *((state,) for _, state in cell.facts))


def _joined(found: Mapping[Values, Outcome], axis: int) -> dict[Values, Outcome]:
    alike: dict[tuple[Values, Outcome], tuple[str, ...]] = {}
    for values, told in found.items():
        rest = ((*values[:axis], (), *values[axis + 1 :]), told)
        alike[rest] = (*alike.get(rest, ()), *values[axis])
    return {(*rest[:axis], joined, *rest[axis + 1 :]): told for (rest, told), joined in alike.items()}


def line(topic: Topic, box: Box) -> list[str]:
    """Return a box as a line of the reviewed tables."""
    who, whom, form, *facts = box.values
    named = zip(facts_of(topic), facts, strict=True)
    return [
        _words(who, tuple(SENDERS)),
        _words(whom, TARGETS),
        _words(form, FORMS),
        ", ".join(f"{fact} {'/'.join(states)}" for fact, states in named if len(states) < 3),
        box.outcome.verdict,
        box.outcome.clauses,
    ]


def _words(values: tuple[str, ...], known: tuple[str, ...]) -> str:
    if len(values) == len(known):
        return "any"
    left_out = [value for value in known if value not in values]
    if len(left_out) <= len(known) // 3:
        return f"all but {', '.join(left_out)}"
    return ", ".join(values)


def main() -> None:
    """Write the reviewed tables anew."""
    pack = home_start_pack()
    topics = (
        _text(topic.id, [line(topic, box) for box in boxes(pack, topic)]) for topic in pack.topics.values()
    )
    STORED.write_text("{\n" + ",\n".join(topics) + "\n}\n", encoding="utf-8")


def _text(topic: str, rows: list[list[str]]) -> str:
    body = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in rows)
    return f'  "{topic}": [\n{body}\n  ]'


if __name__ == "__main__":
    main()
