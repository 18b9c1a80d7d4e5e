"""The officer's side of a case: taking it on, writing to whoever raised it, deciding, closing, passing on."""

from collections.abc import Callable, Mapping, Sequence

from bot import days, people, reach
from bot.card import Button, Buttons, Card, Text
from bot.cases import (
    casebook,
    clearing,
    complaint,
    conflict,
    drafts,
    handoffs,
    officer_cards,
    passing,
    raiser_cards,
    stages,
    unanswered_kept,
)
from bot.cases.casebook import CaseError
from bot.cases.complaint_dates import day_of
from bot.cases.form import private
from bot.cases.stages import Verb
from bot.records.tables import Case, CaseEntry, Officer
from bot.visit import Visit

_ASKS: Mapping[str, str] = {
    "reply": "Write your reply. I show it to you before it is sent, exactly as you wrote it.",
    "asked": "Write what you want to ask them.",
    "answer": "Write the answer. They get it exactly like this. A complaint may then be appealed.",
    "decision": "Write what you decide on the appeal, and why.",
    "lessons": "Write the outcome, and what is learned from it. It stays with the case.",
    "note": "Write your note. Only who deals with the case reads it.",
    "changes": "Write what is to be changed. The author gets it exactly as you wrote it.",
    "declined": "Write why it is declined. The author gets it exactly as you wrote it.",
    "passed on": "Write why you pass it on. Whoever gets it reads this.",
    "escalated": "Write why it must go higher. Whoever gets it reads this.",
}
# What a card is called that asks for words, or shows them before they are sent.
_TITLES: Mapping[str, str] = {
    "reply": "your reply",
    "asked": "your question to them",
    "answer": "the answer",
    "decision": "the decision",
    "lessons": "outcome and lessons",
    "note": "a note",
    "changes": "what is to be changed",
    "declined": "why it is declined",
    "passed on": "passing it on",
    "escalated": "passing it on to who is above",
}
_WHY_ANOTHER = "Write why. Whoever raised it is told which procedure is followed now, and your reason."
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
        if case.stage in complaint.BEFORE_ANSWER:  # an appeal's time counts from the appeal
            complaint.date_anew(visit.change, visit.rules, case)
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
    return (private(visit.card_id, case.number, f"{case.number}: {stages.called(case.kind)}", *story, take),)


def shown(visit: Visit, rest: str) -> Sequence[Card]:
    """Show a case that she owns."""
    case = casebook.owned(visit.change, rest, visit.person)
    visit.change.audit(f"{case.kind}:case:shown", case.id, people.audit_name(visit.person))
    return (officer_cards.case_card(visit, case),)


def look(visit: Visit, rest: str) -> Sequence[Card]:
    """Note that the matter is being looked into."""
    case = casebook.owned(visit.change, rest, visit.person)
    casebook.step(visit.change, case, "look", visit.person)
    complaint.date_anew(visit.change, visit.rules, case)
    return (officer_cards.case_card(visit, case, "Noted: you are looking into it."),)


def write(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask for words: a reply, an answer, a note."""
    case_id, _, what = rest.partition(":")
    case = casebook.owned(visit.change, case_id, visit.person)
    if what not in _ASKS:
        raise CaseError(casebook.NOT_OPEN)
    if what == "lessons":
        _may_be_closed(visit, case)
    leads_on = what not in _STEPS or stages.after(case.kind, case.stage, _STEPS[what]) is not None
    if case.stage in stages.OVER or not leads_on:
        raise CaseError(casebook.cannot(case))
    visit.state.awaiting = f"officer:{what}:{case.id}"
    title = f"{case.number}: {_TITLES[what]}"
    return (private(visit.card_id, case.number, title, Text(_ASKS[what]), _leave(case)),)


def written(visit: Visit, what: str, case: Case, text: str) -> Sequence[Card]:
    """Keep what an officer wrote, and show it before it is sent; a note is kept at once."""
    visit.state.awaiting = ""
    if what == "note":
        casebook.note(visit.change, case, "note", text, visit.person)
        visit.change.audit(f"{case.kind}:note:added", case.id, people.audit_name(visit.person))
        return (officer_cards.case_card(visit, case, "Your note is kept."),)
    entry = drafts.keep(visit, case, what, text)
    if what in passing.WHATS:
        return passing.choose(visit, case, entry, what, text)
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
    title = f"{case.number}: {_TITLES[what]}"
    return (private(visit.card_id, case.number, title, Text(who), Text(text), choice),)


def send(visit: Visit, rest: str) -> Sequence[Card]:
    """Send what was shown, once; with an answer, a decision or an outcome the case moves on."""
    case, entry, what = drafts.mine(visit, rest)
    if what in passing.WHATS:
        raise CaseError(casebook.NOT_OPEN)
    if what == "lessons":
        _may_be_closed(visit, case)
    if what in _STEPS:
        casebook.step(visit.change, case, _STEPS[what], visit.person)
    entry.kind, entry.at = what, visit.change.records.now()  # it counts from when it is sent
    visit.change.session.flush()
    if what in _STEPS or case.stage in complaint.BEFORE_ANSWER:
        complaint.date_anew(visit.change, visit.rules, case)
    if what == "changes":
        case.owner = None
    if what in ("lessons", "changes", "declined"):
        handoffs.end_all(visit.change, case, who=people.audit_name(visit.person))
    visit.change.audit(f"{case.kind}:{what}:sent", case.id, people.audit_name(visit.person))
    text = visit.change.records.open(CaseEntry.text, entry)
    _tell_raiser(visit, case, raiser_cards.written(visit, case, what, text, _myself(visit)))
    done = officer_cards.case_card(visit, case, "Sent." if what != "lessons" else "Closed.")
    return (done, *(unanswered_kept.keep_offer(visit, case) if what == "answer" else ()))


def procedures(visit: Visit, rest: str) -> Sequence[Card]:
    """Show which procedures there are."""
    case = casebook.owned(visit.change, rest, visit.person)
    others = [name for name in visit.rules.procedures if name != case.procedure]
    buttons = tuple(
        Button(name, f"case:procedure:{case.id}:{list(visit.rules.procedures).index(name)}")
        for name in others
    )
    said = Text(f"It follows: {case.procedure}. Which one instead?")
    return (
        private(
            visit.card_id, case.number, f"{case.number}: procedure", said, Buttons(buttons), _leave(case)
        ),
    )


def procedure(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask why a procedure is to be changed."""
    case_id, _, number = rest.partition(":")
    case = casebook.owned(visit.change, case_id, visit.person)
    visit.state.awaiting = f"officer:procedure-{number}:{case.id}"
    return (
        private(visit.card_id, case.number, f"{case.number}: procedure", Text(_WHY_ANOTHER), _leave(case)),
    )


def procedure_changed(visit: Visit, number: str, case: Case, reason: str) -> Sequence[Card]:
    """Change the procedure, with the reason."""
    visit.state.awaiting = ""
    names = list(visit.rules.procedures)
    if not number.isdecimal() or int(number) >= len(names):
        raise CaseError(casebook.NOT_OPEN)
    if case.stage in stages.OVER:
        raise CaseError(casebook.cannot(case))
    case.procedure = names[int(number)]
    if case.stage in complaint.BEFORE_ANSWER:
        complaint.date_anew(visit.change, visit.rules, case)
    casebook.note(visit.change, case, "procedure", f"{case.procedure}: {reason}", visit.person)
    visit.change.audit("complaint:procedure:changed", case.id, people.audit_name(visit.person))
    _tell_raiser(visit, case, raiser_cards.other_procedure(visit, case, reason))
    return (officer_cards.case_card(visit, case, f"It now follows: {case.procedure}."),)


def _leave(case: Case) -> Buttons:
    return Buttons((Button("Never mind", f"case:show:{case.id}"),))


def _myself(visit: Visit) -> Officer:
    officer = conflict.officer_of(visit.change.session, visit.person.organisation, visit.person.id)
    if officer is None:
        raise CaseError(casebook.NOT_OPEN)
    return officer


def _may_be_closed(visit: Visit, case: Case) -> None:
    """Raise CaseError while an answer may be appealed, or is: nobody loses that by its being closed."""
    if case.stage == "appeal":
        raise CaseError(f"{case.number} is under appeal: decide on that first. Then it can be closed.")
    if casebook.may_be_appealed(case, visit.change.records.now()) and case.due_at is not None:
        day = days.in_words(day_of(visit.rules, case.due_at))
        raise CaseError(
            f"{case.number} may be appealed until {day}. It can be closed after that, or as soon as whoever "
            "raised it says that it is settled."
        )


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
    "procedures": procedures,
    "procedure": procedure,
}
