"""The alarm: what is said where someone may be at risk, and telling the safeguarding lead at once.

It never goes to anyone whom the words name or may mean, and it never holds anybody up.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from bot import officers, people, reach
from bot.card import Card
from bot.cases import (
    alarm_cards,
    casebook,
    complaint_cards,
    conflict,
    handoffs,
    mentions,
    offers,
    officer_cards,
)
from bot.cases.casebook import CaseError
from bot.cases.stages import Kind
from bot.contact import Contact
from bot.records.store import Change
from bot.records.tables import Case, CaseFile, Handoff, Officer, Person
from bot.visit import Visit

KIND: Kind = "safeguarding"
CONCERN, NAMED, WARNED = "concern", "named", "warned"
_SAY_IT_AGAIN = "Those words are not there any more. Please say it again, or ring."


def warn(visit: Visit, text: str, *, kept: str) -> Sequence[Card]:
    """Return the fixed words, with whom to ring.

    `kept` is the id of the case that the text went into as well, or empty. On a case they are said once.
    """
    case = _kept_in(visit, kept)
    if case is not None:
        if casebook.entries(visit.change, case, WARNED):
            return ()
        casebook.note(visit.change, case, WARNED, "", visit.person)
    visit.state.held = text
    lead = first(visit.change, visit.person, text)
    contact = officers.contact(visit.change.records, lead) if lead else None
    tell = f"case:tell:{_mark(visit, text)}"
    return (alarm_cards.warning(f"{visit.message.id}.alarm", visit.rules, contact, tell, kept=bool(kept)),)


def first(change: Change, person: Person, text: str) -> Officer | None:
    """Return the first to be told whom the words do not mean and who did not say them."""
    return conflict.first_not_meant(change.records, change.session, conflict.SAFEGUARDING, text, person.id)


def tell_now(visit: Visit, rest: str) -> Sequence[Card]:
    """Open a case with the words that were held, and hand it on at once; the same words make one case."""
    going_on = visit.state.awaiting.startswith("case:")
    same = _told_before(visit, rest)
    text = visit.state.held
    if same is None and (text is None or _mark(visit, text) != rest):
        raise CaseError(_SAY_IT_AGAIN)
    if text is not None and _mark(visit, text) == rest:
        visit.state.held = None  # they are with the lead now, and are nobody's answer to anything else
    if same is not None:
        return (alarm_cards.passed_on_already(visit.card_id, same, going_on=going_on),)
    case = _open(visit, text or "")
    handed = _hand(visit, case)
    if handed is None:
        return (alarm_cards.everyone_tried(visit.card_id, case, (), going_on=going_on),)
    return (alarm_cards.receipt(visit, case, *handed, going_on=going_on),)


def divert(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask whether a complaint is safeguarding; asked a second time, end it and hand on what is in it."""
    case_id, _, sure = rest.partition(":")
    complaint = casebook.owned(visit.change, case_id, visit.person)
    if complaint.kind != "complaint":
        raise CaseError(casebook.NOT_OPEN)
    if sure != "yes":
        return (alarm_cards.ask_divert(visit.card_id, complaint),)
    change = visit.change
    casebook.step(change, complaint, "divert", visit.person)
    handoffs.end_all(change, complaint, who=people.audit_name(visit.person))
    case = _out_of(visit, complaint)
    handed = _hand(visit, case)
    contact = handed[1] if handed else None
    ring = [(contact.name, contact.phone)] if contact else []
    reach.tell(change, complaint.raised_by, alarm_cards.handled_as_safeguarding(complaint, case, ring))
    return (alarm_cards.diverted(visit.card_id, complaint, contact),)


def recheck(visit: Visit, case: Case, text: str) -> None:
    """Look whom an added text may mean; who may be meant loses the case at once, and it moves on."""
    mentions.note(visit.change, case, text)
    barred = conflict.may_not_own(visit.change.session, case)
    holders = {handoff.to for handoff in handoffs.of_case(visit.change, case)} | {case.owner}
    if not holders & barred:
        return
    visit.change.audit(f"{KIND}:access:ended", case.id)
    case.owner = None
    handoffs.end_all(visit.change, case)
    handed = _hand(visit, case)
    if handed is None or handed[0].to is None:
        ring = [(handed[1].name, handed[1].phone)] if handed else []
        card = alarm_cards.everyone_tried(f"{visit.card_id}.nobody", case, ring)
        reach.tell(visit.change, case.raised_by, card)


def _kept_in(visit: Visit, case_id: str) -> Case | None:
    """Return the case that a text was kept in, None where it was kept nowhere."""
    try:
        return casebook.owned(visit.change, case_id, visit.person) if case_id else None
    except CaseError:
        return None


def _open(visit: Visit, text: str) -> Case:
    case = casebook.open_case(visit.change, KIND, visit.person, text, _act_by(visit))
    casebook.note(visit.change, case, CONCERN, text, visit.person)
    mentions.note(visit.change, case, text)
    return case


def _out_of(visit: Visit, complaint: Case) -> Case:
    """Open a case for what is in a complaint; whom that may be about stays away from this one as well."""
    change = visit.change
    raiser = casebook.person_of(change, complaint.raised_by)
    summary = change.records.open(Case.summary, complaint)
    case = casebook.open_case(change, KIND, raiser, summary, _act_by(visit), parent=complaint)
    case.anonymous = complaint.anonymous
    conflict.copy_parts(change.session, complaint, case)
    for kind, text in _told(visit, complaint):
        casebook.note(change, case, kind, text, raiser)
    mentions.look_again(change, case)
    for file in change.session.scalars(select(CaseFile).where(CaseFile.case_ == complaint.id)):
        file.case_ = case.id
    return case


def _told(visit: Visit, complaint: Case) -> Sequence[tuple[str, str]]:
    """Return what a complaint tells, as its owner was shown it, each with the kind of entry that it becomes.

    Whom it is about stands apart: who that may be was looked at when it was sent.
    """
    rows = casebook.entries(visit.change, complaint)
    given = {row.kind.removeprefix(casebook.ANSWER): text for row, text in rows if _is_answer(row.kind)}
    answered = [
        (NAMED if label == complaint_cards.WHO else CONCERN, f"{label}: {value}")
        for label, value in officer_cards.form_rows(visit, complaint, given)
    ]
    return [*answered, *((CONCERN, text) for row, text in rows if row.kind in ("said", "appeal"))]


def _is_answer(kind: str) -> bool:
    return kind.startswith(casebook.ANSWER)


def _hand(visit: Visit, case: Case) -> tuple[Handoff, Contact] | None:
    change = visit.change
    handed = handoffs.hand_on(change, case, KIND, visit.rules.taken_on_by(KIND, change.records.now()))
    if handed is None:
        return None
    handoff, officer = handed
    if not offers.make(change, case, handoff, complaint_cards.offer(visit.rules, case, handoff)):
        handoff.due_at = change.records.now()  # it goes on to the next at the clock's next look
    return handoff, officers.contact(change.records, officer)


def _act_by(visit: Visit) -> datetime:
    return visit.rules.calendar.deadline(visit.change.records.now(), visit.rules.safeguarding.act_days)


def _told_before(visit: Visit, mark: str) -> Case | None:
    """Return an open case of hers with the words of this mark."""
    records = visit.change.records
    hers = select(Case).where(
        Case.raised_by == visit.person.id, Case.kind == KIND, Case.closed_at.is_(None), Case.parent.is_(None)
    )
    return next(
        (
            case
            for case in visit.change.session.scalars(hers)
            if _mark(visit, records.open(Case.summary, case)) == mark
        ),
        None,
    )


def _mark(visit: Visit, text: str) -> str:
    """Return what tells a person's words from others of hers, so that a button of old sends no newer ones."""
    return sha256(f"{visit.person.id} {text}".encode()).hexdigest()[:16]


PRESSES: Mapping[str, Callable[[Visit, str], Sequence[Card]]] = {"tell": tell_now, "divert": divert}
