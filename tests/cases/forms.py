"""Filling in the complaint form, and reading cards."""

from collections.abc import Mapping

from bot.card import Buttons, Card, Facts, Quote, Text, buttons_of
from bot.records.store import Records
from bot.records.tables import Case
from tests.induction.conftest import Someone
from tests.records.stage import all_of

House = Mapping[str, Someone]
STORY = "The notice for the meeting on Monday came two days late again, and I had booked a sitter."


def words(card: Card) -> str:
    """Return all words of a card."""
    found = [card.title, card.summary]
    for part in card.elements:
        match part:
            case Text(text) | Quote(text):
                found.append(text)
            case Facts(rows):
                found += [f"{label}: {value}" for label, value in rows]
            case Buttons(buttons):
                found += [button.label for button in buttons]
            case _:
                pass
    return "\n".join(found)


def all_words(someone: Someone) -> str:
    """Return all words that someone was sent."""
    return "\n".join(words(card) for card in someone.cards)


def fill(
    volunteer: Someone,
    story: str = STORY,
    about: str = "Something else",
    who: str = "Nobody in particular",
    name: str = "Anyone",
) -> Card:
    """Answer the whole form, up to the review."""
    volunteer.says("complaint")
    volunteer.presses("Raise it")
    volunteer.says(story)
    volunteer.presses(about)
    volunteer.presses("In person")
    volunteer.says("last Monday")
    if who in [button.label for button in buttons_of(volunteer.card)]:
        volunteer.presses(who)
    else:
        volunteer.says(who)
    volunteer.presses("Skip")
    volunteer.presses("For myself")
    volunteer.presses("Here is fine")
    volunteer.presses(name)
    return volunteer.presses("No files")


def send(volunteer: Someone, **answers: str) -> str:
    """Raise a complaint and return its number."""
    fill(volunteer, **answers)
    receipt = volunteer.presses("Send it")
    return next(value for part in receipt.elements if isinstance(part, Facts) for _, value in part.rows)


def take_on(officer: Someone) -> Card:
    """Open what waits, and take it on."""
    officer.presses("Open it")
    return officer.presses("I'll take it on")


def the_case(records: Records) -> Case:
    """Return the one case that there is."""
    (case,) = all_of(records, Case)
    return case


def act(someone: Someone, what: str | int, text: str) -> None:
    """Press one of the buttons that she has ever been shown, and type where something is asked for.

    `what` is how the label of the newest such begins, or, as a number, which of all.
    """
    shown = [button for card in someone.cards for button in buttons_of(card)]
    if isinstance(what, str):
        fitting = [button for button in shown if button.label.startswith(what)][-1:]
    else:
        fitting = [shown[what % len(shown)]] if shown else []
    for button in fitting:
        someone.does(button.action)
    someone.says(text)
