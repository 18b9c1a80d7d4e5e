"""A second look: a language model reads too what the embedded reader read, where it may leave the machine.

The model's reading is put beside the first, which stays the one that counts for what a message does in the
conversation; `knowledge.verdicts` decides both. It can make an answer stricter or ask, never more permissive.
"""

import logging
from collections.abc import Callable
from dataclasses import replace

from knowledge.model_reader import ModelReader, NotRead
from knowledge.reading import Reading

log = logging.getLogger(__name__)

# What may speak of harm stays on the machine. On the rounds of benchmarks/unseen nothing that does is less
# likely to than this; of what is harmless 59 in 906 stay too.
STAYS = 0.3


class SecondLook:
    """Puts a model's reading beside the embedded reader's; words for which `stays` is true are not sent."""

    def __init__(self, reader: ModelReader, stays: Callable[[str], bool]) -> None:
        self._reader = reader
        self._stays = stays

    def at(self, first: Reading, text: str, before: str = "", asked: str = "") -> Reading:
        """Return the first reading with the model's as its `other`, or as it is where the model gave none."""
        if not may_leave(first) or self._stays(text) or self._stays(before):
            return first
        try:
            second = self._reader.read(text, before, asked)
        except NotRead as fault:
            log.warning("model.reading.missing", extra={"fault": str(fault)})
            return first
        other = replace(
            first,
            topics=second.topics,
            form=second.form,
            who=second.who,
            whom=second.whom,
            who_score=second.who_score,
            facts=second.facts,
        )
        return replace(first, danger=max(first.danger, second.danger), other=other)


def may_leave(first: Reading) -> bool:
    """Say whether a message may be sent: only a policy question, and nothing that may speak of harm."""
    settles = first.act not in ("why", "show", "thanks")
    return first.intent == "policy_question" and first.danger < STAYS and settles
