"""What officers are told when something waits too long: that it does, and nothing of what."""

from bot import days
from bot.card import Button, Buttons, Card, Text
from bot.cases.complaint_dates import day_of
from bot.cases.form import private
from bot.cases.rules import Rules
from bot.records.tables import Case, Handoff


def reminder(rules: Rules, case: Case, handoff: Handoff) -> Card:
    """Return, to whom something was handed, that it still waits."""
    until = days.in_words(day_of(rules, handoff.due_at), days.WEEKDAY)
    said = Text(f"This still waits for you. If it is not taken on by {until}, someone else is asked too.")
    return private(
        f"{handoff.id}.reminder", case.number, f"Still waiting, {case.number}", said, _opens(handoff)
    )


def something_waits(rules: Rules, case: Case, handoff: Handoff) -> Card:
    """Return, to the next, that something waits that nobody has taken on, and that she may."""
    since = days.in_words(rules.calendar.local(case.opened_at), days.WEEKDAY)
    said = Text(f"Something private has waited since {since}. Nobody has taken it on: please see that it is.")
    may = Text("If it cannot be, take it on yourself. Open it where nobody reads along.")
    return private(
        f"{handoff.id}.offer", case.number, f"Something waits, {case.number}", said, may, _opens(handoff)
    )


def still_waiting(case: Case, handoff: Handoff, times: int) -> Card:
    """Return, to everyone who was asked, that it still waits."""
    said = Text("Something private still waits for someone to take it on. Whoever is free: please do.")
    card_id = f"{handoff.id}.waiting.{times}"
    return private(card_id, case.number, f"Still waiting, {case.number}", said, _opens(handoff))


def is_late(case: Case, *, owned: bool) -> Card:
    """Return, to whoever has a case, that its time is over."""
    said = Text("Its time is over. Please see to it now, and tell whoever raised it.")
    parts = (said, _shows(case)) if owned else (said,)
    card_id = f"{case.id}.late.owner.{told_of(case)}"
    return private(card_id, case.number, f"{case.number} is late", *parts)


def may_be_closed(case: Case) -> Card:
    """Return that the time to appeal is over."""
    said = Text("The time to appeal is over. Please close it, with its outcome and what is learned from it.")
    return private(
        f"{case.id}.may-be-closed", case.number, f"{case.number} may be closed", said, _shows(case)
    )


def late_elsewhere(case: Case) -> Card:
    """Return, to the next, that something is late that another has."""
    said = Text("Something private should have been seen to by now and has not. Please see that it is.")
    card_id = f"{case.id}.late.next.{told_of(case)}"
    return private(card_id, case.number, f"{case.number} is late", said)


def told_of(case: Case) -> str:
    """Return what tells one lateness of a case from another: its stage, and the moment that has passed."""
    return f"{case.stage}.{case.due_at:%Y%m%d%H%M}" if case.due_at else case.stage


def _opens(handoff: Handoff) -> Buttons:
    return Buttons((Button("Open it", f"case:open:{handoff.id}", "primary"),))


def _shows(case: Case) -> Buttons:
    return Buttons((Button("Open it", f"case:show:{case.id}", "primary"),))
