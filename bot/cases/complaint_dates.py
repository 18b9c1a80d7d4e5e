"""By when a complaint must be acknowledged, answered, decided. Pure: rules, calendar, moments."""

from datetime import date, datetime, timedelta

from bot.cases.rules import Rules
from bot.records.tables import Case


def is_same_day(rules: Rules, case: Case) -> bool:
    """Say whether the procedure of a complaint asks for a first private reply on the day of receipt (1.7)."""
    procedure = rules.procedures.get(case.procedure or "")
    return procedure is not None and procedure.same_day


def acknowledge_by(rules: Rules, case: Case) -> datetime:
    """Return by when a complaint is acknowledged; about the online presence, on the same working day."""
    calendar = rules.calendar
    if is_same_day(rules, case):
        return calendar.end_of(calendar.working_day(calendar.local(case.opened_at).date()))
    return calendar.deadline(case.opened_at, rules.complaint.acknowledge_days)


def answer_by(rules: Rules, case: Case) -> datetime:
    """Return by when a complaint is answered, counted from its submission."""
    return rules.calendar.deadline(case.opened_at, rules.complaint.answer_days)


def by_law(rules: Rules, case: Case) -> date | None:
    """Return the law's outer date for a complaint that it speaks of (data protection), None for any other."""
    procedure = rules.procedures.get(case.procedure or "")
    if procedure is None or not procedure.by_law:
        return None
    return rules.calendar.local(case.opened_at).date() + timedelta(days=rules.complaint.law_days)


def due_after(rules: Rules, case: Case, now: datetime, *, replied: bool) -> datetime | None:
    """Return by when the next thing must be done at the stage that a complaint has come to.

    `replied` says whether a first reply was given: where it is due on the same day, taking it on is none.
    """
    match case.stage:
        case "received":
            return acknowledge_by(rules, case)
        case "acknowledged" | "looked into" if is_same_day(rules, case) and not replied:
            return acknowledge_by(rules, case)
        case "acknowledged" | "looked into":
            return answer_by(rules, case)
        case "answered" | "decided":
            return rules.calendar.deadline(now, rules.complaint.appeal_days)
        case "appeal":
            return rules.calendar.deadline(now, rules.complaint.decide_days)
        case _:
            return None


def day_of(rules: Rules, deadline: datetime) -> date:
    """Return the day at whose end a deadline is, by the organisation's clocks."""
    return rules.calendar.local(deadline - timedelta(seconds=1)).date()
