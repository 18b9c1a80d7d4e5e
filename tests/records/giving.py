"""People with something in every table, to be kept, given back and taken away."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, select

from bot import inbox, outbox, people
from bot.card import Card, Text
from bot.cases import casebook
from bot.contact import Office, contact_given
from bot.message import Message
from bot.officers import appoint
from bot.records.keys import place_of, sealed_columns
from bot.records.store import Change, Records, bound
from bot.records.tables import (
    Acknowledgement,
    Case,
    CasePerson,
    Conversation,
    Feedback,
    Handoff,
    Induction,
    InductionStep,
    LinkCode,
    Officer,
    Person,
    Table,
    Unanswered,
    WebEntry,
    new_id,
)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as a test knows her: `word` stands in all that she wrote."""

    person: Person
    account: str
    direct: str
    word: str


def someone(records: Records, name: str, number: int = 1) -> Someone:
    """Make a person of this name with an account and a private conversation."""
    account, direct = f"slack:T1/UXYZ{number}", f"slack:T1/DXYZ{number}"
    with records.changing() as change:
        person = people.known(change, account, direct)
        person.name = records.seal(Person.name, person, name)
    return Someone(person, account, direct, f"zebra{number}word")


def hold_everything(records: Records, who: Someone) -> None:
    """Give a person rows of every kind but cases, in each of which her word stands."""
    with records.changing() as change:
        for row in _rows(records, who):
            change.add(row)
            change.session.flush()
        outbox.put(change, who.direct, [Card(f"card-{who.person.id}", "Answer", (Text(who.word),))])
        people.say_roles(change, change.session.get_one(Person, who.person.id), ("volunteer",))
    failed = Message(f"failed-{who.person.id}", who.direct, f"failed {who.word}", sender=who.account)
    inbox.accept(records, failed)
    with records.changing() as change:
        inbox.failed(change, failed)


def _rows(records: Records, who: Someone) -> Iterator[Any]:
    now, organisation, person = records.now(), records.organisation, who.person.id
    common = {"organisation": organisation}
    talk = Conversation(id=who.direct, **common, person=person, version=1, changed_at=now)
    talk.state = records.seal(Conversation.state, talk, json.dumps({"held": f"held {who.word}"}))
    yield talk
    shared = Conversation(id=f"slack:T1/C{person}", **common, person=person, version=1, changed_at=now)
    shared.state = records.seal(Conversation.state, shared, json.dumps({"held": "many were here"}))
    yield shared
    yield entry(records, who.direct, "said", f"on the web {who.word}", now)
    yield entry(records, who.direct, "card", "whatanothertold", now, seq=2)
    question = Unanswered(id=new_id(), **common, topic="parking", person=person, at=now)
    question.question = records.seal(Unanswered.question, question, f"may I park, {who.word}?")
    yield question
    yield Feedback(
        id=new_id(),
        **common,
        card=f"{who.account}/1",
        helpful=True,
        topic="friending",
        verdict="forbidden",
        person=person,
        at=now,
    )
    yield LinkCode(id=new_id(), **common, person=person, digest="d" * 64, expires_at=now)
    given = Acknowledgement(
        id=new_id(),
        **common,
        person=person,
        role="volunteer",
        policy="ICT",
        version="v1",
        clauses=json.dumps({"4.3": "a" * 64, "4.4": "b" * 64}),
        outcome="acknowledged",
        channel="slack",
        at=now,
    )
    given.signed = records.seal(Acknowledgement.signed, given, f"signed {who.word}")
    given.remark = records.seal(Acknowledgement.remark, given, "remarkbyanother")
    yield given
    walking = Induction(
        id=new_id(),
        **common,
        person=person,
        roles="volunteer",
        policy="ICT",
        version="v1",
        state="walking",
        started_at=now,
        stepped_at=now,
    )
    yield walking
    for lesson, attempts in (("4.3", 0), ("friend-request", 2)):
        yield InductionStep(
            id=new_id(), **common, induction=walking.id, lesson=lesson, shown_at=now, attempts=attempts
        )


def entry(
    records: Records, conversation: str, kind: str, content: str, at: datetime, seq: int = 1
) -> WebEntry:
    """Return an entry of the web page."""
    row = WebEntry(
        id=new_id(),
        organisation=records.organisation,
        conversation=conversation,
        seq=seq,
        kind=kind,
        message="",
        at=at,
    )
    row.content = records.seal(WebEntry.content, row, content)
    return row


def officer(records: Records, who: Someone, office: Office = "manager") -> Officer:
    """Give someone an office."""
    with records.changing() as change:
        person = change.session.get_one(Person, who.person.id)
        return appoint(change, office, contact_given("Officer Ofthis", "01632 960001"), person, who="test")


@dataclass(frozen=True, slots=True)
class Raised:
    """How a case came about: who raised it, who has it, who is named in it."""

    by: Someone
    owner: Someone | None = None
    named: tuple[Someone, ...] = ()
    anonymous: bool = False
    closed_at: datetime | None = None
    kind: str = "complaint"
    stage: str = "received"
    handed: str = ""


def raise_case(records: Records, raised: Raised) -> Case:
    """Write a case in which the words of its raiser and of its owner stand."""
    with records.changing() as change:
        by = change.session.get_one(Person, raised.by.person.id)
        case = casebook.open_case(change, "question", by, f"summary {raised.by.word}", records.now())
        case.kind, case.stage, case.anonymous = raised.kind, raised.stage, raised.anonymous
        case.closed_at = raised.closed_at
        casebook.note(change, case, "said", f"said {raised.by.word}", by)
        if raised.owner is not None:
            case.owner = raised.owner.person.id
            owner = change.session.get_one(Person, raised.owner.person.id)
            casebook.note(change, case, "noted", f"noted {raised.owner.word}", owner)
            _hand_off(change, case, raised.owner, raised.handed)
        for each in raised.named:
            part = CasePerson(organisation=records.organisation, case_=case.id, person=each.person.id)
            part.part = "respondent"
            change.add(part)
    return case


def _hand_off(change: Change, case: Case, to: Someone, why: str) -> None:
    if why:
        now = change.records.now()
        handoff = Handoff(organisation=case.organisation, case_=case.id, to=to.person.id, why=why)
        handoff.offered_at, handoff.due_at = now, now
        change.add(handoff)


def rows(records: Records, table: type[Table]) -> list[Any]:
    """Return all rows of a table, in the order of its primary key."""
    with records.reading() as session:
        return list(session.scalars(select(table).order_by(*table.__table__.primary_key)))


def everything_written(records: Records) -> str:
    """Return every value of every row of every table as one text, what is sealed opened."""
    with records.reading() as session:
        return "\n".join(
            f"{column.table.name}.{column.key}: {value}"
            for table in Table.metadata.sorted_tables
            for row in session.execute(select(table)).mappings()
            for column in table.columns
            if (value := _opened(records, column, row)) is not None
        )


def _opened(records: Records, column: Column[Any], row: Any) -> object:
    value = row[column.key]
    if value is None or column not in sealed_columns():
        return value
    holder = type("Row", (), {"id": row["id"], "organisation": row.get("organisation", "")})()
    return records.vault.open(place_of(column), bound(holder), value)
