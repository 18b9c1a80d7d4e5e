"""The clerk: runs errands in a change, and words what came of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from sqlalchemy import select

from bot import case_cards, linking, officers, people, people_cards, reach
from bot.card import Card
from bot.cases import alarm, questions, raiser, router, unanswered_kept
from bot.errands import (
    ActOnCase,
    Cases,
    CopyMine,
    Errand,
    GiveName,
    Induct,
    Invite,
    Join,
    NoteSilence,
    OfferPerson,
    Overview,
    PassOn,
    Raise,
    Rate,
    SayRoles,
    ShowCode,
    TellCase,
    Warn,
    WhoAmI,
)
from bot.induction import guide, office
from bot.records.store import Change
from bot.records.tables import Feedback, Person, Unanswered, new_id
from bot.visit import Visit


def run(visit: Visit, errand: Errand) -> Sequence[Card]:
    """Run an errand for a person and return the cards that tell her of it."""
    match errand:
        case Induct() | GiveName() | Invite() | Overview():
            return _induction(visit, errand)
        case SayRoles() | Join() | ShowCode() | WhoAmI() | CopyMine():
            return _herself(visit, errand)
        case Rate() | NoteSilence():
            return _noted(visit, errand)
        case OfferPerson() | PassOn():
            return (_to_a_person(visit, errand),)
        case Raise() | ActOnCase() | TellCase() | Cases() | Warn():
            return _of_cases(visit, errand)
        case _:
            assert_never(errand)


def _induction(visit: Visit, errand: Induct | GiveName | Invite | Overview) -> Sequence[Card]:
    match errand:
        case Induct("invite-all"):
            return office.invite_all(visit)
        case Induct(action, rest):
            return guide.pressed(visit, action, rest)
        case GiveName(text):
            return guide.named(visit, text)
        case Invite(account, roles):
            return office.invite(visit, account, roles)
        case Overview():
            return office.overview(visit)


def _of_cases(visit: Visit, errand: Raise | ActOnCase | TellCase | Cases | Warn) -> Sequence[Card]:
    match errand:
        case Raise(kind, text):
            return router.begin(visit, kind, text)
        case ActOnCase(verb, rest):
            return router.pressed(visit, verb, rest)
        case TellCase(text):
            return router.typed(visit, text)
        case Cases(number):
            return raiser.overview(visit, number)
        case Warn(text, kept):
            return alarm.warn(visit, text, kept=kept)


def _herself(visit: Visit, errand: SayRoles | Join | ShowCode | WhoAmI | CopyMine) -> Sequence[Card]:
    change, person, card_id = visit.change, visit.person, f"{visit.message.id}.errand"
    match errand:
        case SayRoles(roles):
            people.say_roles(change, person, roles)
            return ()
        case Join(code):
            return _joined(visit, card_id, linking.enter_code(change, visit.message.sender, code))
        case ShowCode():
            code = linking.offer_code(change, person, who=people.audit_name(person))
            return (people_cards.code(card_id, code, linking.LIFETIME),)
        case WhoAmI():
            return (_known(change, person, card_id),)
        case CopyMine():
            return (people_cards.copy(card_id, person.id),)


def _joined(visit: Visit, card_id: str, outcome: linking.Outcome) -> Sequence[Card]:
    """Tell what came of a code, and what has waited for whoever can be reached by it from now on."""
    waits: Sequence[Card] = ()
    if outcome is linking.Outcome.JOINED:
        herself = people.known(visit.change, visit.message.sender)
        waits = raiser.what_waits(replace(visit, person=herself))
    return (people_cards.joined(card_id, outcome), *waits)


def _noted(visit: Visit, errand: Rate | NoteSilence) -> Sequence[Card]:
    match errand:
        case Rate():
            return (_rated(visit.change, visit.person, errand, f"{visit.message.id}.errand"),)
        case NoteSilence(topic, question):
            _note_silence(visit.change, visit.person, topic, question)
            return unanswered_kept.like(visit, topic)


def _to_a_person(visit: Visit, errand: OfferPerson | PassOn) -> Card:
    change = visit.change
    match errand:
        case OfferPerson(asked):
            manager = reach.first_of(change, ("manager", "deputy_manager", "chair"))
            contact = officers.contact(change.records, manager) if manager else None
            return case_cards.person(visit.card_id, contact, asked)
        case PassOn():
            return questions.pass_on(visit, errand)


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
