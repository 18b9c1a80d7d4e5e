"""Grammar: finds the verb that says what a sentence makes of someone.

Regular expressions over English sentence structure, no language library. Modality and bearers are found
well, acts less so; an organisation's pack corrects what is wrong.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

Modality = Literal["forbid", "permit", "oblige", "state"]
MODALITIES: tuple[Modality, ...] = get_args(Modality)
# Where the bearer stands: before the verb; after it ("requires staff to"); nowhere, where the organisation
# says what it will not have of others. "only" forbids whatever its condition does not meet; a "plain" verb
# has no auxiliary and is the act itself; a "passive" one tells what is done, perhaps by whom.
Turn = Literal["", "object", "others", "only", "plain", "passive"]


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb group, `start` to `end` of its sentence, with what it makes of the bearer."""

    modality: Modality
    turn: Turn
    start: int
    end: int


_NOT = r"(?:\s+(?:not|never)\b|n['\u2019]t\b)"
_LY = r"(?:(?!only\b)\w+ly\s+|also\s+|then\s+|always\s+)?"
_BE = rf"(?:is|are)\s+{_LY}"
_MUST = r"(?:must|should|shall|ought\s+to|will)"
_MAY = r"(?:may|can|could)"
_ALLOWS = r"(?:may(?!\s+\d)|can)\b"  # "May 2013" permits nothing; "could" says what happens rather
_ENSURE = r"(?:ensure|make\s+sure)s?\b"
_DONE = (
    r"(?:(?!need|speed|exceed|proceed|indeed)\w+ed|set|undertaken|made|kept|put|held|done|given|sent|shown|taken"
    r"|written|told|met|paid|left|chosen|sought|run|led|brought|drawn|seen|lent|sold|bought|hidden)\b"
)
# "is committed to", "is intended to": what is, not what must be done.
_SO = (
    r"(?:committed|intended|based|designed|concerned|treated|taken|recogni[sz]ed|considered|regarded|defined|aimed"
    r"|included|related|deemed|supposed|dedicated|divided|listed|described|summari[sz]ed|called|needed|limited)\b"
)
_ALLOWED = r"(?:allowed|permitted|acceptable|accepted|tolerated|authori[sz]ed)\b"

# Where two start at the same place in a sentence, the one that is written first here counts.
_GROUPS: tuple[tuple[Modality, Turn, tuple[str, ...]], ...] = (
    (
        "forbid",
        "others",
        (rf"(?:will|do|does|shall|can){_NOT}\s+(?:tolerate|accept|permit|allow|condone)\b",),
    ),
    (
        "state",
        "",
        (
            rf"need\s+not\b|(?:do|does){_NOT}\s+(?:have|need)\s+to\b|{_BE}not\s+(?:required|obliged|expected)\b",
            rf"(?:do|does){_NOT}\s+(?:apply|cover|constitute|mean|include|affect|replace|imply|form|create)\b",
            rf"{_BE}not\s+{_SO}|{_BE}reminded\s+that\b",
        ),
    ),
    (
        "forbid",
        "",
        (
            # "ensure that they do not breach", "ensure that information is not stored"
            rf"(?:{_MUST}\s+)?{_LY}{_ENSURE}\s+(?:that\s+)?they\s+(?:do|are){_NOT}",
            rf"(?:{_MUST}\s+)?{_LY}{_ENSURE}\s+(?:that\s+)?(?=(?:[\w'/-]+\s+){{1,6}}?(?:is|are){_NOT})",
        ),
    ),
    ("forbid", "object", (rf"under\s+no\s+circumstances\s+(?:{_MUST}|{_MAY})\b",)),
    (
        "forbid",
        "only",
        (
            rf"(?:{_MUST}|{_MAY})\s+only\b(?:\s+be\s+{_DONE})?",
            rf"(?:is|are)\s+only\s+(?:to\s+be\s+)?{_DONE}",
            rf"(?:(?:{_MUST}|{_MAY})\s+be|is|are)\s+{_DONE}\s+only\b(?!\s+to\b)",
        ),
    ),
    (
        "forbid",
        "",
        (
            rf"(?:{_MUST}|{_MAY}|would|ought|do|does|ca|wo){_NOT}"
            r"(?:\s+(?:at\s+any\s+time|ever|under\s+any\s+circumstances)\b)?(?:\s+to\b)?|cannot\b",
            rf"{_BE}(?:not|never)\s+(?:\w+ly\s+)?(?:{_ALLOWED}|to\b)(?:\s+to\b)?",
            rf"{_BE}(?:asked|advised|required|expected|reminded)\s+(?:not|never)\s+to\b",
            rf"{_BE}(?:prohibited|forbidden|banned|unacceptable)\b(?:\s+(?:to|from)\b)?",
            rf"(?:is|are){_NOT}\s+(?:to\s+be\s+)?{_DONE}",
            rf"never\b|under\s+no\s+circumstances\b|(?:{_MUST}\s+|to\s+)?(?:refrain\s+from|avoid)s?\b",
        ),
    ),
    (
        "permit",
        "",
        (
            rf"{_ALLOWS}|(?:{_BE}|will\s+be\s+)(?:encouraged|free|welcome|entitled|able|available|{_ALLOWED})"
            r"\b(?:\s+(?:to|for)\b)?",
            r"(?:will\s+have|has|have)(?=\s+(?:access|the\s+right)\s+to\b)|reserves?\s+the\s+right\s+to\b",
        ),
    ),
    ("permit", "object", (r"(?:encourage|allow|permit|invite)s?\b(?=[^.;]*\bto\b)",)),
    (
        "oblige",
        "object",
        (r"(?:require|expect|ask|oblige)s?\b(?=[^.;]*\bto\b)|is\s+the\s+responsibility\s+of\b",),
    ),
    ("state", "", (r"will\s+(?:be\s+(?:given|provided\s+with|told|informed)|receive)\b",)),
    (
        "oblige",
        "",
        (
            rf"{_MUST}\b(?:\s+{_LY}{_ENSURE})?|{_ENSURE}|(?:has|have|need|needs)\s+to\b",
            rf"{_BE}(?:required|expected|responsible|obliged|asked|advised|bound|reminded|to)\b(?:\s+(?:to|for)\b)?",
        ),
    ),
    ("state", "", (rf"{_BE}{_SO}",)),
    ("oblige", "passive", (rf"{_BE}{_DONE}",)),
    (
        "state",
        "",
        (
            r"(?:is|are|was|were|has|have|had|recogni[sz]es?|believes?|acknowledges?|understands?|provides?"
            r"|applies|apply|includes?|explains?|receives?|could|sets\s+out|aims\s+to)\b",
        ),
    ),
)
_VERB = re.compile(
    r"\b(?:" + "|".join(f"(?P<g{n}>{'|'.join(words)})" for n, (_, _, words) in enumerate(_GROUPS)) + ")",
    re.IGNORECASE,
)

_OPENS_CLAUSE = r"that|who|whom|which|whose|where|when|if|because|as|what|whether|while|how"
_CLAUSE_WORD = re.compile(rf"\b(?:{_OPENS_CLAUSE})\b", re.IGNORECASE)
# What stands before the verb of such a clause, not of the sentence: "that (may)", "they (have)", "that the".
_OF_CLAUSE = re.compile(
    rf"\b(?:{_OPENS_CLAUSE}|they|it|he|she|we|you|this)\s+(?:also\s+|\w+ly\s+)?\Z"
    r"|\bthat\s+(?:the|a|an|any|all|their|our|its|no|each)\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"\s*(?:please\s+)?(?:always\s+)?(?P<verb>ask|report|contact|tell|keep|use|check|remember|follow|read|speak|treat"
    r"|seek|obtain|inform|notify|log|lock|sign|complete|delete|choose|be|record|store|get|give|return|refer|do)\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"\s+(?:(?:always|also|\w+ly)\s+)?(?P<verb>[a-z]+)(?=\s+\w|[.]|\Z)")
_NO_VERB = re.compile(
    r"(?:who|that|which|with|in|of|on|at|from|for|by|and|or|as|to|the|is|are|was|were|has|have|had|will|may|can|must|should|\w+ing|\w+ed|\w+ly)\Z",
    re.IGNORECASE,
)

_WRONGDOING = re.compile(
    r"\s*(?:(?:any|all|such|a|serious|deliberate|the)\s+)*(?:breach(?:es)?|fail(?:ure|ing)|misuse|violations?"
    r"|abuse|infringements?|unauthori[sz]ed|inappropriate|non-?compliance|those who|anyone (?:who|found))\b",
    re.IGNORECASE,
)
_CONSEQUENCE = re.compile(
    r"\b(?:result\s+in|lead\s+to|(?:be|is|are)\s+(?:\w+ly\s+)?(?:dealt|treated|addressed|regarded|considered|subject"
    r"|investigated|taken|liable)|disciplin\w+|dismiss\w+|face)\b",
    re.IGNORECASE,
)


_BE_DONE = re.compile(rf"\s*(?:also\s+|\w+ly\s+)?be\s+{_LY}{_DONE}", re.IGNORECASE)


def is_passive(verb: Verb, after: str) -> bool:
    """Say whether something is done rather than does; `after` is what follows the verb."""
    return verb.turn in ("passive", "only") or _BE_DONE.match(after) is not None


_SANCTION = re.compile(
    r"\b(?:may|will|can|could|(?:is|are)\s+likely\s+to)\s+(?:also\s+)?"
    r"(?:result\s+in|lead\s+to|face|be\s+(?:\w+ly\s+)?(?:disciplined|dismissed|suspended|dealt\s+with|asked\s+to\s+leave|subject\s+to\s+(?:\w+\s+)?"
    r"(?:action|disciplin)))",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """Return the text with what stands in round brackets blanked, of the same length."""
    return re.sub(r"\([^()]*\)", lambda aside: " " * len(aside.group()), text)


def tells_consequence(sentence: str) -> bool:
    """Say whether a sentence tells what a breach leads to, which neither binds nor frees anyone."""
    wrong = _WRONGDOING.match(sentence) is not None and _CONSEQUENCE.search(sentence) is not None
    return wrong or _SANCTION.search(sentence) is not None


def verbs_of(sentence: str) -> list[Verb]:
    """Return the verb groups of a sentence in order."""
    return [_verb(match) for match in _VERB.finditer(sentence)]


def main_verb(sentence: str, party: str) -> Verb | None:
    """Return the verb of a sentence's main clause; `party` is the party it begins with, as named, or ""."""
    verbs = verbs_of(sentence)
    outside = [verb for verb in verbs if not _CLAUSE_WORD.search(sentence, 0, verb.start)]
    if outside:
        return outside[0]
    if plain := _plain_verb(sentence, party):
        return plain
    last = 0
    for verb in verbs:
        if not _OF_CLAUSE.search(sentence[last : verb.start]):
            return verb
        last = verb.end
    return None


def _verb(match: re.Match[str]) -> Verb:
    modality, turn, _ = _GROUPS[int((match.lastgroup or "g0")[1:])]
    return Verb(modality, turn, match.start(), match.end())


def _plain_verb(sentence: str, party: str) -> Verb | None:
    """Return a verb without an auxiliary: "Ask first", "Volunteers wear badges", "The manager approves…"."""
    command = _COMMAND.match(sentence)
    found = command or (_PLAIN.match(sentence, len(party)) if party else None)
    if found is None:
        return None
    verb = found.group("verb").lower()
    head = party.lower().split(" of ")[0]
    agrees = verb.endswith("s") != head.endswith(("s", "staff", "children", "people"))
    if not command and (_NO_VERB.match(verb) or not (agrees or verb.endswith("ss"))):
        return None
    return Verb("oblige", "plain", found.start("verb"), found.end("verb"))
