"""Draft pack: what the grammar of the clauses proposes for a policy's tables, for a person to review."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.clause_norms import Norm
from knowledge.clauses import Clause, Policy
from knowledge.grammar import Modality
from knowledge.norms import norms_of
from knowledge.pack import Verdict
from knowledge.parties import Party
from knowledge.reading import BEARERS, TARGETS

_PROPOSED: Mapping[Modality, tuple[Verdict, str]] = {
    "forbid": ("not_allowed", "forbids this"),
    "oblige": ("required", "requires this"),
    "permit": ("info", "speaks of this"),  # a permission is allowed only where a person says so
    "state": ("info", "speaks of this"),
}
_NAME_WORDS = 8


@dataclass(frozen=True, slots=True)
class About:
    """What an organisation says of a policy when it hands it over.

    `binds` are the roles that it binds, `acknowledged_by` those who confirm that they have read it. Dates are
    as printed in the policy or given; empty where nobody knows.
    """

    organisation: str
    title: str
    manager: str
    adopted: str = ""
    review_due: str = ""
    owner: str = ""
    source: str = ""
    binds: tuple[str, ...] = ()
    acknowledged_by: tuple[str, ...] = ()


def draft_pack(policy: Policy, about: About) -> str:
    """Return a pack as TOML: a topic for each clause, its rows from the clause's norms, nothing reviewed.

    No row says `allowed`. The pack holds together with its policy (`pack_check.faults`), and while it says
    `reviewed = false` Hearth answers by quotation and does not use the rows.
    """
    norms: dict[str, list[Norm]] = {}
    for norm in norms_of(policy):
        norms.setdefault(norm.clause, []).append(norm)
    topics = [line for clause in policy.clauses for line in _topic(clause, norms.get(clause.id, []))]
    return "\n".join([*_head(about), *topics]) + "\n"


def _head(about: About) -> Iterator[str]:
    yield "# Proposed by Hearth from the grammar of the clauses; nobody has reviewed it."
    yield "# Correct the rows, add topics and facts, then say reviewed = true. Until then Hearth only quotes."
    yield ""
    yield f"organisation = {_text(about.organisation)}"
    yield f"title = {_text(about.title)}"
    yield "reviewed = false"
    yield f"manager = {_text(about.manager)}"
    yield "fact = []"
    yield "silent = []"
    yield ""
    yield "[about]"
    yield f"adopted = {_text(about.adopted)}"
    yield f"review_due = {_text(about.review_due)}"
    yield f"owner = {_text(about.owner)}"
    yield f"source = {_text(about.source)}"
    yield f"binds = {_list(about.binds)}"
    yield f"acknowledged_by = {_list(about.acknowledged_by)}"


def _topic(clause: Clause, norms: Sequence[Norm]) -> Iterator[str]:
    words = " ".join(clause.text.split()[:_NAME_WORDS])
    yield ""
    yield "[[topic]]"
    yield f"id = {_text(f'clause-{clause.id}')}"
    yield f"name = {_text(words)}"
    told: set[tuple[str, tuple[str, ...]]] = set()
    for norm in norms:
        who = _bearers(norm.bearers)
        whom = tuple(target for target in norm.targets if target in TARGETS)
        conditional = norm.conditions or norm.exceptions
        if not who or norm.modality in ("state", "permit") or conditional:
            continue
        if any((one, whom) in told or (one, ()) in told for one in who):
            continue
        told.update((one, whom) for one in who)
        yield from _row(clause, norm, who, whom)
    yield from _row(clause, None, ("any",), ())


def _row(clause: Clause, norm: Norm | None, who: Sequence[str], whom: Sequence[str]) -> Iterator[str]:
    verdict, words = _PROPOSED[norm.modality if norm else "state"]
    yield ""
    yield f"# proposal{f': {_one_line(norm.act)}' if norm else ', for reading'}"
    yield "[[topic.row]]"
    yield f"who = {_list(who)}"
    if whom:
        yield f"whom = {_list(whom)}"
    yield f"verdict = {_text(verdict)}"
    yield f"say = {_text(f'Clause {clause.id} {words}.')}"
    yield f"cite = {_list((clause.id,))}"


def _bearers(parties: Sequence[Party]) -> tuple[str, ...]:
    if "everyone" in parties:
        return ("volunteer", "staff", "trustee")
    return tuple(party for party in parties if party in BEARERS and party != "family")


def _one_line(words: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(words.split()))[:90]


def _text(words: str) -> str:
    """Return a text as TOML writes it: as JSON does, the delete character apart."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(words: Sequence[str]) -> str:
    return f"[{', '.join(_text(word) for word in words)}]"
