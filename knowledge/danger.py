"""Danger: how likely a text speaks of harm to someone, by the reviewed examples that it is nearest to.

No language model and no network. Each example of `training/danger` and each message that is easily taken
for harm pulls towards one side or the other, the more so the nearer it is to the text in the middle of the
embedded model. A text is read by itself, whatever was said before, and sentence by sentence as well as whole:
what is told in passing, at the end of a question about something else, must not be lost.
"""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
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
ONE_SENTENCE = 0.4
# What a reader's own probability of harm adds or takes away, by its logarithm: nothing at one in thirteen,
# and it adds no more than the third. Chosen on benchmarks/alarming (the first four sets) and on rounds 1 to
# 12 of benchmarks/unseen.
_WEIGHT, _NEUTRAL, _MOST = 0.25, -2.5, 0.6
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

    def scores(self, inner: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how much speaks for harm in each of the vectors (k, d): from 0 on it is to be taken for it.

        All at once, as nearly all of the time goes into fetching the examples from memory.
        """
        even = (inner - self.mean) / self.spread
        # |a - b|² = |a|² - 2ab + |b|²: one product instead of a table of differences, ten times as fast.
        squares = self._lengths - 2 * (even @ self.vectors.T) + (even**2).sum(axis=1)[:, None]
        found: NDArray[np.float32] = np.exp(-self.nearness * squares) @ self.pulls + self.bias
        return found


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

    def of(self, text: str, likely: Callable[[str], float]) -> float:
        """Return how likely a text speaks of harm, 0 to 1; from one half on it is to be taken for it.

        `likely` says how likely a reader takes a text by itself to be: asked of the whole text, and of those
        of its sentences that it could turn.
        """
        parts = (plain(text), *sentences(plain(text)))
        scores = self._examples.scores(np.stack([self._embedder.inner(part) for part in parts]))
        scores[1:] -= ONE_SENTENCE
        turned = [
            float(score) + (_weight(likely(part)) if at == 0 or score >= -_MOST else 0.0)
            for at, (part, score) in enumerate(zip(parts, scores, strict=True))
        ]
        return float(1 / (1 + np.exp(-STEEPNESS * max(turned))))


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
            likely = partial(self._likely, plain(text), alone.danger)
            return replace(reading, danger=self._danger.of(text, likely))

    def _likely(self, whole: str, danger: float, part: str) -> float:
        return danger if part == whole else self._reader.read(part).danger


def _cores() -> int:
    """Return on how many cores this process may run."""
    if hasattr(os, "sched_getaffinity"):  # not everywhere
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def sentences(text: str) -> Sequence[str]:
    """Return the sentences of a text that has more than one; where it turns aside, another one begins."""
    parts = [part.strip(" ,") for part in _APART.split(text)]
    return [part for part in parts if len(part.split()) >= _SHORTEST_SENTENCE] if len(parts) > 1 else []


def _weight(likely: float) -> float:
    """Return what a reader's probability adds to a score; its odds are cut at about one in a thousand."""
    odds = float(np.log(likely + 1e-3) - np.log(1 - likely + 1e-3))
    return min(_WEIGHT * (odds - _NEUTRAL), _MOST)


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
