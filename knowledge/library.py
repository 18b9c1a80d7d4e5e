"""Library: several policies in force, asked as one. The right one answers, or the asker chooses of two.

1. A message that leans on the one before it goes to the policy that answered that.
2. A reviewed pack's reading comes first: where it is sure of a topic of the pack, that policy answers.
3. Else the policy whose clauses are nearest answers; where two are about as near, both are offered.
4. Where a clause of another policy in force speaks of the same and says something else, both are quoted,
   the difference is said, and nothing is decided.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from knowledge.answers import Answer, Answerer, AskBack, Citation
from knowledge.clauses import Policy
from knowledge.disagreement import difference
from knowledge.norms import norms_of
from knowledge.pack import Pack
from knowledge.reading import Role
from knowledge.threads import CLEAR_TOPIC, WHICH, Thread
from knowledge.unreviewed import NEAR
from knowledge.unreviewed_answers import UnreviewedAnswerer

# A policy whose nearest clause is nearer by more than this cosine is the one that is meant. Chosen by hand.
MARGIN = 0.08
_LOOKED_AT = 3  # clauses of each policy
_NOTHING = "No policy is in force that I could answer from. Please ask a person."
_ASIDE = frozenset(
    {"complaint", "complaint_status", "speak_to_person", "content_approval", "induction", "help"}
)


class NotInForce(Exception):  # noqa: N818 - reads as what happened
    """The policy that a thread is about is not in force any more."""


class Library:
    """Answers from the policies in force; asked like the `Answerer` of one.

    `in_force` gives them at each message, the main one first. `main` reads messages while none is in force.
    """

    def __init__(self, main: Answerer, in_force: Callable[[], Sequence[Answerer]]) -> None:
        self._main = main
        self._in_force = in_force

    @property
    def policy(self) -> Policy:
        """The first policy in force."""
        return self._first().policy

    @property
    def pack(self) -> Pack:
        """The pack of the first policy in force."""
        return self._first().pack

    def today(self) -> "Library":
        """Return the same with what is in force at this moment: one message is answered from one shelf."""
        shelf = self._in_force()
        return Library(self._main, lambda: shelf)

    def of(self, thread: Thread) -> Answerer:
        """Return what answers on a thread; raise NotInForce."""
        shelf = self._in_force()
        if not thread.policy:
            return shelf[0] if shelf else self._main
        for one in shelf:
            if one.pack.title == thread.policy:
                return one
        raise NotInForce(thread.policy)

    def ask(self, question: str, roles: tuple[Role, ...] = (), thread: Thread | None = None) -> Answer:
        """Return the answer of the policy that is meant, or the question which one; as `Answerer.ask`."""
        shelf = self._in_force()
        if not shelf:
            return _nothing(self._main.ask(question, roles, thread))
        if thread is not None and thread.asked == WHICH:
            named = [one for one in shelf if one.pack.title.lower() in question.lower()]
            if len(named) == 1:
                return self._checked(named[0].ask(thread.said, roles), named[0], shelf, thread.said)
            thread = None
        before = [one for one in shelf if thread and thread.policy in ("", one.pack.title)][:1]
        first = (before or [*shelf])[0]
        answer = first.ask(question, roles, thread if before else None)
        if len(shelf) == 1 or answer.reading.intent in _ASIDE or answer.reading.act == "thanks":
            return _from(answer, first)
        if before and answer.reading.act != "new":
            return self._checked(answer, first, shelf, answer.thread.said)
        return self._routed(question, roles, shelf)

    def words_behind(self, question: str) -> Mapping[str, str]:
        """Return the words of a question on which each of its facts rests; slow, for explaining."""
        return self._first().words_behind(question)

    def again(self, thread: Thread, roles: tuple[Role, ...]) -> Answer:
        """Return the answer to the thread's question for a sender with these roles; raise NotInForce."""
        of = self.of(thread)
        return self._told(of.again(thread, roles), of, thread.said)

    def forgotten(self, thread: Thread, roles: tuple[Role, ...]) -> Answer:
        """Return the answer with nothing of what was said taken as a fact; raise NotInForce."""
        of = self.of(thread)
        return self._told(of.forgotten(thread, roles), of, thread.said)

    def asides(self, question: str, answer: Answer, roles: tuple[Role, ...]) -> tuple[Answer, ...]:
        """Return answers to further questions in the same message, from the same policy."""
        if answer.thread.asked == WHICH or not self._in_force():
            return ()
        of = self.of(answer.thread)
        return tuple(self._told(aside, of, question) for aside in of.asides(question, answer, roles))

    def settled(self, thread: Thread, roles: tuple[Role, ...], value: str) -> Answer:
        """Return the answer once what was asked back is settled; raise NotInForce; as `Answerer.settled`."""
        if thread.asked != WHICH:
            of = self.of(thread)
            return self._told(of.settled(thread, roles, value), of, thread.said)
        shelf = self._in_force()
        for one in shelf:
            if value and one.policy.version.startswith(value):
                return self._checked(one.ask(thread.said, roles), one, shelf, thread.said)
        raise NotInForce(value)

    def _first(self) -> Answerer:
        return next(iter(self._in_force()), self._main)

    def _routed(self, question: str, roles: tuple[Role, ...], shelf: Sequence[Answerer]) -> Answer:
        uncovered = set()
        for one in shelf:
            if isinstance(one, UnreviewedAnswerer):
                continue
            answer = one.ask(question, roles)
            top = answer.reading.topics[0]
            if not one.pack.topics[top.topic].covered:
                uncovered.add(one)
            elif top.score >= CLEAR_TOPIC:
                return self._checked(answer, one, shelf, question)
        near = sorted(
            ((one.nearness(question), -at, one) for at, one in enumerate(shelf) if one not in uncovered),
            key=lambda found: found[:2],
            reverse=True,
        )
        near = [found for found in near if found[0] >= NEAR]
        if not near:
            return _from(shelf[0].ask(question, roles), shelf[0])
        best = near[0][2]
        answer = self._checked(best.ask(question, roles), best, shelf, question)
        told = len({citation.policy for citation in answer.citations}) > 1
        if told or len(near) == 1 or near[0][0] - near[1][0] > MARGIN:
            return answer
        return _offered(answer, question, (best, near[1][2]))

    def _told(self, answer: Answer, of: Answerer, question: str) -> Answer:
        return self._checked(answer, of, self._in_force(), question)

    def _checked(self, answer: Answer, of: Answerer, shelf: Sequence[Answerer], question: str) -> Answer:
        """Return the answer, or where another policy says something else, both their clauses."""
        answer = _from(answer, of)
        for mine in (*answer.citations, *(answer.near if answer.verdict == "silent" else ())):
            for other in shelf:
                if other is of:
                    continue
                for theirs in other.nearest(question, _LOOKED_AT, answer.roles):
                    said = difference(
                        mine.clause, theirs.clause, _modalities(of, mine), _modalities(other, theirs)
                    )
                    if said is not None:
                        return _both(answer, (mine, theirs), said)
        return answer


def _modalities(of: Answerer, citation: Citation) -> frozenset[str]:
    return _by_clause(of.policy).get(citation.clause.id, frozenset())


@lru_cache(maxsize=200)  # the grammar of 100 clauses takes 20 ms, and policies change seldom
def _by_clause(policy: Policy) -> Mapping[str, frozenset[str]]:
    """Return the modalities of each clause's norms."""
    found: dict[str, frozenset[str]] = {}
    for norm in norms_of(policy):
        found[norm.clause] = found.get(norm.clause, frozenset()) | {norm.modality}
    return found


def _from(answer: Answer, of: Answerer) -> Answer:
    return replace(answer, thread=replace(answer.thread, policy=of.pack.title))


def _nothing(answer: Answer) -> Answer:
    return replace(
        _bare(answer), say=_NOTHING, verdict="silent", citations=(), thread=replace(answer.thread, asked=None)
    )


def _both(answer: Answer, quoted: tuple[Citation, Citation], said: tuple[str, str]) -> Answer:
    one, other = quoted
    words = (
        f"Two policies in force say different things: {one.policy} says {said[0]}, {other.policy} says "
        f"{said[1]}. Which of them holds is for a person to say. Until you know, keep to the stricter one."
    )
    thread = replace(answer.thread, asked=None)
    return replace(_bare(answer), say=words, verdict="info", citations=quoted, thread=thread)


def _offered(answer: Answer, question: str, both: tuple[Answerer, Answerer]) -> Answer:
    ask = AskBack(
        WHICH,
        "Which of them do you mean?",
        tuple(one.pack.title for one in both),
        tuple(one.policy.version[:12] for one in both),
    )
    thread = Thread(question[-600:], answer.reading, WHICH)
    words = "Two policies may speak of this."
    return replace(_bare(answer), say=words, verdict="info", citations=(), ask=ask, thread=thread)


def _bare(answer: Answer) -> Answer:
    return replace(answer, change="", near=(), why=(), taken=(), ask=None, notes=())
