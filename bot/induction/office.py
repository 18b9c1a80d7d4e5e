"""The office's side of the induction: inviting, and seeing who has finished."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from bot import officers, outbox, people, reach
from bot.card import Card
from bot.induction import cards, guide, inductions, register, register_cards
from bot.induction.course import Course, roles_of
from bot.induction.inductions import InductionError
from bot.records.store import Change
from bot.records.tables import Account, Induction, Person
from bot.roles import with_implied
from bot.visit import Visit
from knowledge.reading import Role

MAY = frozenset({"manager", "deputy_manager"})
# Slack's members: a message to one opens the conversation. Elsewhere it takes her own word first.
_OPENS_BY_NAME = re.compile(r"slack:[TE][A-Z0-9]+/[UW][A-Z0-9]+$")


def invite(visit: Visit, account: str, roles: Sequence[Role]) -> Sequence[Card]:
    """Invite an account to the induction and tell the officer; for anyone else, open her own."""
    if not MAY & officers.authority(visit.change.session, visit.person):
        return guide.pressed(visit, "mine", "")
    who = people.audit_name(visit.person)
    try:
        row = send_invitation(visit.change, visit.course, account, roles, who=who)
    except InductionError as error:
        return (cards.note(visit.card_id, "Not invited", str(error)),)
    return (cards.note(visit.card_id, "Invited", said_of(row, account, roles)),)


def said_of(row: Induction, account: str, roles: Sequence[Role]) -> str:
    """Return what is told of an invitation: one in the midst of an induction goes on with that."""
    walked = roles_of(row)
    if set(roles) <= with_implied(walked):
        return f"{account} is invited as {cards.in_words(walked)}."
    return (
        f"{account} is in the middle of an induction as {cards.in_words(walked)}, and goes on with that. "
        f"Invite again as {cards.in_words(roles)} once it is done."
    )


def invite_all(visit: Visit) -> Sequence[Card]:
    """Invite everyone who has a role and has not begun; anyone else is shown her own."""
    if not MAY & officers.authority(visit.change.session, visit.person):
        return guide.pressed(visit, "mine", "")
    change = visit.change
    found = register.rows(change.records, change.session, visit.course)
    waiting = [row for row in found if row.state == "not begun"]
    left = [row for row in waiting if not _invited(visit, row)]
    return (register_cards.invited(visit.card_id, len(waiting) - len(left), [row.name for row in left]),)


def _invited(visit: Visit, row: register.Row) -> bool:
    """Invite someone who has not begun; return False where she cannot be reached."""
    who = people.audit_name(visit.person)
    for account in row.accounts[:1]:
        try:
            send_invitation(visit.change, visit.course, account, row.roles, who=who)
        except InductionError:
            return False
        return True
    return False


def send_invitation(
    change: Change, course: Course, account: str, roles: Sequence[Role], *, who: str
) -> Induction:
    """Begin someone's induction and have its first card sent to her; invited again, nothing is sent twice.

    On Slack she need not have written before. Elsewhere she must have, or be known by her platform's join
    event: otherwise there is nowhere to invite her to.

    Raises:
        InductionError: nobody is known by this account, or nowhere in private; no policy is in force; or she
            has acknowledged it already.
    """
    session = change.session
    invited = _person(change, account)
    where = reach.direct_conversations(change, invited.id)[:1] if invited else ()
    if invited is None or not where:
        raise InductionError(
            f"I do not know {account} yet. Once they have written to me, you can invite them."
        )
    if course.begun(session, change.records) is None:
        raise InductionError("The policy is not in force at the moment, so there is no induction on it.")
    try:
        row = inductions.begin(change, invited, roles, course, who=who)
    except InductionError as error:
        raise InductionError("They have done this induction already.") from error
    outbox.put_elsewhere(change, where[0], (_first_card(change, course, row),))
    return row


def _first_card(change: Change, course: Course, row: Induction) -> Card:
    """Return the welcome, or what changed for one who knows an older version."""
    session = change.session
    card_id = f"{row.id}.invited.{row.started_at:%Y%m%d%H%M%S}"
    policy = course.version(session, row.organisation, row.version)
    if row.before is not None:
        return cards.changed(card_id, course.changed(session, row), policy, row.id)
    lessons = course.lessons(session, row)
    return cards.welcome(card_id, policy, roles_of(row), lessons, lessons[0].id)


def overview(visit: Visit) -> Sequence[Card]:
    """Tell an officer who has finished and who has not; anyone else is told that it is for the office."""
    if not MAY & officers.authority(visit.change.session, visit.person):
        said = "Who has finished is for the manager to see. Say “induction” for your own."
        return (cards.note(visit.card_id, "Induction", said),)
    change = visit.change
    rows = register.rows(change.records, change.session, visit.course)
    not_asked = register.not_asked(change.session, change.records.organisation)
    return register_cards.overview(visit.card_id, rows, not_asked)


def _person(change: Change, account: str) -> Person | None:
    """Return whose an account is; on a platform where anyone can be written to, she is met by that."""
    if _OPENS_BY_NAME.match(account):
        return people.known(change, account)
    found = (
        select(Person)
        .join(Account, Account.person == Person.id)
        .where(Account.organisation == change.records.organisation, Account.name == account)
    )
    return change.session.scalars(found).one_or_none()
