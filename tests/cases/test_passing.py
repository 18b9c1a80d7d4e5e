"""Passed on or escalated: with the reason, to someone without a conflict, and no longer hers."""

from bot import officers
from bot.card import buttons_of
from bot.contact import contact_given
from bot.records.store import Records
from bot.records.tables import Audit
from tests.cases.forms import STORY, House, send, take_on, the_case, words
from tests.records.stage import all_of, appoint


def labels(house: House, name: str) -> list[str]:
    """Return the labels of someone's newest card's buttons."""
    return [button.label for button in buttons_of(house[name].card)]


def test_escalated_it_goes_past_the_deputy_to_the_chair_with_the_reason(
    house: House, adopted: Records
) -> None:
    appoint(adopted, "web:other", "deputy_manager")
    send(house["volunteer"])
    card = take_on(house["manager"])
    house["manager"].presses("Escalate it")
    house["manager"].says("It is more than I may decide.")
    assert labels(house, "manager") == ["Pass on to Sample chair", "Leave it"]
    assert not house["chair"].cards
    house["manager"].presses("Pass on to Sample chair")
    shown = words(house["chair"].presses("Open it"))
    assert STORY in shown
    assert "Why it was passed on to who is above" in shown
    assert "It is more than I may decide." in shown
    assert "not open to you" in words(house["manager"].presses("Reply", card))
    assert "complaint:case:escalated" in [row.what for row in all_of(adopted, Audit)]


def test_where_nobody_is_above_it_stays_hers_and_the_outside_contact_is_named(
    house: House, adopted: Records
) -> None:
    with adopted.changing() as change:
        given = contact_given("Sample national office", "01632 960099")
        officers.appoint(change, "outside_contact", given, None, who="hearth")
    send(house["volunteer"], who="Sample chair")
    take_on(house["vice"])
    house["vice"].presses("Escalate it")
    said = words(house["vice"].says("It is more than I may decide."))
    assert "stays yours" in said
    assert "Sample national office: 01632 960099" in said
    assert the_case(adopted).owner is not None


def test_left_it_stays_where_it_is(house: House, adopted: Records) -> None:
    send(house["volunteer"])
    take_on(house["manager"])
    house["manager"].presses("Pass it on")
    house["manager"].says("I am away.")
    assert "It is yours" not in words(house["manager"].presses("Leave it"))
    assert the_case(adopted).owner is not None
    assert not house["chair"].cards


def test_it_is_not_passed_on_to_one_whom_it_may_be_about_by_her_button(house: House) -> None:
    volunteer, manager = house["volunteer"], house["manager"]
    send(volunteer)
    take_on(manager)
    manager.presses("Pass it on")
    manager.says("I am away.")
    choice = manager.card
    volunteer.says("my cases")
    volunteer.presses("Add something")
    volunteer.says("I told Sample chair about it at the time.")
    assert "cannot be passed on" in words(manager.presses("Pass on to Sample chair", choice))
    assert not house["chair"].cards


def test_what_was_to_be_passed_on_is_not_sent_to_whoever_raised_it(house: House) -> None:
    send(house["volunteer"])
    take_on(house["manager"])
    house["manager"].presses("Pass it on")
    house["manager"].says("I know the family.")
    of_pass = next(
        one.action for one in buttons_of(house["manager"].card) if one.action.startswith("case:pass")
    )
    case_id, entry = of_pass.split(":")[2:4]
    count = len(house["volunteer"].cards)
    house["manager"].does(f"case:send:{case_id}:{entry}")
    assert len(house["volunteer"].cards) == count
