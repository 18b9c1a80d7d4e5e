"""Adjuncts: the conditions, exceptions and limits that stand around the act of a sentence."""

import re
from dataclasses import dataclass
from functools import cache

from knowledge.grammar import Modality, Verb, masked, verbs_of

_EXCEPT = (
    r"unless|except(?:\s+(?:where|when|if|with|for|in|as|that|to))?|other\s+than|apart\s+from"
    r"|save\s+(?:where|when|for)|with\s+the\s+exception\s+of"
)
_CONDITION = (
    r"(?<!as )if|when(?:ever)?|where(?:ver)?|while|whilst|during|(?<!at )once(?!\s+(?:an?|every|per)\b)"
    r"|(?<!look )after|before|(?:as|so)\s+long\s+as|provided\s+that|on\s+condition\s+that"
    r"|in\s+the\s+event\s+(?:of|that)|in\s+case|outside"
)
_PURPOSE = r"in\s+order\s+to|so\s+(?:that|as\s+to)"
_CONSENT = (
    r"as\s+(?:approved|agreed|authori[sz]ed|encouraged|directed|permitted)"
    r"|with\s+(?:\w+\s+){0,3}?(?:consent|permission|agreement|approval|authori[sz]ation)"
)
_LIMIT = (
    r"within\s+the\s+(?:boundaries|limits|bounds)\s+of|subject\s+to|in\s+line\s+with|in\s+accordance\s+with"
    r"|having\s+regard\s+to|with\s+(?:due\s+)?(?:regard|respect)\s+(?:to|for)"
)
# What ends the act, by what the sentence says. A purpose limits a permission; elsewhere it only explains.
_ENDS: dict[Modality, str] = {
    "forbid": (
        rf"(?P<exception>{_EXCEPT}|without|until)|(?P<condition>{_CONDITION})|(?P<purpose>{_PURPOSE})"
    ),
    "oblige": rf"(?P<exception>{_EXCEPT})|(?P<condition>{_CONDITION}|until)|(?P<purpose>{_PURPOSE})",
    "permit": (
        rf"(?P<exception>{_EXCEPT})|(?P<condition>{_CONDITION}|until|{_CONSENT}|{_PURPOSE})|(?P<limit>{_LIMIT})"
    ),
}
_ONLY_ENDS = re.compile(
    r"\b(?:to|with|for|by|when|if|where|during|in|on|at|through|via|from|as|after|once|between|within|unless)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(rf"\((?P<words>\s*(?:{_EXCEPT}|if|when|where|only)\b[^()]*)\)", re.IGNORECASE)

_FRONT_CLAUSE = (
    r"if|when(?:ever)?|where(?:ver)?|once|while|whilst|unless|until|after|before|as\s+long\s+as|provided"
)
_FRONT = re.compile(
    rf"(?:(?P<exception>unless|except|without)|(?P<purpose>(?:in\s+order\s+)?to)|(?P<clause>{_FRONT_CLAUSE})"
    r"|during|in|on|at|for|outside|with(?:in)?|subject\s+to)\b",
    re.IGNORECASE,
)
_SHORT_FRONT = re.compile(
    r"(?:if|where|when(?:ever)?)\s+(?:necessary|possible|appropriate|needed|required|applicable|relevant|in\s+doubt"
    r"|so|not|asked|unsure)\s*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an act; every phrase is a passage of the sentence."""

    act: str
    conditions: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    weighed_with: tuple[str, ...] = ()


def around(words: str, start: int, verb: Verb) -> Around:
    """Cut `words` into the act, which begins at `start`, and what follows the verb and limits it."""
    if verb.modality == "state":
        return Around(words[start:].strip())
    phrases: dict[str, list[str]] = {"condition": [], "exception": [], "limit": [], "purpose": []}
    hidden = masked(words)
    if verb.turn == "only":
        ends = [(m.start(), "exception") for m in [_ONLY_ENDS.search(hidden, verb.end)] if m]
    else:
        ends = [(m.start(), m.lastgroup or "") for m in _ends(verb.modality).finditer(hidden, verb.end)]
    for (begin, kind), (end, _) in zip(ends, [*ends[1:], (len(words), "")], strict=False):
        phrases[kind].append(_trimmed(words[begin:end]))
    act_end = min([begin for begin, _ in ends], default=len(words))
    for aside in _ASIDE.finditer(words):
        said = aside["words"].strip()
        phrases["exception" if re.match(_EXCEPT, said, re.IGNORECASE) else "condition"].append(said)
        act_end = min(act_end, aside.start())
    act = _trimmed(words[start:act_end]) or _trimmed(words[start:]) or words.strip()
    return Around(act, tuple(phrases["condition"]), tuple(phrases["exception"]), tuple(phrases["limit"]))


@cache
def _ends(modality: Modality) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_ENDS[modality]})\b", re.IGNORECASE)


def _trimmed(words: str) -> str:
    """Return words without the marks and joining words at their ends."""
    shorter = re.sub(r"(?:[\s,;:.]|\b(?:and|or|but)\b)+\Z", "", words)
    return shorter.lstrip(" \t\n,;:.")


def fronted(sentence: str) -> tuple[str, str, int]:
    """Return the phrase that stands in front of the main clause, its kind, and where the main clause begins.

    "If necessary, documents must…" gives ("If necessary", "condition", 14); a sentence without one gives
    ("", "", 0).
    """
    front = _FRONT.match(sentence)
    comma = _front_end(masked(sentence), front) if front else 0
    if not front or not comma:
        return "", "", 0
    kind = front.lastgroup if front.lastgroup in ("exception", "purpose") else "condition"
    return sentence[:comma].rstrip(), kind, comma + 1


def _front_end(sentence: str, front: re.Match[str]) -> int:
    """Return the place of the comma that ends what stands in front; 0 where there is none."""
    verbs = verbs_of(sentence)
    first = sentence.find(",")
    if first < 0:
        return 0
    if not front["clause"] or _SHORT_FRONT.match(sentence[:first]) or not verbs:
        return first
    for verb in verbs:
        comma = sentence.rfind(",", 0, verb.start)
        if comma > 0 and any(before.start < comma for before in verbs):
            return comma
    strong = next((verb for verb in verbs if verb.modality != "state"), verbs[0])
    return max(sentence.rfind(",", 0, strong.start), 0)
