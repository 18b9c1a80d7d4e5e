"""What the retention of each kind of record looks for and does."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.cases.stages import DRAFT
from bot.records.store import Change
from bot.records.tables import (
    Case,
    CaseEntry,
    CaseFile,
    CasePerson,
    Consent,
    Conversation,
    Event,
    Feedback,
    Handoff,
    KeptAnswer,
    LinkCode,
    Sending,
    Unanswered,
    WebEntry,
    WebFile,
)

log = logging.getLogger(__name__)

Keys = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """How what is due is found and let go.

    `key` is the table's primary key. `due` is the condition for what is older than a moment; `act`
    lets them go, within a change.
    """

    key: InstrumentedAttribute[Any]
    due: Callable[[datetime], ColumnElement[bool]]
    act: Callable[[Change, Keys], None]


def _removes(key: InstrumentedAttribute[Any]) -> Callable[[Change, Keys], None]:
    return lambda change, keys: _run(change, delete(key.class_).where(key.in_(keys)))


def _run(change: Change, statement: Any) -> None:
    change.session.execute(statement, execution_options={"synchronize_session": False})


# The words of messages


def _empty_messages(change: Change, keys: Keys) -> None:
    """Empty messages; one that nobody has handled by now is given up, and the log says so."""
    now = change.records.now()
    waiting = and_(Event.handled_at.is_(None), Event.failed_at.is_(None))
    lost = change.session.scalars(select(Event.seq).where(Event.seq.in_(keys), waiting)).all()
    _run(change, update(Event).where(Event.seq.in_(keys), waiting).values(failed_at=now))
    _run(change, update(Event).where(Event.seq.in_(keys)).values(payload=None))
    for number in lost:  # an event's id may hold an account's name, and the audit stays
        change.audit("event:retention:lost", str(number))
    if lost:
        log.error("event.lost_to_retention", extra={"events": len(lost)})


MESSAGES = Rule(
    key=Event.seq,
    due=lambda before: and_(Event.payload.is_not(None), Event.accepted_at < before),
    act=_empty_messages,
)
MESSAGE_IDS = Rule(
    key=Event.seq,
    due=lambda before: and_(
        Event.payload.is_(None), or_(Event.handled_at < before, Event.failed_at < before)
    ),
    act=_removes(Event.seq),
)


# Conversations


CONVERSATIONS = Rule(
    key=Conversation.id,
    due=lambda before: Conversation.changed_at < before,
    act=_removes(Conversation.id),
)
# By then the message with which a file came is handled, and the file is in a case, or its words are gone too.
WEB_FILES = Rule(key=WebFile.id, due=lambda before: WebFile.at <= before, act=_removes(WebFile.id))
TRANSCRIPTS = Rule(key=WebEntry.id, due=lambda before: WebEntry.at < before, act=_removes(WebEntry.id))


# Cards


def _empty_cards(change: Change, keys: Keys) -> None:
    _run(change, update(Sending).where(Sending.seq.in_(keys)).values(card=None))


CARDS = Rule(
    key=Sending.seq,
    due=lambda before: and_(
        Sending.card.is_not(None), or_(Sending.sent_at < before, Sending.stuck_at < before)
    ),
    act=_empty_cards,
)
# A stuck card's row stays: it shows that something never arrived.
CARD_IDS = Rule(key=Sending.seq, due=lambda before: Sending.sent_at < before, act=_removes(Sending.seq))


# Questions, feedback, codes

QUESTIONS = Rule(key=Unanswered.id, due=lambda before: Unanswered.at < before, act=_removes(Unanswered.id))
FEEDBACK = Rule(key=Feedback.id, due=lambda before: Feedback.at < before, act=_removes(Feedback.id))
CODES = Rule(key=LinkCode.id, due=lambda before: LinkCode.expires_at <= before, act=_removes(LinkCode.id))


# Cases

_SAFEGUARDING = "safeguarding"


def _for_safeguarding() -> ColumnElement[bool]:
    """Find cases that touch safeguarding in any way: by kind, by stage, or by one of their handoffs."""
    handed = exists().where(Handoff.case_ == Case.id, Handoff.why.icontains(_SAFEGUARDING))
    return or_(Case.kind.icontains(_SAFEGUARDING), Case.stage.icontains(_SAFEGUARDING), handed)


def is_for_safeguarding(session: Session, case: Case) -> bool:
    """Say whether a case touches safeguarding: then only a person may let it go."""
    found = select(Case.id).where(Case.id == case.id, _for_safeguarding())
    return session.scalars(found).first() is not None


def _remove_cases(change: Change, keys: Keys) -> None:
    _run(change, update(Case).where(Case.parent.in_(keys)).values(parent=None))
    of_case = (
        CaseEntry.case_,
        CaseFile.case_,
        Consent.case_,
        KeptAnswer.case_,
        CasePerson.case_,
        Handoff.case_,
        Case.id,
    )
    for part in of_case:
        _run(change, delete(part.class_).where(part.in_(keys)))


# A form that was begun and not sent, in which nothing was answered of late.
FORMS = Rule(
    key=Case.id,
    due=lambda before: and_(
        Case.stage == DRAFT,
        Case.opened_at < before,
        ~exists().where(CaseEntry.case_ == Case.id, CaseEntry.at >= before),
    ),
    act=_remove_cases,
)
CASES = Rule(
    key=Case.id,
    due=lambda before: and_(Case.closed_at.is_not(None), Case.closed_at < before, ~_for_safeguarding()),
    act=_remove_cases,
)


# By the names of `bot.kept.KINDS`.
RULES: Mapping[str, Rule] = {
    "message_hours": MESSAGES,
    "web_files": WEB_FILES,
    "message_ids": MESSAGE_IDS,
    "forms": FORMS,
    "conversations": CONVERSATIONS,
    "transcripts": TRANSCRIPTS,
    "questions": QUESTIONS,
    "feedback": FEEDBACK,
    "cards": CARDS,
    "card_ids": CARD_IDS,
    "codes": CODES,
    "cases": CASES,
}
