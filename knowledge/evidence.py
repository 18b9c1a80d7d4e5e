"""Evidence: the words of a message on which a fact rests, found by reading parts of it."""

from collections.abc import Mapping

from knowledge.reading import Reader, Reading

WINDOW = 4  # words at a time: enough for "we finished supporting them", few enough to point


def words_behind(reader: Reader, text: str, reading: Reading) -> Mapping[str, str]:
    """Return, for each fact that a message settles, the words that settle it best alone and are missed most.

    Reads twice for each window of words, so it is for explaining, not for answering. `reading` is what the
    reader made of `text` alone.
    """
    words = text.split()
    windows = [(at, min(at + WINDOW, len(words))) for at in range(max(1, len(words) - WINDOW + 1))]
    alone = {window: reader.read(" ".join(words[slice(*window)])) for window in windows}
    without = {window: reader.read(" ".join(words[: window[0]] + words[window[1] :])) for window in windows}
    behind = {}
    for fact, settled in reading.facts.items():
        weight = {
            window: _confidence(alone[window], fact, settled.value)
            - _confidence(without[window], fact, settled.value)
            for window in windows
        }
        start, end = max(windows, key=weight.__getitem__)
        behind[fact] = " ".join(words[start:end])
    return behind


def _confidence(reading: Reading, fact: str, value: str) -> float:
    settled = reading.facts.get(fact)
    return settled.confidence if settled is not None and settled.value == value else 0.0
