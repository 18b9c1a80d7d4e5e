"""Policies as adopted: which text is in force, which was, and what adopting another one brings about."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.records.store import Change, Job
from bot.records.tables import KeptAnswer, PolicyVersion, new_id

log = logging.getLogger(__name__)


def in_force(session: Session, organisation: str, policy: str) -> PolicyVersion | None:
    """Return the version of a policy that is in force, None where none is, or where it was withdrawn."""
    newest = session.scalars(_versions(organisation, policy).limit(1)).one_or_none()
    return None if newest is None or newest.withdrawn_at is not None else newest


def version_of(session: Session, organisation: str, policy: str, version: str) -> PolicyVersion | None:
    """Return a version of a policy, in force or not."""
    return session.scalars(
        _versions(organisation, policy).where(PolicyVersion.version == version)
    ).one_or_none()


def history(session: Session, organisation: str, policy: str) -> Sequence[PolicyVersion]:
    """Return the versions of a policy in the order in which they were adopted, each where it was last."""
    return session.scalars(_versions(organisation, policy)).all()[::-1]


def adopt(
    change: Change, policy: str, version: str, text: str, *, who: str, minor: bool = False
) -> PolicyVersion | None:
    """Put a text in force; return None where it is in force already.

    A text that was in force before comes back with a new moment of adoption. Unless the edit is minor, those
    whom a changed clause binds are asked once this is committed.
    """
    records = change.records
    current = in_force(change.session, records.organisation, policy)
    if current is not None and current.version == version:
        return None
    row = version_of(change.session, records.organisation, policy, version)
    if row is None:
        row = PolicyVersion(
            id=new_id(), organisation=records.organisation, policy=policy, version=version, text=text
        )
        change.add(row)
    row.minor, row.adopted_at, row.withdrawn_at = minor, records.now(), None
    change.audit("policy:version:adopted", row.id, who, detail="minor" if minor else "")
    if not minor:
        _let_kept_answers_go(change, row.adopted_at, who)
        at = f"{row.adopted_at:%Y%m%dT%H%M%S%f}"  # a text may come back
        change.enqueue(Job("ask about changes", row.id, key="induction", id=f"changes:{row.id}:{at}"))
    log.info("policy.adopted", extra={"version": version})
    return row


def withdraw(change: Change, row: PolicyVersion, *, who: str) -> None:
    """Take a policy out of force; inductions on it end."""
    row.withdrawn_at = change.records.now()
    change.audit("policy:version:withdrawn", row.id, who)
    at = f"{row.withdrawn_at:%Y%m%dT%H%M%S%f}"
    change.enqueue(Job("end inductions", row.id, key="induction", id=f"withdrawn:{row.id}:{at}"))
    log.info("policy.withdrawn", extra={"version": row.version})


def _let_kept_answers_go(change: Change, adopted_at: datetime, who: str) -> None:
    """Let go what officers answered while the policy was silent: it may say something of it now."""
    mine = KeptAnswer.organisation == change.records.organisation
    for kept in change.session.scalars(select(KeptAnswer).where(mine, KeptAnswer.fell_away_at.is_(None))):
        kept.fell_away_at = adopted_at
        change.audit("question:kept-answer:fell-away", kept.id, who)


def _versions(organisation: str, policy: str) -> Select[PolicyVersion]:
    named = (PolicyVersion.organisation == organisation) & (PolicyVersion.policy == policy)
    return select(PolicyVersion).where(named).order_by(PolicyVersion.adopted_at.desc(), PolicyVersion.id)
