"""Erasure: what of a person the law lets go is taken away; what must stay is listed with its reason."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import disclosure, officers
from bot.contact import PeopleError, in_words
from bot.kept import DEFAULTS, Keep
from bot.records import erasures
from bot.records.store import Records
from bot.records.tables import (
    Acknowledgement,
    Case,
    Feedback,
    LinkCode,
    Officer,
    Person,
    Unanswered,
    WebEntry,
)
from bot.retention_rules import is_for_safeguarding

log = logging.getLogger(__name__)

# Said beside every list, whether there is any or not.
ALWAYS = (
    "What the law asks to keep stays, if there is any: cases that are open, complaints until their time is "
    "over, safeguarding records. An officer is told of those that she has in hand (--as)."
)


@dataclass(frozen=True, slots=True)
class Stays:
    """Something that is not taken away, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure takes away, what stays, and what stands in its way."""

    goes: Sequence[tuple[str, int]]
    stays: Sequence[Stays]
    hinders: Sequence[str]


def plan(records: Records, person: Person, officer: Officer | None = None, keep: Keep = DEFAULTS) -> Plan:
    """Return what erasing a person would do; nothing is changed. Cases stay untold but to an officer."""
    with records.reading() as session:
        return _plan(records, session, person, officer, keep)


def erase(
    records: Records,
    person: Person,
    *,
    who: str,
    officer: Officer | None = None,
    keep: Keep = DEFAULTS,
) -> Plan:
    """Take away, in one change, what the law lets go of a person, and return what was taken and what stays.

    Done again it changes nothing. `who` asked, by audit name.

    Raises:
        PeopleError: something stands in the way.
    """
    with records.changing() as change:
        erasures.lock(change, person.id)
        done = _plan(records, change.session, person, officer, keep)
        if done.hinders:
            raise PeopleError(" ".join(done.hinders))
        if erasures.forget(change, person.id):
            change.audit("person:erasure:done", person.id, who)
            log.info("person.erased", extra={"person": person.id})
    return done


def _plan(records: Records, session: Session, person: Person, officer: Officer | None, keep: Keep) -> Plan:
    person = session.get_one(Person, person.id)  # as she is now: she may have been erased since
    found = erasures.hers(records, session, person.id)
    stays = [*_inductions(session, person), *_cases(session, person, officer, keep)]
    return Plan(_goes(session, person, found), stays, _hinders(session, person, found))


def _goes(session: Session, person: Person, found: erasures.Hers) -> list[tuple[str, int]]:
    questions = Unanswered.person == person.id
    unfinished = session.scalars(erasures.unfinished_inductions(person.id)).all()
    counts = {
        "name": int(person.name is not None),
        "link to the audit": int(person.audit_name is not None),
        "accounts": len(found.accounts),
        "one-time codes": _count(session, LinkCode, LinkCode.person == person.id),
        "conversations": len(found.own) + len(found.shared),
        "entries of the web page": _count(session, WebEntry, WebEntry.conversation.in_(found.own)),
        "messages that were not answered": len(found.words),
        "inductions that were not finished": len(unfinished),
        "links of feedback": _count(session, Feedback, Feedback.person == person.id),
        "questions on which the policy is silent": _count(session, Unanswered, questions),
    }
    return [(what, count) for what, count in counts.items() if count]


def _count(session: Session, table: type, which: object) -> int:
    return session.scalar(select(func.count()).select_from(table).where(which)) or 0  # type: ignore[arg-type]


def _hinders(session: Session, person: Person, found: erasures.Hers) -> list[str]:
    hinders = [
        f"She is {in_words(office)}: end that first (`hearth people end`)."
        for office in sorted(officers.authority(session, person))
    ]
    if found.unhandled:
        hinders.append("A message of hers is being handled: try again in a minute.")
    return hinders


def _inductions(session: Session, person: Person) -> list[Stays]:
    given = select(Acknowledgement).where(Acknowledgement.person == person.id).order_by(Acknowledgement.at)
    return [
        Stays(f"{row.outcome} {row.policy} as {row.role}, {_day(row.at)}", "evidence of the induction")
        for row in session.scalars(given)
    ]


def _cases(session: Session, person: Person, officer: Officer | None, keep: Keep) -> list[Stays]:
    told = (
        *disclosure.raised_by(session, person, officer),
        *disclosure.named_in(session, person, officer),
    )
    return [Stays(f"case {case.number}", _why(session, case, keep)) for case in told]


def _why(session: Session, case: Case, keep: Keep) -> str:
    if is_for_safeguarding(session, case):
        return "a safeguarding record: only a person may let it go"
    if case.closed_at is None:
        return "open"
    until = case.closed_at + timedelta(days=keep["cases"])
    return f"kept until {_day(until)}"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
