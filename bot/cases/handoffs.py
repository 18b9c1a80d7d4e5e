"""Handoffs: who must act on a case, until when, and what follows when nobody does."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from bot import days, officers, people
from bot.cases import casebook, conflict, mentions
from bot.cases.casebook import CaseError
from bot.cases.rules import Rules
from bot.contact import Contact
from bot.records.store import Change
from bot.records.tables import Case, Handoff, Officer, Person, new_id

NOT_WAITING = "That is not waiting for you."


def hand_off(change: Change, case: Case, officer: Officer, why: str, due: datetime) -> Handoff:
    """Hand a case to an officer, who must take it on; one that she has already is not handed to her twice."""
    for open_one in of_case(change, case):
        if open_one.officer == officer.id and open_one.why == why:
            return open_one
    handoff = Handoff(
        id=new_id(),
        organisation=change.records.organisation,
        case_=case.id,
        to=officer.person,
        officer=officer.id,
        why=why,
        offered_at=change.records.now(),
        due_at=due,
        nudges=0,
    )
    change.add(handoff)
    change.session.flush()
    change.audit(f"{case.kind}:handoff:offered", handoff.id)
    return handoff


def due(rules: Rules, case: Case, why: str, now: datetime) -> datetime:
    """Return by when what is handed over now must be taken on: in its time, and before the case is due."""
    by = rules.taken_on_by(why, now)
    return min(by, case.due_at) if case.due_at is not None and case.due_at > now else by


def hand_on(
    change: Change, case: Case, why: str, due: datetime, without: Collection[str] = ()
) -> tuple[Handoff, Officer] | None:
    """Hand a case to the first officer who may own it; return None where there is nobody at all."""
    mentions.look_again(change, case)
    for officer in conflict.in_turn(change.session, case, without):
        return hand_off(change, case, officer, why, due), officer
    change.audit(f"{case.kind}:handoff:nobody", case.id)
    return None


def of_case(change: Change, case: Case) -> Sequence[Handoff]:
    """Return the handoffs of a case that have not ended, oldest first."""
    found = select(Handoff).where(Handoff.case_ == case.id, Handoff.ended_at.is_(None))
    return change.session.scalars(found.order_by(Handoff.offered_at, Handoff.id)).all()


def to_person(change: Change, handoff_id: str, by: Person) -> tuple[Case, Handoff]:
    """Return, locked, a case and what was handed to a person, whom it must not be about.

    Raises:
        CaseError: there is no such handoff to her, it has ended, or she is no officer any more.
    """
    named = select(Handoff).where(
        Handoff.organisation == change.records.organisation, Handoff.id == handoff_id, Handoff.to == by.id
    )
    handoff = change.session.scalars(named).one_or_none()
    if handoff is None:
        raise CaseError(NOT_WAITING)
    case = _locked(change, handoff.case_)
    change.session.refresh(handoff)
    in_office = conflict.officer_of(change.session, by.organisation, by.id)
    if in_office is None or not conflict.may_own(change.session, case, by.id):
        raise CaseError(NOT_WAITING)
    if handoff.ended_at is not None:
        raise CaseError(_ended(change, case, handoff, by))
    return case, handoff


def take_on(change: Change, handoff_id: str, by: Person) -> tuple[Case, bool]:
    """Note that a person takes on what was handed to her; return the case, and whether that is new.

    Other handoffs of the case end with it: one person sees to it. Raises CaseError as `to_person`.
    """
    case, handoff = to_person(change, handoff_id, by)
    if handoff.why == "clear":
        raise CaseError("Say first whom it is about: open it, and press what fits.")
    if handoff.accepted_at is not None:
        return case, False
    casebook.step(change, case, "accept", by)
    now = change.records.now()
    handoff.accepted_at, case.owner = now, by.id
    for other in of_case(change, case):
        if other.id != handoff.id:
            other.ended_at = now
    change.audit(f"{case.kind}:handoff:accepted", handoff.id, people.audit_name(by))
    return case, True


def end_all(change: Change, case: Case, *, who: str = "hearth") -> None:
    """End the handoffs of a case, as when it is over or goes to someone else."""
    for handoff in of_case(change, case):
        handoff.ended_at = change.records.now()
        change.audit(f"{case.kind}:handoff:ended", handoff.id, who)


def contact(change: Change, officer: Officer) -> Contact:
    """Return how an officer is reached."""
    return officers.contact(change.records, officer)


def _locked(change: Change, case_id: str) -> Case:
    named = select(Case).where(Case.id == case_id)
    return change.session.scalars(named.with_for_update().execution_options(populate_existing=True)).one()


def _ended(change: Change, case: Case, handoff: Handoff, by: Person) -> str:
    """Return what became of something that was handed over; who has it now is said to those alone who may."""
    when = f"{days.in_words(handoff.ended_at, '%d %B at %H:%M')} UTC" if handoff.ended_at else ""
    if handoff.accepted_at is not None or case.owner == by.id:
        return f"This was done on {when}."
    if case.owner is not None:
        officer = conflict.officer_of(change.session, case.organisation, case.owner)
        name = contact(change, officer).name if officer else "Someone else"
        return f"{name} took this on, on {when}."
    return f"This stopped waiting for you on {when}."
