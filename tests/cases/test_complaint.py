"""A complaint, from its first words to its close."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.card import buttons_of
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import Audit, Case, CaseEntry, Handoff
from tests.cases.forms import STORY, House, all_words, fill, send, take_on, the_case, words
from tests.records.conftest import Clock
from tests.records.stage import all_of
from tests.records.together import at_once


def test_a_complaint_is_answered_appealed_and_closed_and_everyone_hears_of_it(
    house: House, adopted: Records
) -> None:
    volunteer, manager, chair = house["volunteer"], house["manager"], house["chair"]
    assert STORY in words(fill(volunteer))
    assert "recorded" in volunteer.presses("Send it").title
    number = the_case(adopted).number
    assert STORY not in words(manager.card)
    assert manager.card.summary == f"You have a private item, {number}."
    assert STORY in words(manager.presses("Open it"))
    manager.presses("I'll take it on")
    assert "has taken it on" in words(volunteer.card)
    manager.presses("Answer it")
    manager.says("The notice was not sent. It will go out two days before.")
    manager.presses("Send it")
    assert "The notice was not sent. It will go out two days before." in words(volunteer.card)
    volunteer.presses("Appeal")
    volunteer.says("I had hoped for more than that.")
    assert "I had hoped for more than that." in words(chair.presses("Open it"))
    chair.presses("I'll take it on")
    chair.presses("Decide it")
    chair.says("We agree with you, and apologise.")
    chair.presses("Send it")
    assert "We agree with you, and apologise." in words(volunteer.card)
    chair.presses("Close it")
    chair.says("Notices go out earlier.")
    chair.presses("Close it so")
    assert "closed" in volunteer.card.title
    assert the_case(adopted).stage == "closed"
    with adopted.reading() as session:
        assert audit.verify(session, adopted) is None


def test_asked_how_it_stands_a_closed_complaint_shows_what_was_answered_and_decided_and_when(
    house: House, clock: Clock
) -> None:
    volunteer, manager, chair = house["volunteer"], house["manager"], house["chair"]
    number = send(volunteer)
    take_on(manager)
    manager.presses("Write a note")
    manager.says("She rings often.")
    manager.presses("Answer it")
    manager.says("The notice was not sent.")
    clock.passes(days=1)
    manager.presses("Send it")
    assert "The answer, 3 March 2026:\nThe notice was not sent." in words(volunteer.says(number))
    volunteer.presses("Appeal")
    volunteer.says("I had hoped for more than that.")
    take_on(chair)
    chair.presses("Decide it")
    chair.says("We agree with you, and apologise.")
    clock.passes(days=1)
    chair.presses("Send it")
    chair.presses("Close it")
    chair.says("We learned to look twice.")
    clock.passes(days=1)
    chair.presses("Close it so")
    for card in (volunteer.says("What's happening with my complaint?"), volunteer.says("my cases")):
        said = words(card)
        assert "Stage: closed" in said
        assert "Closed: 5 March 2026" in said
        assert "The answer, 3 March 2026:\nThe notice was not sent." in said
        assert "The decision on your appeal, 4 March 2026:\nWe agree with you, and apologise." in said
        assert "rings often" not in said
        assert "look twice" not in said
    assert "The notice was not sent." not in words(house["other"].says(number))


def test_what_was_drafted_and_not_sent_is_not_shown_as_the_answer(house: House) -> None:
    number = send(house["volunteer"])
    take_on(house["manager"])
    house["manager"].presses("Answer it")
    house["manager"].says("The notice was not sent.")
    assert "The notice was not sent." not in words(house["volunteer"].says(number))


def test_from_wanting_to_complain_to_the_receipt_there_are_at_most_thirteen_cards(house: House) -> None:
    before = len(house["volunteer"].cards)
    send(house["volunteer"])
    assert len(house["volunteer"].cards) - before <= 13


def test_a_message_raised_from_its_menu_is_the_story_though_it_reads_as_a_question(house: House) -> None:
    volunteer = house["volunteer"]
    intro = volunteer.says("raise in private: May I friend the family that I support on Facebook?")
    assert intro.title == "Raising a complaint"
    assert "What is it about?" in words(volunteer.presses("Raise it"))
    assert "May I friend the family that I support on Facebook?" in words(volunteer.presses("Back"))


def test_a_message_of_harm_raised_from_its_menu_is_warned_of_first(house: House) -> None:
    harm = "A mum told me that her partner strangles her when he has been drinking."
    card = house["volunteer"].says(f"raise in private: {harm}")
    assert "999" in words(card)


def test_the_story_told_before_the_form_is_not_asked_again(house: House) -> None:
    volunteer = house["volunteer"]
    volunteer.says(f"I want to make a complaint. {STORY}")
    assert "What is it about?" in words(volunteer.presses("Raise it"))
    assert STORY in words(volunteer.presses("Back"))


def test_nothing_is_recorded_before_the_form_is_begun(house: House, adopted: Records) -> None:
    house["volunteer"].says("complaint")
    assert house["volunteer"].presses("No, thank you")
    assert not all_of(adopted, Case)


def test_it_says_first_what_happens_and_whom_to_ring_instead(house: House) -> None:
    said = words(house["volunteer"].says("complaint"))
    assert "01632 960001" in said
    assert "never to anyone it is or may be about" in said


class TestForm:
    """Filling it in."""

    def test_paused_and_resumed_after_days_it_goes_on_where_it_was(self, house: House, clock: Clock) -> None:
        volunteer = house["volunteer"]
        volunteer.says("complaint")
        volunteer.presses("Raise it")
        volunteer.says(STORY)
        volunteer.presses("Pause")
        clock.passes(days=5)
        assert "What is it about?" in words(volunteer.presses("Go on"))

    def test_an_answer_is_changed_from_the_review(self, house: House) -> None:
        volunteer = house["volunteer"]
        fill(volunteer)
        volunteer.presses("Change: When")
        review = volunteer.says("the Monday before")
        assert "When: the Monday before" in words(review)
        assert "last Monday" not in words(review)

    def test_back_asks_the_question_before_and_leaving_it_so_goes_on(self, house: House) -> None:
        volunteer = house["volunteer"]
        volunteer.says("complaint")
        volunteer.presses("Raise it")
        volunteer.says(STORY)
        assert STORY in words(volunteer.presses("Back"))
        assert "What is it about?" in words(volunteer.presses("Leave it so"))

    def test_thrown_away_nothing_of_it_is_kept(self, house: House, adopted: Records) -> None:
        fill(house["volunteer"])
        house["volunteer"].presses("Throw it away")
        assert not all_of(adopted, Case)
        assert not all_of(adopted, CaseEntry)

    def test_a_date_in_digits_is_an_answer(self, house: House) -> None:
        volunteer = house["volunteer"]
        volunteer.says("complaint")
        volunteer.presses("Raise it")
        volunteer.says(STORY)
        volunteer.presses("Something else")
        volunteer.presses("In person")
        assert "Who is it about?" in words(volunteer.says("12/3"))

    def test_sent_twice_there_is_one(self, house: House, adopted: Records) -> None:
        volunteer = house["volunteer"]
        review = fill(volunteer)
        volunteer.presses("Send it")
        again = volunteer.presses("Send it", review)
        assert the_case(adopted).number in again.title
        assert len(all_of(adopted, Handoff)) == 1

    def test_the_same_again_within_minutes_is_asked_about(self, house: House, adopted: Records) -> None:
        volunteer = house["volunteer"]
        number = send(volunteer)
        fill(volunteer)
        assert number in words(volunteer.presses("Send it"))
        volunteer.presses("No, throw it away")
        assert the_case(adopted).number == number

    def test_another_cannot_open_change_or_send_it(self, house: House, adopted: Records) -> None:
        review = fill(house["volunteer"])
        for button in buttons_of(review):
            assert STORY not in words(house["other"].does(button.action))
        assert the_case(adopted).stage == "draft"


class TestConflict:
    """Whoever it is, or may be, about."""

    @pytest.mark.parametrize("who", ["Sample manager", "the manager", "the lady in the office"])
    def test_it_goes_to_the_chair_and_the_manager_sees_nothing_of_it(self, house: House, who: str) -> None:
        before = len(house["manager"].cards)
        number = send(house["volunteer"], who=who)
        assert STORY in words(house["chair"].presses("Open it"))
        assert len(house["manager"].cards) == before
        assert "nothing waits" in words(house["manager"].says("my cases"))
        strangers = words(house["manager"].says(number)).replace(number, "")
        assert strangers == words(house["manager"].says("HS-2026-XXXX")).replace("HS-2026-XXXX", "")

    def test_one_about_the_chair_goes_to_another_trustee(self, house: House) -> None:
        send(house["volunteer"], who="Sample chair")
        assert STORY in words(house["vice"].presses("Open it"))
        assert not house["chair"].cards
        assert not house["manager"].cards

    def test_named_in_the_story_alone_she_is_kept_out_until_it_is_cleared(self, house: House) -> None:
        send(house["volunteer"], story=f"{STORY} I told the manager before, and it did not help.")
        assert not house["manager"].cards
        house["chair"].presses("Open it")
        house["chair"].presses("It is not about Sample manager")
        assert STORY in words(house["manager"].presses("Open it"))
        assert "clear" not in all_words(house["manager"])
        assert "not about" not in all_words(house["manager"])

    def test_whoever_raised_it_is_told_who_has_it_before_and_after_it_is_cleared(self, house: House) -> None:
        volunteer = house["volunteer"]
        number = send(volunteer, story=f"{STORY} I told the manager before, and it did not help.")
        receipt = words(volunteer.card)
        assert "It has gone to Sample chair alone, who reads it first to say whom it is about" in receipt
        assert "Waits to be taken on by: Sample chair" in words(volunteer.says(number))
        house["chair"].presses("Open it")
        house["chair"].presses("It is not about Sample manager")
        told = words(volunteer.card)
        assert "It has gone to Sample manager alone." in told
        assert "Before, Sample chair read it to say whom it is about, and has it no more." in told
        assert "Waits to be taken on by: Sample manager" in words(volunteer.says(number))
        take_on(house["manager"])
        assert "Who has it: Sample manager" in words(volunteer.says(number))
        assert "chair" not in all_words(house["manager"])

    def test_cleared_and_staying_where_it_is_that_is_what_she_is_told(self, house: House) -> None:
        send(house["volunteer"], story=f"{STORY} The manager was there too.")
        house["chair"].presses("Open it")
        house["chair"].presses("Sample manager is only mentioned")
        told = words(house["volunteer"].card)
        assert "It has gone to Sample chair alone." in told
        assert "Before" not in told

    def test_what_must_be_cleared_first_is_not_taken_on_by_a_button_of_another_card(
        self, house: House, adopted: Records
    ) -> None:
        send(house["volunteer"], who="Sample chair", story=f"{STORY} I told the manager before.")
        (handoff,) = all_of(adopted, Handoff)
        assert "Say first whom it is about" in words(house["vice"].does(f"case:take:{handoff.id}"))
        assert the_case(adopted).owner is None

    def test_a_witness_neither_owns_nor_decides_it(self, house: House) -> None:
        send(house["volunteer"], story=f"{STORY} The manager was there too.")
        house["chair"].presses("Open it")
        house["chair"].presses("Sample manager is only mentioned")
        assert not house["manager"].cards
        assert STORY in words(house["chair"].presses("Open it"))

    def test_said_to_be_about_her_she_never_hears_of_it(self, house: House) -> None:
        send(house["volunteer"], who="someone in the office")
        house["chair"].presses("Open it")
        while "It is about" in words(house["chair"].card):
            house["chair"].presses("It is about")
        assert not house["manager"].cards
        assert STORY in words(house["chair"].presses("Open it"))

    def test_a_text_added_later_ends_the_owners_access_at_once(self, house: House, adopted: Records) -> None:
        volunteer, manager = house["volunteer"], house["manager"]
        send(volunteer)
        card = take_on(manager)
        volunteer.presses("Add something", volunteer.card)
        count = len(manager.cards)
        volunteer.says("It was Sample manager who forgot it.")
        assert len(manager.cards) == count
        for button in buttons_of(card):
            assert STORY not in words(manager.does(button.action))
        assert the_case(adopted).owner is None
        assert "Sample manager who forgot it" in words(house["chair"].presses("Open it"))
        with adopted.reading() as session:
            ended = select(Audit).where(Audit.what == "complaint:access:ended")
            assert session.scalars(ended).one() is not None

    def test_where_everyone_may_be_meant_it_goes_outside_and_nothing_is_lost(
        self, house: House, adopted: Records
    ) -> None:
        send(house["volunteer"], who="everyone")
        assert "nobody here" in words(house["volunteer"].card).casefold()
        assert the_case(adopted).stage == "received"
        for officer in ("manager", "chair", "vice", "lead", "deputy"):
            assert not house[officer].cards

    def test_the_managers_own_complaint_goes_to_the_chair(self, house: House) -> None:
        house["manager"].does("role:staff")
        send(house["manager"])
        assert STORY in words(house["chair"].presses("Open it"))

    def test_the_appeal_does_not_go_to_whoever_decided(self, house: House) -> None:
        send(house["volunteer"], who="Sample manager")
        take_on(house["chair"])
        house["chair"].presses("Answer it")
        house["chair"].says("We have looked at it.")
        house["chair"].presses("Send it")
        count = len(house["chair"].cards)
        house["volunteer"].presses("Appeal")
        house["volunteer"].says("It was not what I asked.")
        assert len(house["chair"].cards) == count
        assert "It was not what I asked." in words(house["vice"].presses("Open it"))


class TestAnonymous:
    """One who gives no name."""

    def test_the_handler_never_learns_who_it_is_and_both_can_write(self, house: House) -> None:
        volunteer, manager = house["volunteer"], house["manager"]
        volunteer.says("induction")
        send(volunteer, name="Nobody")
        take_on(manager)
        manager.presses("Ask them something")
        manager.says("Which meeting was it?")
        manager.presses("Send it")
        assert "Which meeting was it?" in words(volunteer.card)
        volunteer.presses("Add something")
        volunteer.says("It was the meeting in the library.")
        assert "It was the meeting in the library." in words(manager.presses("Open it"))
        assert "web:volunteer" not in all_words(manager)
        assert "volunteer" not in all_words(manager).casefold()


class TestDeadlines:
    """By when, and what follows when it passes."""

    def test_the_receipt_says_the_days_and_that_they_are_defaults(self, house: House) -> None:
        send(house["volunteer"])
        said = words(house["volunteer"].card)
        assert "By Monday 9 March 2026 it is taken on" in said
        assert "By Monday 30 March 2026 you get an answer" in said
        assert "Hearth's defaults" in said

    def test_one_about_our_page_has_its_first_reply_on_the_same_day(
        self, house: House, adopted: Records
    ) -> None:
        send(house["volunteer"], about="Something on our page")
        assert the_case(adopted).due_at == datetime(2026, 3, 3, tzinfo=UTC)
        assert "1.7" in "".join(str(part) for part in house["volunteer"].card.elements)

    def test_the_answer_is_due_twenty_working_days_after_submission_whatever_happens_between(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        send(house["volunteer"])
        clock.passes(days=3)
        take_on(house["manager"])
        assert the_case(adopted).due_at == datetime(2026, 3, 30, 23, tzinfo=UTC)  # summer time by then

    def test_for_personal_information_the_laws_date_stands_beside(self, house: House) -> None:
        send(house["volunteer"], about="My personal information")
        assert "by Wednesday 1 April 2026 at the latest" in words(house["volunteer"].card)
        assert "The law's date to acknowledge it: Wednesday 1 April 2026" in words(take_on(house["manager"]))

    def test_an_appeals_time_counts_from_the_appeal_whenever_it_is_taken_on(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        send(house["volunteer"])
        take_on(house["manager"])
        house["manager"].presses("Answer it")
        house["manager"].says("We have looked at it.")
        house["manager"].presses("Send it")
        house["volunteer"].presses("Appeal")
        house["volunteer"].says("I had hoped for more than that.")
        due = the_case(adopted).due_at
        clock.passes(days=4)
        take_on(house["chair"])
        assert the_case(adopted).due_at == due

    def test_after_its_time_there_is_no_appeal(self, house: House, clock: Clock) -> None:
        send(house["volunteer"])
        take_on(house["manager"])
        house["manager"].presses("Answer it")
        house["manager"].says("We have looked at it.")
        house["manager"].presses("Send it")
        house["volunteer"].presses("Appeal")
        clock.passes(days=40)
        assert "is over" in words(house["volunteer"].says("Too late, I know."))


class TestRaces:
    """Two at once, or too late."""

    def test_two_take_it_on_at_once_and_one_has_it(self, house: House, adopted: Records) -> None:
        send(house["volunteer"])
        manager = house["manager"]
        card = manager.presses("Open it")
        at_once(*[lambda: manager.presses("I'll take it on", card)] * 2)
        (handoff,) = all_of(adopted, Handoff)
        assert handoff.accepted_at is not None
        accepted = [row for row in all_of(adopted, Audit) if row.what == "complaint:handoff:accepted"]
        assert len(accepted) == 1

    def test_a_reply_to_one_that_was_withdrawn_meanwhile_is_not_sent(self, house: House) -> None:
        volunteer, manager = house["volunteer"], house["manager"]
        send(volunteer)
        take_on(manager)
        manager.presses("Answer it")
        preview = manager.says("We have looked at it.")
        volunteer.presses("Withdraw it")
        volunteer.presses("Yes, withdraw it")
        count = len(volunteer.cards)
        assert "withdrawn" in words(manager.presses("Send it", preview))
        assert len(volunteer.cards) == count

    def test_an_answer_sent_twice_arrives_once(self, house: House) -> None:
        volunteer, manager = house["volunteer"], house["manager"]
        send(volunteer)
        take_on(manager)
        manager.presses("Reply")
        preview = manager.says("I am looking into it.")
        manager.presses("Send it", preview)
        count = len(volunteer.cards)
        assert "was sent" in words(manager.presses("Send it", preview))
        assert len(volunteer.cards) == count

    def test_passed_on_it_is_the_others_and_no_longer_hers(self, house: House) -> None:
        manager = house["manager"]
        send(house["volunteer"])
        card = take_on(manager)
        manager.presses("Pass it on")
        manager.says("I know the family.")
        manager.presses("Pass on to Sample chair")
        assert "I know the family." in words(house["chair"].presses("Open it"))
        assert "not open to you" in words(manager.presses("Reply", card))

    def test_the_procedure_is_changed_with_a_reason(self, house: House, adopted: Records) -> None:
        manager = house["manager"]
        send(house["volunteer"])
        take_on(manager)
        manager.presses("Change the procedure")
        manager.presses("conduct of a volunteer")
        assert "4.6" in str(manager.says("It is about a volunteer.").elements)
        assert the_case(adopted).procedure == "conduct of a volunteer"
