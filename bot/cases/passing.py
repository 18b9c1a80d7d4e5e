"""Passing a case on, with the reason: to an officer of one's choice, or to who is above."""

from collections.abc import Callable, Mapping, Sequence

from bot import officers, people
from bot.card import Button, Buttons, Card, Element, Facts, Text
from bot.cases import complaint_cards, conflict, drafts, handoffs, mentions, offers
from bot.cases.casebook import CaseError
from bot.cases.form import private
from bot.records.tables import Case, CaseEntry, Officer
from bot.visit import Visit

PASSED_ON, ESCALATED = "passed on", "escalated"
WHATS = frozenset({PASSED_ON, ESCALATED})


def choose(visit: Visit, case: Case, entry: CaseEntry, what: str, text: str) -> Sequence[Card]:
    """Return to whom a case can go, with the reason as it was written."""
    to = _may_have_it(visit, case)
    if what == ESCALATED:
        to = [one for one in to if conflict.is_above(one)][:1]
    elements: list[Element] = [Text(text)]
    inside = [one for one in to if one.person is not None]
    if inside:
        buttons = tuple(
            Button(f"Pass on to {_name(visit, one)}", f"case:pass:{case.id}:{entry.id}:{one.id}", "primary")
            for one in inside
        )
        elements += [Text("Pass it on, with these words, to:"), Buttons(buttons)]
    else:
        elements += _nobody_inside(visit, to)
    elements.append(Buttons((Button("Leave it", f"case:show:{case.id}"),)))
    return (private(visit.card_id, case.number, f"{case.number}: {what}", *elements),)


def pass_on(visit: Visit, rest: str) -> Sequence[Card]:
    """Pass a case on to an officer who may own it, with the reason; her own access ends."""
    case_id, _, others = rest.partition(":")
    entry_id, _, officer_id = others.partition(":")
    case, entry, what = drafts.mine(visit, f"{case_id}:{entry_id}")
    officer = next((one for one in _may_have_it(visit, case) if one.id == officer_id and one.person), None)
    if officer is None or what not in WHATS:
        raise CaseError("It cannot be passed on to them any more.")
    entry.kind, entry.at, case.owner = what, visit.change.records.now(), None
    change, who = visit.change, people.audit_name(visit.person)
    handoffs.end_all(change, case, who=who)
    change.audit(f"{case.kind}:case:{'escalated' if what == ESCALATED else 'passed-on'}", case.id, who)
    due = handoffs.due(visit.rules, case, case.kind, change.records.now())
    handoff = handoffs.hand_off(change, case, officer, case.kind, due)
    offers.make(change, case, handoff, complaint_cards.offer(visit.rules, case, handoff))
    said = f"It has gone to {_name(visit, officer)}. You no longer have it."
    return (private(visit.card_id, case.number, f"{case.number}: passed on", Text(said)),)


def _may_have_it(visit: Visit, case: Case) -> Sequence[Officer]:
    mentions.look_again(visit.change, case)
    return conflict.in_turn(visit.change.session, case, [visit.person.id])


def _nobody_inside(visit: Visit, outside: Sequence[Officer]) -> Sequence[Element]:
    """Say that there is nobody here, and whom to ring; it stays with its owner."""
    said = Text("There is nobody else here who may have it, so it stays yours.")
    if not outside:
        return (said,)
    contacts = [officers.contact(visit.change.records, one) for one in outside]
    ring = Facts(tuple((contact.name, contact.phone) for contact in contacts))
    return (said, Text("I cannot reach them from here. Please ring:"), ring)


def _name(visit: Visit, officer: Officer) -> str:
    return officers.contact(visit.change.records, officer).name


PRESSES: Mapping[str, Callable[[Visit, str], Sequence[Card]]] = {"pass": pass_on}
