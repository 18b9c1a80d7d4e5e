"""Prove that a pack holds together with its policy. Pure."""

from collections.abc import Iterator
from itertools import product

from knowledge.clauses import Policy
from knowledge.norms import corrected, misquoted, norms_of
from knowledge.pack import ASK_WHOM, Pack, Row, State, Topic
from knowledge.reading import BEARERS, FORMS, TARGETS

MAX_WORDS = 25  # what a person reads at a glance on a phone


def faults(policy: Policy, pack: Pack) -> list[str]:
    """Return what is wrong, each fault naming its place; empty where the pack holds together."""
    return [
        *_citations(policy, pack),
        *(fault for topic in pack.topics.values() for fault in _topic(topic)),
        *_idle_facts(pack),
        *misquoted(policy, corrected(norms_of(policy), pack.norms)),
    ]


def _citations(policy: Policy, pack: Pack) -> Iterator[str]:
    ids = {clause.id for clause in policy.clauses}
    cited = {clause for topic in pack.topics.values() for row in topic.rows for clause in row.cite}
    for clause in sorted(cited - ids):
        yield f"clause {clause} is cited but not in the policy"
    refused = {clause for topic in pack.topics.values() for row in topic.refused for clause in row.cite}
    for clause in sorted(ids - cited - refused):
        yield f"clause {clause} is reached by no row"
    near = {clause for topic in pack.topics.values() for row in topic.rows for clause in row.near}
    why = {clause for topic in pack.topics.values() for clause in topic.why}
    for clause in sorted((near | why | set(pack.notes)) - ids):
        yield f"clause {clause} is named but not in the policy"


def _topic(topic: Topic) -> Iterator[str]:
    last = topic.rows[-1]
    if last.who is not None or last.whom is not None or last.form is not None or last.facts:
        yield f"topic {topic.id}: the last row does not fit anyone"
    turned_on = {fact for row in topic.rows for fact, state in row.facts.items() if state != "?"}
    for number, row in enumerate(topic.rows, 1):
        place = f"topic {topic.id}, row {number}"
        yield from (f"{place}: {fault}" for fault in _row(row))
        if row.ask not in (None, ASK_WHOM) and row.ask not in turned_on:
            yield f"{place}: asks for {row.ask}, on which no row of the topic turns"
        if not _reachable(topic.rows[: number - 1], row):
            yield f"{place}: unreachable behind the rows before it"


def _row(row: Row) -> Iterator[str]:
    if len(row.say.split()) > MAX_WORDS:
        yield f"more than {MAX_WORDS} words"
    if (row.verdict == "silent") == bool(row.cite):
        yield "a silent row cites nothing, any other cites a clause"
    if (row.verdict == "depends") != (row.ask is not None):
        yield "a row asks back exactly where its verdict depends"
    if row.ask is not None and row.facts.get(row.ask, "?") != "?":
        yield f"asks for {row.ask}, which it knows"


def _idle_facts(pack: Pack) -> Iterator[str]:
    rows = (row for topic in pack.topics.values() for row in (*topic.rows, *topic.waiting))
    used = {fact for row in rows for fact in row.facts}
    for fact in sorted(set(pack.facts) - used):
        yield f"fact {fact} decides no row"


def _reachable(earlier: tuple[Row, ...], row: Row) -> bool:
    """Say whether some reading passes over all earlier rows and fits this one."""
    facts = sorted({fact for other in (*earlier, row) for fact in other.facts})
    states: list[tuple[State, ...]] = [
        (row.facts[fact],) if fact in row.facts else ("y", "n", "?") for fact in facts
    ]
    columns = product(row.who or BEARERS, row.whom or TARGETS, row.form or FORMS, *states)
    return any(not any(_fits(other, facts, values) for other in earlier) for values in columns)


def _fits(row: Row, facts: list[str], values: tuple[str, ...]) -> bool:
    who, whom, form, *states = values
    return (
        (row.who is None or who in row.who)
        and (row.whom is None or whom in row.whom)
        and (row.form is None or form in row.form)
        and all(states[facts.index(fact)] == wanted for fact, wanted in row.facts.items())
    )
