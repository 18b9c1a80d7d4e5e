"""Clearing: an officer who cannot be meant says whether another one is, before a complaint goes on.

Whoever sees to the complaint later is shown no trace of it.
"""

from collections.abc import Callable, Mapping, Sequence

from bot import officers, people, reach
from bot.card import Button, Buttons, Card, Element, Text
from bot.cases import complaint, complaint_cards, conflict, handoffs, officer_cards
from bot.cases.casebook import CaseError
from bot.cases.form import private
from bot.records.tables import Case, CasePerson, Handoff
from bot.visit import Visit

_SAYS: Mapping[str, str] = {"about": "respondent", "witness": "mentioned", "not": ""}


def card(visit: Visit, case: Case, handoff: Handoff) -> Card:
    """Return the complaint with, for each who may be meant, what to say of her."""
    elements: list[Element] = [
        Text("Before this goes on: is it about one of these? None of them knows of it."),
        *officer_cards.story(visit, case),
        *officer_cards.files(visit, case),
    ]
    for part in _open(visit, case):
        name = _name(visit, part.person)
        elements.append(
            Buttons(
                (
                    Button(f"It is about {name}", f"case:clear:{handoff.id}:about:{part.id}"),
                    Button(f"{name} is only mentioned", f"case:clear:{handoff.id}:witness:{part.id}"),
                    Button(f"It is not about {name}", f"case:clear:{handoff.id}:not:{part.id}"),
                )
            )
        )
    return private(visit.card_id, case.number, f"{case.number}: who is it about?", *elements)


def clear(visit: Visit, rest: str) -> Sequence[Card]:
    """Note what was said of one who may be meant; after the last, the complaint goes on."""
    handoff_id, said, part_id = (*rest.split(":", 2), "", "")[:3]
    case, handoff = handoffs.to_person(visit.change, handoff_id, visit.person)
    if handoff.why != "clear" or said not in _SAYS:
        raise CaseError(handoffs.NOT_WAITING)
    part = next((one for one in _open(visit, case) if one.id == part_id), None)
    if part is not None:
        _note(visit, case, part, said)
    if _open(visit, case):
        return (card(visit, case, handoff),)
    handoffs.end_all(visit.change, case, who=people.audit_name(visit.person))
    officer = complaint.send_on(visit.change, visit.rules, case)
    myself = conflict.officer_of(visit.change.session, visit.person.organisation, visit.person.id)
    reach.tell(visit.change, case.raised_by, complaint_cards.sent_on(visit, case, officer, myself))
    if officer is not None and officer.person == visit.person.id:
        (new,) = handoffs.of_case(visit.change, case)
        mine = Buttons((Button("Open it", f"case:open:{new.id}", "primary"),))
        return (
            private(
                visit.card_id, case.number, f"{case.number}: yours", Text("It is yours to see to."), mine
            ),
        )
    if officer is None:
        told = "There is nobody to whom it may go. Please talk with the trustees."
    else:
        told = f"It has gone to {officers.contact(visit.change.records, officer).name}."
    return (private(visit.card_id, case.number, f"{case.number}: sent on", Text(told)),)


def _note(visit: Visit, case: Case, part: CasePerson, said: str) -> None:
    session, person = visit.change.session, part.person
    visit.change.audit(f"{case.kind}:conflict:{said}", case.id, people.audit_name(visit.person))
    if said == "not":
        conflict.no_part(session, case, person)
        return
    conflict.no_part(session, case, person)
    conflict.take_part(session, case, person, "respondent" if said == "about" else "mentioned")


def _open(visit: Visit, case: Case) -> Sequence[CasePerson]:
    return [part for part in conflict.parts(visit.change.session, case) if part.part == "may-be"]


def _name(visit: Visit, person: str) -> str:
    officer = conflict.officer_of(visit.change.session, visit.person.organisation, person)
    return officers.contact(visit.change.records, officer).name if officer else "someone who was an officer"


PRESSES: Mapping[str, Callable[[Visit, str], Sequence[Card]]] = {"clear": clear}
