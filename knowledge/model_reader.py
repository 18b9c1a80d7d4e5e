"""The model reader: a language model reads a message into the same Reading. Off unless it is configured.

It labels and nothing else: the tables decide. What it returns is taken only where every label is the pack's,
and a fact only with words that stand in the message that was sent. Langchain is imported when a model is
configured: it takes most of a second, and the provider's package more.
"""

import re
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread
from typing import Any, Self

from knowledge.masking import Mask
from knowledge.model_prompt import messages, schema
from knowledge.pack import Pack
from knowledge.reading import BEARERS, FORMS, TARGETS, Reading, Scored, Settled

# How sure a label of the model is taken to be: enough for a verdict to rest on.
SURE = 0.9
# How likely the topics are that it names beside the first: enough to hold a permission back.
OTHER = 0.3
# Calls that run at one time. A provider that hangs holds these and no more; further messages are not sent.
MAX_CALLS = 8


class ModelReaderError(Exception):
    """The configured model cannot be used; the message says why and what to do. It never holds the key."""


class NotRead(Exception):  # noqa: N818 - not a fault of the program: the embedded reader's reading stands
    """The model gave no reading that can be used. Says the kind of fault, never a word of the message."""


class ModelReader:
    """Reads messages with a language model, through whatever takes langchain messages and returns a reply."""

    def __init__(self, ask: Callable[[Any], object], pack: Pack, mask: Mask, seconds: float) -> None:
        self._ask = ask
        self._pack = pack
        self._mask = mask
        self._seconds = seconds
        self._free = BoundedSemaphore(MAX_CALLS)

    @classmethod
    def connect(
        cls, name: str, pack: Pack, mask: Mask, *, url: str | None, key: str | None, seconds: float
    ) -> Self:
        """Set the model up, without calling it; `name` is "provider:model" as `init_chat_model` takes it.

        `url` and `key` are the provider's own where None. Raises ModelReaderError where the provider is not
        known or its package is not installed.
        """
        from langchain.chat_models import init_chat_model

        given = {"base_url": url, "api_key": key, "timeout": seconds, "max_retries": 0}
        options: dict[str, Any] = {option: value for option, value in given.items() if value is not None}
        try:
            model = init_chat_model(name, temperature=0, **options)
            chain = model.with_structured_output(schema(pack))
        except ImportError as error:
            package = str(getattr(error.__cause__, "name", "of that provider")).replace("_", "-")
            raise ModelReaderError(
                f"HEARTH_MODEL is {name}, which needs the package {package}. "
                f"Install it: .venv/bin/python -m pip install {package}"
            ) from None
        except Exception as error:  # noqa: BLE001 - each provider's package has errors of its own
            kind = type(error).__name__
            raise ModelReaderError(
                f"HEARTH_MODEL is {name}, which cannot be set up ({kind}). Check the provider and the model, "
                "and that HEARTH_MODEL_KEY holds the provider's key."
            ) from None  # the provider's words may quote the key
        return cls(chain.invoke, pack, mask, seconds)

    def read(self, text: str, before: str = "", asked: str = "") -> Reading:
        """Return the model's reading of `text`; raise NotRead where there is none in time that can be used.

        What is sent is masked first; the words that a fact rests on are the masked ones.
        """
        sent = self._mask(text)
        reply = self._replied(messages(self._pack, sent, self._mask(before), asked))
        return reading_from(reply, sent, self._pack)

    def _replied(self, sent: list[tuple[str, str]]) -> object:
        if not self._free.acquire(blocking=False):
            raise NotRead("too many calls are waiting")
        reply: Future[object] = Future()
        # A thread of its own, since a provider's own time limit starts afresh with every byte that arrives.
        Thread(target=self._call, args=(sent, reply), daemon=True).start()
        try:
            return reply.result(timeout=self._seconds)
        except Exception as error:  # noqa: BLE001 - each provider's package has errors of its own
            raise NotRead(type(error).__name__) from None  # their words may quote the message

    def _call(self, sent: list[tuple[str, str]], reply: Future[object]) -> None:
        from langsmith import tracing_context

        try:
            with tracing_context(enabled=False):  # else an environment set up for it sends a copy elsewhere
                reply.set_result(self._ask(sent))
        except Exception as error:  # noqa: BLE001 - told to the one who waits
            reply.set_exception(error)
        finally:
            self._free.release()


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
