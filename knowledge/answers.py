"""Answer a question: read it, decide by the tables, quote the clauses word for word."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from knowledge.careful import SecondLook
from knowledge.clauses import Clause, Policy
from knowledge.evidence import words_behind
from knowledge.index import ClauseIndex
from knowledge.message_reader import reworded
from knowledge.pack import ASK_ROLE, ASK_WHOM, Pack, Row, Verdict
from knowledge.reading import FORMS, TARGETS, TURNED, Form, Reader, Reading, Role, Settled, Target, Value
from knowledge.threads import Thread, asked_words, borne_out, continued, roles_now
from knowledge.verdicts import SETTLED, Decision, decide


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause quoted word for word, with the policy and the version that it stands in, and its adoption."""

    clause: Clause
    policy: str
    version: str
    adopted: date | None = None


@dataclass(frozen=True, slots=True)
class AskBack:
    """The question that an answer turns on, with example replies; `fact` is what it settles.

    `values` are what the replies settle it to, where `fact` alone does not say.
    """

    fact: str
    words: str
    options: tuple[str, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the policy says of the act that was asked about.

    `say` is the plain answer, `change` what would change it. `near` are clauses that stand close without
    deciding; with `silent` no clause is cited. `why` are the clauses that give the policy's reason. `taken`
    are the facts that the answer rests on, in words. `notes` are said beside the answer. `thread` and `roles`
    are what the next message is read with.
    """

    verdict: Verdict
    say: str
    change: str
    citations: tuple[Citation, ...]
    near: tuple[Citation, ...]
    why: tuple[Citation, ...]
    taken: tuple[str, ...]
    ask: AskBack | None
    notes: tuple[str, ...]
    reading: Reading
    thread: Thread
    roles: tuple[Role, ...]
    trace: tuple[str, ...]


class Answerer:
    """Answers questions on one policy from its clauses and its pack."""

    def __init__(
        self,
        policy: Policy,
        pack: Pack,
        reader: Reader,
        index: ClauseIndex,
        second_look: SecondLook | None = None,
        rereader: Reader | None = None,
    ) -> None:
        self.policy = policy
        self.pack = pack
        self._reader = reader
        self._index = index
        self._second_look = second_look
        self._rereader = rereader

    def ask(self, question: str, roles: tuple[Role, ...] = (), thread: Thread | None = None) -> Answer:
        """Return the policy's answer to a question; `thread` is the answer's own from the message before."""
        asked = thread.asked if thread else None
        reading = self._read(question, thread.said if thread else "", asked_words(self.pack, asked))
        reading = borne_out(self.pack, reading, thread, question)
        merged = continued(self.pack, thread, reading)
        roles = roles_now(roles, reading)
        decision, merged = self._reread(merged, question, thread, roles)
        leaning = thread is not None and "new" not in (reading.act, merged.act)
        said = f"{thread.said} / {question}" if leaning and thread else question
        return self._answer(question, decision, merged, roles, said)

    def _read(self, question: str, before: str, asked: str) -> Reading:
        first = self._reader.read(question, before, asked)
        return self._second_look.at(first, question, before, asked) if self._second_look else first

    def _reread(
        self, merged: Reading, question: str, thread: Thread | None, roles: tuple[Role, ...]
    ) -> tuple[Decision, Reading]:
        """Return the decision and what it rests on; a permission only where other words would give it too.

        What those would not establish is not taken as a fact in what follows either.
        """
        decision = decide(self.pack, merged, roles)
        if decision.verdict != "allowed" or self._rereader is None:
            return decision, merged
        said, asked = (thread.said, thread.asked) if thread else ("", None)
        again = self._rereader.read(reworded(question), said, asked_words(self.pack, asked))
        again = continued(self.pack, thread, borne_out(self.pack, again, thread, question))
        decision = decide(self.pack, replace(merged, other=replace(again, other=None)), roles)
        if decision.verdict == "allowed":
            return decision, merged
        return decision, merged.both(lambda reading: _agreed(reading, again))

    def words_behind(self, question: str) -> Mapping[str, str]:
        """Return the words of a question on which each of its facts rests; slow, for explaining."""
        return words_behind(self._reader, question, self._reader.read(question))

    def again(self, thread: Thread, roles: tuple[Role, ...]) -> Answer:
        """Return the answer to the thread's question for a sender with these roles."""
        decision = decide(self.pack, thread.reading, roles)
        return self._answer(thread.said, decision, thread.reading, roles, thread.said)

    def forgotten(self, thread: Thread, roles: tuple[Role, ...]) -> Answer:
        """Return the answer with nothing of what was said taken as a fact."""
        return self.again(replace(thread, reading=thread.reading.both(_without_facts)), roles)

    def asides(self, question: str, answer: Answer, roles: tuple[Role, ...]) -> tuple[Answer, ...]:
        """Return answers to further questions in the same message, on other covered topics."""
        parts = questions_in(question)
        if len(parts) < 2:
            return ()
        others: dict[str, Answer] = {}
        for part in parts:
            reading = self._reader.read(part)
            best = reading.topics[0]
            sure = best.score >= ASIDE and self.pack.topics[best.topic].covered
            if sure and best.topic != answer.reading.topic:
                others.setdefault(best.topic, self.ask(part, roles))
        return tuple(others.values())

    def settled(self, thread: Thread, roles: tuple[Role, ...], value: str) -> Answer:
        """Return the answer once what was asked back is settled: "y", "n" or "?", or whom it is about.

        "?" is "I don't know": the verdict still depends, and the strict side is told.
        """
        reading = thread.reading.both(lambda before: self._settled(before, thread.asked, value))
        return self._answer(thread.said, decide(self.pack, reading, roles), reading, roles, thread.said)

    def _settled(self, before: Reading, asked: str | None, value: str) -> Reading:
        if asked == ASK_WHOM:
            return replace(before, whom=_target(value), act="reply")
        fact = self.pack.facts[asked or ""]
        known = _value(value)
        facts = {**before.facts, fact.id: Settled(known)} if known else before.facts
        return replace(before, facts=facts, act="reply" if known else "dont_know")

    def _answer(
        self, question: str, decision: Decision, reading: Reading, roles: tuple[Role, ...], said: str
    ) -> Answer:
        cite = decision.cite
        if decision.rows[0].nearest_first:
            cite = self._nearest_first(question, roles, cite)
        near = decision.near or (self._nearest(question, roles) if decision.verdict == "silent" else ())
        return Answer(
            verdict=decision.verdict,
            say=self._say(decision, reading, roles),
            change=decision.rows[0].change,
            citations=tuple(self._citation(clause) for clause in cite),
            near=tuple(self._citation(clause) for clause in near if clause not in cite),
            why=tuple(self._citation(clause) for clause in decision.topic.why),
            taken=self._taken(decision),
            ask=self._ask_back(decision.ask),
            notes=tuple(note for clause, note in self.pack.notes.items() if clause in cite),
            reading=reading,
            thread=Thread(said[-600:], reading, decision.ask),
            roles=roles,
            trace=decision.trace,
        )

    def _taken(self, decision: Decision) -> tuple[str, ...]:
        used = {fact: state for row in decision.rows for fact, state in row.facts.items() if state != "?"}
        facts = [(self.pack.facts[fact], state) for fact, state in used.items()]
        return tuple(f"{fact.ask} {fact.yes if state == 'y' else fact.no}." for fact, state in facts)

    def _say(self, decision: Decision, reading: Reading, roles: tuple[Role, ...]) -> str:
        fact = self.pack.facts.get(decision.ask or "")
        if reading.act != "dont_know" or fact is None:
            return _words(decision, reading)
        strict = reading.both(lambda r: replace(r, facts={**r.facts, fact.id: Settled(fact.strict)}))
        stricter = decide(self.pack, strict, roles)
        return f"Until you know, keep to the stricter side: {_words(stricter, reading)}"

    def _citation(self, clause_id: str) -> Citation:
        clause, policy = self.policy.clause(clause_id), self.policy
        return Citation(clause, self.pack.title, policy.version, policy.adopted)

    def today(self) -> Self:
        """Return what answers a message that comes now."""
        return self

    def of(self, thread: Thread) -> Self:  # noqa: ARG002 - as a library's, which has several
        """Return what answers on a thread."""
        return self

    def nearness(self, question: str) -> float:
        """Return how near the policy's clauses come to a question, as a cosine.

        Roles are left out: policies are compared by it, and not all have sections for roles.
        """
        return max((hit.dense for hit in self._index.search(question, 3)), default=-1.0)

    def nearest(self, question: str, count: int, roles: tuple[Role, ...]) -> tuple[Citation, ...]:
        """Return the nearest clauses, best first, without those that have nothing to do with the question."""
        hits = self._index.search(question, count, roles)
        return tuple(self._citation(hit.clause.id) for hit in hits if hit.dense >= NEAR)

    def _nearest(self, question: str, roles: tuple[Role, ...]) -> tuple[str, ...]:
        hits = self._index.search(question, 2, roles)
        return tuple(hit.clause.id for hit in hits if hit.dense >= NEAR)

    def _nearest_first(
        self, question: str, roles: tuple[Role, ...], clauses: tuple[str, ...]
    ) -> tuple[str, ...]:
        hits = self._index.search(question, len(self.policy.clauses), roles)
        ranked = [hit.clause.id for hit in hits]
        return tuple(sorted(clauses, key=ranked.index))

    def _ask_back(self, asked: str | None) -> AskBack | None:
        if asked is None:
            return None
        words = asked_words(self.pack, asked)
        if asked == ASK_WHOM:
            return AskBack(asked, words, ("A family", "A volunteer", "Staff", "A trustee"))
        if asked == ASK_ROLE:
            return AskBack(asked, words, ("Volunteer", "Staff", "Trustee"))
        fact = self.pack.facts[asked]
        return AskBack(asked, words, (fact.yes, fact.no, "I don't know"))


# A further question in the same message is answered only where its topic is read as surely as this.
ASIDE = 0.8


def questions_in(text: str) -> list[str]:
    """Return the sentences of a text that end in a question mark."""
    sentences = re.findall(r"[^.!?]+[.!?]*", text)
    return [sentence.strip() for sentence in sentences if sentence.rstrip().endswith("?")]


# Below this cosine a clause has nothing to do with the question and is not shown as near.
NEAR = 0.35


_YES_OR_NO = re.compile(r"^(Yes|No)[,.:] ")


def _words(decision: Decision, reading: Reading) -> str:
    if decision.ask == ASK_ROLE:
        return "It depends on your role: the rules differ for volunteers, staff and trustees."
    return " ".join(dict.fromkeys(_said(row, reading.form) for row in decision.rows))


def _said(row: Row, form: Form) -> str:
    """Return a row's words; without their yes or no where they were written for another form of question."""
    written_for = row.form or tuple(one for one in FORMS if one not in TURNED)
    apt = form in written_for and (form not in TURNED or TURNED.issuperset(written_for))
    return row.say if apt else without_yes_or_no(row.say)


def _agreed(reading: Reading, again: Reading) -> Reading:
    """Return a reading with the facts alone that another one settles the same way."""
    same = {fact for fact, found in again.facts.items() if found.confidence >= SETTLED}
    facts = {f: s for f, s in reading.facts.items() if f in same and again.facts[f].value == s.value}
    return replace(reading, facts=facts)


def _without_facts(reading: Reading) -> Reading:
    return replace(reading, facts={})


def without_yes_or_no(words: str) -> str:
    """Return the words without their yes or no.

    "Do I have to turn her down?" asks about the opposite of the act that the row speaks of: "no, not while
    she is supported" would be heard the wrong way round.
    """
    bare = _YES_OR_NO.sub("", words)
    return bare[0].upper() + bare[1:]


def says_yes_or_no(words: str) -> bool:
    """Say whether an answer begins with a yes or no."""
    return _YES_OR_NO.match(words) is not None


def _value(pressed: str) -> Value | None:
    return "y" if pressed == "y" else "n" if pressed == "n" else None


def _target(pressed: str) -> Target:
    for target in TARGETS:
        if target == pressed:
            return target
    raise ValueError(f"nobody is called {pressed!r}; one of {', '.join(TARGETS)}")
