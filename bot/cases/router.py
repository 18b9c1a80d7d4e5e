"""What a button or a text that has to do with a case leads to."""

from collections.abc import Callable, Mapping, Sequence

from bot.card import Card, Text
from bot.cases import (
    alarm,
    casebook,
    clearing,
    complaint,
    content,
    form,
    officer,
    passing,
    quarterly_check,
    raiser,
    unanswered,
    unanswered_kept,
)
from bot.cases.casebook import CaseError
from bot.cases.kinds import FORMS
from bot.records.tables import Case
from bot.visit import Visit

# Pressed in the middle of a form, these leave it where it was.
_KEEP_WHAT_WAITS = frozenset({"tell", "where-i-was"})
_PAUSES = frozenset({"pause", "stop", "cancel", "later", "quit", "exit"})


def pressed(visit: Visit, verb: str, rest: str) -> Sequence[Card]:
    """Return the cards that answer a button; what cannot be done is said, and changes nothing."""
    if verb not in _KEEP_WHAT_WAITS:
        visit.state.awaiting = ""
    try:
        return _PRESSES[verb](visit, rest) if verb in _PRESSES else _gone(visit)
    except CaseError as error:
        return (_refused(visit, error),)


def typed(visit: Visit, text: str) -> Sequence[Card]:
    """Return the cards that answer a text where a case had asked for one."""
    side, _, rest = visit.state.awaiting.partition(":")
    what, _, case_id = rest.partition(":")
    try:
        if side == "officer" and what in _WRITES:
            return _WRITES[what](visit, case_id, text)
        if side == "officer" and what.startswith("finding-"):
            return quarterly_check.found(visit, what.removeprefix("finding-"), case_id, text)
        if side == "officer":
            case = casebook.owned(visit.change, case_id, visit.person)
            if what.startswith("procedure-"):
                return officer.procedure_changed(visit, what.removeprefix("procedure-"), case, text)
            return officer.written(visit, what, case, text)
        if what in _ADDS:
            return _ADDS[what](visit, casebook.raised(visit.change, case_id, visit.person), text)
        return _answered(visit, case_id, what, text)
    except CaseError as error:
        visit.state.awaiting = ""
        return (_refused(visit, error),)


def begin(visit: Visit, kind: str, text: str) -> Sequence[Card]:
    """Say what happens with a form of a kind, before it is begun."""
    visit.state.offered = text
    return (FORMS[kind].intro(visit),)


def _answered(visit: Visit, case_id: str, question: str, text: str) -> Sequence[Card]:
    case = form.draft(visit, case_id)
    chosen = FORMS[case.kind]
    if visit.files:
        return form.take_files(visit, chosen, case, question, text)
    said = text.strip().casefold()
    if said in _PAUSES:
        return (form.paused(visit, chosen, case),)
    if said == "back":
        return form.back(visit, chosen, case, question)
    if said == "skip":
        return form.skip(visit, chosen, case, question)
    return form.take(visit, chosen, case, question, text)


def _start(visit: Visit, rest: str) -> Sequence[Card]:
    if rest not in FORMS:
        return _gone(visit)
    offered, visit.state.offered = visit.state.offered, ""
    first = complaint.first_answers(offered) if rest == "complaint" else {}
    return form.begin(visit, FORMS[rest], first)


def _choose(visit: Visit, rest: str) -> Sequence[Card]:
    case_id, _, others = rest.partition(":")
    question, _, value = others.partition(":")
    case = form.draft(visit, case_id)
    return form.take(visit, FORMS[case.kind], case, question, value)


def _at_question(
    way: Callable[[Visit, form.Form, Case, str], Sequence[Card]],
) -> Callable[[Visit, str], Sequence[Card]]:
    def go(visit: Visit, rest: str) -> Sequence[Card]:
        case_id, _, question = rest.partition(":")
        case = form.draft(visit, case_id)
        return way(visit, FORMS[case.kind], case, question)

    return go


def _pause(visit: Visit, rest: str) -> Sequence[Card]:
    case = form.draft(visit, rest)
    return (form.paused(visit, FORMS[case.kind], case),)


def _unfile(visit: Visit, rest: str) -> Sequence[Card]:
    case_id, _, file_id = rest.partition(":")
    case = form.draft(visit, case_id)
    return form.remove_file(visit, FORMS[case.kind], case, file_id)


def _drop(visit: Visit, rest: str) -> Sequence[Card]:
    case = form.draft(visit, rest)
    if case.summary is not None:  # it was sent before, and whoever saw to it knows of it
        casebook.step(visit.change, case, "withdraw", visit.person)
        return (_told(visit, f"{case.number} is withdrawn."),)
    casebook.throw_away(visit.change, case, visit.person)
    return (_told(visit, "It is thrown away. Nothing was sent, and nothing of it is kept."),)


def _submit(visit: Visit, rest: str) -> Sequence[Card]:
    case_id, _, anyway = rest.partition(":")
    case = casebook.raised(visit.change, case_id, visit.person)
    if case.stage != "draft":
        return raiser.mine(visit, case_id)
    chosen, given = FORMS[case.kind], form.answers(visit, case)
    missing = [one for one in chosen.questions(visit, given) if one.id not in given]
    if missing:
        return form.go_on(visit, chosen, case, "One thing is missing before it can be sent.")
    return chosen.submit(visit, case, {**given, "+anyway": anyway})


def _where_i_was(visit: Visit, _: str) -> Sequence[Card]:
    """Ask again what was open when something else came between; nothing was taken for its answer."""
    what, _, case_id = visit.state.awaiting.removeprefix("case:").partition(":")
    if what == "+appeal":
        return raiser.appeal(visit, case_id)
    if what in _ADDS:
        return raiser.add(visit, case_id)
    case = form.draft(visit, case_id)
    return form.ask(visit, FORMS[case.kind], case, what)


def _leave(visit: Visit, _: str) -> Sequence[Card]:
    return (_told(visit, "That's fine. Nothing was recorded."),)


def _gone(visit: Visit) -> Sequence[Card]:
    return (_told(visit, "That is no longer there. Say “my cases” to see what is."),)


def _told(visit: Visit, said: str) -> Card:
    return Card(visit.card_id, "Noted", (Text(said),), "You have a private item.")


def _refused(visit: Visit, error: CaseError) -> Card:
    return Card(visit.card_id, "Nothing was changed", (Text(str(error)),), "You have a private item.")


_ADDS: Mapping[str, Callable[[Visit, Case, str], Sequence[Card]]] = {
    "+add": raiser.added,
    raiser.MORE: raiser.added,
    "+appeal": raiser.appealed,
}
# What an officer writes that is not for whoever raised a case.
_WRITES: Mapping[str, Callable[[Visit, str, str], Sequence[Card]]] = {
    "shorten": unanswered.shortened,
    "kept-question": unanswered_kept.keep_as,
}
_PRESSES: Mapping[str, Callable[[Visit, str], Sequence[Card]]] = {
    "start": _start,
    "choose": _choose,
    "skip": _at_question(form.skip),
    "back": _at_question(form.back),
    "change": _at_question(form.ask),
    "resume": _at_question(lambda visit, of, case, _: form.go_on(visit, of, case)),
    "pause": _pause,
    "drop": _drop,
    "unfile": _unfile,
    "submit": _submit,
    "leave": _leave,
    "where-i-was": _where_i_was,
    **officer.PRESSES,
    **passing.PRESSES,
    **raiser.PRESSES,
    **clearing.PRESSES,
    **alarm.PRESSES,
    **content.PRESSES,
    **quarterly_check.PRESSES,
    **unanswered.PRESSES,
    **unanswered_kept.PRESSES,
}
