"""Questions on which the policy is silent: answers that are kept, and the list for the trustees."""

import pytest

from bot import policies
from bot.card import Card, buttons_of
from bot.induction.course import Course
from bot.records.store import Records
from bot.records.tables import Audit, Case, KeptAnswer, Unanswered
from tests.cases.forms import House, all_words, the_case, words
from tests.induction.conftest import Someone
from tests.records.conftest import Clock
from tests.records.stage import all_of, appoint, person_of

FARES = "Can I claim my bus fares back?"
ALIKE = "Do I get my mileage paid when I drive there?"
GIFTS = "May I give the family a birthday present?"
ANSWER = "Yes: keep the tickets, and hand in the form by the end of the month."
KEPT = "answer of 2 March 2026 to a question like this"


def ask(someone: Someone, question: str = FARES) -> Card:
    """Ask something on which the policy is silent, and have it passed on."""
    count = len(someone.cards)
    someone.says(question)
    assert "The policy does not say" in someone.cards[count].title
    someone.presses("Ask a person", someone.cards[count])
    return someone.presses("Pass it on")


def answer(officer: Someone, text: str = ANSWER) -> Card:
    """Take a question on, and answer it; return the last card."""
    officer.presses("I'll take it on")
    officer.presses("Answer it")
    officer.says(text)
    return officer.presses("Send it")


def kept(someone: Someone, question: str = ALIKE) -> list[Card]:
    """Ask something, and return what officers answered before."""
    count = len(someone.cards)
    someone.says(question)
    assert "The policy does not say" in someone.cards[count].title
    return [card for card in someone.cards[count:] if "to a question like this" in card.title]


def adopt(records: Records, course: Course, version: str, *, minor: bool = False) -> None:
    """Adopt another version of the policy."""
    with records.changing() as change:
        policies.adopt(change, course.policy.title, version, "Ask first.", who="test", minor=minor)


class TestAnswering:
    """The way of a question to an officer and back."""

    def test_the_asker_gets_the_answer_exactly_as_written_and_the_case_is_closed(
        self, house: House, adopted: Records
    ) -> None:
        ask(house["volunteer"])
        answer(house["manager"])
        assert ANSWER in words(house["volunteer"].card)
        (case,) = all_of(adopted, Case)
        assert case.stage == "closed"

    def test_pressed_again_days_after_the_case_that_stands_is_told(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        volunteer = house["volunteer"]
        volunteer.says(FARES)
        card = volunteer.cards[-1]
        offer, other = volunteer.presses("Ask a person", card), volunteer.presses("Ask a person", card)
        volunteer.presses("Pass it on", offer)
        clock.passes(days=3)
        for again in (offer, other):
            said = words(volunteer.presses("Pass it on", again))
            (case,) = all_of(adopted, Case)
            assert "This was passed on on Monday 02 March 2026." in said
            assert case.number in said

    def test_pressed_again_after_another_question_was_passed_on_it_is_still_told(
        self, house: House, adopted: Records
    ) -> None:
        volunteer = house["volunteer"]
        ask(volunteer)
        offer = volunteer.cards[-2]
        first = the_case(adopted).number
        ask(volunteer, GIFTS)
        assert first in words(volunteer.presses("Pass it on", offer))
        assert len(all_of(adopted, Case)) == 2

    def test_a_card_of_an_earlier_question_never_passes_on_a_later_one(
        self, house: House, adopted: Records
    ) -> None:
        volunteer = house["volunteer"]
        volunteer.says(FARES)
        offer = volunteer.presses("Ask a person", volunteer.cards[-1])
        volunteer.says(GIFTS)
        volunteer.presses("Ask a person", volunteer.cards[-1])
        assert "no longer open" in words(volunteer.presses("Pass it on", offer))
        assert not all_of(adopted, Case)

    def test_a_card_passes_on_what_it_shows_though_another_question_was_asked_since(
        self, house: House
    ) -> None:
        volunteer = house["volunteer"]
        volunteer.says(FARES)
        offer = volunteer.presses("Ask a person", volunteer.cards[-1])
        volunteer.says(GIFTS)
        volunteer.presses("Pass it on", offer)
        assert FARES in words(house["manager"].card)

    def test_who_asks_for_a_person_straight_away_has_just_that_passed_on(self, house: House) -> None:
        volunteer = house["volunteer"]
        volunteer.says(FARES)
        straight = "I'd like to talk to a person about the colour of the chairs"
        assert straight in words(volunteer.says(straight))
        volunteer.presses("Pass it on")
        assert straight in words(house["manager"].card)

    def test_the_officer_is_asked_whether_to_keep_it_and_sees_what_others_would(self, house: House) -> None:
        ask(house["volunteer"])
        offer = answer(house["manager"])
        assert FARES in words(offer)
        assert ANSWER in words(offer)
        assert offer.summary.startswith("You have a private item")

    def test_not_asked_where_the_policy_had_said_something(self, house: House) -> None:
        house["volunteer"].says("Can I add a family that I support as a friend on facebook?")
        assert "The policy does not say" not in house["volunteer"].card.title
        house["volunteer"].presses("Ask a person")
        house["volunteer"].presses("Pass it on")
        assert "Keep" not in words(answer(house["manager"]))


class TestKept:
    """Answers that are shown to the next who asks."""

    def test_kept_it_follows_the_verdict_silent_on_the_same_topic(
        self, house: House, adopted: Records
    ) -> None:
        ask(house["volunteer"])
        answer(house["manager"])
        assert "It is kept" in words(house["manager"].presses("Keep it"))
        (card,) = kept(house["other"])
        assert card.title == f"The manager's {KEPT}"
        assert FARES in words(card)
        assert ANSWER in words(card)
        assert "no rule of the policy" in words(card)
        assert not kept(house["other"], GIFTS)
        (row,) = all_of(adopted, KeptAnswer)
        assert row.by == person_of(adopted, "web:manager").id

    def test_the_question_can_be_kept_in_the_officers_words(self, house: House) -> None:
        ask(house["volunteer"])
        answer(house["manager"])
        house["manager"].presses("Keep it, with the question in my words")
        house["manager"].says("Are fares paid back?")
        (card,) = kept(house["other"])
        assert "Asked: Are fares paid back?" in words(card)
        assert FARES not in words(card)

    def test_not_kept_nobody_sees_it(self, house: House, adopted: Records) -> None:
        ask(house["volunteer"])
        answer(house["manager"])
        house["manager"].presses("Don't keep it")
        assert not kept(house["other"])
        assert not all_of(adopted, KeptAnswer)

    def test_pressed_twice_it_is_kept_once(self, house: House, adopted: Records) -> None:
        ask(house["volunteer"])
        offer = answer(house["manager"])
        house["manager"].presses("Keep it", offer)
        assert "kept already" in words(house["manager"].presses("Keep it", offer))
        assert len(all_of(adopted, KeptAnswer)) == 1

    def test_nobody_else_keeps_it(self, house: House, adopted: Records) -> None:
        ask(house["volunteer"])
        offer = answer(house["manager"])
        for button in buttons_of(offer):
            for name in ("volunteer", "chair"):
                assert "not open to you" in words(house[name].does(button.action))
        assert not all_of(adopted, KeptAnswer)

    def test_one_that_the_chair_answered_is_called_the_chairs(self, house: House) -> None:
        house["manager"].does("role:staff")
        ask(house["manager"])
        answer(house["chair"])
        house["chair"].presses("Keep it")
        (card,) = kept(house["other"])
        assert card.title == f"The chair's {KEPT}"

    def test_the_three_newest_are_shown_the_newest_first(self, house: House, clock: Clock) -> None:
        for number in range(4):
            ask(house["volunteer"])
            answer(house["manager"], f"This is the answer with the number {number}.")
            house["manager"].presses("Keep it")
            clock.passes(days=1)
        shown = kept(house["other"])
        assert ["number 3" in words(shown[0]), "number 1" in words(shown[2]), len(shown)] == [True, True, 3]

    @pytest.mark.parametrize("minor", [False, True])
    def test_it_falls_away_when_a_new_version_is_adopted_unless_that_is_minor(
        self, house: House, adopted: Records, course: Course, clock: Clock, *, minor: bool
    ) -> None:
        ask(house["volunteer"])
        answer(house["manager"])
        house["manager"].presses("Keep it")
        clock.passes(days=1)
        adopt(adopted, course, "newer", minor=minor)
        (row,) = all_of(adopted, KeptAnswer)
        assert row.fell_away_at == (None if minor else clock())
        assert len(kept(house["other"])) == int(minor)

    def test_an_answer_older_than_the_version_in_force_is_not_kept(
        self, house: House, adopted: Records, course: Course, clock: Clock
    ) -> None:
        ask(house["volunteer"])
        offer = answer(house["manager"])
        clock.passes(days=1)
        adopt(adopted, course, "newer")
        assert "was adopted since" in words(house["manager"].presses("Keep it", offer))
        assert not all_of(adopted, KeptAnswer)

    def test_one_kept_while_a_version_was_being_adopted_is_not_shown(
        self, house: House, adopted: Records, course: Course, clock: Clock
    ) -> None:
        ask(house["volunteer"])
        answer(house["manager"])
        house["manager"].presses("Keep it")
        clock.passes(days=1)
        adopt(adopted, course, "newer")
        with adopted.changing() as change:
            for row in all_of(adopted, KeptAnswer):
                change.session.get_one(KeptAnswer, row.id).fell_away_at = None
        assert not kept(house["other"])


class TestList:
    """What the trustees see of it."""

    def test_topics_and_counts_are_listed_and_no_words(self, house: House, adopted: Records) -> None:
        for question in (FARES, ALIKE, GIFTS):
            house["volunteer"].says(question)
        house["other"].says(FARES)
        appoint(adopted, "web:other", "trustee")
        for name in ("chair", "vice", "other", "manager"):
            said = words(house[name].says("Unanswered questions"))
            assert "expenses and mileage: 3" in said
            assert "gifts and money: 1" in said
            assert "fares" not in said
        assert "Read:" not in words(house["chair"].card)

    def test_for_anyone_else_there_is_no_list(self, house: House) -> None:
        house["volunteer"].says(FARES)
        for name in ("volunteer", "lead"):
            said = words(house[name].says("unanswered questions"))
            assert "for the trustees and the manager" in said
            assert "expenses" not in said

    def test_without_any_it_says_so(self, house: House) -> None:
        assert "Nothing was asked" in words(house["chair"].says("unanswered questions"))

    def test_the_manager_reads_and_shortens_and_only_then_trustees_see_words(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        house["volunteer"].says(FARES)
        clock.passes(minutes=1)
        house["other"].says(ALIKE)
        manager, chair = house["manager"], house["chair"]
        manager.says("unanswered questions")
        assert FARES in words(manager.presses("Read: "))
        manager.presses("Shorten it for the trustees")
        assert "Are fares paid back?" in words(manager.says("Are fares paid back?"))
        assert "Are fares paid back?" in words(chair.says("unanswered questions"))
        assert ALIKE in words(manager.presses("Next"))
        assert "the last" in words(manager.presses("Next"))
        assert FARES not in all_words(chair)
        assert ALIKE not in all_words(chair)
        whats = [row.what for row in all_of(adopted, Audit)]
        assert whats.count("unanswered:question:shortened") == 1

    def test_trustees_neither_read_nor_shorten(self, house: House, adopted: Records) -> None:
        house["volunteer"].says(FARES)
        (row,) = all_of(adopted, Unanswered)
        for action in (f"case:silent:{row.topic}", f"case:shorten:{row.id}"):
            assert "not open to you" in words(house["chair"].does(action))
        assert FARES not in all_words(house["chair"])

    def test_written_anew_the_later_words_count(self, house: House) -> None:
        house["volunteer"].says(FARES)
        manager = house["manager"]
        manager.says("unanswered questions")
        manager.presses("Read: ")
        manager.presses("Shorten it")
        manager.says("Are fares paid back?")
        manager.presses("Write it anew")
        manager.says("Who pays for travel?")
        said = words(house["chair"].says("unanswered questions"))
        assert "Who pays for travel?" in said
        assert "Are fares" not in said

    def test_words_that_sound_of_harm_are_kept_all_the_same(self, house: House) -> None:
        house["volunteer"].says(FARES)
        manager = house["manager"]
        manager.says("unanswered questions")
        manager.presses("Read: ")
        manager.presses("Shorten it")
        manager.says("A child told me that she is being hit at home, who pays my fare there?")
        assert "who pays my fare" in words(house["chair"].says("unanswered questions"))

    def test_one_whose_asker_was_erased_is_counted_and_not_read(self, house: House, adopted: Records) -> None:
        house["volunteer"].says(FARES)
        with adopted.changing() as change:
            for row in all_of(adopted, Unanswered):
                change.session.get_one(Unanswered, row.id).question = None
        said = words(house["manager"].says("unanswered questions"))
        assert "expenses and mileage: 1" in said
        assert "Read:" not in said
