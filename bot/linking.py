"""Joining accounts: someone who is on two platforms becomes one person, by a code or by an officer's command.

Never by name or e-mail alone: both may be borrowed, and two people may share them.
"""

import logging
from datetime import timedelta
from enum import Enum

from sqlalchemy import Select, delete, func, select

from bot import joining, link_code, officers, people
from bot.contact import PeopleError
from bot.records.store import Change
from bot.records.tables import Account, Audit, LinkCode, Person

log = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=10)
MAX_WRONG = 5
_REFUSED = "account:code:refused"


class Outcome(Enum):
    """What came of a code that was typed; the value says it to whoever typed it."""

    JOINED = "Done: this account is yours, and I know now who you are."
    ONE_ALREADY = "This account and the one that showed the code are joined already."
    WRONG = "That code is not right, or no longer good. Show a new one in your other account, and type that."
    LOCKED = "That was one wrong code too many. I take no code from this account for ten minutes."
    HOLDS_OFFICE = (
        "You hold an office, so no code from another account works here. Show a code in this account, and "
        "type it in the other one."
    )


def offer_code(change: Change, person: Person, *, who: str) -> str:
    """Return a new code, to be shown once: the account in which it is typed becomes this person's.

    It is good for `LIFETIME`, once, and takes the place of her earlier one. Only its hash is kept.
    """
    records = change.records
    old = (LinkCode.person == person.id) | (LinkCode.expires_at <= records.now())
    change.session.execute(delete(LinkCode).where(LinkCode.organisation == records.organisation, old))
    code = link_code.new_code()
    change.add(
        LinkCode(
            organisation=records.organisation,
            person=person.id,
            digest=link_code.digest(records.organisation, code),
            expires_at=records.now() + LIFETIME,
        )
    )
    change.audit("person:code:shown", person.id, who)
    return code


def enter_code(change: Change, account_name: str, code: str) -> Outcome:
    """Use up a code, as `link_code.find` returns it, and join the account's person to the one who showed it.

    Whoever types it has `MAX_WRONG` wrong tries in `LIFETIME`, whatever the codes were; then no code counts,
    and the one that she showed herself dies. An officer's account goes to nobody who has accounts already:
    else a code that she is talked into typing would hand her office over. After JOINED read who she is anew:
    the person that she was is no more.
    """
    typing = people.known(change, account_name)
    account = change.session.scalars(_account(change, account_name)).one()
    wrong = _wrong_tries(change, account)
    if wrong >= MAX_WRONG:
        return Outcome.LOCKED
    offered = change.session.scalars(_offered(change, code)).one_or_none()
    if offered is None:
        return _refused(change, account, typing, wrong + 1)
    if offered.person == typing.id:
        return Outcome.ONE_ALREADY
    showing = _locked(change, offered.person, typing.id)
    change.session.delete(offered)
    change.session.flush()
    if officers.authority(change.session, typing) and people.accounts(change.session, showing.id):
        return Outcome.HOLDS_OFFICE
    joining.join(change, showing, typing, who=people.audit_name(showing))
    return Outcome.JOINED


def join_accounts(change: Change, kept: str, joined: str, *, who: str) -> Person:
    """Make the persons of two accounts one, by an officer's command: the first account's.

    Raises:
        PeopleError: nobody has written from one of them, or they are one person's already.
    """
    names = sorted({kept, joined})
    found = [change.session.scalars(_account(change, name)).one_or_none() for name in names]
    persons = {account.name: account.person for account in found if account is not None}
    for name in names:
        if name not in persons:
            raise PeopleError(f"{name}: nobody has written to Hearth from this account yet.")
    if persons[kept] == persons[joined]:
        raise PeopleError("These accounts are one person's already.")
    person = _locked(change, persons[kept], persons[joined])
    joining.join(change, person, change.session.get_one(Person, persons[joined]), who=who)
    return person


def _account(change: Change, name: str) -> Select[Account]:
    organisation = change.records.organisation
    return select(Account).where(Account.organisation == organisation, Account.name == name).with_for_update()


def _offered(change: Change, code: str) -> Select[LinkCode]:
    """Find a code that is good, and keep others from using it up."""
    records = change.records
    return (
        select(LinkCode)
        .where(
            LinkCode.organisation == records.organisation,
            LinkCode.digest == link_code.digest(records.organisation, code),
            LinkCode.expires_at > records.now(),
        )
        .with_for_update()
    )


def _wrong_tries(change: Change, account: Account) -> int:
    """Count an account's wrong tries of late, which stand in the audit; the account must be locked."""
    records = change.records
    refused = select(func.count()).where(
        Audit.organisation == records.organisation,
        Audit.what == _REFUSED,
        Audit.about == account.id,
        Audit.at > records.now() - LIFETIME,
    )
    return change.session.scalar(refused) or 0


def _refused(change: Change, account: Account, typing: Person, wrong: int) -> Outcome:
    change.audit(_REFUSED, account.id, people.audit_name(typing))
    log.info("account.code.refused", extra={"account": account.id})
    if wrong < MAX_WRONG:
        return Outcome.WRONG
    change.session.execute(delete(LinkCode).where(LinkCode.person == typing.id))
    return Outcome.LOCKED


def _locked(change: Change, kept: str, joined: str) -> Person:
    """Return the person who stays, both locked with their accounts: whoever writes as one of them waits."""
    both = (kept, joined)
    accounts = select(Account.id).where(Account.person.in_(both)).order_by(Account.id)
    change.session.scalars(accounts.with_for_update()).all()
    persons = select(Person).where(Person.id.in_(both)).order_by(Person.id)
    locked = change.session.scalars(persons.with_for_update().execution_options(populate_existing=True)).all()
    return next(person for person in locked if person.id == kept)
