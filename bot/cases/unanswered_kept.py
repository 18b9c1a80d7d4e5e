"""Kept answers: what an officer answered where the policy is silent, shown to the next who asks the like.

A kept answer is never a verdict: it follows the card that says that the policy does not say. It falls away
when a version of the policy is adopted that is not minor (`bot.policies.adopt`), for that may now say it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import days, officers, people, policies
from bot.card import Button, Buttons, Card, Element, Text
from bot.case_cards import ANSWERED
from bot.cases import casebook
from bot.cases.casebook import CaseError
from bot.cases.form import private
from bot.contact import OFFICES, in_words
from bot.records.tables import Case, CaseEntry, KeptAnswer, new_id
from bot.visit import Visit

# What falls under it has nothing in common but that it is about nothing else.
_OFF_TOPIC = "x_off_topic"
_MOST_SHOWN = 3


def keep_offer(visit: Visit, case: Case) -> Sequence[Card]:
    """Ask an officer who has answered whether the answer is kept; only where the policy was silent."""
    if case.kind != "question" or _kept(visit, case) is not None or not _may_be_kept(visit, case):
        return ()
    question, answer = _last(visit, case, "question"), _last(visit, case, "answer")
    if question is None or answer is None:
        return ()
    choice = Buttons(
        (
            Button("Keep it", f"case:keep:{case.id}", "primary"),
            Button("Keep it, with the question in my words", f"case:keep-as:{case.id}"),
            Button("Don't keep it", f"case:keep-not:{case.id}"),
        )
    )
    elements = (
        Text("Shall I keep this for the next who asks something like it? They would see both, as they are:"),
        Text(f"Asked: {question[1]}"),
        Text(f"Answered: {answer[1]}"),
        Text("Please keep nothing that tells who anyone is."),
        choice,
    )
    return (private(f"{visit.card_id}.keep", case.number, f"Keep the answer, {case.number}?", *elements),)


def keep(visit: Visit, rest: str) -> Sequence[Card]:
    """Keep an answer with the question as it was asked."""
    case = _answered(visit, rest)
    question = _last(visit, case, "question")
    return _keep(visit, case, question[1] if question else "")


def ask_words(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask for the question in the officer's words."""
    case = _answered(visit, rest)
    visit.state.awaiting = f"officer:kept-question:{case.id}"
    said = Text("Write the question as others may read it.")
    return (private(visit.card_id, case.number, f"{case.number}: the question", said),)


def keep_as(visit: Visit, case_id: str, text: str) -> Sequence[Card]:
    """Keep an answer with the question in the officer's words."""
    visit.state.awaiting = ""
    return _keep(visit, _answered(visit, case_id), text)


def keep_not(visit: Visit, rest: str) -> Sequence[Card]:
    """Say that an answer was not kept."""
    case = _answered(visit, rest)
    return (
        private(visit.card_id, case.number, f"{case.number}: not kept", Text("It went to the asker alone.")),
    )


def like(visit: Visit, topic: str) -> Sequence[Card]:
    """Return what officers answered to questions on a topic on which the policy is silent, newest first."""
    session, records = visit.change.session, visit.change.records
    found = select(KeptAnswer).where(
        KeptAnswer.organisation == records.organisation,
        KeptAnswer.topic == topic,
        KeptAnswer.fell_away_at.is_(None),
    )
    since = _adopted_last(visit)
    rows = [row for row in session.scalars(found.order_by(KeptAnswer.at.desc())) if _holds(row.at, since)]
    return [_card(visit, row, number) for number, row in enumerate(rows[:_MOST_SHOWN], 1)]


def _card(visit: Visit, kept: KeptAnswer, number: int) -> Card:
    records = visit.change.records
    on = days.in_words(visit.rules.calendar.local(kept.at), days.DATE)
    title = f"The {_office(visit.change.session, kept)}'s answer of {on} to a question like this"
    elements: tuple[Element, ...] = (
        Text(f"Asked: {records.open(KeptAnswer.question, kept)}"),
        Text(records.open(KeptAnswer.answer, kept)),
        Text("This is no rule of the policy. If yours is another case, ask a person."),
    )
    return Card(f"{visit.card_id}.kept.{number}", title, elements, title)


def _keep(visit: Visit, case: Case, question: str) -> Sequence[Card]:
    records, answer, topic = visit.change.records, _last(visit, case, "answer"), _last(visit, case, "topic")
    if answer is None or topic is None or not question:
        raise CaseError(casebook.NOT_OPEN)
    row = KeptAnswer(
        id=new_id(),
        organisation=records.organisation,
        case_=case.id,
        topic=topic[1],
        version=visit.course.policy.version,
        by=answer[0].by,
        at=answer[0].at,
    )
    row.question = records.seal(KeptAnswer.question, row, question)
    row.answer = records.seal(KeptAnswer.answer, row, answer[1])
    visit.change.add(row)
    visit.change.audit("question:answer:kept", row.id, people.audit_name(visit.person))
    said = "It is kept. Whoever asks something like it is shown it beside “The policy does not say”."
    until = "It falls away when a new version of the policy is adopted."
    return (private(visit.card_id, case.number, f"{case.number}: kept", Text(said), Text(until)),)


def _answered(visit: Visit, case_id: str) -> Case:
    """Return, locked, a question that an officer answered and that may be kept; raise CaseError."""
    case = casebook.owned(visit.change, case_id, visit.person)
    answer = _last(visit, case, "answer")
    if case.kind != "question" or answer is None or not _may_be_kept(visit, case):
        raise CaseError(casebook.NOT_OPEN)
    if _kept(visit, case) is not None:
        raise CaseError("That is kept already.")
    if not _holds(answer[0].at, _adopted_last(visit)):
        raise CaseError("A new version of the policy was adopted since: the answer is not kept.")
    return case


def _may_be_kept(visit: Visit, case: Case) -> bool:
    told, topic = _last(visit, case, "told"), _last(visit, case, "topic")
    silent = told is not None and told[1] == ANSWERED["silent"]
    return silent and topic is not None and topic[1] != _OFF_TOPIC


def _last(visit: Visit, case: Case, kind: str) -> tuple[CaseEntry, str] | None:
    rows = casebook.entries(visit.change, case, kind)
    return rows[-1] if rows else None


def _kept(visit: Visit, case: Case) -> KeptAnswer | None:
    return visit.change.session.scalars(select(KeptAnswer).where(KeptAnswer.case_ == case.id)).first()


def _adopted_last(visit: Visit) -> datetime | None:
    """Return when a version that is not minor was adopted last."""
    records, title = visit.change.records, visit.course.policy.title
    history = policies.history(visit.change.session, records.organisation, title)
    return max((row.adopted_at for row in history if not row.minor), default=None)


def _holds(answered: datetime, adopted: datetime | None) -> bool:
    return adopted is None or adopted <= answered


def _office(session: Session, kept: KeptAnswer) -> str:
    """Return the office in which someone answered, as it was then."""
    for office in OFFICES:
        held = officers.holders(session, kept.organisation, office, kept.at)
        if kept.by is not None and any(officer.person == kept.by for officer in held):
            return in_words(office)
    return "manager"


PRESSES: Mapping[str, Callable[[Visit, str], Sequence[Card]]] = {
    "keep": keep,
    "keep-as": ask_words,
    "keep-not": keep_not,
}
