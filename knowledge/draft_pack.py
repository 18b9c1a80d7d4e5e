"""Draft pack: what the grammar of the clauses proposes for a policy's tables, for a person to review."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from knowledge.clause_norms import Norm
from knowledge.clauses import Clause, Policy
from knowledge.grammar import Modality
from knowledge.norms import norms_of
from knowledge.pack import Verdict
from knowledge.pack_file import toml_value
from knowledge.parties import Party
from knowledge.proposals import Proposal
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


def draft_pack(policy: Policy, about: About, proposed: Mapping[str, Proposal] = MappingProxyType({})) -> str:
    """Return a pack as TOML: a topic for each clause, its rows from the clause's norms, nothing reviewed.

    `proposed` is what a language model proposed for clauses; it stands apart until a person takes it over.
    No row says `allowed`. The pack holds together with its policy (`pack_check.faults`), and while it says
    `reviewed = false` Hearth answers by quotation and does not use the rows.
    """
    norms: dict[str, list[Norm]] = {}
    for norm in norms_of(policy):
        norms.setdefault(norm.clause, []).append(norm)
    topics = [
        line
        for clause in policy.clauses
        for line in _topic(clause, norms.get(clause.id, []), proposed.get(clause.id))
    ]
    return "\n".join([*_head(about), *topics]) + "\n"


def _head(about: About) -> Iterator[str]:
    yield "# Proposed by Hearth from the grammar of the clauses; nobody has reviewed it."
    yield "# Review it in the browser, at /review beside the web chat, or here: then say reviewed = true."
    yield "# Until then Hearth only quotes."
    yield ""
    yield f"organisation = {toml_value(about.organisation)}"
    yield f"title = {toml_value(about.title)}"
    yield "reviewed = false"
    yield f"manager = {toml_value(about.manager)}"
    yield "fact = []"
    yield "silent = []"
    yield ""
    yield "[about]"
    yield f"adopted = {toml_value(about.adopted)}"
    yield f"review_due = {toml_value(about.review_due)}"
    yield f"owner = {toml_value(about.owner)}"
    yield f"source = {toml_value(about.source)}"
    yield f"binds = {toml_value(about.binds)}"
    yield f"acknowledged_by = {toml_value(about.acknowledged_by)}"


def _topic(clause: Clause, norms: Sequence[Norm], proposed: Proposal | None) -> Iterator[str]:
    words = " ".join(clause.text.split()[:_NAME_WORDS])
    yield ""
    yield "[[topic]]"
    yield f"id = {toml_value(f'clause-{clause.id}')}"
    yield f"name = {toml_value(words)}"
    if proposed and (proposed.examples or proposed.cues):
        yield "# proposed by a language model; counts for nothing until a person takes it over"
        yield f"proposed_examples = {toml_value(proposed.examples)}"
        yield f"proposed_cues = {toml_value(proposed.cues)}"
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
    yield f"who = {toml_value(who)}"
    if whom:
        yield f"whom = {toml_value(whom)}"
    yield f"verdict = {toml_value(verdict)}"
    yield f"say = {toml_value(f'Clause {clause.id} {words}.')}"
    yield f"cite = {toml_value((clause.id,))}"


def _bearers(parties: Sequence[Party]) -> tuple[str, ...]:
    if "everyone" in parties:
        return ("volunteer", "staff", "trustee")
    return tuple(party for party in parties if party in BEARERS and party != "family")


def _one_line(words: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(words.split()))[:90]
