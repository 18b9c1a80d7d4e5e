"""Which procedure a complaint follows: why, on which clause, by when, and who may change it."""

from datetime import UTC, datetime

import pytest

from bot.card import Card, Quote, buttons_of
from bot.cases import clockwork
from bot.cases.rules import default_rules
from bot.records.store import Records
from bot.records.tables import CaseEntry
from tests.cases.forms import STORY, House, fill, send, take_on, the_case, words
from tests.records.conftest import Clock
from tests.records.stage import all_of

ON_OUR_PAGE = "Something on our page"


def clauses(card: Card) -> list[str]:
    """Return the clauses that a card quotes."""
    found = [part.source.split(",")[0] for part in card.elements if isinstance(part, Quote)]
    return [source.removeprefix("Clause ") for source in found]


@pytest.mark.parametrize(
    ("about", "who", "procedure", "quoted", "why"),
    [
        (ON_OUR_PAGE, "Nobody in particular", "online presence", ["1.7"], "because it is about “Something"),
        (
            "How someone behaved",
            "A volunteer",
            "conduct of a volunteer",
            ["4.6"],
            "it is about is a volunteer",
        ),
        (
            "How someone behaved",
            "A member of staff",
            "conduct of staff or trustees",
            ["3.7"],
            "is a member of staff",
        ),
        (
            "How someone behaved",
            "Nobody in particular",
            "complaints procedure",
            [],
            "since no other one fits",
        ),
        (
            "My personal information",
            "Nobody in particular",
            "data protection",
            [],
            "“My personal information”",
        ),
        ("Something else", "Nobody in particular", "complaints procedure", [], "since no other one fits"),
    ],
)
def test_it_is_chosen_by_what_was_told_and_said_why_with_its_clause(
    house: House, adopted: Records, about: str, who: str, procedure: str, quoted: list[str], why: str
) -> None:
    send(house["volunteer"], about=about, who=who)
    assert the_case(adopted).procedure == procedure
    assert clauses(house["volunteer"].card) == quoted
    assert why in words(house["volunteer"].card)


def test_misuse_is_quoted_from_the_closing_paragraph_word_for_word(house: House) -> None:
    send(house["volunteer"], about="Misuse of equipment")
    assert "is likely to result in disciplinary action" in str(house["volunteer"].card.elements)


def test_staff_about_e_mail_are_told_of_the_manager_first_and_the_grievance_procedure(house: House) -> None:
    house["other"].does("role:staff")
    send(house["other"], about="E-mail or internet use")
    said = words(house["other"].card)
    assert "a member of staff raises it" in said
    assert "can be raised through the grievance procedure" in said
    assert clauses(house["other"].card) == ["2.11"]


def test_of_a_volunteer_nothing_is_said_of_discipline(house: House) -> None:
    send(house["volunteer"], about="How someone behaved", who="A volunteer")
    assert "disciplin" not in words(house["volunteer"].card).casefold()


def test_without_a_name_the_reason_does_not_tell_what_they_are(house: House) -> None:
    house["other"].does("role:staff")
    send(house["other"], about="E-mail or internet use", name="Nobody")
    assert "a member of staff raises it" not in words(take_on(house["manager"]))


def test_whoever_sees_to_it_is_shown_the_clause_and_why(house: House) -> None:
    send(house["volunteer"], about=ON_OUR_PAGE)
    card = take_on(house["manager"])
    assert clauses(card) == ["1.7"]
    assert "because it is about “Something on our page or online”" in words(card)


class TestChanged:
    """By the manager, with a reason."""

    def test_whoever_raised_it_is_told_which_why_and_by_when(self, house: House, adopted: Records) -> None:
        manager = house["manager"]
        send(house["volunteer"])
        take_on(manager)
        manager.presses("Change the procedure")
        manager.presses("conduct of a volunteer")
        manager.says("It is about a volunteer.")
        told = house["volunteer"].card
        assert clauses(told) == ["4.6"]
        assert "The reason: It is about a volunteer." in words(told)
        assert "Monday 30 March 2026" in words(told)
        assert the_case(adopted).procedure == "conduct of a volunteer"

    def test_to_one_that_is_overdue_it_is_told_that_it_is_late(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        manager = house["manager"]
        send(house["volunteer"])
        take_on(manager)
        clock.passes(days=2)
        manager.presses("Change the procedure")
        manager.presses("online presence")
        manager.says("It was on the page.")
        clockwork.look(adopted, default_rules())
        manager.does("leave-it")
        assert any("is late" in card.title for card in house["volunteer"].cards)

    def test_of_a_case_that_is_over_it_is_not(self, house: House, adopted: Records) -> None:
        volunteer, manager = house["volunteer"], house["manager"]
        send(volunteer)
        take_on(manager)
        manager.presses("Change the procedure")
        manager.presses("conduct of a volunteer")
        volunteer.says("my cases")
        volunteer.presses("Withdraw it")
        volunteer.presses("Yes, withdraw it")
        assert "was withdrawn" in words(manager.says("It is about a volunteer."))
        assert the_case(adopted).procedure == "complaints procedure"


class TestTheSameDay:
    """About the online presence the first private reply is due on the working day of receipt (1.7)."""

    def test_it_is_to_be_taken_on_that_day_too(self, house: House) -> None:
        send(house["volunteer"], about=ON_OUR_PAGE)
        assert "first private reply here by the end of Monday 2 March 2026" in words(house["volunteer"].card)
        assert "taken on by Monday 2 March" in words(house["manager"].card)

    def test_taking_it_on_is_no_reply_and_a_reply_is(self, house: House, adopted: Records) -> None:
        send(house["volunteer"], about=ON_OUR_PAGE)
        take_on(house["manager"])
        assert the_case(adopted).due_at == datetime(2026, 3, 3, tzinfo=UTC)
        house["manager"].presses("Reply")
        house["manager"].says("Thank you, I am looking at the page now.")
        house["manager"].presses("Send it")
        assert the_case(adopted).due_at == datetime(2026, 3, 30, 23, tzinfo=UTC)

    def test_on_a_bank_holiday_it_is_due_on_the_next_working_day(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        clock.time = datetime(2026, 4, 3, 10, tzinfo=UTC)  # Good Friday
        send(house["volunteer"], about=ON_OUR_PAGE)
        assert the_case(adopted).due_at == datetime(2026, 4, 7, 23, tzinfo=UTC)  # after Easter Monday

    def test_late_once_it_is_told_again_when_the_answer_is_late_too(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        send(house["volunteer"], about=ON_OUR_PAGE)
        take_on(house["manager"])
        for days in (1, 1, 40):
            clock.passes(days=days)
            clockwork.look(adopted, default_rules())
            house["manager"].says("my cases")
            house["manager"].presses(the_case(adopted).number)
            if days == 1:
                house["manager"].presses("Reply")
                house["manager"].says("I am looking at it.")
                house["manager"].presses("Send it")
        late = [card.id for card in house["volunteer"].cards if card.title.endswith("is late")]
        assert len(late) == 2


class TestForSomeoneOutside:
    """Anyone may enter one for somebody who is not in the chat."""

    def entered(self, house: House, answered: str) -> Card:
        volunteer = house["volunteer"]
        fill(volunteer, about=ON_OUR_PAGE)
        volunteer.presses("Change: For whom")
        asked = volunteer.says("A parent from the toddler group; she can be written to on the page.")
        assert "Has anyone answered them yet?" in words(asked)
        if answered == "Not yet":
            return volunteer.presses(answered)
        return volunteer.says(answered)

    def test_it_says_how_to_reach_them_and_where_they_were_answered(self, house: House) -> None:
        self.entered(house, "By private message on the page, this morning")
        house["volunteer"].presses("Send it")
        card = words(house["manager"].presses("Open it"))
        assert "she can be written to on the page" in card
        assert "Answered so far: By private message on the page, this morning" in card

    @pytest.mark.parametrize(
        ("answered", "due"),
        [
            ("Not yet", datetime(2026, 3, 3, tzinfo=UTC)),
            ("By private message on the page", datetime(2026, 3, 30, 23, tzinfo=UTC)),
        ],
    )
    def test_where_they_were_answered_the_first_reply_is_not_due_again(
        self, house: House, adopted: Records, answered: str, due: datetime
    ) -> None:
        self.entered(house, answered)
        house["volunteer"].presses("Send it")
        take_on(house["manager"])
        assert the_case(adopted).due_at == due


class TestName:
    """Who may know from whom it comes."""

    def test_a_name_that_is_written_is_shown_to_whoever_deals_with_it(self, house: House) -> None:
        fill(house["volunteer"])
        house["volunteer"].presses("Change: Your name")
        assert "Your name: Sample Complainant" in words(house["volunteer"].says("Sample Complainant"))
        house["volunteer"].presses("Send it")
        assert "Raised by: Sample Complainant" in words(take_on(house["manager"]))

    @pytest.mark.parametrize(
        "text",
        [
            "nobody",
            "anonymous please",
            "no name please",
            "I do not want to give my name.",
            "I don\u2019t want to give my name",
        ],
    )
    def test_words_that_ask_for_none_give_none(self, house: House, text: str) -> None:
        fill(house["volunteer"])
        house["volunteer"].presses("Change: Your name")
        assert "Your name: Nobody may know" in words(house["volunteer"].says(text))
        house["volunteer"].presses("Send it")
        assert "Raised by: someone who gives no name" in words(take_on(house["manager"]))

    def test_what_can_be_no_name_is_asked_for_again(self, house: House) -> None:
        fill(house["volunteer"])
        house["volunteer"].presses("Change: Your name")
        assert "cannot take that as a name" in words(house["volunteer"].says("12345"))


def test_a_form_that_rests_is_thrown_away_without_being_filled_in(house: House, adopted: Records) -> None:
    volunteer = house["volunteer"]
    volunteer.says("complaint")
    volunteer.presses("Raise it")
    volunteer.says(STORY)
    volunteer.says("stop")
    assert "for 30 days" in words(volunteer.card)
    assert "Throw it away" in [button.label for button in buttons_of(volunteer.says("my cases"))]
    volunteer.presses("Throw it away")
    assert "raised nothing here" in words(volunteer.says("my cases"))
    assert not all_of(adopted, CaseEntry)


def test_whoever_changes_the_procedure_may_think_better_of_it(house: House, adopted: Records) -> None:
    send(house["volunteer"])
    take_on(house["manager"])
    before = the_case(adopted).procedure
    house["manager"].presses("Change the procedure")
    assert "It is yours" not in words(house["manager"].presses("Never mind"))
    house["manager"].presses("Change the procedure")
    house["manager"].presses("data protection")
    house["manager"].presses("Never mind")
    house["manager"].says("What is the weather?")
    assert the_case(adopted).procedure == before


def test_who_is_complained_of_is_not_whom_one_may_ring_instead(house: House) -> None:
    intro = words(house["volunteer"].says("raise in private: I want to complain about the manager"))
    assert "Sample chair: 01632" in intro
    assert "Sample manager" not in intro
