"""The words behind a fact are pointed at."""

from knowledge.evidence import words_behind
from knowledge.reading import Reading, Scored, Settled


class WordReader:
    """A reader for whom one word settles one fact."""

    def read(self, text: str, before: str = "", asked: str = "") -> Reading:  # noqa: ARG002  # the Reader's shape
        facts = {"supported_now": Settled("n", 0.9)} if "finished" in text else {}
        return Reading(topics=(Scored("friend_request", 1.0),), facts=facts)


def test_the_words_that_settle_the_fact_are_named() -> None:
    reader = WordReader()
    text = "can I friend this family now that we have finished with them at last"
    behind = words_behind(reader, text, reader.read(text))
    assert "finished" in behind["supported_now"]
    assert len(behind["supported_now"].split()) == 4


def test_a_message_without_facts_rests_on_nothing() -> None:
    reader = WordReader()
    assert words_behind(reader, "hello", reader.read("hello")) == {}


def test_a_single_word_is_its_own_evidence() -> None:
    reader = WordReader()
    assert words_behind(reader, "finished", reader.read("finished")) == {"supported_now": "finished"}
