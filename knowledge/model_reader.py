"""The model reader: a language model reads a message into the same Reading. Off unless it is configured.

It labels and nothing else: the tables decide. What it returns is taken only where every label is the pack's,
and a fact only with words that stand in the message that was sent.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, Self

from knowledge.masking import Mask
from knowledge.model_calls import MAX_CALLS, ModelCalls, ModelReaderError, NotRead
from knowledge.model_prompt import messages, schema
from knowledge.pack import Pack
from knowledge.reading import BEARERS, FORMS, TARGETS, Reading, Scored, Settled

__all__ = ["MAX_CALLS", "ModelReader", "ModelReaderError", "NotRead"]

# How sure a label of the model is taken to be: enough for a verdict to rest on.
SURE = 0.9
# How likely the topics are that it names beside the first: enough to hold a permission back.
OTHER = 0.3


class ModelReader:
    """Reads messages with a language model, through whatever takes langchain messages and returns a reply."""

    def __init__(self, calls: ModelCalls, pack: Pack, mask: Mask) -> None:
        self._calls = calls
        self._pack = pack
        self._mask = mask

    @classmethod
    def connect(
        cls, name: str, pack: Pack, mask: Mask, *, url: str | None, key: str | None, seconds: float
    ) -> Self:
        """Set the model up, without calling it; as `ModelCalls.connect`."""
        return cls(ModelCalls.connect(name, schema(pack), url=url, key=key, seconds=seconds), pack, mask)

    def read(self, text: str, before: str = "", asked: str = "") -> Reading:
        """Return the model's reading of `text`; raise NotRead where there is none in time that can be used.

        What is sent is masked first; the words that a fact rests on are the masked ones.
        """
        sent = self._mask(text)
        reply = self._calls.reply(messages(self._pack, sent, self._mask(before), asked))
        return reading_from(reply, sent, self._pack)


def reading_from(reply: object, sent: str, pack: Pack) -> Reading:
    """Return the reading that a model's reply holds; raise NotRead for one that does not keep to the labels.

    A fact whose words do not stand in the message that was sent is dropped.
    """
    if not isinstance(reply, Mapping):
        raise NotRead("no labels")
    others = [_label(topic, pack.topics) for topic in _list(reply, "other_topics")]
    topic = _label(reply.get("topic"), pack.topics)
    return Reading(
        topics=(Scored(topic, SURE), *(Scored(other, OTHER) for other in others if other != topic)),
        form=_label(reply.get("form"), FORMS),
        who=_label(reply.get("who"), BEARERS),
        whom=_label(reply.get("whom"), TARGETS),
        facts=_facts(_list(reply, "facts"), sent, pack),
        danger=0.0 if reply.get("harm") is False else 1.0,
    )


def _facts(entries: list[object], sent: str, pack: Pack) -> dict[str, Settled]:
    facts: dict[str, Settled] = {}
    for entry in entries:
        if not isinstance(entry, Mapping):
            raise NotRead("a fact that is none")
        fact = _label(entry.get("fact"), pack.facts)
        settled = Settled(_label(entry.get("value"), ("y", "n")), SURE, str(entry.get("words", "")))
        if not stands_in(settled.words, sent):
            continue
        if fact in facts and facts[fact].value != settled.value:
            raise NotRead("a fact both ways")
        facts[fact] = settled
    return facts


def _label(value: object, known: Collection[str]) -> Any:
    if isinstance(value, str) and value in known:
        return value
    raise NotRead("an unknown label")


def _list(reply: Mapping[str, object], name: str) -> list[object]:
    value = reply.get(name)
    if isinstance(value, list):
        return value
    raise NotRead("a list is missing")


def stands_in(words: str, text: str) -> bool:
    """Say whether words stand in a text one after the other, whatever their case, spacing and punctuation."""
    wanted, there = (" ".join(re.findall(r"\w+", part.casefold())) for part in (words, text))
    return bool(wanted) and f" {wanted} " in f" {there} "
