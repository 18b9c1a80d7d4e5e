"""What is said about the quarterly check: that it is due, one point after the other, and what was found."""

from collections.abc import Collection, Mapping, Sequence

from bot import days, officers
from bot.answer_card import source_of
from bot.card import Button, Buttons, Card, Element, Facts, Progress, Quote, Text
from bot.cases.complaint_dates import day_of
from bot.cases.form import private
from bot.cases.quarterly_dates import Quarter
from bot.cases.rules import QuarterlyPoint, Rules
from bot.records.tables import Case, Handoff, Officer
from bot.visit import Visit

# The entry that says which site is checked and for which quarter, on the check and on what it finds.
CHECK = "check"


def offer(rules: Rules, case: Case, handoff: Handoff, what: str) -> Card:
    """Return that a check is due."""
    elements: list[Element] = [Text(f"The quarterly check is due: {what}.")]
    if case.due_at is not None:
        elements.append(Text(f"Please finish it by {days.in_words(day_of(rules, case.due_at))}."))
    elements.append(Buttons((Button("Open it", f"case:open:{handoff.id}", "primary"),)))
    return private(f"{handoff.id}.offer", case.number, f"The quarterly check, {case.number}", *elements)


def missed(quarters: Sequence[Quarter], person: str) -> Card:
    """Return that quarters went by without a check."""
    named = ", ".join(quarter.words for quarter in quarters)
    card_id = f"quarterly.missed.{quarters[-1].id}.{person}"
    return Card(
        card_id,
        "A quarterly check was missed",
        (
            Text(f"No check was opened here for: {named}. I was not running, so I reminded nobody."),
            Text("The policy asks for one each quarter. Please look at what has changed since, and note it."),
        ),
        "A quarterly check was missed.",
    )


def point(
    visit: Visit,
    case: Case,
    asked: QuarterlyPoint,
    answered: Mapping[str, str],
    changeable: Collection[str],
    what: str,
) -> Card:
    """Return one point of a check, with what the policy says of it, and which answers may be taken back."""
    points = visit.rules.quarterly.point
    yes = Button("Yes", f"case:point:{case.id}:{asked.id}", "primary")
    no = Button("No: write what you found", f"case:finding:{case.id}:{asked.id}")
    pause = Button("Pause", f"case:show:{case.id}")
    again = tuple(
        Button(f"Change: {one.short}", f"case:again:{case.id}:{one.id}")
        for one in points
        if one.id in changeable
    )
    return private(
        visit.card_id,
        case.number,
        f"The quarterly check, {case.number}",
        Progress(len(answered) + 1, len(points)),
        Text(what),
        *_quotes(visit, asked),
        Text(asked.ask),
        Buttons((yes, no, pause)),
        *((Buttons(again),) if again else ()),
    )


def write_finding(visit: Visit, case: Case, asked: QuarterlyPoint) -> Card:
    """Ask what was found."""
    said = Text("Write what you found, and what should be done about it. Whoever is to do it reads this.")
    leave = Buttons((Button("Never mind", f"case:points:{case.id}"),))
    return private(visit.card_id, case.number, f"{case.number}: {asked.short}", said, leave)


def assign(visit: Visit, case: Case, asked: QuarterlyPoint, entry: str, text: str) -> Card:
    """Ask who is to see to a finding."""
    rules = visit.rules
    due = rules.calendar.deadline(visit.change.records.now(), rules.quarterly.task_days)
    who = tuple(
        Button(_name(visit, officer), f"case:assign:{case.id}:{entry}:{officer.id}")
        for officer in to_pick_from(visit)
    )
    anew = (
        Button("Write it anew", f"case:finding:{case.id}:{asked.id}"),
        Button("It is right after all", f"case:point:{case.id}:{asked.id}"),
    )
    return private(
        visit.card_id,
        case.number,
        f"{case.number}: {asked.short}",
        Text(text),
        Text(f"Who is to see to it, by {days.in_words(day_of(rules, due))}?"),
        Buttons(who),
        Buttons(anew),
    )


def finished(visit: Visit, case: Case, answered: Sequence[str], what: str) -> Card:
    """Return that a check is done, with what was answered."""
    rows = tuple((answer.partition(": ")[0], answer.partition(": ")[2]) for answer in answered)
    return private(
        visit.card_id,
        case.number,
        f"The quarterly check is done, {case.number}",
        Text(f"{what}. It is recorded, and closed."),
        Facts(rows),
    )


def task_done(task: Case, name: str) -> Card:
    """Return that what a check had found is seen to."""
    said = Text(f"{name} says that it is done: what the quarterly check had found, {task.number}.")
    return private(f"{task.id}.done", task.number, f"{task.number} is done", said)


def to_pick_from(visit: Visit) -> Sequence[Officer]:
    """Return the officers who can be given a task, each person once."""
    held = officers.current(visit.change.session, visit.change.records.organisation)
    by_person: dict[str, Officer] = {}
    for officer in held:
        if officer.person is not None:
            by_person.setdefault(officer.person, officer)
    return list(by_person.values())


def _name(visit: Visit, officer: Officer) -> str:
    return officers.contact(visit.change.records, officer).name


def _quotes(visit: Visit, asked: QuarterlyPoint) -> Sequence[Quote]:
    policy = visit.course.policy
    return [
        Quote(clause.text, source_of(clause, policy))
        for clause in policy.clauses
        if clause.id in asked.clauses
    ]
