"""The officer's side of a case: taking it on, writing to whoever raised it, deciding, closing, passing on."""

from collections.abc import Callable, Mapping, Sequence

from bot import officers, people, reach
from bot.card import Button, Buttons, Card, Text
from bot.cases import (
    casebook,
    clearing,
    complaint_cards,
    conflict,
    handoffs,
    officer_cards,
    raiser_cards,
    unanswered_kept,
)
from bot.cases.casebook import CaseError
from bot.cases.complaint_dates import answer_by, due_after
from bot.cases.form import private
from bot.cases.stages import Verb
from bot.records.tables import Case, CaseEntry, Officer
from bot.visit import Visit

DRAFTED = "draft:"
_ASKS: Mapping[str, str] = {
    "reply": "Write your reply. I show it to you before it is sent, exactly as you wrote it.",
    "asked": "Write what you want to ask them.",
    "answer": "Write the answer. They get it exactly like this. A complaint may then be appealed.",
    "decision": "Write what you decide on the appeal, and why.",
    "lessons": "Write the outcome, and what is learned from it. It stays with the case.",
    "note": "Write your note. Only who deals with the case reads it.",
    "changes": "Write what is to be changed. The author gets it exactly as you wrote it.",
    "declined": "Write why it is declined. The author gets it exactly as you wrote it.",
    "passed on": "Write why you pass it on.",
}
# What is done with a case when these words are sent.
_STEPS: Mapping[str, Verb] = {
    "answer": "answer",
    "decision": "decide",
    "lessons": "close",
    "changes": "ask-changes",
    "declined": "decline",
}


def take_on(visit: Visit, rest: str) -> Sequence[Card]:
    """Take on what was handed over; raise CaseError for what must be cleared first."""
    case, first = handoffs.take_on(visit.change, rest, visit.person)
    if first:
        if case.stage in ("acknowledged", "looked into"):  # an appeal's time counts from the appeal
            case.due_at = answer_by(visit.rules, case)
        _tell_raiser(visit, case, raiser_cards.taken_on(visit, case, _myself(visit)))
    return (officer_cards.case_card(visit, case, "It is yours." if first else "You have this already."),)


def opened(visit: Visit, rest: str) -> Sequence[Card]:
    """Show what was handed over, to be taken on; nothing of a matter that it may be about is ever here."""
    case, handoff = handoffs.to_person(visit.change, rest, visit.person)
    visit.change.audit(f"{case.kind}:case:shown", case.id, people.audit_name(visit.person))
    if handoff.why == "clear":
        return (clearing.card(visit, case, handoff),)
    if case.owner == visit.person.id:
        return (officer_cards.case_card(visit, case),)
    take = Buttons((Button("I'll take it on", f"case:take:{handoff.id}", "primary"),))
    story = (*officer_cards.story(visit, case), *officer_cards.files(visit, case))
    return (private(visit.card_id, case.number, f"{case.number}: {case.kind}", *story, take),)


def shown(visit: Visit, rest: str) -> Sequence[Card]:
    """Show a case that she owns."""
    case = casebook.owned(visit.change, rest, visit.person)
    visit.change.audit(f"{case.kind}:case:shown", case.id, people.audit_name(visit.person))
    return (officer_cards.case_card(visit, case),)


def look(visit: Visit, rest: str) -> Sequence[Card]:
    """Note that the matter is being looked into."""
    case = casebook.owned(visit.change, rest, visit.person)
    casebook.step(visit.change, case, "look", visit.person)
    case.due_at = due_after(visit.rules, case, visit.change.records.now())
    return (officer_cards.case_card(visit, case, "Noted: you are looking into it."),)


def write(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask for words: a reply, an answer, a note."""
    case_id, _, what = rest.partition(":")
    case = casebook.owned(visit.change, case_id, visit.person)
    if what not in _ASKS:
        raise CaseError(casebook.NOT_OPEN)
    visit.state.awaiting = f"officer:{what}:{case.id}"
    leave = Buttons((Button("Never mind", f"case:show:{case.id}"),))
    return (private(visit.card_id, case.number, f"{case.number}: {what}", Text(_ASKS[what]), leave),)


def written(visit: Visit, what: str, case: Case, text: str) -> Sequence[Card]:
    """Keep what an officer wrote, and show it before it is sent; a note is kept at once."""
    visit.state.awaiting = ""
    if what == "note":
        casebook.note(visit.change, case, "note", text, visit.person)
        visit.change.audit(f"{case.kind}:note:added", case.id, people.audit_name(visit.person))
        return (officer_cards.case_card(visit, case, "Your note is kept."),)
    entry = casebook.note(visit.change, case, f"{DRAFTED}{what}", text, visit.person)
    title = f"{case.number}: {what}"
    if what == "passed on":
        to = officer_cards.pass_on_to(visit, case, entry.id)
        return (private(visit.card_id, case.number, title, Text(text), Text("Pass it on to:"), to),)
    who = "It is kept with the case." if what == "lessons" else "They get it exactly like this:"
    choice = Buttons(
        (
            Button(
                "Send it" if what != "lessons" else "Close it so",
                f"case:send:{case.id}:{entry.id}",
                "primary",
            ),
            Button("Write it anew", f"case:write:{case.id}:{what}"),
            Button("Leave it", f"case:show:{case.id}"),
        )
    )
    return (private(visit.card_id, case.number, title, Text(who), Text(text), choice),)


def send(visit: Visit, rest: str) -> Sequence[Card]:
    """Send what was shown, once; with an answer, a decision or an outcome the case moves on."""
    case, entry, what = _drafted(visit, rest)
    if what in _STEPS:
        casebook.step(visit.change, case, _STEPS[what], visit.person)
        case.due_at = due_after(visit.rules, case, visit.change.records.now())
    entry.kind = what
    if what == "changes":
        case.owner = None
    if what in ("lessons", "changes", "declined"):
        handoffs.end_all(visit.change, case, who=people.audit_name(visit.person))
    visit.change.audit(f"{case.kind}:{what}:sent", case.id, people.audit_name(visit.person))
    text = visit.change.records.open(CaseEntry.text, entry)
    _tell_raiser(visit, case, raiser_cards.written(visit, case, what, text, _myself(visit)))
    done = officer_cards.case_card(visit, case, "Sent." if what != "lessons" else "Closed.")
    return (done, *(unanswered_kept.keep_offer(visit, case) if what == "answer" else ()))


def pass_on(visit: Visit, rest: str) -> Sequence[Card]:
    """Pass a case on to an officer who may own it, with the reason; her own access ends."""
    case_id, _, others = rest.partition(":")
    entry_id, _, officer_id = others.partition(":")
    case, entry, _ = _drafted(visit, f"{case_id}:{entry_id}")
    turn = conflict.in_turn(visit.change.session, case, [visit.person.id])
    officer = next((one for one in turn if one.id == officer_id and one.person), None)
    if officer is None:
        raise CaseError("It cannot be passed on to them any more.")
    entry.kind, case.owner = "passed on", None
    handoffs.end_all(visit.change, case, who=people.audit_name(visit.person))
    due = visit.rules.taken_on_by(case.kind, visit.change.records.now())
    handoff = handoffs.hand_off(visit.change, case, officer, case.kind, due)
    reach.tell(visit.change, officer.person, complaint_cards.offer(visit.rules, case, handoff))
    name = officers.contact(visit.change.records, officer).name
    said = f"It has gone to {name}. You no longer have it."
    return (private(visit.card_id, case.number, f"{case.number}: passed on", Text(said)),)


def procedures(visit: Visit, rest: str) -> Sequence[Card]:
    """Show which procedures there are."""
    case = casebook.owned(visit.change, rest, visit.person)
    others = [name for name in visit.rules.procedures if name != case.procedure]
    buttons = tuple(
        Button(name, f"case:procedure:{case.id}:{list(visit.rules.procedures).index(name)}")
        for name in others
    )
    said = Text(f"It follows: {case.procedure}. Which one instead?")
    return (private(visit.card_id, case.number, f"{case.number}: procedure", said, Buttons(buttons)),)


def procedure(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask why a procedure is to be changed."""
    case_id, _, number = rest.partition(":")
    case = casebook.owned(visit.change, case_id, visit.person)
    visit.state.awaiting = f"officer:procedure-{number}:{case.id}"
    return (private(visit.card_id, case.number, f"{case.number}: procedure", Text("Write why.")),)


def procedure_changed(visit: Visit, number: str, case: Case, reason: str) -> Sequence[Card]:
    """Change the procedure, with the reason."""
    visit.state.awaiting = ""
    names = list(visit.rules.procedures)
    if not number.isdecimal() or int(number) >= len(names):
        raise CaseError(casebook.NOT_OPEN)
    case.procedure = names[int(number)]
    if case.stage in ("received", "acknowledged", "looked into"):
        case.due_at = due_after(visit.rules, case, visit.change.records.now())
    casebook.note(visit.change, case, "procedure", f"{case.procedure}: {reason}", visit.person)
    visit.change.audit("complaint:procedure:changed", case.id, people.audit_name(visit.person))
    found = visit.rules.procedures[case.procedure]
    card = officer_cards.case_card(visit, case, f"It now follows: {case.procedure}.")
    return (Card(card.id, card.title, (*complaint_cards.quotes(visit, found), *card.elements), card.summary),)


def _drafted(visit: Visit, rest: str) -> tuple[Case, CaseEntry, str]:
    """Return, locked, a case and what its owner has written and not sent yet; raise CaseError."""
    case_id, _, entry_id = rest.partition(":")
    case = casebook.owned(visit.change, case_id, visit.person)
    rows = [row for row, _ in casebook.entries(visit.change, case) if row.id == entry_id]
    if not rows or rows[0].by != visit.person.id:
        raise CaseError(casebook.NOT_OPEN)
    if not rows[0].kind.startswith(DRAFTED):
        raise CaseError(f"That was sent on {visit.rules.calendar.local(rows[0].at):%d %B at %H:%M}.")
    return case, rows[0], rows[0].kind.removeprefix(DRAFTED)


def _myself(visit: Visit) -> Officer:
    officer = conflict.officer_of(visit.change.session, visit.person.organisation, visit.person.id)
    if officer is None:
        raise CaseError(casebook.NOT_OPEN)
    return officer


def _tell_raiser(visit: Visit, case: Case, card: Card) -> None:
    """Tell whoever raised a case, if anyone did."""
    reach.tell(visit.change, case.raised_by, card)


PRESSES: Mapping[str, Callable[[Visit, str], Sequence[Card]]] = {
    "take": take_on,
    "open": opened,
    "show": shown,
    "look": look,
    "write": write,
    "send": send,
    "pass": pass_on,
    "procedures": procedures,
    "procedure": procedure,
}
