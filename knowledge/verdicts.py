"""Decide: from a Reading and the pack's tables to a verdict. Pure; the whole order of decision is here.

1. Whose act: the person asked about before the sender. A sender with several roles is decided for each and
   the strictest verdict is told; with an unknown role all are tried, merged where they agree, else asked.
2. The topic's rows, in order: the first that fits decides.
3. Guard: `allowed` needs every fact that it rests on to be sure, and no likely reading that is stricter.
4. Where a second reader read the message too, both readings are decided. A fact that they settle differently
   is asked where both verdicts turn on it; else the stricter verdict is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from knowledge.pack import ASK_ROLE, Pack, Row, State, Topic, Verdict
from knowledge.reading import Bearer, Reading, Role, Scored

# Chosen on rounds 1 to 4 of benchmarks/unseen: from SETTLED a fact counts; a permission rests on it only
# from SURE; below SETTLED but from POSSIBLE it still holds a permission back.
SETTLED = 0.6
SURE = 0.9
POSSIBLE = 0.25
LIKELY_TOPIC = 0.2

STRICTNESS: Mapping[Verdict, int] = {
    "allowed": 0,
    "info": 1,
    "silent": 2,
    "required": 3,
    "depends": 4,
    "not_allowed": 5,
}
UNREVIEWED_SAY = "Nobody has reviewed how I read this policy, so I give no permission from it."
# What a function says of the role.
IMPLIED: Mapping[Bearer, tuple[Bearer, ...]] = {
    "manager": ("manager", "staff"),
    "chair": ("chair", "trustee"),
}
_TRIED: tuple[Role, ...] = ("volunteer", "staff", "trustee")


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with the rows that gave it.

    `rows` holds more than one where roles agree but rest on different clauses. `ask` is the fact, or
    "whom" or "role", that is asked back. `trace` says in plain lines how the verdict came about.
    """

    verdict: Verdict
    topic: Topic
    rows: tuple[Row, ...]
    ask: str | None = None
    trace: tuple[str, ...] = ()

    @property
    def cite(self) -> tuple[str, ...]:
        """The clauses that decide, the rows' first ones first, none twice."""
        return _interleaved(row.cite for row in self.rows)

    @property
    def near(self) -> tuple[str, ...]:
        """Clauses that stand close without deciding."""
        cited = set(self.cite)
        return tuple(clause for clause in _interleaved(row.near for row in self.rows) if clause not in cited)


def decide(pack: Pack, reading: Reading, roles: Iterable[Role]) -> Decision:
    """Return the verdict of the pack's tables on a reading, for a sender with these roles (none: unknown)."""
    roles = tuple(roles)
    reading = reading.both(lambda one: _consistent(pack, one))
    if reading.other is None:
        decision = _decide_one(pack, reading, roles)
    else:
        decision = _decide_two(pack, (reading, reading.other), roles)
    return decision if pack.reviewed else _unreviewed(decision)


def _unreviewed(decision: Decision) -> Decision:
    """Return the decision of a pack that nobody has reviewed: it gives no permission, only the quotation."""
    if decision.verdict != "allowed":
        return decision
    rows = tuple(
        replace(row, verdict="silent", say=UNREVIEWED_SAY, change="", cite=(), near=row.cite, facts={})
        for row in decision.rows
    )
    trace = (*decision.trace, "allowed held back: the pack is not reviewed")
    return replace(decision, verdict="silent", rows=rows, trace=trace)


def _consistent(pack: Pack, reading: Reading) -> Reading:
    """Return the reading with the less sure of two facts left out that cannot both be established."""
    facts = dict(reading.facts)
    for fact in pack.facts.values():
        one, other = facts.get(fact.id), facts.get(fact.against or "")
        if one and other and fact.against and one.value == other.value == "y":
            del facts[fact.id if one.confidence < other.confidence else fact.against]
    return replace(reading, facts=facts)


def _decide_one(pack: Pack, reading: Reading, roles: tuple[Role, ...]) -> Decision:
    decision = _decide_for_sender(pack, reading, roles)
    if decision.verdict != "allowed":
        return decision
    return _guarded(pack, reading, roles, decision)


def _decide_two(pack: Pack, readings: tuple[Reading, Reading], roles: tuple[Role, ...]) -> Decision:
    first, second = (_decide_one(pack, reading, roles) for reading in readings)
    if first.verdict == second.verdict:
        return first
    trace = (*first.trace, "a second reader reads it otherwise:", *second.trace)
    if asked := _asked_instead(pack, readings, roles):
        return replace(asked, trace=(*trace, f"they differ on {asked.ask}: asked"))
    stricter = max(first, second, key=lambda decision: STRICTNESS[decision.verdict])
    return replace(stricter, trace=(*trace, f"the stricter is told: {stricter.verdict}"))


def _asked_instead(pack: Pack, readings: tuple[Reading, Reading], roles: tuple[Role, ...]) -> Decision | None:
    """Return the question for a fact that the readings settle differently, where both turn on it."""
    one, two = ({fact: s.value for fact, s in r.facts.items() if s.confidence >= SETTLED} for r in readings)
    disputed = {fact for fact in one.keys() & two.keys() if one[fact] != two[fact]}
    without = (
        replace(r, facts={fact: s for fact, s in r.facts.items() if fact not in disputed}) for r in readings
    )
    first, second = (_decide_one(pack, reading, roles) for reading in without)
    return first if first.ask in disputed and first.ask == second.ask else None


def _decide_for_sender(pack: Pack, reading: Reading, roles: tuple[Role, ...]) -> Decision:
    if reading.who != "self":
        return _decide_for(pack, reading, reading.who)
    if roles:
        return _strictest([_decide_for(pack, reading, role) for role in roles])
    return _merged([_decide_for(pack, reading, role) for role in _TRIED])


def _decide_for(pack: Pack, reading: Reading, bearer: Bearer) -> Decision:
    topic = pack.topics[reading.topic]
    bearers = IMPLIED.get(bearer, (bearer,))
    trace = [
        f"topic {topic.id} ({reading.topics[0].score:.2f}), {bearer} towards {reading.whom}, {reading.form}",
        *(
            f"fact {fact} = {s.value} ({s.confidence:.2f})" + (f", by {s.words!r}" if s.words else "")
            for fact, s in reading.facts.items()
            if s.confidence >= SETTLED
        ),
    ]
    for number, row in enumerate(topic.rows, 1):
        missing = _misfit(row, reading, bearers)
        if missing is None:
            trace.append(f"row {number} fits: {row.verdict}")
            return Decision(row.verdict, topic, (row,), row.ask, tuple(trace))
        trace.append(f"row {number} passed over: {missing}")
    raise LookupError(f"topic {topic.id}: no row fits; its last row must fit anyone")


def _misfit(row: Row, reading: Reading, bearers: tuple[Bearer, ...]) -> str | None:
    if row.who is not None and not set(row.who) & set(bearers):
        return f"is about {' or '.join(row.who)}"
    if row.whom is not None and reading.whom not in row.whom:
        return f"is towards {' or '.join(row.whom)}"
    if row.form is not None and reading.form not in row.form:
        return f"is for {' or '.join(row.form)} questions"
    for fact, wanted in row.facts.items():
        state = _state(reading, fact)
        if state != wanted:
            return f"needs {fact} = {wanted}, is {state}"
    return None


def _state(reading: Reading, fact: str) -> State:
    settled = reading.facts.get(fact)
    return settled.value if settled is not None and settled.confidence >= SETTLED else "?"


def _strictest(decisions: list[Decision]) -> Decision:
    strictest = max(decisions, key=lambda decision: STRICTNESS[decision.verdict])
    trace = tuple(line for decision in decisions for line in decision.trace)
    same = [d for d in decisions if d.verdict == strictest.verdict and d.ask == strictest.ask]
    return replace(_joined(same), trace=trace)


def _merged(decisions: list[Decision]) -> Decision:
    trace = ("role unknown: tried each", *(line for decision in decisions for line in decision.trace))
    if len({(decision.verdict, decision.ask) for decision in decisions}) == 1:
        return replace(_joined(decisions), trace=trace)
    covered = [decision for decision in decisions if decision.verdict != "silent"]
    return replace(_joined(covered), verdict="depends", ask=ASK_ROLE, trace=(*trace, "roles differ: asked"))


def _joined(decisions: list[Decision]) -> Decision:
    rows: dict[int, Row] = {id(row): row for decision in decisions for row in decision.rows}
    return replace(decisions[0], rows=tuple(rows.values()))


def _guarded(pack: Pack, reading: Reading, roles: tuple[Role, ...], allowed: Decision) -> Decision:
    sure = {fact: s for fact, s in reading.facts.items() if s.confidence >= SURE or s.confidence < SETTLED}
    unsure = replace(reading, facts=sure)
    for why, other in (
        ("a fact it rests on is not sure", unsure),
        *_the_sender(reading),
        *_possible_facts(reading),
        *_likely_topics(reading),
    ):
        decision = _decide_for_sender(pack, other, roles)
        if STRICTNESS[decision.verdict] > STRICTNESS["info"]:
            return replace(decision, trace=(*allowed.trace, f"allowed held back: {why}", *decision.trace))
    return allowed


def _the_sender(reading: Reading) -> Iterable[tuple[str, Reading]]:
    if reading.who != "self" and reading.who_score < SURE:
        yield "it may be about the sender", replace(reading, who="self")


def _possible_facts(reading: Reading) -> Iterable[tuple[str, Reading]]:
    for fact, settled in reading.facts.items():
        if POSSIBLE <= settled.confidence < SETTLED:
            facts = {**reading.facts, fact: replace(settled, confidence=1.0)}
            yield f"{fact} = {settled.value} is possible", replace(reading, facts=facts)


def _likely_topics(reading: Reading) -> Iterable[tuple[str, Reading]]:
    for scored in reading.topics[1:]:
        if scored.score >= LIKELY_TOPIC:
            other = replace(reading, topics=(Scored(scored.topic, scored.score),))
            yield f"it may be about {scored.topic}", other


def _interleaved(columns: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the first of each column, then the second of each, and so on, none twice."""
    flat = (clause for rank in zip_longest(*columns) for clause in rank if clause is not None)
    return tuple(dict.fromkeys(flat))
