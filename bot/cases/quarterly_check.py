"""The quarterly check is done: four points, each right or with a finding that somebody sees to by a date."""

from collections.abc import Callable, Mapping, Sequence

from bot import days, officers, people, reach
from bot.card import Card, Text
from bot.cases import casebook, complaint_cards, conflict, handoffs, offers, quarterly_cards, stages
from bot.cases.casebook import CaseError
from bot.cases.complaint_dates import day_of
from bot.cases.form import private
from bot.cases.rules import QuarterlyPoint
from bot.records.tables import Case, CaseEntry, Officer
from bot.visit import Visit

# Entries: "point:privacy" is an answered point, "draft:finding:privacy" a finding that nobody sees to yet,
# "finding:privacy" one that is a task. The finding's words stand in the task too.
_POINT, _DRAFTED, _FINDING = "point:", "draft:finding:", "finding:"
_YES = "yes"  # the answer of a point that is as it should be


def points(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask the first point that is not answered; a finding that was written goes on where it was."""
    return _go_on(visit, _in_hand(visit, rest, "quarterly"))


def right(visit: Visit, rest: str) -> Sequence[Card]:
    """Note that a point is as it should be."""
    case_id, _, point_id = rest.partition(":")
    case = _in_hand(visit, case_id, "quarterly")
    asked = _open_point(visit, case, point_id)
    drafted = _drafted(visit, case, asked)
    if drafted is not None:
        drafted[0].kind = f"left:{asked.id}"
    return _answered(visit, case, asked, _YES)


def again(visit: Visit, rest: str) -> Sequence[Card]:
    """Take a "yes" back and ask that point again; a finding that somebody has stays their task."""
    case_id, _, point_id = rest.partition(":")
    case = _in_hand(visit, case_id, "quarterly")
    entry = _said_yes(visit, case).get(point_id)
    if entry is None:
        raise CaseError(
            "That answer cannot be taken back: it was taken back already, or somebody sees to it."
        )
    entry.kind = f"left:{point_id}"
    visit.change.audit("quarterly:point:taken_back", case.id, people.audit_name(visit.person))
    return _go_on(visit, case)


def ask_finding(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask what was found."""
    case_id, _, point_id = rest.partition(":")
    case = _in_hand(visit, case_id, "quarterly")
    asked = _open_point(visit, case, point_id)
    visit.state.awaiting = f"officer:finding-{asked.id}:{case.id}"
    return (quarterly_cards.write_finding(visit, case, asked),)


def found(visit: Visit, point_id: str, case_id: str, text: str) -> Sequence[Card]:
    """Keep a finding as typed, in place of one that nobody was given yet, and ask who is to see to it."""
    visit.state.awaiting = ""
    case = _in_hand(visit, case_id, "quarterly")
    asked = _open_point(visit, case, point_id)
    drafted = _drafted(visit, case, asked)
    if drafted is None:
        entry = casebook.note(visit.change, case, f"{_DRAFTED}{asked.id}", text, visit.person)
    else:
        entry, records = drafted[0], visit.change.records
        entry.text, entry.at, entry.by = (
            records.seal(CaseEntry.text, entry, text),
            records.now(),
            visit.person.id,
        )
    visit.change.audit("quarterly:finding:written", case.id, people.audit_name(visit.person))
    return (quarterly_cards.assign(visit, case, asked, entry.id, text),)


def assign(visit: Visit, rest: str) -> Sequence[Card]:
    """Make a finding a task of an officer, with a date; pressed twice it is one task."""
    case_id, _, others = rest.partition(":")
    entry_id, _, officer_id = others.partition(":")
    case = _in_hand(visit, case_id, "quarterly")
    rows = casebook.entries(visit.change, case)
    entry, text = next(((row, words) for row, words in rows if row.id == entry_id), (None, ""))
    if entry is None or not entry.kind.startswith(_DRAFTED):
        raise CaseError("Somebody has this already, or it was left.")
    asked = _open_point(visit, case, entry.kind.removeprefix(_DRAFTED))
    officer = next((one for one in quarterly_cards.to_pick_from(visit) if one.id == officer_id), None)
    if officer is None:
        raise CaseError("They are no officer any more. Please choose someone else.")
    entry.kind = f"{_FINDING}{asked.id}"
    task = _open_task(visit, case, asked, text, officer)
    name = officers.contact(visit.change.records, officer).name
    until = days.in_words(day_of(visit.rules, task.due_at), days.DATE) if task.due_at else ""
    return _answered(visit, case, asked, f"a finding, {task.number}, for {name} by {until}")


def done(visit: Visit, rest: str) -> Sequence[Card]:
    """Note that a task is done, and tell whoever did the check."""
    task = _in_hand(visit, rest, "task")
    casebook.step(visit.change, task, "finish", visit.person)
    handoffs.end_all(visit.change, task, who=people.audit_name(visit.person))
    session = visit.change.session
    check = session.get(Case, task.parent) if task.parent else None
    checker = check.owner if check else None
    by = conflict.officer_of(session, task.organisation, visit.person.id)
    if by and checker and checker != visit.person.id and _in_office(visit, checker):
        name = officers.contact(visit.change.records, by).name
        reach.tell(visit.change, checker, quarterly_cards.task_done(task, name))
    return (private(visit.card_id, task.number, f"{task.number} is done", Text("Thank you. It is closed.")),)


def _open_task(visit: Visit, case: Case, asked: QuarterlyPoint, text: str, officer: Officer) -> Case:
    change, rules, now = visit.change, visit.rules, visit.change.records.now()
    due = rules.calendar.deadline(now, rules.quarterly.task_days)
    task = casebook.open_case(change, "task", None, text, due, parent=case)
    what = f"{_what(visit, case)}: {asked.short}"
    casebook.note(change, task, quarterly_cards.CHECK, what, None)
    casebook.note(change, task, "finding", text, visit.person)
    change.audit("task:case:assigned", task.id, people.audit_name(visit.person))
    handoff = handoffs.hand_off(change, task, officer, "task", rules.taken_on_by("task", now))
    if officer.person == visit.person.id:
        handoffs.take_on(change, handoff.id, visit.person)
    else:
        offers.make(change, task, handoff, complaint_cards.offer(rules, task, handoff))
    return task


def _answered(visit: Visit, case: Case, asked: QuarterlyPoint, answer: str) -> Sequence[Card]:
    """Note the answer to a point; after the last the check is closed."""
    casebook.note(visit.change, case, f"{_POINT}{asked.id}", f"{asked.short}: {answer}", visit.person)
    visit.change.audit("quarterly:point:answered", case.id, people.audit_name(visit.person))
    return _go_on(visit, case)


def _go_on(visit: Visit, case: Case) -> Sequence[Card]:
    answered = _answers(visit, case)
    asked = next((one for one in visit.rules.quarterly.point if one.id not in answered), None)
    if asked is None:
        casebook.step(visit.change, case, "finish", visit.person)
        handoffs.end_all(visit.change, case, who=people.audit_name(visit.person))
        return (quarterly_cards.finished(visit, case, list(answered.values()), _what(visit, case)),)
    drafted = _drafted(visit, case, asked)
    if drafted is not None:
        return (quarterly_cards.assign(visit, case, asked, drafted[0].id, drafted[1]),)
    yes = _said_yes(visit, case)
    return (quarterly_cards.point(visit, case, asked, answered, yes, _what(visit, case)),)


def _in_hand(visit: Visit, case_id: str, kind: str) -> Case:
    """Return, locked, a check or a task that is hers to do now; raise CaseError."""
    case = casebook.owned(visit.change, case_id, visit.person)
    if case.kind != kind:
        raise CaseError(casebook.NOT_OPEN)
    if stages.after(case.kind, case.stage, "finish") is None:
        raise CaseError(f"{case.number} is {case.stage}: nothing more can be done with it.")
    return case


def _open_point(visit: Visit, case: Case, point_id: str) -> QuarterlyPoint:
    asked = next((one for one in visit.rules.quarterly.point if one.id == point_id), None)
    if asked is None:
        raise CaseError(casebook.NOT_OPEN)
    if asked.id in _answers(visit, case):
        raise CaseError(f"“{asked.short}” was answered already.")
    return asked


def _answers(visit: Visit, case: Case) -> Mapping[str, str]:
    rows = casebook.entries(visit.change, case)
    return {row.kind.removeprefix(_POINT): text for row, text in rows if row.kind.startswith(_POINT)}


def _said_yes(visit: Visit, case: Case) -> Mapping[str, CaseEntry]:
    rows = casebook.entries(visit.change, case)
    return {
        row.kind.removeprefix(_POINT): row
        for row, text in rows
        if row.kind.startswith(_POINT) and text.endswith(f": {_YES}")
    }


def _drafted(visit: Visit, case: Case, asked: QuarterlyPoint) -> tuple[CaseEntry, str] | None:
    return next(iter(casebook.entries(visit.change, case, f"{_DRAFTED}{asked.id}")), None)


def _what(visit: Visit, case: Case) -> str:
    return next((text for _, text in casebook.entries(visit.change, case, quarterly_cards.CHECK)), "")


def _in_office(visit: Visit, person: str) -> bool:
    return conflict.officer_of(visit.change.session, visit.person.organisation, person) is not None


PRESSES: Mapping[str, Callable[[Visit, str], Sequence[Card]]] = {
    "points": points,
    "point": right,
    "again": again,
    "finding": ask_finding,
    "assign": assign,
    "done": done,
}
