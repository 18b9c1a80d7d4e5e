"""Questions that are passed on: each becomes one case, however often its button is pressed."""

from hashlib import sha256

from bot import case_cards, officers, words
from bot.card import Card
from bot.cases import casebook, handoffs, offers, officer_cards
from bot.cases.complaint_dates import day_of
from bot.errands import PassOn
from bot.visit import Visit


def pass_on(visit: Visit, errand: PassOn) -> Card:
    """Open a case for a question and hand it to the first officer who did not ask it herself.

    Where it was passed on before, its case is told.
    """
    change, rules, occasion = visit.change, visit.rules, _occasion(visit, errand)
    stands = casebook.of_occasion(change, "question", occasion)
    if stands is not None:
        day = rules.calendar.local(stands.opened_at).date()
        return case_cards.passed_on_before(visit.card_id, stands.number, day)
    if not errand.question:
        return words.no_longer_open(visit.card_id)
    now = change.records.now()
    due = rules.calendar.deadline(now, rules.question.answer_days)
    case = casebook.open_case(change, "question", visit.person, errand.question, due, occasion=occasion)
    casebook.note(change, case, "question", errand.question, visit.person)
    casebook.note(change, case, "told", case_cards.ANSWERED[errand.verdict], None)
    casebook.note(change, case, "topic", errand.topic, None)
    handed = handoffs.hand_on(change, case, "question", rules.taken_on_by("question", now))
    if handed is None:
        casebook.throw_away(change, case, visit.person)
        return case_cards.nobody_to_pass_on_to(visit.card_id)
    handoff, officer = handed
    asker = officer_cards.raiser(change, case)
    card = case_cards.question_for_officer(handoff, case.number, asker, errand)
    offers.make(change, case, handoff, card)
    contact = officers.contact(change.records, officer)
    due_on, rings = day_of(rules, handoff.due_at), offers.ring(change, officer)
    return case_cards.passed_on(visit.card_id, case.number, contact, due_on, rings)


def _occasion(visit: Visit, errand: PassOn) -> str:
    """Return what a question is known by: a digest, for ids of messages are longer and name accounts."""
    named = f"{visit.message.conversation} {errand.of}"
    return f"asked:{sha256(named.encode()).hexdigest()}"
