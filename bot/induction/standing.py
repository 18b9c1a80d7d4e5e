"""Standing: what becomes of someone's open inductions when she leaves, or is something else from now on."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select

from bot import roles
from bot.records.store import Change
from bot.records.tables import Induction, InductionStep
from knowledge.reading import Role

OPEN = ("walking", "paused", "declined")


def end(change: Change, row: Induction, *, who: str = "hearth") -> None:
    """End an induction that is not finished; what was passed stays, should it be taken up again."""
    row.state, row.ended_at, row.signed = "ended", change.records.now(), None
    change.audit("induction:walk:ended", row.id, who)


def end_open(change: Change, person: str, *, who: str) -> None:
    """End all that someone has not finished, as when she leaves."""
    for row in _open(change, person):
        end(change, row, who=who)


def follow(change: Change, person: str, before: Collection[Role], now: Collection[Role], *, who: str) -> None:
    """Have someone's open inductions go on for what she is now, where that changed.

    What she is no more goes, what she is now comes; a role for which she was invited besides stays. Lessons
    of a new role appear, and what was passed stays passed. An induction for roles in which she acknowledged
    this version already ends.
    """
    if set(before) == set(now):
        return
    for row in _open(change, person):
        walked = roles.written(row.roles)
        changed = _followed(walked, before, now)
        if changed != walked:
            _set(change, row, changed, who)


def _followed(walked: Collection[Role], before: Collection[Role], now: Collection[Role]) -> tuple[Role, ...]:
    """Return the roles of an induction; with none left, the walk stays as far as it needs no office."""
    left = (set(walked) - set(before)) | set(now)
    return roles.plain(left) or roles.plain(roles.WITHOUT_OFFICE.get(role, role) for role in walked)


def _set(change: Change, row: Induction, changed: tuple[Role, ...], who: str) -> None:
    named = "+".join(changed)
    same = select(Induction).where(
        Induction.organisation == row.organisation,
        Induction.person == row.person,
        Induction.policy == row.policy,
        Induction.version == row.version,
        Induction.roles == named,
    )
    other = change.session.scalars(same.with_for_update()).one_or_none()
    if other is not None and other.state == "acknowledged":
        end(change, row, who=who)
        return
    if other is not None:  # it was left off and is no evidence of anything
        change.session.execute(delete(InductionStep).where(InductionStep.induction == other.id))
        change.session.delete(other)
        change.audit("induction:walk:dropped", other.id, who)
        change.session.flush()
    if not set(changed) <= roles.with_implied(roles.written(row.roles)):
        row.before = None  # of a role that is new to her she knows no version
    row.roles, row.signed = named, None
    change.audit("induction:roles:changed", row.id, who, detail=named)
    change.session.flush()


def _open(change: Change, person: str) -> Sequence[Induction]:
    """Return what someone has not finished, kept from being changed elsewhere until the commit."""
    hers = select(Induction).where(
        Induction.organisation == change.records.organisation,
        Induction.person == person,
        Induction.state.in_(OPEN),
    )
    locked = hers.order_by(Induction.id).with_for_update().execution_options(populate_existing=True)
    return change.session.scalars(locked).all()
