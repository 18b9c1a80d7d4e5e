"""Naming: which officers a text means, or may mean. Pure; errs on the side of "may".

A complaint must not reach whom it is about. People write names as they hear them, use nicknames, or name
nobody ("the lady in the office"), so anything that may point to an officer counts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from unicodedata import combining, normalize

# From this likeness on, two words of five letters or more are taken for one name, misspelt.
_ALIKE = 0.8
_SHORTEST_FUZZY = 5
_SHORTEST_NAME = 2
# Parts of what an officer is called that name nobody by themselves.
_NO_NAMES = frozenset(
    """
    acting and charity contact dr for head home interim lead miss mr mrs ms national of office officer our
    regional safeguarding sample scheme start the vice
    """.split()  # noqa: SIM905 - thirty words are read best as text
)

_STAFF = ("manager", "deputy_manager", "safeguarding_lead", "deputy_safeguarding_lead")
_TRUSTEES = ("chair", "deputy_chair", "trustee")
# Function words, and whom each may mean.
_FUNCTIONS: Mapping[str, Sequence[str]] = {
    "manager": ("manager", "deputy_manager"),
    "managers": ("manager", "deputy_manager"),
    "management": ("manager", "deputy_manager"),
    "boss": ("manager", "deputy_manager", "chair"),
    "director": ("manager", "deputy_manager", "chair"),
    "ceo": ("manager", "deputy_manager"),
    "coordinator": ("manager", "deputy_manager"),
    "organiser": ("manager", "deputy_manager"),
    "supervisor": ("manager", "deputy_manager"),
    "deputy": ("deputy_manager", "deputy_chair", "deputy_safeguarding_lead"),
    "chair": ("chair", "deputy_chair"),
    "chairman": ("chair", "deputy_chair"),
    "chairwoman": ("chair", "deputy_chair"),
    "chairperson": ("chair", "deputy_chair"),
    "chairwomen": ("chair", "deputy_chair"),
    "treasurer": _TRUSTEES,
    "trustee": _TRUSTEES,
    "trustees": _TRUSTEES,
    "board": _TRUSTEES,
    "committee": _TRUSTEES,
    "lead": ("safeguarding_lead", "deputy_safeguarding_lead"),
    "dsl": ("safeguarding_lead", "deputy_safeguarding_lead"),
}
# All of them together: in a wish ("the trustees should look at it") they are asked to act, not complained of.
_BODIES = frozenset({"trustees", "board", "committee"})
# Someone who works here and is named by no name, as it is said in the middle of a story.
_SOMEONE_HERE = re.compile(
    r"""\b(
      (lady|ladies|woman|women|man|men|guy|bloke|girl|person|people|someone|somebody|anyone|one|colleague|worker)
      (\s+(who\s+)?(works?|working|sits?|sitting|is|was))?
      \s+(in|at|from|of|behind|on)\s+(the\s+|your\s+|our\s+)?
      (front\s+)?(office|reception|desk|staff|admin)\b(?!\s+party)
    | (office|admin|reception)\s+(lady|ladies|woman|man|girl|staff|worker|people|team)
    | members?\s+of\s+(the\s+|your\s+|our\s+)?staff | staff\s+member | receptionist
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Where someone is named by no name: these words in answer to "who?" may mean anyone who works here, or
# anyone in an office at all.
_ANY_STAFF = frozenset({"staff", "office", "worker", "workers", "employee", "reception", "admin"})
_ANYONE = frozenset(
    """
    all bloke charity colleague everybody everyone girl guy he head her him lady leader leaders man nobody
    one people person scheme she somebody someone team them they woman you
    """.split()  # noqa: SIM905 - thirty words are read best as text
)


@dataclass(frozen=True, slots=True)
class Known:
    """An officer who may be meant: her person's id, her office, her name and what else she is called."""

    person: str
    office: str
    names: tuple[str, ...]


def meant(
    text: str, officers: Iterable[Known], *, asked_who: bool = False, is_wish: bool = False
) -> frozenset[str]:
    """Return the persons whom a text names or may mean.

    "The lady in the office" may mean anyone on the staff, unless one of them is named beside her.
    `asked_who` says that the text answers the question who it is about: then words that name nobody at all
    ("her") may mean anyone in an office here. `is_wish` says that it tells what should be done: then the
    trustees as a body are those who are asked.
    """
    words = _words(text)
    known = list(officers)
    named = {officer.person for officer in known if any(_named(name, words) for name in officer.names)}
    functions = [word for word in words if not (is_wish and word in _BODIES)]
    offices = {office for word in functions for office in _FUNCTIONS.get(word, ())}
    if asked_who and not named and not offices:
        offices = set(_vaguely(words))
    if _SOMEONE_HERE.search(text) and not any(one.person in named and one.office in _STAFF for one in known):
        offices |= set(_STAFF)
    return frozenset(named | {officer.person for officer in known if officer.office in offices})


def _vaguely(words: Sequence[str]) -> Sequence[str]:
    """Return the offices that may be meant by words that name nobody; nothing at all may mean anyone."""
    if _ANY_STAFF & set(words):
        return _STAFF
    return (*_STAFF, *_TRUSTEES) if not words or _ANYONE & set(words) else ()


def _named(name: str, words: Sequence[str]) -> bool:
    """Say whether a name, or one part of it that is a name, stands among the words."""
    parts = [part for part in _words(name) if part not in _NO_NAMES and len(part) >= _SHORTEST_NAME]
    own = [part for part in parts if part not in _FUNCTIONS and part not in _ANYONE]
    if any(_alike(part, word) for part in own for word in words):
        return True
    together = [*pairwise(parts)] if len(parts) > 1 else []
    return any(pair in together for pair in pairwise(words)) or (len(parts) == 1 and parts[0] in words)


def _alike(part: str, word: str) -> bool:
    if part == word or word == f"{part}s":
        return True
    if min(len(part), len(word)) < _SHORTEST_FUZZY:
        return False
    return SequenceMatcher(None, part, word).ratio() >= _ALIKE


def _words(text: str) -> Sequence[str]:
    plain = "".join(letter for letter in normalize("NFKD", text) if not combining(letter))
    return re.findall(r"[^\W\d_]+", plain.casefold().replace("co-ordinator", "coordinator").replace("'s", ""))
