"""Walking through the induction, as someone does it in the chat."""

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.card import Card, Progress, Quote, Text, buttons_of
from bot.induction.course import Course
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import Acknowledgement, Audit, Induction, InductionStep, Person
from knowledge.lessons import lessons
from knowledge.reading import Role
from knowledge.situations import Situation
from tests.induction.conftest import Someone
from tests.records.conftest import Clock
from tests.records.stage import all_of, appoint

Meet = Callable[[str], Someone]


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
    assert volunteer.presses("Go on with the induction").title == where.title


def test_who_comes_back_days_later_is_at_the_same_step(volunteer: Someone, clock: Clock) -> None:
    volunteer.says("induction")
    volunteer.presses("Start")
    where = volunteer.presses("Next")
    volunteer.presses("Pause")
    clock.passes(days=9)
    assert volunteer.says("induction").title == where.title


def test_back_shows_the_step_before_and_next_comes_back(volunteer: Someone) -> None:
    volunteer.says("induction")
    first = volunteer.presses("Start")
    second = volunteer.presses("Next")
    assert volunteer.presses("Back").title == first.title
    assert volunteer.presses("Next").title == second.title


def test_a_button_pressed_twice_or_on_an_old_card_moves_nothing(volunteer: Someone) -> None:
    volunteer.says("induction")
    first = volunteer.presses("Start")
    second = volunteer.presses("Next")
    assert volunteer.presses("Next", first).title == second.title
    assert volunteer.presses("Next", first).title == second.title


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


@pytest.mark.parametrize("name", ["x" * 101, "1234", "…"])
def test_what_is_no_name_is_not_taken_for_one(
    volunteer: Someone, course: Course, records: Records, name: str
) -> None:
    volunteer.says("induction")
    walked(volunteer, course)
    volunteer.says(name)
    assert "I acknowledge" not in [button.label for button in buttons_of(volunteer.card)]
    assert volunteer.says("A. Volunteer").title == "Is that right?"
    assert all_of(records, Acknowledgement) == []


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


def test_who_has_said_no_role_is_asked_for_it_first(meet: Meet) -> None:
    newcomer = meet("web:newcomer")
    told = newcomer.says("induction")
    assert isinstance(told.elements[0], Text)
    assert "volunteer, staff or a trustee" in told.elements[0].text


def test_who_has_done_it_is_not_asked_again(volunteer: Someone, course: Course, records: Records) -> None:
    volunteer.says("induction")
    signed(volunteer, course)
    told = volunteer.says("induction")
    assert isinstance(told.elements[0], Text)
    assert "stands" in told.elements[0].text
    assert len(all_of(records, Induction)) == 1


def test_a_manager_invites_someone_whom_hearth_knows(
    volunteer: Someone, meet: Meet, records: Records
) -> None:
    appoint(records, "web:manager", "manager")
    manager = meet("web:manager")
    assert manager.says("induction web:volunteer as volunteer").title == "Invited"
    assert volunteer.card.title == "Your induction"


def test_the_command_of_anyone_else_opens_their_own(meet: Meet, records: Records) -> None:
    someone = meet("web:other")
    someone.does("role:staff")
    someone.says("induction web:volunteer as volunteer")
    (row,) = all_of(records, Induction)
    (account_owner,) = [one.id for one in all_of(records, Person) if one.said_roles == "staff"]
    assert row.person == account_owner


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
        assert volunteer.does("induction:joined").title == here.title
