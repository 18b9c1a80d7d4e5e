"""How two kinds of likeness between a question and the clauses become one order. Pure functions."""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

# Measured by benchmarks/retrieval.py: 0.6 to 0.75 do about equally well on three sets of outside data, and on
# colloquial questions to the one small policy 0.7 and 0.9 differ by one question in 46.
MEANING_WEIGHT = 0.7
# A clause among others that fit is likelier the one. 0.3 to 0.5 do equally well on the outside data; without
# it recall falls by one to four points. Within one small policy it changes nothing.
COMPANY_WEIGHT = 0.4


def fuse(meaning: Scores, words: Scores) -> Scores:
    """Return the weighted sum of two scores of the same clauses, each stretched to 0..1 first.

    `meaning` holds cosines, `words` BM25 scores. A score that is the same for every clause counts as 0.
    """
    return MEANING_WEIGHT * _stretched(meaning) + (1 - MEANING_WEIGHT) * _stretched(words)


def lift_by_company(scores: Scores, *groupings: NDArray[np.intp]) -> Scores:
    """Return the scores, each raised by a share of the best score in its group, once for each grouping.

    A grouping gives the number of each clause's group (its section, its document).
    """
    lifted = scores.copy()
    for groups in groupings:
        best = np.full(int(groups.max(initial=0)) + 1, -np.inf, dtype=scores.dtype)
        np.maximum.at(best, groups, scores)
        lifted += COMPANY_WEIGHT * best[groups]
    return lifted


def number_groups(keys: Iterable[Hashable]) -> NDArray[np.intp]:
    """Return for each key the number of its group: equal keys, equal numbers, from 0."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.intp)


def best_first(scores: Scores) -> Sequence[int]:
    """Return the positions from the highest score to the lowest; equal scores keep their order."""
    order: list[int] = np.argsort(-scores, kind="stable").tolist()
    return order


def _stretched(scores: Scores) -> Scores:
    low, high = scores.min(initial=np.inf), scores.max(initial=-np.inf)
    if high <= low:
        return np.zeros_like(scores)
    stretched: Scores = (scores - low) / (high - low)
    return stretched
