"""Policies as adopted: which text is in force on a day, which was or will be, what adopting brings about."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from bot.records.database import RecordsError
from bot.records.store import Change, Job
from bot.records.tables import KeptAnswer, Organisation, PolicyVersion, new_id

log = logging.getLogger(__name__)

State = Literal["planned", "in force", "superseded", "withdrawn"]

# Built once, for every message asks it: to put a statement together takes longer than to run it.
_ALL = (
    select(PolicyVersion.policy, PolicyVersion.version, PolicyVersion.adopted_at, PolicyVersion.withdrawn_at)
    .where(PolicyVersion.organisation == bindparam("of"))
    .order_by(PolicyVersion.adopted_at, PolicyVersion.id.desc())
)


def in_force(session: Session, organisation: str, policy: str, at: datetime) -> PolicyVersion | None:
    """Return the version of a policy that is in force at a moment, None where none is or it was withdrawn."""
    kept = or_(PolicyVersion.withdrawn_at.is_(None), PolicyVersion.withdrawn_at >= PolicyVersion.adopted_at)
    begun = _versions(organisation, policy).where(PolicyVersion.adopted_at <= at, kept)
    newest = session.scalars(begun.limit(1)).one_or_none()
    return None if newest is None or newest.withdrawn_at is not None else newest


def all_in_force(
    session: Session, organisation: str, at: datetime
) -> tuple[frozenset[str], Mapping[str, str]]:
    """Return the titles of all policies that were ever adopted, and the version of each in force at a moment.

    Quick: no text is read.
    """
    newest: dict[str, tuple[str, bool]] = {}
    known = set()
    for policy, version, adopted, gone in session.execute(_ALL, {"of": organisation}):
        known.add(policy)
        if adopted <= at and not (gone is not None and gone < adopted):
            newest[policy] = (version, gone is not None)
    return frozenset(known), {policy: version for policy, (version, gone) in newest.items() if not gone}


def states(session: Session, organisation: str, at: datetime) -> Sequence[tuple[PolicyVersion, State]]:
    """Return every version of every policy with its state at a moment: by policy, then from when it is."""
    mine = select(PolicyVersion).where(PolicyVersion.organisation == organisation)
    ordered = mine.order_by(PolicyVersion.policy, PolicyVersion.adopted_at, PolicyVersion.id.desc())
    rows = session.scalars(ordered).all()
    newest = {row.policy: row.id for row in rows if row.adopted_at <= at and not _never_began(row)}
    return [(row, _state(row, newest, at)) for row in rows]


def _never_began(row: PolicyVersion) -> bool:
    return row.withdrawn_at is not None and row.withdrawn_at < row.adopted_at


def _state(row: PolicyVersion, newest: Mapping[str, str], at: datetime) -> State:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.adopted_at > at:
        return "planned"
    return "in force" if newest.get(row.policy) == row.id else "superseded"


def version_of(session: Session, organisation: str, policy: str, version: str) -> PolicyVersion | None:
    """Return a version of a policy, in force or not."""
    return session.scalars(
        _versions(organisation, policy).where(PolicyVersion.version == version)
    ).one_or_none()


def history(session: Session, organisation: str, policy: str) -> Sequence[PolicyVersion]:
    """Return the versions of a policy in the order in which they were adopted, each where it was last."""
    return session.scalars(_versions(organisation, policy)).all()[::-1]


def adopt(
    change: Change,
    policy: str,
    version: str,
    text: str,
    *,
    who: str,
    minor: bool = False,
    since: datetime | None = None,
) -> PolicyVersion | None:
    """Put a text in force from a moment on (None: now); return None where it is in force then already.

    A text that was in force before comes back with a new moment of adoption; so does one whose moment was
    still to come. Unless the edit is minor, those whom a changed clause binds are asked once this is
    committed and the moment has come. Raises RecordsError where another version has come into force since
    the moment, or where the text is in force now and would have to begin anew.
    """
    records, session = change.records, change.session
    session.get_one(Organisation, records.organisation, with_for_update={"key_share": True})  # one at a time
    now = records.now()
    since = since or now
    current = in_force(session, records.organisation, policy, max(since, now))
    if current is not None and current.version == version and current.adopted_at <= now:
        return None
    row = version_of(session, records.organisation, policy, version)
    _check_order(history(session, records.organisation, policy), row, since, now)
    if row is None:
        row = PolicyVersion(
            id=new_id(), organisation=records.organisation, policy=policy, version=version, text=text
        )
        change.add(row)
    row.minor, row.adopted_at, row.withdrawn_at = minor, since, None
    change.audit("policy:version:adopted", row.id, who, detail=_detail(minor, since, now))
    if not minor:
        _let_kept_answers_go(change, now, who)
        at = f"{row.adopted_at:%Y%m%dT%H%M%S%f}"  # a text may come back
        after = max(0.0, (since - now).total_seconds())
        job = Job("ask about changes", row.id, key="induction", id=f"changes:{row.id}:{at}", after=after)
        change.enqueue(job)
    log.info("policy.adopted", extra={"version": version})
    return row


def _check_order(
    rows: Sequence[PolicyVersion], row: PolicyVersion | None, since: datetime, now: datetime
) -> None:
    """Refuse to put a version before another one: what was answered on those days would no longer be true."""
    others = [other for other in rows if other is not row and other.withdrawn_at is None]
    if later := [other for other in others if since < other.adopted_at <= now]:
        raise RecordsError(
            f"Version {later[-1].version[:8]} came into force on {later[-1].adopted_at:%Y-%m-%d}, "
            "after that day. Give a later date."
        )
    if row is not None and since > now and row.withdrawn_at is None and row.adopted_at <= now and others:
        begun = [other for other in rows if other.adopted_at <= now]
        if begun[-1] is row:
            raise RecordsError("That text is in force now: adopt it anew on the day on which it comes back.")


def _detail(minor: bool, since: datetime, now: datetime) -> str:  # noqa: FBT001 - as the row has it
    words = ["minor"] if minor else []
    return " ".join([*words, *([f"from {since:%Y-%m-%d}"] if since != now else [])])


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
