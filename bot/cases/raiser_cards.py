"""What whoever raised a case is told of it."""

from collections.abc import Mapping, Sequence

from bot import days, officers, reach
from bot.card import Button, Buttons, Card, Element, Facts, Text
from bot.cases import (
    casebook,
    complaint_cards,
    conflict,
    content_cards,
    form,
    handoffs,
    nudge_cards,
    stages,
)
from bot.cases.complaint_dates import answer_by, day_of
from bot.cases.form import private
from bot.records.tables import Case, Officer
from bot.visit import Visit

# What is told again whenever someone asks how her case stands.
_DECIDED: Mapping[str, str] = {
    "answer": "The answer",
    "decision": "The decision on your appeal",
    "declined": "Why it was declined",
}
UNKNOWN = "There is no such number here, or it is not yours to see."


def taken_on(visit: Visit, case: Case, officer: Officer) -> Card:
    """Return that somebody has taken it on, and by when there is an answer."""
    contact = officers.contact(visit.change.records, officer)
    said = f"{contact.name} has taken it on and answers here. If it cannot wait, ring {contact.phone}."
    elements: list[Element] = [Text(said)]
    if case.kind == "complaint" and case.stage in ("acknowledged", "looked into"):
        elements.append(
            Text(f"You get an answer by {days.in_words(day_of(visit.rules, answer_by(visit.rules, case)))}.")
        )
    if case.kind == "complaint":
        elements.append(complaint_cards.of_raiser(case))
    return private(f"{case.id}.{case.stage}.{officer.id}", case.number, f"About {case.number}", *elements)


def written(visit: Visit, case: Case, what: str, text: str, officer: Officer) -> Card:
    """Return what an officer wrote, exactly, and what can be done with it."""
    name = officers.contact(visit.change.records, officer).name
    title = {
        "reply": f"{name} wrote to you about {case.number}",
        "asked": f"{name} asks you about {case.number}",
        "answer": f"The answer to {case.number}",
        "decision": f"The decision on your appeal, {case.number}",
        "lessons": f"{case.number} is closed",
        "changes": f"{name} asks you to change {case.number}",
        "declined": f"{case.number} is declined",
    }[what]
    elements: list[Element] = []
    if what != "lessons":
        elements.append(Text(text))
    else:
        elements.append(
            Text("It has been seen through, and is closed now. What was learned is kept with it.")
        )
    if what == "answer" and case.due_at is not None and case.kind == "complaint":
        elements.append(Text(f"You may appeal until {days.in_words(day_of(visit.rules, case.due_at))}."))
    if case.kind == "complaint" and case.stage not in stages.OVER:
        elements.append(complaint_cards.of_raiser(case))
    elif case.kind == "content":
        elements += content_cards.for_author(visit, case)
    elif case.stage not in stages.OVER:
        elements.append(Buttons((Button("Answer", f"case:add:{case.id}", "primary"),)))
    return private(f"{visit.card_id}.raiser", case.number, title, *elements)


def other_procedure(visit: Visit, case: Case, reason: str) -> Card:
    """Return which procedure a complaint follows now, why, and by when it is answered."""
    elements: list[Element] = [*complaint_cards.on_procedure(visit, case), Text(f"The reason: {reason}")]
    if case.due_at is not None:
        elements.append(Facts(((_next(case), days.in_words(day_of(visit.rules, case.due_at))),)))
    title = f"{case.number} follows another procedure"
    return private(f"{visit.card_id}.raiser", case.number, title, *elements)


def standing(visit: Visit, case: Case) -> Card:
    """Return how a case stands, as the one who raised it may see it."""
    facts = [
        ("Stage", case.stage),
        ("Raised", days.in_words(visit.rules.calendar.local(case.opened_at), days.DATE)),
    ]
    if case.due_at is not None:
        facts.append((_next(case), days.in_words(day_of(visit.rules, case.due_at))))
    if case.closed_at is not None:
        closed = days.in_words(visit.rules.calendar.local(case.closed_at), days.DATE)
        facts.append((case.stage.capitalize(), closed))
    elements: list[Element] = [Facts((*facts, *_has_it(visit, case))), *_decided(visit, case)]
    if case.kind == "content":
        elements += content_cards.for_author(visit, case)
    elif case.stage == stages.DRAFT:
        elements = [Text("You have begun this and not sent it."), form.paused_ways(case)]
    elif case.stage not in stages.OVER and case.kind == "complaint":
        elements += [*complaint_cards.on_procedure(visit, case), complaint_cards.of_raiser(case)]
    elif case.stage not in stages.OVER:
        elements.append(Buttons((Button("Add something", f"case:add:{case.id}"),)))
    return private(
        f"{visit.card_id}.{case.id}", case.number, f"{case.number}: {stages.called(case.kind)}", *elements
    )


def _has_it(visit: Visit, case: Case) -> Sequence[tuple[str, str]]:
    """Return who has a case now, or who was asked to take it on."""
    change = visit.change
    if case.stage in (stages.DRAFT, *stages.OVER):
        return ()
    if case.owner is not None:
        officer = conflict.officer_of(change.session, case.organisation, case.owner)
        return (("Who has it", officers.contact(change.records, officer).name),) if officer else ()
    asked = [change.session.get_one(Officer, one.officer) for one in handoffs.of_case(change, case)]
    names = ", ".join(_named(visit, one) for one in asked)
    return (("Waits to be taken on by", names),) if names else ()


def _named(visit: Visit, officer: Officer) -> str:
    """Return who was asked; with her phone where she is not reached here."""
    contact = officers.contact(visit.change.records, officer)
    there = officer.person is not None and reach.can_be_reached(visit.change, officer.person)
    return contact.name if there else f"{contact.name}, not reached here: ring {contact.phone}"


def _decided(visit: Visit, case: Case) -> Sequence[Element]:
    """Return what was answered and decided, and when, as it was sent; nothing that officers keep."""
    elements: list[Element] = []
    for row, text in casebook.entries(visit.change, case, *_DECIDED):
        when = days.in_words(visit.rules.calendar.local(row.at), days.DATE)
        elements += [Text(f"{_DECIDED[row.kind]}, {when}:"), Text(text)]
    return elements


def _next(case: Case) -> str:
    """Return what is due next in a case."""
    if case.kind != "complaint":
        return "Seen to by"
    return {
        "received": "You hear by",
        "acknowledged": "Answered by",
        "looked into": "Answered by",
        "answered": "You may appeal until",
        "appeal": "Decided by",
        "decided": "Closed by",
    }.get(case.stage, "Due")


def settled(visit: Visit, case: Case) -> Card:
    """Return, to whoever has a complaint, that it is settled."""
    opens = Buttons((Button("Open it", f"case:show:{case.id}", "primary"),))
    said = Text("Whoever raised it says that it is settled. Please close it, with its outcome and lessons.")
    return private(f"{visit.card_id}.owner", case.number, f"{case.number} is settled", said, opens)


def listed(visit: Visit, cases: Sequence[Case], officers_part: Sequence[Element]) -> Card:
    """Return all that someone has raised, and what waits for her as an officer."""
    elements: list[Element] = []
    if cases:
        elements += [Text("What you raised:"), Buttons(tuple(_row(case) for case in cases))]
    elements += officers_part
    if not elements:
        elements.append(Text("You have raised nothing here, and nothing waits for you."))
    return Card(visit.card_id, "Your cases", tuple(elements), "You have a private item.")


def nudged(case: Case, number: int, ring: Sequence[tuple[str, str]]) -> Card:
    """Return that nobody has taken it on yet, and whom to ring."""
    said = Text("Nobody has taken this on yet, and everyone here who may was reminded. You can ring:")
    return private(
        f"{case.id}.nudged.{number}", case.number, f"About {case.number}", said, Facts(tuple(ring))
    )


def late(case: Case, ring: Sequence[tuple[str, str]]) -> Card:
    """Return that something is late, and whom to ring."""
    said = Text("This should have been done by now, and has not been. Whoever has it was told. You can ring:")
    card_id = f"{case.id}.late.{nudge_cards.told_of(case)}"
    return private(card_id, case.number, f"{case.number} is late", said, Facts(tuple(ring)))


def _row(case: Case) -> Button:
    return Button(f"{case.number}: {stages.called(case.kind)}, {case.stage}", f"case:mine:{case.id}")
