"""The casebook: opening cases, writing their story, and who may open which."""

import re
from collections.abc import Sequence
from datetime import datetime
from secrets import choice

from sqlalchemy import delete, select

from bot import days, people
from bot.cases import conflict, stages
from bot.cases.stages import Kind, Verb
from bot.records.store import Change
from bot.records.tables import Case, CaseEntry, CaseFile, Consent, Organisation, Person, new_id

# Without vowels and what looks alike, so that a number is no word and survives being read out.
_LETTERS = "BCDFGHJKMNPRTVWX346789"
_RANDOM = 4
# Kinds of entries that hold the answers of a form begin so.
ANSWER = "form:"


class CaseError(Exception):
    """What was asked of a case cannot be done; the message says why, to the one who asked."""


NOT_OPEN = "That is not open to you, or there is no such thing."


def open_case(
    change: Change,
    kind: Kind,
    by: Person | None,
    summary: str,
    due: datetime | None,
    *,
    stage: str = "received",
    occasion: str | None = None,
    parent: Case | None = None,
) -> Case:
    """Open a case and return it; its number is new and tells nothing. A draft is nobody else's business."""
    records = change.records
    case = Case(
        id=new_id(),
        organisation=records.organisation,
        number=_new_number(change),
        kind=kind,
        stage=stage,
        raised_by=by.id if by else None,
        anonymous=False,
        occasion=occasion,
        parent=parent.id if parent else None,
        opened_at=records.now(),
        due_at=due,
    )
    if summary:
        case.summary = records.seal(Case.summary, case, summary)
    change.add(case)
    change.session.flush()
    change.audit(f"{kind}:case:{'begun' if stage == stages.DRAFT else 'opened'}", case.id, _name(by))
    return case


def note(change: Change, case: Case, kind: str, text: str, by: Person | None) -> CaseEntry:
    """Add an entry to a case's story."""
    records = change.records
    entry = CaseEntry(
        id=new_id(),
        organisation=records.organisation,
        case_=case.id,
        kind=kind,
        by=by.id if by else None,
        at=records.now(),
    )
    entry.text = records.seal(CaseEntry.text, entry, text)
    change.add(entry)
    change.session.flush()
    return entry


def entries(change: Change, case: Case, *kinds: str) -> Sequence[tuple[CaseEntry, str]]:
    """Return the entries of a case of these kinds (none: all), oldest first, each with its words."""
    rows = select(CaseEntry).where(CaseEntry.case_ == case.id).order_by(CaseEntry.seq)
    if kinds:
        rows = rows.where(CaseEntry.kind.in_(kinds))
    return [(row, change.records.open(CaseEntry.text, row)) for row in change.session.scalars(rows)]


def step(change: Change, case: Case, verb: Verb, by: Person | None) -> None:
    """Take a case to its next stage; raise CaseError where this cannot be done at the stage that it is in."""
    to = stages.after(case.kind, case.stage, verb)
    if to is None:
        raise CaseError(cannot(case))
    case.stage = to
    if to in stages.OVER:
        case.closed_at = change.records.now()
        due(case, None)
    change.audit(f"{case.kind}:case:{verb}", case.id, _name(by))


def due(case: Case, moment: datetime | None) -> None:
    """Set by when the next thing must be done; of another moment nobody was told yet that it is late."""
    if case.due_at != moment:
        case.due_at, case.late_at = moment, None


def raised(change: Change, case_id: str, by: Person) -> Case:
    """Return, locked, a case that a person raised herself; raise CaseError where there is none."""
    case = _locked(change, case_id)
    if case is None or case.raised_by != by.id:
        raise CaseError(NOT_OPEN)
    return case


def owned(change: Change, case_id: str, by: Person) -> Case:
    """Return, locked, a case that a person owns, in office and without a conflict; raise CaseError."""
    case = _locked(change, case_id)
    if case is None or case.owner != by.id or not conflict.may_own(change.session, case, by.id):
        raise CaseError(NOT_OPEN)
    if conflict.officer_of(change.session, by.organisation, by.id) is None:
        raise CaseError(NOT_OPEN)
    return case


def by_number(change: Change, number: str) -> Case | None:
    """Return the case of a number, as it was typed; a stranger must hear the same as where there is none."""
    named = select(Case).where(
        Case.organisation == change.records.organisation, Case.number == number.upper()
    )
    return change.session.scalars(named).one_or_none()


def of_occasion(change: Change, kind: Kind, occasion: str) -> Case | None:
    """Return the case that was opened for something for which only one is."""
    named = select(Case).where(
        Case.organisation == change.records.organisation, Case.kind == kind, Case.occasion == occasion
    )
    return change.session.scalars(named).one_or_none()


def of_raiser(change: Change, person: Person) -> Sequence[Case]:
    """Return the cases that a person raised, drafts too, the newest first."""
    hers = select(Case).where(Case.raised_by == person.id).order_by(Case.opened_at.desc(), Case.id)
    return change.session.scalars(hers).all()


def of_owner(change: Change, person: Person) -> Sequence[Case]:
    """Return the open cases that a person owns, the most urgent first."""
    hers = select(Case).where(Case.owner == person.id, Case.closed_at.is_(None))
    found = change.session.scalars(hers.order_by(Case.due_at, Case.id)).all()
    return [case for case in found if conflict.may_own(change.session, case, person.id)]


def throw_away(change: Change, draft: Case, by: Person) -> None:
    """Delete a form that was never sent, with everything in it."""
    for table in (CaseEntry, CaseFile, Consent):
        change.session.execute(delete(table).where(table.case_ == draft.id))
    change.session.delete(draft)
    change.audit(f"{draft.kind}:form:thrown-away", draft.id, _name(by))


def person_of(change: Change, person_id: str | None) -> Person | None:
    """Return the person of an id."""
    return change.session.get(Person, person_id) if person_id else None


def _locked(change: Change, case_id: str) -> Case | None:
    named = select(Case).where(Case.organisation == change.records.organisation, Case.id == case_id)
    locked = named.with_for_update().execution_options(populate_existing=True)
    return change.session.scalars(locked).one_or_none()


def cannot(case: Case) -> str:
    """Return why a step cannot be taken with a case as it stands."""
    if case.stage in stages.OVER:
        when = f" on {days.in_words(case.closed_at, days.DATE)}" if case.closed_at else ""
        return f"{case.number} was {case.stage}{when}. Nothing more can be done with it."
    return f"That was done already, or its time has not come: {case.number} is at “{case.stage}”."


def may_be_appealed(case: Case, now: datetime) -> bool:
    """Say whether a complaint is answered, and its time to appeal runs on."""
    answered = case.kind == "complaint" and case.stage == "answered"
    return answered and case.due_at is not None and case.due_at > now


def _name(by: Person | None) -> str:
    return people.audit_name(by) if by else "hearth"


def _new_number(change: Change) -> str:
    """Return a number that no case of the organisation has: initials, year, random letters."""
    organisation = change.session.get_one(Organisation, change.records.organisation)
    words = re.findall(r"[A-Za-z]+", organisation.name.split()[0])
    initials = "".join(word[0] for word in words[:2]).upper() or "H"
    while True:
        letters = "".join(choice(_LETTERS) for _ in range(_RANDOM))
        number = f"{initials}-{change.records.now().year}-{letters}"
        taken = select(Case.id).where(Case.organisation == change.records.organisation, Case.number == number)
        if change.session.scalars(taken).first() is None:
            return number
