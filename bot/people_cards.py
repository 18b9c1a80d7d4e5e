"""The cards about who someone is."""

from collections.abc import Sequence
from datetime import timedelta

from bot.card import Button, Buttons, Card, Document, Facts, Text
from bot.contact import Office, in_words
from bot.linking import Outcome
from knowledge.reading import Role

_CHANGE = Buttons(
    (
        Button("I'm a volunteer", "role:volunteer"),
        Button("I'm staff", "role:staff"),
        Button("I'm a trustee", "role:trustee"),
    )
)


def joined(card_id: str, outcome: Outcome) -> Card:
    """Return what came of a one-time code."""
    return Card(card_id, "One-time code", (Text(outcome.value),))


def code(card_id: str, shown: str, lifetime: timedelta) -> Card:
    """Return a code that joins another account to this one; the notification does not hold it."""
    minutes = int(lifetime.total_seconds() // 60)
    how = f"Type this in your other account within {minutes} minutes. It works once. Show it to nobody."
    return Card(card_id, "One-time code", (Facts((("Code", shown),)), Text(how)), "Your one-time code.")


def known(card_id: str, roles: Sequence[Role], offices: Sequence[Office], accounts: Sequence[str]) -> Card:
    """Return what Hearth takes someone for, and how to change it."""
    rows = (
        ("You are", " and ".join(roles) or "not known to me yet"),
        ("Offices", ", ".join(in_words(office) for office in offices) or "none"),
        ("Accounts", ", ".join(accounts)),
    )
    how = Text("Press what you are to change it. To join another account of yours, say “link my accounts”.")
    copy = Buttons((Button("Everything held about me", "mine:copy"),))
    return Card(card_id, "Who you are", (Facts(rows), how, _CHANGE, copy), "Who you are to Hearth.")


def copy(card_id: str, person: str) -> Card:
    """Return what is held about someone, to be fetched by her alone."""
    said = Text("This is made when you fetch it. Keep it to yourself: it holds what you told me in private.")
    held = Document("What Hearth holds about you", f"export:{person}")
    return Card(card_id, "What I hold about you", (said, held), "You have a private item.")
