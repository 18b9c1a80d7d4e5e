"""Norms: what a policy's clauses make of whom; read from grammar, corrected, shown."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from knowledge.clause_norms import Norm, norms_of_clause
from knowledge.clauses import Policy
from knowledge.grammar import MODALITIES
from knowledge.outline import is_meta
from knowledge.parties import PARTIES

__all__ = ["CorrectionError", "Norm", "corrected", "describe", "misquoted", "norms_of"]

_MAKES = {"forbid": "forbids", "permit": "permits", "oblige": "obliges", "state": "says of"}


class CorrectionError(Exception):
    """A correction does not fit; the message names the norm, what is wrong and what to do."""


def norms_of(policy: Policy) -> tuple[Norm, ...]:
    """Return the norms of every clause in document order; the sign-off block has none."""
    return tuple(
        norm
        for section in policy.sections
        if not is_meta(section.id)
        for clause in section.clauses
        for norm in norms_of_clause(clause, policy.organisation)
    )


def corrected(norms: Iterable[Norm], corrections: Mapping[str, Mapping[str, object]]) -> tuple[Norm, ...]:
    """Return the norms with fields replaced, as in `{"4.5/2": {"modality": "permit", "bearers": ["staff"]}}`.

    Where bearers or modality are replaced without the words that they rest on, those words are emptied.
    Whether replaced words stand in the clause is for `misquoted` to say. Raises CorrectionError for an
    unknown norm or field, and for a value that the field cannot hold.
    """
    by_id = {norm.id: norm for norm in norms}
    for norm_id, changes in corrections.items():
        if norm_id not in by_id:
            near = [known for known in by_id if known.split("/")[0] == norm_id.split("/")[0]] or list(by_id)[
                :5
            ]
            raise CorrectionError(f"correction of {norm_id!r}: no such norm. Use one like {', '.join(near)}.")
        by_id[norm_id] = _changed(by_id[norm_id], changes)
    return tuple(by_id.values())


def misquoted(policy: Policy, norms: Iterable[Norm]) -> tuple[str, ...]:
    """Return a line for each phrase of a norm that does not stand in its clause letter by letter."""
    wrong = []
    for norm in norms:
        clause = policy.clause(norm.clause)
        if not any(norm.bearer_words in place for place in (clause.text, *clause.headings)):
            wrong.append(
                f"{norm.id}: {norm.bearer_words!r} stands neither in the clause nor in a heading above it"
            )
        phrases = (norm.act, norm.modality_words, *norm.conditions, *norm.exceptions, *norm.weighed_with)
        wrong += [
            f"{norm.id}: {phrase!r} does not stand in the clause"
            for phrase in phrases
            if phrase not in clause.text
        ]
    return tuple(wrong)


def describe(norm: Norm) -> str:
    """Return a norm as readable lines: who and what, then what limits it, then the words it rests on."""
    rest = " and ".join(
        f"“{' '.join(words.split())}”" for words in (norm.bearer_words, norm.modality_words) if words
    )
    rows = [
        ("towards", ", ".join(norm.targets)),
        *(("when", phrase) for phrase in norm.conditions),
        *(("except", phrase) for phrase in norm.exceptions),
        *(("weighed with", phrase) for phrase in norm.weighed_with),
        ("rests on", rest),
    ]
    first = f"{norm.id} {_MAKES[norm.modality]} {', '.join(norm.bearers)}: {norm.act}"
    return "\n  ".join(" ".join(line.split()) for line in [first, *(f"{name}: {v}" for name, v in rows if v)])


def _changed(norm: Norm, changes: Mapping[str, object]) -> Norm:
    values: dict[str, Any] = {}
    if "bearers" in changes:
        values["bearer_words"] = ""
    if "modality" in changes:
        values["modality_words"] = ""
    for name, value in changes.items():
        if name not in _FIELDS:
            raise CorrectionError(
                f"correction of {norm.id}: no field {name!r}. Use one of {', '.join(_FIELDS)}."
            )
        fits, says, convert = _FIELDS[name]
        if not fits(value):
            raise CorrectionError(f"correction of {norm.id}: {name} = {value!r} does not fit. Give {says}.")
        values[name] = convert(value)
    return replace(norm, **values)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_list_of(known: tuple[str, ...] | None, least: int) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return (
            isinstance(value, list | tuple)
            and len(value) >= least
            and all(isinstance(entry, str) and (known is None or entry in known) for entry in value)
        )

    return fits


_TEXT = (_is_text, "the clause's words as a text", str)
_PHRASES = (_is_list_of(None, 0), "a list of the clause's words", tuple)
_FIELDS: dict[str, tuple[Callable[[object], bool], str, Callable[[Any], object]]] = {
    "bearers": (_is_list_of(PARTIES, 1), f"a list of {', '.join(PARTIES)}", tuple),
    "targets": (_is_list_of(PARTIES, 0), f"a list of {', '.join(PARTIES)}", tuple),
    "modality": (lambda value: value in MODALITIES, f"one of {', '.join(MODALITIES)}", str),
    "act": _TEXT,
    "bearer_words": _TEXT,
    "modality_words": _TEXT,
    "conditions": _PHRASES,
    "exceptions": _PHRASES,
    "weighed_with": _PHRASES,
}
