"""Find texts by the words that they share with a question (BM25, in memory)."""

import logging
from collections.abc import Sequence

import bm25s  # type: ignore[import-untyped]  # publishes no types
import numpy as np
import Stemmer  # type: ignore[import-not-found]  # a compiled module without types
from numpy.typing import NDArray

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG

# The textbook values; 0.9/0.4 to 2.0/0.9 were no better on the outside data.
K1 = 1.2
B = 0.75


class WordIndex:
    """Scores every text against a question. May be shared between threads."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Index the texts; 10,000 clauses take a third of a second."""
        self._count = len(texts)
        self._bm25 = bm25s.BM25(k1=K1, b=B)
        tokens = _tokens(texts)
        self._has_words = any(tokens)
        if self._has_words:
            self._bm25.index(tokens, show_progress=False)

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return the BM25 score of each text, in the order given; 0 where no word is shared."""
        words = _tokens([question])[0]
        known = [word for word in words if self._has_words and word in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._count, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)


def _tokens(texts: Sequence[str]) -> list[list[str]]:
    tokens: list[list[str]] = bm25s.tokenize(
        list(texts),
        stopwords="english",
        stemmer=Stemmer.Stemmer("english"),  # made anew: one keeps a cache that threads must not share
        return_ids=False,
        show_progress=False,
    )
    return tokens
