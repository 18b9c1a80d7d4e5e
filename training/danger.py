"""Learn what speaks of harm: which examples pull a text towards it, and which away.

    python training/danger.py [--at SCORE]

Run from the repository's root with Hearth's own environment; it needs nothing else, and takes five minutes on
one core, most of it for the vectors, which are kept in .build/danger.npz. Learns from danger/harm.txt and
danger/harmless.txt (written for this), from the messages in data/ and the folders in it, and from the first
set of benchmarks/alarming. The others are for measuring alone. Writes knowledge/models/danger.npz.

A support vector machine: the dual is climbed one example at a time, the bias as a constant in the kernel. Of
the harmless messages, whose number is large, those that are nearly taken for harm are added in rounds.
"""

import argparse
import json
import random
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from knowledge.danger import NAME, Examples, pack, sentences  # noqa: E402 - found through the line above
from knowledge.embedding import Embedder  # noqa: E402 - as above
from knowledge.message_reader import plain  # noqa: E402 - as above

Vectors = NDArray[np.float32]

HERE = Path(__file__).parent
LEARNED = ROOT / "benchmarks" / "alarming" / "first.jsonl"
MODELS = ROOT / "knowledge" / "models"
BUILD = ROOT / ".build"

NEARNESS = 0.8
COST, COST_OF_MESSAGES = 8.0, 4.8  # of the harmful messages of data/ alone, which are less sure
BIAS = 1.0
PASSES = 60
ROUNDS, AT_ONCE, NEARLY = 4, 1500, -1.05
MIXED = 150
# From this score on a text is taken for harm; chosen on the first set, before it was learned from, and on the
# rounds of benchmarks/unseen. See benchmarks/alarming/README.md.
AT = -0.60

Row = tuple[str, bool, float]  # a text, whether it speaks of harm, and what an error costs


def main() -> None:
    """Learn, and write what was learned."""
    parser = argparse.ArgumentParser(description="Learn what speaks of harm.")
    parser.add_argument("--at", type=float, default=AT, help="the score from which on the tripwire rings")
    parser.add_argument(
        "--without-first", action="store_true", help="leave the first set out, to measure on it"
    )
    given = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    embedder = Embedder.load(BUILD)
    harm, harmless, messages = _lines("harm"), _lines("harmless"), _messages()
    first = [] if given.without_first else _first()
    rows = _rows(harm, harmless, messages, first)
    others = [text for text, is_harm in messages if not is_harm]
    others = list(dict.fromkeys([*others, *(part for text in others for part in sentences(plain(text)))]))
    vectors = _vectors(embedder, [*(text for text, _, _ in rows), *others])
    examples = learn(vectors[: len(rows)], rows, vectors[len(rows) :], given.at)
    digest = pack(examples, embedder.model, MODELS / NAME)
    print(f"{len(examples.pulls)} examples, sha256 {digest}")


def learn(learned: Vectors, rows: Sequence[Row], others: Vectors, at: float) -> Examples:
    """Return the examples that count: of `others`, all harmless, those that are nearly taken for harm."""
    everything = np.vstack([learned, others])
    mean = everything.mean(axis=0)
    spread = (everything.std(axis=0) + 1e-6) * np.float32(everything.shape[1] ** 0.5)
    even, rest = (learned - mean) / spread, (others - mean) / spread
    signs = np.array([1.0 if harm else -1.0 for _, harm, _ in rows])
    costs = np.array([cost for _, _, cost in rows])
    pulls = climbed(even, signs, costs)
    for number in range(ROUNDS):
        scores = _scores(even, pulls, rest)
        nearest = np.argsort(-scores)[:AT_ONCE]
        nearest = nearest[scores[nearest] > NEARLY]
        print(f"round {number}: {len(even)} examples, {len(nearest)} harmless ones nearly taken for harm")
        even, rest = np.vstack([even, rest[nearest]]), np.delete(rest, nearest, axis=0)
        signs = np.r_[signs, -np.ones(len(nearest))]
        costs = np.r_[costs, np.full(len(nearest), COST_OF_MESSAGES)]
        if not len(nearest):
            break
        pulls = climbed(even, signs, costs)
    count = np.abs(pulls) > 1e-6
    bias = float(pulls.sum() * BIAS) - at
    kept = pulls[count].astype(np.float32)
    return Examples(even[count].astype(np.float32), kept, bias, mean, spread, NEARNESS)


def climbed(even: Vectors, signs: NDArray[np.float64], costs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pull of each example, at most its cost: the machine's dual, climbed one at a time."""
    kernel = _kernel(even, even) + np.float32(BIAS)
    pulls, scores = np.zeros(len(even)), np.zeros(len(even))
    order = np.random.default_rng(0)
    for _ in range(PASSES):
        most = 0.0
        for at in order.permutation(len(even)):
            wanted = pulls[at] + (signs[at] - scores[at]) / kernel[at, at]
            bounds = (0.0, costs[at]) if signs[at] > 0 else (-costs[at], 0.0)
            step = min(max(wanted, bounds[0]), bounds[1]) - pulls[at]
            if step:
                pulls[at] += step
                scores += step * kernel[at]
                most = max(most, abs(step))
        if most < 1e-3:
            break
    return pulls


def _scores(even: Vectors, pulls: NDArray[np.float64], of: Vectors) -> NDArray[np.float64]:
    count = np.abs(pulls) > 1e-6
    found = [_kernel(some, even[count]) @ pulls[count] for some in np.array_split(of, 20)]
    scores: NDArray[np.float64] = np.concatenate(found) + pulls.sum() * BIAS
    return scores


def _kernel(one: Vectors, other: Vectors) -> Vectors:
    squares = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T
    near: Vectors = np.exp(-NEARNESS * np.maximum(squares, 0)).astype(np.float32)
    return near


def _rows(
    harm: Sequence[str],
    harmless: Sequence[str],
    messages: Sequence[tuple[str, bool]],
    first: Sequence[tuple[str, bool]],
) -> list[Row]:
    """Return what is learned from: as written, as typed with slips, and told in passing."""
    rng = random.Random(1)  # noqa: S311 - no secret hangs on it
    own = [*((text, True) for text in harm), *((text, False) for text in harmless), *first]
    rows: list[Row] = []
    for text, is_harm in own:
        rows += [(words, is_harm, COST) for words in dict.fromkeys((text, _typed(_typed(text, rng), rng)))]
        rows += [] if is_harm else [(part, False, COST / 2) for part in sentences(plain(text))]
    beside = [*harmless, *(text for text, is_harm in messages if not is_harm)][: 2 * len(harmless)]
    for _ in range(MIXED):
        between = rng.choice((" ", " also, ", " anyway ", " by the way ", " and "))
        rows.append((f"{rng.choice(beside)}.{between}{rng.choice(harm)}", True, COST))
        rows.append((f"{rng.choice(harmless)}. {rng.choice(beside)}", False, COST))
    return rows + [(text, True, COST_OF_MESSAGES) for text, is_harm in messages if is_harm]


def _typed(text: str, rng: random.Random) -> str:
    """Return the text as it may be typed on a phone: without marks, with a slip here and there."""
    if rng.random() < 0.4:
        text = re.sub(r"[?.!,'\u2019]", "", text)
    if rng.random() < 0.4 and len(text) > 12:
        for _ in range(1 + len(text) // 50):
            at = rng.randrange(1, len(text) - 1)
            slip = rng.choice((text[at + 1], text[at + 1] + text[at], text[at] * 2 + text[at + 1]))
            text = text[:at] + slip + text[at + 2 :]
    return text


def _lines(name: str) -> list[str]:
    return (HERE / "danger" / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def _messages() -> list[tuple[str, bool]]:
    """Return the messages of data/ and the folders in it, each once, and whether it speaks of harm."""
    found: dict[str, bool] = {}
    for path in sorted((HERE / "data").glob("**/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.setdefault(row["t"], row.get("i") == "safeguarding")
    return list(found.items())


def _first() -> list[tuple[str, bool]]:
    rows = map(json.loads, LEARNED.read_text(encoding="utf-8").splitlines())
    return [(row["text"], row["danger"]) for row in rows]


def _vectors(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Return the texts' vectors, (n, 768); those that were made before are kept between runs."""
    file = BUILD / "danger.npz"
    kept: dict[str, Vectors] = {}
    if file.exists():
        with np.load(file) as before:
            kept = dict(zip(before["texts"].tolist(), before["vectors"], strict=True))
    for text in texts:
        if plain(text) not in kept:
            kept[plain(text)] = embedder.inner(plain(text))
    np.savez(file, texts=np.array(list(kept)), vectors=np.array(list(kept.values())))
    return np.array([kept[plain(text)] for text in texts])


if __name__ == "__main__":
    main()
