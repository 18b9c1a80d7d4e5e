"""Course: what an induction on a version of the policy consists of, for the roles of the one who walks it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache

from sqlalchemy.orm import Session

from bot import policies, roles
from bot.records.store import Records
from bot.records.tables import Induction, PolicyVersion
from knowledge import changes
from knowledge.clauses import Clause, Policy
from knowledge.lessons import Lesson, Page, lessons
from knowledge.norms import norms_of
from knowledge.pack import Pack
from knowledge.reader import parse
from knowledge.reading import Role
from knowledge.situations import Situation

# The one lesson of an induction on what changed.
CHANGED = "changed"


@dataclass(frozen=True)
class Course:
    """The policy in force as a course. Older versions are read from the records, where they were adopted."""

    policy: Policy
    pack: Pack
    situations: tuple[Situation, ...]

    def lessons(self, session: Session, induction: Induction) -> Sequence[Lesson]:
        """Return the lessons of an induction, on the version on which it was begun; what changed is one."""
        if induction.before is not None:
            new = [change.after for change in self.changed(session, induction) if change.after]
            return (Page(CHANGED, "What changed", tuple(new)),)
        begun = self.version(session, induction.organisation, induction.version)
        return lessons(begun, self._fitting(begun), self.situations, roles_of(induction))

    def new(self, role: Role) -> Sequence[Lesson]:
        """Return the lessons that someone new has in a role, on the policy in force."""
        return lessons(self.policy, self.pack, self.situations, (role,))

    def changed(self, session: Session, induction: Induction) -> Sequence[changes.Change]:
        """Return what changed for someone since the version that she knows; nothing for a first induction."""
        if induction.before is None:
            return ()
        versions = (induction.before, induction.version)
        return self.between(session, induction.organisation, versions, roles_of(induction))

    def taken_out(self, session: Session, induction: Induction) -> Sequence[Clause]:
        """Return the clauses that bound someone and are gone since the version that she knows."""
        changed = self.changed(session, induction)
        return [change.before for change in changed if change.before and not change.after]

    def between(
        self, session: Session, organisation: str, versions: tuple[str, str], named: Collection[Role]
    ) -> Sequence[changes.Change]:
        """Return what changed from one version to another for these roles."""
        old, new = (self.version(session, organisation, version) for version in versions)
        return changes.changed_for((old, self._fitting(old)), (new, self._fitting(new)), named)

    def version(self, session: Session, organisation: str, version: str) -> Policy:
        """Return a version of the policy; raise KeyError where it was never adopted."""
        if version == self.policy.version:
            return self.policy
        row = policies.version_of(session, organisation, self.policy.title, version)
        if row is None:
            raise KeyError(version)
        return _parsed(row.text, self.policy.slug, self.policy.organisation, self.policy.title)

    def begun(self, session: Session, records: Records) -> PolicyVersion | None:
        """Return the version that an induction begins on now; None where the policy is withdrawn."""
        return policies.in_force(session, records.organisation, self.policy.title, records.now())

    def _fitting(self, policy: Policy) -> Pack:
        """Return the pack for a version: its corrections hold for the same words, whatever their number.

        The pack was made for the policy in force. What was worded otherwise is read by grammar alone.
        """
        if policy.version == self.policy.version:
            return self.pack
        texts = {clause.id: clause.hash for clause in self.policy.clauses}
        places = {clause.hash: clause.id for clause in policy.clauses}
        fitting = {}
        for norm, correction in self.pack.norms.items():
            clause, _, number = norm.rpartition("/")
            moved = f"{places.get(texts.get(clause, ''), '')}/{number}"
            if moved in _norm_ids(policy):
                fitting[moved] = correction
        return replace(self.pack, norms=fitting)


@cache
def _parsed(text: str, slug: str, organisation: str, title: str) -> Policy:
    return parse(text, slug, organisation, title)


@cache
def _norm_ids(policy: Policy) -> frozenset[str]:
    return frozenset(norm.id for norm in norms_of(policy))


def roles_of(induction: Induction) -> tuple[Role, ...]:
    """Return the roles that an induction is walked for."""
    return roles.written(induction.roles)
