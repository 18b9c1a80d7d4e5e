"""Review: what of a pack a person has yet to look at, clause by clause, and what it still lacks. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from knowledge.clauses import Policy
from knowledge.norms import CorrectionError, Norm, corrected, norms_of
from knowledge.pack import REFUSED, REVIEW, RIGHT, pack_of
from knowledge.pack_check import faults

Data = Mapping[str, Any]  # a pack as its TOML says it
Kind = Literal["norm", "row", "example", "cue"]
State = Literal["left", "right", "refused"]
# Where a topic keeps what a language model proposed, until a person takes it over or drops it.
PROPOSED: Mapping[Kind, tuple[str, str]] = {
    "example": ("proposed_examples", "examples"),
    "cue": ("proposed_cues", "cues"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """Something of a pack that a person says is right or not.

    `id` names it within its pack: `norm:4.5/2`, or kind, topic and place from 0 (`row:mileage:0`). `seen` is
    another where what it says, or its place, is another. `clause` is where it is shown, empty where no clause
    is cited. `norm` is what grammar and corrections make of the clause; `row` is a row as it is written;
    `words` a proposal.
    """

    kind: Kind
    id: str
    clause: str
    topic: str
    state: State
    seen: str
    norm: Norm | None = None
    row: Data | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A pack as far as it is reviewed. `lacks` says in words what is missing beside what is left."""

    reviewed: bool
    items: tuple[Item, ...]
    lacks: tuple[str, ...]

    @property
    def left(self) -> int:
        """How many items nobody has looked at."""
        return count_left(self.items)

    def item(self, item_id: str) -> Item | None:
        """Return an item, None where it is not there any more."""
        return next((item for item in self.items if item.id == item_id), None)


def count_left(items: Sequence[Item]) -> int:
    """Return how many of some items nobody has looked at."""
    return sum(item.state == "left" for item in items)


def review_of(policy: Policy, data: Data) -> Review:
    """Return what is reviewed of a pack; raise PackError or CorrectionError where it cannot be used.

    What stands in a reviewed pack counts as looked at, but for topics that say `reviewed = false` and the
    norms of the clauses that they alone cite.
    """
    items = (*_norms(policy, data), *_topics(data))
    waiting = any(topic.get("reviewed", True) is False for topic in data["topic"])
    return Review(data["reviewed"] is True and not waiting, items, tuple(lacks(policy, data)))


def lacks(policy: Policy, data: Data) -> Iterator[str]:
    """Yield, in words, what keeps a pack from being used as it should; faults of its tables first."""
    pack = pack_of(dict(data), "the pack")
    try:
        yield from faults(policy, pack)
    except CorrectionError as error:
        yield str(error)
    for name, what in (("title", "the policy's title"), ("manager", "whom people ask")):
        if not str(data.get(name, "")).strip():
            yield f"{what} is not given"


def without_examples(data: Data) -> int:
    """Return how many topics have no example of how people ask: only the clause's words find them."""
    return sum(not topic.get("examples") for topic in data["topic"])


def home(topic: Data) -> str:
    """Return the clause beside which a topic is shown: the first that it cites, empty where it cites none."""
    return next((clause for row in topic["row"] for clause in row.get("cite", ())), "")


def seen_of(*what: object) -> str:
    """Return a short mark of what a person was shown."""
    written = json.dumps(what, sort_keys=True, default=str)
    return sha256(written.encode()).hexdigest()[:16]


def _norms(policy: Policy, data: Data) -> Iterator[Item]:
    written = data.get("norms", {})
    pack = pack_of(dict(data), "the pack")
    waiting, settled = _cited(data, waiting=True), _cited(data, waiting=False)
    for norm in corrected(norms_of(policy), pack.norms):
        entry = written.get(norm.id, {})
        looked_at = data["reviewed"] is True and (norm.clause not in waiting or norm.clause in settled)
        state = _state(entry, looked_at=looked_at)
        seen = seen_of(norm.id, repr(norm), dict(entry))
        yield Item("norm", f"norm:{norm.id}", norm.clause, "", state, seen, norm=norm)


def _topics(data: Data) -> Iterator[Item]:
    for topic in data["topic"]:
        clause, name = home(topic), topic["id"]
        looked_at = data["reviewed"] is True and topic.get("reviewed", True) is not False
        for at, row in enumerate(topic["row"]):
            state = _state(row, looked_at=looked_at)
            yield Item("row", f"row:{name}:{at}", clause, name, state, seen_of(name, at, row), row=row)
        for kind, (proposed, _) in PROPOSED.items():
            for at, words in enumerate(topic.get(proposed, ())):
                seen = seen_of(kind, name, at, words)
                yield Item(kind, f"{kind}:{name}:{at}", clause, name, "left", seen, words=words)


def _state(entry: Data, *, looked_at: bool) -> State:
    mark = entry.get(REVIEW)
    if mark == REFUSED:
        return "refused"
    return "right" if mark == RIGHT or looked_at else "left"


def _cited(data: Data, *, waiting: bool) -> frozenset[str]:
    """Return the clauses that topics cite which wait to be reviewed, or which do not."""
    topics = (topic for topic in data["topic"] if (topic.get("reviewed", True) is False) == waiting)
    return frozenset(clause for topic in topics for row in topic["row"] for clause in row.get("cite", ()))
