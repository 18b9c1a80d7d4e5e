"""People: who is writing, what she says she is, and what she is to the policy."""

import logging
from collections.abc import Iterable, Sequence

from sqlalchemy import and_, bindparam, delete, select
from sqlalchemy.orm import Session

from bot import officers
from bot import roles as kinds
from bot.induction import standing
from bot.records.new_rows import add_new
from bot.records.store import Change
from bot.records.tables import Account, LinkCode, Officer, Person, new_id
from knowledge.reading import ROLES, Role

log = logging.getLogger(__name__)

_NOT_SAID = "unknown"
# Platforms on which a private conversation is called like the account, so that it is known at once.
_CALLED_ALIKE = frozenset({"slack", "teams"})

# Built once: to put a statement together takes longer than to run it.
_NAMED = (Account.organisation == bindparam("of"), Account.name == bindparam("named"))
_ACCOUNT = select(Account).where(*_NAMED).with_for_update().execution_options(populate_existing=True)
_STANDING = (
    select(Person.said_roles, Officer.office)
    .join(Account, Account.person == Person.id)
    .outerjoin(Officer, and_(Officer.person == Person.id, Officer.until.is_(None)))
    .where(*_NAMED)
)


def known(change: Change, account_name: str, direct: str | None = None) -> Person:
    """Return who writes from an account; at the first meeting she and her account are made.

    `direct` is the conversation in which she is spoken to in private, where this is known. The account stays
    locked until the change ends: nobody joins it to another person half way through. Raises ValueError for
    an empty name: whoever is behind it would all become one person.
    """
    if not account_name:
        raise ValueError("a message without a sender: its adapter must say from which account it came")
    named = {"of": change.records.organisation, "named": account_name}
    account = change.session.scalars(_ACCOUNT, named).one_or_none()
    if account is None:
        return _met(change, account_name, direct)
    if direct is not None and account.direct != direct:
        account.direct = direct
    return change.session.get_one(Person, account.person)


def known_elsewhere(session: Session, organisation: str, beginning: str) -> str:
    """Return another organisation in which accounts of names that begin so are known, empty for none."""
    theirs = Account.organisation != organisation, Account.name.startswith(beginning, autoescape=True)
    return session.scalars(select(Account.organisation).where(*theirs).limit(1)).first() or ""


def new_person(change: Change) -> Person:
    """Write a person who has no account yet."""
    records = change.records
    person = Person(
        id=new_id(), organisation=records.organisation, audit_name=new_id(), created_at=records.now()
    )
    change.add(person)
    change.session.flush()
    return person


def accounts(session: Session, person_id: str) -> Sequence[str]:
    """Return the names of a person's accounts, in the order in which they became hers."""
    hers = select(Account.name).where(Account.person == person_id)
    return session.scalars(hers.order_by(Account.joined_at, Account.id)).all()


def named(change: Change, name: str, account_name: str | None) -> Person:
    """Return the person behind an account, or a new one who has none yet, under the name that is given."""
    person = known(change, account_name) if account_name else new_person(change)
    person.name = change.records.seal(Person.name, person, name)
    return person


def audit_name(person: Person) -> str:
    """Return what the audit calls a person; an erased one is nobody."""
    return person.audit_name or "erased"


def stated(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Return the roles that may be taken on someone's word: authority is never among them."""
    said = {kinds.WITHOUT_OFFICE.get(role, role) for role in roles}
    return tuple(role for role in ROLES if role in said)


def was_asked(person: Person) -> bool:
    """Say whether she has been asked for her role and has answered, if only that she would rather not say."""
    return person.said_roles != ""


def said_roles(person: Person) -> tuple[Role, ...]:
    """Return the roles that she named herself; none where she was not asked or would rather not say."""
    return kinds.written(person.said_roles)


def as_said(roles: Iterable[Role]) -> str:
    """Return roles as `Person.said_roles` holds them; none stands for "would rather not say"."""
    named = set(roles)
    return "+".join(role for role in ROLES if role in named) or _NOT_SAID


def say_roles(change: Change, person: Person, roles: Iterable[Role]) -> None:
    """Note her answer to the question who she is; no roles where she would rather not say.

    The same answer as before confirms it. "Manager" and "chair" are taken as staff and trustee: that
    authority is not hers to declare. Someone who had left and says a role is back. Her open inductions go
    on for what she is now.
    """
    said = as_said(stated(roles))
    verb = "changed" if was_asked(person) else "set"
    if said == person.said_roles:
        verb = "confirmed"
    before = officers.roles(change.session, person)
    person.said_roles, person.left_at = said, None
    standing.follow(change, person.id, before, officers.roles(change.session, person), who=audit_name(person))
    change.audit(f"person:roles:{verb}", person.id, audit_name(person), detail=said)


def roles_of(session: Session, organisation: str, account_name: str) -> tuple[Role, ...]:
    """Return what whoever writes from an account is to the policy, as `roles`; none for one not met yet."""
    found = session.connection().execute(_STANDING, {"of": organisation, "named": account_name}).all()
    said = kinds.written(found[0].said_roles) if found else ()
    return kinds.effective(said, (row.office for row in found))


def roles(session: Session, person: Person) -> tuple[Role, ...]:
    """Return what a person is to the policy: the roles that she named, and those that her offices bring."""
    return officers.roles(session, person)


def left(change: Change, person: Person, *, who: str) -> None:
    """Note that a person has left: her offices and open inductions end, her codes die.

    If she is back, her role is asked anew.
    """
    if person.left_at is not None:
        return
    standing.end_open(change, person.id, who=who)
    officers.end_all(change, person, who=who)
    change.session.execute(delete(LinkCode).where(LinkCode.person == person.id))
    person.left_at, person.said_roles = change.records.now(), ""
    change.audit("person:scheme:left", person.id, who)
    log.info("person.left", extra={"person": person.id})


def _met(change: Change, name: str, direct: str | None) -> Person:
    """Make a person and her account; where another of her messages did so just now, return whom it made."""
    person = new_person(change)
    account = Account(
        id=new_id(),
        organisation=person.organisation,
        person=person.id,
        name=name,
        direct=direct or (name if name.partition(":")[0] in _CALLED_ALIKE else None),
        joined_at=change.records.now(),
    )
    if not add_new(change.session, account, "organisation", "name"):
        change.session.delete(person)
        return known(change, name, direct)
    change.audit("person:account:met", person.id, audit_name(person))
    log.info("person.met", extra={"person": person.id, "account": account.id})
    return person
