"""Erasures: what is taken away when a person is erased, kept as ids and taken away again after a restore.

What stays of her is a row with an id and no name, for cases and acknowledgements to refer to, and what these
hold themselves. Her audit name's link goes, so that the audit's entries name nobody.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from bot.records.store import Change, Records
from bot.records.tables import (
    Account,
    Conversation,
    Erasure,
    Event,
    Feedback,
    Induction,
    InductionStep,
    LinkCode,
    Officer,
    Person,
    Sending,
    Unanswered,
    WebEntry,
    WebFile,
    new_id,
)

GONE = "erased"


@dataclass(frozen=True, slots=True)
class Hers:
    """The ids of what may be taken away: her conversations with Hearth alone, and what else she was last in.

    `words` are her messages that still hold their words, by `seq`; those of them that wait to be handled are
    `unhandled`.
    """

    accounts: Sequence[str]
    own: Sequence[str]
    shared: Sequence[str]
    words: Sequence[int]
    unhandled: Sequence[int]


def lock(change: Change, person: str) -> None:
    """Keep whoever writes as this person waiting: her accounts first, then herself, as joining does."""
    accounts = select(Account.id).where(Account.person == person).order_by(Account.id)
    change.session.scalars(accounts.with_for_update()).all()
    change.session.get(Person, person, with_for_update=True, populate_existing=True)


def hers(records: Records, session: Session, person: str) -> Hers:
    """Find what may be taken away of a person's."""
    accounts = session.scalars(select(Account).where(Account.person == person)).all()
    last_in = set(session.scalars(select(Conversation.id).where(Conversation.person == person)))
    on_the_web = session.scalars(select(WebEntry.conversation).where(WebEntry.conversation.in_(last_in)))
    names = {account.name for account in accounts}
    own = {account.direct for account in accounts if account.direct} | set(on_the_web)
    own |= {name for name in last_in if _is_of(name, names)}
    own |= {name for name in names if any(one.startswith(f"{name}/") for one in own)}
    words = _with_words(records, session, names, own)
    unhandled = [event.seq for event in words if event.handled_at is None and event.failed_at is None]
    return Hers(
        [account.id for account in accounts],
        sorted(own),
        sorted(last_in - own),
        [event.seq for event in words],
        unhandled,
    )


def _is_of(conversation: str, accounts: set[str]) -> bool:
    """Say whether a conversation is called like one of the accounts, or as a part of it: it is private."""
    return any(conversation == name or conversation.startswith(f"{name}/") for name in accounts)


def _with_words(records: Records, session: Session, accounts: set[str], own: set[str]) -> list[Event]:
    words = select(Event).where(Event.organisation == records.organisation, Event.payload.is_not(None))
    return [
        event
        for event in session.scalars(words)
        if event.conversation in own or _sender(records, event) in accounts
    ]


def _sender(records: Records, event: Event) -> str:
    sender: str = json.loads(records.open(Event.payload, event)).get("sender", "")
    return sender


def forget(change: Change, person_id: str) -> bool:
    """Take away what the law lets go of a person, and note it as ids; False where that was done before.

    Whoever calls this has made sure that it may be done: nothing is refused here.
    """
    session, records = change.session, change.records
    lock(change, person_id)
    person = session.get(Person, person_id)
    if person is None or person.organisation != records.organisation or person.erased_at is not None:
        return False
    found = hers(records, session, person_id)
    _note(change, "person", [person_id])
    _note(change, "account", found.accounts)
    _forget_conversations(change, found)
    _forget_past_offices(change, person_id)
    for statement in _links(person_id):
        _run(session, statement)
    person.name, person.audit_name, person.said_roles = None, None, ""
    person.erased_at = records.now()
    session.flush()
    return True


def reapply(change: Change) -> int:
    """Erase again, in a copy that was restored, whom its erasures name; return how many persons.

    A person whose accounts were joined after the copy was made is found by each of them.
    """
    session, organisation = change.session, change.records.organisation
    noted = select(Erasure.table_name, Erasure.row).where(Erasure.organisation == organisation)
    rows = {(table, row) for table, row in session.execute(noted)}
    accounts = [row for table, row in rows if table == "account"]
    persons = {row for table, row in rows if table == "person"}
    persons |= set(session.scalars(select(Account.person).where(Account.id.in_(accounts))))
    count = sum(forget(change, person) for person in sorted(persons))
    if count:
        change.audit("person:erasure:reapplied", "erasure", detail=str(count))
    return count


def _note(change: Change, table: str, rows: Sequence[str]) -> None:
    organisation = change.records.organisation
    noted = select(Erasure.row).where(Erasure.organisation == organisation, Erasure.table_name == table)
    known = set(change.session.scalars(noted))
    for row in rows:
        if row not in known:
            at = change.records.now()
            change.add(Erasure(id=new_id(), organisation=organisation, table_name=table, row=row, at=at))


def _forget_conversations(change: Change, found: Hers) -> None:
    session, now = change.session, change.records.now()
    of_this = change.records.organisation
    for table in (WebEntry, WebFile, Event, Sending):
        _run(session, delete(table).where(table.organisation == of_this, table.conversation.in_(found.own)))
    # What she said where others read it too: the message's id stays, so that a repeat finds it taken.
    _run(session, update(Event).where(Event.seq.in_(found.unhandled)).values(failed_at=now))
    _run(session, update(Event).where(Event.seq.in_(found.words)).values(payload=None))
    _run(session, delete(Conversation).where(Conversation.id.in_(found.own)))
    let_go = {"person": None, "state": None, "version": Conversation.version + 1}
    _run(session, update(Conversation).where(Conversation.id.in_(found.shared)).values(let_go))


def _forget_past_offices(change: Change, person: str) -> None:
    """Empty her name and phone in the offices that she held: that someone held them stays."""
    for office in change.session.scalars(select(Officer).where(Officer.person == person)):
        office.name = change.records.seal(Officer.name, office, GONE)
        office.phone = change.records.seal(Officer.phone, office, GONE)
        office.also_called = None


def unfinished_inductions(person: str) -> Select[str]:
    """Find a person's inductions that are evidence of nothing: she has not come to their end."""
    return select(Induction.id).where(
        Induction.person == person, Induction.state.not_in(("acknowledged", "declined"))
    )


def _links(person: str) -> list[Any]:
    unfinished = unfinished_inductions(person).scalar_subquery()
    return [
        delete(LinkCode).where(LinkCode.person == person),
        delete(Account).where(Account.person == person),
        # The id of a card may hold an account's name.
        update(Feedback).where(Feedback.person == person).values(person=None, card=f"{GONE}:" + Feedback.id),
        delete(InductionStep).where(InductionStep.induction.in_(unfinished)),
        delete(Induction).where(Induction.id.in_(unfinished)),
        update(Unanswered).where(Unanswered.person == person).values(person=None, question=None),
    ]


def _run(session: Session, statement: Any) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})
