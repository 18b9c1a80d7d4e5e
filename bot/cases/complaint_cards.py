"""What is said about complaints: before one is made, when it is sent, and to the officer to whom it goes."""

from collections.abc import Sequence

from bot import days, officers
from bot.card import Button, Buttons, Card, Element, Facts, Text
from bot.cases import casebook, handoffs, offers
from bot.cases.complaint_dates import acknowledge_by, answer_by, by_law, day_of, is_same_day
from bot.cases.form import private
from bot.cases.quoting import quotes
from bot.cases.rules import Rules
from bot.contact import Contact
from bot.records.store import Change
from bot.records.tables import Case, Handoff, Officer
from bot.visit import Visit

_NOBODY = "It is kept. Please ring a trustee, or the Charity Commission on what a charity must answer for."
# The entry that says why a complaint follows its procedure.
WHY = "why"
# What the answer to the question who it is about is called.
WHO = "Who it is about"
_DEFAULTS = "These times are Hearth's defaults; the organisation has not set its own yet."


def intro(card_id: str, contact: Contact | None, platform: str) -> Card:
    """Return what happens with a complaint, and who sees it."""
    elements: list[Element] = [
        Text("Would you like to raise this as a complaint? Nothing is recorded until you begin."),
        Text(
            "I ask a few questions and show you everything before it is sent. It then goes in private to one "
            "officer, never to anyone it is or may be about. You get a number and the dates, you can add to "
            "it or withdraw it, and you may leave your name out."
        ),
    ]
    if platform != "web":
        elements.append(Text("The owners of this workspace can export messages, private ones too."))
    if contact is not None:
        elements += [Text("If you would rather speak to someone:"), Facts(((contact.name, contact.phone),))]
    begin = Button("Raise it", "case:start:complaint", "primary")
    elements.append(Buttons((begin, Button("No, thank you", "case:leave"))))
    return Card(card_id, "Raising a complaint", tuple(elements), "You have a private item.")


def same(card_id: str, case: Case, other: Case) -> Card:
    """Return that the same was sent just now."""
    said = f"You sent the same a moment ago: {other.number}. Shall this be a second one?"
    choice = Buttons(
        (
            Button("No, throw it away", f"case:drop:{case.id}", "primary"),
            Button("Yes, send it as well", f"case:submit:{case.id}:anyway"),
        )
    )
    return private(card_id, other.number, "Sent before", Text(said), choice)


def receipt(visit: Visit, case: Case, rows: Sequence[tuple[str, str]], officer: Officer | None) -> Card:
    """Return the receipt: the number, what was recorded, and what happens by when."""
    rules = visit.rules
    last = days.in_words(day_of(rules, answer_by(rules, case)))
    elements: list[Element] = [
        Text("It is recorded and has been sent. Keep this number; it opens nothing for anyone else."),
        Facts((("Number", case.number), *rows)),
        Text(_goes_to(visit.change, case, officer)),
        Text(f"{_first(rules, case)} By {last} you get an answer."),
        *on_procedure(visit, case),
    ]
    if (outer := by_law(rules, case)) is not None:
        elements.append(
            Text(f"The law asks that it is acknowledged by {days.in_words(outer)} at the latest.")
        )
    if not rules.reviewed:
        elements.append(Text(_DEFAULTS))
    elements.append(of_raiser(case))
    return private(visit.card_id, case.number, "Your complaint is recorded", *elements)


def _first(rules: Rules, case: Case) -> str:
    """Return by when something is heard for the first time."""
    day = days.in_words(day_of(rules, acknowledge_by(rules, case)))
    if is_same_day(rules, case):
        return f"You get a first private reply here by the end of {day}."
    return f"By {day} it is taken on, and you hear of it here."


def of_raiser(case: Case) -> Buttons:
    """Return what the one who raised a complaint can do with it."""
    ways = [Button("Add something", f"case:add:{case.id}")]
    if case.stage == "answered":
        ways.append(Button("Appeal", f"case:appeal:{case.id}"))
        ways.append(Button("It is settled", f"case:settle:{case.id}"))
    if case.stage != "decided":
        ways.append(Button("Withdraw it", f"case:withdraw:{case.id}", "danger"))
    return Buttons(tuple(ways))


def offer(rules: Rules, case: Case, handoff: Handoff) -> Card:
    """Return what an officer gets: that something waits for her, and nothing of what."""
    urgent = case.kind == "safeguarding"
    at = rules.calendar.local(handoff.due_at)
    due = (
        days.in_words(at, "%H:%M on %A %d %B")
        if urgent
        else days.in_words(day_of(rules, handoff.due_at), days.WEEKDAY)
    )
    return private(
        f"{handoff.id}.offer",
        case.number,
        f"Something {'urgent' if urgent else 'private'} for you, {case.number}",
        Text(f"It should be taken on by {due}. Open it where nobody reads along."),
        Buttons((Button("Open it", f"case:open:{handoff.id}", "primary"),)),
    )


def appealed(visit: Visit, case: Case, officer: Officer | None) -> Card:
    """Return that an appeal is recorded, to whom it goes, and by when it is decided."""
    elements: list[Element] = [
        Text("Your appeal is recorded."),
        Text(_goes_to(visit.change, case, officer)),
    ]
    if case.due_at is not None:
        elements.append(Text(f"It is decided by {days.in_words(day_of(visit.rules, case.due_at))}."))
    elements.append(of_raiser(case))
    return private(visit.card_id, case.number, f"Appeal, {case.number}", *elements)


def nobody(case: Case) -> Card:
    """Return that there is nobody any more to whom a case may go."""
    said = f"There is nobody here any more who may deal with it. {_NOBODY}"
    return private(f"{case.id}.nobody", case.number, f"About {case.number}", Text(said))


def sent_on(visit: Visit, case: Case, officer: Officer | None, cleared: Officer | None) -> Card:
    """Return, to whoever raised a complaint, to whom it went on, and who read it to say so."""
    said = _goes_to(visit.change, case, officer)
    if cleared is not None and (officer is None or officer.person != cleared.person):
        name = officers.contact(visit.change.records, cleared).name
        said = f"{said} Before, {name} read it to say whom it is about, and has it no more."
    return private(f"{visit.card_id}.raiser", case.number, f"About {case.number}", Text(said))


def _goes_to(change: Change, case: Case, officer: Officer | None) -> str:
    if officer is None:
        return f"There is nobody here to whom it may go. {_NOBODY}"
    contact = officers.contact(change.records, officer)
    if officer.person is None:
        return (
            f"Nobody here may deal with it, so it goes to {contact.name} outside. Please ring "
            f"{contact.phone} and give the number: I cannot reach them from here."
        )
    if any(handoff.why == "clear" for handoff in handoffs.of_case(change, case)):
        return (
            f"It has gone to {contact.name} alone, who reads it first to say whom it is about, so that it "
            "reaches nobody whom it may be about. Then it goes on, and you are told to whom."
        )
    return " ".join((f"It has gone to {contact.name} alone.", offers.ring(change, officer))).strip()


def on_procedure(visit: Visit, case: Case) -> Sequence[Element]:
    """Return which procedure a complaint follows, and why, with the clauses that say so."""
    if case.procedure is None:
        return ()
    rows = casebook.entries(visit.change, case, WHY, "procedure")
    row, why = rows[-1] if rows else (None, "")
    reason = f", {why}" if row is not None and row.kind == WHY else ""
    elements: list[Element] = [Text(f"The procedure that is followed: {case.procedure}{reason}.")]
    procedure = visit.rules.procedures.get(case.procedure)
    if procedure is None:  # the organisation has other rules since
        return elements
    elements += quotes(visit, procedure.clauses)
    if procedure.note:
        elements.append(Text(procedure.note))
    return elements
