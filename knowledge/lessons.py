"""Lessons: what someone new reads of a policy, and is asked about it, for the roles that she has."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from knowledge.clauses import Clause, Policy, Section, fingerprint
from knowledge.lines import marker_of
from knowledge.norms import Norm, corrected, norms_of
from knowledge.outline import is_meta
from knowledge.pack import Pack
from knowledge.pages import dealt
from knowledge.parties import Party
from knowledge.reading import Role
from knowledge.situations import Situation

# What a role is to the policy: a manager is staff as well, a chair a trustee.
_PARTIES: Mapping[Role, frozenset[Party]] = {
    "volunteer": frozenset({"volunteer"}),
    "staff": frozenset({"staff"}),
    "trustee": frozenset({"trustee"}),
    "manager": frozenset({"staff", "manager"}),
    "chair": frozenset({"trustee", "chair"}),
}
_EVERYONE: frozenset[Party] = frozenset({"everyone"})
_PEOPLE = _EVERYONE.union(*_PARTIES.values())
# A charity acts through these, so that its duties are theirs.
_ACT_FOR_IT: frozenset[Party] = frozenset({"staff", "trustee"})


@dataclass(frozen=True, slots=True)
class Page:
    """Clauses of one section, to be read in one go.

    `id` is made from the clauses' ids alone: it stays the same when pages before it come or go. `title` is
    the section's heading without its number.
    """

    id: str
    title: str
    clauses: tuple[Clause, ...]


Lesson = Page | Situation


def binding(policy: Policy, pack: Pack, *roles: Role) -> tuple[Clause, ...]:
    """Return the clauses that bind someone who has these roles, in the policy's order.

    A clause binds those whom its norms name, as the pack corrects them; what the organisation has to do binds
    its staff and trustees. A clause that names nobody of them, and only tells of the organisation or the
    families, goes with its section: it is for those whom another clause there binds, and for everyone where
    none there binds anybody. The sign-off block binds nobody. Raises CorrectionError where the pack corrects
    a norm that the policy does not have.
    """
    parties = _parties(roles)
    bearers = _bearers(corrected(_norms(policy), pack.norms))
    return tuple(
        clause
        for section in policy.sections
        if not is_meta(section.id)
        for clause in _of_section(section, bearers, parties)
    )


def lessons(
    policy: Policy, pack: Pack, situations: Iterable[Situation], roles: Collection[Role]
) -> tuple[Lesson, ...]:
    """Return the steps of an induction in these roles: section by section, pages, then situations.

    Every clause that binds is on exactly one page. A situation comes after the last of its sections; with one
    of another role, or on clauses that are not read here, nobody is asked. As `binding`.
    """
    bound = frozenset(clause.id for clause in binding(policy, pack, *roles))
    home = {clause.id: place for place, section in enumerate(policy.sections) for clause in section.clauses}
    asked: dict[int, list[Situation]] = defaultdict(list)
    for situation in situations:
        if is_for(situation, roles) and bound.issuperset(ground.clause for ground in situation.grounds):
            asked[max(home[ground.clause] for ground in situation.grounds)].append(situation)
    steps: list[Lesson] = []
    for place, section in enumerate(policy.sections):
        read = [clause for clause in section.clauses if clause.id in bound]
        steps += [*_pages(_title(section, policy), read), *asked[place]]
    return tuple(steps)


def is_for(situation: Situation, roles: Iterable[Role]) -> bool:
    """Say whether a situation is for someone who has these roles: staff's are for the manager too."""
    return not _parties(roles).isdisjoint(situation.roles)


def _parties(roles: Iterable[Role]) -> frozenset[Party]:
    return _EVERYONE.union(*(_PARTIES[role] for role in roles))


@lru_cache(maxsize=8)  # the version in force, and those on which inductions are still under way
def _norms(policy: Policy) -> tuple[Norm, ...]:
    """Return the norms as they are read from composed letters, so that Unicode form binds nobody else."""
    sections = tuple(
        replace(section, clauses=tuple(_composed(one) for one in section.clauses))
        for section in policy.sections
    )
    return norms_of(replace(policy, organisation=_nfc(policy.organisation), sections=sections))


def _composed(clause: Clause) -> Clause:
    return replace(clause, text=_nfc(clause.text), headings=tuple(_nfc(one) for one in clause.headings))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _bearers(norms: Iterable[Norm]) -> Mapping[str, frozenset[Party]]:
    """Return who is named by each clause, of those who can have a role."""
    named: dict[str, frozenset[Party]] = defaultdict(frozenset)
    for norm in norms:
        duty = norm.modality in ("oblige", "forbid") and "organisation" in norm.bearers
        named[norm.clause] |= _PEOPLE.intersection(norm.bearers) | (_ACT_FOR_IT if duty else frozenset())
    return named


def _of_section(
    section: Section, bearers: Mapping[str, frozenset[Party]], parties: frozenset[Party]
) -> list[Clause]:
    named = {clause.id: bearers.get(clause.id, frozenset()) for clause in section.clauses}
    concerned = any(parties & who for who in named.values()) or not any(named.values())
    return [
        clause
        for clause in section.clauses
        if (parties & named[clause.id] if named[clause.id] else concerned)
    ]


def _pages(title: str, clauses: list[Clause]) -> list[Page]:
    parts = [tuple(clauses[start:end]) for start, end in dealt([len(one.text.split()) for one in clauses])]
    return [Page(_page_id(part), title, part) for part in parts]


def _page_id(clauses: tuple[Clause, ...]) -> str:
    """Return an id that fits a button however many clauses there are; a situation's id has no dot."""
    return f"{clauses[0].id}.{fingerprint(' '.join(clause.id for clause in clauses))[:8]}"


def _title(section: Section, policy: Policy) -> str:
    marker = marker_of(section.heading)
    words = marker.rest if marker else section.heading
    return words.strip().rstrip(":") or section.heading or policy.title
