"""Standing: what a document says of itself: draft or in force, who owns it, whom its clauses bind."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from knowledge.clauses import Policy, Section
from knowledge.norms import norms_of
from knowledge.outline import is_meta
from knowledge.parties import Party

_UNSETTLED = re.compile(
    r"\b(?:not (?:yet )?(?:been )?(?:ratified|approved|adopted)|(?:awaiting|subject to|pending) (?:\w+ )?"
    r"(?:approval|ratification|adoption)|un(?:ratified|approved)|for consultation|superseded|withdrawn)\b"
    r"|\bdraft(?: version| policy)?\b(?!\s+(?:a|an|the|of|minutes|reports?|letters?))",
    re.IGNORECASE,
)
_OWNER = re.compile(
    r"^\W*(?:policy |document )?(?:owner|lead|author|responsible (?:person|officer)|owned by)\s*[:|]\s*"
    r"(?P<name>[^\n|]{2,80})",
    re.IGNORECASE | re.MULTILINE,
)
_VERSION = re.compile(r"\bversion\s*(?:no\.?|number)?\s*[:|]?\s*(?P<label>v?\d+(?:\.\d+)*)", re.IGNORECASE)
_FRONT_WORDS = 14  # a line that speaks of the document itself is short
_FRONT_LINES = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """What a document says of itself. Texts are as printed, empty where it does not say."""

    unsettled: str
    owner: str
    label: str
    parties: tuple[Party, ...]


def standing(policy: Policy) -> Standing:
    """Return what a policy says of itself, in its first lines, its headings and its sign-off.

    `parties` are whom its norms bind or free, those named most often first.
    """
    signed = [clause.text for section in policy.sections if is_meta(section.id) for clause in section.clauses]
    about = "\n".join([policy.title, *_front(policy), *signed])
    unsettled = _UNSETTLED.search(about)
    owner = _OWNER.search(about)
    label = _VERSION.search(about)
    return Standing(
        unsettled.group() if unsettled else "",
        " ".join(owner.group("name").split()) if owner else "",
        label.group("label") if label else "",
        parties_of(policy),
    )


def parties_of(policy: Policy) -> tuple[Party, ...]:
    """Return whom the norms of a policy bind or free, those named most often first."""
    named = Counter(party for norm in norms_of(policy) if norm.modality != "state" for party in norm.bearers)
    return tuple(party for party, _ in named.most_common())


def _front(policy: Policy) -> Sequence[str]:
    parts = (part for section in policy.sections for part in (section.heading, *_texts(section)))
    written = [line for part in islice(parts, _FRONT_LINES) for line in part.split("\n")]
    return [line for line in written[:_FRONT_LINES] if len(line.split()) <= _FRONT_WORDS]


def _texts(section: Section) -> Iterator[str]:
    return (clause.text for clause in section.clauses)
