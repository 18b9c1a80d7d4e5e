"""Disagreement: two clauses that speak of the same and say different things. Pure.

Found are figures ("45p" in one, "55p" in the next) and duties (one forbids what the other permits or asks
for); what a clause states beside its duty counts for neither. What is worded quite differently is not found.
"""

import re
from collections.abc import Collection, Mapping

from knowledge.clauses import Clause
from knowledge.unreviewed import stems

# Share of the stems in common from which two clauses are taken to speak of the same thing. Chosen by hand.
_SAME = 0.5
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_FIGURE = re.compile(
    rf"£\s?{_NUMBER}|{_NUMBER}\s?(?:%|(?:p|pence|per cent|pounds|miles?|minutes?|hours?|days?|weeks?|months?"
    r"|years?)\b)",
    re.IGNORECASE,
)
_SAYS = {"forbid": "forbids it", "permit": "permits it", "oblige": "requires it"}


def difference(
    one: Clause, other: Clause, does: Collection[str], others: Collection[str]
) -> tuple[str, str] | None:
    """Return what each clause says where they disagree, None where they do not.

    `does` and `others` are the modalities of each clause's norms.
    """
    if not _same(_FIGURE.sub(" ", one.text), _FIGURE.sub(" ", other.text)):
        return None
    here, there = figures(one.text), figures(other.text)
    if here and there and set(here) != set(there):
        return _not_in(here, there), _not_in(there, here)
    duties, other_duties = set(does) - {"state"}, set(others) - {"state"}
    for mine, theirs in ((duties, other_duties), (other_duties, duties)):
        if mine == {"forbid"} and theirs and "forbid" not in theirs:
            return _said(does), _said(others)
    return None


def figures(text: str) -> Mapping[str, str]:
    """Return the sums, shares and times in a text as printed, each under one way to write it."""
    found: dict[str, str] = {}
    for figure in _FIGURE.findall(text):
        found.setdefault(_even(figure), " ".join(figure.split()))
    return found


def _even(figure: str) -> str:
    """Return a figure in one way of writing, sums in pence: "£0.45" and "45 pence" are both 45p."""
    plain = re.sub(r"[\s,]", "", figure).lower()
    number = re.search(r"[\d.]+", plain)
    if number and (plain.startswith("£") or plain.endswith("pounds")):
        return f"{round(float(number.group()) * 100)}p"
    return plain.replace("pence", "p").replace("percent", "%").removesuffix("s")


def _not_in(these: Mapping[str, str], those: Mapping[str, str]) -> str:
    only = [printed for figure, printed in these.items() if figure not in those]
    return ", ".join(only or these.values())


def _same(one: str, other: str) -> bool:
    first, second = stems(one), stems(other)
    return bool(first and second) and len(first & second) / len(first | second) >= _SAME


def _said(modalities: Collection[str]) -> str:
    return next(_SAYS[modality] for modality in ("forbid", "oblige", "permit") if modality in modalities)
