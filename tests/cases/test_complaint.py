"""A complaint, from its first words to its close."""

from collections.abc import Mapping

from bot.card import Buttons, Card, Facts, Quote, Text, buttons_of
from tests.induction.conftest import Someone

House = Mapping[str, Someone]
STORY = "The notice for the meeting on Monday came two days late again, and I had booked a sitter for nothing."


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


def fill(volunteer: Someone, story: str = STORY, who: str = "Nobody in particular", name: str = "Anyone") -> Card:
    """Answer the whole form, up to the review."""
    volunteer.says("complaint")
    volunteer.presses("Raise it")
    volunteer.says(story)
    volunteer.presses("Something else")
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


def test_a_complaint_is_answered_and_closed_and_everyone_hears_of_it(house: House) -> None:
    volunteer, manager = house["volunteer"], house["manager"]
    review = fill(volunteer)
    assert STORY in words(review)
    receipt = volunteer.presses("Send it")
    assert "recorded" in receipt.title
    number = next(value for part in receipt.elements if isinstance(part, Facts) for _, value in part.rows)
    assert STORY not in words(manager.card)
    assert manager.card.summary == f"You have a private item, {number}."
    assert STORY in words(manager.presses("Open it"))
    manager.presses("I'll take it on")
    assert "has taken it on" in words(volunteer.card)
    manager.presses("Answer it")
    manager.says("The notice was not sent. It will go to everyone two days before.")
    manager.presses("Send it")
    assert "The notice was not sent. It will go to everyone two days before." in words(volunteer.card)
    volunteer.presses("Appeal")
    volunteer.says("I had hoped for more than that.")
    assert "I had hoped for more than that." in words(house["chair"].presses("Open it"))
    house["chair"].presses("I'll take it on")
    house["chair"].presses("Decide it")
    house["chair"].says("We are sorry.")
    house["chair"].presses("Send it")
    assert "We are sorry." in words(volunteer.card)
    house["chair"].presses("Close it")
    house["chair"].says("Notices go out earlier.")
    house["chair"].presses("Close it so")
    assert "closed" in volunteer.card.title


def test_one_about_the_manager_goes_to_the_chair_and_the_manager_sees_nothing_of_it(house: House) -> None:
    before = len(house["manager"].cards)
    fill(house["volunteer"], who="Sample manager")
    house["volunteer"].presses("Send it")
    assert STORY in words(house["chair"].presses("Open it"))
    assert len(house["manager"].cards) == before
    assert "nothing waits" in words(house["manager"].says("my cases"))
