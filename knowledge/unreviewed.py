"""Decide without a reviewed pack, from the nearest clauses and their grammar. Pure; never `allowed`.

1. Where even the nearest clause is far from the question: `silent`, nothing quoted.
2. Who, what, when, where and why are answered by quoting the nearest clauses.
3. Else the near norm decides that binds whom the question is about, towards the same people, and whose act
   the question says. One with a condition is no verdict yet: the condition is asked back. A permission only
   informs, and a duty does not answer whether something may be done.
4. Where no norm decides: `silent`, with the nearest clauses quoted beside it.

Such an answer always offers a person.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bm25s.stopwords import STOPWORDS_EN_PLUS  # type: ignore[import-untyped]  # publishes no types

from knowledge.clause_norms import Norm
from knowledge.index import Hit
from knowledge.pack import Verdict
from knowledge.parties import Party
from knowledge.reading import Bearer, Reading, Role, Target

# A cosine: below it a clause has nothing to do with the question. 0.2 to 0.3 do equally well on the labelled
# messages about the sample policy.
NEAR = 0.25
# The question must say more than this share of an act's words, and more than one of them or half. Then 21 of
# 28 prohibitions and 6 of 6 duties are right on 794 messages about the sample policy (without the second rule
# 23 of 30 and 7 of 9), and none of 28 verdicts is wrong on 150 questions to eleven policies of other kinds
# (11 of 42).
SAID = 0.25
SHOWN = 3  # the clauses that are looked at and quoted

VERDICTS: dict[str, Verdict] = {"forbid": "not_allowed", "oblige": "required", "permit": "info"}
_PARTIES: dict[Bearer | Target, tuple[Party, ...]] = {
    "volunteer": ("volunteer",),
    "staff": ("staff",),
    "trustee": ("trustee",),
    "manager": ("manager", "staff"),
    "chair": ("chair", "trustee"),
    "family": ("family",),
    "scheme": ("organisation",),
}
_BE = re.compile(r"\b(?:be|is|are)\b", re.IGNORECASE)
_YOU = re.compile(r"(?:.*\byou)?\s*", re.IGNORECASE | re.DOTALL)
_NO_MEANING = frozenset(STOPWORDS_EN_PLUS)


@dataclass(frozen=True, slots=True)
class Unreviewed:
    """What the clauses say by their grammar alone.

    `cite` are the clauses that the verdict rests on, `near` those that stand close without deciding, best
    first. `norm` is what decided. `ask` is the question that the verdict turns on, empty where none does.
    """

    verdict: Verdict
    cite: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    norm: Norm | None = None
    ask: str = ""


def decide_unreviewed(
    question: str, reading: Reading, roles: Sequence[Role], hits: Sequence[Hit], norms: Iterable[Norm]
) -> Unreviewed:
    """Return the verdict on a question for a sender with these roles; without any, only what binds everyone.

    Of `reading` only the form is used, whose act it is and towards whom. `hits` are the nearest clauses, best
    first; `norms` those of the whole policy.
    """
    near = tuple(hit.clause.id for hit in hits[:SHOWN] if hit.dense >= NEAR)
    if near and reading.form == "info":
        return Unreviewed("info", near)
    said = stems(question)
    fitting = [
        norm
        for norm in norms
        if norm.clause in near and _fits(norm, reading, roles) and is_said(norm.act, said)
    ]
    norm = max(fitting, key=lambda norm: likeness(norm.act, said), default=None)
    if norm is None:
        return Unreviewed("silent", near=near)
    turns_on = (*norm.conditions, *norm.exceptions)
    verdict = "depends" if turns_on else VERDICTS[norm.modality]
    others = tuple(clause for clause in near if clause != norm.clause)
    return Unreviewed(verdict, (norm.clause,), others, norm, asked_back(turns_on[0]) if turns_on else "")


def asked_back(condition: str) -> str:
    """Return the question whether a condition holds, in the clause's own words."""
    return f"Is this so: \u201c{' '.join(condition.split())}\u201d?"


def is_said(act: str, said: frozenset[str]) -> bool:
    """Say whether a question, by its stems, says an act: enough of its words, and more than one or half."""
    words = stems(act)
    shared = len(words & said)
    return shared > SAID * len(words) and (shared > 1 or shared > len(words) / 2)


def likeness(act: str, said: frozenset[str]) -> float:
    """Return how well an act and a question say the same, 0 to 1; that the act is said counts for more.

    It is the F-measure with beta 0.5, of the share of the act's words and the share of the question's.
    """
    words = stems(act)
    return 1.25 * len(words & said) / (0.25 * len(said) + len(words)) if words else 0.0


def stems(text: str) -> frozenset[str]:
    """Return the first five letters of each word that carries meaning, without a plural's s."""
    words = re.findall(r"[a-z][a-z-]{2,}", text.lower())
    return frozenset(word.rstrip("s")[:5] for word in words if word not in _NO_MEANING)


def _fits(norm: Norm, reading: Reading, roles: Sequence[Role]) -> bool:
    # Whether something may be done is not said by a duty to do it, perhaps in another way.
    if norm.modality == "state" or (norm.modality == "oblige" and reading.form in ("may", "leave")):
        return False
    asked_about: Sequence[Bearer] = roles if reading.who == "self" else (reading.who,)
    parties = {party for one in asked_about for party in _PARTIES.get(one, ())}
    towards = not norm.targets or bool(set(norm.targets).intersection(_PARTIES.get(reading.whom, ())))
    return towards and (_binds_everyone(norm) or bool(parties.intersection(norm.bearers)))


def _binds_everyone(norm: Norm) -> bool:
    """Say whether a norm binds whoever reads it.

    A rule whose subject names none of the parties may bind somebody else: "Your landlord must…" does, "You
    must…" and "Messages must be…" do not. A permission to somebody else does no harm, since it only informs.
    """
    if "everyone" not in norm.bearers:
        return False
    before, verb, after = norm.act.partition(norm.modality_words)
    if norm.bearer_words or norm.modality == "permit" or not verb:
        return True
    passive = _BE.search(verb) or re.match(r"\s*(?:\w+ly\s+)?be\b", after)
    return bool(_YOU.fullmatch(before) or passive)
