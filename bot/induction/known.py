"""Known: which version of the policy someone knows, so that she is asked for what is new to her alone."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import policies, roles
from bot.induction.course import Course
from bot.records.tables import Acknowledgement
from knowledge.reading import Role


def acknowledged(session: Session, organisation: str, person: str, policy: str) -> Sequence[Acknowledgement]:
    """Return what someone acknowledged of a policy, the newest first."""
    hers = select(Acknowledgement).where(
        Acknowledgement.organisation == organisation,
        Acknowledgement.person == person,
        Acknowledgement.policy == policy,
        Acknowledgement.outcome == "acknowledged",
    )
    return session.scalars(hers.order_by(Acknowledgement.at.desc(), Acknowledgement.id)).all()


def covers(given: Acknowledgement, asked: Collection[Role]) -> bool:
    """Say whether an acknowledgement was given in all of these roles."""
    return set(asked) <= roles.with_implied(roles.written(given.role))


def before(session: Session, course: Course, given: Acknowledgement, asked: Collection[Role]) -> str | None:
    """Return the version from which what changed is to be shown in these roles; None where nothing did.

    That is the version acknowledged, or a minor one after it: whatever a minor edit changed is asked of
    nobody, unless it came on top of changes that she has not seen.
    """
    organisation = given.organisation
    history = policies.history(session, organisation, given.policy)
    versions = [row.version for row in history]
    base = last = given.version
    for row in history[versions.index(base) + 1 :]:
        if row.minor and not course.between(session, organisation, (base, last), asked):
            base = row.version
        last = row.version
    return base if course.between(session, organisation, (base, last), asked) else None
