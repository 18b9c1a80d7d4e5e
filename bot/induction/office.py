"""The office's side of the induction: inviting, and seeing who has finished."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import officers, outbox, people, reach
from bot.card import Card
from bot.induction import cards, guide, register, register_cards, walk
from bot.induction.course import Course, roles_of
from bot.induction.walk import InductionError
from bot.records.store import Change
from bot.records.tables import Account, Induction, Person
from bot.visit import Visit
from knowledge.reading import Role

MAY = frozenset({"manager", "deputy_manager"})


def invite(visit: Visit, account: str, roles: Sequence[Role]) -> Sequence[Card]:
    """Invite an account to the induction and tell the officer; for anyone else, open her own.

    She must have written to Hearth or be known by her platform's join event: otherwise there is nowhere to
    invite her to, and the officer is told so.
    """
    if not MAY & officers.authority(visit.change.session, visit.person):
        return guide.pressed(visit, "mine", "")
    who = people.audit_name(visit.person)
    try:
        send_invitation(visit.change, visit.course, account, roles, who=who)
    except InductionError as error:
        return (cards.note(visit.card_id, "Not invited", str(error)),)
    return (cards.note(visit.card_id, "Invited", f"{account} is invited as {cards.in_words(roles)}."),)


def send_invitation(
    change: Change, course: Course, account: str, roles: Sequence[Role], *, who: str
) -> Induction:
    """Begin someone's induction and have its first card sent to her; invited again, nothing is sent twice.

    Raises:
        InductionError: nobody is known by this account, or nowhere in private; no policy is in force; or she
            has acknowledged it already.
    """
    session, organisation = change.session, change.records.organisation
    invited = _person(session, organisation, account)
    where = reach.direct_conversations(change, invited.id)[:1] if invited else ()
    if invited is None or not where:
        raise InductionError(
            f"I do not know {account} yet. Once they have written to me, you can invite them."
        )
    if course.begun(session, change.records) is None:
        raise InductionError("The policy is not in force at the moment, so there is no induction on it.")
    try:
        row = walk.begin(change, invited, roles, course, who=who)
    except InductionError as error:
        raise InductionError("They have done this induction already.") from error
    lessons = course.lessons(session, row)
    policy = course.version(session, organisation, row.version)
    card = cards.welcome(f"{row.id}.invited", policy, roles_of(row), lessons, lessons[0].id)
    outbox.put_elsewhere(change, where[0], (card,))
    return row


def overview(visit: Visit) -> Sequence[Card]:
    """Tell an officer who has finished and who has not; anyone else is told that it is for the office."""
    if not MAY & officers.authority(visit.change.session, visit.person):
        said = "Who has finished is for the manager to see. Say “induction” for your own."
        return (cards.note(visit.card_id, "Induction", said),)
    change = visit.change
    rows = register.rows(change.records, change.session, visit.course)
    not_asked = register.not_asked(change.session, change.records.organisation)
    told = register_cards.overview(visit.card_id, rows, not_asked)
    if visit.message.private:
        return told
    for direct in reach.direct_conversations(change, visit.person.id)[:1]:
        outbox.put_elsewhere(change, direct, told)
        return (cards.note(visit.card_id, "Induction", "I have sent you that in private."),)
    return (cards.note(visit.card_id, "Induction", "Ask me that in private, please."),)


def _person(session: Session, organisation: str, account: str) -> Person | None:
    found = (
        select(Person)
        .join(Account, Account.person == Person.id)
        .where(Account.organisation == organisation, Account.name == account)
    )
    return session.scalars(found).one_or_none()
