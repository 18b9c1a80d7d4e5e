"""Parties: whom the words of a policy mean, told by role words ("members of staff", "the Scheme Manager")."""

import re
from functools import cache
from typing import Literal, cast, get_args

Party = Literal["volunteer", "staff", "trustee", "manager", "chair", "organisation", "family", "everyone"]
PARTIES: tuple[Party, ...] = get_args(Party)

# In this order: "Chair of Trustees" is the chair, "Scheme Manager" the manager, "service users" the families.
_WORDS: tuple[tuple[Party, str], ...] = (
    ("chair", r"chair(?:s|man|woman|person)?(?:\s+of\s+(?:the\s+)?(?:trustees|board(?:\s+of\s+trustees)?))?"),
    ("manager", r"(?:(?:scheme|line|office|project|senior|general)\s+)?managers?|chief\s+executive"),
    (
        "trustee",
        r"trustees?|board(?:\s+(?:members?|of\s+trustees))?|committee\s+members?|directors?|governors?",
    ),
    ("volunteer", r"volunteers?"),
    (
        "staff",
        r"(?:members?\s+of\s+)?staff(?:\s+(?:members?|team))?|employees?|co-?ordinators?|(?:support\s+)?workers?"
        r"|colleagues?|personnel",
    ),
    (
        "family",
        r"famil(?:y|ies)|parents?|carers?|child(?:ren)?|service\s+users?|clients?|beneficiar(?:y|ies)|mothers?"
        r"|fathers?",
    ),
    (
        "everyone",
        r"users?|everyone|everybody|anyone|anybody|no[ -]?one|nobody|people|individuals?|persons?|those",
    ),
    ("organisation", r"scheme|charity|organisation|we|(?:the|this|our)\s+(?:trust|company|association)"),
)
# What may stand between the start of a noun phrase and its role word: "all current", never "photographs of".
_FILLER = r"(?:(?!(?:of|by|for|to|with|in|on|at|from|about|between|that|who|and|or)\b)[\w&-]+\s+){0,4}?"
_AND = r"(?:\s*[,/&]\s*|,?\s+(?:and|or|and/or)\s+)"
# What ends it; another noun does not: "staff handbooks" are no staff.
_END = (
    r"(?=\s*(?:$|[.,;:(])|\s+(?:who|whom|that|which|whose|with|in|on|of|at|to|from|for|by|under|when|while|within"
    r"|also|then|both|all|each|alike|themselves|therefore|always|\w+ly|(?!thing)\w+ing|\w+ed)\b)"
)


@cache
def _role_words(organisation: str) -> str:
    """Return the alternatives of every role word as named groups; a name's first word stands for it too."""
    name = re.escape(organisation).replace(r"\ ", r"\s+")
    first = re.escape(organisation.split()[0]) if organisation.split() else r"(?!)"
    own = rf"{name or '(?!)'}|{first}(?:\s+UK)?"
    groups = [
        f"(?P<{party}>{words}{'|' + own if party == 'organisation' else ''})" for party, words in _WORDS
    ]
    return rf"\b(?:{'|'.join(groups)})\b"


@cache
def _phrase(organisation: str, end: str) -> re.Pattern[str]:
    role = re.sub(r"\?P<\w+>", "?:", _role_words(organisation))
    return re.compile(rf"\s*{_FILLER}{role}(?:{_AND}{_FILLER}{role})*{end}", re.IGNORECASE)


def parties_in(words: str, organisation: str) -> tuple[Party, ...]:
    """Return every party that the words name, in order, each once; "volunteer coordinators" are staff."""
    found = list(re.finditer(_role_words(organisation), words, re.IGNORECASE))
    named = []
    for place, match in enumerate(found):
        following = found[place + 1].start() if place + 1 < len(found) else -1
        if following < 0 or words[match.end() : following].strip():
            named.append(cast("Party", match.lastgroup))  # the groups are named for the parties
    return tuple(dict.fromkeys(named))


def party_phrase(words: str, organisation: str) -> str:
    """Return the noun phrase of parties that the words begin with, "" where they begin with none.

    "Trustees and staff who…" gives "Trustees and staff"; "Photographs of families" and "Volunteers'
    photographs" give nothing, since no party is what they speak of.
    """
    found = _phrase(organisation, _END).match(words)
    return found.group().strip() if found else ""


def acting_parties(words: str, organisation: str) -> str:
    """Return the parties that the words begin with, a verb or a noun after them: "Staff" of "Staff wear…"."""
    found = _phrase(organisation, r"(?=\s+[a-z])").match(words)
    return found.group().strip() if found else ""


def heading_parties(heading: str, organisation: str) -> tuple[Party, ...]:
    """Return the parties that a heading is about: "Volunteers' Personal Use…", "Guidance for staff"."""
    words = re.sub(r"^[\W\d]+", "", heading)
    owner = _phrase(organisation, r"(?=s?['\u2019])").match(words)
    if owner:
        return parties_in(owner.group(), organisation)
    meant = re.search(
        r"\b(?:for|by|(?:responsibilities|duties|role|obligations)\s+of)\s+", words, re.IGNORECASE
    )
    phrase = party_phrase(words, organisation) or (
        party_phrase(words[meant.end() :], organisation) if meant else ""
    )
    # A name alone, as on a title page, says whose policy it is and not whom it binds.
    return tuple(party for party in parties_in(phrase, organisation) if party != "organisation")
