"""Danger: how likely a text speaks of harm to someone, by the reviewed examples that it is nearest to.

No language model and no network. Each example of `training/danger` and each message that is easily taken
for harm pulls towards one side or the other, the more so the nearer it is to the text in the middle of the
embedded model. A text is read by itself, whatever was said before, and sentence by sentence as well as whole:
what is told in passing, at the end of a question about something else, must not be lost.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore
from typing import Protocol, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from knowledge.message_reader import ReaderError, plain
from knowledge.reading import Reader, Reading

NAME = "danger.npz"
# One sentence is less to go by than the whole text: so much more must speak for it.
ONE_SENTENCE = 0.2
# What a reader's own probability of harm adds, by its logarithm: nothing up to about one in eight.
_ADDS, _FROM = 0.05, 2.0
# What the reader takes, less likely than the first to be harm, for a question on the policy, rings from the
# second on. Without this 35 of the 480 questions of benchmarks/unseen rang, with it 19; no miss came of it
# there or in benchmarks/alarming, on which it was chosen.
MERE, MUCH = 0.02, 0.8
_JUST_NOT = 0.49
# How fast the probability grows around one half; it is there to be compared, not to be believed.
STEEPNESS = 8.0
_SHORTEST_SENTENCE = 3  # words; fewer are read with the whole text alone
_APART = re.compile(r"(?<=[.!?;])\s+|\b(?:by the way|btw|anyway|also)\b", re.IGNORECASE)
_FIELDS = ("examples", "scale", "pulls", "bias", "mean", "spread", "nearness", "model")


class InnerEmbedder(Protocol):
    """Turns a text into a vector from the middle of a model, which `model` names."""

    @property
    def model(self) -> str: ...

    def inner(self, text: str) -> NDArray[np.float32]: ...


@dataclass(frozen=True)
class Examples:
    """What was learned: examples (n, d) with the pull of each (n,), towards harm where it is positive.

    `mean` and `spread` (d,) even the vectors out; `nearness` says how near is near.
    """

    vectors: NDArray[np.float32]
    pulls: NDArray[np.float32]
    bias: float
    mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    nearness: float

    @cached_property
    def _lengths(self) -> NDArray[np.float32]:
        lengths: NDArray[np.float32] = (self.vectors**2).sum(axis=1)
        return lengths

    def score(self, inner: NDArray[np.float32]) -> float:
        """Return how much speaks for harm in a vector (d,): from 0 on it is to be taken for it."""
        even = (inner - self.mean) / self.spread
        # |a - b|² = |a|² - 2ab + |b|²: one product instead of a table of differences, ten times as fast.
        squares = self._lengths - 2 * (self.vectors @ even) + even @ even
        return float(self.pulls @ np.exp(-self.nearness * squares) + self.bias)


class Danger:
    """Says how likely a text speaks of harm. May be shared between threads."""

    def __init__(self, embedder: InnerEmbedder, examples: Examples) -> None:
        self._embedder = embedder
        self._examples = examples

    @classmethod
    def load(cls, folder: Path, embedder: InnerEmbedder) -> Self:
        """Load what was learned; raise ReaderError where it is missing, damaged or of another model."""
        try:
            content = BytesIO((folder / NAME).read_bytes())
            with np.load(content, allow_pickle=False) as file:
                kept = {field: file[field] for field in _FIELDS}
        except OSError as error:
            raise ReaderError(f"{folder / NAME} cannot be read. Install Hearth again.") from error
        except (KeyError, ValueError, EOFError, BadZipFile) as error:
            raise ReaderError(f"{NAME} is damaged. Install Hearth again.") from error
        if str(kept["model"]) != embedder.model:
            raise ReaderError(
                f"{NAME} was learned with {kept['model']}, not with {embedder.model}: without it, harm would "
                "not be recognised. Use the model that Hearth brings, or learn it anew (training/danger.py)."
            )
        return cls(embedder, _unpacked(kept))

    def of(self, text: str, likely: float = 0.0) -> float:
        """Return how likely a text speaks of harm, 0 to 1; from one half on it is to be taken for it.

        `likely` is how likely a reader takes it to be that the text alone does.
        """
        clean = plain(text)
        scores = [self._score(clean), *(self._score(part) - ONE_SENTENCE for part in sentences(clean))]
        sure = max(scores) + _ADDS * max(_logarithm(likely) + _FROM, 0.0)
        return float(1 / (1 + np.exp(-STEEPNESS * sure)))

    def _score(self, text: str) -> float:
        return self._examples.score(self._embedder.inner(text))


class WatchfulReader:
    """Reads as another reader does, and takes the danger of the message by itself, by the examples too.

    It reads as many messages at once as there are cores: more would not be read sooner, and keep everything
    else that the process has to do from its turn.
    """

    def __init__(self, reader: Reader, danger: Danger) -> None:
        self._reader = reader
        self._danger = danger
        self._free_cores = BoundedSemaphore(_cores())

    def read(self, text: str, before: str = "", asked: str = "") -> Reading:
        """Return the reading of `text`; as `Reader`."""
        with self._free_cores:
            reading = self._reader.read(text, before, asked)
            alone = reading.alone or reading
            return replace(reading, danger=_weighed(self._danger.of(text, alone.danger), alone))


def _cores() -> int:
    """Return on how many cores this process may run."""
    if hasattr(os, "sched_getaffinity"):  # not everywhere
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _weighed(danger: float, alone: Reading) -> float:
    """Return the danger; of what the reader takes for a mere question, only where much speaks for it."""
    mere = alone.intent == "policy_question" and alone.danger < MERE
    return min(danger, _JUST_NOT) if mere and danger < MUCH else danger


def sentences(text: str) -> Sequence[str]:
    """Return the sentences of a text that has more than one; where it turns aside, another one begins."""
    parts = [part.strip(" ,") for part in _APART.split(text)]
    return [part for part in parts if len(part.split()) >= _SHORTEST_SENTENCE] if len(parts) > 1 else []


def _logarithm(likely: float) -> float:
    """Return the logarithm of the odds, cut at about one in a thousand."""
    return float(np.log(likely + 1e-3) - np.log(1 - likely + 1e-3))


def pack(examples: Examples, model: str, file: Path) -> str:
    """Write what was learned, the vectors in 8 bits; return the file's SHA-256."""
    scale = np.float32(np.abs(examples.vectors).max() / 127)
    np.savez_compressed(
        file,
        examples=np.round(examples.vectors / scale).astype(np.int8),
        scale=scale,
        pulls=examples.pulls,
        bias=np.float32(examples.bias),
        mean=examples.mean,
        spread=examples.spread,
        nearness=np.float32(examples.nearness),
        model=np.array(model),
    )
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _unpacked(kept: dict[str, NDArray[np.float32]]) -> Examples:
    return Examples(
        kept["examples"].astype(np.float32) * kept["scale"],
        kept["pulls"],
        float(kept["bias"]),
        kept["mean"],
        kept["spread"],
        float(kept["nearness"]),
    )
