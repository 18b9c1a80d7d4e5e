"""The clerk: runs errands in a change, and words what came of them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from sqlalchemy import select

from bot import case_cards, cases, linking, officers, outbox, people, people_cards
from bot.card import Card
from bot.errands import (
    Errand,
    GiveName,
    Induct,
    Invite,
    Join,
    NoteSilence,
    OfferPerson,
    Overview,
    PassOn,
    Rate,
    SayRoles,
    ShowCode,
    TakeOn,
    WhoAmI,
)
from bot.induction import guide, office
from bot.induction.visit import Visit
from bot.records.store import Change
from bot.records.tables import Feedback, Person, Unanswered, new_id

# How long an officer has to take a question on before it counts as late.
TO_TAKE_ON = timedelta(days=3)


def run(visit: Visit, errand: Errand) -> Sequence[Card]:
    """Run an errand for a person and return the cards that tell her of it."""
    match errand:
        case Induct() | GiveName() | Invite() | Overview():
            return _induction(visit, errand)
        case SayRoles() | Join() | ShowCode() | WhoAmI():
            return _herself(visit, errand)
        case Rate() | NoteSilence():
            return _noted(visit, errand)
        case OfferPerson() | PassOn() | TakeOn():
            return (_to_a_person(visit, errand),)
        case _:
            assert_never(errand)


def _induction(visit: Visit, errand: Induct | GiveName | Invite | Overview) -> Sequence[Card]:
    match errand:
        case Induct(action, rest):
            return guide.pressed(visit, action, rest)
        case GiveName(text):
            return guide.named(visit, text)
        case Invite(account, roles):
            return office.invite(visit, account, roles)
        case Overview():
            return office.overview(visit)


def _herself(visit: Visit, errand: SayRoles | Join | ShowCode | WhoAmI) -> Sequence[Card]:
    change, person, card_id = visit.change, visit.person, f"{visit.message.id}.errand"
    match errand:
        case SayRoles(roles):
            people.say_roles(change, person, roles)
            return ()
        case Join(code):
            return (people_cards.joined(card_id, linking.enter_code(change, visit.message.sender, code)),)
        case ShowCode():
            code = linking.offer_code(change, person, who=people.audit_name(person))
            return (people_cards.code(card_id, code, linking.LIFETIME),)
        case WhoAmI():
            return (_known(change, person, card_id),)


def _noted(visit: Visit, errand: Rate | NoteSilence) -> Sequence[Card]:
    match errand:
        case Rate():
            return (_rated(visit.change, visit.person, errand, f"{visit.message.id}.errand"),)
        case NoteSilence(topic, question):
            _note_silence(visit.change, visit.person, topic, question)
            return ()


def _to_a_person(visit: Visit, errand: OfferPerson | PassOn | TakeOn) -> Card:
    change, card_id = visit.change, f"{visit.message.id}.errand"
    match errand:
        case OfferPerson(question):
            manager = cases.first_of(change, ("manager", "deputy_manager", "chair"))
            contact = officers.contact(change.records, manager) if manager else None
            return case_cards.person(card_id, contact, question)
        case PassOn():
            return _passed_on(change, visit.person, errand, card_id)
        case TakeOn(handoff):
            return _taken_on(change, visit.person, handoff, card_id)


def _known(change: Change, person: Person, card_id: str) -> Card:
    held = officers.authority(change.session, person)
    roles = people.roles(change.session, person)
    named = people.accounts(change.session, person.id)
    return people_cards.known(card_id, roles, sorted(held), named)


def _rated(change: Change, person: Person, errand: Rate, card_id: str) -> Card:
    """Note a rating; said again, the later one counts."""
    records = change.records
    row = change.session.scalars(select(Feedback).where(Feedback.card == errand.card)).one_or_none()
    if row is None:
        row = Feedback(id=new_id(), organisation=records.organisation, card=errand.card)
        change.add(row)
    row.helpful, row.topic, row.verdict = errand.helpful, errand.topic, errand.verdict
    row.person, row.at = person.id, records.now()
    return case_cards.rated(card_id, helpful=errand.helpful)


def _note_silence(change: Change, person: Person, topic: str, question: str) -> None:
    records = change.records
    row = Unanswered(
        id=new_id(), organisation=records.organisation, topic=topic, person=person.id, at=records.now()
    )
    row.question = records.seal(Unanswered.question, row, question)
    change.add(row)


def _passed_on(change: Change, person: Person, errand: PassOn, card_id: str) -> Card:
    """Open a case for a question and hand it to the first officer who did not ask it herself."""
    records = change.records
    officer = cases.first_of(change, ("manager", "deputy_manager", "chair"), excluded=[person.id])
    if officer is None or officer.person is None:
        return case_cards.nobody_to_pass_on_to(card_id)
    due = records.now() + TO_TAKE_ON
    case = cases.open_case(change, "question", person, errand.question, due)
    handoff = cases.hand_off(change, case, officer.person, "question", due)
    for direct in cases.direct_conversations(change, officer.person)[:1]:
        asker = records.open(Person.name, person)
        card = case_cards.question_for_officer(
            f"{handoff.id}.offer", case.number, asker, errand.question, errand.verdict, handoff.id
        )
        outbox.put_elsewhere(change, direct, (card,))
    return case_cards.passed_on(card_id, case.number, officers.contact(records, officer), due.date())


def _taken_on(change: Change, person: Person, handoff: str, card_id: str) -> Card:
    try:
        case, first = cases.take_on(change, handoff, person)
    except cases.CaseError as error:
        return case_cards.not_waiting(card_id, str(error))
    officer = cases.officer_of(change, person)
    if first and case.raised_by and officer:
        contact = officers.contact(change.records, officer)
        for direct in cases.direct_conversations(change, case.raised_by)[:1]:
            told = case_cards.someone_took_it_on(f"{handoff}.taken", case.number, contact)
            outbox.put_elsewhere(change, direct, (told,))
    return case_cards.taken_on(card_id, case.number, first=first)
