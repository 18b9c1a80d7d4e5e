"""Examples: which topic of a pack a message is about, by the reviewed ways in which people ask."""

import re
from collections.abc import Mapping

import numpy as np

from knowledge.embedding import TextEmbedder
from knowledge.pack import Topic
from knowledge.reading import Scored

# Cosines of a message and the example that it is nearest to. Chosen on the sample policy, with the questions
# of tests/data/matrix.jsonl for examples and those of benchmarks/unseen for messages.
LIKE = 0.5  # below it a message is like no example
MUCH_LIKE = 0.7  # from here on a permission may rest on it: below, 2 of 20 were wrong
APART = 0.08  # a topic whose example is no farther than this from the nearest may be meant as well
NEXT = 0.3  # how likely such a topic is taken to be: enough to hold a permission back
CUE = 0.1  # how much nearer a topic is one of whose cues stands in the message


class Examples:
    """The examples of a pack's topics, embedded once."""

    def __init__(self, topics: Mapping[str, Topic], embedder: TextEmbedder) -> None:
        self._embedder = embedder
        self._names = [topic.id for topic in topics.values() for _ in topic.examples]
        found = [embedder.embed(example) for topic in topics.values() for example in topic.examples]
        self._vectors = np.array(found, dtype=np.float32)
        self._cues = {topic.id: [_words(cue) for cue in topic.cues] for topic in topics.values()}

    def topics(self, message: str) -> tuple[Scored, ...]:
        """Return the topics that a message is like, the nearest first; none where it is like no example."""
        if not self._names:
            return ()
        near = self._vectors @ self._embedder.embed(message)
        best: dict[str, float] = {}
        said = f" {_words(message)} "
        for name, cosine in zip(self._names, near.tolist(), strict=True):
            told = CUE if any(f" {cue} " in said for cue in self._cues[name]) else 0.0
            best[name] = max(best.get(name, -1.0), cosine + told)
        ranked = sorted(best.items(), key=lambda one: -one[1])
        first = ranked[0][1]
        if first < LIKE:
            return ()
        others = [Scored(name, NEXT) for name, score in ranked[1:] if first - score <= APART]
        return (Scored(ranked[0][0], min(first, 1.0)), *others)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
