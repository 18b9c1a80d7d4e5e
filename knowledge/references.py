"""References: where a clause points to another part of its policy ("see 2.3 above")."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.clauses import Policy

_NUMBER = r"\d{1,3}(?:\.\d{1,3})*(?:\([a-z]{1,3}\))?"
_POINTS = re.compile(
    rf"\b(?:see|in|under|by|with|at|of|to|per)\s+(?P<bare>\d{{1,3}}(?:\.\d{{1,3}})+(?:\([a-z]{{1,3}}\))?)"
    rf"|\b(?:paragraphs?|paras?\.?|clauses?|sections?|points?|items?|rules?)\s+(?P<named>{_NUMBER})"
    r"|\b(?P<part>(?:appendix|annex|schedule|part)\s+(?:\d{1,2}|[a-z])\b)",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:\s+(?:above|below))?(?:(?:,\s*|\s*,?\s+(?:and|or|to)\s+)\d{1,3}(?:\.\d{1,3})+(?:\([a-z]{1,3}\))?)+",
    re.IGNORECASE,
)
# "section 47 of the Children Act 1989" points out of the policy.
_ELSEWHERE = re.compile(
    r"\s*(?:\([^)]*\)\s*)?of\s+(?:the\s+)?(?:[A-Z]|act\b|regulations?\b)|\s+(?:Act|Regulations)\b"
)


@dataclass(frozen=True, slots=True)
class References:
    """Where a clause points: ids of clauses and sections, and numbers that the policy does not have."""

    found: tuple[str, ...]
    missing: tuple[str, ...]


def references(policy: Policy) -> Mapping[str, References]:
    """Return the references of each clause that has any, in the order in which they are printed."""
    ids = {clause.id for clause in policy.clauses} | {section.id for section in policy.sections}
    found = {clause.id: _of(clause.text, ids) for clause in policy.clauses}
    return {clause: one for clause, one in found.items() if one.found or one.missing}


def _of(text: str, ids: set[str]) -> References:
    found: list[str] = []
    missing: list[str] = []
    for match in _POINTS.finditer(text):
        others = _OTHERS.match(text, match.end())
        if _ELSEWHERE.match(text, others.end() if others else match.end()):
            continue
        first = match.group("bare") or match.group("named") or match.group("part")
        for printed in (first, *re.findall(_NUMBER, others.group() if others else "")):
            if target := _target(printed, ids):
                found.append(target)
            elif "." in printed or match.group("part"):
                missing.append(" ".join(printed.split()))
    return References(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(missing)))


def _target(printed: str, ids: set[str]) -> str:
    """Return the id that a printed number means: itself, or the clause in which its letter stands."""
    name = "-".join(printed.lower().split())
    return next((one for one in (name, name.partition("(")[0]) if one in ids), "")
