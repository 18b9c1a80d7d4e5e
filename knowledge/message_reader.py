"""The embedded reader: one pass of a small trained model turns a message into a Reading. No network."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray
from tokenizers import Tokenizer

from knowledge.pack import Pack
from knowledge.reading import Reading, Role, Scored, Settled
from knowledge.spelling import Speller
from knowledge.verdicts import POSSIBLE

# A topic, fact or role below these is not worth carrying.
TOPIC_FLOOR = 0.05
SAID_FLOOR = 0.5
CONTEXT_TOKENS = 48


class ReaderError(Exception):
    """The reader's files cannot be used; the message says which and what to do."""


class TrainedReader:
    """Reads messages with the model in a folder (reader.onnx, reader.json); see training/MODEL_CARD.md."""

    def __init__(
        self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer, card: dict[str, Any]
    ) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._max_tokens: int = card["max_tokens"]
        self._labels: Mapping[str, list[str]] = card["labels"]
        self._outputs = [output.name for output in session.get_outputs()]
        self._speller = Speller(card["words"])

    @classmethod
    def load(cls, folder: Path, tokenizer: Tokenizer, pack: Pack) -> Self:
        """Load the model; raise ReaderError where a file is missing, changed or does not suit the pack."""
        try:
            card = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
            weights = (folder / "reader.onnx").read_bytes()
        except OSError as error:
            raise ReaderError(f"{error.filename}: {error.strerror}. Install Hearth again.") from error
        except ValueError as error:
            raise ReaderError("reader.json is damaged. Install Hearth again.") from error
        if not {"sha256", "max_tokens", "labels", "words"} <= set(card):
            raise ReaderError("reader.json is damaged. Install Hearth again.")
        if hashlib.sha256(weights).hexdigest() != card["sha256"]:
            raise ReaderError("reader.onnx is not the file that was released. Install Hearth again.")
        reader = cls(_session(weights), tokenizer, card)
        # Of a policy whose pack nobody has reviewed, or whose topics it never learned, only a message's form
        # is read. A pack that has some of them was made for it.
        if not pack.reviewed or not set(card["labels"]["topic"]) & set(pack.topics):
            return reader
        if unknown := set(card["labels"]["topic"]) - set(pack.topics):
            raise ReaderError(
                f"The reader knows a topic that the pack lacks: {sorted(unknown)[0]}. "
                "Keep the pack's topics, or train a reader for it (training/MODEL_CARD.md)."
            )
        if unknown := set(card["labels"]["fact"]) - set(pack.facts):
            raise ReaderError(
                f"The reader knows a fact that the pack lacks: {sorted(unknown)[0]}. "
                "Keep the pack's facts, or train a reader for it (training/MODEL_CARD.md)."
            )
        return reader

    def learned(self, pack: Pack) -> bool:
        """Say whether the reader learned a pack's topics; a pack that it did not is read by its examples."""
        return set(self._labels["topic"]) <= set(pack.topics)

    def untaught(self, pack: Pack) -> tuple[str, ...]:
        """Return the pack's topics and facts that the reader has not learned, and so never finds."""
        known = {*self._labels["topic"], *self._labels["fact"]}
        return tuple(name for name in (*pack.topics, *pack.facts) if name not in known)

    def read(self, text: str, before: str = "", asked: str = "") -> Reading:
        """Return the reading of `text`; `before` was said earlier, `asked` is the open question."""
        context = f"{before} / {asked}" if before or asked else ""
        scores = self._run(context, text)
        topics = _ranked(self._labels["topic"], _softmax(scores["topic"]))
        intent = _softmax(scores["intent"])
        return Reading(
            topics=topics,
            form=self._best("form", scores),
            who=self._best("who", scores),
            who_score=float(_softmax(scores["who"]).max()),
            whom=self._best("whom", scores),
            said_roles=self._said(scores["said"]),
            facts=self._facts(scores["fact"]),
            act=self._best("act", scores) if context else "new",
            intent=self._best("intent", scores),
            intent_score=float(intent.max()),
            danger=float(intent[self._labels["intent"].index("safeguarding")]),
            alone=self.read(text) if context else None,
        )

    def _run(self, context: str, text: str) -> dict[str, NDArray[np.float32]]:
        before = self._ids(context)[-CONTEXT_TOKENS:]
        message = _shortened(self._ids(text), self._max_tokens - len(before) - 3)
        start, end = self._tokenizer.token_to_id("[CLS]"), self._tokenizer.token_to_id("[SEP]")
        ids = np.array([[start, *before, end, *message, end]], dtype=np.int64)
        kinds = np.array([[0] * (len(before) + 2) + [1] * (len(message) + 1)], dtype=np.int64)
        fed = {"ids": ids, "mask": np.ones_like(ids), "kinds": kinds}
        outputs = self._session.run(self._outputs, fed)
        return {name: output[0] for name, output in zip(self._outputs, outputs, strict=True)}

    def _ids(self, text: str) -> list[int]:
        spelt = self._speller.corrected(_MARKUP.sub("", plain(text)))
        ids: list[int] = self._tokenizer.encode(spelt, add_special_tokens=False).ids
        return ids

    def _best(self, head: str, scores: Mapping[str, NDArray[np.float32]]) -> Any:
        return self._labels[head][int(scores[head].argmax())]

    def _said(self, scores: NDArray[np.float32]) -> tuple[Role, ...]:
        likely = 1 / (1 + np.exp(-scores)) > SAID_FLOOR
        return tuple(role for role, said in zip(self._labels["said"], likely, strict=True) if said)  # type: ignore[misc]  # the labels are roles: the card is checked by its hash

    def _facts(self, scores: NDArray[np.float32]) -> dict[str, Settled]:
        facts: dict[str, Settled] = {}
        for name, row in zip(self._labels["fact"], scores.reshape(-1, 3), strict=True):
            _, yes, no = _softmax(row)
            if max(yes, no) >= POSSIBLE:
                facts[name] = Settled("y" if yes >= no else "n", float(max(yes, no)))
        return facts


def _session(weights: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


_UNSEEN = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


# Tags, and the marks that platforms make bold and slanted letters of: nobody means anything by them.
_MARKUP = re.compile(r"<[!/@#a-zA-Z][^<>]{0,80}>|[*_~`]+")


def plain(text: str) -> str:
    """Return the text in one Unicode form, without control or direction marks, white space made even."""
    whole = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair has no bytes
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFKC", whole)).split())


_MARKS = re.compile(r"[?.!,'\u2019;:]")
_OWN_PAST = re.compile(r"\bi used to (?=\w)")


def reworded(text: str) -> str:
    """Return the text as a phone may type it, small and without marks, and without the sender's own past.

    That she "used to visit" a family ends nothing but her visits: another may go there now (clause 4.3 counts
    the scheme's support). What the message says of the support itself is left as it is.
    """
    return _OWN_PAST.sub("i ", _MARKS.sub("", text).lower())


def _shortened(ids: list[int], room: int) -> list[int]:
    """Return a long message's beginning and end: the question stands at one of them, the story between."""
    if len(ids) <= room:
        return ids
    head = room // 3
    return ids[:head] + ids[-(room - head) :]


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted: NDArray[np.float32] = np.exp(scores - scores.max())
    total: NDArray[np.float32] = shifted / shifted.sum()
    return total


def _ranked(names: list[str], scores: NDArray[np.float32]) -> tuple[Scored, ...]:
    order = np.argsort(-scores)
    likely = [Scored(names[at], float(scores[at])) for at in order if scores[at] >= TOPIC_FLOOR]
    return tuple(likely) or (Scored(names[int(order[0])], float(scores[order[0]])),)
