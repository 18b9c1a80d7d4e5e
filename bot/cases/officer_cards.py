"""What an officer sees of a case: its story, what is due, and what can be done now."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot import days, people
from bot.card import Button, Buttons, Card, Element, Facts, Text
from bot.cases import casebook, complaint_cards, form, stages
from bot.cases import files as case_files
from bot.cases.casebook import ANSWER
from bot.cases.complaint_dates import by_law, day_of
from bot.cases.form import private
from bot.cases.quoting import quotes
from bot.cases.rules import Rules
from bot.records.store import Change
from bot.records.tables import Case, Handoff, Person
from bot.visit import Visit

# Entries that an officer is shown, and what they are called. What clearing wrote is shown to nobody.
_STORY: Mapping[str, str] = {
    "said": "Added by whoever raised it",
    "asked": "You asked them",
    "reply": "You wrote to them",
    "answer": "The answer given",
    "appeal": "Why they appeal",
    "settled": "From whoever raised it",
    "decision": "What was decided",
    "note": "A note",
    "passed on": "Why it was passed on",
    "unreached": "Handed over",
    "escalated": "Why it was passed on to who is above",
    "procedure": "The procedure, and why it was changed",
    "lessons": "Outcome and lessons",
    "changes": "You asked for changes",
    "declined": "Why it was declined",
    "approved": "Approved",
    "voided": "The approval counts no more",
    "published": "Put online",
    "deviation": "Not as the policy has it",
    "consent": "A consent",
    "take-down": "To be taken down",
    "post": "The post",
    "sites": "Where it is, or was to go",
    "taken down": "Taken down",
    "concern": "What was said",
    "named": "What was said",
    "question": "The question",
    "told": "What Hearth answered",
    "check": "The check",
    "point": "Checked",
    "finding": "The finding",
}
# The clauses that a case of a kind rests on, where nothing else on its card quotes them.
_RESTS_ON: Mapping[str, Sequence[str]] = {"take-down": ("1.2", "1.4")}
# What can be done, by kind and stage: (label, action). "write" asks for words first, which are then shown.
_DO: Mapping[str, Mapping[str, Sequence[tuple[str, str]]]] = {
    "complaint": {
        "acknowledged": (
            ("Reply", "write:reply"),
            ("Ask them something", "write:asked"),
            ("Look into it", "look"),
            ("Answer it", "write:answer"),
        ),
        "looked into": (
            ("Reply", "write:reply"),
            ("Ask them something", "write:asked"),
            ("Answer it", "write:answer"),
        ),
        "answered": (("Reply", "write:reply"), ("Close it", "write:lessons")),
        "appeal": (
            ("Reply", "write:reply"),
            ("Ask them something", "write:asked"),
            ("Decide it", "write:decision"),
        ),
        "decided": (("Reply", "write:reply"), ("Close it", "write:lessons")),
    },
    "question": {"accepted": (("Answer it", "write:answer"), ("Ask them something", "write:asked"))},
    "quarterly": {"accepted": (("Go through the check", "points"),)},
    "task": {"accepted": (("It is done", "done"),)},
    "content": {
        "accepted": (
            ("Approve it", "approve"),
            ("Ask for changes", "write:changes"),
            ("Decline it", "write:declined"),
            ("Ask them something", "write:asked"),
        ),
        "approved": (("It is online now", "publish"), ("Ask for changes", "write:changes")),
    },
    "take-down": {"accepted": (("It is taken down", "taken-down"),)},
    "safeguarding": {
        "accepted": (
            ("Reply", "write:reply"),
            ("Ask them something", "write:asked"),
            ("Close it", "write:lessons"),
        )
    },
}
# What is due where it is not something that the owner of a case has to do.
_DUE: Mapping[str, str] = {"answered": "May be appealed until", "decided": "To be closed by"}
_EVER = (("Write a note", "write:note"), ("Pass it on", "write:passed on"))
_COMPLAINT_EVER = (
    ("Escalate it", "write:escalated"),
    ("Change the procedure", "procedures"),
    ("This is safeguarding", "divert"),
)


def case_card(visit: Visit, case: Case, said: str = "") -> Card:
    """Return a case as its owner sees it; nothing of it names one who raised it without a name."""
    rules = visit.rules
    facts = [("Stage", case.stage)]
    if case.due_at is not None:
        facts.append((_DUE.get(case.stage, "Due"), days.in_words(day_of(rules, case.due_at))))
    if (outer := by_law(rules, case)) is not None:
        facts.append(("The law's date to acknowledge it", days.in_words(outer)))
    facts.append(("Raised by", raiser(visit.change, case)))
    elements: list[Element] = [Text(said)] if said else []
    elements.append(Facts(tuple(facts)))
    elements += complaint_cards.on_procedure(visit, case)
    elements += story(visit, case)
    elements += files(visit, case)
    elements.append(Buttons(_ways(visit, case)))
    return private(visit.card_id, case.number, f"{case.number}: {stages.called(case.kind)}", *elements)


def _ways(visit: Visit, case: Case) -> tuple[Button, ...]:
    """Return what the owner of a case can do with it now; while it may be appealed it is not closed."""
    now = _DO.get(case.kind, {}).get(case.stage, ())
    if casebook.may_be_appealed(case, visit.change.records.now()):
        now = [(label, action) for label, action in now if action != "write:lessons"]
    more = (*_EVER, *(_COMPLAINT_EVER if case.kind == "complaint" else ()))
    return tuple(_button(case, label, action) for label, action in (*now, *(more if now else ())))


def _button(case: Case, label: str, action: str) -> Button:
    verb, _, what = action.partition(":")
    return Button(label, f"case:{verb}:{case.id}{':' if what else ''}{what}")


def story(visit: Visit, case: Case) -> Sequence[Element]:
    """Return what was said in a case, oldest first, as the one who may read it sees it."""
    rows = casebook.entries(visit.change, case)
    answered = {row.kind.removeprefix(ANSWER): text for row, text in rows if row.kind.startswith(ANSWER)}
    elements: list[Element] = []
    if answered:
        elements += _form_part(visit, case, answered)
    for row, text in rows:
        if (kind := row.kind.partition(":")[0]) in _STORY:
            when = days.in_words(visit.rules.calendar.local(row.at), "%d %B %H:%M")
            elements.append(Text(f"{_STORY[kind]}, {when}: {text}"))
    return [*elements, *quotes(visit, _RESTS_ON.get(case.kind, ()))]


def files(visit: Visit, case: Case) -> Sequence[Element]:
    """Return the files of a case, each to be opened."""
    return case_files.to_open(visit.change, case)


def raiser(change: Change, case: Case) -> str:
    """Return who raised a case, as its owner may know."""
    if case.raised_by is None:
        return "Hearth, as the policy asks"
    if case.anonymous:
        return "someone who gives no name"
    person = change.session.get(Person, case.raised_by)
    name = change.records.open(Person.name, person) if person else ""
    name = name or _said_name(change, case)
    roles = " and ".join(people.roles(change.session, person)) if person else ""
    return name or (
        f"someone whose name I do not know ({roles})" if roles else "someone whose name I do not know"
    )


def _said_name(change: Change, case: Case) -> str:
    """Return the name that was written into a form, if one was."""
    choices = ("open", "hidden", form.SKIPPED)
    rows = casebook.entries(change, case, f"{ANSWER}name")
    return next((text for _, text in rows if text not in choices), "")


def waiting(visit: Visit, handed: Sequence[tuple[Handoff, Case]], owned: Sequence[Case]) -> Sequence[Element]:
    """Return what waits for an officer and what she has in hand, each with a button to open it."""
    buttons = [
        Button(
            f"{case.number}: to be taken on by {_when(visit.rules, handoff.due_at)}",
            f"case:open:{handoff.id}",
        )
        for handoff, case in handed
    ]
    for case in owned:
        due = f", due {_when(visit.rules, case.due_at)}" if case.due_at else ""
        buttons.append(Button(f"{case.number}: {case.stage}{due}", f"case:show:{case.id}"))
    return [Text("In your hands:"), Buttons(tuple(buttons))] if buttons else []


def _when(rules: Rules, moment: datetime) -> str:
    return days.in_words(day_of(rules, moment), days.SHORT)


def _form_part(visit: Visit, case: Case, answered: Mapping[str, str]) -> Sequence[Element]:
    from bot.cases.kinds import FORMS  # the forms import these cards

    told = FORMS[case.kind].told
    return told(visit, case, answered) if told else [Facts(form_rows(visit, case, answered))]


def form_rows(visit: Visit, case: Case, answered: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what was answered in a form, labelled, without who raised it."""
    from bot.cases.kinds import FORMS  # the forms import these cards

    questions = FORMS[case.kind].questions(visit, answered)
    hidden = {"name"}
    rows = [
        (question.short, form.shown(question, answered[question.id]))
        for question in questions
        if question.id not in hidden and answered.get(question.id, form.SKIPPED) not in (form.SKIPPED, "none")
    ]
    if answered.get("name") == "hidden":
        rows.append(("Keep their name from", "the one it is about"))
    return tuple(rows)
