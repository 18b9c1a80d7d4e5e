"""Standing: what a document says of itself: draft or in force, who owns it, whom its clauses bind."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from knowledge.clauses import Policy, Section
from knowledge.norms import norms_of
from knowledge.outline import is_meta
from knowledge.parties import Party
from knowledge.signoff import is_history

_UNSETTLED = re.compile(
    r"\b(?:not (?:yet )?(?:been )?(?:ratified|approved|adopted)|(?:awaiting|subject to|pending) (?:\w+ )?"
    r"(?:approval|ratification|adoption)|un(?:ratified|approved)|for consultation|superseded|withdrawn)\b"
    r"|\bdraft(?: version| policy)?\b(?!\s+(?:a|an|the|of|minutes|reports?|letters?))",
    re.IGNORECASE,
)
_OWNER = re.compile(
    r"^\W*(?:policy |document )?(?:owner|lead|author|responsible (?:person|officer)|owned by)\s*[:|][\s|]*"
    r"(?P<name>[^\n|]{2,80})",
    re.IGNORECASE | re.MULTILINE,
)
_VERSION = re.compile(
    r"\b(?:version\s*(?:no\.?|number)?\s*[:|]?\s*v?|v\.? ?)(?P<label>\d+(?:\.\d+)*)\b", re.IGNORECASE
)
_ROW_VERSION = re.compile(r"\W*(?:version |v\.? ?)?(?P<label>\d+(?:\.\d+)+)", re.IGNORECASE)
# What a document calls itself: of several titles, the one with such a word is not the organisation's name.
_DOCUMENT = re.compile(
    r"\b(?:polic(?:y|ies)|procedures?|code|handbook|guid(?:e|ance|elines)|statement|rules|protocol|agreement"
    r"|strategy|scheme|charter|terms|plan)\b",
    re.IGNORECASE,
)
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
    signed = [
        line
        for section in policy.sections
        if is_meta(section.id)
        for clause in section.clauses
        for line in clause.text.split("\n")
    ]
    history = [line for line in signed if is_history(line)]
    # That a version was once a draft says nothing of the one that is given.
    about = "\n".join(line for line in (policy.title, *_front(policy), *signed) if not is_history(line))
    unsettled = _UNSETTLED.search(about)
    owner = _OWNER.search(about)
    label = _VERSION.search(about) or (_ROW_VERSION.match(history[-1]) if history else None)
    return Standing(
        unsettled.group() if unsettled else "",
        " ".join(owner.group("name").split()) if owner else "",
        label.group("label") if label else "",
        parties_of(policy),
    )


def title_of(policy: Policy, printed: str) -> str:
    """Return what a policy calls itself; `printed` is the title that stands out in its document, if any.

    Of the titles above its first clause one that says what kind of document it is comes before a name.
    """
    above = takewhile(lambda section: not section.clauses or is_meta(section.id), policy.sections)
    titles = [title for title in (printed, *(section.heading for section in above)) if title]
    titles = titles or [section.heading for section in policy.sections[:1]]
    return next((title for title in titles if _DOCUMENT.search(title)), titles[0] if titles else "")


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
