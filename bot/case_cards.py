"""The cards of cases: what the one who raised it and the officer who must act are told."""

from datetime import date

from bot import days
from bot.card import Button, Buttons, Card, Facts, Text
from bot.contact import Contact
from bot.errands import PassOn
from bot.records.tables import Handoff
from knowledge.pack import Verdict

ANSWERED: dict[Verdict, str] = {
    "allowed": "The policy allows it",
    "not_allowed": "The policy does not allow it",
    "required": "The policy requires it",
    "depends": "It depends on a fact",
    "info": "It was told what the policy says",
    "silent": "The policy does not say",
}


def person(card_id: str, contact: Contact | None, asked: PassOn | None) -> Card:
    """Return whom to ask, and the offer to pass the question on where there is one."""
    title = "Ask a person"
    if contact is None:
        return Card(card_id, title, (Text("Please ask your manager, by phone or face to face."),))
    reached = Facts(((contact.name, contact.phone),))
    if asked is None:
        return Card(card_id, title, (Text("You can reach a person here:"), reached))
    offer = Text("Or shall I pass your question on? It would be sent with your name where it is known, as:")
    pass_on = Button("Pass it on", f"pass-on:{asked.of}", "primary")
    choice = Buttons((pass_on, Button("No, thank you", "leave-it")))
    return Card(
        card_id, title, (Text("You can reach a person here:"), reached, offer, Text(asked.question), choice)
    )


def passed_on(card_id: str, number: str, contact: Contact, due: date, rings: str = "") -> Card:
    """Return the receipt for a question that was passed on; `rings` where she cannot be reached here."""
    by = days.in_words(due, days.WEEKDAY)
    told = f"I have passed your question on to {contact.name}. It should be taken on by {by}."
    urgent = rings or f"If it cannot wait, ring {contact.phone}."
    return Card(
        card_id,
        "Passed on",
        (Text(told), Facts((("Number", number),)), Text(urgent)),
        f"Passed on, {number}.",
    )


def passed_on_before(card_id: str, number: str, day: date) -> Card:
    """Return the answer to another press of the button that passed a question on."""
    told = f"This was passed on on {day:%A %d %B %Y}. It was not sent a second time."
    shown = (Text(told), Facts((("Number", number),)))
    return Card(card_id, "Already passed on", shown, f"Already passed on, {number}.")


def nobody_to_pass_on_to(card_id: str) -> Card:
    """Return that a question could not be passed on; nothing was recorded."""
    said = "There is nobody here whom I could pass it on to, so nothing was sent. Please ask in person."
    return Card(card_id, "Not passed on", (Text(said),))


def question_for_officer(handoff: Handoff, number: str, asker: str, asked: PassOn) -> Card:
    """Return what the officer gets; the notification says nothing of the question."""
    return Card(
        f"{handoff.id}.offer",
        f"A question for you, {number}",
        (
            Text(f"This is from {asker}, who wants a person's answer:"),
            Text(asked.question),
            Text(f"What I told: {ANSWERED[asked.verdict]}."),
            Buttons((Button("I'll take it on", f"case:take:{handoff.id}", "primary"),)),
        ),
        f"You have a private item, {number}.",
    )


def rated(card_id: str, *, helpful: bool) -> Card:
    """Return thanks for a rating."""
    said = (
        "Thank you, that is noted."
        if helpful
        else "Thank you, that is noted. Would you like to ask a person?"
    )
    more = () if helpful else (Buttons((Button("Ask a person", "person"),)),)
    return Card(card_id, "Noted", (Text(said), *more), "Noted.")
