"""The assistant's own fixed cards: greetings, what it cannot do, and where to find a person."""

from collections.abc import Sequence

from bot.card import Button, Buttons, Card, Text
from bot.contact import Contact
from knowledge.pack import Pack
from knowledge.reading import Role

_ROLE_BUTTONS = Buttons(
    (
        Button("I'm a volunteer", "role:volunteer"),
        Button("I'm staff", "role:staff"),
        Button("I'm a trustee", "role:trustee"),
        Button("I'd rather not say", "role:unknown"),
    )
)


def any_role(card_id: str) -> Card:
    """Return the answer to someone who would rather not say who she is."""
    said = "That's fine. Where the rules differ for volunteers, staff and trustees, I'll say so."
    return Card(card_id, "Hello", (Text(said),))


def welcome(card_id: str, roles: tuple[Role, ...], pack: Pack) -> Card:
    """Return the greeting: what this is, whose policy, and the question who is asking."""
    about = f"I answer questions on the {pack.title} of {pack.organisation}, from its own words."
    if roles:
        known = f"I'll answer for you as {' and '.join(roles)}. What would you like to know?"
        return Card(card_id, "Hello", (Text(about), Text(known)))
    ask = "Who is asking? The rules differ for volunteers, staff and trustees."
    return Card(card_id, "Hello", (Text(about), Text(ask), _ROLE_BUTTONS))


def unreadable(card_id: str, why: str) -> Card:
    """Return why a message could not be taken as a question. Nothing of it is kept."""
    return Card(card_id, "I could not read that", (Text(why),))


def say_it_differently(card_id: str) -> Card:
    """Return the request to put the question in other words."""
    ask = "Sorry. Please say it in other words: who does what, and towards whom?"
    return Card(card_id, "Not what you asked", (Text(ask),))


def no_longer_open(card_id: str) -> Card:
    """Return the answer to a button of an earlier question."""
    said = "That question is no longer open. Please ask it again."
    return Card(card_id, "Already done", (Text(said),))


def answered_already(card_id: str) -> Card:
    """Return the answer to a button of a question back that was answered."""
    said = "That was answered already. My newest answer goes by it."
    return Card(card_id, "Already done", (Text(said),))


def thanks(card_id: str) -> Card:
    """Return the answer to thanks."""
    return Card(
        card_id, "You're welcome", (Text("Ask me again whenever you like."),), summary="You're welcome."
    )


IN_PRIVATE = "I answer you in our direct messages."


def ring_instead(contact: Contact | None, *, danger: bool) -> str:
    """Return what is said to one alone who cannot be written to in private; nothing of what she said."""
    first = "If anyone is in danger now, ring 999. " if danger else ""
    if contact is None:
        return f"{first}I cannot write to you in private here. Please go to the manager in person."
    return f"{first}I cannot write to you in private here. Please ring {contact.name}: {contact.phone}."


def overheard(contact: Contact | None, *, danger: bool) -> str:
    """Return what is said to one alone who wrote where others read, and had not asked Hearth."""
    alone = "Only you see this, and I keep nothing of what you wrote."
    ring = f"ring {contact.name}: {contact.phone}" if contact else "go to the manager in person"
    if danger:
        return (
            f"If anyone is in danger now, ring 999. If you are worried about someone, {ring}. Or write to me "
            f"in private: I can pass it on at once. {alone}"
        )
    return f"If something should be put right, write to me in private, or {ring}. {alone}"


def by_phone(contacts: Sequence[Contact]) -> str:
    """Return whom one can ring; it is read by others too, and is the same whatever was said."""
    ring = " or ".join(f"{contact.name} ({contact.phone})" for contact in contacts)
    return f"You can also ring {ring}. In an emergency ring 999." if ring else "In an emergency ring 999."


def not_handled(card_id: str) -> Card:
    """Return the apology for a message that could not be handled, and what to do."""
    said = "Something went wrong here, and your message was not answered. It has been noted."
    return Card(
        card_id, "Not answered", (Text(said), Text("Please say it again, in other words if you can."))
    )


def left_it(card_id: str) -> Card:
    """Return that nothing was passed on."""
    return Card(card_id, "Not passed on", (Text("That's fine. Nothing was sent."),), "Nothing was sent.")


def no_records(card_id: str) -> Card:
    """Return that something cannot be done on the command line, which keeps no records."""
    said = "That cannot be done here, where nothing is recorded. Nothing was sent. Please go to a person."
    return Card(card_id, "Not here", (Text(said),))


def files_not_kept(card_id: str) -> Card:
    """Return that files were not kept, and where they are."""
    said = (
        "The file you sent was not kept: I keep files only with something that you raise. Raise a complaint "
        "or propose a post, or press “Add something” on one of “my cases”, and send it then."
    )
    return Card(card_id, "The file was not kept", (Text(said),))
