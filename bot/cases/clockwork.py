"""What the clock brings to cases: a handoff that nobody took on, a deadline that passed, an owner who left.

Looked at every minute, in our own tables; a minute that was missed is made up by the next.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import officers, reach
from bot.cases import (
    alarm_cards,
    complaint,
    complaint_cards,
    conflict,
    content_down,
    handoffs,
    mentions,
    nudge_cards,
    offers,
    raiser_cards,
    stages,
)
from bot.cases.rules import Rules
from bot.records.store import Change, Records
from bot.records.tables import Case, Handoff, Officer

log = logging.getLogger(__name__)


def look(records: Records, rules: Rules) -> None:
    """See to every case for which something is due by now, each in a change of its own."""
    now = records.now()
    with records.reading() as session:
        of_here = Handoff.organisation == records.organisation
        waits = select(Handoff.id).where(
            of_here, Handoff.accepted_at.is_(None), Handoff.ended_at.is_(None), Handoff.due_at <= now
        )
        waiting = session.scalars(waits.order_by(Handoff.due_at)).all()
        in_progress = (Case.organisation == records.organisation) & Case.closed_at.is_(None)
        lates = select(Case.id).where(in_progress, Case.due_at <= now, Case.late_at.is_(None))
        lates = lates.where(Case.stage != stages.DRAFT)
        late = session.scalars(lates.order_by(Case.due_at)).all()
        left = _left(records)
    for case_id in left:
        _hand_anew(records, rules, case_id)
    for handoff_id in waiting:
        _nudge(records, rules, handoff_id)
    for case_id in late:
        _tell_late(records, case_id)
    content_down.look(records, rules)


def _left(records: Records) -> Sequence[str]:
    """Return the open cases that somebody has who is no officer any more, or that nobody has."""
    with records.reading() as session:
        held = _in_office(session, records.organisation)
        rows = session.execute(
            select(Case, Handoff)
            .outerjoin(Handoff, (Handoff.case_ == Case.id) & Handoff.ended_at.is_(None))
            .where(
                Case.organisation == records.organisation,
                Case.closed_at.is_(None),
                Case.stage != stages.DRAFT,
            )
        ).all()
    who: dict[str, set[str | None]] = {}
    for case, handoff in rows:
        who.setdefault(case.id, set()).update((case.owner, handoff.to if handoff else None))
    return [case_id for case_id, have_it in who.items() if have_it - {None} - held or have_it == {None}]


def _is_left(session: Session, case: Case) -> bool:
    """Say whether a case is to be handed anew: one who has it left office, or nobody was found before.

    Nobody was found when everyone here had a conflict; since then somebody may have come into office.
    """
    waits = select(Handoff).where(Handoff.case_ == case.id, Handoff.ended_at.is_(None))
    handed = session.scalars(waits).all()
    if not handed and case.owner is None:
        return bool(conflict.in_turn(session, case))
    have_it = {case.owner, *(one.to for one in handed)} - {None}
    return bool(have_it - _in_office(session, case.organisation))


def _in_office(session: Session, organisation: str) -> frozenset[str | None]:
    return frozenset(officer.person for officer in officers.current(session, organisation))


def _hand_anew(records: Records, rules: Rules, case_id: str) -> None:
    with records.changing() as change:
        case = change.session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
        if case.stage in stages.OVER or not _is_left(change.session, case):
            return
        case.owner = None
        handoffs.end_all(change, case)
        log.info("case.handed_anew", extra={"case": case.id})
        if case.kind == "complaint":  # someone may have to say first whom it is about
            complaint.send_on(change, rules, case)
            return
        due = handoffs.due(rules, case, case.kind, records.now())
        handed = handoffs.hand_on(change, case, case.kind, due)
        if handed is not None:
            offers.make(change, case, handed[0], complaint_cards.offer(rules, case, handed[0]))


def _nudge(records: Records, rules: Rules, handoff_id: str) -> None:
    """Say that nobody has taken on what is due; those who were asked in one case wait together.

    A working day later she who has it is reminded, if she can be reached; each further one the next without
    a conflict is asked as well, and once everyone was asked, whoever raised it is told whom to ring. A
    safeguarding matter goes on to the next at once.
    """
    with records.changing() as change:
        handoff = change.session.scalars(
            select(Handoff).where(Handoff.id == handoff_id).with_for_update()
        ).one()
        if handoff.accepted_at is not None or handoff.ended_at is not None or handoff.due_at > records.now():
            return
        case = change.session.get_one(Case, handoff.case_)
        handoff.nudges += 1
        change.audit(f"{case.kind}:handoff:nudged", handoff.id)
        log.info("handoff.nudged", extra={"handoff": handoff.id, "times": handoff.nudges})
        asked = handoffs.of_case(change, case)
        # Any of those that wait together may be the one that is due: their sum tells one time from the next.
        times, over = sum(one.nudges for one in asked), handoff.due_at
        if times == 1 and case.kind != "safeguarding" and _is_there(change, handoff):
            due = _next_due(rules, handoff.why, over, records.now())
            for one in asked:
                one.due_at = due
            reach.tell(change, handoff.to, nudge_cards.reminder(rules, case, handoff))
            return
        new = _ask_next(change, rules, case, handoff.why, over)
        if new is None:
            _everyone_asked(change, case, times)
        elif case.kind == "safeguarding":
            ring = _ring(change, [new, *_turn_left(change, case)])
            reach.tell(change, case.raised_by, alarm_cards.nobody_yet(case, times, ring))


def _ask_next(change: Change, rules: Rules, case: Case, why: str, over: datetime) -> Officer | None:
    """Hand a case to the next here as well, and tell her that it waits; return None where there is nobody.

    Whoever cannot be reached here is passed over to the one after her. `over` is the time by which it should
    have been taken on. An outside contact has no account here.
    """
    now, turn = change.records.now(), _turn_left(change, case)
    urgent = case.kind == "safeguarding"
    due = rules.taken_on_by(why, now) if urgent and turn else _next_due(rules, why, over, now)
    for one in handoffs.of_case(change, case):
        one.due_at = due
    waits = complaint_cards.offer if urgent else nudge_cards.something_waits
    for officer in turn:
        new = handoffs.hand_off(change, case, officer, why, due)
        if officer.person is None:
            return None
        if offers.make(change, case, new, waits(rules, case, new)):
            return officer
    return None


def _is_there(change: Change, handoff: Handoff) -> bool:
    """Say whether she whom something was handed to can be reminded; an outside contact is rung."""
    return handoff.to is None or reach.can_be_reached(change, handoff.to)


def _everyone_asked(change: Change, case: Case, times: int) -> None:
    """Remind all who were asked, and tell whoever raised it whom to ring."""
    urgent = case.kind == "safeguarding"
    for one in handoffs.of_case(change, case):
        card = alarm_cards.still_waiting if urgent else nudge_cards.still_waiting
        reach.tell(change, one.to, card(case, one, times))
    outside = [one for one in conflict.in_turn(change.session, case) if one.person is None]
    ring = _ring(change, outside or conflict.in_turn(change.session, case))
    if urgent:
        card_id = f"{case.id}.everyone-tried.{times}"
        reach.tell(change, case.raised_by, alarm_cards.everyone_tried(card_id, case, _ring(change, outside)))
    else:
        reach.tell(change, case.raised_by, raiser_cards.nudged(case, times, ring))


def _turn_left(change: Change, case: Case) -> Sequence[Officer]:
    """Return those to whom a case may go and who were not asked yet, in their order."""
    mentions.look_again(change, case)
    asked = handoffs.of_case(change, case)
    people, offices = {one.to for one in asked}, {one.officer for one in asked}
    turn = conflict.in_turn(change.session, case)
    return [one for one in turn if one.id not in offices and (one.person is None or one.person not in people)]


def _next_due(rules: Rules, why: str, over: datetime, now: datetime) -> datetime:
    """Return when it is looked at again: counted from the time that is over, but never in the past."""
    before = over - timedelta(seconds=1)
    if why == "safeguarding":  # everyone was asked: they are reminded on working days
        counted = rules.calendar.deadline(before, 1)
        return counted if counted > now else rules.calendar.deadline(now, 1)
    counted = rules.taken_on_by(why, before)
    return counted if counted > now else rules.taken_on_by(why, now)


def _tell_late(records: Records, case_id: str) -> None:
    with records.changing() as change:
        case = change.session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
        if case.late_at is not None or case.closed_at is not None or case.stage == stages.DRAFT:
            return
        case.late_at = records.now()
        if case.stage == "answered":  # nobody is late: the time to appeal is over
            reach.tell(change, case.owner, nudge_cards.may_be_closed(case))
            return
        change.audit(f"{case.kind}:case:late", case.id)
        log.warning("case.late", extra={"case": case.id})
        has_it = case.owner or next((one.to for one in handoffs.of_case(change, case)), None)
        if has_it is not None:
            reach.tell(change, has_it, nudge_cards.is_late(case, owned=has_it == case.owner))
        others = [one for one in conflict.in_turn(change.session, case) if one.person not in (None, has_it)]
        for officer in others:
            if reach.tell(change, officer.person, nudge_cards.late_elsewhere(case)):
                break  # the next who can be reached
        if case.raised_by is not None:
            reach.tell(change, case.raised_by, raiser_cards.late(case, _ring(change, others)))


def _ring(change: Change, turn: Sequence[Officer]) -> Sequence[tuple[str, str]]:
    contacts = [officers.contact(change.records, officer) for officer in turn[:2]]
    return [(contact.name, contact.phone) for contact in contacts]
