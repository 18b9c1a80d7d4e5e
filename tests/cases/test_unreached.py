"""An officer who has never written here, nor is known on another platform: nobody reaches her in a chat."""

from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import select

from bot import linking, officers, people
from bot.contact import Office, contact_given
from bot.records.store import Records
from bot.records.tables import Audit, Officer, Person
from tests.cases.forms import STORY, House, all_words, send, take_on, words
from tests.cases.test_clockwork import passes
from tests.cases.test_safeguarding import HARM
from tests.cases.test_safeguarding import passes as minutes_pass
from tests.induction.conftest import Someone
from tests.records.conftest import Clock
from tests.records.stage import Platform, all_of, appoint

MANAGER = "Sample manager"


def unreached(records: Records, office: Office) -> None:
    """Give an office to someone who has no account."""
    with records.changing() as change:
        given = contact_given(f"Sample {office}", "01632 960002")
        officers.appoint(change, office, given, people.new_person(change), who="hearth")


@pytest.fixture
def house(adopted: Records, meet: Callable[[str], Someone]) -> Mapping[str, Someone]:
    """A volunteer, a chair, her deputy, a deputy lead; the manager and the lead were never here."""
    unreached(adopted, "manager")
    unreached(adopted, "safeguarding_lead")
    appoint(adopted, "web:chair", "chair")
    appoint(adopted, "web:vice", "deputy_chair")
    appoint(adopted, "web:deputy", "deputy_safeguarding_lead")
    found = {name: meet(f"web:{name}") for name in ("chair", "vice", "deputy", "volunteer", "new")}
    found["volunteer"].does("role:volunteer")
    return found


def test_whoever_complains_is_told_at_once_whom_to_ring_and_sees_it_when_she_asks(house: House) -> None:
    number = send(house["volunteer"])
    said = words(house["volunteer"].card)
    assert f"I cannot reach {MANAGER} here yet: please ring 01632 960002 and give the number." in said
    assert f"{MANAGER}, not reached here: ring 01632 960002" in words(house["volunteer"].says(number))


def test_the_next_is_asked_after_a_working_day_without_a_reminder_that_nobody_gets_and_is_told_why(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    send(house["volunteer"])
    passes(adopted, platform, clock, 1)
    assert not house["chair"].cards
    passes(adopted, platform, clock, 1)
    assert "nobody has taken it on" in words(house["chair"].card).casefold()
    assert STORY not in all_words(house["chair"])
    card = words(house["chair"].presses("Open it"))
    assert STORY in card
    assert f"{MANAGER} was asked, and could not be reached here then." in card
    assert "complaint:handoff:unreached" in [row.what for row in all_of(adopted, Audit)]


def test_one_who_cannot_be_reached_either_is_passed_over_on_the_same_day(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    unreached(adopted, "deputy_manager")
    send(house["volunteer"])
    passes(adopted, platform, clock, 2)
    assert "nobody has taken it on" in words(house["chair"].card).casefold()


def test_that_it_is_late_is_told_to_the_next_who_can_be_reached(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    send(house["volunteer"])
    passes(adopted, platform, clock, 2)
    take_on(house["chair"])
    passes(adopted, platform, clock, 31)
    assert house["chair"].card.title.endswith("is late")
    assert house["vice"].card.title.endswith("is late")


def test_who_has_to_clear_it_and_cannot_be_reached_leaves_no_trace_for_who_has_it_later(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    with adopted.changing() as change:
        (chair,) = officers.holders(change.session, adopted.organisation, "chair")
        officers.end(change, chair, who="hearth")
    unreached(adopted, "chair")
    code(adopted, house["new"])
    send(house["volunteer"], story=f"{STORY} I told the manager before, and it did not help.")
    passes(adopted, platform, clock, 2)
    house["vice"].presses("Open it")
    house["vice"].presses("It is not about Sample manager")
    card = words(house["new"].presses("Open it"))
    assert STORY in card
    assert "chair" not in card


def code(records: Records, someone: Someone) -> None:
    """Bind the account from which someone writes to the manager."""
    with records.changing() as change:
        (manager,) = change.session.scalars(select(Officer).where(Officer.office == "manager"))
        shown = linking.offer_code(change, change.session.get_one(Person, manager.person), who="test")
    someone.says(shown)


def test_let_in_by_a_code_she_is_shown_what_waits_for_her(house: House, adopted: Records) -> None:
    number = send(house["volunteer"])
    code(adopted, house["new"])
    assert number in words(house["new"].card)
    assert STORY in words(house["new"].presses(number))
    house["new"].presses("I'll take it on")
    assert f"Who has it: {MANAGER}" in words(house["volunteer"].says(number))


def test_words_of_harm_go_on_to_the_next_in_minutes_and_that_is_said(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    house["volunteer"].says(HARM)
    receipt = words(house["volunteer"].presses("Tell Sample safeguarding_lead"))
    assert "whom I cannot reach here. Please ring now." in receipt
    assert "01632 960002" in receipt
    minutes_pass(adopted, platform, clock, 5)
    assert "Nobody has picked up" in house["volunteer"].card.title
    card = take_on(house["deputy"])
    assert HARM in words(card)
    assert "Sample safeguarding_lead was asked, and could not be reached here then." in words(card)


def test_a_question_that_is_passed_on_says_so_too(house: House) -> None:
    house["volunteer"].says("can I put the logo on my blog?")
    house["volunteer"].presses("Ask a person")
    assert f"I cannot reach {MANAGER} here yet" in words(house["volunteer"].presses("Pass it on"))
