"""Walking through the induction, as someone does it in the chat."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot import people
from bot.card import Card, Facts, Progress, Quote, Text, buttons_of
from bot.induction.course import Course
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import (
    Account,
    Acknowledgement,
    Audit,
    Handoff,
    Induction,
    InductionStep,
    Person,
)
from knowledge.lessons import lessons
from knowledge.reading import Role
from knowledge.situations import Situation
from tests.induction.conftest import Someone
from tests.records.conftest import Clock
from tests.records.stage import all_of, appoint

Meet = Callable[[str], Someone]


def words_of(card: Card) -> str:
    """Return the plain words of a card."""
    return " ".join(part.text for part in card.elements if isinstance(part, Text))


def step_of(card: Card) -> int:
    """Return the number of the step on a card."""
    return next(part.step for part in card.elements if isinstance(part, Progress))


def walked(someone: Someone, course: Course) -> Card:
    """Go to the end, choosing rightly."""
    right = {option.label for situation in course.situations for option in situation.options if option.right}
    while not any(
        isinstance(part, Text) and "type your full name" in part.text for part in someone.card.elements
    ):
        labels = [button.label for button in buttons_of(someone.card)]
        someone.presses(next(label for label in labels if label in {"Start", "Next"} | right))
    return someone.card


def signed(someone: Someone, course: Course, name: str = "A. Volunteer") -> Card:
    """Go to the end and acknowledge."""
    walked(someone, course)
    someone.says(name)
    return someone.presses("I acknowledge")


def test_a_volunteer_walks_from_the_first_word_to_the_acknowledgement(
    volunteer: Someone, course: Course, records: Records
) -> None:
    volunteer.says("induction")
    done = signed(volunteer, course)
    assert done.title == "Done"
    (made,) = all_of(records, Acknowledgement)
    assert (made.role, made.version, made.outcome) == ("volunteer", course.policy.version, "acknowledged")
    assert records.open(Acknowledgement.signed, made) == "A. Volunteer"


def test_what_is_recorded_are_the_clauses_that_were_shown_with_their_hashes(
    volunteer: Someone, course: Course, records: Records
) -> None:
    volunteer.says("induction")
    signed(volunteer, course)
    shown = {part.text for card in volunteer.cards for part in card.elements if isinstance(part, Quote)}
    (made,) = all_of(records, Acknowledgement)
    recorded = json.loads(made.clauses)
    assert "4.3" in recorded
    for clause_id, fingerprint in recorded.items():
        clause = course.policy.clause(clause_id)
        assert clause.text in shown
        assert clause.hash == fingerprint


def test_each_step_says_how_far_along_it_is(volunteer: Someone, course: Course) -> None:
    volunteer.says("induction")
    walked(volunteer, course)
    steps = [part for card in volunteer.cards for part in card.elements if isinstance(part, Progress)]
    roles: tuple[Role, ...] = ("volunteer",)
    of = len(lessons(course.policy, course.pack, course.situations, roles))
    assert [(step.step, step.of) for step in steps] == [(number, of) for number in range(1, of + 1)]


def test_a_wrong_choice_shows_the_clause_and_asks_again(
    volunteer: Someone, course: Course, records: Records
) -> None:
    volunteer.says("induction")
    volunteer.presses("Start")
    while not (situation := _situation(volunteer, course)):
        volunteer.presses("Next")
    wrong = next(option for option in situation.options if not option.right)
    again = volunteer.presses(wrong.label)
    assert any(isinstance(part, Quote) for part in again.elements)
    assert {option.label for option in situation.options} <= {one.label for one in buttons_of(again)}
    volunteer.presses(next(option for option in situation.options if option.right).label)
    (step,) = [row for row in all_of(records, InductionStep) if row.lesson == situation.id]
    assert step.attempts == 2
    assert step.passed_at is not None


def test_a_question_in_the_middle_is_answered_and_the_induction_goes_on_where_it_was(
    volunteer: Someone,
) -> None:
    volunteer.says("induction")
    where = volunteer.presses("Start")
    answer = volunteer.says("can I add a mum I support on facebook?")
    assert answer.title == "The policy does not allow this"
    assert volunteer.presses("Go on with the induction").elements == where.elements


def test_who_comes_back_days_later_is_at_the_same_step(volunteer: Someone, clock: Clock) -> None:
    volunteer.says("induction")
    volunteer.presses("Start")
    where = volunteer.presses("Next")
    volunteer.presses("Pause")
    clock.passes(days=9)
    assert volunteer.says("induction").elements == where.elements


def test_back_shows_the_step_before_and_next_comes_back(volunteer: Someone) -> None:
    volunteer.says("induction")
    first = volunteer.presses("Start")
    second = volunteer.presses("Next")
    assert volunteer.presses("Back").elements == first.elements
    assert volunteer.presses("Next").elements == second.elements


def test_a_button_pressed_twice_or_on_an_old_card_moves_nothing(volunteer: Someone) -> None:
    volunteer.says("induction")
    first = volunteer.presses("Start")
    second = volunteer.presses("Next")
    assert volunteer.presses("Next", first).elements == second.elements
    assert volunteer.presses("Next", first).elements == second.elements


def test_nobody_acknowledges_before_the_last_step(volunteer: Someone, records: Records) -> None:
    volunteer.says("induction")
    volunteer.presses("Start")
    (row,) = all_of(records, Induction)
    told = volunteer.does(f"induction:sign:{row.id}")
    assert isinstance(told.elements[0], Text)
    assert "step left" in told.elements[0].text
    assert all_of(records, Acknowledgement) == []


def test_acknowledging_twice_is_recorded_once(volunteer: Someone, course: Course, records: Records) -> None:
    volunteer.says("induction")
    walked(volunteer, course)
    confirm = volunteer.says("A. Volunteer")
    first = volunteer.presses("I acknowledge", confirm)
    again = volunteer.presses("I acknowledge", confirm)
    assert again.elements == first.elements
    assert len(all_of(records, Acknowledgement)) == 1


@pytest.mark.parametrize("name", ["x" * 101, "x" * 5_000, "1234", "…", "   ", ""])
def test_what_is_no_name_is_not_taken_for_one(
    volunteer: Someone, course: Course, records: Records, name: str
) -> None:
    volunteer.says("induction")
    walked(volunteer, course)
    volunteer.says(name)
    assert "I acknowledge" not in [button.label for button in buttons_of(volunteer.card)]
    assert volunteer.says("A. Volunteer").title == "Is that right?"
    assert all_of(records, Acknowledgement) == []


def test_after_a_right_choice_the_next_card_says_that_it_was(volunteer: Someone, course: Course) -> None:
    volunteer.says("induction")
    volunteer.presses("Start")
    while not (situation := _situation(volunteer, course)):
        volunteer.presses("Next")
    right = next(option for option in situation.options if option.right)
    assert volunteer.presses(right.label).elements[0] == Text(f"That is right. {right.said}")
    last = walked(volunteer, course).elements[0]
    assert isinstance(last, Text)
    assert last.text.startswith("That is right. ")


def test_what_is_acknowledged_is_named_with_its_version_and_role(volunteer: Someone, course: Course) -> None:
    volunteer.says("induction")
    facts = next(part for part in walked(volunteer, course).elements if isinstance(part, Facts))
    assert dict(facts.rows) == {
        "Policy": f"{course.policy.title}, {course.policy.organisation}",
        "Version": course.policy.version[:12],
        "Adopted": "November 2013",
        "You as": "a volunteer",
    }


def test_a_question_at_the_acknowledgement_goes_to_the_manager_as_a_handoff(
    volunteer: Someone, meet: Meet, course: Course, records: Records
) -> None:
    appoint(records, "web:manager", "manager")
    volunteer.says("induction")
    walked(volunteer, course)
    volunteer.presses("I have a question")
    volunteer.says("may my sister see my visit notes?")
    volunteer.presses("Ask a person")
    volunteer.presses("Pass it on")
    (handoff,) = all_of(records, Handoff)
    assert handoff.why == "question"
    assert meet("web:manager").cards
    assert volunteer.says("induction").title == "Your acknowledgement"


def test_a_question_where_the_name_was_asked_for_is_a_question(volunteer: Someone, course: Course) -> None:
    volunteer.says("induction")
    walked(volunteer, course)
    answer = volunteer.says("can I put the Home-Start logo on my own blog?")
    assert answer.title == "The policy does not allow this"


def test_who_does_not_agree_is_recorded_and_the_manager_told(
    volunteer: Someone, meet: Meet, course: Course, records: Records
) -> None:
    appoint(records, "web:manager", "manager")
    volunteer.says("induction")
    walked(volunteer, course)
    assert volunteer.presses("I do not agree").title == "Recorded"
    (row,) = all_of(records, Induction)
    assert row.state == "declined"
    assert meet("web:manager").card.title == "An induction was declined"
    assert volunteer.presses("Take it up again").title == "Your acknowledgement"


def test_the_managers_own_declining_goes_to_the_chair(meet: Meet, records: Records) -> None:
    appoint(records, "web:manager", "manager")
    appoint(records, "web:chair", "chair")
    manager = meet("web:manager")
    manager.says("induction")
    manager.presses("Start")
    manager.does("induction:decline")
    assert meet("web:chair").card.title == "An induction was declined"


def test_without_an_officer_nobody_is_said_to_have_been_told(volunteer: Someone, records: Records) -> None:
    volunteer.says("induction")
    volunteer.presses("Start")
    volunteer.does("induction:decline")
    assert "has been told" not in words_of(volunteer.card)
    (row,) = all_of(records, Induction)
    assert row.state == "declined"


def test_an_officer_who_cannot_be_reached_here_is_named_with_her_phone(
    volunteer: Someone, records: Records
) -> None:
    appoint(records, "web:manager", "manager")
    with records.changing() as change:
        people.known(change, "web:manager")
        for account in change.session.scalars(select(Account).where(Account.name == "web:manager")):
            account.direct = None
    volunteer.says("induction")
    volunteer.presses("Start")
    volunteer.does("induction:decline")
    assert "please ring 01632 960001" in words_of(volunteer.card)


def test_pause_on_an_old_card_does_not_take_back_that_she_declined(
    volunteer: Someone, records: Records
) -> None:
    volunteer.says("induction")
    old = volunteer.presses("Start")
    volunteer.does("induction:decline")
    volunteer.presses("No reminders before", volunteer.presses("Pause", old))
    (row,) = all_of(records, Induction)
    assert row.state == "declined"


def test_who_declined_and_takes_it_up_again_goes_on_where_she_was(
    volunteer: Someone, course: Course, records: Records
) -> None:
    volunteer.says("induction")
    volunteer.presses("Start")
    where = volunteer.presses("Next")
    volunteer.does("induction:decline")
    assert volunteer.presses("Take it up again").elements == where.elements
    signed(volunteer, course)
    assert {row.what for row in all_of(records, Audit)} > {
        "induction:policy:declined",
        "induction:policy:acknowledged",
    }


def test_a_deploy_in_between_that_brings_a_situation_leaves_her_where_she_was(
    volunteer: Someone, course: Course
) -> None:
    first, *others = course.situations
    volunteer.goes_on_with(replace(course, situations=tuple(others)))
    volunteer.says("induction")
    volunteer.presses("Start")
    for _ in range(3):
        where = volunteer.presses("Next")
    volunteer.goes_on_with(course)
    assert volunteer.says("induction").title == where.title
    signed(volunteer, course)
    assert first.story in "".join(map(words_of, volunteer.cards))


def test_who_has_said_no_role_is_asked_for_it_first(meet: Meet) -> None:
    newcomer = meet("web:newcomer")
    newcomer.says("induction")
    assert [button.label for button in buttons_of(newcomer.card)] == [
        "I'm a volunteer",
        "I'm staff",
        "I'm a trustee",
    ]
    newcomer.presses("I'm a trustee")
    assert step_of(newcomer.presses("Start")) == 1


def test_who_has_done_it_is_not_asked_again(volunteer: Someone, course: Course, records: Records) -> None:
    volunteer.says("induction")
    signed(volunteer, course)
    told = volunteer.says("induction")
    assert isinstance(told.elements[0], Text)
    assert "stands" in told.elements[0].text
    assert len(all_of(records, Induction)) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(presses=st.lists(st.integers(0, 8), max_size=25))
def test_whatever_is_pressed_nobody_acknowledges_what_was_not_shown_and_the_audit_is_whole(
    meet: Meet, course: Course, adopted: Records, presses: list[int]
) -> None:
    someone = meet(f"web:{len(all_of(adopted, Person))}")
    someone.does("role:volunteer")
    someone.says("induction")
    for press in presses:
        buttons = buttons_of(someone.card)
        if buttons:
            someone.does(buttons[press % len(buttons)].action)
        else:
            someone.says("induction")
    shown = {part.text for card in someone.cards for part in card.elements if isinstance(part, Quote)}
    for made in all_of(adopted, Acknowledgement):
        assert all(course.policy.clause(clause).text in shown for clause in json.loads(made.clauses))
    with adopted.reading() as session:
        assert audit.verify(session, adopted) is None
        whats = set(session.scalars(select(Audit.what)))
    assert "induction:walk:begun" in whats


def _situation(someone: Someone, course: Course) -> Situation | None:
    labels = {button.label for button in buttons_of(someone.card)}
    return next((one for one in course.situations if {o.label for o in one.options} <= labels), None)


class TestJoining:
    """Someone whose platform says that she just joined."""

    def test_she_is_asked_what_she_is_and_her_induction_begins(self, meet: Callable[[str], Someone]) -> None:
        newcomer = meet("web:newcomer")
        assert "Welcome" in newcomer.does("induction:joined").summary
        assert "induction" in newcomer.presses("I'm a volunteer").title.casefold()
        assert newcomer.presses("Start")

    def test_one_who_is_known_goes_on_where_she_was(self, volunteer: Someone) -> None:
        volunteer.says("induction")
        here = volunteer.presses("Start")
        assert volunteer.does("induction:joined").elements == here.elements
