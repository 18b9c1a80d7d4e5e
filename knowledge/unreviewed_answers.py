"""Answer from a policy whose pack nobody has reviewed: by quotation, never `allowed`."""

from collections.abc import Mapping
from dataclasses import replace

from knowledge.answers import Answer, Answerer, AskBack, Citation
from knowledge.clauses import Policy
from knowledge.index import ClauseIndex
from knowledge.norms import corrected, norms_of
from knowledge.pack import Pack, Verdict
from knowledge.reading import Reader, Reading, Role, Scored
from knowledge.standing import standing
from knowledge.threads import Thread, roles_now
from knowledge.unreviewed import SHOWN, VERDICTS, Unreviewed, decide_unreviewed

CONDITION = "condition"  # what is asked back: whether what the clause turns on is so
NO_TOPIC = "unknown"
_SAY: Mapping[Verdict, str] = {
    "not_allowed": "As I read its words, the policy forbids this.",
    "required": "As I read its words, the policy requires this.",
    "depends": "It turns on what the clause says.",
    "info": "This is what the policy says of it. Whether it fits your case is for a person to say.",
    "silent": "I cannot say yes or no from the policy's words. A person can.",
}
_MOST_SAID = 600  # characters of what was said that are kept for the next message


class UnreviewedAnswerer(Answerer):
    """Answers questions on one policy from its clauses and their grammar alone.

    Of what the reader makes of a message only its form is used: whose act it is, towards whom, what is asked,
    and whether it speaks of harm. The reader's topics belong to another policy.
    """

    def __init__(self, policy: Policy, pack: Pack, reader: Reader, index: ClauseIndex) -> None:
        super().__init__(policy, pack, reader, index)
        self._norms = corrected(norms_of(policy), pack.norms)
        unsettled = standing(policy).unsettled
        self._standing = (f"The document says of itself: \u201c{unsettled}\u201d.",) if unsettled else ()

    def ask(self, question: str, roles: tuple[Role, ...] = (), thread: Thread | None = None) -> Answer:
        """Return what the policy's clauses say to a question; as `Answerer.ask`."""
        asked = thread.asked if thread else None
        reading = _without_topics(self._reader.read(question, thread.said if thread else "", asked or ""))
        roles = roles_now(roles, reading)
        leaning = thread is not None and reading.act not in ("new", "thanks")
        said = f"{thread.said} / {question}" if leaning and thread else question
        return self._told(said, reading, roles, self._decided(said, reading, roles))

    def words_behind(self, question: str) -> Mapping[str, str]:  # noqa: ARG002 - as the reviewed one's
        """Return nothing: no facts are read without a pack."""
        return {}

    def again(self, thread: Thread, roles: tuple[Role, ...]) -> Answer:
        """Return the answer to the thread's question for a sender with these roles."""
        decided = self._decided(thread.said, thread.reading, roles)
        return self._told(thread.said, thread.reading, roles, decided)

    def asides(self, question: str, answer: Answer, roles: tuple[Role, ...]) -> tuple[Answer, ...]:  # noqa: ARG002 - as above
        """Return nothing: without topics, what a further question is about is not known."""
        return ()

    def settled(self, thread: Thread, roles: tuple[Role, ...], value: str) -> Answer:
        """Return the answer once the asker has said whether the clause's condition holds.

        Where it does, the clause decides, if it turns on nothing else; else nothing is decided.
        """
        decided = self._decided(thread.said, thread.reading, roles)
        norm = decided.norm
        if norm is not None and decided.verdict == "depends":
            single = len(norm.conditions) + len(norm.exceptions) == 1
            holds = value == ("y" if norm.conditions else "n")
            if single and holds:
                decided = replace(decided, verdict=VERDICTS[norm.modality], ask="")
            else:
                decided = Unreviewed("silent", near=(*decided.cite, *decided.near), norm=norm)
        return self._told(thread.said, thread.reading, roles, decided)

    def _decided(self, said: str, reading: Reading, roles: tuple[Role, ...]) -> Unreviewed:
        hits = self._index.search(said, SHOWN, roles)
        return decide_unreviewed(said, reading, roles, hits, self._norms)

    def _told(self, said: str, reading: Reading, roles: tuple[Role, ...], decided: Unreviewed) -> Answer:
        asked = CONDITION if decided.ask else None
        options = ("Yes", "No", "I don't know")
        return Answer(
            verdict=decided.verdict,
            say=_SAY[decided.verdict],
            change="",
            citations=self._quoted(decided.cite),
            near=self._quoted(decided.near),
            why=(),
            taken=(),
            ask=AskBack(CONDITION, decided.ask, options) if decided.ask else None,
            notes=self._standing,
            reading=reading,
            thread=Thread(said[-_MOST_SAID:], reading, asked),
            roles=roles,
            trace=(f"no reviewed pack: {f'by norm {decided.norm.id}' if decided.norm else 'by quotation'}",),
        )

    def _quoted(self, clauses: tuple[str, ...]) -> tuple[Citation, ...]:
        return tuple(self._citation(clause) for clause in clauses)


def _without_topics(reading: Reading) -> Reading:
    return replace(reading, topics=(Scored(NO_TOPIC, 1.0),), facts={}, other=None)
