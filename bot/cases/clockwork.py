"""What the clock brings to cases: a handoff that nobody took on, a deadline that passed, an owner who left.

Looked at every minute, in our own tables; a minute that was missed is made up by the next.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from bot import officers, reach
from bot.card import Button, Buttons, Card, Text
from bot.cases import alarm_cards, complaint_cards, conflict, content_down, handoffs, raiser_cards, stages
from bot.cases.complaint_dates import day_of
from bot.cases.form import private
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
    """Return the open cases whose owner, or whoever they wait for, is no officer any more."""
    with records.reading() as session:
        held = {officer.person for officer in officers.current(session, records.organisation)}
        rows = session.execute(
            select(Case, Handoff)
            .outerjoin(Handoff, (Handoff.case_ == Case.id) & Handoff.ended_at.is_(None))
            .where(
                Case.organisation == records.organisation,
                Case.closed_at.is_(None),
                Case.stage != stages.DRAFT,
            )
        ).all()
    return list(
        dict.fromkeys(
            case.id
            for case, handoff in rows
            if (case.owner is not None and case.owner not in held)
            or (handoff is not None and handoff.to is not None and handoff.to not in held)
        )
    )


def _hand_anew(records: Records, rules: Rules, case_id: str) -> None:
    with records.changing() as change:
        case = change.session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
        if case.stage in stages.OVER:
            return
        why = next((one.why for one in handoffs.of_case(change, case)), case.kind)
        case.owner = None
        handoffs.end_all(change, case)
        handed = handoffs.hand_on(change, case, why, rules.taken_on_by(why, records.now()))
        log.info("case.handed_anew", extra={"case": case.id})
        if handed is not None:
            handoff, officer = handed
            reach.tell(change, officer.person, complaint_cards.offer(rules, case, handoff))


def _nudge(records: Records, rules: Rules, handoff_id: str) -> None:
    """Remind once; after that the next officer without a conflict is told, at the end whoever raised it."""
    with records.changing() as change:
        handoff = change.session.scalars(
            select(Handoff).where(Handoff.id == handoff_id).with_for_update()
        ).one()
        if handoff.accepted_at is not None or handoff.ended_at is not None or handoff.due_at > records.now():
            return
        case = change.session.get_one(Case, handoff.case_)
        handoff.nudges += 1
        over = handoff.due_at
        handoff.due_at = _next_due(rules, handoff, records.now())
        change.audit(f"{case.kind}:handoff:nudged", handoff.id)
        log.info("handoff.nudged", extra={"handoff": handoff.id, "times": handoff.nudges})
        if case.kind == "safeguarding":
            _go_on_at_once(change, rules, case, over)
        elif handoff.nudges == 1:
            reach.tell(change, handoff.to, _reminder(rules, case, handoff))
        else:
            _tell_next(change, rules, case, handoff)


def _go_on_at_once(change: Change, rules: Rules, case: Case, over: datetime) -> None:
    """Hand a safeguarding matter to the next as well, and tell whoever raised it that nobody has it yet.

    `over` is the time by which it should have been taken on.
    All who were asked wait together: the next time is the same for each. Once everyone was asked, they are
    reminded each working day, and whoever raised it is told to ring.
    """
    asked = handoffs.of_case(change, case)
    # Any of those that wait together may be the one that is due: only their sum tells one time from the next.
    times = sum(one.nudges for one in asked)
    offices = {one.officer for one in asked}
    turn = [one for one in conflict.in_turn(change.session, case) if one.id not in offices]
    now = change.records.now()
    due = rules.taken_on_by(case.kind, now) if turn else _next_day(rules, over, now)
    for one in asked:
        one.due_at = due
    if turn:
        new = handoffs.hand_off(change, case, turn[0], case.kind, due)
        reach.tell(change, turn[0].person, complaint_cards.offer(rules, case, new))
    else:
        for one in asked:
            reach.tell(change, one.to, alarm_cards.still_waiting(case, one, times))
    if turn and turn[0].person is not None:
        card = alarm_cards.nobody_yet(case, times, _ring(change, turn))
    else:
        outside = [one for one in conflict.in_turn(change.session, case) if one.person is None]
        card_id = f"{case.id}.everyone-tried.{times}"
        card = alarm_cards.everyone_tried(card_id, case, _ring(change, outside))
    reach.tell(change, case.raised_by, card)


def _next_day(rules: Rules, over: datetime, now: datetime) -> datetime:
    """Return the end of the working day after the one that is over, but never a moment in the past."""
    counted = rules.calendar.deadline(over - timedelta(seconds=1), 1)
    return counted if counted > now else rules.calendar.deadline(now, 1)


def _next_due(rules: Rules, handoff: Handoff, now: datetime) -> datetime:
    """Return when it is looked at again: counted from the time that is over, but never in the past."""
    counted = rules.taken_on_by(handoff.why, handoff.due_at - timedelta(seconds=1))
    return counted if counted > now else rules.taken_on_by(handoff.why, now)


def _tell_next(change: Change, rules: Rules, case: Case, handoff: Handoff) -> None:
    turn = [one for one in conflict.in_turn(change.session, case) if one.person != handoff.to]
    at = handoff.nudges - 2
    if at < len(turn) and turn[at].person is not None:
        reach.tell(change, turn[at].person, _something_waits(rules, case, handoff))
        return
    outside = [one for one in turn if one.person is None]
    number = handoff.nudges
    if outside or turn:
        card = raiser_cards.nudged(rules, case, number, _ring(change, outside or turn))
        reach.tell(change, case.raised_by, card)


def _tell_late(records: Records, case_id: str) -> None:
    with records.changing() as change:
        case = change.session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
        if case.late_at is not None or case.closed_at is not None or case.stage == stages.DRAFT:
            return
        case.late_at = records.now()
        if case.stage == "answered":  # nobody is late: the time to appeal is over
            reach.tell(change, case.owner, _may_be_closed(case))
            return
        change.audit(f"{case.kind}:case:late", case.id)
        log.warning("case.late", extra={"case": case.id})
        has_it = case.owner or next((one.to for one in handoffs.of_case(change, case)), None)
        if has_it is not None:
            reach.tell(change, has_it, _is_late(case, owned=has_it == case.owner))
        others = [one for one in conflict.in_turn(change.session, case) if one.person not in (None, has_it)]
        for officer in others[:1]:
            reach.tell(change, officer.person, _late_elsewhere(case))
        if case.raised_by is not None:
            reach.tell(change, case.raised_by, raiser_cards.late(case, _ring(change, others)))


def _ring(change: Change, turn: Sequence[Officer]) -> Sequence[tuple[str, str]]:
    contacts = [officers.contact(change.records, officer) for officer in turn[:2]]
    return [(contact.name, contact.phone) for contact in contacts]


def _reminder(rules: Rules, case: Case, handoff: Handoff) -> Card:
    opens = Buttons((Button("Open it", f"case:open:{handoff.id}", "primary"),))
    said = Text(
        f"This still waits for you. On {day_of(rules, handoff.due_at):%A %d %B} someone else is told."
    )
    return private(f"{handoff.id}.reminder", case.number, f"Still waiting, {case.number}", said, opens)


def _something_waits(rules: Rules, case: Case, handoff: Handoff) -> Card:
    since = f"{rules.calendar.local(handoff.offered_at):%A %d %B}"
    said = Text(f"Something private has waited since {since}. Nobody has taken it on: please see that it is.")
    return private(
        f"{handoff.id}.nudge.{handoff.nudges}", case.number, f"Something waits, {case.number}", said
    )


def _is_late(case: Case, *, owned: bool) -> Card:
    said = Text("Its time is over. Please see to it now, and tell whoever raised it.")
    opens = Buttons((Button("Open it", f"case:show:{case.id}", "primary"),)) if owned else Buttons(())
    parts = (said, opens) if owned else (said,)
    return private(f"{case.id}.late.owner.{case.stage}", case.number, f"{case.number} is late", *parts)


def _may_be_closed(case: Case) -> Card:
    said = Text("The time to appeal is over. Please close it, with its outcome and what is learned from it.")
    opens = Buttons((Button("Open it", f"case:show:{case.id}", "primary"),))
    return private(f"{case.id}.may-be-closed", case.number, f"{case.number} may be closed", said, opens)


def _late_elsewhere(case: Case) -> Card:
    said = Text("Something private should have been seen to by now and has not. Please see that it is.")
    return private(f"{case.id}.late.next.{case.stage}", case.number, f"{case.number} is late", said)
