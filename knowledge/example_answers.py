"""Answer from a reviewed pack whose topics no reader has learned: by its examples, else by quotation."""

from collections.abc import Mapping
from dataclasses import replace

from knowledge.answers import Answer, Answerer
from knowledge.clauses import Policy
from knowledge.examples import MUCH_LIKE, Examples
from knowledge.index import ClauseIndex
from knowledge.pack import Pack
from knowledge.reading import Reader, Role
from knowledge.threads import Thread, asked_words, plain_value, roles_now
from knowledge.unreviewed_answers import UnreviewedAnswerer


class ExampleAnswerer(UnreviewedAnswerer):
    """Answers questions on one policy by the rows of the topic whose examples a message is like.

    The reader says the form of a message, whose act it is and towards whom; its topics and facts are another
    policy's. A fact is only what somebody says when it is asked back. A message that is like no example is
    answered as from a pack that nobody has reviewed.
    """

    def __init__(
        self, policy: Policy, pack: Pack, reader: Reader, index: ClauseIndex, examples: Examples
    ) -> None:
        super().__init__(policy, pack, reader, index)
        self._examples = examples

    def ask(self, question: str, roles: tuple[Role, ...] = (), thread: Thread | None = None) -> Answer:
        """Return what the policy says to a question; as `Answerer.ask`."""
        asked = self._asked(thread)
        if thread is not None and asked is not None and asked in self.pack.facts:
            value = self._replied(question, asked)
            if value is not None:
                return self.settled(thread, roles, value)
        before = thread.said if thread else ""
        reading = self._reader.read(question, before, asked_words(self.pack, asked))
        topics = self._examples.topics(question)
        if not topics or reading.act in ("why", "show", "thanks"):
            return super().ask(question, roles, thread if thread and not self._decides(thread) else None)
        reading = replace(reading, topics=topics, facts={}, other=None, alone=None, act="new")
        return self.again(Thread(question, reading), roles_now(roles, reading))

    def words_behind(self, question: str) -> Mapping[str, str]:  # noqa: ARG002 - as the reviewed one's
        """Return nothing: a fact rests on what was asked back, not on words."""
        return {}

    def again(self, thread: Thread, roles: tuple[Role, ...]) -> Answer:
        """Return the answer to the thread's question for a sender with these roles."""
        if self._decides(thread):
            return self._guarded(Answerer.again(self, thread, roles), thread, roles)
        return super().again(thread, roles)

    def settled(self, thread: Thread, roles: tuple[Role, ...], value: str) -> Answer:
        """Return the answer once what was asked back is settled; as `Answerer.settled`."""
        if self._decides(thread):
            return self._guarded(Answerer.settled(self, thread, roles, value), thread, roles)
        return super().settled(thread, roles, value)

    def _guarded(self, answer: Answer, thread: Thread, roles: tuple[Role, ...]) -> Answer:
        """Return the answer; where it permits and the message is not much like an example, the quotation."""
        if answer.verdict == "allowed" and thread.reading.topics[0].score < MUCH_LIKE:
            return super().again(thread, roles)
        return answer

    def _decides(self, thread: Thread) -> bool:
        return thread.reading.topic in self.pack.topics

    def _asked(self, thread: Thread | None) -> str | None:
        return thread.asked if thread is not None and self._decides(thread) else None

    def _replied(self, said: str, asked: str) -> str | None:
        """Return the value that a typed reply settles what was asked back to, None where it is no reply."""
        fact, words = self.pack.facts[asked], said.casefold().strip(" .!")
        options = {fact.yes.casefold(): "y", fact.no.casefold(): "n", "i don't know": "?"}
        return options.get(words) or plain_value(said)
