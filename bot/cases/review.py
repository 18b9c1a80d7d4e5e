"""The policy's own review: while it is overdue the trustees are told once a quarter, with law that is old."""

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import reach
from bot.answer_card import source_of
from bot.card import Card, Element, Quote, Text
from bot.cases.quarterly import trustees
from bot.cases.quarterly_dates import Quarter, quarter_of
from bot.cases.rules import Rules
from bot.induction.course import Course
from bot.records.store import Records
from bot.records.tables import Audit

log = logging.getLogger(__name__)

_TOLD = "policy:review:told"


def tell_due(records: Records, course: Course, rules: Rules) -> None:
    """Tell the trustees, if the policy in force is overdue for review and this quarter they were not told.

    As long as none of them can be reached it counts as not done. A worker that was started with an older
    text leaves it to one that has the text in force.
    """
    quarter = quarter_of(rules.calendar, records.now())
    if not quarter.has_begun(rules.calendar, records.now()):
        return
    with records.reading() as session:
        if not _is_due(records, course, rules, quarter, session):
            return
    with records.changing() as change:
        told = [
            person for person in trustees(change) if reach.tell(change, person, card(course, quarter, person))
        ]
        if not told:
            log.warning("policy.review.not_told")
            return
        change.audit(_TOLD, _about(course, quarter), detail=f"{len(told)} trustees")
    log.info("policy.review.told", extra={"quarter": quarter.id})


def card(course: Course, quarter: Quarter, person: str) -> Card:
    """Return that the policy is overdue, and every clause of it with what is noted beside it."""
    policy = course.policy
    elements: list[Element] = [
        Text(f"The {policy.title} was due for review in {policy.review_due:%B %Y}."),
        Text("I say this once a quarter, until a version with a later date is in force."),
    ]
    noted = [clause for clause in policy.clauses if clause.id in course.pack.notes]
    if noted:
        elements.append(Text("What it cites and what has changed since:"))
    for clause in noted:
        elements += [Quote(clause.text, source_of(clause, policy)), Text(course.pack.notes[clause.id])]
    card_id = f"review.{policy.slug}.{quarter.id}.{person}"
    return Card(card_id, "The policy is due for review", tuple(elements), "The policy is due for review.")


def _is_due(records: Records, course: Course, rules: Rules, quarter: Quarter, session: Session) -> bool:
    current = course.begun(session, records)
    review = course.policy.review_due
    if current is None or current.version != course.policy.version or review is None:
        return False
    if review >= rules.calendar.local(records.now()).date():
        return False
    told = select(Audit.id).where(
        Audit.organisation == records.organisation,
        Audit.what == _TOLD,
        Audit.about == _about(course, quarter),
    )
    return session.scalars(told.limit(1)).first() is None


def _about(course: Course, quarter: Quarter) -> str:
    return f"{course.policy.slug}:{quarter.id}"
