"""Bad input and races: what happens when two act at once, too late, or on what is not theirs."""

from datetime import UTC, datetime

import pytest

from bot import officers
from bot.card import buttons_of
from bot.cases import clockwork
from bot.cases.rules import default_rules
from bot.contact import Office, contact_given
from bot.records.store import Records
from bot.records.tables import Audit, Case, CaseEntry, Handoff, Officer, Person
from tests.cases.forms import STORY, House, all_words, fill, send, take_on, the_case, words
from tests.records.conftest import Clock
from tests.records.stage import all_of, appoint, end_office, person_of
from tests.records.together import at_once


def noted(records: Records, what: str) -> int:
    """Count the entries of the audit of one kind."""
    return [row.what for row in all_of(records, Audit)].count(what)


def days(records: Records, house: House, clock: Clock, count: int) -> None:
    """Let days pass, and what the clock says arrive."""
    for _ in range(count):
        clock.passes(days=1)
        clockwork.look(records, default_rules())
    house["lead"].does("leave-it")


def answered(house: House) -> None:
    """Raise a complaint, and have the manager answer it."""
    send(house["volunteer"])
    take_on(house["manager"])
    house["manager"].presses("Answer it")
    house["manager"].says("We have looked at it.")
    house["manager"].presses("Send it")


class TestTwoAtOnce:
    """At the same moment."""

    def test_two_officers_take_it_on_at_once_one_has_it_and_the_other_is_told_who(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        send(house["volunteer"])
        days(adopted, house, clock, 3)
        manager, chair = house["manager"], house["chair"]
        first, second = manager.presses("Open it"), chair.presses("Open it")
        assert STORY in words(second)
        at_once(
            lambda: manager.presses("I'll take it on", first),
            lambda: chair.presses("I'll take it on", second),
        )
        owner = the_case(adopted).owner
        assert owner in {person_of(adopted, f"web:{name}").id for name in ("manager", "chair")}
        assert noted(adopted, "complaint:handoff:accepted") == 1
        told = [
            card
            for name in ("manager", "chair")
            for card in house[name].cards
            if "took this on" in words(card)
        ]
        assert len(told) == 1

    def test_sent_twice_at_once_there_is_one(self, house: House, adopted: Records) -> None:
        review = fill(house["volunteer"])
        at_once(*[lambda: house["volunteer"].presses("Send it", review)] * 2)
        assert len(all_of(adopted, Case)) == 1
        assert len(all_of(adopted, Handoff)) == 1
        assert noted(adopted, "complaint:case:submit") == 1

    def test_withdrawn_while_it_is_taken_on_it_is_over_and_nobody_waits(
        self, house: House, adopted: Records
    ) -> None:
        send(house["volunteer"])
        ask = house["volunteer"].presses("Withdraw it")
        card = house["manager"].presses("Open it")
        at_once(
            lambda: house["volunteer"].presses("Yes, withdraw it", ask),
            lambda: house["manager"].presses("I'll take it on", card),
        )
        assert the_case(adopted).stage == "withdrawn"
        assert not [row for row in all_of(adopted, Handoff) if row.ended_at is None]

    def test_appealed_while_it_is_settled_it_is_one_of_both(self, house: House, adopted: Records) -> None:
        answered(house)
        card = house["volunteer"].card
        house["volunteer"].presses("Appeal", card)
        at_once(
            lambda: house["volunteer"].says("I had hoped for more."),
            lambda: house["volunteer"].presses("It is settled", card),
        )
        assert the_case(adopted).stage in ("appeal", "answered")


class TestTooLate:
    """On something that is over."""

    def test_a_reply_to_a_closed_case_is_not_sent(self, house: House, adopted: Records, clock: Clock) -> None:
        answered(house)
        manager = house["manager"]
        manager.presses("Reply")
        preview = manager.says("One more thing.")
        days(adopted, house, clock, 31)
        manager.presses("Open it")
        manager.presses("Close it")
        manager.says("Notices go out earlier.")
        closed = manager.presses("Close it so")
        count = len(house["volunteer"].cards)
        assert "was closed on" in words(manager.presses("Send it", preview))
        assert "was closed on" in words(manager.does(f"case:write:{the_case(adopted).id}:reply"))
        assert "Reply" not in words(closed)
        assert len(house["volunteer"].cards) == count

    def test_added_to_a_closed_case_nothing_is_kept_and_that_is_said(
        self, house: House, adopted: Records
    ) -> None:
        volunteer = house["volunteer"]
        send(volunteer)
        receipt = volunteer.card
        volunteer.presses("Add something", receipt)
        adding = volunteer.cards[-1]
        volunteer.does(f"case:withdraw:{the_case(adopted).id}:yes")
        assert "withdrawn" in words(volunteer.presses("Add something", receipt))
        assert "withdrawn" in words(volunteer.presses("Never mind", adding))

    def test_while_it_may_be_appealed_it_is_not_closed(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        answered(house)
        manager = house["manager"]
        assert "Close it" not in [button.label for button in buttons_of(manager.card)]
        pressed = manager.does(f"case:write:{the_case(adopted).id}:lessons")
        assert "may be appealed until Monday 30 March 2026" in words(pressed)
        assert the_case(adopted).stage == "answered"
        days(adopted, house, clock, 31)
        manager.presses("Open it")
        manager.presses("Close it")
        manager.says("Notices go out earlier.")
        manager.presses("Close it so")
        assert the_case(adopted).stage == "closed"

    def test_while_an_appeal_is_open_it_is_not_closed_until_that_is_decided(
        self, house: House, adopted: Records
    ) -> None:
        answered(house)
        house["volunteer"].presses("Appeal")
        house["volunteer"].says("I had hoped for more than that.")
        chair = house["chair"]
        card = take_on(chair)
        assert "Close it" not in [button.label for button in buttons_of(card)]
        case = the_case(adopted)
        assert "decide on that first" in words(chair.does(f"case:write:{case.id}:lessons"))
        chair.says("Notices go out earlier.")
        assert not [entry for entry in all_of(adopted, CaseEntry) if entry.kind.endswith("lessons")]
        chair.presses("Decide it", card)
        chair.says("We agree with you.")
        assert "Close it" in [button.label for button in buttons_of(chair.presses("Send it"))]

    def test_what_is_not_due_at_a_stage_is_refused_before_anything_is_written(self, house: House) -> None:
        send(house["volunteer"])
        card = take_on(house["manager"])
        house["manager"].presses("Answer it", card)
        house["manager"].says("We have looked at it.")
        house["manager"].presses("Send it")
        assert "is at “answered”" in words(house["manager"].presses("Answer it", card))

    def test_settled_it_is_closed_at_once_and_appealed_no_more(self, house: House, adopted: Records) -> None:
        answered(house)
        answer = house["volunteer"].card
        house["volunteer"].presses("It is settled")
        assert "says that it is settled" in words(house["manager"].card)
        assert "is over" in words(
            [house["volunteer"].presses("Appeal", answer), house["volunteer"].says("Or not.")][-1]
        )
        house["manager"].presses("Open it")
        house["manager"].presses("Close it")
        house["manager"].says("Notices go out earlier.")
        house["manager"].presses("Close it so")
        assert the_case(adopted).stage == "closed"

    def test_settled_twice_it_is_noted_once(self, house: House, adopted: Records) -> None:
        answered(house)
        answer = house["volunteer"].card
        for _ in range(2):
            house["volunteer"].presses("It is settled", answer)
        assert noted(adopted, "complaint:case:settled") == 1


class TestNotTheirs:
    """Numbers and buttons of others."""

    @pytest.mark.parametrize("who", ["other", "lead", "manager"])
    def test_a_guessed_number_is_answered_like_one_that_never_was(self, house: House, who: str) -> None:
        number = send(house["volunteer"], who="Sample manager")
        never = words(house[who].says("HS-2026-XXXX"))
        assert words(house[who].says(number)) == never

    @pytest.mark.parametrize(
        "verb", ["mine", "add", "withdraw", "appeal", "settle", "resume", "drop", "submit"]
    )
    def test_what_its_raiser_may_do_nobody_else_can(self, house: House, adopted: Records, verb: str) -> None:
        send(house["volunteer"])
        case = the_case(adopted)
        for name in ("other", "manager", "chair"):
            said = words(house[name].does(f"case:{verb}:{case.id}:yes"))
            assert STORY not in said
            assert "not open to you" in said or "no longer there" in said
        assert the_case(adopted).stage == "received"

    @pytest.mark.parametrize("rest", ["", ":", "x", "x:y:z", "'; drop table case_; --", "é" * 200])
    def test_a_button_that_was_never_there_changes_nothing(
        self, house: House, adopted: Records, rest: str
    ) -> None:
        send(house["volunteer"])
        before = the_case(adopted).stage, len(all_of(adopted, Handoff))
        for verb in ("open", "take", "show", "send", "pass", "clear", "divert", "approve", "assign", "keep"):
            assert STORY not in words(house["other"].does(f"case:{verb}:{rest}"))
        assert (the_case(adopted).stage, len(all_of(adopted, Handoff))) == before


class TestOfficersChange:
    """Someone comes into office, or leaves it."""

    def test_one_who_is_new_in_office_and_named_in_it_never_gets_it(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        send(house["volunteer"], story=f"{STORY} It was Magenta, who helps out on Mondays.")
        take_on(house["manager"])
        other = person_of(adopted, "web:other").id
        with adopted.changing() as change:
            given = contact_given("Magenta Ochre", "01632 960044")  # colours: nobody is called so
            person = change.session.get_one(Person, other)
            officers.appoint(change, "deputy_manager", given, person, who="hearth")
        _leaves(adopted, "manager")
        days(adopted, house, clock, 1)
        assert STORY not in all_words(house["other"])
        assert "Something private" not in all_words(house["other"])
        assert STORY in words(house["chair"].presses("Open it"))

    def test_cleared_once_the_same_words_do_not_hold_it_again(self, house: House) -> None:
        send(house["volunteer"], story=f"{STORY} I told the manager before.")
        house["chair"].presses("Open it")
        house["chair"].presses("It is not about Sample manager")
        take_on(house["manager"])
        house["manager"].presses("Pass it on")
        house["manager"].says("I am away.")
        house["manager"].presses("Pass on to Sample deputy_chair")
        take_on(house["vice"])
        house["vice"].presses("Pass it on")
        house["vice"].says("You are back.")
        house["vice"].presses("Pass on to Sample manager")
        assert STORY in words(house["manager"].presses("Open it"))

    def test_where_everyone_had_a_conflict_it_goes_to_the_next_who_comes_into_office(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        send(house["volunteer"], who="everyone")
        assert not all_of(adopted, Handoff)
        appoint(adopted, "web:other", "trustee")
        days(adopted, house, clock, 1)
        card = house["other"].presses("Open it")
        assert STORY in words(card)
        assert "who is it about?" in card.title

    def test_an_appeal_that_names_a_trustee_does_not_go_to_her(self, house: House, adopted: Records) -> None:
        appoint(adopted, "web:other", "trustee")
        answered(house)
        house["volunteer"].presses("Appeal")
        count = len(house["chair"].cards)
        house["volunteer"].says("Sample chair told the manager what to answer.")
        assert len(house["chair"].cards) == count
        assert "what to answer" in words(house["other"].presses("Open it"))

    def test_an_appeal_to_the_trustees_goes_to_one_of_them(self, house: House) -> None:
        answered(house)
        house["volunteer"].presses("Appeal")
        house["volunteer"].says("I would like the trustees to look at it.")
        assert STORY in words(house["chair"].presses("Open it"))

    def test_the_lady_in_the_office_of_a_story_holds_it_for_the_chair(self, house: House) -> None:
        send(house["volunteer"], story=f"{STORY} The lady in the office laughed at me.")
        assert not house["manager"].cards
        assert "who is it about?" in house["chair"].presses("Open it").title


class TestTheClock:
    """Deadlines where the calendar is uneven."""

    def test_a_deadline_never_ends_on_a_bank_holiday(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        clock.time = datetime(2026, 12, 24, 12, tzinfo=UTC)
        send(house["volunteer"])
        assert "By Tuesday 5 January 2027 it is taken on" in words(house["volunteer"].card)
        (handoff,) = all_of(adopted, Handoff)
        assert handoff.due_at == datetime(2026, 12, 30, tzinfo=UTC)  # Boxing Day is kept on Monday 28

    def test_half_an_hour_is_half_an_hour_when_the_clocks_go_back(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        clock.time = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 01:45 by summer time
        house["volunteer"].says("A mum told me that her partner strangles her when he has been drinking.")
        house["volunteer"].presses("Tell Sample")
        clock.passes(minutes=29)
        clockwork.look(adopted, default_rules())
        house["other"].does("leave-it")
        assert not house["deputy"].cards
        clock.passes(minutes=1)
        clockwork.look(adopted, default_rules())
        house["other"].does("leave-it")
        assert len(house["deputy"].cards) == 1

    def test_a_clock_that_was_set_back_tells_nothing_twice(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        send(house["volunteer"])
        days(adopted, house, clock, 2)
        count = len(house["manager"].cards)
        clock.passes(hours=-3)
        clockwork.look(adopted, default_rules())
        house["other"].does("leave-it")
        assert len(house["manager"].cards) == count


def _leaves(records: Records, office: Office) -> None:
    for officer in all_of(records, Officer):
        if officer.office == office:
            end_office(records, officer.id)
